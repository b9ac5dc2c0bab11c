"""The names that configuration uses for errors mean kinds, and every kind has a name for reports."""

import pytest

from tmtui.domain.outcome import Kind
from tmtui.domain.problem import WrongValueError
from tmtui.resilience.error_names import ERROR_NAMES, kinds_named, report_name


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("rate_limit_exceeded", Kind.RATE_LIMITED),
        ("server_error", Kind.API_500),
        ("server_error", Kind.OVERLOADED),
        ("timeout", Kind.STALL_NOBYTES),
        ("timeout", Kind.TIMEOUT_FIRST_BYTE),
        ("invalid_api_key", Kind.AUTH),
        ("content_policy_violation", Kind.REFUSAL),
        ("rateLimitExceeded", Kind.RATE_LIMITED),
        ("Rate-Limit-Exceeded", Kind.RATE_LIMITED),
        ("api_500", Kind.API_500),
        (" net_connect ", Kind.NET_CONNECT),
    ],
)
def test_a_configured_name_means_its_kinds(name: str, kind: Kind) -> None:
    assert kind in kinds_named(name)


@pytest.mark.parametrize("name", ["", "oops", "rate limit"])
def test_a_name_that_is_none_is_refused_with_those_that_are(name: str) -> None:
    with pytest.raises(WrongValueError) as refused:
        kinds_named(name)
    assert "rate_limit_exceeded" in refused.value.hint


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_one_name_in_reports(kind: Kind) -> None:
    assert kind in kinds_named(report_name(kind))


def test_no_family_is_empty() -> None:
    assert all(ERROR_NAMES.values())
