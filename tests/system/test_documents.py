"""Reading what people write: exactly, with places, and within limits."""

import json
import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from tests.bad_documents import BAD_DOCUMENTS, LIMITS, NO_TEXT, SYNTAX, BadDocument
from tmtui.domain.problem import Problem, ProblemsError
from tmtui.system.documents import Document, parse_document, read_document
from tmtui.system.documents.document import MAX_BYTES


def yaml(text: str) -> Any:
    return parse_document(text.encode(), "x.yml").value


def problems_of(text: str | bytes, *, as_json: bool = False) -> tuple[Problem, ...]:
    with pytest.raises(ProblemsError) as caught:
        parse_document(text.encode() if isinstance(text, str) else text, "x.yml", json=as_json)
    return caught.value.problems


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("no", "no"),
        ("off", "off"),
        ("012", "012"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("2026-11-20", "2026-11-20"),
        (".5", ".5"),
        ("1e309", "1e309"),
        ("9" * 30, "9" * 30),
        ("1e3", 1000.0),
        ("-12", -12),
        ("2.50", 2.5),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("'true'", "true"),
        ("!!str 12", "12"),
        ("!!int '12'", 12),
        ('"caf\\u00e9"', "café"),
    ],
)
def test_a_plain_word_is_what_json_would_say_or_else_text(written: str, read: object) -> None:
    value = yaml(f"x: {written}")["x"]
    assert value == read
    assert type(value) is type(read)


def test_places_are_those_of_keys_and_items() -> None:
    document = parse_document(b"name: x\ntasks:\n  - id: a\n    needs: [b, c]\n  - \xc3\xa9: 1\n", "x.yml")
    assert document.places == {
        (): (1, 1),
        ("name",): (1, 1),
        ("tasks",): (2, 1),
        ("tasks", 0): (3, 5),
        ("tasks", 0, "id"): (3, 5),
        ("tasks", 0, "needs"): (4, 5),
        ("tasks", 0, "needs", 0): (4, 13),
        ("tasks", 0, "needs", 1): (4, 16),
        ("tasks", 1): (5, 5),
        ("tasks", 1, "é"): (5, 5),
    }


def test_json_has_the_same_places() -> None:
    document = parse_document(b'{"name": "x",\n "tasks": [1,\n  {"id": 2}]}', "x.json", json=True)
    assert document.value == {"name": "x", "tasks": [1, {"id": 2}]}
    assert document.places == {
        (): (1, 1),
        ("name",): (1, 2),
        ("tasks",): (2, 2),
        ("tasks", 0): (2, 12),
        ("tasks", 1): (3, 3),
        ("tasks", 1, "id"): (3, 4),
    }


def test_a_problem_points_at_the_value_or_the_nearest_thing_above_it() -> None:
    document = parse_document(b"a:\n  b: [1, 2]\n", "x.yml")
    assert document.problem(("a", "b", 1), "m", "h") == Problem("x.yml", 2, 10, "m", "h")
    assert document.problem(("a", "c", "d"), "m").line == 2
    assert document.problem(("a",), "m\x1b[2J", warning=True) == Problem("x.yml", 2, 3, "m␛[2J", "", True)
    assert parse_document(b"", "x.yml").problem(("a",), "m") == Problem("x.yml", 0, 0, "m")


def test_merge_keys_fill_in_what_is_not_said() -> None:
    text = "base: &b {x: 1, y: 2}\nmore: &m {y: 3, z: 4}\none:\n  <<: *b\n  y: 9\ntwo: {<<: [*m, *b]}\n"
    assert yaml(text)["one"] == {"x": 1, "y": 9}
    assert yaml(text)["two"] == {"x": 1, "y": 3, "z": 4}
    assert yaml("'<<': 1") == {"<<": 1}


def test_aliases_stand_for_what_they_name() -> None:
    assert yaml("a: &x [1, 2]\nb: *x\n") == {"a": [1, 2], "b": [1, 2]}
    assert yaml("- &k key\n- *k : value\n") == ["key", {"key": "value"}]


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n", "null", "\ufeff"])
def test_a_document_may_be_empty(text: str) -> None:
    document = parse_document(text.encode(), "x.yml")
    assert document.value is None
    assert document.root is None


def test_a_byte_order_mark_and_windows_line_ends_are_fine() -> None:
    assert yaml("\ufeffa: 1\r\nb: |\r\n  x\r\n  y\r\n") == {"a": 1, "b": "x\ny\n"}


def test_every_fault_that_does_not_stop_the_reading_is_told_at_once() -> None:
    found = problems_of("a: 1\na: 2\nb: !!python/name:os x\nc: !mine [1]\nb: 3\n")
    assert [(problem.line, problem.column) for problem in found] == [(2, 1), (3, 4), (4, 4), (5, 1)]


def test_nobody_is_told_of_more_than_some_hundred_faults() -> None:
    assert len(problems_of("a: 1\n" * 5_000)) == 200


@pytest.mark.parametrize("bad", [*NO_TEXT[:7], *LIMITS[:8], *LIMITS[9:], *SYNTAX], ids=lambda bad: bad.name)
def test_what_is_no_document_says_so_with_the_place(bad: BadDocument) -> None:
    with pytest.raises(ProblemsError) as caught:
        parse_document(bad.data, bad.file, json=bad.file.endswith(".json"))
    assert [problem.line for problem in caught.value.problems] == [bad.line]
    assert all(word in str(caught.value) for word in bad.words)


def test_the_place_is_counted_in_characters() -> None:
    assert problems_of("é: ééé: b")[0].column == 7
    assert problems_of('{"é": "ééé" 1}', as_json=True)[0].column == 13
    assert problems_of("é: é".encode() + b"\xff")[0].column == 5


def test_a_hint_about_foreign_text_is_safe_to_show() -> None:
    found = problems_of('"a\\e]52;c;x": 1\n"a\\e]52;c;x": 2\n')
    assert "\x1b" not in str(found[0])


@given(
    st.binary(max_size=300)
    | st.text("{}[]:,-?&*!|>'\"%@#\n\t \\abc1~<", max_size=120).map(str.encode)
    | st.text(st.characters(exclude_categories=["Cs"])).map(str.encode)
)
def test_any_bytes_end_in_a_document_or_in_problems(data: bytes) -> None:
    for as_json in (False, True):
        with suppress(ProblemsError):
            parse_document(data, "x", json=as_json)


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.floats(-1e9, 1e9, allow_nan=False).map(lambda number: round(number, 3))
    | st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufeff\u2028\u2029\x85")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text("abcXYZ é.<-", min_size=1, max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(JSON_VALUES)
def test_what_json_wrote_is_read_back_by_both_syntaxes(value: Any) -> None:
    for ascii_only in (True, False):
        text = json.dumps(value, ensure_ascii=ascii_only, indent=1).encode()
        assert parse_document(text, "x.json", json=True).value == value
    assert parse_document(text, "x.yml").value == value


@given(JSON_VALUES)
def test_every_path_of_the_value_has_a_place_in_the_text(value: Any) -> None:
    text = json.dumps(value, indent=1, ensure_ascii=False)
    document = parse_document(text.encode(), "x.json", json=True)
    lines = text.split("\n")
    for path, (line, column) in document.places.items():
        if path and isinstance(path[-1], str):
            key = json.dumps(path[-1], ensure_ascii=False)
            assert lines[line - 1][column - 1 :].startswith(key)
    assert set(document.places) == (set(paths_of(value)) if value is not None else set())


def paths_of(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from paths_of(item, (*path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from paths_of(item, (*path, number))


def refused(path: Path) -> Problem:
    with pytest.raises(ProblemsError) as caught:
        read_document(path)
    (problem,) = caught.value.problems
    return problem


def test_a_file_is_read_by_its_ending(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("x: 1")
    (tmp_path / "a.JSON").write_text('{"x": "\\ud83d\\ude00"}')
    assert read_document(tmp_path / "a.yml").value == {"x": 1}
    assert read_document(tmp_path / "a.JSON", shown="here").value == {"x": "😀"}
    assert isinstance(read_document(tmp_path / "a.yml"), Document)


def test_a_missing_file_names_one_that_was_meant(tmp_path: Path) -> None:
    (tmp_path / "tasks.yml").touch()
    problem = refused(tmp_path / "task.yml")
    assert (problem.line, problem.message) == (0, "there is no such file")
    assert "`tasks.yml`" in problem.hint
    assert "no folder" in refused(tmp_path / "nowhere/tasks.yml").hint


def test_what_is_no_regular_file_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "folder" in refused(tmp_path).message
    assert "regular" in refused(tmp_path / "pipe").message
    assert "regular" in refused(Path("/dev/zero")).message
    (tmp_path / "loop").symlink_to("loop")
    assert "cannot be read" in refused(tmp_path / "loop").message
    assert "cannot be read" in refused(tmp_path / ("x" * 300)).message
    assert "no file name" in refused(Path("a\0b")).message


def test_a_file_of_50_mb_is_refused_without_reading_it(tmp_path: Path) -> None:
    with (tmp_path / "big.yml").open("wb") as file:
        file.truncate(50_000_000)
    assert "50.0 MB" in refused(tmp_path / "big.yml").message
    (tmp_path / "full.yml").write_bytes(b"#" * MAX_BYTES)
    assert read_document(tmp_path / "full.yml").value is None


def test_a_file_that_may_not_be_read_says_how_to_change_that() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)  # noqa: PTH101  # another user must get in
        path = Path(folder) / "tasks.yml"
        path.touch()
        path.chmod(stat.S_IWUSR)
        mine = os.geteuid()
        if mine == 0:
            os.seteuid(65_534)
        try:
            problem = refused(path)
        finally:
            os.seteuid(mine)
    assert "may not be read" in problem.message
    assert "chmod" in problem.hint


def test_the_table_of_bad_documents_names_each_once() -> None:
    names = [bad.name for bad in BAD_DOCUMENTS]
    assert len(names) == len(set(names))
