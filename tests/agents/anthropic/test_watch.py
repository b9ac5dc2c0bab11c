import pytest

from tmtui.agents.anthropic.watch import Patience, Watch
from tmtui.domain.outcome import Kind


PATIENCE = Patience(first_byte=120, no_bytes=60, only_pings=600)


def watch(*came: tuple[float, bool], total: float = 1800) -> Watch:
    """A watch that began at 1000, after bytes came: the wait for them, and whether there was news in them."""
    watching = Watch(PATIENCE, total, 1000)
    for waited, news in came:
        watching.came(waited, news=news)
    return watching


@pytest.mark.parametrize(
    ("watching", "now", "seconds", "kind"),
    [
        (watch(), 1000, 120, Kind.TIMEOUT_FIRST_BYTE),
        (watch(), 1050, 70, Kind.TIMEOUT_FIRST_BYTE),
        (watch(), 1500, 0, Kind.TIMEOUT_FIRST_BYTE),
        (watch(total=30), 1000, 30, Kind.STALL_PINGS),
        (watch((5, True)), 1005, 60, Kind.STALL_NOBYTES),
        (watch((5, True)), 1700, 60, Kind.STALL_NOBYTES),
        (watch((5, True)), 2750, 50, Kind.STALL_PINGS),
        (watch((5, True)), 9999, 0, Kind.STALL_PINGS),
        (watch((5, True), *[(50, False)] * 11), 1555, 50, Kind.STALL_PINGS),
        (watch((5, True), *[(50, False)] * 12), 1605, 0, Kind.STALL_PINGS),
        (watch((5, True), *[(50, False)] * 11, (50, True)), 1605, 60, Kind.STALL_NOBYTES),
        (watch((5, True), (1, False)), 2500, 60, Kind.STALL_NOBYTES),
    ],
)
def test_the_next_wait_is_the_shortest_of_what_is_left(
    watching: Watch, now: float, seconds: float, kind: Kind
) -> None:
    left, cause = watching.next(now)

    assert (left, watching.outcome(cause).kind) == (seconds, kind)
    assert watching.outcome(cause).message
