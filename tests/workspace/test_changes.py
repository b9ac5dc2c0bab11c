"""What differs between two trees."""

import pytest

from tests.workspace.project import Project
from tmtui.events.attempt import FileChange
from tmtui.workspace.changes import has_progressed, parse_changes


def test_no_output_is_no_change() -> None:
    assert parse_changes(b"") == ()


def test_raw_records_and_counts_are_brought_together_by_path() -> None:
    output = (
        b":100644 100644 1 2 M\0a\0:000000 100644 0 2 A\0b\tc\0:100644 100644 1 1 R087\0old\0new\0"
        b":100644 000000 1 0 D\0gone\0:100644 120000 1 2 T\0kind\0:100644 100755 1 1 M\0mode\0"
        b"3\t1\ta\0-\t-\tb\tc\x000\t2\t\0old\0new\x000\t9\tgone\x001\t1\tkind\0"
    )
    assert parse_changes(output) == (
        FileChange("a", "modified", 3, 1),
        FileChange("b   c", "added", 0, 0),
        FileChange("new", "renamed", 0, 2),
        FileChange("gone", "deleted", 0, 9),
        FileChange("kind", "modified", 1, 1),
        FileChange("mode", "modified", 0, 0),
    )


@pytest.mark.parametrize(
    ("path", "shown"),
    [(b"\x1b[31mred\x07", "red␇"), (b"two\nlines", "two lines"), (b"\xff", "�"), ("é".encode(), "é")],
)
def test_a_path_is_foreign_text(path: bytes, shown: str) -> None:
    [change] = parse_changes(b":000000 100644 0 2 A\0" + path + b"\x001\t0\t" + path + b"\0")
    assert change == FileChange(shown, "added", 1, 0)


async def test_every_kind_of_change_is_counted(project: Project) -> None:
    project.write("old", "".join(f"{line}\n" for line in range(50)))
    project.write("gone", "1\n2\n")
    project.write("run.sh", "#!\n")
    workspace = await project.open()
    before = await workspace.checkpoint("r", "t", 1)
    (project.root / "old").rename(project.root / "new")
    (project.root / "gone").unlink()
    (project.root / "run.sh").chmod(0o755)
    (project.root / "link").symlink_to("README")
    project.write("src/app.py", "one\n2\nthree\nfour\n")
    project.write("bin\nary", b"\0\1\2")
    project.write("noise.log", "ignored\n")
    measured = await workspace.measure(before, "r", "t", 1)
    assert set(measured.files) == {
        FileChange("new", "renamed"),
        FileChange("gone", "deleted", 0, 2),
        FileChange("run.sh", "modified"),
        FileChange("link", "added", 1, 0),
        FileChange("src/app.py", "modified", 2, 1),
        FileChange("bin ary", "added"),
    }
    assert measured.files_total == 6


async def test_an_event_lists_two_hundred_files_and_counts_them_all(project: Project) -> None:
    workspace = await project.open()
    before = await workspace.checkpoint("r", "t", 1)
    for number in range(230):
        project.write(f"many/{number:03}", "x\n")
    measured = await workspace.measure(before, "r", "t", 1)
    assert (len(measured.files), measured.files_total) == (200, 230)


@pytest.mark.parametrize(
    ("tree_before", "tree_after", "head_before", "head_after", "progressed"),
    [
        ("t1", "t1", "h1", "h1", False),
        ("t1", "t2", "h1", "h1", True),
        ("t1", "t1", "h1", "h2", True),
        ("t1", "t1", "", "h1", True),
        ("t1", "t1", "", "", False),
        ("t1", "t1", "h1", None, None),
        ("t1", "t2", "h1", None, True),
        ("", "t2", "h1", "h1", None),
        ("t1", "", "h1", "h1", None),
        ("", "", "h1", "h2", True),
        ("", "", "", None, None),
    ],
)
def test_unknown_is_never_no(
    tree_before: str, tree_after: str, head_before: str, head_after: str | None, progressed: bool | None
) -> None:
    assert has_progressed(tree_before, tree_after, head_before, head_after) is progressed
