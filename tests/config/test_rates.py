"""The user's own prices, from how they are written to rates."""

import datetime as dt
from decimal import Decimal

import pytest

from tmtui.agents.rates.card import OWN, price
from tmtui.config.describe import describe
from tmtui.config.load import combine
from tmtui.config.settings import Settings
from tmtui.domain.problem import Problem
from tmtui.domain.rate import Prices, Rate, Step
from tmtui.domain.usage import Usage
from tmtui.system.documents import parse_document


def read(*files: str) -> tuple[Settings, list[Problem]]:
    documents = [parse_document(text.encode(), f"{number}.yml") for number, text in enumerate(files, 1)]
    return combine(documents, {}, {})


def rates(*files: str) -> dict[str, tuple[Rate, ...]]:
    found, problems = read(*files)
    assert problems == []
    return found.rates


def prices(*usd: str) -> Prices:
    return Prices(*map(Decimal, usd))


def test_a_model_has_one_set_of_prices_or_several_from_different_days_on() -> None:
    found = rates("""
rates:
  local: {input: 0, output: 0}
  claude-x:
    input: 3.0
    output: $15
    cacheRead: 0.3
    cache_write: 4
    cache_write_1h: 7
  claude-y:
    - {input: 2, output: 10}
    - {from: 2026-10-07, input: 1, output: 5}
""")
    assert found == {
        "local": (Rate(prices("0", "0", "0", "0", "0")),),
        "claude-x": (Rate(prices("3.0", "15", "0.3", "4", "7")),),
        "claude-y": (
            Rate(prices("2", "10", "2", "2.5", "4")),
            Rate(prices("1", "5", "1", "1.25", "2"), since=dt.date(2026, 10, 7)),
        ),
    }


def test_long_prompts_have_prices_of_their_own_that_follow_the_usual_ones() -> None:
    (found,) = rates("""
prices:
  m: {input: 1, output: 2, cache_read: 0.1, above: {prompt_tokens: 100000, input: 4}}
""")["m"]
    assert found.steps == (Step(100_000, prices("4", "2", "0.1", "5", "8")),)
    (two,) = rates("""
rates:
  m: {input: 1, output: 2, above: [{prompt_tokens: 9, input: 9}, {prompt_tokens: 5, input: 5}]}
""")["m"]
    assert [step.prompt_tokens for step in two.steps] == [5, 9]


def test_stronger_files_replace_the_rates_of_a_model_and_keep_the_others() -> None:
    found = rates("rates: {a: {input: 1, output: 1}, b: {input: 2, output: 2}}", "rates: {a: {input: 3, output: 3}}")
    assert (found["a"][0].prices.input, found["b"][0].prices.input) == (Decimal(3), Decimal(2))


def test_the_card_takes_them_as_they_are() -> None:
    own = rates("rates: {claude-opus-5-5: {input: 1, output: 1}, '*': {input: 0, output: 0}}")
    assert price("claude-opus-5-5", Usage(10, 10), 0, own).micro == 20
    assert price("qwen3-coder:30b", Usage(10, 10), 0, own).source == OWN


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("rates:\n  m: {output: 1}", 2, "`input`"),
        ("rates:\n  m: {input: 1}", 2, "`output`"),
        ("rates:\n  m:\n    input: 1\n    output: -1", 4, "must be US dollars for a million tokens"),
        ("rates:\n  m:\n    input: much\n    output: 1", 3, "must be US dollars for a million tokens"),
        ("rates:\n  m:\n    input: 1\n    output: 1000000", 4, "must be US dollars for a million tokens"),
        ("rates:\n  m: {input: 1, output: 1,\n   from: soon}", 3, "date"),
        ("rates:\n  m:\n   - {input: 1, output: 1}\n   - {input: 2, output: 2}", 3, "twice"),
        ("rates:\n  m: {input: 1, output: 1,\n   above: {input: 2}}", 3, "prompt_tokens"),
        ("rates: 5", 1, "must be a mapping"),
    ],
)
def test_a_fault_is_told_with_its_place(text: str, line: int, message: str) -> None:
    _, problems = read(text)
    (problem,) = [problem for problem in problems if not problem.warning]
    assert (problem.path, problem.line) == ("1.yml", line)
    assert message in f"{problem.message} {problem.hint}"


def test_an_unknown_key_is_a_warning() -> None:
    _, (problem,) = read("rates: {m: {input: 1, output: 1, cache_reads: 2}}")
    assert problem.warning
    assert "cache_read" in problem.hint


def test_rates_are_shown_with_their_origin() -> None:
    found, _ = read("rates:\n  m: {input: 1, output: 2.5}\n")
    (row,) = [row for row in describe(found) if row.key.endswith("prices.output")]
    assert (row.value, row.origin) == ("2.5", "1.yml:2")
