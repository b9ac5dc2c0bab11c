"""Tokens to money: hand-computed to the micro-dollar, and its laws."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from tmtui.domain.rate import Prices, Rate, Step, cost, in_force, make_prices, uncached_cost, worst_cost
from tmtui.domain.usage import Usage


def prices(*usd: str) -> Prices:
    return Prices(*map(Decimal, usd))


SONNET = Rate(prices("2", "10", "0.10", "2.5", "4"))
HAIKU = Rate(
    prices("0.10", "0.50", "0.01", "0.125", "0.20"), (Step(100_000, prices("0.50", "2.50", "0.05", "0.625", "1.00")),)
)


@pytest.mark.parametrize(
    ("rate", "usage", "micro"),
    [
        (SONNET, Usage(), 0),
        (SONNET, Usage(input_tokens=1_000_000), 2_000_000),
        # 1,234 x 2 + 567 x 10 + 89,012 x 0.1 + 3,456 x 2.5 + 789 x 4 = 2,468 + 5,670 + 8,901.2 + 8,640 + 3,156
        (SONNET, Usage(1_234, 567, 89_012, 3_456, 789), 28_835),
        # Half a micro-dollar is rounded up: 5 x 0.1
        (SONNET, Usage(cache_read_tokens=5), 1),
        (SONNET, Usage(cache_read_tokens=4), 0),
        # Rounded once, not for each kind: 3 x 0.1 + 3 x 2.5 = 7.8
        (SONNET, Usage(cache_read_tokens=3, cache_write_tokens=3), 8),
        # At 100,000 tokens of prompt the lower prices hold: 100,000 x 0.1 + 1,000 x 0.5
        (HAIKU, Usage(input_tokens=100_000, output_tokens=1_000), 10_500),
        # One more, and the whole request is on the step: 100,001 x 0.5 + 1,000 x 2.5
        (HAIKU, Usage(input_tokens=100_001, output_tokens=1_000), 52_501),
        # Caches count as prompt: 60,000 x 0.05 + 40,000 x 0.625 + 1 x 1 + 1 x 0.5 + 10 x 2.5
        (HAIKU, Usage(1, 10, 60_000, 40_000, 1), 28_027),
        # The answer does not: 90,000 x 0.1 + 50,000 x 0.5
        (HAIKU, Usage(input_tokens=90_000, output_tokens=50_000), 34_000),
    ],
)
def test_a_request_costs_what_the_hand_computes(rate: Rate, usage: Usage, micro: int) -> None:
    assert cost(rate, usage) == micro


def test_what_a_table_leaves_out_is_never_taken_for_less_than_it_can_be() -> None:
    assert make_prices({"input": Decimal(4), "output": Decimal(20)}) == prices("4", "20", "4", "5.00", "8")
    said = {"input": Decimal(4), "output": Decimal(20), "cache_read": Decimal("0.2")}
    assert make_prices(said).cache_read == Decimal("0.2")
    with pytest.raises(KeyError, match="output"):
        make_prices({"input": Decimal(1)})


def test_the_rate_of_a_day_is_the_one_that_began_last() -> None:
    first, second, third = (
        Rate(SONNET.prices, since=since) for since in (None, dt.date(2026, 10, 7), dt.date(2026, 11, 1))
    )
    for rates in ((first, second, third), (third, first, second)):
        assert in_force(rates, dt.date(2026, 10, 6)) is first
        assert in_force(rates, dt.date(2026, 10, 7)) is second
        assert in_force(rates, dt.date(2027, 1, 1)) is third
    assert in_force((second,), dt.date(2026, 10, 6)) is None


tokens = st.integers(0, 3_000_000)
usages = st.builds(Usage, tokens, tokens, tokens, tokens, tokens)
rates = st.sampled_from([SONNET, HAIKU])
amounts = st.decimals(min_value=0, max_value=1_000, places=9)


@given(rates, usages, usages)
def test_more_tokens_never_cost_less_and_nothing_costs_less_than_nothing(rate: Rate, one: Usage, more: Usage) -> None:
    assert 0 <= cost(rate, one) <= cost(rate, one + more)


@given(st.builds(Rate, st.builds(Prices, amounts, amounts, amounts, amounts, amounts)), usages, usages)
def test_without_steps_the_whole_costs_what_its_parts_do_but_for_their_rounding(
    rate: Rate, one: Usage, other: Usage
) -> None:
    assert abs(cost(rate, one) + cost(rate, other) - cost(rate, one + other)) <= 1


@given(rates, usages, tokens, tokens)
def test_no_request_costs_more_than_the_worst_case_of_its_size(
    rate: Rate, usage: Usage, more: int, rest: int
) -> None:
    usage = usage + Usage(cache_write_1h_tokens=-usage.cache_write_1h_tokens)
    worst = worst_cost(rate, usage.prompt_tokens + more, usage.output_tokens + rest)
    assert cost(rate, usage) <= worst


def test_the_worst_case_reckons_with_a_step_that_is_cheaper_than_what_is_below_it() -> None:
    falling = Rate(prices("10", "10", "1", "10", "10"), (Step(100, prices("1", "1", "1", "1", "1")),))
    assert worst_cost(falling, 200, 10) >= cost(falling, Usage(input_tokens=100, output_tokens=10))


@given(rates, usages)
def test_without_a_cache_only_tokens_in_and_out_count(rate: Rate, usage: Usage) -> None:
    assert uncached_cost(rate, usage) == cost(rate, Usage(usage.prompt_tokens, usage.output_tokens))


@given(usages)
def test_an_exact_sum_does_not_depend_on_the_context_of_the_caller(usage: Usage) -> None:
    import decimal  # noqa: PLC0415  # only to disturb it

    with decimal.localcontext(decimal.Context(prec=3, rounding=decimal.ROUND_DOWN)):
        narrow = cost(SONNET, usage, Decimal("1.1"))
    assert narrow == cost(SONNET, usage, Decimal("1.1"))
