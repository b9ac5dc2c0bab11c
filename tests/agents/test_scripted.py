import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given, strategies as st

from tests.agents.playing import OK, Notebook, StillClock, play, request, script
from tmtui.agents.port import Chunk, Done, Spent, Stop, Text, Thinking, ToolCall, ToolResult
from tmtui.agents.script import Entry, Pay, Say, Script, Step, Think, Use
from tmtui.agents.scripted import ScriptedAgent, pieces
from tmtui.domain.outcome import Kind, Outcome
from tmtui.domain.status import ToolStatus
from tmtui.domain.usage import Usage


DONE = Stop(Outcome(Kind.OK), "end_turn")
CUT_OFF = ToolResult(ToolStatus.INTERRUPTED, "")

STORY = """
version: 1
model: scripted-9
tasks:
  t:
  - thinking: hm
  - text: first
  - bash: make
  - usage: {input_tokens: 10, output_tokens: 2, usd: 0.5}
  - view: a.txt
  - text: last
"""


def said(chunks: Sequence[Chunk]) -> str:
    return "".join(chunk.text for chunk in chunks if isinstance(chunk, Text))


async def test_plays_the_steps_in_order_and_stops() -> None:
    tools = Notebook()

    chunks = await play(script(STORY), request(), tools)

    assert chunks == [
        Thinking("hm"),
        Text("first"),
        Spent("scripted-9", Usage(10, 2), 500_000, "script"),
        Text("last"),
        DONE,
    ]
    assert tools.calls == [
        ToolCall("bash", {"command": "make"}),
        ToolCall("str_replace_based_edit_tool", {"command": "view", "path": "a.txt"}),
    ]


async def test_usage_without_a_price_is_unknown_and_not_free() -> None:
    chunks = await play(script("tasks: {t: [usage: {output_tokens: 3}]}"), request())

    assert chunks[0] == Spent("scripted-1", Usage(output_tokens=3), None, "")


ROUNDS = """
tasks:
  t:
  - steps: [text: one]
  - steps: [text: two]
  - {when: note, steps: [text: noted]}
  "*": [text: anybody]
"""


@pytest.mark.parametrize(
    ("task", "round_", "note", "expected"),
    [
        ("t", 1, "", "one"),
        ("t", 2, "", "two"),
        ("t", 7, "", "two"),
        ("t", 1, "please", "noted"),
        ("t", 7, "please", "noted"),
        ("other", 3, "", "anybody"),
        ("other", 3, "please", "anybody"),
    ],
)
async def test_the_round_and_the_note_choose_the_entry(task: str, round_: int, note: str, expected: str) -> None:
    assert said(await play(script(ROUNDS), request(task, round_, note=note))) == expected


async def test_an_empty_entry_changes_nothing_and_ends_well() -> None:
    assert await play(script("tasks: {t: []}"), request()) == [DONE]


async def test_a_task_that_the_script_does_not_know_is_a_fault_of_the_script() -> None:
    (stop,) = await play(script("tasks: {t: []}"), request("u"))

    assert isinstance(stop, Stop)
    assert stop.outcome.kind is Kind.CONFIG_INVALID
    assert "s.yml" in stop.outcome.message
    assert "u" in stop.outcome.message


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.OK])
async def test_every_kind_of_failure_can_be_played(kind: Kind) -> None:
    chunks = await play(script(f"tasks: {{t: [text: a, fault: {kind}, text: b]}}"), request())

    assert chunks == [Text("a"), Stop(Outcome(kind, f"the script says {kind}"), kind)]


async def test_a_failure_carries_its_words_and_its_wait() -> None:
    of = script("tasks: {t: [fault: {kind: rate_limited, retry_after: 2, message: slow down}]}")

    assert await play(of, request()) == [Stop(Outcome(Kind.RATE_LIMITED, "slow down", 2), "rate_limited")]


async def test_a_cut_stream_ends_without_a_stop() -> None:
    assert await play(script("tasks: {t: [text: a, fault: cut, text: b]}"), request()) == [Text("a")]


async def test_a_hang_lasts_until_somebody_cancels() -> None:
    agent = ScriptedAgent(script("tasks: {t: [fault: hang]}"), StillClock())
    waiting = asyncio.ensure_future(anext(agent.run(request(), Notebook())))
    for _ in range(10):
        await asyncio.sleep(0)
    assert not waiting.done()

    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_a_malformed_call_reaches_the_tools_with_its_problem_and_the_play_goes_on() -> None:
    tools = Notebook()
    of = script("tasks: {t: [fault: malformed_tool, tool: {name: glob, input: [1]}, text: b]}")

    chunks = await play(of, request(), tools)

    assert [(call.name, call.input, bool(call.problem)) for call in tools.calls] == [
        ("bash", {}, True),
        ("glob", {}, True),
    ]
    assert chunks == [Text("b"), DONE]


@pytest.mark.parametrize(("tries", "fails"), [(0, True), (1, True), (2, False), (9, False)])
async def test_a_passing_fault_meets_only_the_first_requests_of_an_attempt(tries: int, fails: bool) -> None:
    of = script("tasks: {t: [fault: {kind: overloaded, times: 2}, text: through]}")

    chunks = await play(of, request(tries=tries))

    assert (said(chunks) == "") is fails


CALLS: st.SearchStrategy[Step] = st.builds(
    Use,
    st.builds(ToolCall, st.sampled_from(["bash", "glob"]), st.fixed_dictionaries({"pattern": st.text(max_size=3)})),
)
STEPS = st.lists(
    st.one_of(
        CALLS,
        CALLS,
        st.builds(Say, st.text(max_size=9)),
        st.builds(Think, st.text(max_size=9)),
        st.builds(Pay, st.builds(Usage, st.integers(0, 9))),
    ),
    max_size=8,
)


@given(STEPS, st.data())
async def test_going_on_behind_any_call_does_what_an_undisturbed_play_does_behind_it(
    steps: list[Step], data: st.DataObject
) -> None:
    of = Script(path="s", tasks={"t": [Entry(tuple(steps))]})
    whole = Notebook()
    await play(of, request(), whole)
    finished = data.draw(st.integers(0, len(whole.calls)))
    cut_off = data.draw(st.booleans()) and finished < len(whole.calls)
    history = [Done(call, OK) for call in whole.calls[:finished]]
    if cut_off:
        history.insert(data.draw(st.integers(0, finished)), Done(whole.calls[finished], CUT_OFF))

    rest = Notebook()
    chunks = await play(of, request(history=history), rest)

    assert rest.calls == whole.calls[finished:]
    ends = [place for place, step in enumerate(steps) if isinstance(step, Use)]
    behind = steps[ends[finished - 1] + 1 :] if finished else steps
    assert sum(isinstance(chunk, Spent) for chunk in chunks) == sum(isinstance(step, Pay) for step in behind)


async def test_a_history_longer_than_the_script_leaves_nothing_to_do() -> None:
    history = [Done(ToolCall("bash", {}), OK)] * 3

    assert await play(script(STORY), request(history=history)) == [DONE]


@given(st.text(max_size=200), st.floats(0, 100_000))
def test_paced_text_is_the_same_text_in_pieces(text: str, pace: float) -> None:
    assert "".join(pieces(text, pace)) == text


async def test_paced_text_takes_its_time_in_pieces_of_a_frame() -> None:
    clock = StillClock()
    agent = ScriptedAgent(script(f"{{pace: 300, tasks: {{t: [text: {'x' * 600}]}}}}"), clock)

    chunks = [chunk async for chunk in agent.run(request(), Notebook())]

    assert sum(clock.slept) == pytest.approx(2.0)
    assert {len(chunk.text) for chunk in chunks if isinstance(chunk, Text)} == {10}


async def test_a_delay_is_slept_and_a_pace_of_the_caller_wins() -> None:
    clock = StillClock()
    agent = ScriptedAgent(script("{pace: 1, tasks: {t: [text: abc, delay: 2.5]}}"), clock, pace=0)

    assert [chunk async for chunk in agent.run(request(), Notebook())] == [Text("abc"), DONE]
    assert clock.slept == [2.5]
