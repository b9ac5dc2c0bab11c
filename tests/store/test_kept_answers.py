"""Answers in files: found as long as they are good, never trusted when they are anything else, and never too many."""

import os
from pathlib import Path

import msgspec
import pytest

from tmtui.domain.kept_answer import KeptAnswer
from tmtui.store.kept_answers import LARGEST, FolderAnswers
from tmtui.system.state_dir import prepare


NOW = 1_795_000_000_000
DAY = 86_400.0
KEY = "ab" * 32


def answer(key: str = KEY, text: str = '{"risk": "low"}', at_ms: int = NOW) -> KeptAnswer:
    return KeptAnswer(key, text, "m", "work", at_ms, "20261120-190512-7f3c", 4_200)


@pytest.fixture
def state_dir(tmp_path: Path) -> Path:
    prepare(tmp_path / "state")
    return tmp_path / "state"


def test_what_is_kept_is_found_and_is_the_owner_s_alone(state_dir: Path) -> None:
    answers = FolderAnswers(state_dir, DAY)
    assert answers.find(KEY, NOW) is None
    answers.keep(answer())
    assert answers.find(KEY, NOW) == answer()
    assert (state_dir / "cache").stat().st_mode & 0o777 == 0o700
    assert (state_dir / "cache" / f"{KEY}.json").stat().st_mode & 0o777 == 0o600


def test_a_later_answer_takes_the_place_of_an_earlier_one(state_dir: Path) -> None:
    answers = FolderAnswers(state_dir, DAY)
    answers.keep(answer(text="a longer one than the next"))
    answers.keep(answer(text="short"))
    assert answers.find(KEY, NOW) == answer(text="short")


@pytest.mark.parametrize(("age", "good"), [(0, True), (DAY * 1000 - 1, True), (DAY * 1000, False), (-1, False)])
def test_an_answer_is_good_for_so_long_and_none_is_from_the_future(state_dir: Path, age: float, good: bool) -> None:
    answers = FolderAnswers(state_dir, DAY)
    answers.keep(answer())
    assert (answers.find(KEY, NOW + int(age)) is not None) is good


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"\xff\xfe", msgspec.json.encode(answer("cd" * 32)), msgspec.json.encode(answer())[:-10]],
)
def test_a_file_that_is_torn_or_another_s_is_as_good_as_none(state_dir: Path, content: bytes) -> None:
    answers = FolderAnswers(state_dir, DAY)
    answers.keep(answer())
    (state_dir / "cache" / f"{KEY}.json").write_bytes(content)
    assert answers.find(KEY, NOW) is None
    answers.keep(answer())
    assert answers.find(KEY, NOW) == answer()


def test_a_link_is_not_followed_in_either_direction(state_dir: Path, tmp_path: Path) -> None:
    answers = FolderAnswers(state_dir, DAY)
    answers.keep(answer())
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(msgspec.json.encode(answer()))
    place = state_dir / "cache" / f"{KEY}.json"
    place.unlink()
    place.symlink_to(elsewhere)
    assert answers.find(KEY, NOW) is None
    answers.keep(answer(text="other"))
    assert elsewhere.read_bytes() == msgspec.json.encode(answer())


def test_a_key_is_a_digest_and_never_a_path(state_dir: Path) -> None:
    answers = FolderAnswers(state_dir, DAY)
    answers.keep(answer("../escaped"))
    assert answers.find("../escaped", NOW) is None
    assert not list(state_dir.rglob("*escaped*"))


def test_what_is_forgotten_is_gone(state_dir: Path) -> None:
    answers = FolderAnswers(state_dir, DAY)
    answers.forget(KEY)
    answers.keep(answer())
    answers.forget(KEY)
    assert answers.find(KEY, NOW) is None


def test_the_oldest_go_when_there_are_too_many(state_dir: Path) -> None:
    answers = FolderAnswers(state_dir, DAY, most=3)
    for number in range(6):
        key = f"{number:064x}"
        answers.keep(answer(key))
        os.utime(state_dir / "cache" / f"{key}.json", (number, number))
    assert sorted(path.stem for path in (state_dir / "cache").iterdir()) == [f"{number:064x}" for number in (3, 4, 5)]


def test_the_oldest_go_when_they_are_too_large_together(state_dir: Path) -> None:
    answers = FolderAnswers(state_dir, DAY, most_bytes=5_000)
    for number in range(4):
        key = f"{number:064x}"
        answers.keep(answer(key, "x" * 2_000))
        os.utime(state_dir / "cache" / f"{key}.json", (number, number))
    assert len(list((state_dir / "cache").iterdir())) == 2
    answers.keep(answer(text="x" * LARGEST))
    assert answers.find(KEY, NOW) is None


def test_where_nothing_can_be_written_nothing_is_kept_and_nothing_fails(state_dir: Path) -> None:
    (state_dir / "cache").write_text("in the way")
    answers = FolderAnswers(state_dir, DAY)
    answers.keep(answer())
    answers.forget(KEY)
    assert answers.find(KEY, NOW) is None
