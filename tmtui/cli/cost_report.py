"""`tmtui cost-report`: what was spent in a period, by task, model, profile, user, day, provider or run."""

import csv
import io
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

import click
import msgspec

from tmtui.cli.errors import CommandError
from tmtui.cli.exit_codes import ExitCode
from tmtui.cli.output import Line, Tone, as_text, say, say_json
from tmtui.cli.project import here, open_log
from tmtui.cli.table import table
from tmtui.domain.ids import short_run_id
from tmtui.domain.money import MICRO, format_usd, tell_usd
from tmtui.domain.problem import WrongValueError
from tmtui.domain.usage import Usage
from tmtui.monitor.period import Period, parse_period
from tmtui.store.ledger import FOREVER, Span, Sum, total


DIMENSIONS: Final = ("task", "model", "profile", "user", "day", "provider", "run")

FIGURES: Final = (
    "requests",
    *Usage.__struct_fields__,
    "usd",
    "unknown_requests",
    "estimated_requests",
    "saved_usd",
)

FORMULA: Final = ("=", "+", "-", "@", "\t")
"""What a spreadsheet takes for the beginning of a formula."""


def _by_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--by-user` and the like, which say the same as `--by user`."""
    for name in DIMENSIONS:
        hidden = name != "user"
        command = click.option(f"--by-{name}", "by", flag_value=name, hidden=hidden, help="As --by user.")(command)
    return command


@click.command("cost-report")
@click.option(
    "--by", type=click.Choice(DIMENSIONS), default="task", show_default=True, help="What the costs are put down to."
)
@_by_options
@click.option(
    "--period",
    default="last-7-days",
    show_default=True,
    help="today, this-week, this-month, last-30-days, all, 2026-11, 2026-11-01..2026-11-07.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "csv"]),
    default="text",
    show_default=True,
    help="How it is printed.",
)
@click.option("--json", "form", flag_value="json", help="As --format json.")
def cost_report(*, by: str, period: str, form: str) -> ExitCode:
    """Show what was spent in a period, and for what.

    All runs of this project count. Days are those of this place.
    """
    try:
        asked = parse_period(period, time.time_ns() // 1_000_000)
    except WrongValueError as wrong:
        raise CommandError(str(wrong), wrong.hint) from None
    span = Span(since=asked.since_ms, until=FOREVER if asked.until_ms is None else asked.until_ms)
    with open_log(here()) as reader:
        sums = in_order(by, reader.sums(by, span))
    match form:
        case "json":
            say_json(report_fields(by, asked, sums))
        case "csv":
            sys.stdout.write(as_text(report_csv(by, sums).splitlines()))
        case _:
            say(*report_lines(by, asked, sums))
    return ExitCode.OK


def in_order(by: str, sums: Sequence[Sum]) -> list[Sum]:
    """Days as they followed each other; of all else the dearest first."""
    if by in ("day", "run"):
        return sorted(sums, key=lambda each: each.key)
    return sorted(sums, key=lambda each: (-each.micro, each.run, each.key))


def report_lines(by: str, period: Period, sums: Sequence[Sum]) -> list[Line]:
    """The report as a table."""
    title = Line(f"Cost report by {by}, {period}", Tone.STRONG)
    if not sums:
        return [title, Line(""), Line("No request was made.")]
    head = [by.capitalize(), "Requests", "Tokens", "Cost", "Saved"]
    whole = total(sums)
    rows = [_cells(_name(by, each), each) for each in sums]
    lines = table(head, [*rows, _cells("Total", whole)])
    notes = [Line("")] if whole.unknown or whole.estimated else []
    if whole.unknown:
        notes.append(Line(f"The price of {whole.unknown:,} of the requests is not known.", Tone.WARN))
    if whole.estimated:
        notes.append(Line(f"~ holds estimates: {whole.estimated:,} of the requests.", Tone.FAINT))
    return [
        title,
        Line(""),
        Line(lines[0], Tone.FAINT),
        *map(Line, lines[1:-1]),
        Line(lines[-1], Tone.STRONG),
        *notes,
    ]


def _name(by: str, each: Sum) -> str:
    if by == "task":
        return f"{short_run_id(each.run)} {each.key or '(the run)'}"
    if by == "run":
        return short_run_id(each.key)
    return each.key or "(unknown)"


def _cells(name: str, each: Sum) -> list[str]:
    cost = tell_usd(each.micro_or_unknown, partly=each.unknown > 0, estimated=each.estimated > 0)
    saved = format_usd(each.saved_micro) if each.saved_micro else ""
    return [name, f"{each.requests:,}", f"{each.usage.total:,}", cost, saved]


def report_fields(by: str, period: Period, sums: Sequence[Sum]) -> dict[str, Any]:
    """The report for programs."""
    return {
        "by": by,
        "period": {
            "name": period.name,
            "first": str(period.first) if period.first else None,
            "last": str(period.last) if period.last else None,
        },
        "rows": sums,
        "total": total(sums),
    }


def report_csv(by: str, sums: Sequence[Sum]) -> str:
    """The report for spreadsheets, one row to a sum, without a row for the total."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    within = by == "task"
    writer.writerow((*(["run"] if within else []), by, *FIGURES))
    for each in sums:
        names = [each.run, each.key] if within else [each.key]
        writer.writerow((*map(_harmless, names), *_figures(each)))
    return text.getvalue()


def _figures(each: Sum) -> tuple[object, ...]:
    """The values of `FIGURES`."""
    return (
        each.requests,
        *msgspec.structs.astuple(each.usage),
        _usd(each.micro_or_unknown),
        each.unknown,
        each.estimated,
        _usd(each.saved_micro),
    )


def _usd(micro: int | None) -> str:
    """Dollars to the micro-dollar, or nothing where they are not known."""
    return "" if micro is None else f"{'-' if micro < 0 else ''}{abs(micro) // MICRO}.{abs(micro) % MICRO:06}"


def _harmless(name: str) -> str:
    """A name that no spreadsheet calculates."""
    return f"'{name}" if name.startswith(FORMULA) else name
