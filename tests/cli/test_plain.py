import re

import pytest

from tests.cli import story
from tmtui.cli.faces import JsonFace, PlainFace, QuietFace
from tmtui.cli.output import as_text
from tmtui.cli.plain import TELLERS, PlainRenderer, plain_line
from tmtui.domain.hook import Stage
from tmtui.domain.outcome import Kind, Outcome
from tmtui.domain.status import AttemptStatus, HookStatus, RunStatus, ToolStatus
from tmtui.domain.usage import Usage
from tmtui.events import agent, attempt, decision, hook, money, monitor, resilience, run, task, tool
from tmtui.events.base import Entry, Event, Recorded
from tmtui.events.codec import EVENT_TYPES
from tmtui.state.fold import fold
from tmtui.state.model import State


def told(event: Event, *, within: story.Story | None = None, task_id: str = "task-3", number: int = 1) -> str:
    """How an event is told, without the time and the task."""
    within = within or story.begin(story.planned(), "task-3", 1)
    state = within.state()
    recorded = Recorded(99, story.RUN, 1, task_id, number, story.NOON, 0, event)
    fold(state, recorded)
    line = plain_line(recorded, state)
    assert line is not None
    assert re.match(r"\d\d:\d\d:\d\d ", line.text)
    return line.text[9:].removeprefix(task_id or "run").strip()


def lines_of(a_story: story.Story, *, verbose: bool = False) -> list[str]:
    renderer = PlainRenderer(verbose=verbose)
    state = State()
    lines = []
    for recorded in a_story.recorded():
        fold(state, recorded)
        lines += renderer.lines(recorded, state)
    lines += renderer.rest(state.updated_ms, state)
    return [line.text[9:] for line in lines]


def test_every_event_is_told_or_silent_on_purpose() -> None:
    assert set(TELLERS) == set(EVENT_TYPES)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (run.RunStarted(7, "box", "b", resumed=True), "▶ taken up again by process 7 on box; UNSANDBOXED"),
        (run.RunStarted(7, "box", "b", sandbox="bwrap"), "▶ started by process 7 on box; sandbox bwrap"),
        (
            run.RunReplanned(story.plan(), added=("x",), changed=("y", "z")),
            "↻ the plan was changed: added x; changed y, z",
        ),
        (run.RunReplanned(story.plan()), "↻ the plan was changed: no task differs"),
        (
            run.RunStarted(7, "box", "b", sandbox="bwrap", ignores_limits=True),
            "▶ started by process 7 on box; sandbox bwrap; YOUR RATE LIMITS ARE SET ASIDE",
        ),
        (run.RunPaused("person"), "⏸ paused by person; go on with: tmtui unpause"),
        (run.RunUnpaused("person"), "▶ let go on by person"),
        (run.RunWaiting("rate_limit"), "⏸ waiting: rate limit"),
        (run.RunWoken(), "▶ goes on"),
        (run.RunSuspended("SIGTERM"), "⏸ laid down: SIGTERM; take it up with: tmtui resume"),
        (run.RunFinished(RunStatus.SUCCEEDED), "✓ the run succeeded"),
        (run.RunFinished(RunStatus.FAILED, "2 tasks failed"), "✗ the run failed: 2 tasks failed"),
        (run.RunFinished(RunStatus.ABORTED), "✗ the run was given up"),
        (run.RunFinished(RunStatus.INCOMPLETE), "✗ the run is incomplete"),
        (monitor.Degraded("checkpoints", "no git", "Install git"), "⚠ degraded: checkpoints: no git. Install git"),
        (monitor.Restored("checkpoints"), "✓ no longer degraded: checkpoints"),
        (
            run.RunWaiting("rate_limit", None, "claude/m", "10 of 10 requests"),
            "⏸ waiting: rate limit (claude/m: 10 of 10 requests)",
        ),
        (monitor.Troubled("hooks", "odd", "x.log"), "✗ trouble in hooks: odd (details: x.log)"),
        (monitor.TailLost(9, 7), "✗ the disk lost the last 2 events that had been shown"),
    ],
)
def test_what_happens_to_the_run_is_told_in_one_line(event: Event, words: str) -> None:
    assert told(event, task_id="", number=0) == words


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (task.TaskSucceeded("test passed"), "✓ done: test passed"),
        (task.TaskFailed("no_progress", "nothing changed"), "✗ failed: nothing changed"),
        (task.TaskSkipped("policy", "nobody was there"), "» skipped by policy: nobody was there"),
        (task.TaskAborted("given up"), "■ given up: given up"),
        (task.TaskReopened("resume"), "↻ opened again by resume"),
        (attempt.AttemptCheckpointed("", problem="no git"), "⚠ no checkpoint: no git"),
        (attempt.AttemptMeasured("", problem="no git"), "⚠ what changed is not known: no git"),
        (attempt.AttemptMeasured("b", "", progressed=False), "· no file changed"),
        (
            attempt.AttemptRestored("a", "refs/tmtui/kept"),
            "↻ the files were put back; what was there before is kept as refs/tmtui/kept",
        ),
        (
            attempt.AttemptFinished(AttemptStatus.INTERRUPTED, Outcome(Kind.INTERRUPTED_CRASH), counted=False),
            "⚠ attempt interrupted: the engine ended in the middle of it",
        ),
        (
            attempt.AttemptFinished(AttemptStatus.CANCELED, Outcome(Kind.CANCELED_USER), counted=False, seconds=3),
            "⏸ attempt canceled after 3.0 s",
        ),
        (
            attempt.AttemptFinished(AttemptStatus.FAILED, Outcome(Kind.OVERLOADED, "busy"), counted=False),
            "✗ attempt failed after 0.0 s (does not count): busy",
        ),
        (agent.AgentNoticed("a retry"), "· a retry"),
        (agent.AgentFinished(Outcome(Kind.REFUSAL, "refused")), "✗ agent stopped: refused"),
        (tool.ToolStarted("x", "bash", "{}", "$ pytest -q"), "⚙ $ pytest -q"),
        (tool.ToolStarted("x", "str_replace_based_edit_tool", "{}", ""), "⚙ edit"),
        (
            tool.ToolFinished("task-3:1:1", ToolStatus.TIMED_OUT, "", None, 120),
            "✗ bash ran out of time and was ended after 2 min 00 s",
        ),
        (
            tool.ToolFinished("task-3:1:1", ToolStatus.OK, "", recovered=True),
            "✓ bash had been carried out before the engine ended",
        ),
        (hook.HookStarted("h", "test", Stage.POST, "a\nb", round=2), "▶ post-hook test (run 2): a b"),
        (tool.ToolFlagged("t", "what it told holds words"), "⚠ what it told holds words"),
        (
            tool.ToolFlagged("t", "it changed what it must not", (".git/config",), undone=True, kept="kept/guard-1"),
            "⚠ it changed what it must not: .git/config; put back; what it left is kept in kept/guard-1",
        ),
        (
            tool.ToolFlagged("t", "it changed what it must not", ("~/.bashrc", ".git/HEAD")),
            "⚠ it changed what it must not: ~/.bashrc, .git/HEAD; left as they are",
        ),
        (hook.HookStalled("h", "Password:", 45), "⚠ silent for 45 s after what looks like a question: Password:"),
        (
            decision.DecisionAnswered("d", "retry", "person", "use ints", restore=True),
            "● answered by person: retry, from the files as they were before, with the note: use ints",
        ),
        (decision.DecisionIgnored("d", "skip", "person"), "· a later answer by person came too late: skip"),
        (
            resilience.ProviderRetrying("p", Outcome(Kind.OVERLOADED), 1, 2.0, 0),
            "⚠ p: overloaded. Attempt 1: Waiting 2 seconds...",
        ),
        (
            resilience.ProviderRetrying("p", Outcome(Kind.RATE_LIMITED, "HTTP 429", 60), 2, 62.25, 0, 5),
            "⚠ p: HTTP 429, Retry-After: 60 seconds. Attempt 2/5: Waiting 62.2 seconds...",
        ),
        (resilience.ProviderRecovered("p", 3), "✓ p answers again after 3 tries"),
        (money.MoneySpent("m", Usage(10, 5)), "· $? for 15 tokens of m"),
    ],
)
def test_what_happens_to_a_task_is_told_in_one_line(event: Event, words: str) -> None:
    assert told(event) == words


def test_a_question_says_what_falls_and_how_to_answer() -> None:
    assert lines_of(story.asking())[-1].endswith(
        "task-3 ? needs you, failed 3 times: test hook failed: AssertionError in test_login"
        " (2 tasks would fall with it); answer with: tmtui answer task-3 retry|skip|abort"
    )


def test_a_hook_is_named_when_it_ends() -> None:
    lines = lines_of(story.fail(story.planned(), "task-3", 1))
    assert "task-3 ▶ post-hook test: pytest tests/ -v" in lines
    assert "task-3 ✗ hook test: test hook failed: AssertionError in test_login" in lines


def test_processes_that_a_hook_left_behind_are_told() -> None:
    begun = story.begin(story.planned(), "task-3", 1).then(
        hook.HookStarted("h", "test", Stage.POST, "x"), "task-3", 1
    )
    assert told(hook.HookFinished("h", HookStatus.PASSED, 0, None, 1.0, survivors=2), within=begun) == (
        "✓ hook test passed after 1.0 s; 2 processes that it left behind ended"
    )


def test_a_quiet_hook_is_silent_unless_it_fails() -> None:
    begun = story.begin(story.planned(), "task-3", 1)
    begun.then(hook.HookStarted("h", "tidy", Stage.PRE, "tidy", quiet=True), "task-3", 1)
    begun.then(hook.HookPrinted("h", "line one\nline two\n"), "task-3", 1)
    passed = hook.HookFinished("h", HookStatus.PASSED, 0, None, 1.0, "line two\n")
    assert not [line for line in lines_of(begun.then(passed, "task-3", 1)) if "tidy" in line]
    begun.entries[-1] = Entry(
        hook.HookFinished("h", HookStatus.FAILED, 1, None, 1.0, "line two\n", "tidy exited with code 1"), "task-3", 1
    )
    assert [line for line in lines_of(begun) if "tidy" in line] == [
        "task-3 ✗ hook tidy: tidy exited with code 1",
        "task-3 tidy │ line two",
    ]


def test_output_comes_in_whole_lines_whatever_its_pieces_are() -> None:
    lines = [line for line in lines_of(story.begin(story.planned(), "task-3", 1)) if "│" in line]
    assert lines == ["task-3 agent │ I look at the code.", "task-3 agent │ Then I write", "task-3 bash │ main.py"]


def test_output_of_two_tasks_is_never_mixed_into_one_line() -> None:
    both = story.planned()
    for name in ("task-1", "task-2"):
        both.then(task.TaskStarted(), name).then(attempt.AttemptStarted(1, "a"), name, 1)
    for text, name in (("one ", "task-1"), ("two ", "task-2"), ("more\n", "task-1"), ("too\n", "task-2")):
        both.then(agent.AgentSpoke(text), name, 1)
    assert [line for line in lines_of(both) if "│" in line] == ["task-1 agent │ one more", "task-2 agent │ two too"]


def test_what_was_left_out_is_counted_where_it_was_left_out() -> None:
    begun = story.planned().then(task.TaskStarted(), "task-1").then(attempt.AttemptStarted(1, "a"), "task-1", 1)
    begun.then(agent.AgentSpoke("head"), "task-1", 1).then(agent.AgentSpoke("tail\n", skipped=1_200), "task-1", 1)
    assert [line for line in lines_of(begun) if "│" in line] == [
        "task-1 agent │ head",
        "task-1 agent │ … 1,200 characters left out",
        "task-1 agent │ tail",
    ]


def test_a_line_that_never_ends_is_printed_at_the_end() -> None:
    begun = story.planned().then(task.TaskStarted(), "task-1").then(attempt.AttemptStarted(1, "a"), "task-1", 1)
    assert lines_of(begun.then(agent.AgentSpoke("no end"), "task-1", 1))[-1] == "task-1 agent │ no end"


def test_prompts_and_thinking_are_for_whoever_asks_for_more() -> None:
    begun = story.begin(story.planned(), "task-3", 1).then(agent.AgentThought("hm\n"), "task-3", 1)
    assert not [line for line in lines_of(begun) if "prompt │" in line or "thinking │" in line]
    verbose = lines_of(begun, verbose=True)
    assert "task-3 prompt │ Do task-3." in verbose
    assert "task-3 thinking │ hm" in verbose


def test_quiet_tells_results_questions_and_the_report() -> None:
    state = State()
    face = QuietFace()
    text = ""
    for recorded in story.asking().recorded():
        fold(state, recorded)
        text += face.show(recorded, state)
    assert [line.split(" ", 1)[1][:16] for line in text.splitlines()] == [
        "task-1 ✓ done: t",
        "task-2 ✓ done: t",
        "task-3 ? needs y",
    ]
    assert "Run 7f3c of tasks.yml: interrupted" in face.end(state, story.NOON, alive=False)


def test_json_tells_every_event_and_nothing_else() -> None:
    state = story.finished().state()
    face = JsonFace()
    texts = [face.show(recorded, state) for recorded in story.finished().recorded()]
    assert all(text.startswith('{"seq":') and text.count("\n") == 1 for text in texts)
    assert face.end(state, story.NOON, alive=False) == ""


def test_the_plain_face_ends_with_the_report() -> None:
    state = State()
    face = PlainFace()
    for recorded in story.finished().recorded():
        fold(state, recorded)
        face.show(recorded, state)
    assert "✓ Run 7f3c of tasks.yml: succeeded" in face.end(state, story.NOON, alive=False)


def test_every_line_of_a_run_begins_with_time_and_task() -> None:
    lines = as_text(
        line
        for recorded in story.asking().recorded()
        if (line := plain_line(recorded, story.asking().state())) is not None
    )
    assert all(re.match(r"\d\d:\d\d:\d\d (run|task-\d) +\S", line) for line in lines.splitlines())
