"""`tmtui status`: where the tasks stand, and what needs you."""

import time
from collections.abc import Sequence

import click

from tmtui.cli.exit_codes import ExitCode
from tmtui.cli.glyphs import TASK_MARKS
from tmtui.cli.limit_usage import ProviderUsage, limit_usage, short_usage_lines
from tmtui.cli.options import json_option, run_argument
from tmtui.cli.output import RULE, Line, Tone, say, say_json
from tmtui.cli.plain import LIMITS_IGNORED, degraded_words
from tmtui.cli.project import here, load_state, open_log, pick_run
from tmtui.cli.report import tries_words
from tmtui.cli.standing import standing_by_word, works_on
from tmtui.cli.times import ago, count
from tmtui.domain.ids import short_run_id
from tmtui.domain.money import format_usd, tell_usd
from tmtui.domain.status import TaskStatus
from tmtui.monitor.report import QuestionReport, Report, TaskReport, make_report


@click.command()
@run_argument
@json_option
def status(run_id: str | None, *, as_json: bool) -> ExitCode:
    """Show where the tasks stand, and what needs you."""
    project = here()
    now = time.time_ns() // 1_000_000
    with open_log(project) as reader:
        state = load_state(reader, pick_run(reader, run_id).run)
        limits = limit_usage(reader, state, now)
    alive = works_on(project.holder(), state.run)
    report = make_report(state, now, engine_alive=alive)
    if as_json:
        say_json({"alive": alive, "done": report.done, "report": report, "limits": limits})
    else:
        say(*status_lines(report, now, limits))
    return ExitCode.OK


def status_lines(report: Report, now_ms: int, limits: Sequence[ProviderUsage] = ()) -> list[Line]:
    """The page that `tmtui status` prints."""
    places = [f"{place + 1} ({report.tasks[place].title})" for place in report.current]
    return [
        Line("Current Task Status", Tone.STRONG),
        Line(RULE),
        Line(""),
        Line(f"Task File: {report.plan}"),
        Line(f"Total Tasks: {report.total}"),
        Line(f"Completed: {report.done}"),
        Line(f"Current: {', '.join(places) or 'none, nothing is left to do'}"),
        Line(""),
        Line("Progress:"),
        *(task_line(task, current=place in report.current) for place, task in enumerate(report.tasks)),
        Line(""),
        *money_lines(report, now_ms),
        *short_usage_lines(limits),
        *handicap_lines(report),
        run_line(report, now_ms),
        *_needs_you(report),
    ]


def task_line(task: TaskReport, *, current: bool) -> Line:
    """`→ task-3: Implement login endpoint (2 attempts, 1 failure)`."""
    mark = TASK_MARKS[task.status]
    glyph = "→" if current and task.status is not TaskStatus.NEEDS_YOU else mark.glyph
    plain = (TaskStatus.SUCCEEDED, TaskStatus.RUNNING, TaskStatus.PENDING, TaskStatus.READY)
    facts = [mark.word] if task.status not in plain else []
    facts += [f"needs {', '.join(task.blocked_by)}"] if task.blocked_by else []
    facts += [tries_words(task)] if task.tries and (task.status is not TaskStatus.SUCCEEDED or task.failures) else []
    shown = f" ({', '.join(facts)})" if facts else ""
    return Line(f"{glyph} {task.id}: {task.title}{shown}", Tone.STRONG if glyph == "→" else mark.tone)


def run_line(report: Report, now_ms: int) -> Line:
    """`▶ Run 7f3c: running, last event 2 minutes ago; watch it: tmtui watch`."""
    standing = standing_by_word(report.word)
    reason = f" ({report.reason.replace('_', ' ')})" if report.reason else ""
    advice = f"; {standing.advice}" if standing.advice else ""
    name = f"{standing.mark.glyph} Run {short_run_id(report.run)}"
    when = f"last event {ago(report.updated_ms, now_ms)}"
    return Line(f"{name}: {standing.mark.word}{reason}, {when}{advice}", standing.mark.tone)


def money_lines(report: Report, now_ms: int) -> list[Line]:
    """`Money: $0.42 / $5.00  ↗ $0.11/min, used up in 41 minutes`; nothing when nothing was asked of anybody."""
    if not report.cost.requests:
        return []
    cost = report.cost
    told = tell_usd(cost.micro, partly=cost.unknown > 0, estimated=cost.estimated > 0)
    cap = f" / {format_usd(report.budget_micro)}" if report.budget_micro is not None else ""
    rate = f"  ↗ {format_usd(report.micro_per_minute)}/min" if report.micro_per_minute is not None else ""
    gone = f", used up {ago(report.budget_gone_ms, now_ms)} at this rate" if report.budget_gone_ms is not None else ""
    return [Line(f"Money: {told}{cap}{rate}{gone}")]


def handicap_lines(report: Report) -> list[Line]:
    """What works less well than it could."""
    lines = [Line(f"⚠ {LIMITS_IGNORED} (--ignore-config-limits)", Tone.WARN)] if report.ignores_limits else []
    return [*lines, *(Line(f"⚠ degraded: {degraded_words(each)}", Tone.WARN) for each in report.degraded)]


def _needs_you(report: Report) -> list[Line]:
    waiting = [question for question in report.questions if not question.choice]
    if not waiting:
        return []
    return [
        Line(""),
        Line(f"Needs you ({len(waiting)}):"),
        *(line for each in waiting for line in question_lines(each)),
    ]


def question_lines(question: QuestionReport) -> list[Line]:
    """An open question, and how to answer it."""
    falls = f"; if it is skipped, {count(len(question.falls), 'task')} cannot be done" if question.falls else ""
    return [
        Line(f"? {question.task}: {question.title}: {question.error}{falls}", Tone.WARN),
        Line(f"    Answer it: tmtui answer {question.task} {'|'.join(question.choices)}"),
    ]
