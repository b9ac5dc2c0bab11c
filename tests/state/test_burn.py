"""How fast money goes, and when it is gone, where that can be told."""

import msgspec
import pytest

from tmtui.state.burn import Burn, exhausted_at_ms, micro_per_minute, spend


NOW = 1_800_000_000_000
MINUTE = 60_000


def test_too_early_nobody_can_tell() -> None:
    burn = spend(Burn(NOW), 500_000, NOW + 1_000)
    assert micro_per_minute(burn, NOW + 29_000) is None
    assert exhausted_at_ms(burn, 10, NOW + 29_000) is None


def test_the_rate_is_that_of_the_last_ten_minutes() -> None:
    burn = Burn(NOW)
    for minute in range(60):
        burn = spend(burn, 110_000, NOW + minute * MINUTE)
    assert micro_per_minute(burn, NOW + 59 * MINUTE) == pytest.approx(110_000, rel=0.1)
    assert micro_per_minute(burn, NOW + 120 * MINUTE) == 0


def test_a_short_run_s_rate_is_that_since_it_began() -> None:
    assert micro_per_minute(spend(Burn(NOW), 60_000, NOW), NOW + 2 * MINUTE) == pytest.approx(30_000)


def test_what_is_left_lasts_until_then() -> None:
    burn = spend(Burn(NOW), 200_000, NOW)
    assert exhausted_at_ms(burn, 1_000_000, NOW + 2 * MINUTE) == NOW + 12 * MINUTE
    assert exhausted_at_ms(burn, -5, NOW + 2 * MINUTE) == NOW + 2 * MINUTE


def test_when_nothing_is_spent_or_it_lasts_for_years_there_is_no_date() -> None:
    assert exhausted_at_ms(Burn(NOW), 1_000_000, NOW + MINUTE) is None
    assert exhausted_at_ms(spend(Burn(NOW), 1, NOW), 10**15, NOW + MINUTE) is None


def test_a_clock_that_jumped_back_makes_it_unknown() -> None:
    assert micro_per_minute(spend(Burn(NOW), 5, NOW), NOW - MINUTE) is None


def test_it_can_be_stored() -> None:
    burn = spend(Burn(NOW), 5, NOW)
    assert msgspec.json.decode(msgspec.json.encode(burn), type=Burn) == burn
