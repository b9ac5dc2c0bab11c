"""What the cockpit costs before its first frame, and what it leaves behind when it goes."""

import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.terminal import PATIENCE, Terminal


HEAVY = (
    "anthropic",
    "openai",
    "pydantic",
    "yaml",
    "jinja2",
    "httpx",
    "httpx2",
    "jsonschema",
    "psutil",
    "click",
    "sqlite3",
)
HOSTILE_BYTES = (
    b"\x1b]0;pwn", b"\x1b]52;c;pwn", b"\x1b[2J\x1b[Hpwn", b"\x1bP1$r", b"\xc2\x9b", b"\xe2\x80\xae", b"\x07", b"\x08",
)  # fmt: skip
"""What would be obeyed, or seen elsewhere than where it stands."""

OUR_OWN = re.compile(rb"\x1b\](?:22;[a-z-]*|(?:2|9);[^\x00-\x1f\x7f]*)\x07|\x07(?=\x1b\]9;)")
"""The pointer's shape, the title, a bell with its notification: each ends with a bell, and holds no control."""

SLOW_WIDGETS = ("textual.widgets._markdown", "textual.widgets._text_area", "textual.widgets._data_table")

PROGRAM = """
import asyncio, sys, time
from tests.tui.recordings import running
from tmtui.tui.app import Cockpit, open_cockpit
from tmtui.tui.ports import Rig

class Source:
    async def open(self):
        yield running().events
        {then}
        await asyncio.sleep(3600)
    async def fetch(self, task, attempt, upto, last=0):
        return running().events

left = open_cockpit(Rig(source=Source(), live=True, now=lambda: 0))
print(repr((left.reason, left.message, left.exit_code)), file=sys.stderr)
sys.exit(left.exit_code)
"""


def cockpit(tmp_path: Path, then: str = "") -> Terminal:
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    return Terminal([sys.executable, "-c", PROGRAM.format(then=then)], cwd=tmp_path, env=env)


def test_nothing_heavy_is_loaded_before_the_first_frame() -> None:
    program = (
        "import asyncio, sys\n"
        "from tests.tui.recordings import running\n"
        "from tests.tui.robot import Feed\n"
        "before = set(sys.modules)\n"
        "from tmtui.tui.app import Cockpit\n"
        "from tmtui.tui.ports import Rig\n"
        "async def main():\n"
        "    app = Cockpit(Rig(source=Feed(running().events, live=True), live=True, now=lambda: 0))\n"
        "    async with app.run_test() as pilot:\n"
        "        await pilot.pause()\n"
        "asyncio.run(main())\n"
        "print(*sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    loaded = set(done.stdout.split())
    assert "tmtui.tui.screens.run" in loaded
    assert loaded & {*HEAVY, *SLOW_WIDGETS} == set()
    assert not {
        name for name in loaded if name.startswith(("tmtui.engine", "tmtui.agents", "tmtui.config", "tmtui.cli"))
    }


@pytest.mark.parametrize(
    ("number", "code", "word"),
    [(signal.SIGTERM, 143, "TERM"), (signal.SIGHUP, 129, "HUP")],
)
def test_a_signal_puts_the_terminal_back_and_is_told(
    number: signal.Signals, code: int, word: str, tmp_path: Path
) -> None:
    with cockpit(tmp_path) as terminal:
        terminal.until("calc-3")
        terminal.kill(number)
        assert terminal.until_exit() == code
        assert f"('signal', 'ended by {word}', {code})" in terminal.text
        assert terminal.settings == terminal.before
        assert b"\x1b[?1049l" in terminal.raw


def test_a_fault_of_the_screen_puts_the_terminal_back_and_says_what_it_was(tmp_path: Path) -> None:
    with cockpit(
        tmp_path, then="await asyncio.sleep(0.3); raise ZeroDivisionError('the \\x1b[2Jscreen broke')"
    ) as terminal:
        assert terminal.until_exit() == 70
        text = " ".join(terminal.text.split())
        assert "('failed', 'the screen failed: ZeroDivisionError: the ␛[2Jscreen broke', 70)" in text
        assert "Traceback" not in text
        assert terminal.settings == terminal.before
        assert b"\x1b[?1049l" in terminal.raw


def test_leaving_puts_the_terminal_back(tmp_path: Path) -> None:
    with cockpit(tmp_path) as terminal:
        terminal.until("calc-3")
        terminal.press("q")
        assert terminal.until_exit() == 0
        assert "('detached', '', 0)" in terminal.text
        assert terminal.settings == terminal.before


def test_an_editor_has_the_terminal_for_a_while_and_gives_it_back(tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\necho the editor has $(wc -l < $1) lines\nread answer\n")
    editor.chmod(0o755)
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "VISUAL": str(editor)}
    with Terminal([sys.executable, "-c", PROGRAM.format(then="")], cwd=tmp_path, env=env) as terminal:
        terminal.until("calc-3")
        terminal.press("\t")
        terminal.until("follow")
        terminal.press("e")
        terminal.until("the editor has")
        terminal.press("done\n")
        terminal.until("RUNNING")
        terminal.press("?")
        terminal.until("Keys")
        terminal.press("\x1b")
        terminal.until(lambda screen: "esc closes" not in screen)
        terminal.press("q")
        assert terminal.until_exit() == 0
        assert terminal.settings == terminal.before


@pytest.mark.parametrize("told_so", [False, True])
@pytest.mark.parametrize("clock", ["0", "int(time.time() * 30_000)"], ids=["idle", "busy"])
def test_a_terminal_that_vanishes_takes_the_screen_with_it(tmp_path: Path, clock: str, *, told_so: bool) -> None:
    told = tmp_path / "told.txt"
    program = PROGRAM.format(then="").replace("file=sys.stderr", f"file=open({str(told)!r}, 'w')")
    master, slave = pty.openpty()
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "TERM": "xterm-256color"}
    with subprocess.Popen(
        [sys.executable, "-c", program.replace("now=lambda: 0", f"now=lambda: {clock}")],
        stdin=slave, stdout=slave, stderr=slave, start_new_session=True, env=env,
    ) as process:  # fmt: skip
        os.close(slave)
        seen = b""
        while b"calc-3" not in seen:
            seen += os.read(master, 65_536)
        os.close(master)
        if told_so:
            process.send_signal(signal.SIGHUP)
        process.wait(PATIENCE)
    assert re.search(r"\('signal', '(the terminal is gone|ended by HUP)', 129\)", told.read_text())


def test_hostile_bytes_reach_no_terminal(tmp_path: Path) -> None:
    program = PROGRAM.replace("running", "hostile").replace(
        "from tests.tui.recordings import hostile",
        "from tests.tui.test_hostile import HOSTILE, tape_of\nhostile = lambda: tape_of(HOSTILE)",
    )
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    argv = [sys.executable, "-c", program.format(then="")]
    with Terminal(argv, cwd=tmp_path, env=env, columns=150, rows=50) as terminal:
        terminal.until("pwn")
        for key in "123456":
            terminal.press(key)
            terminal.until(lambda screen: "pwn" in screen)
        terminal.press("q")
        terminal.until_exit()
        raw = OUR_OWN.sub(b"", bytes(terminal.raw))
        for payload in HOSTILE_BYTES:
            at = raw.find(payload)
            assert at < 0, raw[max(0, at - 60) : at + 60]
        assert terminal.settings == terminal.before
