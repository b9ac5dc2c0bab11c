"""`--web`: from what the command line asks for to a server that runs until it is ended."""

import asyncio
import importlib.util
import os
import signal
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

import tmtui
from tmtui.cli.errors import CommandError
from tmtui.cli.exit_codes import ExitCode
from tmtui.cli.output import Line, Tone, say, say_error
from tmtui.cli.project import Project
from tmtui.cli.web.address import HOST, Address, listen
from tmtui.domain.ids import short_run_id
from tmtui.system.environment import child_env
from tmtui.system.state_dir import OVERRIDE, open_log


if TYPE_CHECKING:
    from tmtui.cli.web.server import Server

LOG: Final = "logs/web.log"
"""What the cockpits print as errors, below the state folder. Nothing, unless something is wrong with one."""

LIBRARIES: Final = ("textual_serve", "aiohttp")

INSTALLED: Final = ("site-packages", "dist-packages")
"""Folders from which Python imports by itself."""

PASSED_ON: Final = ("NO_COLOR", "PYTHONPATH", "TMTUI_THEME", "XDG_CONFIG_HOME")
"""What a cockpit needs to know besides what every child gets."""

LEAVING_SECONDS: Final = 5.0
"""For all cockpits together, when the server ends."""


class Browser(msgspec.Struct, frozen=True):
    """What the command line says of the server."""

    host: str = HOST
    port: int = 0
    """0 for any that is free."""


def serve_in_browser(
    project: Project, run: str, words: tuple[str, ...], browser: Browser, *, writes: bool
) -> ExitCode:
    """Serve a run to a browser until Ctrl+C, TERM or HUP.

    Args:
        project: Whose run it is.
        run: Its id.
        words: The command that shows it, without `tmtui`.
        browser: Where to listen.
        writes: Whether the cockpits steer; it is only told here, `words` decide.

    Raises:
        CommandError: textual-serve is not there, or the port cannot be had.
    """
    if any(importlib.util.find_spec(each) is None for each in LIBRARIES):
        raise CommandError("the browser view needs textual-serve", "Install it: pip install 'tmtui[web]'")
    taken, address = _listen(browser)
    from tmtui.cli.web.access import Access  # noqa: PLC0415  # only for a browser
    from tmtui.cli.web.faults import keep_faults  # noqa: PLC0415  # likewise
    from tmtui.cli.web.server import Job, Server  # noqa: PLC0415  # likewise

    access = Access()
    with taken, open_log(project.state_dir, LOG) as log:
        keep_faults(log)
        job = Job(
            f"{short_run_id(run)} · {project.root.name} · tmtui",
            (sys.executable, "-P", "-m", "tmtui", *words),
            _cockpit_env(project),
            project.root,
        )
        _tell(address, f"http://{address.authority}{access.folder}?token={access.token}", run, writes=writes)
        return asyncio.run(_serve(Server(address, access, job, log, lambda: _complain(project)), taken))


def _complain(project: Project) -> None:
    say_error(Line("tmtui: a cockpit in the browser has failed", Tone.BAD), f"  See {project.state_dir / LOG}")


def _listen(browser: Browser) -> tuple[socket.socket, Address]:
    try:
        return listen(browser.host, browser.port)
    except OSError as error:
        place = f"{browser.host}, port {browser.port}" if browser.port else browser.host
        why = (error.strerror or str(error)).lower()
        raise CommandError(f"{place}: {why}", "Choose another with --port, or none for any that is free.") from None


def _cockpit_env(project: Project) -> Mapping[str, str]:
    """The environment of a cockpit: what every child may know, and Textual's driver for pipes."""
    return child_env(
        {
            OVERRIDE: str(project.state_dir.absolute()),
            "PYTHONPATH": os.pathsep.join(_import_path(os.environ.get("PYTHONPATH", ""))),
            "TEXTUAL_DRIVER": "textual.drivers.web_driver:WebDriver",
            "TEXTUAL_COLOR_SYSTEM": "truecolor",
            "TEXTUAL_FPS": "60",
        },
        PASSED_ON,
    )


def _import_path(before: str) -> list[str]:
    """Where a cockpit, which takes nothing from the project's folder, finds this very package."""
    home = Path(tmtui.__file__).parents[1]
    return [each for each in (before, str(home) if home.name not in INSTALLED else "") if each]


def _tell(address: Address, link: str, run: str, *, writes: bool) -> None:
    if not address.is_private:
        who = f"whoever reaches port {address.port} of this machine can read along: nothing is encrypted"
        say_error(Line(f"tmtui: {who}", Tone.WARN), "  Without --host, only this machine reaches it.")
    manner = "and can be steered from there" if writes else "read-only"
    say(
        f"Run {short_run_id(run)} in a browser, {manner}. This address works once, in one browser:",
        "",
        Line(f"  {link}", Tone.STRONG),
        "",
        "Ctrl+C ends it; the run goes on." if writes else "Ctrl+C ends it.",
    )
    sys.stdout.flush()


async def _serve(server: "Server", taken: socket.socket) -> ExitCode:
    from aiohttp import web  # noqa: PLC0415  # only for a browser

    ended: asyncio.Future[ExitCode] = asyncio.get_running_loop().create_future()

    def end(code: ExitCode) -> None:
        if not ended.done():
            ended.set_result(code)

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, end, ExitCode.INTERRUPTED)
    for each in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(each, end, ExitCode.TERMINATED)
    runner = web.AppRunner(server.app(), access_log=None, shutdown_timeout=LEAVING_SECONDS)
    try:
        await runner.setup()
        await web.SockSite(runner, taken).start()
        return await ended
    finally:
        await runner.cleanup()
        server.kill()
