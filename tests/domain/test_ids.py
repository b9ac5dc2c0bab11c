"""Names: a task's id can name a folder, a git ref and a file on any system."""

import random
import re
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import assume, given, strategies as st

from tmtui.domain.ids import new_run_id, short_run_id, task_id_problem


@pytest.mark.parametrize(
    "text", ["a", "1", "calc-1", "AUTH_001", "v1.2.3", "a" * 64, "console", "com10", "012", "1e3"]
)
def test_a_plain_name_is_a_task_id(text: str) -> None:
    assert task_id_problem(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a" * 65,
        "-a",
        ".a",
        "_a",
        "a/b",
        "/abs",
        "..",
        "../../etc/passwd",
        "a b",
        "a\n",
        "a\nb",
        "é",
        "аdmin",  # noqa: RUF001  # a Cyrillic letter that looks like a Latin one
        "a\u200db",
        "a\x1b[31m",
        "a..b",
        "a.",
        "a.lock",
        "con",
        "CON",
        "nul.txt",
        "com1",
        "LPT9.log",
        "a:b",
        "a~1",
        "a@{0}",
        "a*",
    ],
)
def test_anything_else_is_told_what_is_wrong(text: str) -> None:
    assert task_id_problem(text)


@given(st.text(max_size=80) | st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", fullmatch=True))
def test_a_task_id_is_one_plain_part_of_a_path(text: str) -> None:
    assume(task_id_problem(text) is None)
    assert text.isascii()
    assert text.isprintable()
    assert PurePosixPath(text).parts == (text,)
    assert PureWindowsPath(text).parts == (text,)
    assert not PureWindowsPath(text).is_reserved()


@given(st.integers(0, 4_000_000_000_000), st.integers())
def test_a_run_id_says_when_it_was_planned_and_is_itself_a_plain_name(now_ms: int, seed: int) -> None:
    run = new_run_id(now_ms, random.Random(seed))
    assert re.fullmatch(r"\d{8}-\d{6}-[0-9a-f]{4}", run)
    assert task_id_problem(run) is None
    assert run.endswith(f"-{short_run_id(run)}")
    assert len(short_run_id(run)) == 4


def test_run_ids_order_like_their_times() -> None:
    moments = [0, 1_000, 60_000, 3_600_000, 86_400_000, 1_795_000_000_000]
    runs = [new_run_id(moment, random.Random(1)) for moment in moments]
    assert runs == sorted(runs)
    assert runs[0].startswith("19700101-000000-")
