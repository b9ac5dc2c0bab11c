from collections.abc import Iterable

import msgspec
from hypothesis import given, strategies as st

from tests.agents.playing import script
from tmtui.agents.port import ToolCall
from tmtui.agents.script import Entry, Fault, Manner, Pay, Say, Script, Step, Think, Use, Wait
from tmtui.agents.script_writing import script_from_log, write_script
from tmtui.domain.outcome import OK, Kind, Outcome
from tmtui.domain.status import AttemptStatus, ToolStatus
from tmtui.domain.usage import Usage
from tmtui.events.agent import AgentFinished, AgentNoticed, AgentSpoke, AgentStarted, AgentThought
from tmtui.events.attempt import AttemptFinished, AttemptStarted
from tmtui.events.base import Event, Recorded
from tmtui.events.money import MoneySpent
from tmtui.events.resilience import ProviderRetrying
from tmtui.events.tool import ToolFinished, ToolPrinted, ToolStarted


TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=40),
    st.sampled_from(
        ["no", "012", "1e3", "-0.5", "null", "~", "2026-11-20", "a: b", "- a", " x ", "\n\n", "\u2028", "=", "<<"]
    ),
)
NAMES = st.sampled_from(["bash", "glob", "grep", "str_replace_based_edit_tool", "fly", "text", "usage"])
VALUES = st.one_of(TEXTS, st.integers(-5, 5), st.lists(st.integers(1, 9), max_size=2), st.booleans(), st.none())
INPUTS = st.dictionaries(
    st.sampled_from(["command", "path", "pattern", "timeout", "file_text", "x"]), VALUES, max_size=4
)
EDITS = st.one_of(
    st.fixed_dictionaries({"command": st.just("create"), "path": TEXTS, "file_text": TEXTS}),
    st.fixed_dictionaries({"command": st.just("str_replace"), "path": TEXTS, "old_str": TEXTS, "new_str": TEXTS}),
    st.fixed_dictionaries({"command": st.just("view"), "path": TEXTS}, optional={"view_range": st.just([1, 2])}),
)
CALLS = st.one_of(
    st.builds(ToolCall, NAMES, INPUTS),
    st.builds(ToolCall, st.just("str_replace_based_edit_tool"), EDITS),
    st.builds(ToolCall, NAMES, st.just({}), TEXTS),
)
COUNTS = st.integers(0, 10**7)
SECONDS = st.integers(0, 10**8).map(lambda number: number / 1000)
FAULTS = st.one_of(
    st.builds(Fault, manner=st.sampled_from([Manner.HANG, Manner.CUT]), times=st.integers(0, 3)),
    st.builds(
        Fault,
        manner=st.just(Manner.STOP),
        outcome=st.builds(
            Outcome,
            st.sampled_from([Kind.OVERLOADED, Kind.AUTH]),
            TEXTS.filter(bool),
            st.none() | SECONDS,
        ),
        times=st.integers(0, 3),
    ),
)
STEPS: st.SearchStrategy[Step] = st.one_of(
    st.builds(Say, TEXTS),
    st.builds(Think, TEXTS),
    st.builds(Use, CALLS),
    st.builds(Pay, st.builds(Usage, COUNTS, COUNTS, COUNTS, COUNTS), st.none() | st.integers(0, 10**9)),
    st.builds(Wait, SECONDS),
    FAULTS,
)
ENTRIES = st.lists(st.builds(Entry, st.lists(STEPS, max_size=4).map(tuple)), min_size=1, max_size=3)
SCRIPTS = st.builds(
    Script,
    path=st.just("s.yml"),
    model=TEXTS,
    pace=SECONDS,
    tasks=st.dictionaries(st.sampled_from(["a", "b-1", "*"]), ENTRIES.map(tuple), max_size=2),
)


@given(SCRIPTS)
def test_what_is_written_reads_back_as_it_was(of: Script) -> None:
    assert script(write_script(of)) == of


def test_calls_are_written_in_their_short_form_where_they_have_one() -> None:
    of = Script(
        path="s.yml",
        tasks={
            "t": [
                Entry(
                    (
                        Use(ToolCall("bash", {"command": "make"})),
                        Use(ToolCall("bash", {"command": "make", "fast": True})),
                        Say("one\ntwo\n"),
                    )
                )
            ]
        },
    )

    assert write_script(of).partition("steps:\n")[2] == (
        "    - bash: make\n"
        "    - tool:\n"
        "        name: bash\n"
        "        input:\n"
        "          command: make\n"
        "          fast: true\n"
        "    - text: |\n"
        "        one\n"
        "        two\n"
    )


def log(*events: tuple[str, int, Event]) -> Iterable[Recorded]:
    for seq, (task, attempt, event) in enumerate(events, 1):
        yield Recorded(seq, "r", 1, task, attempt, 0, 0, event)


def call(number: int, name: str, given: object) -> ToolStarted:
    return ToolStarted(id=f"c{number}", name=name, input=msgspec.json.encode(given).decode(), summary="…")


def result(number: int, status: ToolStatus = ToolStatus.OK) -> ToolFinished:
    return ToolFinished(id=f"c{number}", status=status, output="")


def test_a_log_becomes_a_script_by_task_and_round() -> None:
    text = script_from_log(
        log(
            ("a", 1, AttemptStarted(round=1, agent="x", model="m-1")),
            ("a", 1, AgentStarted("x", "m-1")),
            ("a", 1, AgentThought("h")),
            ("a", 1, AgentThought("m")),
            ("a", 1, AgentSpoke("one ")),
            ("b", 1, AttemptStarted(round=1, agent="x", model="m-1")),
            ("b", 1, AgentSpoke("meanwhile")),
            ("a", 1, AgentSpoke("two")),
            ("a", 1, call(1, "bash", {"command": "make"})),
            ("a", 1, ToolPrinted(id="c1", text="…")),
            ("a", 1, result(1, ToolStatus.ERROR)),
            ("a", 1, MoneySpent("m-1", Usage(5, 6), 70)),
            ("a", 1, AgentNoticed("a stall")),
            ("a", 1, AgentFinished(OK, "end_turn")),
            ("a", 1, AttemptFinished(AttemptStatus.FAILED, Outcome(Kind.HOOK_POST_FAILED), counted=True)),
            ("a", 2, AttemptStarted(round=2, agent="x", model="m-1")),
            ("a", 2, AgentFinished(Outcome(Kind.REFUSAL, "no"), "refusal")),
        )
    )

    told = script(text)

    assert told.model == "m-1"
    assert told.steps("a", 1) == (
        Think("hm"),
        Say("one two"),
        Use(ToolCall("bash", {"command": "make"})),
        Pay(Usage(5, 6), 70),
    )
    assert told.steps("a", 2) == (Fault(manner=Manner.STOP, outcome=Outcome(Kind.REFUSAL, "no")),)
    assert told.steps("b", 1) == (Say("meanwhile"),)


def test_a_round_that_a_crash_cut_in_two_is_told_once() -> None:
    text = script_from_log(
        log(
            ("a", 1, AttemptStarted(round=1, agent="x")),
            ("a", 1, AgentStarted("x")),
            ("a", 1, AgentSpoke("one")),
            ("a", 1, call(1, "bash", {"command": "1"})),
            ("a", 1, result(1)),
            ("a", 1, AgentSpoke("tw")),
            ("a", 1, MoneySpent("m", Usage(1))),
            ("a", 1, call(2, "bash", {"command": "2"})),
            ("a", 1, result(2, ToolStatus.INTERRUPTED)),
            ("a", 1, AttemptFinished(AttemptStatus.INTERRUPTED, Outcome(Kind.INTERRUPTED_CRASH), counted=False)),
            ("a", 2, AttemptStarted(round=1, agent="x", continues=1)),
            ("a", 2, AgentStarted("x")),
            ("a", 2, AgentSpoke("two")),
            ("a", 2, call(3, "bash", {"command": "2"})),
            ("a", 2, result(3)),
            ("a", 2, AgentFinished(OK)),
        )
    )

    assert script(text).steps("a", 1) == (
        Say("one"),
        Use(ToolCall("bash", {"command": "1"})),
        Pay(Usage(1)),
        Say("two"),
        Use(ToolCall("bash", {"command": "2"})),
    )


def test_an_agent_that_had_ended_before_the_crash_keeps_its_last_words() -> None:
    text = script_from_log(
        log(
            ("a", 1, AttemptStarted(round=1, agent="x")),
            ("a", 1, AgentSpoke("done")),
            ("a", 1, AgentFinished(OK)),
            ("a", 2, AttemptStarted(round=1, agent="x", continues=1)),
        )
    )

    assert script(text).steps("a", 1) == (Say("done"),)


def test_what_was_said_before_a_passing_fault_is_told_once() -> None:
    text = script_from_log(
        log(
            ("a", 1, AttemptStarted(round=1, agent="x")),
            ("a", 1, AgentSpoke("half")),
            ("a", 1, ProviderRetrying("x", Outcome(Kind.OVERLOADED), 1, 0.5, 0)),
            ("a", 1, AgentSpoke("half and half")),
        )
    )

    assert script(text).steps("a", 1) == (Say("half and half"),)


def test_a_call_that_was_too_long_for_the_log_is_named_at_the_head() -> None:
    text = script_from_log(
        log(
            ("a", 1, AttemptStarted(round=1, agent="x")),
            ("a", 1, ToolStarted(id="c", name="bash", input='{"command": "long…', summary="$ long\nlonger")),
            ("a", 1, result(1)),
            ("a", 1, ToolFinished(id="c", status=ToolStatus.OK, output="")),
        )
    )

    assert text.startswith("# These calls were too long for the log and are left out:\n# - a: $ long longer\n")
    assert script(text).steps("a", 1) == ()
