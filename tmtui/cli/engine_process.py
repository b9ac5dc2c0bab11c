"""The engine in a process of its own, so that closing the screen ends nothing.

Whoever starts it hands over the order on standard input and waits on a pipe for the first word, one line of JSON:
either that the engine is at work, with the run's id, or what is wrong, in the lines and with the code that the
command itself would have ended with.
"""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import click
import msgspec

from tmtui.cli.exit_codes import ExitCode
from tmtui.system.state_dir import open_log, prepare


LOG = "logs/engine.log"
"""What the process itself prints, below the state folder. Nothing, unless something is wrong with it."""


class FirstWord(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an engine says once it is at work, or once it knows that it never will be."""

    run: str = ""
    lines: tuple[str, ...] = ()
    """What is wrong."""
    code: int = 0


class Starting:
    """An engine that was started and has not said its first word yet."""

    def __init__(self, handle: int, process: "subprocess.Popen[bytes]") -> None:
        self._handle = handle
        self._process = process

    async def first_word(self) -> FirstWord:
        """Wait for it. An engine that dies before it says anything has said so."""
        return await asyncio.to_thread(self.wait)

    def wait(self) -> FirstWord:
        """Wait for it, and block."""
        with os.fdopen(self._handle, "rb") as pipe:
            line = pipe.readline()
        if line:
            return msgspec.json.decode(line, type=FirstWord)
        code = self._process.wait()
        return FirstWord(
            lines=(f"tmtui: the engine ended at once (exit code {code}); see {LOG}",), code=ExitCode.INTERNAL
        )


def start_engine(order: bytes, state_dir: Path) -> Starting:
    """Start an engine that outlives this process.

    Args:
        order: `serving.Order` as JSON.
        state_dir: The state folder; it is made when it does not exist.

    Raises:
        StateDirError: the state folder cannot be used.
    """
    prepare(state_dir)
    read_end, write_end = os.pipe()
    with open_log(state_dir, LOG) as log, os.fdopen(write_end, "wb"):
        process = subprocess.Popen(
            [sys.executable, "-m", "tmtui", "_engine", str(write_end)],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            pass_fds=(write_end,),
            start_new_session=True,
        )
    if process.stdin is not None:
        with process.stdin:
            process.stdin.write(order)
    return Starting(read_end, process)


@click.command()
@click.argument("handle", type=int)
def engine(handle: int) -> ExitCode:
    """Be an engine. Started by `run`, never by hand."""
    from tmtui.cli.failures import describe  # noqa: PLC0415  # the engine's own process only
    from tmtui.cli.order import Order  # noqa: PLC0415  # likewise
    from tmtui.cli.output import as_text  # noqa: PLC0415  # likewise
    from tmtui.cli.serving import serve  # noqa: PLC0415  # heavy: all that an engine needs

    said = False

    def say(word: FirstWord) -> None:
        nonlocal said
        said = True
        with os.fdopen(handle, "wb") as pipe:
            pipe.write(msgspec.json.encode(word) + b"\n")

    try:
        order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
        asyncio.run(serve(order, (), lambda run, _: say(FirstWord(run))))
    except Exception as error:  # a process boundary: the starter is told, or the log file
        if said:
            raise
        lines, code = describe(error)
        say(FirstWord(lines=tuple(as_text(lines).splitlines()), code=code))
        return code
    return ExitCode.OK
