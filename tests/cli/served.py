"""A run in a browser as its user has it: the real server, and clients that know only the address that it printed."""

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import psutil
import pyte

from tests.cli.program import PATIENCE, environment


LINK = re.compile(r"http://\S+")


class Served:
    """One server."""

    def __init__(self, process: asyncio.subprocess.Process, told: str) -> None:
        self.process = process
        self.told = told
        self.link: str = LINK.findall(told)[0]

    @property
    def folder(self) -> str:
        """The address without the token."""
        return self.link.partition("?")[0]

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        parts = urlsplit(self.link)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def screen(self) -> str:
        """The address of the websocket."""
        return f"{self.folder.replace('http', 'ws', 1)}screen?width=120&height=40"

    def cockpits(self) -> list[psutil.Process]:
        """The processes that it has started."""
        return psutil.Process(self.process.pid).children(recursive=True)

    async def end(self, number: signal.Signals = signal.SIGINT) -> int:
        """Send it a signal, and wait for its end."""
        self.process.send_signal(number)
        return await asyncio.wait_for(self.process.wait(), PATIENCE)


@asynccontextmanager
async def served(*arguments: str, cwd: Path, env: Mapping[str, str] | None = None) -> AsyncIterator[Served]:
    """Run `tmtui arguments… --web`, and end it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tmtui", *arguments, "--web",
        cwd=cwd, env=environment(env), stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        told = ""
        while "Ctrl+C" not in told:
            line = await asyncio.wait_for(process.stdout.readline(), PATIENCE)
            assert line, told
            told += line.decode()
        yield Served(process, told)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        await asyncio.wait_for(process.wait(), PATIENCE)


@asynccontextmanager
async def client(server: Served, *, let_in: bool = True) -> AsyncIterator[aiohttp.ClientSession]:
    """A browser without a screen; it has used the address unless told otherwise."""
    jar = aiohttp.CookieJar(unsafe=True)  # a host that is a number may set cookies
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        if let_in:
            async with session.get(server.link) as response:
                assert response.status == 200
        yield session


class Tab:
    """One tab: what its terminal shows."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self._screen = pyte.Screen(120, 40)
        self._stream = pyte.ByteStream(self._screen)

    @property
    def text(self) -> str:
        """The screen, a line to a line."""
        return "\n".join(self._screen.display)

    async def press(self, keys: str) -> None:
        """Type."""
        await self.socket.send_json(["stdin", keys])

    async def until(self, wanted: str) -> str:
        """Wait until the screen shows it."""
        async with asyncio.timeout(PATIENCE):
            while wanted not in self.text:
                message = await self.socket.receive()
                assert message.type in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT), (message, self.text)
                if message.type is aiohttp.WSMsgType.BINARY:
                    self._stream.feed(message.data)
        return self.text

    async def until_closed(self) -> int | None:
        """Wait until the server closes it, and give the code."""
        async with asyncio.timeout(PATIENCE):
            async for _ in self.socket:
                pass
        return self.socket.close_code


@asynccontextmanager
async def tab(server: Served, session: aiohttp.ClientSession) -> AsyncIterator[Tab]:
    """Open a tab."""
    async with session.ws_connect(server.screen, headers={"Origin": server.origin}) as socket:
        yield Tab(socket)


# A real browser.


COPY = """(() => {
  const copied = new DataTransfer();
  document.querySelector('.xterm').dispatchEvent(new ClipboardEvent('copy', {clipboardData: copied, bubbles: true}));
  return copied.getData('text/plain');
})()"""
"""What is selected in the terminal, as it would be copied: it is drawn, so the page holds it nowhere as text."""


class Chromium:
    """Chromium without a window, by its own protocol."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._number = 0
        self.asked: list[str] = []
        """Every address that a page wanted."""
        self.console: list[str] = []
        """What it had to say about a page."""

    async def do(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command, and give its result."""
        self._number += 1
        await self._socket.send_json({"id": self._number, "method": method, "params": parameters})
        async with asyncio.timeout(PATIENCE):
            while True:
                answer = json.loads((await self._socket.receive()).data)
                self._note(answer)
                if answer.get("id") == self._number:
                    assert "error" not in answer, answer
                    result: dict[str, Any] = answer["result"]
                    return result

    def _note(self, answer: dict[str, Any]) -> None:
        match answer:
            case {"method": "Network.requestWillBeSent", "params": {"request": {"url": str(url)}}}:
                self.asked.append(url)
            case {"method": "Log.entryAdded", "params": {"entry": {"text": str(text)}}}:
                self.console.append(text)

    async def run(self, script: str) -> Any:
        """The value of an expression in the page."""
        done = await self.do("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        return done["result"].get("value")

    async def until(self, script: str) -> None:
        """Wait until an expression in the page holds."""
        async with asyncio.timeout(PATIENCE):
            while not await self.run(script):
                await self.run("new Promise(done => setTimeout(done, 50))")

    async def until_selected(self, wanted: str) -> str:
        """Select everything in the terminal until that is among it, and give it."""
        async with asyncio.timeout(PATIENCE):
            while True:
                width, height = await self.run("[innerWidth, innerHeight]")
                await self._drag((4, 4), (width - 30, height - 30))
                text = str(await self.run(COPY))
                if wanted in text:
                    return text
                await asyncio.sleep(0.1)

    async def _drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Select, with the key held that keeps the mouse from the program in the terminal."""
        for kind, (x, y), held in (("mousePressed", start, 1), ("mouseMoved", end, 1), ("mouseReleased", end, 0)):
            await self.do(
                "Input.dispatchMouseEvent",
                type=kind,
                x=x,
                y=y,
                button="left",
                buttons=held,
                clickCount=1,
                modifiers=8,
            )


@asynccontextmanager
async def chromium(program: str, folder: Path) -> AsyncIterator[Chromium]:
    """Open a browser with an empty page."""
    process = await asyncio.create_subprocess_exec(
        program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
        "--disable-background-networking", "--remote-debugging-port=0", f"--user-data-dir={folder}",
        "--window-size=1400,900", "about:blank",
        env={**os.environ, "HOME": str(folder)}, start_new_session=True,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stderr is not None
        listens = await _line_with(process.stderr, "DevTools listening on ")
        port = urlsplit(listens).port
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json/list") as response:
                pages = [each for each in await response.json() if each["type"] == "page"]
            async with session.ws_connect(pages[0]["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                browser = Chromium(socket)
                for each in ("Page", "Network", "Log", "Runtime"):
                    await browser.do(f"{each}.enable")
                yield browser
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        await process.communicate()


async def _line_with(stream: asyncio.StreamReader, start: str) -> str:
    while line := (await asyncio.wait_for(stream.readline(), PATIENCE)).decode():
        if line.startswith(start):
            return line.removeprefix(start).strip()
    raise AssertionError("the browser did not start")
