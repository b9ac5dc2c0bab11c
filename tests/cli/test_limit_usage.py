"""How far limits are used up, from the log alone; and the notice when one has the run wait."""

import pytest

from tests.cli.story import NOON, RUN, Story, planned
from tmtui.cli.limit_notice import limit_notice
from tmtui.cli.limit_usage import ProviderUsage, short_usage_lines, usage_lines, used_now
from tmtui.domain.limits import CapUsed, LimitNotice, Quota
from tmtui.events.base import Recorded
from tmtui.events.request import LimitsTold, LimitsUsed
from tmtui.events.run import RunSuspended, RunWaiting, RunWoken
from tmtui.state.fold import fold_all
from tmtui.store.ledger import Charge


NOW = 1_795_000_000_000
MINUTE, HOUR = 60_000, 3_600_000
CAPS = (
    CapUsed("max_requests_minute", "requests", "minute", 0, 10),
    CapUsed("max_tokens_hour", "tokens", "hour", 0, 100_000),
)


def charge(at_ms: int, tokens: int, micro: int = 1, provider: str = "claude") -> Charge:
    return Charge(at_ms, RUN, "a", provider, "", tokens, micro)


def test_what_is_used_is_counted_afresh_within_each_limit_s_own_length() -> None:
    charges = [
        charge(NOW - 2 * HOUR, 90_000),
        charge(NOW - 30 * MINUTE, 40_000),
        charge(NOW - 10_000, 5_000),
        charge(NOW - 5_000, 7_000, provider="openai"),
        charge(NOW - 4_000, 0, micro=0),
    ]
    requests, tokens = used_now("claude", CAPS, charges, NOW)
    assert (requests.used, requests.most, requests.reset_ms) == (1, 10, NOW - 10_000 + MINUTE)
    assert (tokens.used, tokens.most, tokens.reset_ms) == (45_000, 100_000, NOW + 30 * MINUTE)


def test_it_is_told_as_in_the_guide() -> None:
    used = (
        CapUsed("max_requests_minute", "requests", "minute", 5, 10, NOW + 45_000),
        CapUsed("max_tokens_hour", "tokens", "hour", 45_000, 100_000, NOW + 45 * MINUTE),
        CapUsed("max_tokens_day", "tokens", "day", 0, 500_000),
    )
    lines = [line.text for line in usage_lines([ProviderUsage("claude", used)], NOW)]
    assert lines[:6] == [
        "Provider: claude",
        "  Requests (current minute): 5 / 10",
        "  Tokens (current hour): 45,000 / 100,000",
        "  Tokens (current day): 0 / 500,000",
        "",
        "Next reset:",
    ]
    assert [line.split(": ")[0].strip() for line in lines[6:8]] == ["Minute", "Hour"]
    assert [line.rpartition(" (")[2] for line in lines[6:8]] == ["in 45s)", "in 45m)"]
    assert [line.text for line in short_usage_lines([ProviderUsage("claude", used)])] == [
        "Limits of claude: requests this minute 5/10, tokens this hour 45,000/100,000, tokens this day 0/500,000"
    ]


def test_limits_that_were_set_aside_are_told_so() -> None:
    (head, *_) = usage_lines([ProviderUsage("claude", CAPS, ignored=True)], NOW)
    assert head.text == "Provider: claude (set aside for this run)"


def noticed(story: Story) -> list[str]:
    """The notice after a story's last event."""
    events: list[Recorded] = story.recorded()
    return [line.text for line in limit_notice(events[-1], fold_all(events))]


def until(story: Story, seconds: int) -> int:
    """A time so many seconds after a story's next event."""
    return NOON + 1000 * (len(story.entries) + 1) + seconds * 1000


FULL = CapUsed("max_requests_minute", "requests", "minute", 10, 10, NOON)


def test_the_notice_has_the_figures_the_reset_and_what_happens_then() -> None:
    story = planned().then(LimitsUsed("claude", (FULL,)))
    story.then(RunWaiting("rate_limit", until(story, 900), "claude/m", "10 of 10 requests in this minute"))
    lines = noticed(story)
    assert lines[1:3] == ["⚠ Rate limit reached!", ""]
    assert "  - Requests this minute: 10/10" in lines
    reset = next(line for line in lines if line.startswith("Next reset: "))
    assert reset.endswith(" UTC (in 15 minutes)")
    assert "goes on by itself" in "\n".join(lines)


def test_what_only_the_provider_told_is_told_as_its_word() -> None:
    quotas = (Quota("input_tokens", 50_000, 0), Quota("five_hour", used=0.4))
    story = planned().then(LimitsTold("claude", "m", LimitNotice(quotas)))
    story.then(RunWaiting("rate_limit", None, "claude/m", "HTTP 429"))
    lines = noticed(story)
    assert "  - Input tokens: 0 of 50,000 left, says the provider" in lines
    assert "Next reset: not known" in lines
    assert lines[-2] == "  tmtui unpause"


def test_what_nobody_knows_is_not_told_as_nothing() -> None:
    story = planned()
    story.then(RunWaiting("rate_limit", until(story, 60), "claude/m", "HTTP 429"))
    assert "Current usage: not known" in noticed(story)


@pytest.mark.parametrize("seconds", [600, 3])
def test_a_run_laid_down_meanwhile_says_how_to_go_on(seconds: int) -> None:
    story = planned()
    story.then(RunWaiting("rate_limit", until(story, seconds), "claude/m", "HTTP 429"))
    lines = noticed(story.then(RunSuspended("stopped by a person")))
    assert lines[-4:] == ["", "Safe to resume after reset. Run:", "  tmtui resume", ""]


def test_nothing_is_said_of_other_waits_and_of_waits_that_are_over() -> None:
    assert noticed(planned().then(RunWaiting("budget", None, "claude/m", "used up"))) == []
    assert noticed(planned().then(RunWaiting("rate_limit", None))) == []
    story = planned()
    story.then(RunWaiting("rate_limit", until(story, 60), "claude/m", "HTTP 429"))
    assert noticed(story.then(RunWoken())) == []
    assert noticed(story.then(RunSuspended("SIGTERM"))) == []
