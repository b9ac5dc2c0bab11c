"""Programs as agents, with real processes that do what real programs do, and everything that they should not."""

import asyncio
import resource
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import psutil
import pytest

from tests.agents.playing import Notebook, StillClock
from tests.agents.programs.stubs import Place, kept, place_in, stub
from tmtui.agents.port import Limits, Returned, Session, Spent, Text, Thinking, Used
from tmtui.agents.registry import make_agent
from tmtui.domain.outcome import Kind
from tmtui.domain.status import ToolStatus
from tmtui.domain.usage import Usage


CLAUDE = "claude-code"
KEY = {"ANTHROPIC_API_KEY": "sk-ant-of-this-test"}


@pytest.fixture(name="place")
async def _place(tmp_path: Path) -> AsyncIterator[Place]:
    async with place_in(tmp_path) as place:
        yield place


def lives(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


# Claude Code, when all is well.


DOCUMENTED = """
    init()
    print("a warning of somebody's, which is no record")
    print('["no", "record"]')
    say("something_new", payload=[1, 2])
    block = {"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {"command": "pytest -q"}}
    message = {"id": "msg_1", "model": "claude-sonnet-5-5", "content": [block]}
    say("assistant", message={**message, "usage": {"input_tokens": 12, "output_tokens": 40}})
    say("tool_progress", tool_use_id="toolu_1", tool_name="Bash", elapsed_time_seconds=1)
    answer = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "3 passed", "is_error": False}
    say("user", message={"content": [answer]})
    assistant("Done", id="msg_2", usage={"input_tokens": 12, "output_tokens": 40})
    result(result="Done", usage={"input_tokens": 24, "output_tokens": 80})
"""


async def test_claude_code_s_documented_stream_comes_to_what_it_says(place: Place) -> None:
    told = await place.run(CLAUDE, DOCUMENTED)

    assert told.outcome.ok
    assert told.text == "Done\n"
    assert told.notices == []
    assert told.usage == Usage(24, 80)
    (used,) = told.of(Used)
    (returned,) = told.of(Returned)
    assert isinstance(used, Used)
    assert isinstance(returned, Returned)
    assert (used.id, used.name, used.summary) == ("toolu_1", "Bash", "$ pytest -q")
    assert (returned.id, returned.result.status, returned.result.output) == ("toolu_1", ToolStatus.OK, "3 passed")


async def test_the_conversation_s_name_is_ours_and_told_before_the_program_starts(place: Place) -> None:
    told = await place.run(CLAUDE, "keep('argv', ARGV); init(); result()")

    (name,) = told.sessions
    assert str(uuid.UUID(name)) == name
    argv = kept(place.root / "argv")[0]
    assert argv[argv.index("--session-id") + 1] == name
    assert told.chunks[0] == Session(name)


async def test_it_works_in_the_root_with_its_key_and_without_anybody_s_secrets(place: Place) -> None:
    env = {**KEY, "OPENAI_API_KEY": "no", "AWS_SECRET_ACCESS_KEY": "no", "GITHUB_TOKEN": "no", "EDITOR": "vi"}
    body = "keep('seen', [os.getcwd(), dict(os.environ), sys.stdin.read()]); init(); result()"
    told = await place.run(CLAUDE, body, env=env, options={"env": {"FLAVOUR": "plain"}})

    assert told.outcome.ok
    ((cwd, seen, prompt),) = kept(place.root / "seen")
    assert (cwd, prompt) == (str(place.root), "Do it.")
    assert {name for name in seen if name in env} == {"ANTHROPIC_API_KEY"}
    assert seen["FLAVOUR"] == "plain"


async def test_usage_that_is_told_with_every_part_of_a_message_is_counted_once(place: Place) -> None:
    body = """
        init()
        usage = {"input_tokens": 100, "cache_read_input_tokens": 1000, "output_tokens": 7}
        for text in ("one", "two", "three"):
            assistant(text, id="m1", usage=usage)
        assistant("four", id="m2", usage={"input_tokens": 5, "output_tokens": 1})
        result()
    """
    assert (await place.run(CLAUDE, body)).usage == Usage(105, 8, 1000)


async def test_what_came_in_pieces_is_not_said_twice_and_helpers_are_not_heard(place: Place) -> None:
    body = """
        init()
        def piece(kind, parent=None, **event):
            say("stream_event", event={"type": kind, **event}, parent_tool_use_id=parent, session_id=SESSION)
        usage = {"input_tokens": 100, "output_tokens": 1}
        piece("message_start", message={"id": "m1", "model": "claude-sonnet-5-5", "usage": usage})
        piece("content_block_delta", delta={"type": "thinking_delta", "thinking": "Hm."})
        for text in ("I ", "look."):
            piece("content_block_delta", delta={"type": "text_delta", "text": text})
        piece("content_block_delta", "toolu_1", delta={"type": "text_delta", "text": "a helper's"})
        assistant("I look.", id="m1", usage=usage)
        piece("message_delta", usage={"output_tokens": 60})
        helper = {"id": "h1", "model": "claude-haiku-5-5", "content": [{"type": "text", "text": "a helper's"}]}
        say("assistant", message={**helper, "usage": {"input_tokens": 7}}, parent_tool_use_id="toolu_1")
        totals = {
            "claude-sonnet-5-5[1m]": {"inputTokens": 100, "outputTokens": 60},
            "claude-haiku-5-5": {"inputTokens": 20, "outputTokens": 2, "costUSD": 0.1},
        }
        result(modelUsage=totals)
    """
    told = await place.run(CLAUDE, body)

    assert told.text == "I look."
    assert [chunk.text for chunk in told.of(Thinking) if isinstance(chunk, Thinking)] == ["Hm."]
    spent = [(chunk.model, chunk.usage) for chunk in told.of(Spent) if isinstance(chunk, Spent)]
    assert spent == [
        ("claude-sonnet-5-5", Usage(100, 60)),
        ("claude-haiku-5-5", Usage(7)),
        ("claude-haiku-5-5", Usage(13, 2)),
    ]


async def test_totals_are_left_alone_where_they_hold_an_earlier_conversation(place: Place) -> None:
    body = "init(); assistant('On.'); result(modelUsage={'claude-sonnet-5-5': {'inputTokens': 5000}})"

    assert (await place.run(CLAUDE, body)).usage == Usage(5000)
    assert (await place.run(CLAUDE, body, session="earlier")).usage == Usage(10)


# Claude Code, when it does not keep to what was agreed.


async def test_a_line_of_fifty_megabytes_is_skipped_and_fills_no_memory(place: Place) -> None:
    body = """
        init()
        for _ in range(50):
            sys.stdout.write("x" * 1_000_000)
        sys.stdout.write("\\n")
        assistant("Done")
        result()
    """
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    told = await place.run(CLAUDE, body)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before

    assert told.outcome.ok
    assert told.notices == ["a line of 47.7 MB from the program was skipped"]
    assert told.text == "Done\n"
    assert grown < 40 * 1024


async def test_one_that_hangs_after_its_result_is_ended_and_has_succeeded(place: Place) -> None:
    body = "keep('pid', os.getpid()); init(); assistant('Done'); result(); time.sleep(600)"
    told = await place.run(CLAUDE, body, options={"linger_seconds": 0.1})

    assert told.outcome.ok
    assert told.notices == ["Claude Code told its result and did not end; it was ended"]
    assert not lives(kept(place.root / "pid")[0])


async def test_one_that_closes_its_output_and_stays_is_ended_too(place: Place) -> None:
    body = "init(); result(); os.close(1); os.close(2); time.sleep(600)"

    assert (await place.run(CLAUDE, body, options={"linger_seconds": 0.1})).outcome.ok


ENDS = [
    ("init()", Kind.PROTOCOL_ERROR),
    ("", Kind.PROTOCOL_ERROR),
    ("init(); assistant('half'); sys.exit(1)", Kind.AGENT_CRASHED),
    (
        'init(); sys.stdout.write(\'{"type": "result", "subtype": "succ\'); sys.stdout.flush(); sys.exit(1)',
        Kind.AGENT_CRASHED,
    ),
    ("init(); os.kill(os.getpid(), signal.SIGKILL)", Kind.AGENT_CRASHED),
    ("init(); os.kill(os.getpid(), signal.SIGSEGV)", Kind.AGENT_CRASHED),
    ("init(); os.kill(os.getpid(), signal.SIGTERM)", Kind.CANCELED_USER),
    ("init(); sys.exit(143)", Kind.CANCELED_USER),
    ("sys.exit(127)", Kind.AGENT_SPAWN),
    ("sys.exit(126)", Kind.AGENT_SPAWN),
    ("init(); result('success')", Kind.OK),
    ("init(); result('success'); sys.exit(1)", Kind.OK),
    ("init(); result('error_max_turns', True)", Kind.TURN_LIMIT),
    ("init(); result('error_max_budget_usd', True)", Kind.BUDGET_TASK),
    ("init(); result('error_during_execution', True); sys.exit(1)", Kind.AGENT_CRASHED),
    ("init(); result('error_max_structured_output_retries', True)", Kind.SCHEMA_INVALID),
    ("init(); result('error_of_tomorrow', True)", Kind.PROTOCOL_ERROR),
    ("init(); result('success', True, result='API Error: 401', api_error_status=401)", Kind.AUTH),
    ("init(); result('success', True, result='API Error: 529', api_error_status=529)", Kind.OVERLOADED),
    ("init(); assistant('no', error='billing_error'); result('success', True)", Kind.QUOTA_EXHAUSTED),
    ("init(); assistant('no', error='rate_limit'); result('success', True); sys.exit(1)", Kind.RATE_LIMITED),
    ("init(); assistant('no', error='model_not_found'); result('success', True)", Kind.MODEL_NOT_FOUND),
    ("init(); result('success', True)", Kind.AGENT_CRASHED),
    ("init(); result(stop_reason='refusal')", Kind.REFUSAL),
]


@pytest.mark.parametrize(("body", "kind"), ENDS, ids=[body[:60] for body, _ in ENDS])
async def test_every_way_in_which_it_ends(place: Place, body: str, kind: Kind) -> None:
    told = await place.run(CLAUDE, body)

    assert told.outcome.kind is kind
    assert told.outcome.message.isprintable()


async def test_the_last_word_of_its_errors_is_the_evidence_of_a_crash(place: Place) -> None:
    body = "print('first', file=sys.stderr); print('Error: \\x1b[31mno space\\x07', file=sys.stderr); sys.exit(2)"
    message = (await place.run(CLAUDE, body)).outcome.message

    assert message.startswith("Claude Code ended with exit code 2: Error: ")
    assert "no space" in message
    assert message.isprintable()


async def test_a_flood_of_errors_stops_nothing(place: Place) -> None:
    body = "sys.stderr.write('x' * 5_000_000); sys.stderr.flush(); init(); assistant('Done'); result()"

    assert (await place.run(CLAUDE, body)).text == "Done\n"


async def test_one_that_goes_silent_is_ended(place: Place) -> None:
    told = await place.run(CLAUDE, "init(); time.sleep(600)", options={"stall_seconds": 0.6})

    assert told.outcome.kind is Kind.AGENT_STALL
    assert "0.6 s" in told.outcome.message


async def test_signs_of_life_keep_it_going(place: Place) -> None:
    body = """
        init()
        for second in range(10):
            say("tool_progress", tool_use_id="t", elapsed_time_seconds=second)
            time.sleep(0.1)
        for _ in range(10):
            print(".", file=sys.stderr, flush=True)
            time.sleep(0.1)
        result()
    """
    assert (await place.run(CLAUDE, body, options={"stall_seconds": 1.5})).outcome.ok


async def test_what_it_leaves_behind_is_ended_even_in_a_session_of_its_own(place: Place) -> None:
    body = """
        init()
        child = subprocess.Popen(["sleep", "600"], start_new_session=True)
        keep("pid", child.pid)
        result()
    """
    told = await place.run(CLAUDE, body)

    assert told.outcome.ok
    assert told.notices == ["what Claude Code left running (1) was ended"]
    assert not lives(kept(place.root / "pid")[0])


async def test_leaving_it_ends_it_with_all_that_it_started(place: Place) -> None:
    body = """
        child = subprocess.Popen(["sleep", "600"], start_new_session=True)
        keep("pids", [os.getpid(), child.pid])
        init()
        assistant("I begin")
        time.sleep(600)
    """
    stub(place.bin, "claude", body)
    agent = make_agent(CLAUDE, place.root, StillClock(), place.env, launcher=place.launcher)
    async with aclosing(agent.run(place.request(), Notebook())) as chunks:
        async for chunk in chunks:
            if isinstance(chunk, Text):
                break

    assert not any(lives(pid) for pid in kept(place.root / "pids")[0])


async def test_canceling_it_ends_it_with_all_that_it_started(place: Place) -> None:
    body = """
        child = subprocess.Popen(["sleep", "600"])
        keep("pids", [os.getpid(), child.pid])
        init()
        assistant("I begin")
        time.sleep(600)
    """
    stub(place.bin, "claude", body)
    agent = make_agent(CLAUDE, place.root, StillClock(), place.env, launcher=place.launcher)
    begun = asyncio.Event()

    async def listen() -> None:
        async with aclosing(agent.run(place.request(), Notebook())) as chunks:
            async for chunk in chunks:
                if isinstance(chunk, Text):
                    begun.set()

    task = asyncio.create_task(listen())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert not any(lives(pid) for pid in kept(place.root / "pids")[0])


# Limits.


async def test_its_own_retries_are_told_and_reach_the_limits(place: Place) -> None:
    body = """
        init()
        retry = {"subtype": "api_retry", "max_retries": 10}
        say("system", **retry, attempt=1, retry_delay_ms=1500, error_status=429, error="rate_limit")
        say("system", **retry, attempt=2, retry_delay_ms=500, error_status=500, error="server_error")
        assistant("Done")
        result()
    """
    told = await place.run(CLAUDE, body)

    assert told.outcome.ok
    assert told.notices == [
        "Claude Code asks the API again in 1.5 s, 1 of 10: rate_limit (HTTP 429)",
        "Claude Code asks the API again in 0.5 s, 2 of 10: server_error (HTTP 500)",
    ]
    (limits,) = told.of(Limits)
    assert isinstance(limits, Limits)
    assert (limits.provider, limits.model, limits.notice.retry_after) == (CLAUDE, "claude-sonnet-5-5", 1.5)


async def test_a_window_that_is_used_up_is_a_limit_with_its_end(place: Place) -> None:
    resets = round(time.time()) + 3600
    body = f"""
        init()
        info = {{"status": "rejected", "resetsAt": {resets}, "rateLimitType": "five_hour", "utilization": 1.0}}
        say("rate_limit_event", rate_limit_info=info)
        assistant("You have hit your limit", error="rate_limit")
        result("success", True, result="You have hit your limit", api_error_status=429)
        sys.exit(1)
    """
    told = await place.run(CLAUDE, body)

    assert told.outcome.kind is Kind.RATE_LIMITED
    (limits,) = told.of(Limits)
    assert isinstance(limits, Limits)
    assert limits.notice.status == "rejected"
    assert limits.notice.quotas[0].reset_ms == resets * 1000
    assert "the limit of the five hour window is reached" in told.notices


# Going on.


async def test_it_goes_on_with_its_conversation(place: Place) -> None:
    body = "keep('seen', [ARGV, sys.stdin.read()]); init(); assistant('On.'); result()"
    told = await place.run(CLAUDE, body, session="the-one", note="Hurry.")

    assert told.outcome.ok
    assert told.sessions == []
    ((argv, prompt),) = kept(place.root / "seen")
    assert argv[argv.index("--resume") + 1] == "the-one"
    assert "--session-id" not in argv
    assert "You were interrupted" in prompt
    assert "Hurry." in prompt


async def test_one_that_knows_nothing_of_the_conversation_begins_afresh_once(place: Place) -> None:
    body = """
        keep("seen", [ARGV, sys.stdin.read()])
        if "--resume" in ARGV:
            print("No conversation found with session ID: lost", file=sys.stderr)
            sys.exit(1)
        init(); assistant("Done"); result()
    """
    told = await place.run(CLAUDE, body, session="lost")

    assert told.outcome.ok
    assert len(told.sessions) == 1
    assert told.notices == ["Claude Code could not go on with the earlier conversation; it begins afresh"]
    (_, first), (_, second) = kept(place.root / "seen")
    assert (first != second, second) == (True, "Do it.")


async def test_one_that_crashes_over_a_conversation_it_knows_is_not_begun_afresh(place: Place) -> None:
    told = await place.run(CLAUDE, "init(); assistant('On.'); sys.exit(1)", session="known")

    assert told.outcome.kind is Kind.AGENT_CRASHED
    assert told.sessions == []


# Codex.


CODEX = """
    keep("seen", [ARGV, sys.stdin.read(), dict(os.environ)])
    print("progress", file=sys.stderr)
    say("thread.started", thread_id="0199a213-81c0")
    say("turn.started")
    say("item.completed", item={"id": "item_0", "type": "reasoning", "text": "**Searching**"})
    item = {"id": "item_1", "type": "command_execution", "command": "bash -lc ls"}
    say("item.started", item={**item, "aggregated_output": "", "status": "in_progress"})
    say("item.completed", item={**item, "aggregated_output": "README\\n", "exit_code": 0, "status": "completed"})
    changes = [{"path": "a.py", "kind": "update"}, {"path": "b.py", "kind": "add"}]
    say("item.completed", item={"id": "item_2", "type": "file_change", "changes": changes, "status": "completed"})
    say("item.completed", item={"id": "item_3", "type": "agent_message", "text": "Done."})
    say("item.completed", item={"id": "item_4", "type": "plan_of_tomorrow"})
    say("turn.completed", usage={"input_tokens": 24763, "cached_input_tokens": 24448, "output_tokens": 122})
"""


async def test_codex_s_documented_stream_comes_to_what_it_says(place: Place) -> None:
    options = {"model": "gpt-5.4", "api_key": "sk-own", "type": "codex"}
    told = await place.run("codex", CODEX, options=options)

    assert told.outcome.ok
    assert told.text == "Done.\n"
    assert told.sessions == ["0199a213-81c0"]
    assert told.usage == Usage(315, 122, 24448)
    assert [used.summary for used in told.of(Used) if isinstance(used, Used)] == ["$ bash -lc ls", "edit a.py, b.py"]
    results = [each.result for each in told.of(Returned) if isinstance(each, Returned)]
    assert [(each.status, each.exit_code, each.output) for each in results] == [
        (ToolStatus.OK, 0, "README\n"),
        (ToolStatus.OK, None, ""),
    ]
    ((argv, prompt, env),) = kept(place.root / "seen")
    assert argv[:2] == ["exec", "--json"]
    assert (argv[argv.index("-m") + 1], argv[argv.index("-s") + 1]) == ("gpt-5.4", "workspace-write")
    assert (argv[-1], prompt) == ("-", "You work.\n\nDo it.")
    assert env["CODEX_API_KEY"] == "sk-own"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("say('thread.started', thread_id='x'); say('turn.started')", Kind.PROTOCOL_ERROR),
        ("say('turn.failed', error={'message': 'exceeded retry limit, last status: 429'})", Kind.RATE_LIMITED),
        ("say('turn.failed', error={'message': \"You've hit your usage limit\"}); sys.exit(1)", Kind.QUOTA_EXHAUSTED),
        ("say('turn.failed', error={'message': '401 Unauthorized'}); sys.exit(1)", Kind.AUTH),
        ("say('turn.failed', error={'message': 'it broke'})", Kind.AGENT_CRASHED),
        ("say('turn.failed', error=5)", Kind.AGENT_CRASHED),
        ("say('error', message='stream disconnected'); sys.exit(1)", Kind.AGENT_CRASHED),
        ("sys.exit(1)", Kind.AGENT_CRASHED),
        ("say('turn.completed', usage={}); time.sleep(600)", Kind.OK),
    ],
)
async def test_every_way_in_which_codex_ends(place: Place, body: str, kind: Kind) -> None:
    assert (await place.run("codex", body, options={"linger_seconds": 0.1})).outcome.kind is kind


async def test_codex_goes_on_with_its_thread(place: Place) -> None:
    told = await place.run("codex", CODEX.replace("0199a213-81c0", "known"), session="known")

    assert told.sessions == []
    argv = kept(place.root / "seen")[0][0]
    assert argv[-3:] == ["resume", "known", "-"]


# Any command.


async def test_a_command_reads_the_prompt_and_what_it_prints_is_what_it_says(place: Place) -> None:
    told = await place.run("mytool", "", options={"type": "command", "command": ["cat"]})

    assert told.outcome.ok
    assert told.text == "You work.\n\nDo it."


async def test_a_command_gets_the_prompt_as_an_argument_where_it_wants_it(place: Place) -> None:
    options = {"type": "command", "command": ["echo", "-n", "<{prompt}>"], "args": ["{model}"], "model": "m"}

    assert (await place.run("mytool", "", options=options)).text == "<You work.\n\nDo it.> m"


async def test_a_prompt_that_is_no_argument_is_told_and_nothing_is_started(place: Place) -> None:
    options = {"type": "command", "command": ["echo", "{prompt}"]}
    told = await place.run("mytool", "", options=options, prompt="x" * 200_000)

    assert told.outcome.kind is Kind.CONFIG_INVALID
    assert "leave {prompt} out" in told.outcome.message
    assert place.launcher.spawns == []


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("true", Kind.OK),
        ("sh -c 'exit 3'", Kind.AGENT_CRASHED),
        ("sh -c nope-no-such-thing", Kind.AGENT_SPAWN),
        ("sh -c 'kill -TERM $$'", Kind.CANCELED_USER),
        ("sh -c 'kill -KILL $$'", Kind.AGENT_CRASHED),
    ],
)
async def test_how_a_command_went_is_told_by_its_exit_code(place: Place, words: str, kind: Kind) -> None:
    agent = make_agent(f"command:{words}", place.root, StillClock(), place.env, launcher=place.launcher)
    *_, stop = [chunk async for chunk in agent.run(place.request(), Notebook())]

    assert getattr(stop, "outcome").kind is kind  # noqa: B009  # it is a Stop, or the test fails


async def test_characters_that_come_in_two_pieces_stay_whole(place: Place) -> None:
    body = """
        for byte in 'naïve 割り算 \\U0001f600'.encode():
            os.write(1, bytes([byte]))
    """
    stub(place.bin, "drip", body)
    told = await place.run("mytool", "", options={"type": "command", "command": ["drip"]})

    assert told.text == "naïve 割り算 \U0001f600"


async def test_one_that_vanished_since_it_was_chosen_cannot_be_started(place: Place) -> None:
    path = stub(place.bin, "claude", "")
    agent = make_agent(
        CLAUDE, place.root, StillClock(), {**place.env, "PATH": str(place.bin)}, launcher=place.launcher
    )
    path.unlink()
    *_, stop = [chunk async for chunk in agent.run(place.request(), Notebook())]

    assert getattr(stop, "outcome").kind is Kind.AGENT_SPAWN  # noqa: B009  # it is a Stop, or the test fails
