"""Foreign text of the worst kind in every field, and not one byte of it that a terminal obeys gets through.

The log is written raw here, as neither the engine nor the importers would write it: so this holds what stands at the
command line's own end, whatever comes before it.
"""

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.acceptance.terminal import Terminal
from tests.cli import story
from tests.cli.program import environment
from tmtui.cli.project import Project
from tmtui.domain.hook import Stage
from tmtui.domain.outcome import Kind, Outcome
from tmtui.domain.plan import Plan, Task
from tmtui.domain.status import AttemptStatus, HookStatus, RunStatus, ToolStatus
from tmtui.domain.usage import Usage
from tmtui.events import agent, attempt, decision, hook, money, monitor, resilience, run, task, tool
from tmtui.events.base import Event


PAYLOAD = "".join(
    (
        "<\x1b]0;title\x07\x1b]52;c;aGk=\x07\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\",
        "\x1b[2J\x1b[H\x1b[6n\x1b[?1049h\x1b[?2004h\x1b[?1003h\x1b[31m",
        "\x9b2J\x9d0;c1\x9c\x90dcs\x9c\x1bPdcs\x1b\\\x1b_apc\x1b\\\x1b^pm\x1b\\",
        "\x07" * 5,
        "over\x08\x08\x08\x08write\x7f",
        "\u202ebidi\u202c\u200bzero\U000e0041tag\u2066",
        "[/foo][red[@click=app.quit]x[/]list[int]",
        "a\x00b\x0b\x0c\x0e\x0f\x1b]unterminated>",
    )
)

OURS = re.compile(rb"\x1b\[(?:\d{1,2})?m")
"""The only sequences that the program itself writes."""

OBEYED = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]"
)


def hostile_story() -> story.Story:
    """A run in which every text is the payload."""
    bad = PAYLOAD
    spoilt = Outcome(Kind.HOOK_POST_FAILED, bad)
    tasks = (
        Task(id="t1", title=bad, description=bad, phase=bad, path=bad),
        Task(id="t2", title=bad, depends_on=("t1",)),
    )
    plan = Plan(path=bad, name=bad, tasks=tasks, hash=bad)
    told = story.Story()
    told.then(run.RunPlanned(plan, bad, run.Limits(), bad, bad)).then(
        run.RunStarted(1, bad, bad, sandbox=bad, only=(bad,))
    )
    told.then(run.RunReplanned(plan, (bad,), (bad,), (bad,))).then(run.RunWaiting(bad)).then(run.RunWoken())
    told.then(run.RunPaused(bad)).then(run.RunUnpaused(bad)).then(monitor.Degraded(bad, bad, bad))
    told.then(monitor.Troubled(bad, bad, bad)).then(task.TaskStarted(), "t1")
    inside = (
        attempt.AttemptStarted(1, bad, bad, note=bad),
        attempt.AttemptCheckpointed("a" * 40, bad, bad, bad, bad),
        attempt.AttemptPrompted(bad, bad, bad),
        agent.AgentStarted(bad, bad),
        agent.AgentSpoke(bad + "\n"),
        agent.AgentThought(bad + "\n"),
        agent.AgentNoticed(bad),
        tool.ToolStarted("c", bad, '{"x": "\x7f\x9b\u202e"}', bad),
        tool.ToolPrinted("c", bad),
        tool.ToolFinished("c", ToolStatus.ERROR, bad, 1),
        money.MoneySpent(bad, Usage(1, 1), 5, bad, provider=bad, profile=bad, user=bad),
        resilience.ProviderRetrying(bad, spoilt, 1, 1.0, 0),
        resilience.ProviderRecovered(bad, 1),
        agent.AgentFinished(spoilt, bad),
        attempt.AttemptMeasured("b" * 40, bad, True, (attempt.FileChange(bad, bad, 1, 1),), 2),
        hook.HookStarted("h", bad, Stage.POST, bad),
        hook.HookPrinted("h", bad),
        hook.HookStalled("h", bad, 45),
        hook.HookFinished("h", HookStatus.FAILED, 1, None, 1.0, bad, bad, 2),
        attempt.AttemptRestored(bad, bad),
        attempt.AttemptFinished(AttemptStatus.FAILED, spoilt, counted=True),
        decision.DecisionOpened("d", bad, bad, (bad,), ("retry", "skip", "abort"), (bad,), bad),
    )
    for event in inside:
        told.then(event, "t1", 1)
    return told


ENDINGS: dict[str, tuple[tuple[Event, str], ...]] = {
    "open": (),
    "answered": ((decision.DecisionAnswered("d", "retry", PAYLOAD, PAYLOAD, PAYLOAD), "t1"),),
    "skipped": (
        (task.TaskSkipped(PAYLOAD, PAYLOAD), "t1"),
        (run.RunFinished(RunStatus.INCOMPLETE, PAYLOAD), ""),
    ),
}


SEPARATOR = "-- next --"

DRIVER = f"""
import json, sys
from tmtui.cli.main import run_program
for arguments in json.loads(sys.argv[1]):
    run_program(arguments)
    sys.stdout.flush()
    print({SEPARATOR!r}, flush=True)
"""


def shown(commands: Sequence[tuple[str, ...]], cwd: Path) -> list[str]:
    """What the program writes to a terminal for each of the commands, its own colours taken out.

    They run one after another in one process, which is a fifth of the time that a process to each would take.
    """
    argv = [sys.executable, "-c", DRIVER, json.dumps(commands)]
    with Terminal(argv, cwd=cwd, env=environment()) as terminal:
        terminal.until_exit()
        texts = OURS.sub(b"", bytes(terminal.raw)).decode().replace("\r\n", "\n").split(SEPARATOR)
    assert len(texts) == len(commands) + 1
    return texts[:-1]


def dangers(text: str) -> list[str]:
    """What a terminal would obey, or hide."""
    return OBEYED.findall(text)


READING = (
    ("status",),
    ("status", "--json"),
    ("debug",),
    ("debug", "--json"),
    ("runs",),
    ("logs", "-v"),
    ("logs", "--json"),
    ("replay", "--plain", "-v"),
    ("replay", "--json"),
    ("watch", "--quiet"),
    ("diff", "t1", "--stat"),
    ("diff", "t1", "--json"),
    ("diff", "t1"),
    ("cost-status",),
    ("cost-status", "--json"),
    ("cost-report", "--by-user"),
    ("cost-report", "--by-model", "--json"),
    ("cost-report", "--by-profile", "--format", "csv"),
    ("receipt",),
    ("receipt", "--json"),
    ("export", "--script", "-"),
    ("answer", "retry"),
)


@pytest.mark.parametrize("ending", ENDINGS)
def test_nothing_of_a_hostile_log_reaches_the_terminal(ending: str, project: Project) -> None:
    told = hostile_story()
    for event, name in ENDINGS[ending]:
        told.then(event, name)
    told.write(project.state_dir)
    for arguments, text in zip(READING, shown(READING, project.root), strict=True):
        assert text.strip(), arguments
        assert not dangers(text), arguments


ARGUMENTS = (
    (PAYLOAD,),
    ("status", PAYLOAD),
    ("logs", PAYLOAD),
    ("diff", PAYLOAD),
    ("answer", PAYLOAD, "retry"),
    ("answer", PAYLOAD),
    ("run", PAYLOAD, "--plain"),
    ("demo", PAYLOAD),
    ("-C", PAYLOAD, "status"),
    ("config", "validate", PAYLOAD),
    ("--" + PAYLOAD,),
)


def test_nothing_of_a_hostile_argument_comes_back(project: Project) -> None:
    hostile_story().write(project.state_dir)
    commands = [tuple(each.replace("\x00", "") for each in arguments) for arguments in ARGUMENTS]
    for arguments, text in zip(commands, shown(commands, project.root), strict=True):
        assert text.strip(), arguments
        assert not dangers(text), arguments


def test_nothing_of_a_hostile_folder_or_file_reaches_the_terminal(tmp_path: Path) -> None:
    root = tmp_path / "\x1b]52;c;aGk=\x07 folder\u202e"
    root.mkdir()
    (root / "tasks.yml").write_text("tasks:\n  - id: a\n    titel: x\n    \x1b[2J: y\n")
    (root / ".taskmaster.yml").write_text('agent: "\\e]52;c;aGk=\\a"\nhooks: {"\\e[2J": {command: x}}\n')
    commands = (("runs",), ("status",), ("doctor",), ("config", "validate"), ("config", "show"), ("run", "--plain"))
    for arguments, text in zip(commands, shown(commands, root), strict=True):
        assert not dangers(text), arguments
