import subprocess
import sys
from pathlib import Path

import pytest

from tmtui.system.wardend_start import find_program


ROOT = Path(__file__).parents[2]


def test_the_wardens_process_needs_only_the_standard_library_and_little_of_it() -> None:
    code = "import sys; sys.path.append(sys.argv[1]); import tmtui.system.wardend; print(*sys.modules)"
    printed = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, str(ROOT)], capture_output=True, text=True, check=True
    ).stdout

    assert not {"msgspec", "psutil", "asyncio", "subprocess", "threading", "pathlib"} & set(printed.split())


@pytest.mark.parametrize(
    ("name", "search", "expected"),
    [
        ("tool", "{0}/a:{0}/b", "{0}/a/tool"),
        ("tool", "{0}/b:{0}/a", "{0}/b/tool"),
        ("tool", "{0}/none:{0}/folder:{0}/plain:{0}/b", "{0}/b/tool"),
        ("./tool", "{0}/a", "./tool"),
        ("/else/where", "{0}/a", "/else/where"),
    ],
)
def test_a_program_is_found_where_the_path_says(tmp_path: Path, name: str, search: str, expected: str) -> None:
    for folder, mode in (("a", 0o755), ("b", 0o755), ("plain", 0o644)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "tool").touch(mode)
    (tmp_path / "folder" / "tool").mkdir(parents=True)

    assert find_program(name, search.format(tmp_path)) == expected.format(tmp_path)


@pytest.mark.parametrize("search", ["", ":", ".", "here", ":{0}/none", "{0}/folder"])
def test_a_program_is_not_looked_for_where_the_command_starts(
    tmp_path: Path, search: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here").mkdir()
    for path in (tmp_path / "tool", tmp_path / "here" / "tool"):
        path.touch(0o755)
    (tmp_path / "folder" / "tool").mkdir(parents=True)

    with pytest.raises(FileNotFoundError):
        find_program("tool", search.format(tmp_path))


def test_a_program_that_may_not_be_executed_is_not_called_missing(tmp_path: Path) -> None:
    (tmp_path / "tool").touch(0o644)

    with pytest.raises(PermissionError):
        find_program("tool", str(tmp_path))
