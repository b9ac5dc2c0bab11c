"""`tmtui debug`: everything known about each task, the engine and the log."""

import time
from collections.abc import Sequence
from typing import Any, Final

import click

from tmtui.cli.exit_codes import ExitCode
from tmtui.cli.glyphs import TASK_MARKS
from tmtui.cli.limit_usage import limit_usage, usage_lines
from tmtui.cli.options import json_option, run_argument
from tmtui.cli.output import Line, Tone, say, say_json
from tmtui.cli.plain import degraded_words
from tmtui.cli.project import Project, here, load_state, open_log, pick_run
from tmtui.cli.standing import standing_by_word, works_on
from tmtui.cli.times import count, date_and_time, duration
from tmtui.domain.money import tell_usd
from tmtui.domain.status import TaskStatus
from tmtui.monitor.report import AttemptReport, Report, TaskReport, make_report
from tmtui.state.model import State
from tmtui.store.reader import CircuitRow, LogReader
from tmtui.system.lock import Holder


BAR: Final = "=" * 60


@click.command()
@run_argument
@json_option
def debug(run_id: str | None, *, as_json: bool) -> ExitCode:
    """Show all that is known about tasks, engine and log."""
    project = here()
    now_ms = time.time_ns() // 1_000_000
    with open_log(project) as reader:
        state = load_state(reader, pick_run(reader, run_id).run)
        log = log_facts(project, reader)
        limits = limit_usage(reader, state, now_ms)
        circuits = reader.circuits()
    holder = project.holder()
    report = make_report(state, now_ms, engine_alive=works_on(holder, state.run))
    engine = engine_facts(report, state, holder)
    if as_json:
        facts = {
            "report": report,
            "engine": engine,
            "log": log,
            "limits": limits,
            "circuits": circuit_facts(circuits),
        }
        say_json({**facts, "anomalies": state.anomalies})
    else:
        usage = [*usage_lines(limits, now_ms), *_usage_lines(state)]
        say(*debug_lines(report, state, engine, log, usage, circuit_lines(circuits)))
    return ExitCode.OK


def engine_facts(report: Report, state: State, holder: Holder | None) -> dict[str, Any]:
    """Who is, or was last, at work on the run."""
    return {
        "run": standing_by_word(report.word).mark.word,
        "lock": f"held by {holder}" if holder is not None else "nobody holds it",
        "last engine": f"process {state.pid} on {state.host}, incarnation {state.epoch}",
        "sandbox": state.sandbox or "unknown",
        "rate limits": "set aside (--ignore-config-limits)" if state.ignores_limits else "hold",
        "agent": state.agent,
        "planned by": f"tmtui {state.version}",
    }


def log_facts(project: Project, reader: LogReader) -> dict[str, Any]:
    """Where the log is and how large."""
    import sqlite3  # noqa: PLC0415  # only for its version

    from tmtui.store.schema import DATABASE  # noqa: PLC0415  # its name

    path = project.state_dir / DATABASE
    return {
        "file": str(path),
        "bytes": path.stat().st_size,
        "runs": len(reader.runs()),
        "version of SQLite": sqlite3.sqlite_version,
    }


def debug_lines(
    report: Report,
    state: State,
    engine: dict[str, Any],
    log: dict[str, Any],
    usage: Sequence[Line],
    circuits: Sequence[Line],
) -> list[Line]:
    """The page that `tmtui debug` prints."""
    index = report.current[0] if report.current else report.total
    return [
        Line("TaskMaster Debug State", Tone.STRONG),
        Line(BAR),
        Line(""),
        Line(f"Task File: {report.plan}"),
        Line(f"Created: {date_and_time(report.created_ms)}"),
        Line(f"Updated: {date_and_time(report.updated_ms)}"),
        Line(f"Current Task Index: {index}"),
        *_title("PER-TASK STATUS"),
        *(line for place, task in enumerate(report.tasks) for line in _task_lines(report, task, place)),
        *_title("RATE LIMIT USAGE"),
        *usage,
        *(_title("CIRCUITS") if circuits else []),
        *circuits,
        *_title("ENGINE"),
        *_fact_lines(engine),
        *_title("LOG"),
        *_fact_lines({"run": report.run, "last event": state.seq, **log}),
        *_trouble_lines(report, state),
    ]


def _title(text: str) -> list[Line]:
    return [Line(""), Line(BAR), Line(text), Line(BAR), Line("")]


def _task_lines(report: Report, task: TaskReport, place: int) -> list[Line]:
    mark = TASK_MARKS[task.status]
    shown = f"{mark.glyph} {mark.word.upper()}"
    if task.status is TaskStatus.SUCCEEDED:
        shown = "✓ COMPLETED"
    elif place in report.current:
        shown = "→ CURRENT/NEXT" + (" (NEEDS YOU)" if task.status is TaskStatus.NEEDS_YOU else "")
    elif task.status is TaskStatus.READY:
        shown = "○ PENDING"
    lines = [f"Task {place + 1}/{report.total}: {task.title}", f"  ID: {task.id}", f"  Status: {shown}"]
    if task.tries:
        lines += [f"  Failures: {task.failures}", f"  Attempts: {task.tries}"]
    lines += [f"  Waits for: {', '.join(task.blocked_by)}"] if task.blocked_by else []
    lines += [f"  Last error: {task.last_error}"] if task.last_error else []
    lines += [f"  Believed because: {task.evidence}"] if task.evidence else []
    lines += [f"  Last answer: {task.intervention}"] if task.intervention else []
    lines += [line for attempt in task.attempts for line in _attempt_lines(attempt)]
    return [*(Line(line) for line in lines), Line("")]


def _attempt_lines(attempt: AttemptReport) -> list[str]:
    counted = "" if attempt.counted else ", not counted"
    outcome = f" ({attempt.outcome}{counted})" if attempt.outcome else ""
    files = "unknown" if attempt.files_total is None else str(attempt.files_total)
    trees = f"{attempt.tree_before[:12] or '?'} -> {attempt.tree_after[:12] or '?'}"
    took = f", {duration(attempt.seconds)}" if attempt.outcome else ""
    how = f"{attempt.status.value}{outcome}{took}"
    return [f"  Attempt {attempt.number}: {how}, files changed: {files}, tree {trees}"]


def circuit_lines(rows: Sequence[CircuitRow]) -> list[Line]:
    """How the circuits stand, as the log last told of them."""
    return [Line(f"{row.key}: {row.state.replace('_', '-').upper()}{_circuit_words(row)}") for row in rows]


def _circuit_words(row: CircuitRow) -> str:
    facts = [row.reason] if row.reason else []
    facts += [f"until {date_and_time(row.until_ms)}"] if row.until_ms is not None and row.state != "closed" else []
    return f" ({', '.join([*facts, f'since {date_and_time(row.at_wall)}'])})"


def circuit_facts(rows: Sequence[CircuitRow]) -> list[dict[str, Any]]:
    """The same for programs."""
    return [
        {
            "circuit": row.key,
            "state": row.state,
            "reason": row.reason,
            "until_ms": row.until_ms,
            "since_ms": row.at_wall,
        }
        for row in rows
    ]


def _usage_lines(state: State) -> list[Line]:
    if not state.models:
        return [Line("no provider calls yet")]
    lines = []
    for model, spending in state.models.items():
        known = spending.micro_or_unknown
        cost = tell_usd(known, partly=spending.unknown > 0, estimated=spending.estimated > 0)
        lines += [f"Model: {model or 'unknown'}", f"  Requests: {spending.requests:,}"]
        lines += [f"  Tokens: {spending.usage.total:,}", f"  Cost: {cost}"]
    return [Line(line) for line in lines]


def _fact_lines(facts: dict[str, Any]) -> list[Line]:
    return [Line(f"{name[0].upper()}{name[1:]}: {value}") for name, value in facts.items()]


def _trouble_lines(report: Report, state: State) -> list[Line]:
    lines = [f"⚠ degraded: {degraded_words(each)}" for each in report.degraded]
    lines += [f"✗ {each.where}: {each.message} {each.details}".rstrip() for each in report.troubles]
    lines += [f"⚠ event {each.seq} ({each.kind}) did not fit: {each.why}" for each in state.anomalies]
    if not lines:
        return []
    return [*_title(f"TROUBLE ({count(len(lines), 'entry', 'entries')})"), *(Line(line, Tone.WARN) for line in lines)]
