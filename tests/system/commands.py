"""Real commands for the tests, and an independent look at what is left of them."""

import os
import secrets
import signal
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


SLEEPER = """\
#!/bin/sh
exec 9>>{sign}
echo $$ >&9
exec /bin/sleep 86400
"""


class Sleeper:
    """A command that sleeps for ever, and can be told from all others whatever it hides: it holds a file open."""

    def __init__(self, folder: Path) -> None:
        self._sign = folder / "sign"
        self._sign.touch()
        program = folder / "sleeper"
        if not program.exists():
            program.write_text(SLEEPER.format(sign=self._sign))
            program.chmod(0o755)
        self.command = str(program)

    def awaited(self, count: int) -> str:
        """A command that waits until so many of them sleep."""
        return f"until [ $(wc -l < {self._sign}) -ge {count} ]; do sleep 0.01; done"

    def alive(self) -> list[int]:
        """Those that live."""
        return [pid for pid in map(int, self._sign.read_text().split()) if self._is_held_by(pid)]

    def end(self) -> None:
        """Kill those that live."""
        for pid in self.alive():
            os.kill(pid, signal.SIGKILL)

    def _is_held_by(self, pid: int) -> bool:
        try:
            return Path(f"/proc/{pid}/fd/9").samefile(self._sign)
        except OSError:
            return False
