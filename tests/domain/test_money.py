"""Money: whole micro-dollars in, words out; an amount that is not known or small is never shown as nothing."""

from decimal import Decimal, InvalidOperation

import pytest
from hypothesis import given, strategies as st

from tmtui.domain.money import format_usd, micro_from_usd, tell_usd


@pytest.mark.parametrize(
    ("usd", "micro"),
    [
        (0, 0),
        ("0.1", 100_000),
        (0.1, 100_000),
        (Decimal("0.000001"), 1),
        ("0.0000005", 1),
        ("0.0000004", 0),
        ("-1.5", -1_500_000),
        ("1e3", 1_000_000_000),
        ("  2  ", 2_000_000),
    ],
)
def test_dollars_become_micro_dollars(usd: Decimal | float | str, micro: int) -> None:
    assert micro_from_usd(usd) == micro


@pytest.mark.parametrize(
    "usd", ["", "five", "1,5", "nan", "inf", "-inf", float("nan"), float("inf"), "1e999999", "1e40"]
)
def test_what_is_no_amount_is_refused(usd: float | str) -> None:
    with pytest.raises(InvalidOperation):
        micro_from_usd(usd)


@given(st.lists(st.integers(0, 10**9), max_size=200))
def test_a_sum_of_prices_never_drifts(prices: list[int]) -> None:
    exact = sum((Decimal(price) / 1_000_000 for price in prices), Decimal(0))
    assert sum(micro_from_usd(Decimal(price) / 1_000_000) for price in prices) == micro_from_usd(exact) == sum(prices)


@pytest.mark.parametrize(
    ("micro", "shown"),
    [
        (None, "$?"),
        (0, "$0.00"),
        (420_000, "$0.42"),
        (5_000_000, "$5.00"),
        (1_234_567_890_000, "$1,234,567.89"),
        (10_000, "$0.01"),
        (9_999, "$0.0100"),
        (4_200, "$0.0042"),
        (42, "$0.000042"),
        (1, "$0.000001"),
        (-420_000, "-$0.42"),
        (-42, "-$0.000042"),
    ],
)
def test_an_amount_is_shown_in_dollars(micro: int | None, shown: str) -> None:
    assert format_usd(micro) == shown


def test_more_digits_are_shown_when_asked_for() -> None:
    assert format_usd(1_234_567, digits=4) == "$1.2346"
    assert format_usd(50, digits=4) == "$0.000050"


@given(st.integers(1, 10**12), st.integers(2, 6))
def test_what_was_spent_is_never_shown_as_nothing(micro: int, digits: int) -> None:
    assert any(digit in format_usd(micro, digits=digits) for digit in "123456789")


@pytest.mark.parametrize(
    ("micro", "partly", "estimated", "told"),
    [
        (420_000, False, False, "$0.42"),
        (420_000, False, True, "~$0.42"),
        (420_000, True, False, "at least $0.42"),
        (420_000, True, True, "at least ~$0.42"),
        (None, True, True, "$?"),
        (0, False, False, "$0.00"),
    ],
)
def test_how_well_a_cost_is_known_is_told_with_it(
    micro: int | None, partly: bool, estimated: bool, told: str
) -> None:
    assert tell_usd(micro, partly=partly, estimated=estimated) == told
