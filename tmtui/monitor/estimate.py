"""What a run may cost, before it is begun: a range, and what it rests on.

Where this project has a history, its requests are priced anew at the rates of the model that is to be asked: a task
costs what a cheap attempt of the past costs (the first quartile) up to what a dear one does (the ninth decile) as
often as it may be tried. Without a history the size of the prompt is multiplied by what conversations usually are:
between a short one that hits its caches and a long one. That is a guess, and is called one.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from tmtui.domain.plan import Task
from tmtui.domain.usage import Usage


FEWEST: Final = 3
"""Attempts that make a history."""

CHARACTERS_A_TOKEN: Final = 4

STANDING_TOKENS: Final = 3_000
"""Of every prompt: the rules, and the descriptions of the tools."""

Price = Callable[[Usage], int]
"""Micro-dollars of a request."""

Attempt = Sequence[Usage]
"""The requests of one attempt."""


class Talk(NamedTuple):
    """How a conversation goes on."""

    turns: int
    result_tokens: int
    """What each turn adds to the prompt beside its answer."""
    answer_tokens: int


SHORT: Final = Talk(turns=4, result_tokens=400, answer_tokens=250)
LONG: Final = Talk(turns=25, result_tokens=2_500, answer_tokens=900)


class Span(NamedTuple):
    """At least, and at most."""

    low: int
    high: int

    def plus(self, other: "Span") -> "Span":
        """Both together."""
        return Span(self.low + other.low, self.high + other.high)


class Estimate(NamedTuple):
    """What something may take."""

    tokens: Span
    micro: Span | None
    """Micro-dollars; None when nobody knows the price."""
    attempts: int
    """Attempts of the past that it rests on; 0 when it is a guess from the prompt's size."""


def estimate(task: Task, tries: int, history: Sequence[Attempt], price: Price | None) -> Estimate:
    """What a task may take.

    Args:
        task: The task.
        tries: How many attempts it may have.
        history: Earlier attempts in this project.
        price: What a request to its model costs; None when nobody knows.
    """
    past = [requests for requests in history if requests]
    if len(past) >= FEWEST:
        return _from_history(past, tries, price)
    return _from_size(prompt_tokens(task), tries, price)


def _from_history(past: Sequence[Attempt], tries: int, price: Price | None) -> Estimate:
    tokens = sorted(sum(usage.total for usage in requests) for requests in past)
    micro = None
    if price is not None:
        prices = sorted(sum(map(price, requests)) for requests in past)
        micro = _spread(prices, tries)
    return Estimate(_spread(tokens, tries), micro, len(past))


def _spread(values: Sequence[int], tries: int) -> Span:
    """From the first quartile to the ninth decile, as often as it may be tried. Nothing lies between two values."""
    last = len(values) - 1
    return Span(values[last // 4], values[-(-last * 9 // 10)] * tries)


def _from_size(prompt: int, tries: int, price: Price | None) -> Estimate:
    short, long = conversation(prompt, SHORT), conversation(prompt, LONG)
    tokens = Span(sum(each.total for each in short), sum(each.total for each in long) * tries)
    micro = None if price is None else Span(sum(map(price, short)), sum(map(price, long)) * tries)
    return Estimate(tokens, micro, 0)


def conversation(prompt: int, talk: Talk) -> list[Usage]:
    """The requests of a conversation that reads from its cache what it said before, and writes what is new."""
    added = talk.result_tokens + talk.answer_tokens
    first = Usage(cache_write_tokens=prompt, output_tokens=talk.answer_tokens)
    later = (
        Usage(
            cache_read_tokens=prompt + turn * added,
            cache_write_tokens=added,
            output_tokens=talk.answer_tokens,
        )
        for turn in range(talk.turns - 1)
    )
    return [first, *later]


def prompt_tokens(task: Task) -> int:
    """About how large the first prompt of a task is."""
    texts = (task.title, task.description, *task.acceptance_criteria, *task.definition_of_done)
    return STANDING_TOKENS + sum(map(len, texts)) // CHARACTERS_A_TOKEN


def together(estimates: Sequence[Estimate]) -> Estimate:
    """What all of them may take; its price is unknown when that of one is."""
    tokens, micro, attempts = Span(0, 0), Span(0, 0), 0
    known = True
    for each in estimates:
        tokens, attempts = tokens.plus(each.tokens), max(attempts, each.attempts)
        known = known and each.micro is not None
        micro = micro.plus(each.micro or Span(0, 0))
    return Estimate(tokens, micro if known else None, attempts)
