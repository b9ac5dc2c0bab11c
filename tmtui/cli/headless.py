"""A run without a screen: the engine works in this process, and a face prints what is committed."""

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import Callable

from tmtui.cli.asking import Asker
from tmtui.cli.exit_codes import ExitCode
from tmtui.cli.faces import Face
from tmtui.cli.order import Order
from tmtui.cli.output import wants_colour
from tmtui.cli.question import LineReader
from tmtui.cli.serving import serve
from tmtui.cli.showing import write_error, write_out
from tmtui.cli.verdict import code_of_run
from tmtui.engine.runner import Runner
from tmtui.events.base import Recorded
from tmtui.events.commands import Answer
from tmtui.state.model import State


SIGNAL_CODES = {"SIGINT": ExitCode.INTERRUPTED, "SIGTERM": ExitCode.TERMINATED}
"""The exit codes of a run that a signal laid down."""

INTERVAL = 1 / 30
"""Seconds between two pieces of output: each costs a change of threads."""

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
    """Hears each event with the engine's own state, so that no second state is kept, and prints beside the engine."""

    def __init__(self, order: Order, face: Face, *, asks: bool) -> None:
        self._order = order
        self._face = face
        self._asks = asks
        self._runner: Runner | None = None
        self._state = State()
        self._unprinted: list[str] = []
        self._news = asyncio.Event()
        self._over = asyncio.Event()
        self._fault: Exception | None = None

    async def run(self) -> ExitCode:
        colour = wants_colour(sys.stdout)
        asker = Asker(LineReader(sys.stdin.fileno()), write_out, self._answer, colour=colour) if self._asks else None
        printer = asyncio.create_task(self._print(asker.look if asker else None))
        printer.add_done_callback(self._output_ended)
        try:
            self._state = await serve(self._order, (self._hear,), self._ready)
            self._say(self._face.end(self._state, time.time_ns() // 1_000_000, alive=False))
        finally:
            self._over.set()
            self._news.set()
            if asker:
                asker.close()
            await self._see_off(printer)
        return code_of(self._state)

    def _ready(self, _: str, runner: Runner) -> None:
        self._runner = runner

    def _hear(self, recorded: Recorded, state: State) -> None:
        self._state = state
        try:
            text, warning = self._face.show(recorded, state), self._face.warn(recorded, state)
        except Exception as fault:  # noqa: BLE001  # the boundary between engine and face: the state must come out whole
            self._fault = fault
            self._news.set()
        else:
            self._say(text)
            if warning:
                write_error(warning)

    def _say(self, text: str) -> None:
        if text:
            self._unprinted.append(text)
            self._news.set()

    async def _print(self, look: Callable[[State], None] | None) -> None:
        """Print what was heard, in pieces as large as they come, until the run is over."""
        while not self._over.is_set() or self._unprinted:
            await self._news.wait()
            self._news.clear()
            text = "".join(self._unprinted)
            self._unprinted.clear()
            if text:
                await asyncio.to_thread(write_out, text)
            if self._fault is not None:
                raise self._fault
            if look is not None:
                look(self._state)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(INTERVAL):
                    await self._over.wait()

    async def _answer(self, answer: Answer) -> None:
        if self._runner is not None:
            await self._runner.handle(answer)

    def _output_ended(self, printer: "asyncio.Task[None]") -> None:
        if not printer.cancelled() and printer.exception() is not None and self._runner is not None:
            self._runner.stop(OUTPUT_CLOSED)

    async def _see_off(self, printer: "asyncio.Task[None]") -> None:
        try:
            await printer
        except BrokenPipeError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())
            os.close(nowhere)
