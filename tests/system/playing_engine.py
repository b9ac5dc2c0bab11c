"""A process that plays an engine: it runs five sleepers under a warden until it is killed.

Argument: the folder for its lock and the sleepers.
"""

import asyncio
import sys
from pathlib import Path

from tests.system.commands import Sleeper, shell, started
from tmtui.system.state_dir import mark_of
from tmtui.system.warden import Warden


async def main(folder: Path) -> None:
    sleeper = Sleeper(folder)
    sleep = sleeper.command
    warden = await Warden.start(mark=mark_of(folder), lock_path=folder / "warden.lock")
    await started(warden, f"{sleep} & setsid {sleep} & echo ready; while :; do sleep 0.01; done")
    await started(warden, f"( (exec env -i setsid {sleep}) & ) >/dev/null 2>&1; echo ready; exec {sleep}")
    for_ever = await warden.spawn(shell(f"exec {sleep}"), "job")
    await started(warden, f"{sleeper.awaited(5)}; echo ready")
    print(warden.pid, flush=True)
    await for_ever.wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
