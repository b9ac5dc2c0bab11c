import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import httpx2
import openai
import pytest

from tmtui.agents.anthropic.errors import Broken
from tmtui.agents.openai.errors import CONNECTION, NAMES, STATUSES, classify, in_stream, refused
from tmtui.domain.outcome import Kind


REQUEST = httpx2.Request("POST", "https://api.example/v1/chat/completions")


def body(type_: str = "", code: str = "", message: str = "no") -> dict[str, Any]:
    return {"error": {"type": type_ or None, "code": code or None, "message": message, "param": None}}


def kind_of(error: BaseException, *, begun: bool = False) -> Kind:
    return classify(error, host="api.example", begun=begun).kind


@pytest.mark.parametrize(
    ("status", "told", "kind"),
    [
        (400, body("invalid_request_error"), Kind.INVALID_REQUEST),
        (400, body("invalid_request_error", "context_length_exceeded"), Kind.CONTEXT_TOO_LONG),
        (
            400,
            body("BadRequestError", "", "This model's maximum context length is 8192 tokens"),
            Kind.CONTEXT_TOO_LONG,
        ),
        (400, body("exceed_context_size_error", "", "exceeds the available context size"), Kind.CONTEXT_TOO_LONG),
        (400, body("invalid_request_error", "content_filter"), Kind.REFUSAL),
        (401, body("invalid_request_error", "invalid_api_key"), Kind.AUTH),
        (401, None, Kind.AUTH),
        (403, body("", "unsupported_country_region_territory"), Kind.AUTH),
        (404, body("invalid_request_error", "model_not_found"), Kind.MODEL_NOT_FOUND),
        (404, body("not_found_error", "", "model 'x' not found"), Kind.MODEL_NOT_FOUND),
        (404, "<html>", Kind.MODEL_NOT_FOUND),
        (407, "", Kind.PROXY_AUTH),
        (409, body(), Kind.API_500),
        (413, "", Kind.REQUEST_TOO_LARGE),
        (422, body(), Kind.INVALID_REQUEST),
        (429, body("requests", "rate_limit_exceeded"), Kind.RATE_LIMITED),
        (429, body("tokens"), Kind.RATE_LIMITED),
        (429, body("", "slow_down"), Kind.OVERLOADED),
        (503, body("", "slow_down"), Kind.OVERLOADED),
        (429, body("insufficient_quota", "insufficient_quota"), Kind.QUOTA_EXHAUSTED),
        (429, body("insufficient_quota", "credit_balance_exhausted"), Kind.QUOTA_EXHAUSTED),
        (429, body("insufficient_quota", "organization_spend_limit_exceeded"), Kind.QUOTA_EXHAUSTED),
        (429, body("insufficient_quota", "project_spend_limit_exceeded"), Kind.QUOTA_EXHAUSTED),
        (429, body("insufficient_quota", "organization_usage_limit_exceeded"), Kind.QUOTA_EXHAUSTED),
        (429, body("insufficient_quota", "a_code_from_tomorrow"), Kind.QUOTA_EXHAUSTED),
        (429, None, Kind.RATE_LIMITED),
        (500, body("server_error"), Kind.API_500),
        (500, {"error": "text"}, Kind.API_500),
        (502, "<html>\x1b]52;c;x\x07</html>", Kind.API_500),
        (503, body("server_error", "server_is_overloaded"), Kind.OVERLOADED),
        (503, body("server_error"), Kind.API_500),
        (529, None, Kind.OVERLOADED),
        (302, "", Kind.PROTOCOL_ERROR),
        (418, body("a_type_from_tomorrow"), Kind.INVALID_REQUEST),
    ],
)
def test_an_answer_that_is_an_error_is_judged_by_code_type_text_and_status(
    status: int, told: object, kind: Kind
) -> None:
    outcome = refused(status, told)

    assert outcome.kind is kind
    assert outcome.message.isprintable()
    assert "<html" not in outcome.message
    inner = told["error"] if isinstance(told, dict) else told
    raised = openai.APIStatusError("words", response=httpx2.Response(status, request=REQUEST), body=inner)
    assert kind_of(raised) is kind


def test_what_the_api_says_is_shown_on_one_safe_line() -> None:
    message = refused(400, body("invalid_request_error", "", "a\nb\x1b[2J" + "x" * 10_000)).message

    assert message.startswith("HTTP 400 invalid_request_error: a b")
    assert message.isprintable()
    assert len(message) <= 400


@pytest.mark.parametrize("told", [None, [], {"error": None}, {"error": {"message": 5}}, "text"])
def test_an_error_in_mid_stream_of_any_form_is_one(told: object) -> None:
    assert in_stream(told).kind is Kind.API_500


def test_what_the_network_did_is_judged_through_the_sdk_s_wrapping() -> None:
    for cause, kind in (
        (httpx2.ConnectError("x"), Kind.NET_CONNECT),
        (httpx2.ConnectTimeout("x"), Kind.TIMEOUT_CONNECT),
        (httpx2.ReadTimeout("x"), Kind.TIMEOUT_FIRST_BYTE),
    ):
        timed_out = isinstance(cause, httpx2.TimeoutException)
        wrapped = openai.APITimeoutError(REQUEST) if timed_out else openai.APIConnectionError(request=REQUEST)
        wrapped.__cause__ = cause
        assert kind_of(wrapped) is kind
    assert kind_of(httpx2.ReadError("x"), begun=True) is Kind.STREAM_INTERRUPTED


def test_what_was_found_by_ourselves_says_itself() -> None:
    assert kind_of(Broken(Kind.STREAM_TRUNCATED, "cut")) is Kind.STREAM_TRUNCATED


# Every class of the package.


def exported() -> Iterator[type[Exception]]:
    """Every exception class that the package exports, and that its module of exceptions holds."""
    for module in (openai, importlib.import_module("openai._exceptions")):
        for value in list(vars(module).values()):
            if inspect.isclass(value) and issubclass(value, Exception) and value.__module__.startswith("openai"):
                yield value


SDK = sorted(set(exported()), key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", SDK, ids=lambda kind: kind.__name__)
def test_every_exception_of_the_sdk_is_judged(kind: type[Exception]) -> None:
    """The day the SDK adds one, it has to be judged here."""
    if issubclass(kind, openai.APIStatusError):
        status = getattr(kind, "status_code", None)
        assert status is None or status in STATUSES
    elif issubclass(kind, openai.APIConnectionError):
        assert kind.__name__ in CONNECTION
    else:
        assert kind.__name__ in NAMES


def test_the_sdk_was_looked_at() -> None:
    assert len(SDK) > 15
    assert openai.RateLimitError in SDK


def test_the_client_s_own_modules_raise_nothing_else() -> None:
    """Classes that the package keeps to itself, in the modules that a request goes through."""
    through = ("_base_client", "_client", "_streaming", "_response", "_models", "_exceptions")
    names = [name for _, name, _ in pkgutil.iter_modules(openai.__path__) if name in through]
    found = {
        value.__name__
        for name in names
        for value in _classes(importlib.import_module(f"openai.{name}"))
        if issubclass(value, openai.OpenAIError) and not issubclass(value, openai.APIStatusError)
    }
    assert found <= {*NAMES, *CONNECTION}


def _classes(module: ModuleType) -> list[type]:
    return [value for value in list(vars(module).values()) if inspect.isclass(value)]
