"""A short wait stands in line, a longer one falls back, a long one lets the run sleep."""

from math import inf, nan

import pytest

from tmtui.resilience.waiting import FallBack, PauseRun, Queue, Wait, decide_wait


NOW = 1_800_000_000_000


@pytest.mark.parametrize(
    ("wait_s", "has_fallback", "expected"),
    [
        (0.0, True, Queue(NOW)),
        (-5.0, False, Queue(NOW)),
        (20.0, True, Queue(NOW + 20_000)),
        (20.5, True, FallBack(NOW + 20_500)),
        (20.5, False, Queue(NOW + 20_500)),
        (300.0, False, Queue(NOW + 300_000)),
        (301.0, False, PauseRun(NOW + 301_000)),
        (3_600.0, True, FallBack(NOW + 3_600_000)),
        (3_600.0, False, PauseRun(NOW + 3_600_000)),
        (None, True, FallBack(None)),
        (None, False, PauseRun(None)),
        (inf, False, PauseRun(None)),
        (nan, True, FallBack(None)),
    ],
)
def test_what_a_wait_comes_to(wait_s: float | None, has_fallback: bool, expected: Wait) -> None:
    assert decide_wait(wait_s, NOW, has_fallback=has_fallback) == expected


def test_both_bounds_can_be_configured() -> None:
    assert decide_wait(5.0, NOW, has_fallback=True, fallback_if_over=1.0) == FallBack(NOW + 5_000)
    assert decide_wait(5.0, NOW, has_fallback=False, pause_over=1.0) == PauseRun(NOW + 5_000)
