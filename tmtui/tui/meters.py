"""What is used up, in the two lines of a gauge: money, limits, and how the models answer.

What is not known is said to be unknown. Where several things compete for a line, the one that stands in the way comes
first: what is waited for before what is nearly used up, an open circuit before a closed one.
"""

from collections.abc import Iterator
from typing import Final

from tmtui.state.model import Circuit, State, Waiting
from tmtui.tui.figures import bar, clock, money, percent, plural, time_of_day, tokens
from tmtui.tui.paint import Ink, Span, Spans, width_of
from tmtui.tui.windows import windows


ROWS: Final = 2
"""Lines within a gauge's frame."""

_BAR: Final = 8
CLOSE: Final = 0.7
"""The part of a budget or a limit from which on it is worth a warning."""
_FULL: Final = 0.9


def roomiest(choices: list[list[Span]], width: int) -> Spans:
    """The first of several ways to say a thing that fits, else the last."""
    return next((each for each in choices if width_of(each) <= width), choices[-1])


def level(part: float) -> Ink:
    """The colour of something that is used up to this part."""
    return Ink.BAD if part >= _FULL else Ink.WARN if part >= CLOSE else Ink.GOOD


def meter(part: float) -> list[Span]:
    """A bar."""
    full, empty = bar(part, _BAR)
    return [Span("▕", Ink.MUTED), Span(full, level(part)), Span(empty), Span("▏ ", Ink.MUTED)]


# Money.


def money_rows(state: State, width: int) -> list[Spans]:
    """What was spent, against the cap where there is one; the budget that is nearest its end, else the tokens."""
    spending, cap = state.spending, state.limits.budget_micro
    if cap:
        first = _against(spending.micro / cap, [Span(f" of {money(cap)}", Ink.MUTED)], width)
    elif spending.requests:
        first = [Span(money(spending.micro_or_unknown), Ink.STRONG), Span(" · no cap set", Ink.MUTED)]
    else:
        first = [Span("no cap set", Ink.MUTED)]
    return [first, _warned_row(state, width) or _token_row(state, width)]


def _against(part: float, rest: list[Span], width: int) -> Spans:
    figures = [Span(percent(part), Ink.STRONG), *rest]
    return roomiest([[*meter(part), *figures], figures], width)


def _warned_row(state: State, width: int) -> Spans:
    """The budget beside the run's own that has come furthest."""
    others = [(each.spent_micro / each.cap_micro, name) for name, each in state.warned.items() if each.cap_micro]
    others = [each for each in others if each[1] != "run"]
    if not others:
        return []
    part, name = max(others)
    cap = money(state.warned[name].cap_micro)
    return _against(part, [Span(f" of {cap} · {name}", Ink.MUTED)], width)


def _token_row(state: State, width: int) -> Spans:
    spending, usage = state.spending, state.spending.usage
    if not spending.requests:
        return [Span("no request yet", Ink.MUTED)]
    if spending.unknown:
        return [Span(f"{plural(spending.unknown, 'request')} at an unknown price", Ink.WARN)]
    cached = usage.cache_read_tokens + usage.cache_write_tokens
    line = f"{tokens(usage.input_tokens)} in · {tokens(usage.output_tokens)} out"
    longer = f"{line} · {tokens(cached)} cached" if cached else line
    return roomiest([[Span(longer, Ink.MUTED)], [Span(line, Ink.MUTED)]], width)


# Limits.


def limit_rows(state: State, now_ms: int, width: int) -> list[Spans]:
    """What is waited for, then the limits of which the most is used up."""
    rows = [*_waits(state, now_ms, width), *_windows(state, now_ms, width)]
    limits = state.limits
    own = f"{limits.max_parallel} at a time · {plural(limits.max_attempts, 'try', 'tries')}"
    return [*rows, *([] if rows else [[Span("no rate limits known", Ink.MUTED)]]), [Span(own, Ink.MUTED)]][:ROWS]


def _waits(state: State, now_ms: int, width: int) -> Iterator[Spans]:
    """The run's own wait, else the requests that are held back, as one line."""
    if state.reason and state.status == "waiting" and not state.paused:
        yield _wait_row(state.reason, state.until_ms, now_ms, width)
        return
    waiting = [each.attempt.waiting for each in state.tasks.values() if each.attempt and each.attempt.waiting]
    if waiting:
        soonest = min(waiting, key=_until)
        yield _wait_row(
            soonest.cause, soonest.until_ms, now_ms, width, others=len(waiting) - 1, reason=soonest.reason
        )


def _until(waiting: Waiting) -> float:
    return float("inf") if waiting.until_ms is None else waiting.until_ms


def _wait_row(
    cause: str, until_ms: int | None, now_ms: int, width: int, *, others: int = 0, reason: str = ""
) -> Spans:
    word = f"‖ {cause.replace('_', ' ')}"
    more = f" +{others}" if others else ""
    if until_ms is None:
        return [Span(word + more, Ink.WARN)]
    left = clock(until_ms - now_ms)
    longer = [Span(f"{word}: {left} left{more}", Ink.WARN)]
    longest = [*longer, Span(f" · {reason}", Ink.MUTED)] if reason else longer
    return roomiest([longest, longer, [Span(f"{word} {left}{more}", Ink.WARN)]], width)


def _windows(state: State, now_ms: int, width: int) -> Iterator[Spans]:
    """The limits that are known, the fullest first."""
    if state.ignores_limits and state.used:
        yield [Span("your own limits are set aside", Ink.WARN)]
    for each in windows(state, now_ms)[:ROWS]:
        name = [Span(f"{each.name} ", Ink.MUTED)]
        figure = [Span(each.figures or percent(each.part), level(each.part))]
        reset = [Span(f" · {clock(each.reset_ms - now_ms)}", Ink.MUTED)] if each.reset_ms is not None else []
        yield roomiest(
            [[*name, *meter(each.part), *figure, *reset], [*name, *figure, *reset], [*name, *figure]], width
        )


# Circuits.

CIRCUITS: Final = {
    "open": ("○", Ink.BAD, "open"),
    "forced_open": ("✕", Ink.BAD, "held open"),
    "half_open": ("◐", Ink.WARN, "trying"),
    "disabled": ("◌", Ink.MUTED, "switched off"),
    "closed": ("●", Ink.GOOD, ""),
}
"""The states of a circuit, the one most in the way first."""


def circuit_keys(state: State) -> list[str]:
    """Every circuit by its key, the one most in the way first; then the models that were asked and have none yet."""
    worst_first = list(CIRCUITS)
    known = sorted(
        state.circuits,
        key=lambda key: worst_first.index(told) if (told := state.circuits[key].state) in CIRCUITS else len(CIRCUITS),
    )
    named = {key.rpartition("/")[2] for key in known}
    return [*known, *(model for model in state.models if model not in named)]


def circuit_rows(state: State, now_ms: int, width: int) -> list[Spans]:
    """How each model answers."""
    rows = [*_broken(state, now_ms, width), *_retries(state, now_ms), *_answering(state, width)]
    if not rows:
        return [[Span("no provider calls yet", Ink.MUTED)]]
    if len(rows) > ROWS:
        return [rows[0], [*rows[1], Span(f"  +{len(rows) - ROWS} more", Ink.MUTED)]]
    return rows


def _broken(state: State, now_ms: int, width: int) -> Iterator[Spans]:
    worst_first = list(CIRCUITS)
    known = [(key, each) for key, each in state.circuits.items() if each.state in CIRCUITS]
    for key, each in sorted(known, key=lambda pair: worst_first.index(pair[1].state)):
        if each.state != "closed":
            yield _circuit_row(key, each, now_ms, width)


def _circuit_row(key: str, circuit: Circuit, now_ms: int, width: int) -> Spans:
    sign, ink, word = CIRCUITS[circuit.state]
    said = [f" {word}"]
    if circuit.state == "open" and circuit.until_ms is not None:
        left = clock(circuit.until_ms - now_ms)
        said = [f" {word} · probe in {left}", f" {word} · {left}", f" {word}"]
    name = [Span(f"{sign} ", ink), Span(key.rpartition("/")[2])]
    return roomiest([[*name, Span(each, ink)] for each in said], width)


def _retries(state: State, now_ms: int) -> Iterator[Spans]:
    for subject in state.tasks.values():
        attempt = subject.attempt
        if attempt is not None and attempt.retry is not None:
            until = attempt.retry_until_ms
            again = f"again at {time_of_day(until)}" if until > now_ms else "trying again"
            why = attempt.retry.kind.replace("_", " ")
            yield [Span("◐ ", Ink.WARN), Span(f"{attempt.agent}: {why} ", Ink.WARN), Span(again, Ink.MUTED)]


def _answering(state: State, width: int) -> Iterator[Spans]:
    """The models that answer; those with a circuit that is not closed were named before."""
    broken = {key.rpartition("/")[2] for key, each in state.circuits.items() if each.state != "closed"}
    for model, spending in state.models.items():
        if model not in broken:
            name = [Span("● ", Ink.GOOD), Span(model)]
            yield roomiest([[*name, Span(f" · {plural(spending.requests, 'request')}", Ink.MUTED)], name], width)
