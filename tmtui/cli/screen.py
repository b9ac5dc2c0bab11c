"""The cockpit on this terminal: over an engine that starts beside it, over a run that goes on, or over a record.

What the screen needs is loaded while the engine starts, so that neither waits for the other.
"""

import asyncio
import os
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tmtui.cli.engine_process import FirstWord, start_engine
from tmtui.cli.exit_codes import ExitCode
from tmtui.cli.look import read_habits, read_look, write_habits
from tmtui.cli.order import Order
from tmtui.cli.project import Project


if TYPE_CHECKING:
    from tmtui.tui.ports import CockpitExit, Rig


class _Start:
    """An engine that is being started in a thread, with what has to be done before."""

    def __init__(self, order: Order, before: Callable[[], None]) -> None:
        self._order = order
        self._before = before
        self._word = FirstWord()
        self._fault: Exception | None = None
        self._done = threading.Event()
        threading.Thread(target=self._run, name="start", daemon=True).start()

    def _run(self) -> None:
        try:
            self._before()
            order = msgspec.json.encode(self._order)
            self._word = start_engine(order, Path(self._order.state_dir)).wait()
        except Exception as fault:  # noqa: BLE001  # the thread's boundary: whoever waits for the word raises it
            self._fault = fault
        self._done.set()

    @property
    def failed(self) -> bool:
        """Whether it is known by now that there will be no engine."""
        return self._done.is_set() and (self._fault is not None or bool(self._word.lines))

    def word(self) -> FirstWord:
        """Wait for the first word."""
        self._done.wait()
        if self._fault is not None:
            raise self._fault
        return self._word

    async def run(self) -> str:
        """Wait for the run's id."""
        return (await asyncio.to_thread(self.word)).run


def run_on_screen(order: Order, before: Callable[[], None] = lambda: None) -> ExitCode:
    """Start an engine for `order` and open the cockpit on it at once.

    Args:
        order: What the engine is to do.
        before: What has to be done before the engine can start, such as copying a sample.
    """
    start = _Start(order, before)
    project = Project(Path(order.root), Path(order.state_dir))
    from tmtui.cli.sources import LogSource  # noqa: PLC0415  # beside the engine's start
    from tmtui.tui.app import open_cockpit  # noqa: PLC0415  # likewise
    from tmtui.tui.ports import StartFailedError  # noqa: PLC0415  # likewise

    if start.failed:
        return _refused(start.word())

    async def starting() -> None:
        word = await asyncio.to_thread(start.word)
        if word.lines:
            raise StartFailedError("\n".join(word.lines), word.code)

    source = LogSource(project.state_dir, start.run, live=True)
    left = open_cockpit(rig_of(project, source, live=True, starting=starting()))
    if left.reason == "failed" and start.failed:
        return _refused(start.word())
    return farewell(project, start.word().run, left)


def attach(project: Project, run: str, *, read_only: bool = False, served: bool = False) -> ExitCode:
    """Open the cockpit on a run that goes on, or that has ended.

    Args:
        project: Whose run it is.
        run: Its id.
        read_only: Whether it only shows.
        served: Whether it is one in a browser, on the pipes of a server.
    """
    return _watch(project, run, live=True, read_only=read_only, served=served)


def play(project: Project, run: str, speed: float, *, served: bool = False) -> ExitCode:
    """Open the cockpit on the record of a run. One in a browser leaves no habits: it only reads."""
    return _watch(project, run, live=False, speed=speed, read_only=served, served=served)


def _watch(
    project: Project, run: str, *, live: bool, speed: float = 1.0, read_only: bool = False, served: bool = False
) -> ExitCode:
    if served:
        from tmtui.cli.web.leash import end_with_server  # noqa: PLC0415  # only for a browser

        end_with_server()
    from tmtui.cli.sources import LogSource  # noqa: PLC0415  # only for a screen
    from tmtui.tui.app import open_cockpit  # noqa: PLC0415  # likewise

    async def known() -> str:
        return run

    source = LogSource(project.state_dir, known, live=live, idle=project.holder() is None)
    rig = rig_of(project, source, live=live, read_only=read_only)
    left = open_cockpit(msgspec.structs.replace(rig, speed=speed))
    if served and left.reason == "failed":
        from tmtui.cli.output import say_error  # noqa: PLC0415  # only after a crash of the screen

        say_error(f"tmtui: {left.message}", _kept(project, left))
    return farewell(project, run, left) if live and not served else _code(left)


def rig_of(
    project: Project, source: "object", *, live: bool, starting: "object" = None, read_only: bool = False
) -> "Rig":
    """What the cockpit is given for one run of a project."""
    from tmtui.cli.sources import differ, sender  # noqa: PLC0415  # only for a screen
    from tmtui.tui.ports import Rig  # noqa: PLC0415  # likewise

    look, habits = read_look(project.state_dir), read_habits(project.state_dir)
    if "TMTUI_THEME" in os.environ:
        habits = msgspec.structs.replace(habits, theme="")
    return Rig(
        source=source,  # type: ignore[arg-type]  # a LogSource, whose module is loaded late
        live=live,
        send=sender(project.state_dir) if live and not read_only else None,
        read_only=live and read_only,
        diff=differ(project.root, project.state_dir),
        engine_alive=(lambda: project.holder() is not None) if live else None,
        starting=starting,  # type: ignore[arg-type]  # a coroutine, made by who knows of the start
        now=lambda: time.time_ns() // 1_000_000,
        theme=os.environ.get("TMTUI_THEME", look.theme),
        keymap=look.keymap,
        habits=habits,
        keep=None if read_only else partial(write_habits, project.state_dir),
    )


def _refused(word: FirstWord) -> ExitCode:
    from tmtui.cli.output import say_error  # noqa: PLC0415  # only on the way out

    say_error(*word.lines)
    return ExitCode(word.code)


def farewell(project: Project, run: str, left: "CockpitExit") -> ExitCode:
    """Print, on the normal screen, how the run stands, and give the exit code."""
    from tmtui.cli.output import Line, Tone, say, say_error  # noqa: PLC0415  # only on the way out
    from tmtui.cli.project import load_state, open_log  # noqa: PLC0415  # likewise
    from tmtui.cli.report import report_lines  # noqa: PLC0415  # likewise
    from tmtui.cli.verdict import code_of_run  # noqa: PLC0415  # likewise
    from tmtui.monitor.report import make_report  # noqa: PLC0415  # likewise

    if left.reason == "failed":
        say_error(Line(f"tmtui: {left.message}", Tone.BAD), _kept(project, left))
    with open_log(project) as reader:
        state = load_state(reader, run)
    alive = project.holder() is not None
    say(*report_lines(make_report(state, time.time_ns() // 1_000_000, engine_alive=alive)))
    if alive:
        say("", "The run goes on without the screen. Watch it: tmtui watch. Lay it down: tmtui stop")
    return _code(left) or (ExitCode.OK if alive else code_of_run(state))


def _kept(project: Project, left: "CockpitExit") -> str:
    from tmtui.system.state_dir import open_log as open_file  # noqa: PLC0415  # only after a crash of the screen

    name = "logs/cockpit-crash.log"
    with open_file(project.state_dir, name) as log:
        log.write(left.details.encode("utf-8", "replace"))
    return f"  The run goes on. The details are in {project.state_dir / name}"


def left_code(project: Project, left: "CockpitExit") -> ExitCode:
    """Tell of a screen that failed, and give the exit code."""
    from tmtui.cli.output import say_error  # noqa: PLC0415  # only after a crash of the screen

    if left.reason == "failed":
        say_error(f"tmtui: {left.message}", _kept(project, left))
    return _code(left)


def _code(left: "CockpitExit") -> ExitCode:
    try:
        return ExitCode(left.exit_code)
    except ValueError:
        return ExitCode.TERMINATED
