"""From whatever goes wrong to an outcome, in the words of `domain.outcome`.

What the API says is judged by its code, then its type, then its text, then the status. What the network does is the
same whoever is asked (`of_network`). The tables are held against the installed package by a test: what it adds has to
be judged here.
"""

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from tmtui.agents.anthropic.errors import MESSAGE_CAP, Broken, classify as of_network
from tmtui.domain.outcome import Kind, Outcome
from tmtui.domain.text import clean_line


CODES: Final[Mapping[str, Kind]] = {
    "insufficient_quota": Kind.QUOTA_EXHAUSTED,
    "credit_balance_exhausted": Kind.QUOTA_EXHAUSTED,
    "organization_spend_limit_exceeded": Kind.QUOTA_EXHAUSTED,
    "project_spend_limit_exceeded": Kind.QUOTA_EXHAUSTED,
    "organization_usage_limit_exceeded": Kind.QUOTA_EXHAUSTED,
    "billing_hard_limit_reached": Kind.QUOTA_EXHAUSTED,
    "billing_not_active": Kind.QUOTA_EXHAUSTED,
    "rate_limit_exceeded": Kind.RATE_LIMITED,
    "slow_down": Kind.OVERLOADED,
    "server_is_overloaded": Kind.OVERLOADED,
    "server_error": Kind.API_500,
    "context_length_exceeded": Kind.CONTEXT_TOO_LONG,
    "string_above_max_length": Kind.REQUEST_TOO_LARGE,
    "invalid_api_key": Kind.AUTH,
    "account_deactivated": Kind.AUTH,
    "unsupported_country_region_territory": Kind.AUTH,
    "model_not_found": Kind.MODEL_NOT_FOUND,
    "content_filter": Kind.REFUSAL,
    "content_policy_violation": Kind.REFUSAL,
    "bio_policy": Kind.REFUSAL,
    "misalignment_policy_violation": Kind.REFUSAL,
    "invalid_prompt": Kind.REFUSAL,
}
"""By `error.code`."""

TYPES: Final[Mapping[str, Kind]] = {
    "insufficient_quota": Kind.QUOTA_EXHAUSTED,
    "authentication_error": Kind.AUTH,
    "permission_error": Kind.AUTH,
    "not_found_error": Kind.MODEL_NOT_FOUND,
    "tokens": Kind.RATE_LIMITED,
    "requests": Kind.RATE_LIMITED,
    "rate_limit_error": Kind.RATE_LIMITED,
    "rate_limit_exceeded": Kind.RATE_LIMITED,
    "overloaded_error": Kind.OVERLOADED,
    "server_error": Kind.API_500,
    "api_error": Kind.API_500,
    "internal_server_error": Kind.API_500,
}
"""By `error.type`. `invalid_request_error` is not here: it says too little."""

STATUSES: Final[Mapping[int, Kind]] = {
    400: Kind.INVALID_REQUEST,
    401: Kind.AUTH,
    402: Kind.QUOTA_EXHAUSTED,
    403: Kind.AUTH,
    404: Kind.MODEL_NOT_FOUND,
    407: Kind.PROXY_AUTH,
    408: Kind.API_500,
    409: Kind.API_500,
    413: Kind.REQUEST_TOO_LARGE,
    422: Kind.INVALID_REQUEST,
    429: Kind.RATE_LIMITED,
    529: Kind.OVERLOADED,
}
"""By the status, when nothing better is told."""

TEXTS: Final[tuple[tuple[re.Pattern[str], Kind], ...]] = (
    (
        re.compile(r"maximum context length|context (?:length|size|window) (?:is |was )?exceeded|prompt is too long"),
        Kind.CONTEXT_TOO_LONG,
    ),
    (re.compile(r"exceeds? the (?:available|maximum|model's) context"), Kind.CONTEXT_TOO_LONG),
    (re.compile(r"[Mm]odel .{1,100} (?:not found|does not exist)"), Kind.MODEL_NOT_FOUND),
)
"""What servers of one's own say, which have no codes."""

NAMES: Final[Mapping[str, Kind]] = {
    "OpenAIError": Kind.INTERNAL,
    "APIError": Kind.INTERNAL,
    "APIResponseValidationError": Kind.PROTOCOL_ERROR,
    "LengthFinishReasonError": Kind.MAX_TOKENS,
    "ContentFilterFinishReasonError": Kind.REFUSAL,
    "InvalidWebhookSignatureError": Kind.PROTOCOL_ERROR,
    "SubjectTokenProviderError": Kind.AUTH,
    "WebSocketConnectionClosedError": Kind.STREAM_INTERRUPTED,
    "WebSocketQueueFullError": Kind.INTERNAL,
    "StreamAlreadyConsumed": Kind.INTERNAL,
    "_AmbiguousModuleClientUsageError": Kind.INTERNAL,
    "MissingDependencyError": Kind.CONFIG_INVALID,
    "MutuallyExclusiveAuthError": Kind.CONFIG_INVALID,
}
"""The SDK's errors that are neither a status nor a connection, by their class."""

CONNECTION: Final = frozenset({"APIConnectionError", "APITimeoutError"})
"""Those that only wrap what the network did."""


class ToldError(msgspec.Struct, frozen=True):
    """What the API tells of an error, in a body or in mid-stream."""

    type: str = ""
    message: str = ""
    code: str = ""


def told(body: object) -> ToldError:
    """What an error's body says; nothing, when it has another form. The SDK gives the inside of `error` for it."""
    inner = body.get("error", body) if isinstance(body, Mapping) else body
    if isinstance(inner, str):
        return ToldError(message=inner) if isinstance(body, Mapping) else ToldError()
    if not isinstance(inner, Mapping):
        return ToldError()
    values = (inner.get("type"), inner.get("message"), inner.get("code"))
    return ToldError(*(value if isinstance(value, str) else "" for value in values))


def kind_of(error: ToldError, status: int) -> Kind:
    """The kind of an error that the API told of. `status` is 200 when it came in mid-stream."""
    if error.code in CODES:
        return CODES[error.code]
    if error.type in TYPES:
        return TYPES[error.type]
    for text, kind in TEXTS:
        if text.search(error.message):
            return kind
    if status == 200:  # noqa: PLR2004  # it came in mid-stream, so its type is all there is
        return Kind.INVALID_REQUEST if error.type == "invalid_request_error" else Kind.API_500
    return _kind_of_status(status)


def _kind_of_status(status: int) -> Kind:
    if status in STATUSES:
        return STATUSES[status]
    match status // 100:
        case 4:
            return Kind.INVALID_REQUEST
        case 5:
            return Kind.API_500
    return Kind.PROTOCOL_ERROR


def in_stream(body: object) -> Outcome:
    """The outcome of an error in mid-stream."""
    error = told(body)
    name = error.code or error.type or "an error"
    words = f"{name} in the middle of the answer: {error.message or 'it gives no reason'}"
    return Outcome(kind_of(error, 200), clean_line(words, MESSAGE_CAP))


def refused(status: int, body: object, retry_after: float | None = None) -> Outcome:
    """The outcome of an answer whose status is no success.

    Args:
        status: Its status.
        body: Its body: what JSON it was, or text.
        retry_after: Seconds, from its headers.
    """
    error = told(body)
    return Outcome(kind_of(error, status), clean_line(_status_words(status, error, body), MESSAGE_CAP), retry_after)


def _status_words(status: int, error: ToldError, body: object) -> str:
    if error.type or error.message:
        return f"HTTP {status} {error.code or error.type}: {error.message or 'it gives no reason'}"
    if status in (404, 405):
        return f"HTTP {status}, and not from the API: check base_url, which often ends in /v1"
    if body:
        return f"HTTP {status} with a page that is not the API's: is a proxy in the way?"
    return f"HTTP {status} without a word"


def classify(error: BaseException, *, host: str, begun: bool, retry_after: float | None = None) -> Outcome:
    """The outcome of an exception of the SDK, of httpx2 or of the operating system.

    Args:
        error: What was raised.
        host: Who was asked, for the message.
        begun: Whether an answer had begun.
        retry_after: Seconds, from the headers of the answer, if there was one.
    """
    if isinstance(error, Broken):
        return error.outcome
    if (status := _status(error)) is not None:
        return refused(status, getattr(error, "body", None), retry_after)
    name = type(error).__name__
    if type(error).__module__.partition(".")[0] == "openai" and name not in CONNECTION:
        return Outcome(NAMES.get(name, Kind.INTERNAL), clean_line(f"{host}: {error}", MESSAGE_CAP), retry_after)
    return of_network(error, host=host, begun=begun, retry_after=retry_after)


def _status(error: BaseException) -> int | None:
    """The status of an answer that is an error."""
    if not hasattr(error, "request_id"):
        return None
    status = getattr(error, "status_code", None)
    return status if isinstance(status, int) else None
