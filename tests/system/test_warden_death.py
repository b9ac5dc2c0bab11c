"""What is left when the engine or its warden is killed: nothing."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.commands import Sleeper, run, shell, started
from tmtui.system.state_dir import mark_of
from tmtui.system.warden import Held, Warden, WardenError


ROOT = Path(__file__).parents[2]


@pytest.fixture(name="engine")
def _engine(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "tests.system.playing_engine", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as engine:
        yield engine
        engine.kill()


def warden_of(engine: "subprocess.Popen[str]") -> int:
    """The warden's number, once all commands run."""
    assert engine.stdout
    return int(engine.stdout.readline())


async def test_an_engine_that_is_killed_takes_everything_along(
    engine: "subprocess.Popen[str]", tmp_path: Path, sleeper: Sleeper
) -> None:
    warden_of(engine)
    assert len(sleeper.alive()) == 5

    engine.kill()
    following = await Warden.start(mark=mark_of(tmp_path), lock_path=tmp_path / "warden.lock")
    left = sleeper.alive()
    _, ended = await run(following, "true")
    await following.close()

    assert left == []
    assert following.leftovers == 0
    assert ended.ok


async def test_a_second_warden_learns_who_holds_the_lock(engine: "subprocess.Popen[str]", tmp_path: Path) -> None:
    holder = warden_of(engine)

    with pytest.raises(Held) as refused:
        await Warden.start(mark=mark_of(tmp_path), lock_path=tmp_path / "warden.lock", lock_wait=0)

    assert refused.value.holder.pid == holder
    assert refused.value.holder.host == os.uname().nodename
    assert str(refused.value) == f"held by tmtui warden (pid {holder}, on {os.uname().nodename})"


async def test_when_both_are_killed_the_next_warden_sweeps_up(
    engine: "subprocess.Popen[str]", tmp_path: Path, sleeper: Sleeper
) -> None:
    old = warden_of(engine)
    os.kill(engine.pid, signal.SIGSTOP)  # so that it cannot clear up after its warden
    os.kill(old, signal.SIGKILL)
    engine.kill()
    following = await Warden.start(mark=mark_of(tmp_path), lock_path=tmp_path / "warden.lock")
    await following.close()

    # One has cleared its environment and left its session and its parent: no label, no tree tells of it.
    assert len(sleeper.alive()) <= 1
    assert following.leftovers >= 4


async def test_commands_whose_warden_is_killed_are_lost_and_gone(warden: Warden, sleeper: Sleeper) -> None:
    children = [
        await started(warden, f"{sleeper.command} & {sleeper.awaited(1)}; echo ready; wait"),
        await started(warden, f"setsid {sleeper.command} & {sleeper.awaited(2)}; echo ready; wait"),
        await started(warden, f"env -i {sleeper.command} & {sleeper.awaited(3)}; echo ready; wait"),
    ]
    old = warden.pid
    os.kill(old, signal.SIGKILL)
    ends = [await child.wait() for child in children]

    assert [(ended.lost, ended.ok, ended.exit_code, ended.signal) for ended in ends] == [
        (True, False, None, None)
    ] * 3
    assert sleeper.alive() == []

    output, ended = await run(warden, "echo and on it goes")

    assert (output, ended.ok) == (b"and on it goes\n", True)
    assert warden.pid not in (0, old)


async def test_a_command_asked_for_while_the_warden_dies_is_lost_or_runs(warden: Warden) -> None:
    os.kill(warden.pid, signal.SIGKILL)
    ends = [await (await warden.spawn(shell("true"), f"job-{number}")).wait() for number in range(3)]

    assert all(ended.ok or ended.lost for ended in ends)
    assert ends[-1].ok


async def test_a_lock_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    (tmp_path / "warden.lock").symlink_to("elsewhere")

    with pytest.raises(WardenError, match=r"warden\.lock"):
        await Warden.start(mark=mark_of(tmp_path), lock_path=tmp_path / "warden.lock")
    assert not (tmp_path / "elsewhere").exists()


async def test_the_lock_is_free_once_the_warden_is_closed(tmp_path: Path) -> None:
    for _ in range(3):
        warden = await Warden.start(mark=mark_of(tmp_path), lock_path=tmp_path / "warden.lock", lock_wait=0)
        await warden.close()

    assert (tmp_path / "warden.lock").stat().st_mode & 0o777 == 0o600
