import pytest
from hypothesis import given, strategies as st

from tests.state.strategies import runs
from tests.tui.recordings import Tape, needs_you
from tmtui.events.agent import AgentSpoke
from tmtui.events.base import Recorded
from tmtui.state.timeline import GAP_CAP_MS, Timeline, next_mark, previous_mark


def timeline_of(events: list[Recorded]) -> Timeline:
    timeline = Timeline()
    timeline.add(events)
    return timeline


def test_play_time_is_the_runs_own_with_long_silences_cut() -> None:
    tape = Tape()
    tape.add(AgentSpoke("a"), after=1.0)
    tape.add(AgentSpoke("b"), after=3_600.0)
    tape.add(AgentSpoke("c"), after=0.5)
    assert timeline_of(tape.events).times == [0, 200, 1_200, 1_200 + GAP_CAP_MS, 1_700 + GAP_CAP_MS]


def test_a_clock_that_was_put_back_does_not_put_the_playhead_back() -> None:
    tape = Tape()
    tape.add(AgentSpoke("a"), after=-50.0)
    assert timeline_of(tape.events).times == [0, 200, 200]


def test_marks_stand_behind_what_they_mark() -> None:
    tape = needs_you()
    timeline = timeline_of(tape.events)
    kinds = {cursor: type(tape.events[cursor - 1].event).__name__ for cursor in timeline.failures}
    assert set(kinds.values()) == {"AttemptFinished"}
    assert len(timeline.failures) == 3
    assert [type(tape.events[cursor - 1].event).__name__ for cursor in timeline.decisions] == ["DecisionOpened"]
    assert len(timeline.starts) == 4


@pytest.mark.parametrize(
    ("cursor", "following", "preceding"),
    [(0, 3, None), (2, 3, None), (3, 7, None), (5, 7, 3), (7, None, 3), (9, None, 7)],
)
def test_marks_are_found_from_anywhere(cursor: int, following: int | None, preceding: int | None) -> None:
    assert next_mark([3, 7], cursor) == following
    assert previous_mark([3, 7], cursor) == preceding


def test_an_empty_timeline_is_a_place_too() -> None:
    timeline = Timeline()
    assert (
        len(timeline),
        timeline.length_ms,
        timeline.cursor_at(5),
        timeline.time_at(3),
        timeline.wall_at(0, 0),
    ) == (
        0,
        0,
        0,
        0,
        0,
    )


@given(runs(), st.integers(0, 300))
def test_cursor_and_time_belong_together(events: list[Recorded], cursor: int) -> None:
    timeline = timeline_of(events)
    cursor = min(cursor, len(events))
    assert timeline.times == sorted(timeline.times)
    assert timeline.cursor_at(timeline.time_at(cursor)) >= cursor
    for task, attempt in {(each.task, each.attempt) for each in events if each.attempt}:
        expected = [each for each in events[:cursor] if (each.task, each.attempt) == (task, attempt)]
        assert timeline.attempt_events(task, attempt, cursor) == expected


def test_the_wall_clock_goes_on_between_events() -> None:
    tape = Tape()
    tape.add(AgentSpoke("a"), after=2.0)
    timeline = timeline_of(tape.events)
    assert timeline.wall_at(2, 1_200) == tape.events[1].at_wall + 1_000
