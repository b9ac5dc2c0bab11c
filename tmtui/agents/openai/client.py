"""The SDK's client: one for each account, shared by all models and tasks of the process.

It is loaded and made in a thread when the first request is made. Its own retries are off: there is one loop for
trying again, and it is the engine's.
"""

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import urlsplit

import msgspec


if TYPE_CHECKING:
    import httpx2
    import openai


BASE_URL: Final = "https://api.openai.com/v1"
PATH: Final = "/chat/completions"

KEYLESS: Final = "none"
"""What is sent as a key to a server that wants none: the SDK insists on one."""


class Account(msgspec.Struct, frozen=True):
    """Whom to ask, and as who."""

    key: str
    """Empty for a server that wants none."""
    base_url: str = BASE_URL

    @property
    def host(self) -> str:
        """The server's name, for people."""
        return urlsplit(self.base_url).netloc.rpartition("@")[2]

    @property
    def official(self) -> bool:
        """Whether it is OpenAI's own API."""
        return (urlsplit(self.base_url).hostname or "").endswith("openai.com")

    def __repr__(self) -> str:
        return f"Account(key=…, base_url={self.host!r})"


class SharedClient:
    """The client of one account. Each use of it is begun with `share` and ended with `release`."""

    _open: ClassVar[dict[Account, "SharedClient"]] = {}

    def __init__(self, account: Account) -> None:
        self._account = account
        self.users = 0
        self._making: asyncio.Task[openai.AsyncOpenAI] | None = None

    @classmethod
    def share(cls, account: Account) -> "SharedClient":
        """The client of `account`, for one more user."""
        shared = cls._open.setdefault(account, cls(account))
        shared.users += 1
        return shared

    async def release(self) -> None:
        """One user less. The last one closes it."""
        self.users -= 1
        if self.users:
            return
        del self._open[self._account]
        if self._making is not None:
            await (await self._making).close()

    async def ready(self) -> "openai.AsyncOpenAI":
        """The client, made when there is none yet. Cancelling whoever waits does not cancel the making."""
        if self._making is None:
            self._making = asyncio.ensure_future(asyncio.to_thread(_make, self._account))
        return await asyncio.shield(self._making)

    async def post(self, body: bytes, connect: float) -> "httpx2.Response":
        """Make a request; return when its answer begins. Whoever gets it closes it.

        Args:
            body: JSON.
            connect: Seconds for the connection. No other time is limited here.

        Raises:
            OpenAIError: no answer began, or one that is an error.
        """
        client = await self.ready()
        import httpx2  # noqa: PLC0415  # the SDK, which was loaded just before, has loaded it
        from openai import AsyncStream  # noqa: PLC0415  # likewise

        response: object = await client.post(
            PATH,
            cast_to=httpx2.Response,
            content=body,
            options={"headers": {"Accept-Encoding": "identity"}, "timeout": httpx2.Timeout(None, connect=connect)},
            stream=True,
            stream_cls=AsyncStream[Any],
        )
        if not isinstance(response, httpx2.Response):
            raise TypeError(f"the SDK gave {type(response).__name__} for a plain response")
        return response


def _make(account: Account) -> "openai.AsyncOpenAI":
    import openai  # noqa: PLC0415  # loading it takes long

    return openai.AsyncOpenAI(api_key=account.key or KEYLESS, base_url=account.base_url, max_retries=0)
