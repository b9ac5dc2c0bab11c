"""How much room free bytes are, and that no figure near a mark makes it flutter."""

import pytest

from tmtui.engine.room import Room, judge_room, short_of_room


MB = 1024**2


@pytest.mark.parametrize(
    ("free", "before", "room"),
    [
        (500 * MB, Room.ENOUGH, Room.ENOUGH),
        (200 * MB, Room.ENOUGH, Room.ENOUGH),
        (199 * MB, Room.ENOUGH, Room.LITTLE),
        (20 * MB, Room.ENOUGH, Room.LITTLE),
        (19 * MB, Room.ENOUGH, Room.NONE),
        (0, Room.LITTLE, Room.NONE),
        (21 * MB, Room.NONE, Room.NONE),
        (23 * MB, Room.NONE, Room.LITTLE),
        (210 * MB, Room.LITTLE, Room.LITTLE),
        (210 * MB, Room.NONE, Room.LITTLE),
        (221 * MB, Room.NONE, Room.ENOUGH),
    ],
)
def test_room_is_judged_by_marks_that_are_left_a_tenth_later(free: int, before: Room, room: Room) -> None:
    assert judge_room(free, before) is room


def test_what_is_said_has_the_figure_and_what_to_do() -> None:
    assert short_of_room(150 * MB, Room.LITTLE).why == "150 MB are left"
    held = short_of_room(7 * MB, Room.NONE)
    assert held.why == "7 MB are left, and nothing is started below 20 MB"
    assert "goes on by itself" in held.remedy
