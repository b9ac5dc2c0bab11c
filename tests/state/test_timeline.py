import pytest
from hypothesis import given, strategies as st

from tests.state.strategies import runs
from tests.tui.recordings import Tape, needs_you
from tmtui.events.agent import AgentSpoke
from tmtui.events.base import Recorded
from tmtui.state.timeline import GAP_CAP_MS, LONGEST, Timeline, lay_out, next_mark, previous_mark, survey_of


def timeline_of(events: list[Recorded]) -> Timeline:
    timeline = Timeline()
    timeline.take(survey_of(events))
    return timeline


def times_of(timeline: Timeline) -> list[int]:
    return [timeline.time_at(cursor) for cursor in range(1, len(timeline) + 1)]


def test_play_time_is_the_runs_own_with_long_silences_cut() -> None:
    tape = Tape()
    tape.add(AgentSpoke("a"), after=1.0)
    tape.add(AgentSpoke("b"), after=3_600.0)
    tape.add(AgentSpoke("c"), after=0.5)
    assert times_of(timeline_of(tape.events)) == [0, 200, 1_200, 1_200 + GAP_CAP_MS, 1_700 + GAP_CAP_MS]


def test_a_clock_that_was_put_back_does_not_put_the_playhead_back() -> None:
    tape = Tape()
    tape.add(AgentSpoke("a"), after=-50.0)
    assert times_of(timeline_of(tape.events)) == [0, 200, 200]


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
def test_cursor_time_and_event_belong_together(events: list[Recorded], cursor: int) -> None:
    timeline = timeline_of(events)
    cursor = min(cursor, len(events))
    assert times_of(timeline) == sorted(times_of(timeline))
    assert timeline.cursor_at(timeline.time_at(cursor)) >= cursor
    assert timeline.seq_at(cursor) == (events[cursor - 1].seq if cursor else 0)
    assert timeline.cursor_behind(timeline.seq_at(cursor)) == cursor


@given(
    st.lists(st.tuples(st.integers(1, 3), st.sampled_from((-4_000, 0, 1, 2_999, 3_000, 3_001, 90_000))), max_size=60)
)
def test_it_does_not_matter_in_what_pieces_events_are_laid_down(steps: list[tuple[int, int]]) -> None:
    singly, together = Timeline(), Timeline()
    seq, wall = 0, 1_000_000
    pieces: list[tuple[int, list[int]]] = []
    for behind, gap in steps:
        seq, wall = seq + behind, wall + gap
        for laid in lay_out(seq, [wall]):
            singly.lay(laid)
        if behind > 1 or not pieces:
            pieces.append((seq, []))
        pieces[-1][1].append(wall)
    for first, walls in pieces:
        for laid in lay_out(first, walls):
            together.lay(laid)
    assert times_of(singly) == times_of(together)
    cursors = range(len(singly) + 1)
    assert [singly.wall_at(each, 0) for each in cursors] == [together.wall_at(each, 0) for each in cursors]
    assert [singly.seq_at(each) for each in cursors] == [together.seq_at(each) for each in cursors]


def test_a_stretch_that_is_too_long_is_laid_down_in_pieces() -> None:
    timeline = Timeline()
    for laid in lay_out(1, range(2 * LONGEST + 5)):
        timeline.lay(laid)
    assert len(timeline) == 2 * LONGEST + 5
    assert (timeline.seq_at(len(timeline)), timeline.length_ms) == (2 * LONGEST + 5, 2 * LONGEST + 4)
    assert timeline.cursor_at(LONGEST) == LONGEST + 1


def test_the_wall_clock_goes_on_between_events() -> None:
    tape = Tape()
    tape.add(AgentSpoke("a"), after=2.0)
    timeline = timeline_of(tape.events)
    assert timeline.wall_at(2, 1_200) == tape.events[1].at_wall + 1_000
