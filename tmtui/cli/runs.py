"""`tmtui runs`: the runs of this project; and what `tmtui` does without a verb."""

import time

import click

from tmtui.cli.exit_codes import ExitCode
from tmtui.cli.options import json_option
from tmtui.cli.output import Line, say, say_json
from tmtui.cli.project import START_ONE, here, load_state, no_terminal
from tmtui.cli.standing import Standing, standing_by_word, works_on
from tmtui.cli.times import ago, count
from tmtui.domain.ids import short_run_id
from tmtui.domain.money import tell_usd
from tmtui.domain.status import RUN_ENDED
from tmtui.state.selectors import run_word
from tmtui.store.errors import NoLogError
from tmtui.store.reader import LogReader
from tmtui.store.summary import RunSummary
from tmtui.system.lock import Holder


@click.command()
@json_option
def runs(*, as_json: bool) -> ExitCode:
    """List the runs of this project."""
    return list_runs(as_json=as_json)


def list_runs(*, as_json: bool = False) -> ExitCode:
    """Print every run, the latest first."""
    project = here()
    holder = project.holder()
    try:
        with LogReader.open(project.state_dir, idle=holder is None) as reader:
            judged = [(row, judge(reader, row, holder)) for row in reader.runs()]
    except NoLogError:
        judged = []
    if as_json:
        say_json([{**_fields(row), "word": standing.word} for row, standing in judged])
        return ExitCode.OK
    now = time.time_ns() // 1_000_000
    say(*(run_lines(judged, now) if judged else [f"No run has been started in {project.root}. {START_ONE}"]))
    return ExitCode.OK


def judge(reader: LogReader, row: RunSummary, holder: Holder | None) -> Standing:
    """Where a run stands. Only one that has not ended needs more than its summary."""
    if row.status in RUN_ENDED:
        return standing_by_word(row.status.value)
    return standing_by_word(run_word(load_state(reader, row.run), engine_alive=works_on(holder, row.run)))


def _fields(row: RunSummary) -> dict[str, object]:
    import msgspec  # noqa: PLC0415  # only for JSON

    fields: dict[str, object] = msgspec.to_builtins(row)
    return fields


def run_lines(judged: list[tuple[RunSummary, Standing]], now_ms: int) -> list[Line]:
    """One line to a run."""
    return [Line(_run_words(row, standing, now_ms), standing.mark.tone) for row, standing in judged]


def _run_words(row: RunSummary, standing: Standing, now_ms: int) -> str:
    name = f"{standing.mark.glyph} {short_run_id(row.run)}"
    done = f"{row.succeeded} of {count(row.total, 'task')} done"
    parts = [name, f"{standing.mark.word:<11}", done, row.plan_path, ago(row.updated_at, now_ms), _cost(row)]
    return "  ".join(part for part in parts if part)


def _cost(row: RunSummary) -> str:
    if not row.micro_spent and not row.unknown_cost:
        return ""
    return tell_usd(row.micro_spent or None, partly=row.unknown_cost, estimated=row.estimated_cost)


def show_latest_or_list() -> ExitCode:
    """Without a verb: the runs in the cockpit; as a list where there is no screen."""
    if no_terminal():
        return list_runs()
    project = here()
    from tmtui.cli.browsing import browse  # noqa: PLC0415  # loads the cockpit

    return browse(project)
