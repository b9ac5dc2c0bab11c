"""From whatever goes wrong to an outcome, in the words of `domain.outcome`.

    Broken                        found by ourselves: the answer's form, a watchdog
    anthropic.AnthropicError
     ├─ APIStatusError            the API said so: by code, then type, then text, then status; never by class, for
     │                            an error in mid-stream comes with status 200 and no class of its own
     ├─ APIConnectionError        no answer began: by its cause
     └─ the rest                  by name
    httpx2.HTTPError, OSError     the SDK lets these through once an answer has begun
     └─ anywhere in the chain     ssl.SSLError: a certificate is no matter of trying again

Codes and types that nobody knows yet are judged by what is known of them: an unknown code by its type, an unknown
type by its status. The tables are held against the installed packages by a test: what they add has to be judged
here.

Nothing of a proxy's page is ever shown, and what the API says is made safe for one line.
"""

import os
import re
import ssl
from collections.abc import Iterator, Mapping
from socket import gaierror
from typing import Final

import msgspec

from tmtui.domain.outcome import Kind, Outcome
from tmtui.domain.text import clean_line


MESSAGE_CAP: Final = 400
"""Characters of a message."""

CODES: Final[Mapping[str, Kind]] = {
    "ramp_limit_exceeded": Kind.RATE_LIMITED,
    "enforced_spend_limit_reached": Kind.QUOTA_EXHAUSTED,
    "contract_spend_limit_reached": Kind.QUOTA_EXHAUSTED,
    "linked_organization_spend_limit_reached": Kind.QUOTA_EXHAUSTED,
    "linked_organization_billing_unavailable": Kind.QUOTA_EXHAUSTED,
    "organization_on_hold": Kind.AUTH,
    "organization_type_not_supported": Kind.AUTH,
    "parent_organization_required": Kind.AUTH,
    "sandbox_egress_restricted": Kind.AUTH,
    "claude_code_key_creator_not_member": Kind.AUTH,
    "claude_code_version_too_old": Kind.AUTH,
    "cmek_key_disabled": Kind.AUTH,
    "cmek_key_network_blocked": Kind.AUTH,
    "cmek_key_unreachable": Kind.API_500,
    "cmek_context_unavailable": Kind.API_500,
    "request_body_encoding_invalid": Kind.INVALID_REQUEST,
    "request_body_encoding_unsupported": Kind.INVALID_REQUEST,
    "request_body_too_large_after_decoding": Kind.REQUEST_TOO_LARGE,
}
"""By `error.details.error_code`, which is stable."""

TYPES: Final[Mapping[str, Kind]] = {
    "authentication_error": Kind.AUTH,
    "permission_error": Kind.AUTH,
    "billing_error": Kind.QUOTA_EXHAUSTED,
    "not_found_error": Kind.MODEL_NOT_FOUND,
    "request_too_large": Kind.REQUEST_TOO_LARGE,
    "rate_limit_error": Kind.RATE_LIMITED,
    "api_error": Kind.API_500,
    "timeout_error": Kind.API_500,
    "conflict_error": Kind.API_500,
    "overloaded_error": Kind.OVERLOADED,
    "memory_precondition_failed_error": Kind.INVALID_REQUEST,
    "memory_path_conflict_error": Kind.INVALID_REQUEST,
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
    412: Kind.INVALID_REQUEST,
    413: Kind.REQUEST_TOO_LARGE,
    422: Kind.INVALID_REQUEST,
    429: Kind.RATE_LIMITED,
    431: Kind.INVALID_REQUEST,
    499: Kind.API_500,
    500: Kind.API_500,
    501: Kind.API_500,
    502: Kind.API_500,
    503: Kind.API_500,
    504: Kind.API_500,
    529: Kind.OVERLOADED,
}
"""By the status, when nothing better is told."""

TEXTS: Final[tuple[tuple[re.Pattern[str], Kind], ...]] = (
    (
        re.compile(r"reached your specified [\w ]*usage limit|credit balance is too low", re.IGNORECASE),
        Kind.QUOTA_EXHAUSTED,
    ),
    (re.compile(r"prompt is too long|exceed context limit", re.IGNORECASE), Kind.CONTEXT_TOO_LONG),
    (
        re.compile(
            r"bound to a different conversation|invalid `?signature`? in `?thinking|thinking`? blocks .* cannot"
        ),
        Kind.THINKING_BINDING,
    ),
    (re.compile(r"[Oo]rganization has been disabled"), Kind.AUTH),
)
"""What an `invalid_request_error` may be all the same. The wording can change, and then it is an invalid request."""

NAMES: Final[Mapping[str, Kind]] = {
    "AnthropicError": Kind.INTERNAL,
    "APIError": Kind.INTERNAL,
    "APIResponseValidationError": Kind.PROTOCOL_ERROR,
    "APIWebhookValidationError": Kind.PROTOCOL_ERROR,
    "CredentialsError": Kind.AUTH,
    "IdentityTokenFileError": Kind.AUTH,
    "RetryableError": Kind.API_500,
    "WorkloadIdentityError": Kind.AUTH,
}
"""The SDK's errors that are neither a status nor a connection, by their class."""

BEFORE: Final[Mapping[str, Kind]] = {
    "ConnectTimeout": Kind.TIMEOUT_CONNECT,
    "PoolTimeout": Kind.TIMEOUT_CONNECT,
    "ReadTimeout": Kind.TIMEOUT_FIRST_BYTE,
    "WriteTimeout": Kind.TIMEOUT_FIRST_BYTE,
    "TimeoutException": Kind.TIMEOUT_FIRST_BYTE,
    "ConnectError": Kind.NET_CONNECT,
    "ReadError": Kind.NET_CONNECT,
    "WriteError": Kind.NET_CONNECT,
    "CloseError": Kind.NET_CONNECT,
    "NetworkError": Kind.NET_CONNECT,
    "ProxyError": Kind.NET_CONNECT,
    "TransportError": Kind.NET_CONNECT,
    "RequestError": Kind.NET_CONNECT,
    "HTTPError": Kind.NET_CONNECT,
    "RemoteProtocolError": Kind.PROTOCOL_ERROR,
    "ProtocolError": Kind.PROTOCOL_ERROR,
    "DecodingError": Kind.PROTOCOL_ERROR,
    "SSEError": Kind.PROTOCOL_ERROR,
    "TooManyRedirects": Kind.PROTOCOL_ERROR,
    "HTTPStatusError": Kind.API_500,
    "LocalProtocolError": Kind.CONFIG_INVALID,
    "UnsupportedProtocol": Kind.CONFIG_INVALID,
    "InvalidURL": Kind.CONFIG_INVALID,
    "CookieConflict": Kind.INTERNAL,
    "StreamError": Kind.INTERNAL,
    "StreamConsumed": Kind.INTERNAL,
    "StreamClosed": Kind.INTERNAL,
    "ResponseNotRead": Kind.INTERNAL,
    "RequestNotRead": Kind.INTERNAL,
}
"""What httpx2 raises, by its class, when no answer had begun."""

DURING: Final[Mapping[Kind, Kind]] = {
    Kind.TIMEOUT_CONNECT: Kind.STALL_NOBYTES,
    Kind.TIMEOUT_FIRST_BYTE: Kind.STALL_NOBYTES,
    Kind.NET_CONNECT: Kind.STREAM_INTERRUPTED,
}
"""What the same is when an answer had begun."""

_GONE: Final = re.compile(r"disconnected without sending|peer closed connection|incomplete chunked read")
_REGAIN: Final = re.compile(r"regain access on (\d{4}-\d\d-\d\d)(?: at (\d\d:\d\d))?")


class Broken(Exception):  # noqa: N818  # it is the answer that is broken, and the outcome says how
    """An answer that cannot be used, found by ourselves."""

    def __init__(self, kind: Kind, message: str) -> None:
        super().__init__(message)
        self.outcome = Outcome(kind, clean_line(message, MESSAGE_CAP))


class ToldError(msgspec.Struct, frozen=True):
    """What the API tells of an error, in a body or in mid-stream."""

    type: str = ""
    message: str = ""
    code: str = ""


def told(body: object) -> ToldError:
    """What an error's body says; nothing, when it has another form."""
    error = body.get("error") if isinstance(body, Mapping) else None
    if not isinstance(error, Mapping):
        return ToldError()
    details = error.get("details")
    code = details.get("error_code") if isinstance(details, Mapping) else None
    return ToldError(
        *(value if isinstance(value, str) else "" for value in (error.get("type"), error.get("message"), code))
    )


def kind_of(error: ToldError, status: int) -> Kind:
    """The kind of an error that the API told of. `status` is 200 when it came in mid-stream."""
    if error.code in CODES:
        return CODES[error.code]
    if error.type in TYPES:
        return TYPES[error.type]
    if status in (200, 400, 413) and error.message:
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
    """The outcome of an `error` event."""
    error = told(body)
    words = f"{error.type or 'an error'} in the middle of the answer: {error.message or 'it gives no reason'}"
    return Outcome(kind_of(error, 200), clean_line(words, MESSAGE_CAP))


def refused(status: int, body: object, retry_after: float | None = None, now: float = 0.0) -> Outcome:
    """The outcome of an answer whose status is no success.

    Args:
        status: Its status.
        body: Its body: what JSON it was, or text.
        retry_after: Seconds, from its headers.
        now: Wall time in seconds, to which a date in the text is compared.
    """
    error = told(body)
    kind = kind_of(error, status)
    if kind is Kind.QUOTA_EXHAUSTED and retry_after is None:
        retry_after = _regained(error.message, now)
    return Outcome(kind, clean_line(_status_words(status, error, body), MESSAGE_CAP), retry_after)


def _status_words(status: int, error: ToldError, body: object) -> str:
    if error.type or error.message:
        return f"HTTP {status} {error.code or error.type}: {error.message or 'it gives no reason'}"
    if status in (404, 405):
        return f"HTTP {status}, and not from the API: check base_url"
    if body:
        return f"HTTP {status} with a page that is not the API's: is a proxy in the way?"
    return f"HTTP {status} without a word"


def _regained(message: str, now: float) -> float | None:
    """Seconds until the date that a message names."""
    from datetime import datetime  # noqa: PLC0415  # only an account without means needs it

    found = _REGAIN.search(message)
    if not found:
        return None
    try:
        when = datetime.fromisoformat(f"{found[1]}T{found[2] or '00:00'}:00+00:00")
    except ValueError:
        return None
    return max(0.0, when.timestamp() - now)


def classify(
    error: BaseException, *, host: str, begun: bool, retry_after: float | None = None, now: float = 0.0
) -> Outcome:
    """The outcome of an exception of the SDK, of httpx2 or of the operating system.

    Args:
        error: What was raised.
        host: Who was asked, for the message.
        begun: Whether an answer had begun.
        retry_after: Seconds, from the headers of the answer, if there was one.
        now: Wall time in seconds.
    """
    if isinstance(error, Broken):
        return error.outcome
    if (status := _status(error)) is not None:
        return refused(status, getattr(error, "body", None), retry_after, now)
    kind = _kind_of_exception(error, begun=begun)
    return Outcome(kind, clean_line(_words(kind, error, host), MESSAGE_CAP), retry_after)


def _status(error: BaseException) -> int | None:
    """The status of an answer that is an error."""
    if not hasattr(error, "error_code"):
        return None
    status = getattr(error, "status_code", None)
    return status if isinstance(status, int) else None


def chain(error: BaseException) -> Iterator[BaseException]:
    """An exception and what caused it, from the last to the first."""
    seen: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        yield each
        each = each.__cause__ or each.__context__


def _kind_of_exception(error: BaseException, *, begun: bool) -> Kind:
    for each in chain(error):
        if isinstance(each, ssl.SSLError) and not isinstance(each, ssl.SSLWantReadError | ssl.SSLWantWriteError):
            return _kind_of_tls(each, begun=begun)
    for each in chain(error):
        if (kind := _kind_by_name(each)) is not None:
            return DURING.get(kind, kind) if begun else kind
    if isinstance(error, OSError) or type(error).__name__ == "APIConnectionError":
        return Kind.STREAM_INTERRUPTED if begun else Kind.NET_CONNECT
    return Kind.INTERNAL


def _kind_of_tls(error: ssl.SSLError, *, begun: bool) -> Kind:
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError | ssl.SSLSyscallError):
        return Kind.STREAM_INTERRUPTED if begun else Kind.NET_CONNECT
    if begun and not isinstance(error, ssl.SSLCertVerificationError):
        return Kind.STREAM_INTERRUPTED
    return Kind.TLS_CERT


def _kind_by_name(error: BaseException) -> Kind | None:
    """The kind of what the SDK or httpx2 raised; None for a class of others, or one that only wraps its cause."""
    module, name = type(error).__module__.partition(".")[0], type(error).__name__
    if module == "anthropic":
        return NAMES.get(name)
    if module != "httpx2":
        return None
    if name == "ProxyError" and "407" in str(error):
        return Kind.PROXY_AUTH
    if name == "RemoteProtocolError" and _GONE.search(str(error)):
        return Kind.NET_CONNECT
    return BEFORE.get(name)


_WORDS: Final[Mapping[Kind, str]] = {
    Kind.NET_CONNECT: "cannot reach {host}: {reason}",
    Kind.TIMEOUT_CONNECT: "cannot reach {host} in time",
    Kind.TIMEOUT_FIRST_BYTE: "{host} took the request and said nothing",
    Kind.STALL_NOBYTES: "{host} stopped in the middle of the answer",
    Kind.STREAM_INTERRUPTED: "the connection to {host} was cut in the middle of the answer: {reason}",
    Kind.PROTOCOL_ERROR: "{host} did not answer in the form that was agreed: {reason}",
    Kind.TLS_CERT: "cannot trust {host}: {reason}",
    Kind.PROXY_AUTH: "the proxy on the way to {host} wants a user name and password",
    Kind.CONFIG_INVALID: "the request to {host} cannot be made: {reason}; check api_key and base_url",
    Kind.AUTH: "no key for {host}: {reason}",
}


def _words(kind: Kind, error: BaseException, host: str) -> str:
    return _WORDS.get(kind, "{host}: {reason}").format(host=host, reason=_reason(error))


def _reason(error: BaseException) -> str:
    """What the innermost exception says, which is the cause."""
    *_, root = chain(error)
    if isinstance(root, ssl.SSLCertVerificationError):
        return getattr(root, "verify_message", "") or "its certificate is not valid"
    if isinstance(root, OSError) and root.errno is not None and root.errno > 0 and not isinstance(root, gaierror):
        return os.strerror(root.errno)
    return str(root) or str(error) or type(root).__name__
