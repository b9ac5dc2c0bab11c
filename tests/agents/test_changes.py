"""Changes that an answer only suggests: found, worked out, and made altogether or not at all."""

import contextlib
import os
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from tmtui.agents.applying import SuggestedChanges
from tmtui.agents.changes import Change, ChangesError, changes_in, named_before, named_in, result_of


FILE = "one\ntwo\nthree\nfour\nfive\n"
DIFF = """\
--- a/src/a.txt
+++ b/src/a.txt
@@ -1,3 +1,3 @@
 one
-two
+TWO
 three
"""
NEW = "--- /dev/null\n+++ b/new/b.txt\n@@ -0,0 +1,2 @@\n+first\n+second\n"
GONE = "--- a/old.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-old\n"


@pytest.fixture(name="root")
def _root(tmp_path: Path) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/a.txt").write_text(FILE)
    (tmp_path / "old.txt").write_text("old\n")
    return tmp_path


def files(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def made(root: Path, text: str) -> str:
    """Make what an answer suggests; why it was not made."""
    desk = SuggestedChanges(root)
    suggested = desk.suggested(text)
    assert suggested is not None
    return desk.apply(suggested)


def fenced(body: str, info: str = "", fence: str = "```") -> str:
    return f"Here it is:\n\n{fence}{info}\n{body}{fence}\n\nThat is all.\n"


# What is taken for a change.


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I changed nothing.",
        fenced("print(1)\n", "python"),
        fenced("print(1)\n"),
        "Run it:\n" + fenced("pytest -q\n", "bash"),
        "The file is src/a.txt:\n" + fenced("one\n", "python"),
        "In `src/a.txt` there is:\n" + fenced("one\n"),
        "a -- b\n--- not a diff\n+++ at all\n",
        fenced("- one\n+ two\n", "diff"),
        fenced("x\n", "python3.11"),
    ],
)
def test_most_answers_hold_no_changes(text: str) -> None:
    assert changes_in(text) == ()


@pytest.mark.parametrize(
    "text",
    [DIFF, fenced(DIFF, "diff"), fenced(DIFF, "patch"), fenced(DIFF), f"I suggest:\n\n{DIFF}\nIs that well?\n"],
)
def test_a_diff_is_found_wherever_it_stands(text: str) -> None:
    (change,) = changes_in(text)

    assert change.path == "src/a.txt"
    assert result_of(change, FILE) == FILE.replace("two", "TWO")


@pytest.mark.parametrize(
    "text",
    [
        fenced("x = 1\n", "python src/a.py"),
        fenced("x = 1\n", "src/a.py"),
        fenced("x = 1\n", "python:src/a.py"),
        fenced("x = 1\n", 'python title="src/a.py"'),
        fenced("x = 1\n", "{.python file=src/a.py}"),
        fenced("x = 1\n", "python src/a.py", "~~~~"),
        "### `src/a.py`\n" + "```python\nx = 1\n```\n",
        "**src/a.py**\n\n" + "```python\nx = 1\n```\n",
        "File: src/a.py\n```\nx = 1\n```\n",
        "1. src/a.py:\n```\nx = 1\n```\n",
        "src/a.py\r\n```\r\nx = 1\r\n```\r\n",
    ],
)
def test_a_block_that_names_its_file_holds_the_whole_file(text: str) -> None:
    assert changes_in(text) == (Change(path="src/a.py", content="x = 1\n"),)


def test_a_longer_fence_holds_shorter_ones() -> None:
    (change,) = changes_in("````markdown README.md\n```\ncode\n```\n````\n")

    assert change.content == "```\ncode\n```\n"


@pytest.mark.parametrize("info", ["", "python", "c++", "python3.11", "bash -x", "text example", "diff"])
def test_what_only_says_the_language_names_no_file(info: str) -> None:
    assert named_in(info) == ""


@pytest.mark.parametrize("line", ["", "Here it is", "See src/a.py for more", "e.g.", "https://example.org/a b"])
def test_what_only_speaks_of_a_file_names_none(line: str) -> None:
    assert named_before(line) == ""


# What makes no sense.


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("```python src/a.py\nx = 1\n", "never closed"),
        ("```diff\n" + DIFF, "never closed"),
        (fenced("x = 1\n# ... existing code ...\n", "python src/a.py"), "leaves parts out"),
        (fenced("x = 1\n// ...\n", "js src/a.js"), "leaves parts out"),
        (fenced("x = 1\n# rest of the file unchanged\n", "python src/a.py"), "leaves parts out"),
        (fenced("1\n", "src/a.py") + fenced("2\n", "src/a.py"), "more than once"),
        (DIFF.replace("-1,3 +1,3", "-1,9 +1,9"), "the diff is malformed"),
        (DIFF.replace("src/a.txt", "../a.txt"), "no path below the project's root"),
        (fenced("x\n", "python ../../a.py"), "no path below the project's root"),
        (fenced("x\n", "python /etc/cron.d/a.txt"), "no path below the project's root"),
        (fenced("x\n", "python title=~/.bashrc"), "no path below the project's root"),
        (fenced("x\n", "python title=src/\x1b]52.py"), "no path below the project's root"),
        (fenced("x\n", "python .git/hooks/pre-commit.sh"), "belongs to git"),
        (fenced("x\n", "python a/.GIT/config.txt"), "belongs to git"),
    ],
)
def test_what_makes_no_sense_or_leads_elsewhere_is_refused(text: str, words: str) -> None:
    with pytest.raises(ChangesError) as caught:
        changes_in(text)

    assert words in str(caught.value)
    assert str(caught.value).isprintable()


@given(st.text())
def test_whatever_is_said_is_read_without_a_fault(text: str) -> None:
    for answer in (text, fenced(text, "diff"), f"--- a/x\n+++ b/x\n@@ -1 +1 @@\n{text}"):
        with contextlib.suppress(ChangesError):
            changes_in(answer)


# Hunks.


def hunk(*lines: str, at: int = 1) -> str:
    before = sum(not line.startswith(("+", "\\")) for line in lines)
    after = sum(not line.startswith(("-", "\\")) for line in lines)
    body = "".join(f"{line}\n" for line in lines)
    return f"--- a/f\n+++ b/f\n@@ -{at},{before} +{at},{after} @@\n{body}"


def changed(diff: str, text: str) -> str | None:
    (change,) = changes_in(diff)
    return result_of(change, text)


@pytest.mark.parametrize(
    ("diff", "text", "expected"),
    [
        (hunk(" one", "-two", "+2"), FILE, FILE.replace("two", "2")),
        (hunk(" four", "-five", "+5", at=1), FILE, FILE.replace("five", "5")),
        (hunk(" five", "+six", at=5), FILE, FILE + "six\n"),
        (hunk("+zero", " one"), FILE, "zero\n" + FILE),
        (hunk("-one", "-two", "-three", "-four", "-five"), FILE, ""),
        (hunk("-a", "+b"), "a", "b\n"),
        (hunk("-a", "+b", "\\ No newline at end of file"), "a\n", "b"),
        (hunk(" a", "", " b", "-c", "+d"), "a\n\nb\nc\n", "a\n\nb\nd\n"),
    ],
)
def test_a_hunk_fits_where_its_lines_stand(diff: str, text: str, expected: str) -> None:
    assert changed(diff, text) == expected


@pytest.mark.parametrize(
    ("diff", "text", "words"),
    [
        (
            hunk(" one", "-TWO", "+2"),
            FILE,
            "hunk 1 of f (@@ -1,2 +1,2 @@) does not apply: line 2 is 'two' and not 'TWO'",
        ),
        (hunk(" five", " six", "-x", at=5), FILE, "the file ends before line 6"),
        (hunk("-x", "+y", at=9), "x\nx\n", "fits in 2 places"),
        (hunk("-x", "+y"), "", "does not apply"),
    ],
)
def test_a_hunk_that_does_not_fit_is_named(diff: str, text: str, words: str) -> None:
    with pytest.raises(ChangesError) as caught:
        changed(diff, text)

    assert words in str(caught.value)


def test_of_several_hunks_the_one_that_does_not_fit_is_named() -> None:
    diff = hunk(" one", "-two", "+2") + "@@ -4,2 +4,2 @@\n four\n-FIVE\n+5\n"

    with pytest.raises(ChangesError, match=r"hunk 2 of f \(@@ -4,2 \+4,2 @@\)"):
        changed(diff, FILE)


# Making them.


def test_files_are_changed_made_and_taken_away(root: Path) -> None:
    assert made(root, f"{DIFF}{NEW}{GONE}\n" + fenced("x = 1\n", "python src/deep/c.py")) == ""

    assert files(root) == {
        "src/a.txt": FILE.replace("two", "TWO").encode(),
        "new/b.txt": b"first\nsecond\n",
        "src/deep/c.py": b"x = 1\n",
    }


def test_the_diff_that_is_shown_is_what_would_become_of_the_files(root: Path) -> None:
    suggested = SuggestedChanges(root).suggested(fenced(FILE.replace("two", "TWO"), "src/a.txt") + NEW)

    assert suggested is not None
    assert suggested.paths == ("src/a.txt", "new/b.txt")
    assert "-two\n+TWO\n" in suggested.diff
    assert "--- /dev/null\n+++ b/new/b.txt\n" in suggested.diff


def test_changes_to_one_file_in_several_diffs_build_on_each_other(root: Path) -> None:
    again = DIFF.replace("-two", "-TWO").replace("+TWO", "+Two")

    assert made(root, fenced(DIFF, "diff") + fenced(again, "diff")) == ""
    assert "Two" in (root / "src/a.txt").read_text()


def test_line_ends_and_modes_stay_as_they_are(root: Path) -> None:
    path = root / "src/a.txt"
    path.write_bytes(FILE.replace("\n", "\r\n").encode())
    path.chmod(0o755)

    assert made(root, DIFF) == ""
    assert path.read_bytes() == FILE.replace("two", "TWO").replace("\n", "\r\n").encode()
    assert path.stat().st_mode & 0o777 == 0o755


def test_what_is_there_already_is_no_change(root: Path) -> None:
    assert SuggestedChanges(root).suggested(fenced(FILE, "src/a.txt")) is None


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (hunk("-nope", "+x").replace("a/f", "a/old.txt").replace("b/f", "b/old.txt"), "hunk 1 of old.txt"),
        (hunk("-x", "+y"), "f is to be changed, and is not there"),
        (NEW.replace("new/b.txt", "old.txt"), "is there already"),
        (GONE.replace("-old", "-older"), "hunk 1 of old.txt"),
        (fenced("x\n", "python link/x.py"), "link"),
        (fenced("x\n", "yaml .taskmaster.yml"), "protected"),
    ],
)
def test_one_change_that_cannot_be_made_holds_all_of_them_back(
    root: Path, tmp_path_factory: pytest.TempPathFactory, more: str, words: str
) -> None:
    (root / "link").symlink_to(tmp_path_factory.mktemp("elsewhere"))
    before = files(root)
    desk = SuggestedChanges(root, (".taskmaster.yml",))
    suggested = desk.suggested(f"{fenced(DIFF, 'diff')}\n{more}")
    assert suggested is not None
    why = desk.apply(suggested)

    assert words in why
    assert files(root) == before


def test_what_changed_since_it_was_shown_is_left_alone(root: Path) -> None:
    desk = SuggestedChanges(root)
    suggested = desk.suggested(DIFF + NEW)
    assert suggested is not None
    (root / "src/a.txt").write_text("something else\n")

    assert desk.apply(suggested) == "src/a.txt has changed meanwhile"
    assert not (root / "new").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_write_that_fails_half_way_undoes_the_others(root: Path) -> None:
    (root / "locked").mkdir(mode=0o555)

    assert made(root, DIFF + NEW.replace("new/b.txt", "locked/b.txt")) != ""
    assert (root / "src/a.txt").read_text() == FILE


def test_a_folder_in_the_way_undoes_the_others(root: Path) -> None:
    before = files(root)
    desk = SuggestedChanges(root)
    suggested = desk.suggested(fenced(DIFF, "diff") + fenced("x\n", "python src/a.txt/deeper.py"))
    assert suggested is not None

    assert desk.apply(suggested) != ""
    assert files(root) == before


def test_a_file_that_is_no_text_is_told(root: Path) -> None:
    (root / "src/a.txt").write_bytes(b"\xff\x00")
    suggested = SuggestedChanges(root).suggested(DIFF)

    assert suggested is not None
    assert "no text" in suggested.problem
