"""The final report in words: what a person reads when a run has come to its end, or has stopped on the way."""

from typing import Final

from tmtui.cli.glyphs import TASK_MARKS
from tmtui.cli.output import RULE, Line, Tone
from tmtui.cli.plain import LIMITS_IGNORED, degraded_words
from tmtui.cli.standing import standing_by_word
from tmtui.cli.times import count, duration
from tmtui.domain.ids import short_run_id
from tmtui.domain.money import format_usd, tell_usd
from tmtui.domain.status import TaskStatus
from tmtui.monitor.report import Cost, Report, TaskReport
from tmtui.state.model import Spending
from tmtui.state.selectors import RunWord


FILES_NAMED: Final = 8

STUCK: Final = frozenset({TaskStatus.FAILED, TaskStatus.NEEDS_YOU})
"""Where the last error says why."""


def report_lines(report: Report, next_step: str | None = None) -> list[Line]:
    """The report of a run, the next step last.

    Args:
        report: The run.
        next_step: What to do next, where that does not follow from how the run stands: a sample's record cannot be
            taken up.
    """
    return [
        Line(RULE),
        _headline(report),
        Line(_figures(report)),
        *saved_lines(report.cost),
        Line(""),
        *(_task_line(task, report.word) for task in report.tasks),
        *_files(report),
        *_warnings(report),
        *(_next_step(report) if next_step is None else [Line(""), Line(f"Next: {next_step}")]),
    ]


def _headline(report: Report) -> Line:
    mark = standing_by_word(report.word).mark
    reason = f" ({report.reason.replace('_', ' ')})" if report.reason else ""
    return Line(f"{mark.glyph} Run {short_run_id(report.run)} of {report.plan}: {mark.word}{reason}", mark.tone)


def _figures(report: Report) -> str:
    others = [
        f"{number} {task_word(status, report.word)}"
        for status, number in report.counts.items()
        if status is not TaskStatus.SUCCEEDED
    ]
    parts = [f"{report.done} of {count(report.total, 'task')} done", *others, duration(report.seconds)]
    return " · ".join([*parts, *cost_words(report.cost)])


def task_word(status: TaskStatus, run: RunWord) -> str:
    """A task's status in a word. In a run that nobody works on nothing is running: what was is begun."""
    at_rest = status is TaskStatus.RUNNING and run in ("interrupted", "stopped")
    return "begun" if at_rest else TASK_MARKS[status].word


def cost_words(cost: Cost) -> list[str]:
    """Money and tokens in words; nothing when nothing was asked of any provider."""
    if not cost.requests:
        return []
    told = tell_usd(cost.micro, partly=cost.unknown > 0, estimated=cost.estimated > 0)
    return [told, count(cost.usage.total, "token")]


def saved_lines(cost: Cost) -> list[Line]:
    """What was saved, and by what; nothing when nothing was."""
    return [Line(f"Saved: {'; '.join(words)}")] if (words := saved_words(cost)) else []


def saved_words(cost: Cost | Spending) -> list[str]:
    """`$0.12 by caches (3 answers used again)`, `$0.40 by choosing models by complexity`."""
    cached = cost.saved_micro - cost.tiered_micro
    again = f" ({count(cost.reused, 'answer')} used again)" if cost.reused else ""
    words = [f"{format_usd(cached)} by caches{again}"] if cached or cost.reused else []
    return words + (
        [f"{format_usd(cost.tiered_micro)} by choosing models by complexity"] if cost.tiered_micro else []
    )


def tries_words(task: TaskReport) -> str:
    """`2 attempts, 1 failure`; empty when it was never tried."""
    if not task.tries:
        return ""
    failures = f", {count(task.failures, 'failure')}" if task.failures else ""
    return count(task.tries, "attempt") + failures


def _task_line(task: TaskReport, run: RunWord) -> Line:
    mark = TASK_MARKS[task.status]
    facts = [task_word(task.status, run)] if task.status is not TaskStatus.SUCCEEDED else []
    facts += [f"needs {', '.join(task.blocked_by)}"] if task.blocked_by else []
    facts += [tries_words(task), duration(task.seconds)] if task.tries else []
    facts += cost_words(task.cost)
    shown = f" ({', '.join(facts)})" if facts else ""
    why = (
        f": {task.last_error}" if task.last_error and task.status in (TaskStatus.FAILED, TaskStatus.NEEDS_YOU) else ""
    )
    return Line(f"{mark.glyph} {task.id}: {task.title}{shown}{why}", mark.tone)


def _files(report: Report) -> list[Line]:
    if not report.files:
        return []
    named = ", ".join(report.files[:FILES_NAMED])
    more = len(report.files) - FILES_NAMED
    return [Line(""), Line(f"Files changed ({len(report.files)}): {named}{f' and {more} more' if more > 0 else ''}")]


def _warnings(report: Report) -> list[Line]:
    lines = [Line(f"⚠ {LIMITS_IGNORED} (--ignore-config-limits)", Tone.WARN)] if report.ignores_limits else []
    lines += [Line(f"⚠ degraded: {degraded_words(each)}", Tone.WARN) for each in report.degraded]
    lines += [Line(f"✗ Trouble in {each.where}: {each.message}", Tone.BAD) for each in report.troubles]
    if report.anomalies:
        lines.append(Line(f"⚠ {count(report.anomalies, 'event')} did not fit: tmtui debug tells more", Tone.WARN))
    return [Line(""), *lines] if lines else []


def _next_step(report: Report) -> list[Line]:
    advice = standing_by_word(report.word).advice
    if not advice:
        return []
    lines = [f"Next: {advice}"]
    stuck = next((task.id for task in report.tasks if task.status in STUCK), "")
    if stuck:
        lines.append(f"Look closer: tmtui logs {stuck}, tmtui diff {stuck}")
    return [Line(""), *(Line(line) for line in lines)]
