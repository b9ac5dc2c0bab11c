"""A run without a screen: the engine works in this process, and a face prints what is committed."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

from tmtui.cli.asking import Asker
from tmtui.cli.exit_codes import ExitCode
from tmtui.cli.faces import Face
from tmtui.cli.order import Order
from tmtui.cli.output import wants_colour
from tmtui.cli.project import Project, load_state, open_log
from tmtui.cli.question import LineReader
from tmtui.cli.serving import serve
from tmtui.cli.showing import show_feed, write_out
from tmtui.cli.verdict import code_of_run
from tmtui.engine.runner import Runner
from tmtui.events.base import Recorded
from tmtui.events.commands import Answer
from tmtui.state.model import State


SIGNAL_CODES = {"SIGINT": ExitCode.INTERRUPTED, "SIGTERM": ExitCode.TERMINATED}
"""The exit codes of a run that a signal laid down."""

OUTPUT_CLOSED = "the reader of the output has gone"


def run_headless(order: Order, face: Face, *, asks: bool) -> ExitCode:
    """Carry an order out and print it.

    Args:
        order: What to do.
        face: How to print it.
        asks: Whether the questions are asked on this terminal.
    """
    return asyncio.run(_Headless(order, face, asks=asks).run())


def code_of(state: State) -> ExitCode:
    """The exit code for a run that ended, or was laid down, in `state`."""
    if state.suspended:
        return SIGNAL_CODES.get(state.reason, ExitCode.RESUMABLE)
    kept_to = [state.tasks[name] for name in state.only if name in state.tasks]
    if kept_to and all(subject.status == "succeeded" for subject in kept_to):
        return ExitCode.OK
    return code_of_run(state)


class _Headless:
    def __init__(self, order: Order, face: Face, *, asks: bool) -> None:
        self._order = order
        self._face = face
        self._asks = asks
        self._runner: Runner | None = None
        self._batches: asyncio.Queue[list[Recorded]] = asyncio.Queue()

    async def run(self) -> ExitCode:
        colour = wants_colour(sys.stdout)
        asker = Asker(LineReader(sys.stdin.fileno()), write_out, self._answer, colour=colour) if self._asks else None
        shower = asyncio.create_task(
            show_feed(self._feed(), self._face, on_batch=asker.look if asker else None, state=self._known())
        )
        shower.add_done_callback(self._output_ended)
        try:
            state = await serve(self._order, (self._listen,), self._ready)
        finally:
            self._batches.put_nowait([])
            if asker:
                asker.close()
        await self._see_off(shower)
        return code_of(state)

    def _known(self) -> State:
        """What a run that is taken up again has been through, which is not shown once more."""
        if not self._order.resume:
            return State()
        with open_log(Project(Path(self._order.root), Path(self._order.state_dir))) as reader:
            return load_state(reader, self._order.resume)

    def _ready(self, _: str, runner: Runner) -> None:
        self._runner = runner

    def _listen(self, batch: Sequence[Recorded], _: State) -> None:
        self._batches.put_nowait(list(batch))

    async def _feed(self) -> AsyncGenerator[list[Recorded], None]:
        while batch := await self._batches.get():
            yield batch

    async def _answer(self, answer: Answer) -> None:
        if self._runner is not None:
            await self._runner.handle(answer)

    def _output_ended(self, shower: "asyncio.Task[State]") -> None:
        if not shower.cancelled() and shower.exception() is not None and self._runner is not None:
            self._runner.stop(OUTPUT_CLOSED)

    async def _see_off(self, shower: "asyncio.Task[State]") -> None:
        try:
            await shower
        except BrokenPipeError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())
            os.close(nowhere)
