"""The server: takes requests, finds what to answer, and answers."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Self

import msgspec

from tests.loopback import chat, messages
from tests.loopback.cache import PromptCache
from tests.loopback.delivery import Body, Connection, LeftError, deliver, head_of, until
from tests.loopback.record import Received, Record
from tests.loopback.rules import RETIRED, chat_complaint, complaint, tokens_of
from tests.loopback.script import Answer, Failure, Hangup, Page, Reply, Rules, Silence, Tokens


Choose = Callable[[Received], Answer | Awaitable[Answer]]
"""Decides on an answer when a request comes; it may wait before it does."""

NO_ANSWER_LEFT = Failure(500, "api_error", "the script holds no answer to this request")

_API: dict[str, ModuleType] = {"/v1/messages": messages, "/v1/chat/completions": chat}


class Loopback:
    """A provider on a port of this machine.

    Args:
        replies: The answers, in order, or a function that chooses one.
        rules: What is held against the requests.
        by_turn: Whether the answer goes by how many messages of the model a request holds.
        record: A file for the record.
        tls: Makes it speak TLS.
    """

    def __init__(
        self,
        replies: Sequence[Answer] | Choose,
        *,
        rules: Rules | None = None,
        by_turn: bool = False,
        record: Path | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._choose = replies if callable(replies) else _Listed(replies, by_turn=by_turn)
        self._rules = rules or Rules()
        self._tls = tls
        self._cache = PromptCache()
        self._connections: dict[Connection, asyncio.Task[None]] = {}
        self._faults: list[BaseException] = []
        self.record = Record(record)
        self.port = 0

    @property
    def url(self) -> str:
        """Where it is."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Connection(self._begin, self._lost), "127.0.0.1", 0, ssl=self._tls
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """End all connections.

        Raises:
            BaseExceptionGroup: the server itself, or a function that chooses answers, had faults.
        """
        self._server.close()
        tasks = list(self._connections.items())
        for connection, task in tasks:
            task.cancel()
            connection.transport.abort()
        await asyncio.gather(*(task for _, task in tasks), return_exceptions=True)
        await self._server.wait_closed()
        if self._faults:
            raise BaseExceptionGroup("the server had faults", self._faults)

    def _begin(self, connection: Connection) -> None:
        self.record.connections += 1
        task = asyncio.get_running_loop().create_task(self._serve(connection))
        task.add_done_callback(self._done)
        self._connections[connection] = task

    def _done(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (fault := task.exception()) is not None:
            self._faults.append(fault)

    def _lost(self, connection: Connection) -> None:
        self._connections.pop(connection, None)

    async def _serve(self, connection: Connection) -> None:
        """Answer one request after the other."""
        try:
            while await self._exchange(connection):
                pass
        except LeftError:
            pass
        finally:
            connection.close()

    async def _exchange(self, connection: Connection) -> bool:
        """Take one request and answer it; whether the connection can be used again."""
        method, path, headers = _read_head(await connection.read_head())
        length = int(headers.get("content-length", "0"))
        body = await connection.read_body(length)
        received = self.record.begin(method, path, headers, body)
        try:
            return await self._answer(connection, received)
        except LeftError:
            received.left.set()
            raise
        finally:
            self.record.end(received)

    async def _answer(self, connection: Connection, received: Received) -> bool:
        if (refusal := self._refused(received)) is not None:
            received.complaint = f"{refusal.status} {refusal.message}"
            return await self._fail(connection, received, refusal)
        if (told := self._told(received)) is not None:
            return await self._send(connection, received, 200, {"content-type": "application/json"}, told)
        return await self._play(connection, received, await _settled(self._choose(received)))

    def _refused(self, received: Received) -> Failure | None:
        """What the API's rules say."""
        if received.method == "CONNECT" or not self._rules.strict:
            return None
        if len(received.body) > self._rules.largest:
            return Failure(413, "request_too_large", "Request exceeds the maximum size")
        if (refusal := self._unknown(received)) is not None or received.method == "GET":
            return refusal
        try:
            request = received.json
        except (msgspec.DecodeError, AssertionError):
            return Failure(400, "invalid_request_error", "The request body is not valid JSON")
        if received.path == "/v1/chat/completions":
            return chat_complaint(request, received.body, self._rules)
        return complaint(received.headers, request, received.body, self._rules)

    def _unknown(self, received: Received) -> Failure | None:
        """Whether nobody is known here by this key, or nothing by this path."""
        key = received.headers.get("authorization", "").removeprefix("Bearer ") or received.headers.get(
            "x-api-key", ""
        )
        if not key or (self._rules.keys and key not in self._rules.keys):
            return Failure(
                401, "authentication_error", "invalid x-api-key" if key else "x-api-key header is required"
            )
        path = received.path
        if path not in (*_API, "/v1/messages/count_tokens") and not path.startswith("/v1/models/"):
            return Failure(404, "not_found_error", "Not found")
        return None

    def _told(self, received: Received) -> bytes | None:
        """The answer to a question that no model is needed for."""
        if received.path == "/v1/messages/count_tokens":
            return msgspec.json.encode({"input_tokens": tokens_of(received.body)})
        if received.path.startswith("/v1/models/"):
            id_ = received.path.removeprefix("/v1/models/")
            lifecycle = "retired" if RETIRED.match(id_) else "active"
            return msgspec.json.encode({"id": id_, "type": "model", "display_name": id_, "lifecycle": lifecycle})
        return None

    async def _play(self, connection: Connection, received: Received, answer: Answer) -> bool:
        match answer:
            case Reply():
                return await self._reply(connection, received, answer)
            case Failure():
                return await self._fail(connection, received, answer)
            case Page(status, text, kind, headers):
                return await self._send(
                    connection, received, status, {"content-type": kind, **headers}, text.encode()
                )
            case Silence():
                await connection.left.wait()
                raise LeftError
            case Hangup(reset):
                connection.reset() if reset else connection.close()
                return False

    async def _fail(self, connection: Connection, received: Received, failure: Failure) -> bool:
        body = _API.get(received.path, messages).error_body(failure, _request_id(received))
        headers = {"content-type": "application/json", **failure.headers}
        return await self._send(connection, received, failure.status, headers, body)

    async def _send(
        self, connection: Connection, received: Received, status: int, headers: dict[str, str], body: bytes
    ) -> bool:
        """A whole answer."""
        received.status, received.sent, received.whole = status, len(body), True
        told = {"request-id": _request_id(received), **headers, "content-length": str(len(body))}
        await connection.write(head_of(status, told) + body)
        return True

    async def _reply(self, connection: Connection, received: Received, reply: Reply) -> bool:
        """A streamed answer."""
        received.status = 200
        api, request = _API[received.path], received.json
        tokens = reply.tokens or self._tokens(request, reply)
        events, rest = until(api.frames(reply, request, tokens, received.number), reply.fault)
        await asyncio.sleep(reply.delay)
        framing = {"transfer-encoding": "chunked"} if reply.framing == "chunked" else {"connection": "close"}
        told = {"content-type": "text/event-stream; charset=utf-8", "request-id": _request_id(received)}
        await connection.write(head_of(200, {**told, **framing, **reply.headers}))
        body = Body(connection, received, reply.framing)
        again = await deliver(connection, body, events, rest, reply, api.PING)
        received.whole = reply.fault is None
        return again

    def _tokens(self, request: dict[str, Any], reply: Reply) -> Tokens:
        return self._cache.read(request, output=sum(len(msgspec.json.encode(step)) // 4 for step in reply.steps))


async def _settled(answer: Answer | Awaitable[Answer]) -> Answer:
    return await answer if isinstance(answer, Awaitable) else answer


class _Listed:
    """Answers from a list."""

    def __init__(self, replies: Sequence[Answer], *, by_turn: bool) -> None:
        self._replies = tuple(replies)
        self._by_turn = by_turn
        self._left: Iterator[Answer] = iter(self._replies)

    def __call__(self, received: Received) -> Answer:
        if not self._by_turn:
            return next(self._left, NO_ANSWER_LEFT)
        turn = sum(message["role"] == "assistant" for message in received.json["messages"])
        return self._replies[turn] if turn < len(self._replies) else NO_ANSWER_LEFT


def _read_head(data: bytes) -> tuple[str, str, dict[str, str]]:
    first, *lines = data.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ")
    pairs = (line.partition(":") for line in lines)
    return method, path.partition("?")[0], {name.strip().lower(): value.strip() for name, _, value in pairs}


def _request_id(received: Received) -> str:
    return f"req_{received.number:04}"
