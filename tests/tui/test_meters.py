"""The gauges: what is unknown is shown as unknown, never as nothing, and what is in the way comes first."""

import msgspec
import pytest

from tests.tui.recordings import Tape, running
from tests.tui.robot import cockpit
from tmtui.domain.limits import LimitNotice, Quota
from tmtui.domain.outcome import Kind, Outcome
from tmtui.domain.usage import Usage
from tmtui.events.money import MoneySpent, MoneyWarned
from tmtui.events.request import LimitsTold, RequestWaiting
from tmtui.events.resilience import ProviderBroken, ProviderRetrying
from tmtui.events.run import Limits, RunWaiting
from tmtui.state.fold import fold_all
from tmtui.state.model import State
from tmtui.tui.intents import ShowLedger
from tmtui.tui.meters import circuit_rows, limit_rows, money_rows
from tmtui.tui.pages.ledger import ledger_page
from tmtui.tui.paint import Spans
from tmtui.tui.screens.ledger import LedgerScreen
from tmtui.tui.windows import used_part


def plain(spans: Spans) -> str:
    return "".join(span.text for span in spans)


def state_of(tape: Tape) -> State:
    return fold_all(tape.events)


def spend(tape: Tape, micro: int | None) -> Tape:
    if not tape.has_begun("calc-1"):
        tape.start("calc-1")
    tape.on("calc-1", MoneySpent("m", Usage(10, 5), micro))
    return tape


@pytest.mark.parametrize(
    ("tape", "rows"),
    [
        (Tape(), ["▕        ▏ 0% of $5.00", "no request yet"]),
        (Tape(limits=Limits()), ["no cap set", "no request yet"]),
        (spend(Tape(limits=Limits()), 250_000), ["$0.25 · no cap set", "10 in · 5 out"]),
        (spend(Tape(limits=Limits()), None), ["$? · no cap set", "1 request at an unknown price"]),
        (spend(Tape(), 4_900_000), ["▕███████▉▏ 98% of $5.00", "10 in · 5 out"]),
        (spend(Tape(), 6_000_000), ["▕████████▏ 120% of $5.00", "10 in · 5 out"]),
    ],
)
def test_money_against_its_cap(tape: Tape, rows: list[str]) -> None:
    assert [plain(row) for row in money_rows(state_of(tape), 40)] == rows


def test_money_in_little_room_keeps_its_figures() -> None:
    assert plain(money_rows(state_of(spend(Tape(), 250_000)), 12)[0]) == "5% of $5.00"


def test_limits_say_what_is_waited_for() -> None:
    state = state_of(running())
    assert [plain(row) for row in limit_rows(state, 0, 40)] == ["no rate limits known", "1 at a time · 3 tries"]
    tape = running()
    tape.add(RunWaiting("rate_limit", tape.now_ms + 65_000))
    assert plain(limit_rows(state_of(tape), tape.now_ms, 40)[0]) == "‖ rate limit: 1:05 left"
    tape.add(RunWaiting("offline"))
    assert plain(limit_rows(state_of(tape), tape.now_ms, 40)[0]) == "‖ offline"


def test_circuits_say_who_answers_and_who_is_tried_again() -> None:
    assert [plain(row) for row in circuit_rows(state_of(Tape()), 0, 40)] == ["no provider calls yet"]
    tape = running()
    assert plain(circuit_rows(state_of(tape), 0, 40)[0]) == "● claude-sonnet-5-5 · 4 requests"
    tape.on("calc-3", ProviderRetrying("anthropic", Outcome(Kind.OVERLOADED), 1, 4.0, tape.now_ms + 4_000))
    assert plain(circuit_rows(state_of(tape), tape.now_ms, 40)[0]).startswith("◐ scripted: overloaded again at ")


def test_the_budget_that_is_nearest_its_end_stands_below_the_runs_own() -> None:
    tape = running()
    tape.add(MoneyWarned("run", "critical", 4_500_000, 5_000_000))
    tape.add(MoneyWarned("profile fast", "warning", 700_000, 1_000_000))
    tape.add(MoneyWarned("day", "critical", 9_100_000, 10_000_000))
    assert plain(money_rows(state_of(tape), 40)[1]) == "▕███████▎▏ 91% of $10.00 · day"
    assert plain(money_rows(state_of(tape), 20)[1]) == "91% of $10.00 · day"


@pytest.mark.parametrize(
    ("quota", "part"),
    [
        (Quota("requests", limit=50, remaining=10), 0.8),
        (Quota("five_hour", used=0.25), 0.25),
        (Quota("requests", limit=50), None),
        (Quota("requests", limit=0, remaining=0), None),
        (Quota("tokens", limit=10, remaining=-5), 1.0),
    ],
)
def test_how_much_of_a_limit_is_used_up_is_known_only_where_it_was_told(quota: Quota, part: float | None) -> None:
    assert used_part(quota) == (None if part is None else pytest.approx(part))


def test_the_fullest_limits_are_shown_with_their_reset() -> None:
    tape = running()
    quotas = (
        Quota("requests", limit=50, remaining=45, reset_ms=tape.now_ms + 30_000),
        Quota("input_tokens", limit=1_000, remaining=120, reset_ms=tape.now_ms + 42_000),
        Quota("output_tokens", limit=1_000, remaining=10, reset_ms=tape.now_ms - 1),
    )
    tape.on("calc-3", LimitsTold("anthropic", "m", LimitNotice(quotas)), after=0)
    rows = limit_rows(state_of(tape), tape.now_ms, 40)
    assert [plain(row) for row in rows] == ["input tokens ▕███████ ▏ 88% · 0:42", "requests ▕▊       ▏ 10% · 0:30"]
    assert plain(limit_rows(state_of(tape), tape.now_ms, 24)[0]) == "input tokens 88% · 0:42"


def test_a_request_that_is_held_back_says_why_and_how_long() -> None:
    tape = running()
    waiting = RequestWaiting("anthropic", "m", "10 of 10 requests", "rate_limit", tape.now_ms + 9_000)
    tape.on("calc-3", waiting, after=0)
    assert plain(limit_rows(state_of(tape), tape.now_ms, 40)[0]) == "‖ rate limit: 0:09 left"
    assert plain(limit_rows(state_of(tape), tape.now_ms, 20)[0]) == "‖ rate limit 0:09"


@pytest.mark.parametrize(
    ("state", "row"),
    [
        ("open", "○ opus open · probe in 0:22"),
        ("half_open", "◐ opus trying"),
        ("forced_open", "✕ opus held open"),
        ("disabled", "◌ opus switched off"),
    ],
)
def test_a_circuit_that_is_not_closed_comes_first(state: str, row: str) -> None:
    tape = running()
    tape.add(ProviderBroken("anthropic/opus", state, "5 failures", tape.now_ms + 22_000))
    rows = [plain(each) for each in circuit_rows(state_of(tape), tape.now_ms, 40)]
    assert rows == [row, "● claude-sonnet-5-5 · 4 requests"]


async def test_the_gauges_stand_below_the_text_and_their_clocks_run() -> None:
    tape = running()
    tape.add(ProviderBroken("anthropic/opus", "open", "5 failures", tape.now_ms + 22_000))
    async with cockpit(tape, size=(200, 40)) as robot:
        assert "probe in 0:22" in robot.of(robot.screen.gauges)
        last = robot.feed.events[-1]
        robot.feed.events[-1] = msgspec.structs.replace(last, at_wall=last.at_wall + 2_000)
        await robot.settle()
        assert "probe in 0:20" in robot.of(robot.screen.gauges)


# What lies behind the gauges.


def everything() -> Tape:
    tape = running()
    quota = Quota("requests", limit=50, remaining=10, reset_ms=tape.now_ms + 30_000)
    tape.on("calc-3", LimitsTold("anthropic", "m", LimitNotice((quota, Quota("five_hour")))), after=0)
    tape.on("calc-3", RequestWaiting("anthropic", "m", "40 of 50", "rate_limit", tape.now_ms + 9_000), after=0)
    tape.add(ProviderBroken("anthropic/opus", "open", "5 failures", tape.now_ms + 22_000))
    tape.add(MoneyWarned("day", "critical", 9_100_000, 10_000_000, "stop"))
    return tape


def test_the_ledger_tells_all_of_it() -> None:
    state = state_of(everything())
    lines = [line.text.rstrip() for line in ledger_page(state, state.updated_ms)]
    text = "\n".join(lines)
    for part in (
        "Money",
        "$0.12 in 4 requests",
        "2% of $5.00",
        "91% of $10.00 · stop",
        "By task",
        "By model",
        "m: 40 of 50 · 0:09 left",
        "80% · 10 of 50 left · full again in 0:30 · anthropic/m",
        "five hour                  unknown",
    ):
        assert part in text, part
    by_task = lines[lines.index("By task") + 1 :]
    assert by_task[0].startswith("calc-3")


def test_a_run_that_has_spent_nothing_says_so() -> None:
    state = state_of(Tape(limits=Limits()))
    text = "\n".join(line.text for line in ledger_page(state, 0))
    assert "nothing yet" in text
    assert "By task" not in text


async def test_the_ledger_is_a_key_or_a_click_away_and_keeps_up() -> None:
    tape = everything()
    before = len(tape.events)
    tape.on("calc-3", MoneySpent("m", Usage(10, 5), 1_000_000))
    async with cockpit(tape, upto=before) as robot:
        await robot.do(ShowLedger)
        await robot.sees("Money, limits and circuits", "$0.12 in 4 requests", "next probe in 0:22 · 5 failures")
        robot.feed.push(tape.events[before:])
        await robot.settle()
        ledger = robot.app.screen
        assert isinstance(ledger, LedgerScreen)
        ledger.renew()
        await robot.sees("$1.12 in 5 requests")
        await robot.press("escape")
        assert robot.app.screen is robot.screen
        await robot.pilot.click("Gauges", offset=(4, 1))
        await robot.sees("Money, limits and circuits")
