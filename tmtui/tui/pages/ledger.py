"""Behind the gauges: what was spent and by whom, every limit, and what is waited for. Circuits stand in a list."""

from collections.abc import Iterable, Iterator
from typing import Final

from tmtui.state.lines import LineKind, Lines
from tmtui.state.model import Spending, State
from tmtui.state.selectors import budget_gone_ms, micro_per_minute
from tmtui.tui.figures import bar, clock, money, percent, plural, tokens, told_money
from tmtui.tui.windows import own_windows, used_part


LABEL: Final = 26
"""Cells for a label."""

_BAR: Final = 16


def ledger_page(state: State, now_ms: int) -> Lines:
    """The page."""
    lines = Lines()
    _section(lines, "Waiting", _waiting(state, now_ms))
    _section(lines, "Money", _money(state, now_ms))
    _section(lines, "Your own limits", _own_limits(state, now_ms))
    _section(lines, "Limits that were told", _limits(state, now_ms))
    _section(lines, "By task", _spenders((each.task.id, each.spending) for each in state.tasks.values()))
    _section(lines, "By model", _spenders(state.models.items()))
    _section(lines, "Permission rules of this run", _rules(state))
    return lines


def _section(lines: Lines, title: str, rows: Iterable[tuple[str, str]]) -> None:
    """A heading with its rows; nothing where there are none."""
    rows = list(rows)
    if not rows:
        return
    lines.gap()
    lines.add(LineKind.HEAD, title)
    for label, value in rows:
        lines.add(LineKind.FIELD, f"{label:<{LABEL}} {value}", lead=min(len(label), LABEL) + 1)


def _part(part: float) -> str:
    full, empty = bar(part, _BAR)
    return f"▕{full}{empty}▏ {percent(part)}"


def _money(state: State, now_ms: int) -> Iterator[tuple[str, str]]:
    spending, cap = state.spending, state.limits.budget_micro
    yield "spent", _amount(spending)
    if cap:
        yield "run", f"{_part(spending.micro / cap)} of {money(cap)}"
    for name, warned in state.warned.items():
        if warned.cap_micro and name != "run":
            action = f" · {warned.action}" if warned.action else ""
            yield name, f"{_part(warned.spent_micro / warned.cap_micro)} of {money(warned.cap_micro)}{action}"
    if (rate := micro_per_minute(state, now_ms)) is not None:
        gone = budget_gone_ms(state, now_ms)
        yield "a minute", money(rate) + (f" · the budget lasts {clock(gone - now_ms)} at this rate" if gone else "")
    yield "tokens", _tokens(spending)
    if spending.saved_micro > 0:
        yield "saved", f"{money(spending.saved_micro)} by caches and the choice of models"
    if spending.estimated:
        yield "estimated", f"{plural(spending.estimated, 'request')} of these, for want of figures"


def _amount(spending: Spending) -> str:
    if not spending.requests:
        return "nothing yet"
    unpriced = f", {spending.unknown} of them at an unknown price" if spending.unknown else ""
    return f"{told_money(spending)} in {plural(spending.requests, 'request')}{unpriced}"


def _tokens(spending: Spending) -> str:
    usage = spending.usage
    return (
        f"{tokens(usage.input_tokens)} in · {tokens(usage.output_tokens)} out · "
        f"{tokens(usage.cache_read_tokens)} read from the cache · {tokens(usage.cache_write_tokens)} written to it"
    )


def _spenders(spenders: Iterable[tuple[str, Spending]]) -> Iterator[tuple[str, str]]:
    """Those that spent something, the most expensive first."""
    spent = [each for each in spenders if each[1].requests]
    for name, spending in sorted(spent, key=lambda each: -each[1].micro):
        usage = spending.usage
        yield name, f"{_amount(spending)} · {tokens(usage.input_tokens)} in · {tokens(usage.output_tokens)} out"


def _left(until_ms: int | None, now_ms: int) -> str:
    return "" if until_ms is None else f" · {clock(until_ms - now_ms)} left"


def _waiting(state: State, now_ms: int) -> Iterator[tuple[str, str]]:
    for key, hold in state.holds.items():
        yield key, f"{hold.reason or hold.cause.replace('_', ' ')}{_left(hold.until_ms, now_ms)}"
    for subject in state.tasks.values():
        waiting = subject.attempt.waiting if subject.attempt else None
        if waiting is not None:
            yield subject.task.id, f"{waiting.model}: {waiting.reason}{_left(waiting.until_ms, now_ms)}"


def _own_limits(state: State, now_ms: int) -> Iterator[tuple[str, str]]:
    if state.ignores_limits:
        yield "set aside", "they do not hold this run back"
    for each in own_windows(state, now_ms):
        yield each.name, f"{_part(each.part)} · {each.figures}{_reset(each.reset_ms, now_ms, 'less')} · {each.owner}"


def _limits(state: State, now_ms: int) -> Iterator[tuple[str, str]]:
    for key, notice in state.told.items():
        for quota in notice.quotas:
            part = used_part(quota)
            told = "unknown" if part is None else _part(part)
            if quota.limit is not None and quota.remaining is not None:
                told += f" · {quota.remaining:,} of {quota.limit:,} left"
            renewed = quota.reset_ms is not None and quota.reset_ms <= now_ms
            reset = " · renewed since" if renewed else _reset(quota.reset_ms, now_ms)
            yield quota.name.replace("_", " "), f"{told}{reset} · {key}"


def _reset(reset_ms: int | None, now_ms: int, then: str = "full again") -> str:
    return "" if reset_ms is None else f" · {then} in {clock(reset_ms - now_ms)}"


def _rules(state: State) -> Iterator[tuple[str, str]]:
    for rule, action in state.rules.items():
        yield action, rule
