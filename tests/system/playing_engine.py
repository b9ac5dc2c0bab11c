"""A process that plays an engine: it runs sleepers under a warden until it is killed.

Arguments: the folder with the lock, and the sleepers' command.
"""

import asyncio
import sys
from pathlib import Path

from tests.system.commands import shell, started
from tmtui.system.warden import Warden


async def main(folder: Path, sleep: str) -> None:
    warden = await Warden.start(mark="played", lock_path=folder / "warden.lock")
    await started(warden, f"{sleep} & setsid {sleep} & echo ready; trap '' TERM; while :; do sleep 0.01; done")
    await started(warden, f"( (exec env -i setsid {sleep}) & ) >/dev/null 2>&1; echo ready; exec {sleep}")
    for_ever = await warden.spawn(shell(f"exec {sleep}"), "job")
    print(warden.pid, flush=True)
    await for_ever.wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
