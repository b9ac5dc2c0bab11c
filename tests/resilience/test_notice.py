"""What providers say about limits is understood where it means something, and never believed blindly."""

from collections.abc import Mapping
from datetime import UTC, datetime
from math import isfinite
from typing import Any

import pytest
from hypothesis import given, strategies as st

from tmtui.domain.limits import LimitNotice, Quota
from tmtui.resilience.notice import LONGEST_RESET_MS, read_headers, read_limit_event, retry_after


NOW = round(datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp() * 1_000)

ANTHROPIC = {
    "anthropic-ratelimit-requests-limit": "1000",
    "anthropic-ratelimit-requests-remaining": "999",
    "anthropic-ratelimit-requests-reset": "2026-11-20T12:00:01Z",
    "Anthropic-RateLimit-Input-Tokens-Limit": "2000000",
    "anthropic-ratelimit-input-tokens-remaining": "1500000",
    "anthropic-ratelimit-input-tokens-reset": "2026-11-20T12:00:15+00:00",
    "anthropic-priority-output-tokens-remaining": "7000",
    "anthropic-ratelimit-unified-5h-utilization": "0.87",
    "anthropic-ratelimit-unified-5h-reset": "1795178400",
    "anthropic-organization-id": "org",
    "request-id": "req_1",
}

OPENAI = {
    "x-ratelimit-limit-requests": "60",
    "x-ratelimit-remaining-requests": "0",
    "x-ratelimit-reset-requests": "6m0s",
    "x-ratelimit-limit-tokens": "150000",
    "x-ratelimit-remaining-tokens": "149984",
    "x-ratelimit-reset-tokens": "6ms",
}


def test_anthropic_s_headers() -> None:
    assert read_headers(ANTHROPIC, NOW).quotas == (
        Quota("input_tokens", 2_000_000, 1_500_000, None, NOW + 15_000),
        Quota("priority_output_tokens", None, 7_000),
        Quota("requests", 1_000, 999, None, NOW + 1_000),
        Quota("unified_5h", None, None, 0.87, 1_795_178_400_000),
    )


def test_openai_s_headers() -> None:
    assert read_headers(OPENAI, NOW).quotas == (
        Quota("requests", 60, 0, None, NOW + 360_000),
        Quota("tokens", 150_000, 149_984, None, NOW + 6),
    )


@pytest.mark.parametrize(
    ("reset", "after_ms"),
    [
        ("6m0s", 360_000),
        ("1s", 1_000),
        ("120ms", 120),
        ("1h2m3.5s", 3_723_500),
        ("1d", 86_400_000),
        ("30", 30_000),
        ("0", 0),
        (str(NOW // 1_000 + 7), 7_000),
        (str(NOW + 7), 7),
        ("2026-11-20T12:00:00.250Z", 250),
        ("2026-11-20T12:00:01", 1_000),
        ("2026-11-20T13:00:01+01:00", 1_000),
        ("Fri, 20 Nov 2026 12:00:01 GMT", 1_000),
        ("6m0s later", None),
        ("m", None),
        ("-5s", None),
        ("-5", None),
        ("nan", None),
        ("inf", None),
        ("1e9", None),
        ("2026-11-20T11:59:59Z", None),
        ("2036-11-20T12:00:00Z", None),
        ("99999999999", None),
        ("9" * 5_000, None),
        ("0001-01-01T00:00:00+23:59", None),
        ("\u0661\u0662s", None),
        ("", None),
    ],
)
def test_a_reset_is_a_moment_or_a_duration(reset: str, after_ms: int | None) -> None:
    notice = read_headers({"x-ratelimit-limit-requests": "1", "x-ratelimit-reset-requests": reset}, NOW)
    assert notice.quotas[0].reset_ms == (None if after_ms is None else NOW + after_ms)


@pytest.mark.parametrize("count", ["-1", "nan", "inf", "many", "", "1e5", "9" * 30, "\u0661"])
def test_a_count_that_is_none_is_as_good_as_missing(count: str) -> None:
    assert read_headers({"x-ratelimit-remaining-requests": count}, NOW) == LimitNotice()


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("30", 30.0),
        (" 1.5 ", 1.5),
        ("0", 0.0),
        ("3600", 3_600.0),
        ("1000000000", 1e9),
        ("Fri, 20 Nov 2026 12:01:00 GMT", 60.0),
        ("Friday, 20-Nov-26 12:01:00 GMT", 60.0),
        ("Fri Nov 20 12:01:00 2026", 60.0),
        ("Fri, 20 Nov 2026 11:00:00 GMT", 0.0),
        ("-1", None),
        ("nan", None),
        ("inf", None),
        ("soon", None),
        ("", None),
        (None, None),
        ("9" * 5_000, None),
        ("1e400", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


def test_milliseconds_are_the_more_exact_word() -> None:
    assert read_headers({"Retry-After": "2", "Retry-After-Ms": "1500"}, NOW).retry_after == 1.5
    assert read_headers({"retry-after": "2", "retry-after-ms": "garbage"}, NOW).retry_after == 2.0


@pytest.mark.parametrize(
    ("event", "notice"),
    [
        (
            {"status": "allowed_warning", "rateLimitType": "five_hour", "resetsAt": 1795178400, "utilization": 0.87},
            LimitNotice((Quota("five_hour", used=0.87, reset_ms=1_795_178_400_000),), status="warning"),
        ),
        (
            {"rate_limit_info": {"status": "rejected", "rateLimitType": "seven_day", "resetsAt": 1795500000}},
            LimitNotice((Quota("seven_day", reset_ms=1_795_500_000_000),), status="rejected"),
        ),
        ({"status": "allowed"}, LimitNotice(status="allowed")),
        ({"status": "odd", "utilization": 3}, LimitNotice((Quota("plan", used=1.0),))),
        ({"status": True, "resetsAt": True, "utilization": None, "rateLimitType": 7}, LimitNotice()),
        ({"resetsAt": 10**5_000}, LimitNotice()),
        ({"rateLimitType": "\x1b[31mred", "utilization": 0.5}, LimitNotice((Quota("red", used=0.5),))),
        ({}, LimitNotice()),
    ],
)
def test_an_agent_s_event_is_the_same_kind_of_notice(event: Mapping[str, Any], notice: LimitNotice) -> None:
    assert read_limit_event(event, NOW) == notice


NAMES = st.sampled_from([*ANTHROPIC, *OPENAI, "retry-after", "retry-after-ms"]) | st.text(max_size=30)
VALUES = st.sampled_from([*ANTHROPIC.values(), *OPENAI.values()]) | st.text(max_size=80) | st.floats().map(str)


@given(st.dictionaries(NAMES, VALUES, max_size=12))
def test_whatever_headers_hold_what_is_understood_is_within_reason(headers: dict[str, str]) -> None:
    notice = read_headers(headers, NOW)
    assert notice.retry_after is None or (isfinite(notice.retry_after) and notice.retry_after >= 0)
    for quota in notice.quotas:
        assert quota.reset_ms is None or NOW <= quota.reset_ms <= NOW + LONGEST_RESET_MS
        assert quota.used is None or 0 <= quota.used <= 1
        assert all(count is None or count >= 0 for count in (quota.limit, quota.remaining))


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=3)


@given(
    st.dictionaries(
        st.sampled_from(["status", "rateLimitType", "resetsAt", "utilization", "rate_limit_info"]), JSON, max_size=5
    )
)
def test_whatever_an_event_holds_it_is_read_without_a_fault(event: dict[str, Any]) -> None:
    for quota in read_limit_event(event, NOW).quotas:
        assert quota.reset_ms is None or NOW <= quota.reset_ms <= NOW + LONGEST_RESET_MS
        assert quota.name
