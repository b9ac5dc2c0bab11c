"""The server: three routes below one folder, and a gate before all of them.

Whoever asks must have addressed this very server, and must bring the key; a websocket must come from a page of ours.
What is refused is refused in the same words, whatever it was.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Final

import msgspec
import textual_serve
from aiohttp import WSCloseCode, WSMsgType, web

from tmtui.cli.web.access import COOKIE, Access
from tmtui.cli.web.address import Address
from tmtui.cli.web.page import REFUSAL, asset, page, security_headers
from tmtui.cli.web.viewer import Viewer, screen_size
from tmtui.domain.text import clean_line


LIBRARY: Final = Path(next(iter(textual_serve.__path__)))
"""The folder of textual-serve."""

MOST: Final = 16
"""Tabs at a time: each is a process."""

HEARTBEAT_SECONDS: Final = 15.0
"""Between two looks at whether a tab is still there."""

GOODBYE_SECONDS: Final = 1.0
"""For a tab to agree that it is closed."""

MESSAGE_CAP: Final = 1 << 20
"""Bytes of one message from a tab, which may be a paste."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Size(msgspec.Struct):
    """A screen's, in cells."""

    width: int
    height: int


class Job(msgspec.Struct, frozen=True):
    """What a tab is to show."""

    title: str
    argv: Sequence[str]
    env: Mapping[str, str]
    folder: Path


class Server:
    """One page for as many tabs as one browser opens.

    Args:
        address: Where it listens.
        access: Who may look.
        job: What they see.
        log: What the cockpits print as errors.
        complain: Called when one has ended on an error.
    """

    def __init__(
        self, address: Address, access: Access, job: Job, log: IO[bytes], complain: Callable[[], None]
    ) -> None:
        self._address = address
        self._access = access
        self._job = job
        self._log = log
        self._complain = complain
        self._tabs: dict[web.WebSocketResponse, Viewer] = {}

    def app(self) -> web.Application:
        """The server, for aiohttp."""
        app = web.Application(middlewares=[self._gate], client_max_size=MESSAGE_CAP)
        app.on_response_prepare.append(self._protect)
        app.on_shutdown.append(self._close_tabs)
        folder = self._access.folder
        app.router.add_get(folder, self._page, allow_head=False)
        app.router.add_get(f"{folder}assets/{{name}}", self._asset, allow_head=False)
        app.router.add_get(f"{folder}screen", self._screen, allow_head=False)
        return app

    # The gate.

    @web.middleware
    async def _gate(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if not self._address.answers_to(request.host):
            return _refuse()
        if self._access.knows(request.cookies.get(COOKIE, "")):
            return await handler(request)
        if request.method == "GET" and request.path == self._access.folder:
            return self._let_in(request.query.get("token", ""))
        return _refuse()

    def _let_in(self, token: str) -> web.StreamResponse:
        key = self._access.redeem(token)
        if key is None:
            return _refuse()
        response = self._to_page()
        response.set_cookie(COOKIE, key, path=self._access.folder, httponly=True, samesite="Strict")
        return response

    def _to_page(self) -> web.Response:
        """Have the browser ask again, for an address without a token in it."""
        return web.Response(status=web.HTTPSeeOther.status_code, headers={"Location": self._access.folder})

    async def _protect(self, request: web.Request, response: web.StreamResponse) -> None:
        shown = response.status < web.HTTPBadRequest.status_code and self._address.answers_to(request.host)
        response.headers.update(security_headers(request.host if shown else ""))

    # What it gives.

    async def _page(self, request: web.Request) -> web.StreamResponse:
        if "token" in request.query:
            return self._to_page()
        socket = f"ws://{request.host}{self._access.folder}screen"
        return web.Response(text=page(self._job.title, socket), content_type="text/html", charset="utf-8")

    async def _asset(self, request: web.Request) -> web.StreamResponse:
        file = asset(LIBRARY, request.match_info["name"])
        if file is None:
            raise web.HTTPNotFound
        return web.FileResponse(file)

    async def _screen(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Origin", "") != f"http://{request.host}":
            return _refuse()
        if len(self._tabs) >= MOST:
            raise web.HTTPServiceUnavailable(text=f"{MOST} tabs are open\n")
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS, timeout=GOODBYE_SECONDS, max_msg_size=MESSAGE_CAP)
        await socket.prepare(request)
        await self._serve(socket, _first_size(request.query))
        return socket

    # A tab.

    async def _serve(self, socket: web.WebSocketResponse, size: tuple[int, int]) -> None:
        columns, rows = size
        env = {**self._job.env, "COLUMNS": str(columns), "ROWS": str(rows)}
        try:
            viewer = await Viewer.start(self._job.argv, env, self._job.folder, self._log)
        except OSError as error:
            self._log.write(f"a cockpit cannot be started: {clean_line(str(error))}\n".encode())
            self._complain()
            await socket.close()
            return
        self._tabs[socket] = viewer
        showing = asyncio.create_task(_show(viewer, socket))
        try:
            await _hear(socket, viewer)
        finally:
            showing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await showing
            in_order = await viewer.close()
            del self._tabs[socket]
            if not in_order:
                self._complain()

    async def _close_tabs(self, _: web.Application) -> None:
        await asyncio.gather(*(socket.close(code=WSCloseCode.GOING_AWAY) for socket in self._tabs))

    def kill(self) -> None:
        """End every cockpit at once."""
        for viewer in self._tabs.values():
            viewer.kill()


async def _show(viewer: Viewer, socket: web.WebSocketResponse) -> None:
    await viewer.show(socket.send_bytes)
    await socket.close()


class _Unreadable(Exception):  # noqa: N818  # it is a message's property
    """A message that no page of ours sends."""


async def _hear(socket: web.WebSocketResponse, viewer: Viewer) -> None:
    """Take what the tab sends, until it closes or talks nonsense."""
    async for message in socket:
        try:
            await _take(message.data if message.type is WSMsgType.TEXT else "", socket, viewer)
        except (msgspec.MsgspecError, _Unreadable):
            await socket.close(code=WSCloseCode.UNSUPPORTED_DATA)


async def _take(text: str, socket: web.WebSocketResponse, viewer: Viewer) -> None:
    match msgspec.json.decode(text, type=list[msgspec.Raw]):
        case [first, *more]:
            kind = msgspec.json.decode(first, type=str)
        case _:
            raise _Unreadable
    match kind, more:
        case "stdin", [keys]:
            await viewer.type(msgspec.json.decode(keys, type=str))
        case "resize", [size]:
            cells = msgspec.json.decode(size, type=Size)
            await viewer.resize(cells.width, cells.height)
        case "focus" | "blur", []:
            await viewer.look(here=kind == "focus")
        case "ping", [word]:
            await socket.send_json(["pong", msgspec.json.decode(word, type=str)])
        case _:
            raise _Unreadable


def _first_size(query: Mapping[str, str]) -> tuple[int, int]:
    try:
        return screen_size(int(query.get("width", "")), int(query.get("height", "")))
    except ValueError:
        return 80, 24


def _refuse() -> web.Response:
    return web.Response(status=web.HTTPForbidden.status_code, text=REFUSAL)
