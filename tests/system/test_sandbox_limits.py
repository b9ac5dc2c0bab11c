"""What a command may use up, kept by the kernel for real."""

import signal
import sys
from pathlib import Path

import pytest

from tests.system.commands import read_all
from tmtui.system.child import Ended
from tmtui.system.environment import child_env
from tmtui.system.sandbox.confined import LimitedSpawner
from tmtui.system.sandbox.limits import NO_LIMITS, ResourceLimits, limit_reached, limited
from tmtui.system.warden import Spawn, Warden


async def run_limited(warden: Warden, limits: ResourceLimits, command: str) -> tuple[str, Ended]:
    spawn = Spawn(argv=("/bin/sh", "-c", command), cwd="/", env=child_env({}))
    child = await LimitedSpawner(warden, limits).spawn(spawn, "job")
    return (await read_all(child)).decode(), await child.wait()


def test_without_limits_a_command_is_as_it_was() -> None:
    assert limited(("a", "b"), NO_LIMITS) == ("a", "b")


async def test_a_command_keeps_its_arguments_and_its_exit_code(warden: Warden) -> None:
    argv = limited(
        ("/bin/sh", "-c", 'printf "<%s>" "$0" "$@"; exit 3', "a b", "$c", "'"), ResourceLimits(open_files=64)
    )
    child = await warden.spawn(Spawn(argv=argv, cwd="/", env={}), "job")

    assert await read_all(child) == b"<a b><$c><'>"
    assert (await child.wait()).exit_code == 3


async def test_who_works_too_long_is_ended_and_it_is_told(warden: Warden) -> None:
    _, ended = await run_limited(warden, ResourceLimits(cpu_time=0.2), "while :; do :; done")

    assert ended.signal == signal.SIGXCPU
    assert limit_reached(ended.signal, ended.exit_code) == "used more CPU time than it may"


async def test_who_writes_too_large_a_file_is_ended_and_it_is_told(warden: Warden, tmp_path: Path) -> None:
    command = f"head -c 3000000 /dev/zero > {tmp_path}/file; exit $?"
    _, ended = await run_limited(warden, ResourceLimits(file_size_mb=2), command)

    assert (tmp_path / "file").stat().st_size == 2 * 1024 * 1024
    assert limit_reached(ended.signal, ended.exit_code) == "wrote a larger file than it may"


async def test_memory_files_and_processes_are_limited(warden: Warden) -> None:
    limits = ResourceLimits(memory_mb=700, open_files=50, processes=4000)
    code = "import resource as r; print(*(r.getrlimit(getattr(r, f'RLIMIT_{n}')) for n in ('AS', 'NOFILE', 'NPROC')))"

    output, _ = await run_limited(warden, limits, f'{sys.executable} -I -c "{code}"')

    megabyte = 1024 * 1024
    assert output == f"({700 * megabyte}, {700 * megabyte}) (50, 50) (4000, 4000)\n"


async def test_a_limit_that_cannot_be_set_does_not_let_the_command_run(warden: Warden) -> None:
    output, ended = await run_limited(warden, ResourceLimits(open_files=2_000_000_000), "echo ran")

    assert ended.exit_code == 126
    assert "ran" not in output


@pytest.mark.parametrize(
    ("number", "code", "told"),
    [
        (signal.SIGXCPU, None, True),
        (signal.SIGXFSZ, None, True),
        (None, 128 + signal.SIGXCPU, True),
        (signal.SIGKILL, None, False),
        (None, 1, False),
        (None, 0, False),
        (None, None, False),
    ],
)
def test_only_a_limit_is_told_as_one(number: int | None, code: int | None, told: bool) -> None:
    assert bool(limit_reached(number, code)) is told
