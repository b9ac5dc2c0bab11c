import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.commands import started
from tmtui.system.lock import FILE_NAME, EngineLock, Held, Holder, holder_of, read_holder
from tmtui.system.warden import Warden


ROOT = Path(__file__).parents[2]
ME = Holder(pid=os.getpid(), host=os.uname().nodename, started_wall_ms=1, run="r-1", argv0="tmtui run")


@pytest.fixture(name="contenders")
def _contenders(tmp_path: Path) -> Iterator["Contenders"]:
    contenders = Contenders(tmp_path)
    yield contenders
    for process in contenders.processes:
        process.kill()
        process.communicate()


class Contenders:
    """Processes that want the lock of one folder."""

    def __init__(self, folder: Path) -> None:
        self.processes: list[subprocess.Popen[str]] = []
        self._command = [sys.executable, "-m", "tests.system.holding", str(folder)]

    def add(self) -> "subprocess.Popen[str]":
        process = subprocess.Popen(self._command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.processes.append(process)
        return process


def said(process: "subprocess.Popen[str]") -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def test_of_twenty_at_once_one_wins_and_the_others_learn_who(contenders: Contenders) -> None:
    processes = [contenders.add() for _ in range(20)]
    words = {process.pid: said(process) for process in processes}
    winners = [pid for pid, word in words.items() if word == "held"]

    assert len(winners) == 1
    assert {word for word in words.values() if word != "held"} == {str(winners[0])}


def test_a_holder_that_is_killed_holds_nothing(contenders: Contenders, tmp_path: Path) -> None:
    process = contenders.add()
    assert said(process) == "held"
    holder = holder_of(tmp_path)
    assert holder
    assert holder.pid == process.pid

    process.kill()
    process.wait()

    assert holder_of(tmp_path) is None
    EngineLock.acquire(tmp_path, ME).release()


async def test_a_command_does_not_keep_the_lock_of_its_engine(tmp_path: Path, warden: Warden) -> None:
    lock = EngineLock.acquire(tmp_path, ME)
    child = await started(warden, "echo ready; sleep 86400")
    lock.release()

    assert holder_of(tmp_path) is None
    EngineLock.acquire(tmp_path, ME).release()
    child.cancel(grace=0)
    await child.wait()


def test_the_holder_is_told_and_its_run_when_it_has_one(tmp_path: Path) -> None:
    lock = EngineLock.acquire(tmp_path, ME)

    with pytest.raises(Held) as refused:
        EngineLock.acquire(tmp_path, ME)
    assert refused.value.holder == ME

    lock.describe("run-2")
    holder = holder_of(tmp_path)
    assert holder
    assert holder.run == "run-2"
    lock.release()


def test_waiting_for_the_lock_takes_it_when_it_is_let_go(contenders: Contenders, tmp_path: Path) -> None:
    process = contenders.add()
    assert said(process) == "held"
    assert process.stdin
    process.stdin.write("let go\n")
    process.stdin.flush()

    EngineLock.acquire(tmp_path, ME, wait=10).release()


def test_nobody_holds_what_is_not_there_or_was_let_go(tmp_path: Path) -> None:
    assert holder_of(tmp_path) is None
    lock = EngineLock.acquire(tmp_path, ME)
    lock.release()
    lock.release()

    assert holder_of(tmp_path) is None
    assert (tmp_path / FILE_NAME).read_bytes() == b""
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o777 == 0o600


def test_words_that_nobody_holds_by_decide_nothing(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b'{"pid": 1, "argv0": "somebody else"}\n')

    assert holder_of(tmp_path) is None
    EngineLock.acquire(tmp_path, ME).release()


def test_a_lock_file_that_is_deleted_does_not_let_a_second_engine_in_unseen(tmp_path: Path) -> None:
    first = EngineLock.acquire(tmp_path, ME)
    (tmp_path / FILE_NAME).unlink()
    second = EngineLock.acquire(tmp_path, ME)

    assert holder_of(tmp_path) == ME
    first.release()
    assert holder_of(tmp_path) == ME
    second.release()


def test_a_lock_that_is_a_symbolic_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).symlink_to(tmp_path / "elsewhere")

    with pytest.raises(OSError, match="symbolic links"):
        EngineLock.acquire(tmp_path, ME)
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("text", [b"", b"\n", b"nonsense", b'{"pid": "x"}', b"\xff\xfe", b'{"pid": 1'])
def test_words_that_cannot_be_read_tell_of_nobody(text: bytes) -> None:
    assert read_holder(text) == Holder()
    assert str(read_holder(text)) == "another process"


def test_only_the_first_line_counts() -> None:
    assert read_holder(b'{"pid": 5}\nrest of an earlier, longer word"}\n') == Holder(pid=5)


@pytest.mark.parametrize(
    ("holder", "words"),
    [
        (Holder(), "another process"),
        (Holder(pid=7), "a process (pid 7)"),
        (Holder(7, "host", 1, "/dev/pts/1", "r-1", "tmtui run"), "tmtui run (pid 7, on host, /dev/pts/1, run r-1)"),
    ],
)
def test_a_holder_in_words(holder: Holder, words: str) -> None:
    assert str(holder) == words
