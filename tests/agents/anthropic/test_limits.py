import pytest

from tmtui.agents.anthropic.limits import read_limits, read_retry_after
from tmtui.domain.limits import LimitNotice, Quota


NOW = 1_790_000_000.0


def test_headers_tell_what_is_left_and_when_it_is_full_again() -> None:
    headers = {
        "anthropic-ratelimit-requests-limit": "1000",
        "anthropic-ratelimit-requests-remaining": "999",
        "anthropic-ratelimit-requests-reset": "2026-09-21T15:13:20Z",
        "anthropic-ratelimit-input-tokens-remaining": "5000",
        "anthropic-ratelimit-output-tokens-reset": "2026-09-21T15:13:20+02:00",
        "anthropic-ratelimit-tokens-limit": "7",
    }

    assert read_limits(headers, NOW) == LimitNotice(
        (
            Quota("requests", limit=1000, remaining=999, reset_ms=1_790_003_600_000),
            Quota("tokens", limit=7),
            Quota("input_tokens", remaining=5000),
            Quota("output_tokens", reset_ms=1_789_996_400_000),
        )
    )


@pytest.mark.parametrize("value", ["", "-1", "1e9", "many", "٣", "9" * 30])
def test_a_count_that_is_none_is_not_known(value: str) -> None:
    assert read_limits({"anthropic-ratelimit-requests-limit": value}, NOW) is None


@pytest.mark.parametrize("value", ["", "soon", "2026-13-40", "0"])
def test_a_moment_that_is_none_is_not_known(value: str) -> None:
    assert read_limits({"anthropic-ratelimit-requests-reset": value}, NOW) is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "3600"}, 3600.0),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Mon, 21 Sep 2026 14:14:20 GMT"}, 60.0),
        ({"retry-after": "Mon, 21 Sep 2026 14:00:00 GMT"}, 0.0),
        ({"retry-after": "9", "retry-after-ms": "250"}, 0.25),
        ({"retry-after": "9", "retry-after-ms": "x"}, 9.0),
    ],
)
def test_how_long_to_wait_is_seconds_milliseconds_or_a_date(headers: dict[str, str], seconds: float | None) -> None:
    assert read_retry_after(headers, NOW) == seconds
    notice = read_limits(headers, NOW)
    assert (notice.retry_after if notice else None) == seconds
