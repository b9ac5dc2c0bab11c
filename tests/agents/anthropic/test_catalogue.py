import re
from datetime import UTC, datetime
from typing import get_args

import pytest

from tmtui.agents.anthropic.catalogue import (
    ALIASES,
    CARDS,
    EFFORTS,
    Card,
    card_of,
    farewell,
    nearest_effort,
    resolved,
    undated,
)
from tmtui.domain.models import END_OF_LIFE


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("claude-3-5-sonnet-20241022", "was retired on 2025-10-28; use claude-sonnet-5-5"),
        ("claude-3-haiku-20240307", "was retired on 2026-04-20; use claude-haiku-5-5"),
        ("claude-opus-4-20250514", "was retired on 2026-06-15; use claude-opus-5-5"),
        ("claude-sonnet-4-5", "will be retired on 2026-11-30; use claude-sonnet-5-5"),
        ("claude-sonnet-4-5-20250929", "will be retired on 2026-11-30; use claude-sonnet-5-5"),
        ("claude-sonnet-5-5", ""),
        ("claude-sonnet-9", ""),
    ],
)
def test_of_a_model_that_goes_the_date_and_the_successor_are_told(model: str, words: str) -> None:
    assert farewell(model, "2026-11-20") == (f"{model} {words}" if words else "")


def test_every_model_of_which_the_sdk_warns_is_known_to_go_on_that_day() -> None:
    from anthropic.resources.messages.messages import DEPRECATED_MODELS  # noqa: PLC0415  # loading it takes seconds

    told = {
        model: datetime.strptime(re.sub(r"(?<=\d)(st|nd|rd|th),", ",", words), "%B %d, %Y").astimezone(UTC).date()
        for model, words in DEPRECATED_MODELS.items()
    }
    assert {model: day for model, day in told.items() if f" on {day};" not in farewell(model, "2026-11-20")} == {}


def test_every_model_that_the_sdk_names_is_known() -> None:
    from anthropic.types.model_param import ModelParam  # noqa: PLC0415  # loading it takes seconds

    named = get_args(get_args(ModelParam)[0])
    assert [name for name in named if undated(name) not in CARDS and not farewell(name, "")] == []


def test_whatever_takes_the_place_of_a_model_serves_and_stays() -> None:
    successors = {end.successor for model, end in END_OF_LIFE.items() if model.startswith("claude-")}
    for successor in {*ALIASES.values(), *successors}:
        assert successor in CARDS
        assert not farewell(successor, "")


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
