import secrets
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.system.commands import Sleeper
from tmtui.system.warden import Warden


collect_ignore = (
    []
    if sys.platform == "linux"
    else ["test_warden.py", "test_warden_death.py", "test_sweep.py", "test_processes.py", "test_wardend.py"]
)


@pytest.fixture(name="mark")
def _mark() -> str:
    return secrets.token_hex(8)


@pytest.fixture(name="warden")
async def _warden(mark: str) -> AsyncIterator[Warden]:
    warden = await Warden.start(mark=mark)
    yield warden
    await warden.close()


@pytest.fixture(name="sleeper")
def _sleeper(tmp_path: Path) -> Iterator[Sleeper]:
    sleeper = Sleeper(tmp_path)
    yield sleeper
    sleeper.end()
