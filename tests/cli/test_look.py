"""What one cockpit leaves for the next."""

from pathlib import Path

import pytest

from tmtui.cli.look import HABITS, read_habits, write_habits
from tmtui.system.state_dir import prepare
from tmtui.tui.ports import Habits


def test_habits_are_found_again(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    prepare(folder)
    write_habits(folder, Habits(tree_width=60, theme="nord", silent=True))
    write_habits(folder, Habits(tree_width=6))
    assert read_habits(folder) == Habits(tree_width=6)
    assert (folder / HABITS).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("written", [b"", b"{", b'{"tree_width": "wide"}', b"\xff"])
def test_what_cannot_be_read_is_forgotten(written: bytes, tmp_path: Path) -> None:
    (tmp_path / HABITS).write_bytes(written)
    assert read_habits(tmp_path) == Habits()


def test_where_nothing_can_be_kept_nothing_is(tmp_path: Path) -> None:
    assert read_habits(tmp_path / "nowhere") == Habits()
    (tmp_path / "elsewhere").write_text("mine")
    (tmp_path / HABITS).symlink_to(tmp_path / "elsewhere")
    write_habits(tmp_path, Habits(tree_width=60))
    assert (tmp_path / "elsewhere").read_text() == "mine"
    write_habits(tmp_path / "nowhere", Habits(tree_width=60))
