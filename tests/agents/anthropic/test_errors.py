import ast
import inspect
import re
import ssl
from collections.abc import Iterator
from socket import gaierror
from typing import Any, get_args

import anthropic
import httpx2
import pytest

from tmtui.agents.anthropic.errors import (
    BEFORE,
    CODES,
    NAMES,
    STATUSES,
    TYPES,
    Broken,
    classify,
    in_stream,
    refused,
)
from tmtui.domain.outcome import Kind, Outcome


REQUEST = httpx2.Request("POST", "https://api.example/v1/messages")


def status_error(
    status: int, body: object = None, kind: type[anthropic.APIStatusError] = anthropic.APIStatusError
) -> Exception:
    return kind("a text of the SDK's own", response=httpx2.Response(status, request=REQUEST), body=body)


def body(type_: str, message: str = "no", code: str = "") -> dict[str, Any]:
    details = {"details": {"error_code": code}} if code else {}
    return {"type": "error", "error": {"type": type_, "message": message, **details}, "request_id": "r"}


def kind_of(error: BaseException, *, begun: bool = False) -> Kind:
    return classify(error, host="api.example", begun=begun).kind


def caused(error: Exception, *causes: BaseException) -> Exception:
    """An exception with a chain of causes."""
    each: BaseException = error
    for cause in causes:
        each.__cause__ = cause
        each = cause
    return error


# What the API says.


@pytest.mark.parametrize(
    ("status", "told", "kind"),
    [
        (400, body("invalid_request_error"), Kind.INVALID_REQUEST),
        (
            400,
            body("invalid_request_error", "You have reached your specified API usage limits."),
            Kind.QUOTA_EXHAUSTED,
        ),
        (
            400,
            body("invalid_request_error", "You have reached your specified workspace API usage limits."),
            Kind.QUOTA_EXHAUSTED,
        ),
        (
            400,
            body("invalid_request_error", "Your credit balance is too low to access the API"),
            Kind.QUOTA_EXHAUSTED,
        ),
        (
            400,
            body("invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"),
            Kind.CONTEXT_TOO_LONG,
        ),
        (
            400,
            body("invalid_request_error", "input length and `max_tokens` exceed context limit: 9 + 9 > 10"),
            Kind.CONTEXT_TOO_LONG,
        ),
        (
            400,
            body(
                "invalid_request_error",
                "messages.1: Invalid `signature` in `thinking` block. The block is bound to a different conversation",
            ),
            Kind.THINKING_BINDING,
        ),
        (400, body("invalid_request_error", "no", "organization_on_hold"), Kind.AUTH),
        (401, body("authentication_error"), Kind.AUTH),
        (402, body("billing_error"), Kind.QUOTA_EXHAUSTED),
        (402, body("billing_error", "no", "linked_organization_spend_limit_reached"), Kind.QUOTA_EXHAUSTED),
        (403, body("permission_error"), Kind.AUTH),
        (404, body("not_found_error", "model: claude-3-opus"), Kind.MODEL_NOT_FOUND),
        (407, "", Kind.PROXY_AUTH),
        (408, None, Kind.API_500),
        (409, body("conflict_error"), Kind.API_500),
        (413, body("request_too_large"), Kind.REQUEST_TOO_LARGE),
        (413, "<html>413 Request Entity Too Large</html>", Kind.REQUEST_TOO_LARGE),
        (422, body("invalid_request_error"), Kind.INVALID_REQUEST),
        (429, body("rate_limit_error"), Kind.RATE_LIMITED),
        (429, body("rate_limit_error", "no", "ramp_limit_exceeded"), Kind.RATE_LIMITED),
        (429, body("rate_limit_error", "no", "enforced_spend_limit_reached"), Kind.QUOTA_EXHAUSTED),
        (429, body("rate_limit_error", "no", "contract_spend_limit_reached"), Kind.QUOTA_EXHAUSTED),
        (429, body("rate_limit_error", "no", "a_code_from_tomorrow"), Kind.RATE_LIMITED),
        (429, None, Kind.RATE_LIMITED),
        (500, body("api_error"), Kind.API_500),
        (502, "<html>\x1b]52;c;x\x07</html>", Kind.API_500),
        (503, None, Kind.API_500),
        (504, body("timeout_error"), Kind.API_500),
        (520, "<html>", Kind.API_500),
        (529, body("overloaded_error"), Kind.OVERLOADED),
        (529, "", Kind.OVERLOADED),
        (418, body("a_type_from_tomorrow"), Kind.INVALID_REQUEST),
        (500, body("a_type_from_tomorrow"), Kind.API_500),
        (302, "", Kind.PROTOCOL_ERROR),
        (500, [1, 2], Kind.API_500),
        (500, {"error": "text"}, Kind.API_500),
        (500, {"error": {"type": 5, "message": None, "details": "x"}}, Kind.API_500),
    ],
)
def test_an_answer_that_is_an_error_is_judged_by_code_type_text_and_status(
    status: int, told: object, kind: Kind
) -> None:
    outcome = refused(status, told)

    assert outcome.kind is kind
    assert outcome.message.isprintable()
    assert "<html" not in outcome.message
    assert kind_of(status_error(status, told)) is kind


def test_what_the_api_says_is_shown_on_one_safe_line() -> None:
    outcome = refused(400, body("invalid_request_error", "a\nb\x1b[2J" + "x" * 10_000))

    assert outcome.message.startswith("HTTP 400 invalid_request_error: a b")
    assert outcome.message.isprintable()
    assert len(outcome.message) <= 400


def test_a_code_is_shown_in_place_of_the_type() -> None:
    assert "ramp_limit_exceeded" in refused(429, body("rate_limit_error", "no", "ramp_limit_exceeded")).message


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("You will regain access on 2026-12-01 at 00:00 UTC.", 86_400.0),
        ("You will regain access on 2026-12-01.", 86_400.0),
        ("You will regain access on 2026-11-01.", 0.0),
        ("You will regain access on 2026-13-45.", None),
        ("No date.", None),
    ],
)
def test_a_spending_limit_says_when_it_ends(words: str, seconds: float | None) -> None:
    now = 1_795_996_800.0  # 2026-11-30
    told = body("invalid_request_error", f"You have reached your specified API usage limits. {words}")

    assert refused(400, told, now=now) == Outcome(Kind.QUOTA_EXHAUSTED, refused(400, told).message, seconds)


def test_how_long_to_wait_goes_with_the_outcome() -> None:
    assert refused(429, body("rate_limit_error"), 7.0).retry_after == 7.0
    assert classify(status_error(429), host="h", begun=False, retry_after=7.0).retry_after == 7.0


def test_an_error_in_mid_stream_is_judged_like_any_other() -> None:
    assert in_stream(body("overloaded_error")).kind is Kind.OVERLOADED
    assert in_stream(body("invalid_request_error", "prompt is too long: 2 > 1")).kind is Kind.CONTEXT_TOO_LONG
    assert in_stream(body("rate_limit_error", "no", "enforced_spend_limit_reached")).kind is Kind.QUOTA_EXHAUSTED
    assert in_stream(None).kind is Kind.API_500


# What the network does.


CERTIFICATE = ssl.SSLCertVerificationError(1, "certificate verify failed")


@pytest.mark.parametrize(
    ("error", "before", "during"),
    [
        (httpx2.ConnectError("x"), Kind.NET_CONNECT, Kind.STREAM_INTERRUPTED),
        (
            caused(httpx2.ConnectError("x"), ConnectionRefusedError(111, "x")),
            Kind.NET_CONNECT,
            Kind.STREAM_INTERRUPTED,
        ),
        (caused(httpx2.ConnectError("x"), gaierror(-2, "Name not known")), Kind.NET_CONNECT, Kind.STREAM_INTERRUPTED),
        (httpx2.ConnectTimeout("x"), Kind.TIMEOUT_CONNECT, Kind.STALL_NOBYTES),
        (httpx2.ReadTimeout("x"), Kind.TIMEOUT_FIRST_BYTE, Kind.STALL_NOBYTES),
        (httpx2.ReadError("x"), Kind.NET_CONNECT, Kind.STREAM_INTERRUPTED),
        (
            httpx2.RemoteProtocolError("Server disconnected without sending a response."),
            Kind.NET_CONNECT,
            Kind.STREAM_INTERRUPTED,
        ),
        (httpx2.RemoteProtocolError("peer closed connection without"), Kind.NET_CONNECT, Kind.STREAM_INTERRUPTED),
        (httpx2.RemoteProtocolError("illegal status line"), Kind.PROTOCOL_ERROR, Kind.PROTOCOL_ERROR),
        (httpx2.DecodingError("x"), Kind.PROTOCOL_ERROR, Kind.PROTOCOL_ERROR),
        (httpx2.ProxyError("407 Proxy Authentication Required"), Kind.PROXY_AUTH, Kind.PROXY_AUTH),
        (httpx2.ProxyError("503 Service Unavailable"), Kind.NET_CONNECT, Kind.STREAM_INTERRUPTED),
        (httpx2.LocalProtocolError("Illegal header value"), Kind.CONFIG_INVALID, Kind.CONFIG_INVALID),
        (ConnectionResetError(104, "x"), Kind.NET_CONNECT, Kind.STREAM_INTERRUPTED),
        (caused(httpx2.ConnectError("x"), CERTIFICATE), Kind.TLS_CERT, Kind.TLS_CERT),
        (
            caused(httpx2.ConnectError("x"), ssl.SSLError(1, "wrong version number")),
            Kind.TLS_CERT,
            Kind.STREAM_INTERRUPTED,
        ),
        (caused(httpx2.ConnectError("x"), ssl.SSLEOFError(8, "eof")), Kind.NET_CONNECT, Kind.STREAM_INTERRUPTED),
        (caused(httpx2.ConnectTimeout("x"), ssl.SSLWantReadError(2, "x")), Kind.TIMEOUT_CONNECT, Kind.STALL_NOBYTES),
        (ValueError("x"), Kind.INTERNAL, Kind.INTERNAL),
    ],
)
def test_what_the_network_did_depends_on_whether_an_answer_had_begun(
    error: Exception, before: Kind, during: Kind
) -> None:
    assert (kind_of(error), kind_of(error, begun=True)) == (before, during)
    assert kind_of(caused(anthropic.APIConnectionError(request=REQUEST), error)) in (before, Kind.NET_CONNECT)


def test_what_was_found_by_ourselves_says_itself() -> None:
    assert kind_of(Broken(Kind.STREAM_TRUNCATED, "cut")) is Kind.STREAM_TRUNCATED


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            caused(httpx2.ConnectError("x"), ConnectionRefusedError(111, "Connect call failed")),
            "cannot reach api.example: Connection refused",
        ),
        (caused(httpx2.ConnectError("x"), gaierror(-2, "Name or service not known")), "Name or service not known"),
        (caused(httpx2.ConnectError("x"), CERTIFICATE), "cannot trust api.example"),
    ],
)
def test_the_message_says_who_was_asked_and_what_the_cause_was(error: Exception, words: str) -> None:
    assert words in classify(error, host="api.example", begun=False).message


def test_a_chain_of_causes_that_is_a_circle_ends() -> None:
    one, two = ValueError("1"), ValueError("2")
    one.__cause__, two.__cause__ = two, one

    assert kind_of(one) is Kind.INTERNAL


# Every class of the packages.


def exceptions_of(package: Any, base: type[Exception]) -> Iterator[type[Exception]]:
    for value in vars(package).values():
        if inspect.isclass(value) and issubclass(value, base):
            yield value


SDK = sorted(set(exceptions_of(anthropic, anthropic.AnthropicError)), key=lambda kind: kind.__name__)
HTTP = sorted(
    {kind for kind in exceptions_of(httpx2, Exception) if not issubclass(kind, Warning)},
    key=lambda kind: kind.__name__,
)


LITERAL = re.compile(r"Literal\[(.+)\]\Z")


def literal(kind: type[Exception], name: str) -> Any:
    """What a class says that a field of its always is; None when it does not say."""
    for each in kind.__mro__:
        if found := LITERAL.search(str(vars(each).get("__annotations__", {}).get(name, ""))):
            return ast.literal_eval(found[1])
    return None


@pytest.mark.parametrize("kind", SDK, ids=lambda kind: kind.__name__)
def test_every_exception_of_the_sdk_is_judged(kind: type[Exception]) -> None:
    """The day the SDK adds one, it has to be judged here."""
    if not issubclass(kind, anthropic.APIStatusError):
        assert kind.__name__ in NAMES or issubclass(kind, anthropic.APIConnectionError)
        return
    code, status = literal(kind, "error_code"), literal(kind, "status_code")
    assert code is None or code in CODES
    assert status is None or status in STATUSES


def test_every_type_of_error_that_the_sdk_knows_is_judged() -> None:
    from anthropic.types.shared.error_type import ErrorType  # noqa: PLC0415  # of this test alone

    assert set(get_args(ErrorType)) - set(TYPES) == {"invalid_request_error"}


@pytest.mark.parametrize("kind", HTTP, ids=lambda kind: kind.__name__)
def test_every_exception_of_the_http_library_is_judged(kind: type[Exception]) -> None:
    assert kind.__name__ in BEFORE


def test_the_sdk_and_the_http_library_were_looked_at() -> None:
    assert len(SDK) > 40
    assert len(HTTP) > 20
    assert (
        sum(issubclass(kind, anthropic.APIStatusError) and literal(kind, "error_code") is not None for kind in SDK)
        > 15
    )
    assert anthropic.APITimeoutError in SDK
