"""A command under the warden, from its start to the end of the last process that it left."""

import asyncio
import os
import secrets
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.system.commands import Sleeper, names_in, read_all, run, shell, started
from tmtui.system import child as child_module
from tmtui.system.pipe import CHUNK
from tmtui.system.processes import listed_children, look_at
from tmtui.system.warden import Ended, Spawn, Warden, WardenError


MEGABYTE = 1024 * 1024
STANDARD_SIGNALS = 0x7FFFFFFF
MARK = secrets.token_hex(8)

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(name="warden", scope="module", loop_scope="module")
async def _warden() -> AsyncIterator[Warden]:
    """One for all of them: what a command leaves would trouble the next."""
    warden = await Warden.start(mark=MARK)
    yield warden
    await warden.close()


@pytest.mark.parametrize(
    ("command", "code", "number"),
    [
        ("true", 0, None),
        ("exit 3", 3, None),
        ("exit 130", 130, None),
        ("exec /etc/passwd", 126, None),
        ("no-such-command", 127, None),
        ("kill -KILL $$", None, signal.SIGKILL),
        ("kill -SEGV $$", None, signal.SIGSEGV),
        ("kill -TERM $$", None, signal.SIGTERM),
    ],
)
async def test_how_a_command_ended_is_told_as_it_was(
    warden: Warden, command: str, code: int | None, number: int | None
) -> None:
    _, ended = await run(warden, command)

    assert ended.ok == (command == "true")
    assert ended == Ended(exit_code=code, signal=number, seconds=ended.seconds)


@pytest.mark.parametrize(
    ("spawn", "why"),
    [
        (Spawn(argv=("nope",), cwd="/", env={"PATH": "/bin"}), "nope: not found on PATH"),
        (Spawn(argv=("/nope",), cwd="/", env={}), "/nope: no such file or directory"),
        (Spawn(argv=("true",), cwd="/nowhere", env={}), "working directory /nowhere: no such file or directory"),
        (Spawn(argv=("true",), cwd="/etc/passwd", env={}), "working directory /etc/passwd: not a directory"),
        (Spawn(argv=("/etc/passwd",), cwd="/", env={}), "/etc/passwd: permission denied"),
        (Spawn(argv=("passwd",), cwd="/", env={"PATH": "/etc"}), "/etc/passwd: is not executable"),
        (Spawn(argv=("true", "a\0b"), cwd="/", env={}), "embedded null byte"),
        (Spawn(argv=("true",), cwd="/", env={"A=B": "c"}), "illegal environment variable name"),
        (Spawn(argv=(), cwd="/", env={}), "no program is named"),
        (Spawn(argv=("true", "x" * 300_000), cwd="/", env={}), "/bin/true: argument list too long"),
    ],
)
async def test_a_command_that_cannot_be_started_says_why(warden: Warden, spawn: Spawn, why: str) -> None:
    child = await warden.spawn(spawn, "job")

    assert await read_all(child) == b""
    assert (await child.wait()).spawn_error.removeprefix("/usr") == why
    assert child.pid == 0


async def test_a_script_without_a_first_line_is_no_program(warden: Warden, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("echo hello")
    script.chmod(0o755)

    child = await warden.spawn(Spawn(argv=(str(script),), cwd="/", env={}), "job")

    assert (await child.wait()).spawn_error == f"{script}: exec format error"


async def test_it_starts_where_it_should(warden: Warden, tmp_path: Path) -> None:
    output, _ = await run(warden, "pwd", cwd=tmp_path)

    assert output.decode() == f"{tmp_path}\n"


async def test_it_gets_its_environment_and_its_label_and_nothing_else(warden: Warden) -> None:
    child = await warden.spawn(Spawn(argv=("/usr/bin/env",), cwd="/", env={"A": "b c", "U": "ü"}), "job-7")

    assert set((await read_all(child)).decode().splitlines()) == {"A=b c", "U=ü", f"TMTUI_JOB={MARK}:job-7"}


async def test_bytes_that_are_no_text_pass_through_its_arguments(warden: Warden) -> None:
    spawn = Spawn(argv=("/bin/echo", os.fsdecode(b"\xff\xfe")), cwd="/", env={})

    assert await read_all(await warden.spawn(spawn, "job")) == b"\xff\xfe\n"


@pytest.mark.parametrize("data", [b"", b"some text", bytes(range(256)) * 4096])
async def test_its_input_is_what_was_given_and_then_the_end(warden: Warden, data: bytes) -> None:
    output, ended = await run(warden, "cat", stdin=data)

    assert output == data
    assert ended.ok


async def test_output_and_errors_come_together_in_the_order_of_writing(warden: Warden) -> None:
    output, _ = await run(warden, "echo 1; echo 2 >&2; echo 3")

    assert output == b"1\n2\n3\n"


async def test_output_and_errors_come_apart_when_asked_for(warden: Warden) -> None:
    child = await warden.spawn(shell("echo out; echo err >&2", split_stderr=True), "job")
    errors = [piece async for piece in child.errors()]

    assert await read_all(child) == b"out\n"
    assert errors == [b"err\n"]
    assert (await child.wait()).ok


async def test_it_has_no_terminal_and_no_signal_that_is_ignored_or_blocked(warden: Warden) -> None:
    output, _ = await run(warden, "grep -E 'SigIgn|SigBlk' /proc/self/status; ulimit -c; (: < /dev/tty) 2>&1")
    blocked, ignored, core, *terminal = output.decode().splitlines()

    assert (int(blocked.split()[1], 16) | int(ignored.split()[1], 16)) & STANDARD_SIGNALS == 0
    assert core == "0"
    assert "tty" in terminal[0]


async def test_it_inherits_nothing_that_is_open(warden: Warden) -> None:
    output, _ = await run(warden, "for each in /proc/self/fd/*; do readlink $each; done")
    kinds = {line.split(":")[0] for line in output.decode().splitlines()}

    assert kinds == {"/dev/null", "pipe"}


async def test_a_leader_can_send_its_parent_any_polite_signal(warden: Warden) -> None:
    _, ended = await run(warden, "kill -TERM $PPID; kill -INT $PPID; kill -HUP $PPID; exit 4")

    assert ended.exit_code == 4
    assert (await run(warden, "true"))[1].ok


async def test_a_timeout_is_told_apart_from_a_failure(warden: Warden) -> None:
    _, ended = await run(warden, "sleep 86400", timeout=0.05)

    assert ended.timed_out
    assert ended.signal == signal.SIGTERM
    assert not ended.ok


async def test_a_cancel_is_told_apart_from_a_failure(warden: Warden) -> None:
    child = await started(warden, "trap 'exit 0' TERM; echo ready; while :; do sleep 0.01; done")
    child.cancel()
    ended = await child.wait()

    assert (ended.canceled, ended.timed_out, ended.exit_code) == (True, False, 0)
    assert not ended.ok


async def test_a_cancel_after_the_end_changes_nothing(warden: Warden) -> None:
    child = await warden.spawn(shell("true"), "job")
    ended = await child.wait()
    child.cancel()

    assert await child.wait() == ended


async def test_a_stopped_command_hears_the_term_too(warden: Warden) -> None:
    child = await started(warden, "trap 'exit 9' TERM; echo ready; kill -STOP $$; exit 1")
    child.cancel(grace=60)

    assert (await child.wait()).exit_code == 9


async def test_a_second_cancel_shortens_the_grace(warden: Warden) -> None:
    child = await started(warden, "trap '' TERM; echo ready; while :; do sleep 0.01; done")
    child.cancel(grace=86400)
    child.cancel(grace=0)

    assert (await child.wait()).signal == signal.SIGKILL


STUBBORN = """
trap '' TERM INT HUP
(trap '' TERM; exec setsid nohup {sleep}) >/dev/null 2>&1 &
( (trap '' TERM; exec setsid {sleep}) & ) >/dev/null 2>&1
( (trap '' TERM; exec env -i setsid {sleep}) & ) >/dev/null 2>&1
{awaited}
echo ready
while :; do sleep 0.01; done
"""


def stubborn(sleeper: Sleeper) -> str:
    return STUBBORN.format(sleep=sleeper.command, awaited=sleeper.awaited(3))


async def test_nothing_is_left_of_a_command_that_resists_whatever_it_hides_behind(
    warden: Warden, sleeper: Sleeper
) -> None:
    child = await started(warden, stubborn(sleeper), grace=0.1)
    assert len(sleeper.alive()) == 3

    child.cancel()
    ended = await child.wait()

    assert sleeper.alive() == []
    assert (ended.canceled, ended.signal) == (True, signal.SIGKILL)
    assert ended.survivors >= 3


async def test_nothing_is_left_of_it_after_its_timeout(warden: Warden, sleeper: Sleeper) -> None:
    _, ended = await run(warden, stubborn(sleeper), timeout=0.4, grace=0.1)

    assert sleeper.alive() == []
    assert ended.timed_out


async def test_what_a_command_leaves_behind_is_ended_and_counted(warden: Warden, sleeper: Sleeper) -> None:
    output, ended = await run(
        warden, f"{sleeper.command} & setsid {sleeper.command} & {sleeper.awaited(2)}; echo done"
    )

    assert output == b"done\n"
    assert (ended.exit_code, ended.survivors) == (0, 2)
    assert sleeper.alive() == []


BOMB = """
bomb() {{
    trap '' TERM
    echo ready
    if [ $1 -gt 0 ]; then bomb $(($1 - 1)) & bomb $(($1 - 1)) & fi
    exec {sleep}
}}
bomb 7
"""
"""Up to 255 processes, each of which starts two others."""


async def test_what_multiplies_while_it_is_killed_is_killed_all_the_same(warden: Warden, sleeper: Sleeper) -> None:
    child = await started(warden, BOMB.format(sleep=sleeper.command))
    child.cancel(grace=0)
    ended = await child.wait()

    assert (ended.canceled, ended.unkillable) == (True, 0)
    assert listed_children(warden.pid) == []
    assert sleeper.alive() == []


async def test_what_hides_behind_everything_lives_as_long_as_others_may_have_started_it(
    warden: Warden, sleeper: Sleeper
) -> None:
    other = await started(warden, "echo ready; exec sleep 86400")
    await run(
        warden, f"( (exec env -i setsid {sleeper.command}) & ) >/dev/null 2>&1 </dev/null; {sleeper.awaited(1)}"
    )
    assert len(sleeper.alive()) == 1

    other.cancel()
    await other.wait()

    assert sleeper.alive() == []


async def test_output_is_read_no_longer_than_a_moment_after_the_end(
    warden: Warden, sleeper: Sleeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_module, "DRAIN", 0.02)
    output, ended = await run(warden, f"trap '' TERM; {sleeper.command} & {sleeper.awaited(1)}; echo done", grace=0.3)

    assert output == b"done\n"
    assert ended.held_open
    assert (ended.exit_code, ended.survivors) == (0, 1)
    assert sleeper.alive() == []


async def test_a_flood_without_a_line_end_fills_no_memory(warden: Warden) -> None:
    child = await warden.spawn(shell("head -c 200000000 /dev/zero"), "job")
    before, highest, total, tail = resident(), 0, 0, b""
    async for piece in child.output():
        assert len(piece) <= CHUNK
        total += len(piece)
        tail = (tail + piece)[-CHUNK:]
        highest = max(highest, resident())

    assert total == 200_000_000
    assert highest - before < 50 * MEGABYTE
    assert (await child.wait()).ok


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def test_a_command_waits_for_a_reader_that_is_slow(warden: Warden) -> None:
    child = await warden.spawn(shell("head -c 5000000 /dev/zero"), "job")
    other, _ = await run(warden, "echo others go on")

    assert other == b"others go on\n"
    assert len(await read_all(child)) == 5_000_000
    assert (await child.wait()).ok


async def test_a_hundred_commands_in_a_row_and_fifty_at_once_leave_nothing_open(warden: Warden) -> None:
    await run(warden, "true")
    before = [open_files(os.getpid()), open_files(warden.pid)]
    for _ in range(200):
        assert (await run(warden, "true"))[1].ok
    together = await asyncio.gather(*(run(warden, "echo $$", stdin=b"x") for _ in range(50)))

    assert len({output for output, _ in together}) == 50
    assert [open_files(os.getpid()), open_files(warden.pid)] == before
    assert listed_children(warden.pid) == []


def open_files(pid: int) -> int:
    return len(names_in(Path(f"/proc/{pid}/fd")))


async def test_a_caller_that_is_canceled_takes_its_command_along(sleeper: Sleeper) -> None:
    warden = await Warden.start(mark=MARK)
    asking = asyncio.create_task(warden.spawn(shell(f"exec {sleeper.command}"), "job"))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await warden.close()

    assert sleeper.alive() == []


async def test_all_that_runs_can_be_ended_at_once(warden: Warden, sleeper: Sleeper) -> None:
    command = f"trap '' TERM; {sleeper.command} & echo ready; while :; do sleep 0.01; done"
    children = [await started(warden, command, grace=86400) for _ in range(3)]
    warden.cancel_all()
    warden.cancel_all(grace=0)

    assert [(await child.wait()).signal for child in children] == [signal.SIGKILL] * 3
    assert sleeper.alive() == []


async def test_closing_ends_all_that_runs(sleeper: Sleeper) -> None:
    warden = await Warden.start(mark=MARK)
    children = [
        await started(warden, f"{sleeper.command} & {sleeper.awaited(n)}; echo ready; wait") for n in (1, 2, 3)
    ]
    pid = warden.pid
    await warden.close()

    assert [(await child.wait()).canceled for child in children] == [True] * 3
    assert sleeper.alive() == []
    assert look_at(pid) is None
    with pytest.raises(WardenError, match="closed"):
        await warden.spawn(shell("true"), "job")
    await warden.close()


async def test_ok_means_that_it_ended_by_itself_and_well() -> None:
    assert Ended(exit_code=0).ok
    assert not any(
        ended.ok
        for ended in (
            Ended(exit_code=1),
            Ended(signal=9),
            Ended(exit_code=0, timed_out=True),
            Ended(exit_code=0, canceled=True),
            Ended(lost=True),
            Ended(spawn_error="no"),
        )
    )
