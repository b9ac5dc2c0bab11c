import pytest
from hypothesis import given, strategies as st

from tests.state.strategies import damaged_by, runs
from tests.tui.recordings import Tape, needs_you, running
from tmtui.domain.hook import Stage
from tmtui.domain.outcome import Kind, Outcome
from tmtui.domain.status import HookStatus, ToolStatus
from tmtui.events.agent import AgentSpoke, AgentThought
from tmtui.events.attempt import AttemptMeasured, AttemptRestored
from tmtui.events.base import Recorded
from tmtui.events.codec import EVENT_TYPES
from tmtui.events.hook import HookFinished, HookPrinted, HookStalled, HookStarted
from tmtui.events.resilience import ProviderRecovered, ProviderRetrying
from tmtui.events.tool import ToolFinished, ToolPrinted, ToolStarted
from tmtui.state.lines import LineKind, Lines
from tmtui.state.transcript import INPUT_LINES, STREAMED, WRITERS, Transcript, input_lines


def take(tape: Tape, task: str = "calc-1", attempt: int = 1) -> Transcript:
    transcript = Transcript(task, attempt)
    transcript.take_all(tape.events)
    return transcript


def told(lines: Lines) -> list[tuple[str, str]]:
    return [(line.kind.value, line.text) for line in lines if line.kind is not LineKind.BLANK]


@pytest.fixture(name="tape")
def _tape() -> Tape:
    tape = Tape()
    tape.start("calc-1")
    return tape


def test_an_attempt_reads_like_a_conversation() -> None:
    lines = told(take(running(), "calc-3", 2).output)
    assert lines == [
        ("head", "Attempt 2"),
        ("note", "checkpoint 3f2a9c1d0b"),
        ("note", "asked scripted · claude-sonnet-5-5"),
        ("thought", "The function is missing. A test exists already, so I write against it."),
        ("said", "I'll read the failing test first, then write the function."),
        ("call", "edit calc.py"),
        ("input", "- pass"),
        ("input", "+ return a / b"),
        ("printed", "1 replacement in calc.py"),
        ("good", "ok · 0.0 s"),
        ("call", "$ python -m pytest -q"),
        ("printed", "....F                                  [100%]"),
        ("printed", "E   ZeroDivisionError: division by zero"),
        ("printed", "1 failed, 4 passed in 0.12s"),
        ("bad", "exit code 1 · 1.2 s"),
        ("said", "One test is left; I handle zero."),
    ]


def test_hooks_have_a_log_of_their_own_and_two_lines_in_the_conversation() -> None:
    transcript = take(needs_you(), "calc-5", 3)
    message = "pytest exited with code 1: ZeroDivisionError in test_root · 0.9 s"
    assert told(transcript.hooks) == [
        ("call", "test  post-hook"),
        ("input", "$ python -m pytest -q"),
        ("printed", "E   ZeroDivisionError: division by zero"),
        ("printed", "1 failed, 4 passed"),
        ("bad", message),
    ]
    assert told(transcript.output)[-5:] == [
        ("note", "2 files changed · +15 -1"),
        ("call", "test  post-hook"),
        ("bad", message),
        ("bad", "attempt 3 failed · 6.1 s · pytest exited with code 1: ZeroDivisionError in test_root"),
        ("warn", "needs you: test failed 3 times"),
    ]


def test_the_prompt_is_there_word_for_word() -> None:
    lines = told(take(running(), "calc-3", 2).prompt)
    assert lines == [
        ("head", "System"),
        ("text", "You change code."),
        ("head", "Prompt"),
        ("text", "Do calc-3."),
        ("text", ""),
        ("text", "The tests must pass."),
    ]


def test_an_event_is_taken_once_and_only_its_own_attempts(tape: Tape) -> None:
    tape.on("calc-1", AgentSpoke("hello\n"))
    transcript = take(tape)
    length = len(transcript.output)
    transcript.take_all(tape.events)
    assert len(transcript.output) == length
    assert not len(take(tape, "calc-1", 2).output)
    assert not len(take(tape, "calc-2").output)


@given(runs(), st.integers(0, 200))
def test_a_transcript_taken_in_two_parts_is_the_whole(events: list[Recorded], cut: int) -> None:
    keys = {(each.task, each.attempt) for each in events if each.attempt}
    for task, attempt in keys:
        whole, parts = Transcript(task, attempt), Transcript(task, attempt)
        whole.take_all(events)
        parts.take_all(events[:cut])
        parts.take_all(events[max(0, cut - 3) :])
        for name in ("output", "hooks", "prompt"):
            assert list(getattr(whole, name)) == list(getattr(parts, name))


@given(st.integers(0, 10_000))
def test_no_log_is_too_strange_for_it(seed: int) -> None:
    events = damaged_by(seed, 60)
    for task, attempt in {(each.task, each.attempt) for each in events}:
        transcript = Transcript(task, attempt)
        transcript.take_all(events)
        assert transcript.seq <= max(each.seq for each in events)


def test_every_kind_that_leaves_a_line_is_an_event() -> None:
    assert set(WRITERS) <= set(EVENT_TYPES)
    assert set(WRITERS) >= STREAMED


def test_words_and_thoughts_stand_apart(tape: Tape) -> None:
    for event in (AgentThought("hm"), AgentSpoke("so"), AgentSpoke(" it is"), AgentThought("ah")):
        tape.on("calc-1", event)
    spoken = told(take(tape).output)[3:]
    assert spoken == [("thought", "hm"), ("said", "so it is"), ("thought", "ah")]


def test_what_was_left_out_is_counted(tape: Tape) -> None:
    tape.on("calc-1", AgentSpoke("head\n"))
    tape.on("calc-1", AgentSpoke("tail\n", skipped=12_345))
    tape.on("calc-1", ToolStarted("t", "bash", "{}", "$ yes"))
    tape.on("calc-1", ToolPrinted("t", "y\n", skipped=7))
    lines = told(take(tape).output)
    assert ("warn", "… 12,345 characters left out …") in lines
    assert ("warn", "… 7 characters left out …") in lines


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (ToolFinished("t", ToolStatus.OK, "", 0, 1.0), ("good", "exit code 0 · 1.0 s")),
        (ToolFinished("t", ToolStatus.OK, "", None, 1.0), ("good", "ok · 1.0 s")),
        (ToolFinished("t", ToolStatus.ERROR, "", None, 1.0), ("bad", "error · 1.0 s")),
        (ToolFinished("t", ToolStatus.ERROR, "", 2, 1.0), ("bad", "exit code 2 · 1.0 s")),
        (ToolFinished("t", ToolStatus.TIMED_OUT, "", None, 134.0), ("bad", "timed out · 2:14")),
        (ToolFinished("t", ToolStatus.CANCELED, "", None, 0.0), ("bad", "canceled · 0.0 s")),
        (
            ToolFinished("t", ToolStatus.OK, "", None, 0.0, recovered=True),
            ("good", "ok · 0.0 s · found done after a crash"),
        ),
    ],
)
def test_a_call_ends_with_its_verdict(tape: Tape, event: ToolFinished, line: tuple[str, str]) -> None:
    tape.on("calc-1", event)
    assert told(take(tape).output)[-1] == line


def test_a_result_is_shown_unless_it_was_seen_while_it_ran(tape: Tape) -> None:
    tape.on("calc-1", ToolStarted("a", "bash", "{}", "$ a"))
    tape.on("calc-1", ToolPrinted("a", "seen\n"))
    tape.on("calc-1", ToolFinished("a", ToolStatus.OK, "seen\n"))
    tape.on("calc-1", ToolStarted("b", "glob", "{}", "glob *"))
    tape.on("calc-1", ToolFinished("b", ToolStatus.OK, "unseen\n"))
    printed = [text for kind, text in told(take(tape).output) if kind == "printed"]
    assert printed == ["seen", "unseen"]


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (AttemptMeasured("t", progressed=False), ("warn", "nothing changed")),
        (AttemptMeasured("", problem="git is gone"), ("warn", "changes unknown: git is gone")),
        (
            AttemptRestored("t", "refs/kept"),
            ("warn", "the tree was put back to the checkpoint; what it was is kept as refs/kept"),
        ),
        (
            ProviderRetrying("anthropic", Outcome(Kind.OVERLOADED), 2, 4.0, 0),
            ("warn", "anthropic: overloaded; try 3 in 4 s"),
        ),
        (ProviderRecovered("anthropic", 3), ("note", "anthropic answers again after 3 tries")),
    ],
)
def test_what_goes_on_around_it_is_remarked(tape: Tape, event: AttemptMeasured, line: tuple[str, str]) -> None:
    tape.on("calc-1", event)
    assert told(take(tape).output)[-1] == line


def test_a_hook_that_printed_nothing_while_it_ran_shows_its_tail(tape: Tape) -> None:
    tape.on("calc-1", HookStarted("h", "lint", Stage.PRE, "ruff\ncheck", round=2))
    tape.on("calc-1", HookStalled("h", "Password:", 45.0))
    tape.on("calc-1", HookFinished("h", HookStatus.TIMED_OUT, seconds=60.0, tail="the tail", survivors=2))
    tape.on("calc-1", HookPrinted("x", "late"))
    assert told(take(tape).hooks) == [
        ("call", "lint  pre-hook · run 2"),
        ("input", "$ ruff"),
        ("input", "$ check"),
        ("warn", "nothing for 45 s; it seems to ask: Password:"),
        ("printed", "the tail"),
        ("bad", "timed out · 1:00 · 2 processes left behind were ended"),
        ("printed", "late"),
    ]


@pytest.mark.parametrize(
    ("raw", "lines"),
    [
        ('{"command":"ls"}', []),
        ('{"command":"a\\nb"}', ["a", "b"]),
        ('{"old_str":"x\\ny","new_str":"z"}', ["- x", "- y", "+ z"]),
        ('{"file_text":"a\\u001b[2Jb"}', ["+ a␛[2Jb"]),
        ("not json \x1b[2J", ["not json ␛[2J"]),
        ("[1, 2]", ["[1, 2]"]),
        ('{"path": 7}', []),
    ],
)
def test_an_input_is_made_safe_and_shown_as_far_as_it_says_more_than_the_summary(raw: str, lines: list[str]) -> None:
    assert input_lines(raw) == lines


def test_a_long_input_is_cut() -> None:
    lines = input_lines('{"file_text":"' + "a\\n" * 100 + '"}')
    assert len(lines) == INPUT_LINES + 1
    assert lines[-1] == f"… {100 - INPUT_LINES} more lines"
