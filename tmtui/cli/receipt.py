"""`tmtui receipt`: what a run was charged, by task and attempt, by model and by tool."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import click

from tmtui.cli.exit_codes import ExitCode
from tmtui.cli.options import json_option, run_argument
from tmtui.cli.output import Line, Tone, say, say_json
from tmtui.cli.project import here, open_log, pick_run
from tmtui.cli.report import saved_words
from tmtui.cli.table import table
from tmtui.cli.times import count
from tmtui.domain.ids import short_run_id
from tmtui.domain.money import format_usd, tell_usd
from tmtui.monitor.receipt import KINDS, WORDS, Receipt, ToolCharge, make_receipt
from tmtui.state.model import Spending


HEAD: Final = ("Requests", "Tokens", "Cost", "Saved")


@click.command()
@run_argument
@json_option
def receipt(run_id: str | None, *, as_json: bool) -> ExitCode:
    """Show what a run was charged, and for what.

    A tool has no price of its own: a request is put down, in equal parts, to the tools that its answer called.
    """
    with open_log(here()) as reader:
        run = pick_run(reader, run_id)
        found = make_receipt(reader.events(run.run, kinds=KINDS))
    if as_json:
        say_json(found)
    else:
        say(*receipt_lines(found, run.run, run.plan_path))
    return ExitCode.OK


def receipt_lines(found: Receipt, run: str, plan: str) -> list[Line]:
    """The receipt as tables, all with the same sum."""
    title = Line(f"Receipt of run {short_run_id(run)}{f' of {plan}' if plan else ''}", Tone.STRONG)
    if not (found.total.requests or found.total.reused):
        return [title, Line(""), Line("No request was made.")]
    return [
        title,
        *_table("Task", _task_rows(found)),
        *_table("Model", _rows(found.models)),
        *(_table("Profile", _rows(found.profiles)) if any(found.profiles) else []),
        *_tools(found.tools),
        Line(""),
        *_total(found),
    ]


def _task_rows(found: Receipt) -> Iterable[list[str]]:
    for name, task in found.tasks.items():
        yield _cells(name or "(the run)", task.total)
        if len(task.attempts) > 1:
            yield from (_cells(f"  attempt {number}", spending) for number, spending in task.attempts.items())


def _rows(parts: Mapping[str, Spending]) -> Iterable[list[str]]:
    return (_cells(name or "(unknown)", spending) for name, spending in parts.items())


def _cells(name: str, spending: Spending) -> list[str]:
    saved = format_usd(spending.saved_micro) if spending.saved_micro else ""
    return [name, f"{spending.requests:,}", f"{spending.usage.total:,}", _cost(spending), saved]


def _cost(spending: Spending) -> str:
    return tell_usd(spending.micro_or_unknown, partly=spending.unknown > 0, estimated=spending.estimated > 0)


def _table(title: str, rows: Iterable[Sequence[str]]) -> list[Line]:
    head, *body = table([title, *HEAD], list(rows))
    return [Line(""), Line(head, Tone.FAINT), *map(Line, body)]


def _tools(tools: Mapping[str, ToolCharge]) -> list[Line]:
    rows = [
        [
            name or "(only words)",
            f"{tool.calls:,}" if name != WORDS else "",
            tell_usd(
                None if tool.unknown and not tool.micro else tool.micro,
                partly=tool.unknown > 0,
                estimated=tool.estimated > 0,
            ),
        ]
        for name, tool in tools.items()
    ]
    head, *body = table(["Tool", "Calls", "Cost"], rows)
    return [Line(""), Line(head, Tone.FAINT), *map(Line, body)]


def _total(found: Receipt) -> list[Line]:
    whole = found.total
    lines = [
        Line(
            f"Total: {_cost(whole)} for {count(whole.requests, 'request')}, {whole.usage.total:,} tokens", Tone.STRONG
        )
    ]
    lines += [Line(f"Saved: {words}") for words in saved_words(whole)]
    tables = [f"{name} ({count(number, 'request')})" for name, number in found.sources.items() if name]
    if tables:
        lines.append(Line(f"Prices: {', '.join(tables)}", Tone.FAINT))
    if whole.unknown:
        lines.append(Line(f"The price of {count(whole.unknown, 'request')} is not known.", Tone.WARN))
    if whole.estimated:
        lines.append(Line(f"~ holds estimates: {count(whole.estimated, 'request')}.", Tone.FAINT))
    return lines
