"""Real commands for the tests, and an independent look at what is left of them."""

import secrets
from pathlib import Path
from typing import Any

from tmtui.system.environment import child_env
from tmtui.system.warden import Child, Ended, Spawn, Warden


def shell(command: str, cwd: Path | str = "/", **rest: Any) -> Spawn:
    return Spawn(argv=("/bin/sh", "-c", command), cwd=str(cwd), env=child_env({}), **rest)


async def read_all(child: Child) -> bytes:
    return b"".join([piece async for piece in child.output()])


async def run(warden: Warden, command: str, **rest: Any) -> tuple[bytes, Ended]:
    child = await warden.spawn(shell(command, **rest), f"job-{secrets.token_hex(4)}")
    return await read_all(child), await child.wait()


async def started(warden: Warden, command: str, **rest: Any) -> Child:
    """Start a command and wait until it has printed `ready`."""
    child = await warden.spawn(shell(command, **rest), f"job-{secrets.token_hex(4)}")
    seen = b""
    async for piece in child.output():
        seen += piece
        if b"ready" in seen:
            return child
    raise AssertionError(f"it ended before it was ready: {seen!r}, {await child.wait()}")


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class Sleeper:
    """A command that sleeps for ever, and can be told from all others by its argument, whatever else it hides."""

    def __init__(self) -> None:
        self._argument = f"{86400 + secrets.randbelow(10**6)}.{secrets.randbelow(10**9)}"
        self.command = f"sleep {self._argument}"

    def alive(self) -> list[int]:
        """The processes that run it."""
        return [int(name) for name in names_in(Path("/proc")) if name.isdigit() and self._runs_in(name)]

    def _runs_in(self, pid: str) -> bool:
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return words[:1] == [b"sleep"] and self._argument.encode() in words
