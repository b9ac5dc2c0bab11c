"""What was paid for, summed by what people ask for, in the days of the place."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from tests.store.logs import OTHER_RUN, RUN
from tests.store.paid import at, paid
from tmtui.domain.usage import Usage
from tmtui.events.money import MoneySpent
from tmtui.store.ledger import DIMENSIONS, Span, select_charges, total
from tmtui.store.reader import LogReader


HOUR = 3_600_000


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def spent(micro: int | None, model: str = "m", profile: str = "", user: str = "", provider: str = "") -> MoneySpent:
    return MoneySpent(model, Usage(10, 2, 3, 4, 5), micro, "t", provider=provider, profile=profile, user=user)


def test_sums_are_by_whatever_is_asked_for(tmp_path: Path) -> None:
    paid(
        tmp_path,
        (1_000, RUN, "a", 1, spent(10, "opus", "analysis", "ada", "claude")),
        (2_000, RUN, "a", 2, spent(20, "haiku", "analysis", "ada", "claude")),
        (3_000, RUN, "b", 1, spent(None, "haiku", "", "bob", "claude")),
        (4_000, OTHER_RUN, "a", 1, spent(40, "gpt", "automation", "ada", "openai")),
    )
    with LogReader.open(tmp_path) as reader:

        def found(by: str, span: Span = Span()) -> list[tuple[str, int, int, int]]:  # noqa: B008  # a value
            return [(each.key, each.micro, each.requests, each.unknown) for each in reader.sums(by, span)]

        assert found("model") == [("opus", 10, 1, 0), ("haiku", 20, 2, 1), ("gpt", 40, 1, 0)]
        assert found("profile") == [("analysis", 30, 2, 0), ("", 0, 1, 1), ("automation", 40, 1, 0)]
        assert found("user") == [("ada", 70, 3, 0), ("bob", 0, 1, 1)]
        assert found("provider") == [("claude", 30, 3, 1), ("openai", 40, 1, 0)]
        assert found("run") == [(RUN, 30, 3, 1), (OTHER_RUN, 40, 1, 0)]
        assert found("all") == [("", 70, 4, 1)]
        assert [(each.run, each.key, each.micro) for each in reader.sums("task")] == [
            (RUN, "a", 30),
            (RUN, "b", 0),
            (OTHER_RUN, "a", 40),
        ]
        assert found("attempt", Span(run=RUN, task="a")) == [("1", 10, 1, 0), ("2", 20, 1, 0)]
        assert found("all", Span(since=2_000, until=4_000)) == [("", 20, 2, 1)]
        assert found("all", Span(since=9_000)) == []
        assert reader.sums("model")[1].usage == Usage(20, 4, 6, 8, 10)


@pytest.mark.usefixtures("berlin")
def test_a_day_is_one_of_the_place_even_when_its_clock_is_changed(tmp_path: Path) -> None:
    times = [
        "2026-03-28T23:59:59",
        "2026-03-29T00:00:00",  # 23 hours
        "2026-03-29T23:59:59",
        "2026-03-30T00:00:00",
        "2026-10-25T00:00:00",  # 25 hours
        "2026-10-25T23:59:59",
        "2026-10-26T00:00:00",
    ]
    paid(tmp_path, *((at(each), RUN, "a", 1, spent(1)) for each in times))
    with LogReader.open(tmp_path) as reader:
        assert [(each.key, each.micro) for each in reader.sums("day")] == [
            ("2026-03-28", 1),
            ("2026-03-29", 2),
            ("2026-03-30", 1),
            ("2026-10-25", 2),
            ("2026-10-26", 1),
        ]
    assert at("2026-03-30T00:00:00") - at("2026-03-29T00:00:00") == 23 * HOUR
    assert at("2026-10-26T00:00:00") - at("2026-10-25T00:00:00") == 25 * HOUR


def test_the_ledger_tells_budgets_what_they_need_in_the_order_of_time(tmp_path: Path) -> None:
    paid(tmp_path, (5_000, RUN, "a", 1, spent(10, profile="p", provider="c")), (3_000, RUN, "", 0, spent(None)))
    with LogReader.open(tmp_path) as reader:
        assert [tuple(charge) for charge in reader.ledger()] == [
            (3_000, RUN, "", "", "", 24, None),
            (5_000, RUN, "a", "c", "p", 24, 10),
        ]
        assert [charge.at_ms for charge in reader.ledger(since=5_000)] == [5_000]


rows = st.tuples(
    st.integers(0, 10 * 24 * HOUR),
    st.sampled_from([RUN, OTHER_RUN]),
    st.sampled_from(["", "a", "b"]),
    st.integers(0, 2),
    st.builds(
        MoneySpent,
        st.sampled_from(["opus", "haiku"]),
        st.builds(Usage, *[st.integers(0, 10**6)] * 5),
        st.none() | st.integers(0, 10**9),
        estimated=st.booleans(),
        profile=st.sampled_from(["", "x"]),
        user=st.sampled_from(["", "ada"]),
        provider=st.sampled_from(["", "claude"]),
        saved_micro=st.integers(-100, 100),
    ),
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(rows, max_size=12))
def test_the_sums_of_the_parts_are_the_sum_of_the_whole(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[tuple[int, str, str, int, MoneySpent]]
) -> None:
    folder = tmp_path_factory.mktemp("ledger")
    paid(folder, *drawn)
    events = [event for *_, event in drawn]
    with LogReader.open(folder) as reader:
        for by in DIMENSIONS:
            whole = total(reader.sums(by))
            assert whole.micro == sum(event.micro or 0 for event in events)
            assert whole.unknown == sum(event.micro is None for event in events)
            assert whole.estimated == sum(event.estimated for event in events)
            assert whole.saved_micro == sum(event.saved_micro for event in events)
            assert whole.requests == len(events)
            assert whole.usage == sum((event.usage for event in events), Usage())


def test_a_window_of_the_ledger_is_found_by_its_time_and_not_by_reading_it_all(tmp_path: Path) -> None:
    paid(tmp_path, (1, RUN, "a", 1, spent(1)))
    with LogReader.open(tmp_path) as reader:
        query = select_charges(Span(since=5))
        plan = reader._connection.execute(f"EXPLAIN QUERY PLAN {query.sql}", query.values).fetchall()
    assert "usage_by_time" in str(plan)
