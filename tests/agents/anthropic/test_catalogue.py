import re
from datetime import UTC, datetime
from typing import get_args

import pytest

from tmtui.agents.anthropic.catalogue import (
    ALIASES,
    CARDS,
    EFFORTS,
    RETIREMENTS,
    Card,
    card_of,
    nearest_effort,
    resolved,
    retirement_of,
    undated,
)


@pytest.mark.parametrize(
    ("model", "date", "successor"),
    [
        ("claude-3-5-sonnet-20241022", "2025-10-28", "claude-sonnet-5-5"),
        ("claude-3-haiku-20240307", "2026-04-20", "claude-haiku-5-5"),
        ("claude-3-7-sonnet-latest", "2026-02-19", "claude-sonnet-5-5"),
        ("claude-opus-4-20250514", "2026-06-15", "claude-opus-5-5"),
        ("claude-sonnet-4-5", "2026-11-30", "claude-sonnet-5-5"),
    ],
)
def test_a_model_that_goes_has_a_date_and_a_successor(model: str, date: str, successor: str) -> None:
    retirement = retirement_of(model)

    assert retirement is not None
    assert (retirement.date, retirement.successor) == (date, successor)
    assert f"was retired on {date}; use {successor}" in retirement.words(model, date)
    assert f"will be retired on {date}" in retirement.words(model, "2020-01-01")


def test_every_model_of_which_the_sdk_warns_is_known_to_go_on_that_day() -> None:
    from anthropic.resources.messages.messages import DEPRECATED_MODELS  # noqa: PLC0415  # loading it takes seconds

    told = {
        model: datetime.strptime(re.sub(r"(?<=\d)(st|nd|rd|th),", ",", words), "%B %d, %Y").astimezone(UTC).date()
        for model, words in DEPRECATED_MODELS.items()
    }
    known = {model: retirement_of(model) for model in told}
    assert {model: each.date if each else "" for model, each in known.items()} == {
        model: day.isoformat() for model, day in told.items()
    }


def test_every_model_that_the_sdk_names_is_known() -> None:
    from anthropic.types.model_param import ModelParam  # noqa: PLC0415  # loading it takes seconds

    named = get_args(get_args(ModelParam)[0])
    assert [name for name in named if undated(name) not in {*CARDS, *RETIREMENTS}] == []


def test_whatever_takes_the_place_of_a_model_serves_and_stays() -> None:
    for successor in {*ALIASES.values(), *(each.successor for each in RETIREMENTS.values())}:
        assert successor in CARDS
        assert successor not in RETIREMENTS


def test_a_more_exact_name_is_the_same_model() -> None:
    assert card_of("claude-haiku-4-5-20251001") == card_of("claude-haiku-4-5") == CARDS["claude-haiku-4-5"]
    assert undated("claude-haiku-4-5-20251001") == "claude-haiku-4-5"


def test_a_short_name_is_the_newest_of_its_line() -> None:
    assert resolved("sonnet") == "claude-sonnet-5-5"
    assert resolved("claude-opus-5") == "claude-opus-5"


def test_a_model_that_is_not_known_is_taken_for_one_of_the_newest() -> None:
    assert card_of("claude-sonnet-9") == Card(id="claude-sonnet-9")
    assert card_of("claude-sonnet-9").traits.context == 1_000_000


@pytest.mark.parametrize(
    ("model", "wanted", "sent"),
    [
        ("claude-opus-5-5", "max", "max"),
        ("claude-opus-4-5", "max", "high"),
        ("claude-opus-4-6", "xhigh", "high"),
        ("claude-haiku-4-5", "high", ""),
        ("claude-opus-5-5", "", ""),
        ("claude-opus-5-5", "enormous", ""),
    ],
)
def test_an_effort_that_a_model_does_not_take_becomes_the_nearest_below(model: str, wanted: str, sent: str) -> None:
    assert nearest_effort(wanted, card_of(model)) == sent


def test_efforts_are_in_order_everywhere() -> None:
    for card in CARDS.values():
        assert list(card.efforts) == [level for level in EFFORTS if level in card.efforts]
