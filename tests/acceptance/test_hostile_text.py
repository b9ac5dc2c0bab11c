"""A plan, a hook and a script full of what a terminal obeys: none of it reaches one."""

import json
import re
from pathlib import Path

import pytest

from tests.acceptance.project import Project
from tests.acceptance.terminal import Terminal


MARK = "pwn"
"""Stands in every payload, so that a payload's bytes are told from the program's own."""

PAYLOADS = (
    f"\x1b]0;{MARK}\x07",
    f"\x1b]52;c;{MARK}\x07",
    f"\x1b]8;;http://{MARK}\x1b\\x\x1b]8;;\x1b\\",
    f"\x1b[2J\x1b[H{MARK}",
    f"\x1b[?1049l{MARK}",
    f"\x1b[6n{MARK}",
    f"\x1bP1$r{MARK}\x1b\\",
    f"\x1b_{MARK}\x1b\\",
    f"\x9b2J{MARK}",
    f"\x9d0;{MARK}\x9c",
    f"\x07\x08\x7f{MARK}",
    f"\u202e{MARK}\u2066\u200b\ufeff",
    f"[@click=app.quit]{MARK}[/] [/nope] [red {MARK}[/red]",
    f"\x1b]0;{MARK} without an end",
)
TEXT = " ".join(PAYLOADS)


def files() -> dict[str, str]:
    """A project whose every text is hostile. JSON is YAML, and writes the control characters as escapes."""
    hook = {"description": TEXT, "command": "cat hostile.txt; exit 1", "timeout": 10}
    settings = {"max_attempts_per_task": 1, "max_consecutive_failures": 0, "hooks": {"wild": hook}}
    task = {"id": "a", "title": TEXT, "description": TEXT, "phase": TEXT, "post_hooks": ["wild"]}
    edit = {"create": {"path": "x.txt", "content": TEXT}}
    steps = [{"thinking": TEXT}, {"text": TEXT}, {"bash": "cat hostile.txt"}, edit]
    script = {"version": 1, "model": TEXT, "tasks": {"a": steps}}
    return {
        ".taskmaster.yml": json.dumps(settings),
        "tasks.yml": json.dumps({"tasks": [task]}),
        "a.agent.yml": json.dumps(script),
        "hostile.txt": TEXT + "\n",
    }


FORBIDDEN = re.compile(
    b"|".join(
        (
            rb"\x1b\][^\x07\x1b]*" + MARK.encode(),
            rb"\x1b[P_^X][^\x1b]*" + MARK.encode(),
            rb"\x1b\[2J\x1b\[H" + MARK.encode(),
            rb"\x1b\[\?1049l" + MARK.encode(),
            rb"\x1b\[6n",
            rb"\xc2[\x80-\x9f]|\x07|\x08|\x7f",
            rb"\xe2\x80[\x8b\x8e\x8f\xaa-\xae]|\xe2\x81[\xa6-\xa9]|\xef\xbb\xbf",
        )
    )
)
"""OSC, DCS, CSI, C1, BEL, BS, DEL, bidirectional and zero-width characters, as bytes."""

OUR_OWN = re.compile(rb"\x1b\](?:22;[a-z-]*|(?:2|9);[^\x00-\x1f\x7f]*)\x07|\x07(?=\x1b\]9;)")
"""What the screen itself says to the terminal: the pointer's shape, the title, and a bell with its notification."""


def smuggled(raw: bytearray) -> str:
    """The first foreign control sequence in what reached a terminal, with what stands around it."""
    sent = OUR_OWN.sub(b"", bytes(raw))
    found = FORBIDDEN.search(sent)
    return repr(sent[max(0, found.start() - 40) : found.end() + 40]) if found else ""


@pytest.fixture(name="project")
def _project(tmp_path: Path) -> Project:
    return Project.of_files(files(), tmp_path)


def test_nothing_reaches_the_terminal_from_any_pane(project: Project) -> None:
    command = project.argv("run", "tasks.yml", "--agent", "scripted:a.agent.yml")
    with Terminal(command, cwd=project.root, env=project.env) as terminal:
        terminal.until("needs you:")
        assert MARK in terminal.text
        for tab in ("[d]", "Diff", "Hooks", "Prompt", "Attempts", "Info"):
            terminal.press("]" if tab != "[d]" else "\t")
            terminal.until(lambda screen: MARK in screen)
        terminal.press("!")
        terminal.until("esc back")
        terminal.press("s")
        terminal.until("INCOMPLETE")
        terminal.press("q")
        assert terminal.until_exit() == 1
        assert terminal.settings == terminal.before
        assert smuggled(terminal.raw) == ""


@pytest.mark.parametrize(
    "words",
    [
        ("run", "tasks.yml", "--agent", "scripted:a.agent.yml", "--plain", "--on-decision", "skip"),
        ("run", "tasks.yml", "--agent", "scripted:a.agent.yml", "--quiet", "--on-decision", "skip"),
        ("run", "tasks.yml", "--agent", "scripted:a.agent.yml", "--json", "--on-decision", "skip"),
    ],
    ids=lambda words: words[4],
)
def test_nothing_reaches_the_terminal_in_lines(project: Project, words: tuple[str, ...]) -> None:
    after = (("status",), ("debug",), ("runs",), ("logs", "a"), ("diff", "a"), ("replay", "--plain"))
    for command in (words, *after):
        with Terminal(project.argv(*command), cwd=project.root, env=project.env) as terminal:
            terminal.until_exit()
            assert smuggled(terminal.raw) == "", command
