"""A task's attempts side by side, a row each."""

from collections.abc import Iterable
from typing import Final

from tmtui.domain.status import AttemptStatus, HookStatus
from tmtui.state.lines import LineKind, Lines
from tmtui.state.model import AttemptState, TaskState
from tmtui.state.selectors import attempt_ms
from tmtui.tui.figures import clock, small_money
from tmtui.tui.marks import ATTEMPT_MARKS, HOOK_SIGNS


HEAD_LINES: Final = 1
"""Lines above the first attempt's."""

_KINDS: Final = {
    AttemptStatus.SUCCEEDED: LineKind.GOOD,
    AttemptStatus.FAILED: LineKind.BAD,
    AttemptStatus.INTERRUPTED: LineKind.WARN,
    AttemptStatus.CANCELED: LineKind.WARN,
    AttemptStatus.RUNNING: LineKind.ROW,
}

_TITLES: Final = ("#", "try", "status", "served by", "hooks", "files", "money", "time", "")
_RIGHT: Final = (True, True, False, False, False, True, True, True, False)


def attempts_page(subject: TaskState, now_ms: int) -> Lines:
    """The table. The line of attempt `n` has the number `line_of(n)`."""
    table = [_TITLES, *(_cells(subject, attempt, now_ms) for attempt in subject.attempts)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = Lines()
    lines.add(LineKind.HEAD, "  " + _row(_TITLES, widths))
    hang = sum(widths[:-1]) + 2 * (len(widths) - 1)
    for attempt, cells in zip(subject.attempts, table[1:], strict=True):
        lines.add(_KINDS[attempt.status], _row(cells, widths), lead=hang)
    if not subject.attempts:
        lines.add(LineKind.NOTE, "No attempt has begun.")
    return lines


def line_of(attempt: int) -> int:
    """The line of an attempt by its number."""
    return HEAD_LINES + attempt - 1


def _row(cells: Iterable[str], widths: list[int]) -> str:
    placed = zip(cells, widths, _RIGHT, strict=True)
    return "  ".join(cell.rjust(width) if right else cell.ljust(width) for cell, width, right in placed).rstrip()


def _cells(subject: TaskState, attempt: AttemptState, now_ms: int) -> tuple[str, ...]:
    outcome = attempt.outcome
    return (
        str(attempt.number),
        f"{attempt.round}/{max(subject.allowance, attempt.round)}",
        ATTEMPT_MARKS[attempt.status].word,
        _server(attempt),
        _hooks(attempt),
        _files(attempt),
        _paid(attempt) or "-",
        clock(attempt_ms(attempt, now_ms)),
        "" if outcome is None or outcome.ok else outcome.message or str(outcome.kind),
    )


def _server(attempt: AttemptState) -> str:
    """The model that answered; with an arrow where it is not the first of its chain."""
    return ("↪ " if attempt.hop else "") + (attempt.served_by or attempt.model or attempt.agent)


def _hooks(attempt: AttemptState) -> str:
    """Each hook with how its last run ended."""
    last: dict[str, HookStatus] = {each.name: each.status for each in attempt.hooks}
    return " ".join(f"{HOOK_SIGNS[status]}{name}" for name, status in last.items()) or "-"


def _paid(attempt: AttemptState) -> str:
    sign = "~" if attempt.spending.estimated else ""
    amount = small_money(attempt.spending.micro_or_unknown)
    return f"{sign}{amount}" if amount else ""


def _files(attempt: AttemptState) -> str:
    measured = attempt.measured
    if measured is None or measured.progressed is None:
        return "?" if measured else "-"
    return str(measured.files_total or len(measured.files))
