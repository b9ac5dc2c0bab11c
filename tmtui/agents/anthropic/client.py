"""The SDK's client: one for each account, shared by all models and tasks of the process.

Loading the SDK takes seconds and making a client tens of milliseconds, so both are done in a thread, and only when
the first request is made or somebody warms it up. Its own retries are off: with them it would sleep through a whole
`Retry-After` without a word, and ask three times for what can only fail.
"""

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import urlsplit

import msgspec


if TYPE_CHECKING:
    import anthropic
    import httpx2


BASE_URL: Final = "https://api.anthropic.com"
PATH: Final = "/v1/messages"


class Account(msgspec.Struct, frozen=True):
    """Whom to ask, and as who."""

    key: str
    base_url: str = BASE_URL

    @property
    def host(self) -> str:
        """The server's name, for people."""
        return urlsplit(self.base_url).netloc.rpartition("@")[2]

    def __repr__(self) -> str:
        return f"Account(key=…, base_url={self.host!r})"


class SharedClient:
    """The client of one account. Each use of it is begun with `share` and ended with `release`."""

    _open: ClassVar[dict[Account, "SharedClient"]] = {}

    def __init__(self, account: Account) -> None:
        self._account = account
        self.users = 0
        self._making: asyncio.Task[anthropic.AsyncAnthropic] | None = None

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

    async def ready(self) -> "anthropic.AsyncAnthropic":
        """The client, made when there is none yet. Cancelling whoever waits does not cancel the making."""
        if self._making is None:
            self._making = asyncio.ensure_future(asyncio.to_thread(_make, self._account))
        return await asyncio.shield(self._making)

    async def post(self, body: bytes, headers: dict[str, str], connect: float) -> "httpx2.Response":
        """Make a request; return when its answer begins. Whoever gets it closes it.

        The body goes as it is: the SDK's own methods would walk through the whole conversation once more, and warn of
        models that are going by way of the process's filter for warnings.

        Args:
            body: JSON.
            headers: Beside those of the SDK.
            connect: Seconds for the connection. No other time is limited here.

        Raises:
            AnthropicError: no answer began, or one that is an error.
        """
        client = await self.ready()
        import httpx2  # noqa: PLC0415  # the SDK, which was loaded just before, has loaded it
        from anthropic import AsyncStream  # noqa: PLC0415  # likewise

        response: object = await client.post(
            PATH,
            cast_to=httpx2.Response,
            content=body,
            options={"headers": headers, "timeout": httpx2.Timeout(None, connect=connect)},
            stream=True,
            stream_cls=AsyncStream[Any],
        )
        if not isinstance(response, httpx2.Response):
            raise TypeError(f"the SDK gave {type(response).__name__} for a plain response")
        return response


def _make(account: Account) -> "anthropic.AsyncAnthropic":
    import anthropic  # noqa: PLC0415  # loading it takes seconds

    return anthropic.AsyncAnthropic(api_key=account.key, base_url=account.base_url, max_retries=0)
