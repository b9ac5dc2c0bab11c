"""The port of a model, spoken by Claude over Anthropic's API.

One call of `ask` is one request: it is made once, whatever comes of it is a value, and trying again is for others.
What is streamed is passed on as it comes; nothing of it counts before the answer is whole (`message`).

Every wait has a limit (`watch`): for the connection, for the first byte, for any byte, for anything that is not a
ping, and for the whole.

Ending the iteration, in whatever way, closes the connection at once.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Coroutine, Iterable, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

from tmtui.agents.anthropic.catalogue import Card, card_of, farewell, resolved
from tmtui.agents.anthropic.client import Account, SharedClient
from tmtui.agents.anthropic.deadline import Deadline, PassedError
from tmtui.agents.anthropic.errors import Broken, classify
from tmtui.agents.anthropic.message import Message
from tmtui.agents.anthropic.render import Rendered, estimated, render
from tmtui.agents.anthropic.sse import EventReader, MalformedStreamError
from tmtui.agents.anthropic.watch import Patience, Watch
from tmtui.agents.model import Limits, ModelChunk, ModelRequest, Replied
from tmtui.agents.port import Notice, Text, Thinking
from tmtui.domain.limits import LimitNotice
from tmtui.domain.outcome import Kind, Outcome
from tmtui.domain.text import clean_line
from tmtui.resilience.notice import read_headers


if TYPE_CHECKING:
    import httpx2


T = TypeVar("T")

LINGER: Final = 0.25
"""Seconds for the end of a body whose answer is whole: a connection that was read to its end can be used again."""

PAGES: Final = ("text/html", "application/json", "application/xhtml+xml")
"""What a stream of events is not."""


class AnthropicModel:
    """Claude, asked over the API.

    Args:
        model: The model's id, or a short name such as `sonnet`.
        account: Whom to ask, and as who.
        provider: The provider's name in the settings.
        patience: How long is waited.
        card: What is known of the model, where that is not to be taken from the catalogue.
        betas: Names of the API's trial features to ask for.
        cache: How long prompts are cached: `5m`, `1h`, or empty for the API's own.
    """

    def __init__(
        self,
        model: str,
        account: Account,
        *,
        provider: str = "anthropic",
        patience: Patience | None = None,
        card: Card | None = None,
        betas: tuple[str, ...] = (),
        cache: str = "",
    ) -> None:
        self.provider = provider
        self.model = resolved(model)
        self._card = card or card_of(self.model)
        self.traits = self._card.traits
        self._account = account
        self._patience = patience or Patience()
        self._betas = betas
        self._cache = cache
        self._client = SharedClient.share(account)
        self._closed = False
        self._told: set[str] = set()
        """Notices that were given: each is given once."""

    async def warm(self) -> None:
        """Load what the first request would have to load."""
        await self._client.ready()

    async def close(self) -> None:
        """Let go of connections. Further calls do nothing."""
        if not self._closed:
            self._closed = True
            await self._client.release()

    def estimate(self, request: ModelRequest) -> int:
        """Tokens that the request will be read as, on the high side, by its length."""
        return estimated(request, self._card)

    async def ask(self, request: ModelRequest) -> AsyncGenerator[ModelChunk, None]:
        """Make the request once and yield what comes. Cancelling the iteration ends the request."""
        rendered = render(request, self._card, betas=self._betas, lasting=self._cache)
        for words in self._news(rendered):
            yield Notice(words)
        await self._client.ready()
        exchange = _Exchange(self._client, self._account, self._patience, request.timeout)
        try:
            await exchange.begin(rendered)
            while not exchange.over:
                for chunk in exchange.taken():
                    yield chunk
                await exchange.go_on()
            for chunk in exchange.taken():
                yield chunk
        finally:
            await exchange.close()
        yield exchange.replied()

    def _news(self, rendered: Rendered) -> Iterable[str]:
        going = farewell(self.model, time.strftime("%Y-%m-%d", time.gmtime()))
        news = [words for words in (going, *rendered.notices) if words and words not in self._told]
        self._told.update(news)
        return news


class _Exchange:
    """One request and its answer. Whatever goes wrong on the way ends it, and is its outcome."""

    def __init__(self, client: SharedClient, account: Account, patience: Patience, total: float) -> None:
        self.over = False
        self._failures = _failures()
        self._client = client
        self._account = account
        self._patience = patience
        self._started = _now()
        self._watch = Watch(patience, total, self._started)
        self._deadline = Deadline()
        self._message = Message()
        self._reader = EventReader()
        self._chunks: list[ModelChunk] = []
        self._response: httpx2.Response | None = None
        self._pieces: AsyncGenerator[bytes, None] | None = None
        self._outcome: Outcome | None = None
        self._limits = LimitNotice()
        self._request_id = ""
        self._first_event: float | None = None

    async def begin(self, rendered: Rendered) -> None:
        """Make the request; return when its answer begins."""
        try:
            self._response = response = await self._within(self._posted(rendered), _now())
            self._pieces = response.aiter_bytes()
            self._hear(response.headers)
            _check_type(response.headers.get("content-type", ""))
        except self._failures as error:
            self._fail(error)

    async def go_on(self) -> None:
        """Take the next bytes, or the end."""
        before = _now()
        try:
            data = await self._within(self._piece(), before)
            self._take(data, waited=_now() - before)
            if self._message.done:
                await self._drain()
            self.over = data is None or self._message.done
        except self._failures as error:
            self._fail(error)

    def taken(self) -> list[ModelChunk]:
        """What came since this was last asked."""
        chunks, self._chunks = self._chunks, []
        return joined(chunks) if len(chunks) > 1 else chunks

    def replied(self) -> Replied:
        """How it ended."""
        replied = self._message.replied(self._outcome)
        return msgspec.structs.replace(replied, request_id=self._request_id, first_byte=self._first_event)

    async def close(self) -> None:
        """Close the connection, unless its answer was read to the end."""
        self._deadline.close()
        if self._pieces is not None:
            await self._pieces.aclose()
        if self._response is not None:
            await self._response.aclose()

    def _fail(self, error: Exception) -> None:
        """End with what went wrong."""
        self.over = True
        if self._response is None:
            self._hear(_headers_of(error))
        self._outcome = self._judge(error)

    def _judge(self, error: Exception) -> Outcome:
        outcome = classify(
            error,
            host=self._account.host,
            begun=self._response is not None,
            retry_after=self._limits.retry_after,
            now=time.time(),
        )
        return msgspec.structs.replace(outcome, message=outcome.message.replace(self._account.key, "…"))

    def _hear(self, headers: Mapping[str, str]) -> None:
        """Take from an answer's headers what is told there."""
        self._request_id = clean_line(headers.get("request-id", ""), 100)
        self._limits = read_headers(headers, round(time.time() * 1000))
        if self._limits != LimitNotice():
            self._chunks.append(Limits(self._limits))

    async def _posted(self, rendered: Rendered) -> "httpx2.Response":
        headers = {"Accept-Encoding": "identity"}
        if rendered.betas:
            headers["anthropic-beta"] = ",".join(rendered.betas)
        return await self._client.post(rendered.body, headers, self._patience.connect)

    async def _piece(self) -> bytes | None:
        """The next bytes; None at the end."""
        return None if self._pieces is None else await anext(self._pieces, None)

    async def _within(self, waiting: Coroutine[Any, Any, T], now: float) -> T:
        """Wait no longer than the watch allows."""
        seconds, cause = self._watch.next(now)
        try:
            return await self._deadline.within(waiting, now + seconds)
        except PassedError:
            outcome = self._watch.outcome(cause)
            raise Broken(outcome.kind, outcome.message) from None

    def _take(self, data: bytes | None, *, waited: float) -> None:
        before = self._message.events
        try:
            events = self._reader.finish() if data is None else self._reader.feed(data)
        except MalformedStreamError as error:
            raise Broken(Kind.PROTOCOL_ERROR, str(error)) from error
        if events and self._first_event is None:
            self._first_event = _now() - self._started
        for event in events:
            if chunk := self._message.feed(event):
                self._chunks.append(chunk)
        self._watch.came(waited, news=self._message.events > before)

    async def _drain(self) -> None:
        """Read the body to its end, if that is near. What comes of it does not matter: the answer is whole."""
        try:
            async with asyncio.timeout(LINGER):
                while await self._piece() is not None:
                    pass
        except self._failures:
            return


def _failures() -> tuple[type[Exception], ...]:
    """What the SDK raises, and what it lets through. It has been loaded when this is asked."""
    import anthropic  # noqa: PLC0415  # loading it takes seconds
    import httpx2  # noqa: PLC0415  # likewise

    return (anthropic.AnthropicError, httpx2.HTTPError, httpx2.StreamError, OSError, Broken)


def joined(chunks: Iterable[ModelChunk]) -> list[ModelChunk]:
    """The same in fewer pieces: text that came together is passed on together."""
    pieces: list[ModelChunk] = []
    for kind, run in groupby(chunks, type):
        if kind is Text or kind is Thinking:
            pieces.append(kind("".join(each.text for each in run if isinstance(each, Text | Thinking))))
        else:
            pieces.extend(run)
    return pieces


def _now() -> float:
    return asyncio.get_running_loop().time()


def _check_type(content_type: str) -> None:
    kind = content_type.partition(";")[0].strip().lower()
    if kind in PAGES:
        raise Broken(Kind.PROTOCOL_ERROR, f"the answer is {kind} and not a stream of events: is a proxy in the way?")


def _headers_of(error: BaseException) -> Mapping[str, str]:
    """The headers of the answer that an exception is about."""
    headers: Mapping[str, str] = getattr(getattr(error, "response", None), "headers", {})
    return headers
