from itertools import chain
from typing import get_args

from tmtui.cli import glyphs, standing
from tmtui.cli.signs import PLAIN_SIGNS
from tmtui.domain.status import RunStatus, TaskStatus
from tmtui.state.selectors import RunWord


def test_every_status_has_a_sign_and_a_word() -> None:
    assert set(glyphs.TASK_MARKS) == set(TaskStatus)
    assert set(glyphs.RUN_MARKS) == set(RunStatus)
    assert all(mark.word for mark in chain(glyphs.TASK_MARKS.values(), glyphs.RUN_MARKS.values()))


def test_no_two_words_of_a_task_are_the_same() -> None:
    words = [mark.word for mark in glyphs.TASK_MARKS.values()]
    assert len(set(words)) == len(words)


def test_every_sign_has_a_plain_one() -> None:
    signs = {mark.glyph for mark in chain(glyphs.TASK_MARKS.values(), glyphs.RUN_MARKS.values())}
    assert {sign for sign in signs if not sign.isascii()} <= set(PLAIN_SIGNS)


def test_every_word_for_a_run_has_a_mark() -> None:
    assert all(standing.standing_by_word(word).mark.word for word in get_args(RunWord))
