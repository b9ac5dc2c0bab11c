"""What is spent and set aside never passes a cap, whatever runs side by side, and what was paid is never hidden."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tmtui.domain.outcome import Kind
from tmtui.resilience.budget import (
    Action,
    Caps,
    Crossing,
    Exceeded,
    Granted,
    Ledger,
    Payer,
    ProfileCaps,
    Which,
    accounts_of,
    close_attempt,
    record,
    release,
    reserve,
    reserved_micro,
    settle,
    used_micro,
)


NOW = round(datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp() * 1_000)
HOUR, DAY = 3_600_000, 86_400_000
ME = Payer(run="r1", task="t1", attempt=1, profile="automation")


def ask(
    ledger: Ledger, caps: Caps, micro: int, *, payer: Payer = ME, now: int = NOW, request: str = ""
) -> Granted | Exceeded:
    name = request or f"request {len(ledger.reserved)} {sum(ledger.spent.values())} {now}"
    return reserve(ledger, caps, payer, micro, now, request=name, zone=UTC)


def granted(ledger: Ledger, caps: Caps, micro: int, *, payer: Payer = ME, now: int = NOW) -> Granted:
    answer = ask(ledger, caps, micro, payer=payer, now=now)
    assert isinstance(answer, Granted)
    return answer


def refused(ledger: Ledger, caps: Caps, micro: int, *, payer: Payer = ME, now: int = NOW) -> Exceeded:
    answer = ask(ledger, caps, micro, payer=payer, now=now)
    assert isinstance(answer, Exceeded)
    return answer


def paid(ledger: Ledger, caps: Caps, micro: int, *, payer: Payer = ME, now: int = NOW) -> Ledger:
    return record(ledger, caps, payer, micro, now, now, UTC).ledger


def test_without_caps_everything_is_granted_and_charged() -> None:
    answer = granted(Ledger(), Caps(), 1_000)
    assert used_micro(answer.ledger, "run:r1") == 1_000
    ledger = settle(answer.ledger, Caps(), answer.reservation.request, 700, NOW).ledger
    assert ledger.spent == dict.fromkeys(
        [
            "attempt:r1/t1/1",
            "task:r1/t1",
            "run:r1",
            "profile:automation:2026-11-20",
            "profile:automation:2026-W47",
            "profile:automation:2026-11",
            "day:2026-11-20",
            "week:2026-W47",
            "month:2026-11",
        ],
        700,
    )
    assert ledger.reserved == {}


MIDNIGHT = NOW + 12 * HOUR

CASES = [
    (Caps(turn=99), Which.TURN, None, Kind.BUDGET_TASK),
    (Caps(attempt=199), Which.ATTEMPT, None, Kind.BUDGET_TASK),
    (Caps(task=199), Which.TASK, None, Kind.BUDGET_TASK),
    (Caps(run=199), Which.RUN, None, Kind.BUDGET_RUN),
    (Caps(day=199), Which.DAY, MIDNIGHT, Kind.BUDGET_DAY),
    (Caps(week=199), Which.WEEK, MIDNIGHT + 2 * DAY, Kind.BUDGET_DAY),
    (Caps(month=199), Which.MONTH, MIDNIGHT + 10 * DAY, Kind.BUDGET_DAY),
    (Caps(profiles={"automation": ProfileCaps(day=199)}), Which.PROFILE_DAY, MIDNIGHT, Kind.BUDGET_DAY),
    (
        Caps(profiles={"automation": ProfileCaps(month=199)}),
        Which.PROFILE_MONTH,
        MIDNIGHT + 10 * DAY,
        Kind.BUDGET_DAY,
    ),
    (
        Caps(profiles={"automation": ProfileCaps(requests_per_hour=1)}),
        Which.PROFILE_HOUR,
        NOW + HOUR,
        Kind.LOCAL_RATE_LIMIT,
    ),
]


@pytest.mark.parametrize(("caps", "which", "until", "kind"), CASES)
def test_each_budget_refuses_what_it_has_no_room_for(caps: Caps, which: Which, until: int | None, kind: Kind) -> None:
    ledger = paid(Ledger(), Caps(), 100)
    answer = refused(ledger, caps, 100)
    assert (answer.which, answer.until_ms, answer.kind) == (which, until, kind)
    assert answer.action is Action.PAUSE
    assert answer.label


@pytest.mark.parametrize(
    "caps", [caps for caps, which, _, _ in CASES if which not in (Which.TURN, Which.PROFILE_HOUR)]
)
def test_the_last_cent_may_be_spent(caps: Caps) -> None:
    assert isinstance(ask(paid(Ledger(), Caps(), 99), caps, 100), Granted)


def test_what_is_set_aside_is_not_there_for_others() -> None:
    caps = Caps(run=100)
    first = granted(Ledger(), caps, 60)
    assert refused(first.ledger, caps, 60).used == 60
    back = settle(first.ledger, caps, first.reservation.request, 10, NOW).ledger
    assert isinstance(ask(back, caps, 60), Granted)


def test_other_tasks_and_profiles_have_their_own() -> None:
    caps = Caps(task=100, profiles={"automation": ProfileCaps(day=100)})
    ledger = paid(Ledger(), caps, 100)
    other = Payer(run="r1", task="t2", attempt=1, profile="analysis")
    assert isinstance(ask(ledger, caps, 100, payer=other), Granted)


def test_a_task_s_own_budget_prevails() -> None:
    rich = Payer(run="r1", task="t1", attempt=1, task_cap=1_000)
    poor = Payer(run="r1", task="t1", attempt=1, task_cap=0)
    assert isinstance(ask(Ledger(), Caps(task=100), 500, payer=rich), Granted)
    assert refused(Ledger(), Caps(task=100), 50, payer=poor).which is Which.TASK


def test_of_several_budgets_the_one_that_lasts_longest_is_named() -> None:
    ledger = paid(Ledger(), Caps(), 100)
    assert refused(ledger, Caps(day=100, month=100), 1).which is Which.MONTH
    assert refused(ledger, Caps(day=100, run=100), 1).which is Which.RUN


def test_a_request_that_is_dearer_than_a_whole_day_is_not_put_off_until_tomorrow() -> None:
    assert refused(Ledger(), Caps(day=100), 101).until_ms is None


def test_a_profile_may_have_an_action_of_its_own() -> None:
    caps = Caps(
        profiles={"automation": ProfileCaps(day=1, requests_per_hour=1, action=Action.ABORT)},
        action=Action.SWITCH_TO_FALLBACK,
        run=1_000,
    )
    ledger = paid(Ledger(), Caps(), 100)
    assert refused(ledger, caps, 1).action is Action.ABORT
    assert refused(ledger, caps, 1_000).action is Action.SWITCH_TO_FALLBACK


def test_a_request_has_one_reservation() -> None:
    first = granted(Ledger(), Caps(), 1)
    with pytest.raises(ValueError, match="has its reservation"):
        ask(first.ledger, Caps(), 1, request=first.reservation.request)


# Settling.


def test_a_price_that_stays_unknown_is_what_was_set_aside() -> None:
    first = granted(Ledger(), Caps(), 60)
    assert settle(first.ledger, Caps(), first.reservation.request, None, NOW).ledger.spent["run:r1"] == 60


def test_a_request_that_was_dearer_is_recorded_in_full() -> None:
    caps = Caps(run=100)
    first = granted(Ledger(), caps, 60)
    ledger = settle(first.ledger, caps, first.reservation.request, 150, NOW).ledger
    assert ledger.spent["run:r1"] == 150
    assert refused(ledger, caps, 0).which is Which.RUN


def test_settling_twice_charges_once() -> None:
    first = granted(Ledger(), Caps(), 60)
    once = settle(first.ledger, Caps(), first.reservation.request, 50, NOW).ledger
    assert settle(once, Caps(), first.reservation.request, 50, NOW).ledger == once


def test_a_request_that_was_not_made_costs_nothing() -> None:
    first = granted(Ledger(), Caps(), 60)
    ledger = release(first.ledger, first.reservation.request)
    assert used_micro(ledger, "run:r1") == 0
    assert release(ledger, first.reservation.request) == ledger


def test_a_request_is_charged_to_the_day_on_which_it_began() -> None:
    caps = Caps(day=100)
    first = granted(Ledger(), caps, 60, now=MIDNIGHT - 1)
    ledger = settle(first.ledger, caps, first.reservation.request, 60, MIDNIGHT + 1).ledger
    assert isinstance(ask(ledger, caps, 100, now=MIDNIGHT + 1), Granted)
    assert ledger.spent["day:2026-11-20"] == 60


def test_an_attempt_that_is_over_leaves_nothing_of_its_own() -> None:
    ledger = close_attempt(paid(Ledger(), Caps(), 5), ME)
    assert "attempt:r1/t1/1" not in ledger.spent
    assert ledger.spent["task:r1/t1"] == 5


# Time.


def test_a_new_day_starts_over_and_the_week_goes_on() -> None:
    caps = Caps(day=100, week=150)
    ledger = paid(Ledger(), caps, 100)
    assert refused(ledger, caps, 60, now=MIDNIGHT).which is Which.WEEK
    assert isinstance(ask(ledger, caps, 50, now=MIDNIGHT), Granted)


@pytest.mark.parametrize("jump", [DAY, 400 * DAY, -DAY, -400 * DAY])
def test_a_clock_that_jumps_and_comes_back_gives_no_day_twice(jump: int) -> None:
    caps = Caps(day=100, month=1_000_000)
    ledger = paid(paid(Ledger(), caps, 100), caps, 100, now=NOW + jump)
    assert refused(ledger, caps, 1).which is Which.DAY
    assert refused(ledger, caps, 1, now=NOW + jump).which is Which.DAY


def test_a_day_ends_when_it_ends_where_the_user_is() -> None:
    zone = ZoneInfo("Europe/Berlin")
    longest = round(datetime(2026, 10, 25, tzinfo=zone).timestamp() * 1_000)
    answer = reserve(Ledger(), Caps(day=1), ME, 1, longest, request="a", zone=zone)
    assert isinstance(answer, Granted)
    again = reserve(answer.ledger, Caps(day=1), ME, 1, longest + 24 * HOUR, request="b", zone=zone)
    assert isinstance(again, Exceeded)
    assert again.until_ms == longest + 25 * HOUR


# Thresholds.


def levels(crossings: tuple[Crossing, ...]) -> list[tuple[str, str]]:
    return [(each.account.label, each.level) for each in crossings]


def test_each_threshold_is_announced_once() -> None:
    caps, ledger, said = Caps(run=1_000), Ledger(), []
    for _ in range(20):
        settled = record(ledger, caps, ME, 50, NOW, NOW, UTC)
        ledger = settled.ledger
        said += [(level, ledger.spent["run:r1"]) for _, level in levels(settled.crossings)]
    assert said == [("warning", 800), ("critical", 950)]


def test_one_payment_may_pass_both_and_several_budgets() -> None:
    settled = record(Ledger(), Caps(run=100, day=100), ME, 100, NOW, NOW, UTC)
    assert levels(settled.crossings) == [
        ("run", "warning"),
        ("run", "critical"),
        ("day", "warning"),
        ("day", "critical"),
    ]


def test_a_new_day_and_a_raised_cap_are_announced_anew() -> None:
    ledger = paid(Ledger(), Caps(day=100), 80)
    tomorrow = record(ledger, Caps(day=100), ME, 80, MIDNIGHT, MIDNIGHT, UTC)
    assert levels(tomorrow.crossings) == [("day", "warning")]
    raised = record(ledger, Caps(day=200), ME, 80, NOW, NOW, UTC)
    assert levels(raised.crossings) == [("day", "warning")]


def test_thresholds_can_be_configured() -> None:
    settled = record(Ledger(), Caps(run=100, warn_percent=50, critical_percent=60), ME, 55, NOW, NOW, UTC)
    assert [(each.percent, each.used) for each in settled.crossings] == [(50, 55)]


# Storage, and the law.


def test_all_of_it_can_be_stored() -> None:
    ledger = granted(paid(Ledger(), Caps(run=100), 90), Caps(), 5).ledger
    assert msgspec.json.decode(msgspec.json.encode(ledger), type=Ledger) == ledger


class LedgerMachine(RuleBasedStateMachine):
    """Tasks that ask, pay, cancel, and go on over days, in any order."""

    caps = Caps(
        run=2_000, task=700, attempt=400, turn=300, day=1_000, week=1_500, profiles={"a": ProfileCaps(day=600)}
    )

    def __init__(self) -> None:
        super().__init__()
        self.ledger = Ledger()
        self.now = NOW
        self.number = 0
        self.under_way: dict[str, int] = {}
        self.total = 0
        self.names: dict[str, int] = {}

    @rule(milliseconds=st.integers(-DAY, DAY))
    def time_passes_or_jumps(self, milliseconds: int) -> None:
        self.now += milliseconds

    @rule(
        micro=st.integers(0, 350),
        task=st.sampled_from(["x", "y"]),
        attempt=st.integers(1, 2),
        profile=st.sampled_from(["", "a"]),
    )
    def somebody_asks(self, micro: int, task: str, attempt: int, profile: str) -> None:
        self.number += 1
        payer = Payer(run="r", task=task, attempt=attempt, profile=profile)
        answer = reserve(self.ledger, self.caps, payer, micro, self.now, request=str(self.number), zone=UTC)
        for account in accounts_of(self.caps, payer, self.now, UTC):
            if account.cap is not None:
                self.names[account.name] = account.cap
        if isinstance(answer, Granted):
            assert micro <= 300
            self.ledger = answer.ledger
            self.under_way[str(self.number)] = micro

    @precondition(lambda self: self.under_way)
    @rule(data=st.data(), share=st.none() | st.floats(0, 1))
    def one_comes_back(self, data: st.DataObject, share: float | None) -> None:
        request = data.draw(st.sampled_from(sorted(self.under_way)))
        wanted = self.under_way.pop(request)
        true = None if share is None else int(wanted * share)
        self.ledger = settle(self.ledger, self.caps, request, true, self.now).ledger
        self.total += wanted if true is None else true

    @precondition(lambda self: self.under_way)
    @rule(data=st.data())
    def one_is_not_made(self, data: st.DataObject) -> None:
        request = data.draw(st.sampled_from(sorted(self.under_way)))
        del self.under_way[request]
        self.ledger = release(self.ledger, request)

    @invariant()
    def no_cap_is_passed(self) -> None:
        for name, cap in self.names.items():
            assert used_micro(self.ledger, name) <= cap

    @invariant()
    def nothing_is_lost(self) -> None:
        assert self.ledger.spent.get("run:r", 0) == self.total
        assert reserved_micro(self.ledger, "run:r") == sum(self.under_way.values())


TestLedgerMachine = LedgerMachine.TestCase
TestLedgerMachine.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
