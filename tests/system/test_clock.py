import time

from tmtui.domain.clock import Clock
from tmtui.system.clock import SystemClock


async def test_it_is_the_machines_clock() -> None:
    clock: Clock = SystemClock()
    wall, mono = clock.wall_ms(), clock.mono_ns()
    await clock.sleep(0)

    assert abs(wall - time.time() * 1000) < 60_000
    assert clock.mono_ns() > mono
