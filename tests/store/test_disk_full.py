"""No room left: nobody is told that anything was stored, and when there is room again the log goes on by itself."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.store.logs import seqs, stored, texts
from tmtui.store.health import integrity_faults


CRAMPED = [sys.executable, "-m", "tests.store.cramped"]


def test_a_writer_that_may_not_grow_its_files_waits_and_goes_on_when_it_may(tmp_path: Path) -> None:
    ended = subprocess.run([*CRAMPED, str(tmp_path), "limit"], capture_output=True, text=True, check=True, timeout=60)
    waiting, first, last, seq = ended.stdout.split()
    assert (waiting, first, last) == ("waiting", "storage_io", "over")
    events = stored(tmp_path)
    assert seqs(events) == list(range(1, int(seq) + 1))
    assert texts(events)[-1] == "room again"
    assert integrity_faults(tmp_path) == []


def in_a_small_file_system(folder: Path, size: str, command: list[str]) -> list[str] | None:
    """A command that sees a small file system of its own at `folder`; None where that is not allowed."""
    if not shutil.which("unshare"):
        return None
    wrapped = ["unshare", "-Urm", "sh", "-c", f'mount -t tmpfs -o size={size} tmpfs "$0" && exec "$@"', str(folder)]
    allowed = subprocess.run([*wrapped, "true"], capture_output=True, check=False).returncode == 0
    return [*wrapped, *command] if allowed else None


def test_a_writer_on_a_full_disk_waits_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    check = (
        "import sys; from pathlib import Path; from tests.store.logs import stored;"
        "from tmtui.store.health import integrity_faults; folder = Path(sys.argv[1]);"
        "print(len(stored(folder)), len(integrity_faults(folder)))"
    )
    python = f"'{sys.executable}'"
    script = f"{python} -m tests.store.cramped '{tmp_path}' ballast && {python} -c '{check}' '{tmp_path}'"
    command = in_a_small_file_system(tmp_path, "4m", ["sh", "-c", script])
    if command is None:
        pytest.skip("this user may not mount a file system of his own")
    ended = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    waiting, first, last, seq, found, faults = ended.stdout.split()
    assert (waiting, first, last) == ("waiting", "storage_full", "over")
    assert (found, faults) == (seq, "0")
