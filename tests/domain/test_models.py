"""Names of models: what became of them, and what is asked for in their place."""

import datetime as dt

import pytest

from tmtui.domain.models import CURRENT, END_OF_LIFE, in_service, is_strange


def test_every_end_has_a_date_and_a_successor_that_has_none() -> None:
    for end in END_OF_LIFE.values():
        assert str(dt.date.fromisoformat(end.date)) == end.date
        assert end.successor not in END_OF_LIFE
        assert end.successor.startswith("gpt-") or end.successor in CURRENT
    assert not CURRENT & END_OF_LIFE.keys()


@pytest.mark.parametrize(
    ("model", "today", "asked"),
    [
        ("claude-3-haiku-20240307", "2026-04-19", "claude-3-haiku-20240307"),
        ("claude-3-haiku-20240307", "2026-04-20", "claude-haiku-5-5"),
        ("gpt-4o-mini", "2026-11-20", "gpt-4o-mini"),
        ("claude-opus-5-5", "2099-01-01", "claude-opus-5-5"),
        ("llama3.3", "2026-11-20", "llama3.3"),
    ],
)
def test_a_model_is_asked_until_its_end_and_its_successor_from_then_on(model: str, today: str, asked: str) -> None:
    day = dt.datetime.combine(dt.date.fromisoformat(today), dt.time(), dt.UTC)
    assert in_service(model, round(day.timestamp() * 1000)) == asked


@pytest.mark.parametrize("model", ["claude-opus-9", "claude-sonet-5-5", "claude-x-20260101"])
def test_a_name_that_only_looks_like_one_of_anthropic_s_is_strange(model: str) -> None:
    assert is_strange(model)


@pytest.mark.parametrize("model", [*sorted(CURRENT), "claude-haiku-4-5-20251001", "claude-2.1", "gpt-9", "llama", ""])
def test_what_is_known_or_somebody_s_own_is_not_strange(model: str) -> None:
    assert not is_strange(model)
