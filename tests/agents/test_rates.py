"""Rate cards: who knows a price, from which day on, and what becomes of a model that nobody knows."""

import datetime as dt
import subprocess
import sys
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from tmtui.agents.rates import published, shipped
from tmtui.agents.rates.card import OWN, Priced, RateCard, Terms, price, worst_case
from tmtui.agents.rates.names import forms
from tmtui.domain.models import CURRENT, END_OF_LIFE
from tmtui.domain.rate import Prices, Rate, Step, make_prices
from tmtui.domain.usage import Usage


def at(text: str) -> int:
    return int(dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).timestamp() * 1000)


NOW = at("2026-11-20T12:00:00")

PRICE_LIST = """
claude-fable-5-2    8     40    10     16    0.20
claude-fable-5-1    10    50    12.5   20    0.25
claude-fable-5      10    50    12.5   20    1.00
claude-mythos-5-2   8     40    10     16    0.20
claude-mythos-5-1   10    50    12.5   20    0.25
claude-mythos-5     10    50    12.5   20    1.00
claude-opus-5-5     4     20    5      8     0.20
claude-opus-5       5     25    6.25   10    0.50
claude-opus-4-8     5     25    6.25   10    0.50
claude-opus-4-7     5     25    6.25   10    0.50
claude-opus-4-6     5     25    6.25   10    0.50
claude-opus-4-5     5     25    6.25   10    0.50
claude-sonnet-5-5   2     10    2.5    4     0.10
claude-sonnet-5     2     10    2.5    4     0.20
claude-sonnet-4-6   3     15    3.75   6     0.30
claude-sonnet-4-5   3     15    3.75   6     0.30
claude-haiku-5-5    0.10  0.50  0.125  0.20  0.01
claude-haiku-4-5    1     5     1.25   2     0.10
"""
"""Anthropic's prices in November 2026: input, output, cache writes of five minutes and an hour, cache reads."""

LISTED = {name: row for name, *row in map(str.split, PRICE_LIST.strip().splitlines())}


def listed(model: str) -> Prices:
    usd_in, usd_out, write, write_1h, read = map(Decimal, LISTED[model])
    return Prices(usd_in, usd_out, read, write, write_1h)


def flat(usd_in: str, usd_out: str, since: dt.date | None = None) -> Rate:
    return Rate(make_prices({"input": Decimal(usd_in), "output": Decimal(usd_out)}), since=since)


def test_the_price_list_is_of_every_model_that_answers() -> None:
    assert set(LISTED) >= CURRENT


@pytest.mark.parametrize("model", LISTED)
def test_the_card_says_what_the_price_list_says(model: str) -> None:
    found = RateCard().find(model, NOW)
    assert found.known
    assert found.rate.prices == listed(model)
    assert found.rate.for_prompt(100_000) == listed(model)


def test_the_shipped_table_holds_what_the_library_has_wrong_or_lacks_and_nothing_else() -> None:
    moments = {
        model: (at("2026-10-06T12:00:00"), NOW) if model == "claude-sonnet-5-5" else (NOW,) for model in LISTED
    }
    different = {}
    for model, times in moments.items():
        for time in times:
            moment = dt.datetime.fromtimestamp(time / 1000, dt.UTC)
            theirs, ours = published.find(model, moment), RateCard().find(model, time).rate
            if theirs is None or theirs.prices != ours.prices:
                different[model] = f"{model} on {moment:%Y-%m-%d}: {theirs and theirs.prices} is {ours.prices}"
    print("Where genai-prices differs:", *different.values(), sep="\n")  # for whoever keeps the table
    assert set(different) == set(shipped.TABLE)


def test_the_shipped_table_says_its_day() -> None:
    assert dt.date.fromisoformat(shipped.DATE) <= dt.date(2026, 11, 20)
    assert RateCard().find("claude-sonnet-5-5", NOW).source == f"tmtui rates {shipped.DATE}"
    assert RateCard().find("claude-opus-5-5", NOW).source.startswith("genai-prices 0.")


READS = Usage(cache_read_tokens=1_000_000)


@pytest.mark.parametrize(
    ("time", "micro"),
    [("2026-10-06T23:59:59", 200_000), ("2026-10-07T00:00:00", 100_000), ("2026-11-20T12:00:00", 100_000)],
)
def test_a_price_that_changed_counts_from_its_day_on(time: str, micro: int) -> None:
    assert price("claude-sonnet-5-5", READS, at(time)).micro == micro


def test_a_long_prompt_of_haiku_puts_the_whole_request_on_the_step() -> None:
    assert price("claude-haiku-5-5", Usage(100_000, 1_000), NOW).micro == 10_500
    assert price("claude-haiku-5-5", Usage(60_001, 1_000, 40_000), NOW).micro == 34_501
    assert worst_case("claude-haiku-5-5", 100_000, 1_000, NOW).micro == 13_000
    assert worst_case("claude-haiku-5-5", 100_001, 1_000, NOW).micro == 65_001


@pytest.mark.parametrize(
    ("terms", "micro"),
    [
        (Terms(), 30_000),
        (Terms(batch=True), 15_000),
        (Terms(region="us"), 33_000),
        (Terms(region="global"), 30_000),
        (Terms(batch=True, region="us"), 16_500),
    ],
)
def test_terms_multiply_the_price(terms: Terms, micro: int) -> None:
    assert price("claude-opus-5-5", Usage(2_500, 1_000), NOW, terms=terms).micro == micro


@pytest.mark.parametrize(
    ("model", "plain"),
    [
        ("claude-sonnet-5-5[1m]", "claude-sonnet-5-5"),
        ("Claude-Opus-5-5-20260922", "claude-opus-5-5"),
        ("claude-opus-4-5@20251101", "claude-opus-4-5"),
        ("anthropic/claude-sonnet-4-6", "claude-sonnet-4-6"),
        ("openrouter/anthropic/claude-opus-5", "claude-opus-5"),
        ("eu.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5"),
        ("us-gov.anthropic.claude-haiku-4-5-20251001-v1:0", "claude-haiku-4-5"),
        ("claude-mythos-5-1-20260901", "claude-mythos-5-1"),
    ],
)
def test_a_model_is_known_by_its_other_names(model: str, plain: str) -> None:
    assert plain in forms(model)
    assert RateCard().find(model, NOW) == RateCard().find(plain, NOW)


GONE_BEFORE_ALL_THIS = {"claude-1.3", "claude-instant-1.1", "claude-instant-1.2"}


@pytest.mark.parametrize("model", sorted(END_OF_LIFE.keys() - GONE_BEFORE_ALL_THIS))
def test_models_that_have_gone_or_will_go_have_their_price(model: str) -> None:
    assert price(model, Usage(1_000, 1_000), NOW).known


@pytest.mark.parametrize(
    ("model", "micro"),
    [
        ("claude-3-5-sonnet-20241022", 3_000 + 1_500),
        ("claude-3-haiku-20240307", 250 + 125),
        ("gpt-4o-mini", 150 + 60),
        ("gpt-4o-mini-2024-07-18", 150 + 60),
    ],
)
def test_the_models_of_old_settings_cost_what_they_did(model: str, micro: int) -> None:
    assert price(model, Usage(1_000, 100), NOW).micro == micro


# The user's own table.


OWN_TABLE = {
    "Claude-Opus-5-5": [flat("3", "12"), flat("2", "8", dt.date(2026, 11, 1))],
    "my-model": [Rate(flat("1", "2").prices, (Step(1_000, flat("5", "10").prices),))],
    "claude-haiku-5-5": [flat("0", "0", dt.date(2027, 1, 1))],
}


@pytest.mark.parametrize(
    ("model", "time", "usage", "micro"),
    [
        ("claude-opus-5-5", "2026-10-31", Usage(1_000, 1_000), 15_000),
        ("claude-opus-5-5-20260922", "2026-11-01", Usage(1_000, 1_000), 10_000),
        ("my-model", "2026-11-01", Usage(1_000, 1_000), 3_000),
        ("my-model", "2026-11-01", Usage(1_001, 1_000), 15_005),
    ],
)
def test_the_users_own_table_comes_first(model: str, time: str, usage: Usage, micro: int) -> None:
    assert price(model, usage, at(time), OWN_TABLE) == Priced(micro, OWN)


def test_before_the_first_day_of_an_own_rate_the_other_tables_hold() -> None:
    card = RateCard(OWN_TABLE)
    assert card.find("claude-haiku-5-5", NOW).source.startswith("genai-prices")
    assert card.price("claude-haiku-5-5", Usage(9, 9), at("2027-01-01")) == Priced(0, OWN)


def test_the_star_of_the_own_table_stands_for_models_that_nobody_knows() -> None:
    own = {"*": [flat("0", "0")]}
    assert price("qwen3-coder:30b", Usage(10_000, 10_000), NOW, own) == Priced(0, OWN)
    assert price("claude-opus-5-5", Usage(2_500, 1_000), NOW, own).micro == 30_000


# What nobody knows.


@pytest.mark.parametrize(
    ("model", "usd_in", "usd_out"),
    [("claude-opus-9", "15", "75"), ("gpt-99", "150", "600"), ("qwen3-coder:30b", "150", "600"), ("", "150", "600")],
)
def test_a_model_that_nobody_knows_costs_the_dearest_rate_of_its_maker_and_says_so(
    model: str, usd_in: str, usd_out: str
) -> None:
    found = RateCard().find(model, NOW)
    assert not found.known
    assert (found.rate.prices.input, found.rate.prices.output) == (Decimal(usd_in), Decimal(usd_out))
    assert found.source.startswith("dearest known, genai-prices")
    assert f"no price is known for {model}" in found.warning
    assert "rates:" in found.warning


@given(
    st.text(max_size=30) | st.sampled_from([*LISTED, "gpt-5.4", "claude-x"]),
    st.builds(Usage, *[st.integers(0, 2_000_000)] * 5),
)
def test_no_request_that_used_tokens_is_free_by_ignorance_and_none_pays_back(model: str, usage: Usage) -> None:
    priced = price(model, usage, NOW)
    assert priced.micro >= 0
    if not priced.known:
        assert priced.micro >= usage.total
        assert priced.warning


# Caches.


def test_what_caches_save_is_told_and_what_they_cost_as_well() -> None:
    assert price("claude-opus-5-5", Usage(cache_read_tokens=10_000), NOW).saved == 40_000 - 2_000
    assert price("claude-opus-5-5", Usage(cache_write_tokens=10_000), NOW).saved == 40_000 - 50_000
    assert price("claude-opus-5-5", Usage(1_000, 1_000), NOW).saved == 0
    assert price("claude-x", Usage(cache_read_tokens=10_000), NOW).saved == 0


def test_the_worst_case_is_a_prompt_that_is_written_into_the_cache() -> None:
    assert worst_case("claude-opus-5-5", 1_000, 100, NOW) == Priced(5_000 + 2_000, published.source())
    assert RateCard().worst("claude-opus-5-5", 1_000, 100, NOW) == 7_000


def test_nothing_heavy_is_loaded_before_a_price_is_asked_for() -> None:
    code = (
        "import sys; from tmtui.agents.rates.card import RateCard; from tmtui.domain.usage import Usage\n"
        "RateCard().price('claude-sonnet-5-5', Usage(1), 1_800_000_000_000)\n"
        "assert not {'genai_prices', 'pydantic', 'httpx2'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
