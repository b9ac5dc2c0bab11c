"""Answers that stream: how fast they are decoded, and how soon a hundred at once are on the screen.

Decoding: one answer of short deltas, from a server in a process of its own. Ours is all that the engine goes through
for it: the SDK's client for the request, our own reader for the stream. It is held against the SDK's helper and its
plain stream, and against a socket whose bytes are only counted. `In bulk` the answer comes as fast as it is taken;
`one by one` each delta comes alone, so that every contender wakes up for each.

The hundred conversations are `tests.benchmarks.conversations`.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from tests.benchmarks import conversations
from tests.benchmarks.measure import Row, Steal, interleave, row
from tests.benchmarks.screen import HERE
from tests.loopback.delivery import head_of
from tests.loopback.messages import event
from tmtui.agents.anthropic.client import Account
from tmtui.agents.anthropic.model import AnthropicModel
from tmtui.agents.model import FromUser, ModelRequest, Said
from tmtui.agents.port import Text


if TYPE_CHECKING:
    import anthropic


BULK: Final = 10_000
SINGLE: Final = 500
"""Deltas to an answer, in bulk and one by one."""
PACE: Final = 0.0015
"""Seconds between deltas that come one by one: the slowest contender is done with one before the next comes."""
ROUNDS: Final = 5
MODEL: Final = "claude-sonnet-5-5"
KEY: Final = "sk-of-this-benchmark"
DELTA: Final = "a few words, "

Ask = Callable[[str], Awaitable[int]]
"""Makes one request to an address; says how many characters of text, or how many events, came."""


def run() -> list[Row]:
    """Measure the decoding, then the conversations."""
    argv = [sys.executable, "-m", "tests.benchmarks.streams"]
    with subprocess.Popen(argv, cwd=HERE, stdout=subprocess.PIPE, text=True) as server, asyncio.Runner() as loop:
        try:
            assert server.stdout is not None
            address = f"http://127.0.0.1:{int(server.stdout.readline())}"
            rows = loop.run(_Contest.prepare(address)).rows(loop)
        finally:
            server.kill()
    return [*rows, *conversations.rows()]


class _Contest:
    """The contenders, ready to ask."""

    def __init__(self, address: str, sdk: "anthropic.AsyncAnthropic") -> None:
        self._address = address
        self._sdk = sdk
        self._model = AnthropicModel(MODEL, Account(KEY, f"{address}/bulk"))
        self._slow_model = AnthropicModel(MODEL, Account(KEY, f"{address}/single"))

    @classmethod
    async def prepare(cls, address: str) -> "_Contest":
        import anthropic  # noqa: PLC0415  # where it is not installed, this benchmark is skipped

        contest = cls(address, anthropic.AsyncAnthropic(api_key=KEY, base_url=address, max_retries=0))
        await contest._model.warm()
        await contest._slow_model.warm()
        return contest

    def rows(self, loop: asyncio.Runner) -> list[Row]:
        contenders: dict[str, Ask] = {
            "ours": self._ours,
            "helper": self._helper,
            "create": self._create,
            "raw": self._raw,
        }
        found: list[Row] = []
        for how, count in (("bulk", BULK), ("single", SINGLE)):
            cpu: dict[str, list[float]] = {name: [] for name in contenders}
            steal = Steal()
            rates = interleave(
                {name: self._timed(loop, ask, how, count, cpu[name]) for name, ask in contenders.items()}, ROUNDS
            )
            costs = {name: figures[1:] for name, figures in cpu.items()}
            found += _rows(how, rates, costs, steal.percent())
        loop.run(self._close())
        return found

    def _timed(self, loop: asyncio.Runner, ask: Ask, how: str, count: int, cpu: list[float]) -> Callable[[], float]:
        def once() -> float:
            start, busy = time.perf_counter(), time.process_time()
            got = loop.run(_counted(ask, how))
            cpu.append(1e6 * (time.process_time() - busy) / count)
            if got != count:
                raise ValueError(f"{got} deltas came, and not {count}")
            return count / (time.perf_counter() - start)

        return once

    async def _close(self) -> None:
        await self._model.close()
        await self._slow_model.close()
        await self._sdk.close()

    # Who asks.

    async def _ours(self, how: str) -> int:
        model = self._model if how == "bulk" else self._slow_model
        request = ModelRequest(system="You work.", messages=(FromUser((Said("Do it."),)),))
        return sum([len(chunk.text) async for chunk in model.ask(request) if isinstance(chunk, Text)]) // len(DELTA)

    async def _helper(self, how: str) -> int:
        sdk = self._sdk.with_options(base_url=f"{self._address}/{how}")
        asked = sdk.messages.stream(model=MODEL, max_tokens=9, messages=[{"role": "user", "content": "Do it."}])
        async with asked as stream:
            return sum([len(text) async for text in stream.text_stream]) // len(DELTA)

    async def _create(self, how: str) -> int:
        sdk = self._sdk.with_options(base_url=f"{self._address}/{how}")
        stream = await sdk.messages.create(
            model=MODEL, max_tokens=9, messages=[{"role": "user", "content": "Do it."}], stream=True
        )
        return len([each async for each in stream if each.type == "content_block_delta"])

    async def _raw(self, how: str) -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(self._address).port)
        writer.write(b"POST /%b/v1/messages HTTP/1.1\r\ncontent-length: 0\r\n\r\n" % how.encode())
        deltas, tail = 0, b""
        while b"message_stop" not in tail:
            data = await reader.read(65_536)
            deltas += (tail + data).count(b"event: content_block_delta\n") - tail.count(
                b"event: content_block_delta\n"
            )
            tail = (tail + data)[-100:]
        writer.close()
        return deltas


async def _counted(ask: Ask, how: str) -> int:
    return await ask(how)


def _rows(how: str, rates: dict[str, list[float]], costs: dict[str, list[float]], stolen: float | None) -> list[Row]:
    manner = "in bulk" if how == "bulk" else "one by one"
    rate_note = f"{BULK:,} deltas of {len(DELTA)} characters"
    found: list[Row] = []
    if how == "bulk":
        for name, words, target in (("helper", "the SDK's helper", ">= 4"), ("raw", "a raw socket", "")):
            found.append(
                row(
                    f"deltas decoded {manner}, against {words}",
                    rates["ours"],
                    rates[name],
                    target=target,
                    unit="deltas/s",
                    note=rate_note,
                    steal=stolen,
                )
            )
    for name, words, target in (
        ("helper", "the SDK's helper", ""),
        ("create", "the SDK's create(stream=True)", "<= 0.4"),
        ("raw", "a raw socket", ""),
    ):
        found.append(
            row(
                f"CPU of a delta {manner}, against {words}",
                costs["ours"],
                costs[name],
                target=target,
                unit="us",
                note="" if how == "bulk" else f"{SINGLE} deltas, {1e3 * PACE:g} ms apart",
                steal=stolen,
            )
        )
    return found


# The server.


def _chunk(name: str, data: dict[str, object]) -> bytes:
    frame = event(name, {"type": name, **data})
    return b"%x\r\n%b\r\n" % (len(frame), frame)


_USAGE: Final = {"input_tokens": 9, "output_tokens": 9}
_START: Final = (
    head_of(200, {"content-type": "text/event-stream; charset=utf-8", "transfer-encoding": "chunked"})
    + _chunk(
        "message_start",
        {
            "message": {
                "id": "msg_1",
                "type": "message",
                "role": "assistant",
                "model": MODEL,
                "content": [],
                "stop_reason": None,
                "stop_sequence": None,
                "usage": _USAGE,
            }
        },
    )
    + _chunk("content_block_start", {"index": 0, "content_block": {"type": "text", "text": ""}})
)
_DELTA: Final = _chunk("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": DELTA}})
_END: Final = (
    _chunk("content_block_stop", {"index": 0})
    + _chunk("message_delta", {"delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": _USAGE})
    + _chunk("message_stop", {})
    + b"0\r\n\r\n"
)


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer whatever is asked, in the way that the path says, as long as the client stays."""
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = next((line for line in head.split(b"\r\n") if line.startswith(b"content-length:")), b":0")
            await reader.readexactly(int(length.partition(b":")[2]))
            if b" /bulk/" in head:
                writer.write(_START + _DELTA * BULK + _END)
            else:
                await _one_by_one(writer)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def _one_by_one(writer: asyncio.StreamWriter) -> None:
    writer.write(_START)
    for _ in range(SINGLE):
        await asyncio.sleep(PACE)
        writer.write(_DELTA)
    writer.write(_END)


async def _serve() -> None:
    server = await asyncio.start_server(_answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve())
