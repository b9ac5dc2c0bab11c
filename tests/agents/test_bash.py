import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tmtui.agents.port import ToolResult
from tmtui.agents.tools.bash import LONGEST, Bash, verdict
from tmtui.agents.tools.inputs import InputError
from tmtui.domain.status import ToolStatus
from tmtui.system.environment import child_env
from tmtui.system.warden import Ended, Warden


@pytest.fixture(name="warden")
async def _warden() -> AsyncIterator[Warden]:
    warden = await Warden.start(mark="tools")
    yield warden
    await warden.close()


@pytest.fixture(name="bash")
def _bash(tmp_path: Path, warden: Warden) -> Bash:
    return Bash(tmp_path, warden, child_env({"GIVEN": "yes"}))


async def run(bash: Bash, **given: Any) -> ToolResult:
    planned = bash.plan(given)
    assert planned.work is not None
    return await planned.work("job", lambda _: None)


def lives(pid_file: Path) -> bool:
    return psutil.pid_exists(int(pid_file.read_text()))


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("echo out; echo err >&2", ToolResult(ToolStatus.OK, "out\nerr\n", 0)),
        ("true", ToolResult(ToolStatus.OK, "(no output)", 0)),
        ("printf no; exit 3", ToolResult(ToolStatus.ERROR, "no\n[exit 3]\n", 3)),
        ("kill -SEGV $$", ToolResult(ToolStatus.ERROR, "[killed by signal 11 (SIGSEGV)]\n")),
        ("echo $GIVEN $TMTUI_SECRET", ToolResult(ToolStatus.OK, "yes\n", 0)),
        ("read line || echo end", ToolResult(ToolStatus.OK, "end\n", 0)),
        ("printf '\\377'", ToolResult(ToolStatus.OK, "\ufffd", 0)),
    ],
)
async def test_a_command_is_told_as_it_went(
    bash: Bash, command: str, expected: ToolResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMTUI_SECRET", "no")

    assert await run(bash, command=command) == expected


async def test_it_runs_in_the_root(bash: Bash, tmp_path: Path) -> None:
    (tmp_path / "here").touch()

    assert (await run(bash, command="ls")).output == "here\n"


async def test_a_timeout_is_told_apart_from_a_failure(bash: Bash) -> None:
    result = await run(bash, command="echo begun; sleep 60", timeout=0.3)

    assert result == ToolResult(ToolStatus.TIMED_OUT, "begun\n[killed by timeout after 0.3 s]\n")


async def test_what_a_command_leaves_running_is_ended_and_told(bash: Bash, tmp_path: Path) -> None:
    result = await run(bash, command="sleep 60 & echo $! > pid; echo done")

    assert result.status is ToolStatus.OK
    assert result.output == "done\n[what it left running (1) was ended]\n"
    assert not lives(tmp_path / "pid")


async def test_long_output_keeps_its_head_and_its_tail(bash: Bash) -> None:
    seen = 0

    def on_output(piece: bytes) -> None:
        nonlocal seen
        seen += len(piece)

    planned = bash.plan({"command": "echo head; head -c 3000000 /dev/zero | tr '\\0' x; echo; echo tail"})
    assert planned.work is not None
    result = await planned.work("job", on_output)

    assert seen == 3_000_011
    assert result.output.startswith("head\nxxx")
    assert result.output.endswith("xxx\ntail\n")
    assert "\n… 2,900,011 bytes left out …\n" in result.output


async def test_a_cancelled_command_is_gone_with_all_it_started(bash: Bash, tmp_path: Path) -> None:
    planned = bash.plan({"command": "sleep 60 & echo $! > pid; echo ready; wait"})
    assert planned.work is not None
    ready = asyncio.Event()
    running = asyncio.ensure_future(planned.work("job", lambda _: ready.set()))
    await ready.wait()

    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    assert not lives(tmp_path / "pid")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "'command' is missing"),
        ({"command": 3}, "must be text, not a number"),
        ({"command": " \n"}, "is empty"),
        ({"command": "a\0b"}, "NUL"),
        ({"command": "a", "timeout": "long"}, "a number of seconds"),
        ({"command": "a", "timeout": 0}, "above 0"),
        ({"command": "a", "timeout": LONGEST + 1}, "up to 3600"),
        ({"command": "a", "timeout": float("nan")}, "a number of seconds"),
        ({"command": "a", "timeout": True}, "a number of seconds"),
        ({"command": "a", "cwd": "/"}, "no field 'cwd'; known are command, timeout"),
    ],
)
async def test_input_that_cannot_be_used_says_what_to_send(bash: Bash, given: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as caught:
        bash.plan(given)

    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("ended", "status", "words"),
    [
        (Ended(spawn_error="nope: not found on PATH"), ToolStatus.ERROR, "could not be started: nope"),
        (Ended(lost=True), ToolStatus.ERROR, "not known"),
        (Ended(canceled=True, signal=15), ToolStatus.CANCELED, "canceled"),
        (Ended(timed_out=True, signal=15), ToolStatus.TIMED_OUT, "killed by timeout after 2 s"),
        (Ended(signal=9), ToolStatus.ERROR, "killed by signal 9 (SIGKILL)"),
        (Ended(exit_code=0, unkillable=2), ToolStatus.OK, "could not be ended: 2"),
    ],
)
def test_every_way_to_end_has_its_words(ended: Ended, status: ToolStatus, words: str) -> None:
    told = verdict(ended, 2)

    assert told[0] is status
    assert words in told[1]


async def test_a_new_shell_is_there_already(bash: Bash) -> None:
    planned = bash.plan({"restart": True})
    assert planned.only_reads
    assert planned.work is not None
    result = await planned.work("job", lambda _: None)
    assert result.status is ToolStatus.OK
