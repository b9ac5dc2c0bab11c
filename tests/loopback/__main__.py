"""`python -m tests.loopback SCRIPT.json [RECORD.jsonl]`: serve a script, print the port, and go on until ended."""

import asyncio
import sys
from pathlib import Path

from tests.loopback.script import Script, read_script
from tests.loopback.server import Loopback


async def main(read: Script, record: Path | None) -> None:
    """Serve until this process ends."""
    async with Loopback(read.replies, rules=read.rules, by_turn=read.by == "turn", record=record) as server:
        print(server.port, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(read_script(Path(sys.argv[1]).read_bytes()), Path(sys.argv[2]) if len(sys.argv) > 2 else None))
