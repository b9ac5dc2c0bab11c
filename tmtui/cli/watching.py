"""`tmtui watch` and `tmtui replay`: a run in the cockpit, or as lines where there is no screen."""

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import Final

import click

from tmtui.cli.demo import find_samples
from tmtui.cli.errors import CommandError
from tmtui.cli.exit_codes import ExitCode
from tmtui.cli.faces import Manner, make_face
from tmtui.cli.options import browser_options, run_argument
from tmtui.cli.project import Project, here, no_terminal, open_log, pick_run
from tmtui.cli.showing import show_feed
from tmtui.cli.standing import works_on
from tmtui.cli.verdict import code_of_run
from tmtui.cli.web.address import HOST
from tmtui.cli.web.start import Browser, serve_in_browser
from tmtui.events.base import Recorded
from tmtui.store.feed import replay as replay_feed, tail
from tmtui.store.reader import LogReader
from tmtui.store.schema import DATABASE


RECORDING: Final = "recorded/state.db"
"""Where a sample keeps its recorded run."""

LOOK_SECONDS: Final = 0.1
"""Between two looks at whether the engine is still there."""


@click.command()
@run_argument
@click.option("--plain", "manner", flag_value=Manner.PLAIN, type=Manner, help="Lines instead of the screen.")
@click.option("--quiet", "manner", flag_value=Manner.QUIET, type=Manner, help="Results, questions and the report.")
@click.option("--json", "manner", flag_value=Manner.JSON, type=Manner, help="One event to a line.")
@click.option("-v", "--verbose", is_flag=True, help="Prompts and thinking as well, in lines.")
@click.option("--read-only", is_flag=True, help="A cockpit that only shows.")
@browser_options
@click.option("--write", is_flag=True, help="For --web: let the browser steer the run.")
def watch(
    run_id: str | None,
    *,
    manner: Manner | None,
    verbose: bool,
    read_only: bool,
    web: bool,
    port: int | None,
    host: str | None,
    write: bool,
    served: bool,
) -> ExitCode:
    """Follow a run from this terminal.

    Without a terminal, or with --plain, --quiet or --json, it prints lines until the run ends, and its exit code is
    the run's. In a browser it only shows, unless --write is given.
    """
    browser = _browser(manner, web=web, port=port, host=host)
    if write and (read_only or browser is None):
        raise click.UsageError("--write goes with --web, and not with --read-only")
    project = here()
    run = run_to_watch(project, run_id)
    if browser is not None:
        words = ("watch", run, "--served", *(() if write else ("--read-only",)))
        return serve_in_browser(project, run, words, browser, writes=write)
    if served or (manner is None and not no_terminal()):
        from tmtui.cli.screen import attach  # noqa: PLC0415  # loads the cockpit

        return attach(project, run, read_only=read_only, served=served)
    face = make_face(manner or Manner.PLAIN, verbose=verbose)
    return code_of_run(asyncio.run(show_feed(live_feed(project, run), face)))


@click.command()
@run_argument
@click.option("--speed", type=click.FloatRange(0.1, 1000), default=1.0, show_default=True, help="In the cockpit.")
@click.option("--plain", "manner", flag_value=Manner.PLAIN, type=Manner, help="Lines, all at once.")
@click.option("--quiet", "manner", flag_value=Manner.QUIET, type=Manner, help="Results, questions and the report.")
@click.option("--json", "manner", flag_value=Manner.JSON, type=Manner, help="One event to a line.")
@click.option("-v", "--verbose", is_flag=True, help="Prompts and thinking as well, in lines.")
@click.option("--sample", metavar="NAME", default="", help="Play the recorded run of a sample project.")
@browser_options
def replay(
    run_id: str | None,
    *,
    speed: float,
    manner: Manner | None,
    verbose: bool,
    sample: str,
    web: bool,
    port: int | None,
    host: str | None,
    served: bool,
) -> ExitCode:
    """Play a run again from its log.

    Nothing is carried out: a replay only reads. Without a terminal it prints the whole run as lines.
    """
    browser = _browser(manner, web=web, port=port, host=host)
    with recorded_sample(sample) if sample else contextlib.nullcontext(here()) as project:
        if browser is not None or served:
            return _replay_served(project, run_id, speed, browser)
        again = f"carry it out yourself: tmtui demo {sample}" if sample else None
        return _replay(project, run_id, speed, manner, verbose=verbose, next_step=again)


def _browser(manner: Manner | None, *, web: bool, port: int | None, host: str | None) -> Browser | None:
    """Where to serve a browser; None where none is asked for.

    Raises:
        click.UsageError: the options do not go together.
    """
    if not web:
        if port is not None or host is not None:
            raise click.UsageError("--port and --host go with --web")
        return None
    if manner is not None:
        raise click.UsageError("--web shows the cockpit; it does not go with --plain, --quiet or --json")
    return Browser(host or HOST, port or 0)


def _replay_served(project: Project, run_id: str | None, speed: float, browser: Browser | None) -> ExitCode:
    """Play a run in a browser; without where to serve one, be the cockpit that a server has started."""
    with open_log(project) as reader:
        run = pick_run(reader, run_id).run
    if browser is not None:
        words = ("replay", run, "--served", "--speed", str(speed))
        return serve_in_browser(project, run, words, browser, writes=False)
    from tmtui.cli.screen import play  # noqa: PLC0415  # loads the cockpit

    return play(project, run, speed, served=True)


def _replay(
    project: Project,
    run_id: str | None,
    speed: float,
    manner: Manner | None,
    *,
    verbose: bool,
    next_step: str | None = None,
) -> ExitCode:
    with open_log(project) as reader:
        run = pick_run(reader, run_id).run
    if manner is None and not no_terminal():
        from tmtui.cli.screen import play  # noqa: PLC0415  # loads the cockpit

        return play(project, run, speed)
    face = make_face(manner or Manner.PLAIN, verbose=verbose, next_step=next_step)
    alive = works_on(project.holder(), run)
    asyncio.run(show_feed(replay_feed(project.state_dir, run), face, alive=alive))
    return ExitCode.OK


@contextlib.contextmanager
def recorded_sample(name: str) -> Iterator[Project]:
    """The recorded run of a sample as a project of its own: a copy, since the package may be read-only.

    Raises:
        CommandError: there is no such sample, or it has no recorded run.
    """
    samples = find_samples()
    recording = samples[name] / RECORDING if name in samples else None
    if recording is None or not recording.is_file():
        recorded = [known for known, folder in samples.items() if (folder / RECORDING).is_file()]
        raise CommandError(f"there is no recorded run of {name!r}", f"There are: {', '.join(recorded) or 'none'}")
    with tempfile.TemporaryDirectory(prefix="tmtui-replay-") as folder:
        shutil.copyfile(recording, Path(folder, DATABASE))
        yield Project(samples[name], Path(folder))


def run_to_watch(project: Project, wanted: str | None) -> str:
    """The run that is meant; when none is named, the one at work here, else the latest."""
    holder = project.holder()
    if wanted is None and holder is not None and holder.run:
        return holder.run
    with open_log(project) as reader:
        return pick_run(reader, wanted).run


async def live_feed(project: Project, run: str) -> AsyncGenerator[list[Recorded], None]:
    """A run's events, past and to come, until nobody works on it any more and all of them were given."""
    stop = asyncio.Event()
    given = _Given()
    watcher = asyncio.create_task(_stop_when_over(project, run, given, stop))
    try:
        async with contextlib.aclosing(tail(project.state_dir, run, stop=stop)) as batches:
            async for batch in batches:
                given.seq = batch[-1].seq
                yield batch
    finally:
        watcher.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watcher


class _Given:
    """How far a feed has come."""

    seq = 0


async def _stop_when_over(project: Project, run: str, given: _Given, stop: asyncio.Event) -> None:
    """Stop a feed when it is over; and when that cannot be found out, so that the reason reaches whoever watches."""
    try:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if not works_on(project.holder(), run) and given.seq >= _head(project, run):
                return
    finally:
        stop.set()


def _head(project: Project, run: str) -> int:
    with LogReader.open(project.state_dir, idle=project.holder() is None) as reader:
        return reader.head(run)
