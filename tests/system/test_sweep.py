import os
import subprocess
from collections.abc import Iterator

import pytest

from tests.system.commands import Sleeper
from tmtui.system.processes import LABEL
from tmtui.system.sweep import sweep


@pytest.fixture(name="begin")
def _begin() -> Iterator["Begin"]:
    begin = Begin()
    yield begin
    for process in begin.processes:
        process.kill()
        process.wait()
        assert process.stdout
        process.stdout.close()


class Begin:
    """Starts commands that nobody keeps, and waits until each says that it is ready."""

    def __init__(self) -> None:
        self.processes: list[subprocess.Popen[bytes]] = []

    def __call__(self, command: str, label: str = "", *, session: bool = False) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen(
            ["/bin/sh", "-c", command],
            env={"PATH": os.defpath} | ({LABEL: label} if label else {}),
            stdout=subprocess.PIPE,
            start_new_session=session,
        )
        self.processes.append(process)
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        return process


def orphaned(command: str, then: str) -> str:
    """Run a command that loses its parent, and so descends from this process no more."""
    return f"({command} >/dev/null & ); {then}; echo ready; read line"


def test_what_carries_the_mark_is_ended_with_all_below_it(mark: str, begin: Begin, sleeper: Sleeper) -> None:
    begin(orphaned(f"sh -c 'env -i setsid {sleeper.command}; true'", sleeper.awaited(1)), f"{mark}:one")
    begin(orphaned(f"setsid {sleeper.command}", sleeper.awaited(2)), f"{mark}:two")

    assert sweep(mark) >= 3
    assert sleeper.alive() == []
    assert sweep(mark) == 0


@pytest.mark.parametrize("label", ["", "other:job", "{mark}x:job", "x{mark}:job", "{mark}"])
def test_what_carries_another_mark_lives_on(mark: str, begin: Begin, sleeper: Sleeper, label: str) -> None:
    begin(orphaned(f"setsid {sleeper.command}", sleeper.awaited(1)), label.format(mark=mark))

    assert sweep(mark) == 0
    assert len(sleeper.alive()) == 1


def test_what_stands_in_a_known_session_is_ended(mark: str, begin: Begin, sleeper: Sleeper) -> None:
    shell = begin(orphaned(sleeper.command, sleeper.awaited(1)), session=True)

    assert sweep(mark) == 0
    assert sweep(mark, {shell.pid}) >= 1
    assert sleeper.alive() == []


def test_whoever_sweeps_is_spared_with_what_it_has_started(
    begin: Begin, mark: str, sleeper: Sleeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(LABEL, f"{mark}:self")
    begin(f"{sleeper.command} & {sleeper.awaited(1)}; echo ready; wait", f"{mark}:child")

    assert sweep(mark) == 0
    assert len(sleeper.alive()) == 1
