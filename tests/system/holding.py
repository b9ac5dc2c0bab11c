"""A process that wants to be the engine. Argument: the state folder.

It prints `held` and waits when it is, and the number of who is when it is not.
"""

import sys
import time
from pathlib import Path

from tmtui.system.lock import EngineLock, Held, Holder


def main(folder: Path) -> None:
    try:
        lock = EngineLock.acquire(folder, Holder.here(now_ms=time.time_ns() // 10**6, argv0="test"))
    except Held as held:
        print(held.holder.pid, flush=True)
        return
    print("held", flush=True)
    sys.stdin.readline()
    lock.release()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
