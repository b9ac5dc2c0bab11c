"""A killed writer, and a disk that forgets: what was acknowledged is there, or its loss is said."""

import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.store.logs import append, said, seqs, stored, take_over, texts
from tmtui.events.monitor import TailLost
from tmtui.store.connection import wal_of
from tmtui.store.head import HEAD, read_head
from tmtui.store.health import integrity_faults
from tmtui.store.schema import DATABASE


VICTIM = [sys.executable, "-m", "tests.store.victim"]

SLOW = pytest.mark.slow
SEEDS = [*range(5), *(pytest.param(seed, marks=SLOW) for seed in range(100, 200))]
KILLS = 2
"""How often each log is killed: the second writer begins on what the first one left."""


def acknowledged_until_killed(state_dir: Path, seed: int) -> list[int]:
    """Let a process write, kill it at a moment that the seed chooses, and give the numbers that it had been told."""
    with subprocess.Popen([*VICTIM, str(state_dir), str(seed)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        heard = [process.stdout.readline() for _ in range(random.Random(seed).randrange(1, 30))]
        process.kill()
        heard += process.stdout.readlines()
    assert process.returncode == -signal.SIGKILL
    return [int(line) for line in heard]


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_was_acknowledged_survives_the_death_of_the_writer(tmp_path: Path, seed: int) -> None:
    expected = 0
    for kill in range(KILLS):
        acknowledged = acknowledged_until_killed(tmp_path, seed + 1000 * kill)
        events = stored(tmp_path)
        assert seqs(events) == list(range(1, len(events) + 1))
        assert len(events) >= acknowledged[-1] >= expected, f"seed {seed}"
        head = read_head(tmp_path)
        assert head is not None
        assert acknowledged[-1] <= head.seq <= len(events)
        assert integrity_faults(tmp_path) == []
        expected = len(events)
    appender = take_over(tmp_path)
    assert appender.opened.unclean
    assert appender.opened.tail_lost is None
    assert appender.opened.epoch == KILLS + 1
    append(appender, said("life goes on"))
    appender.close(None)
    assert texts(stored(tmp_path))[-1] == "life goes on"


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(60))
def test_a_writer_can_be_killed_while_it_opens_the_log(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    before = rng.randrange(3)
    for _ in range(before):
        take_over(tmp_path).close(None)
    with subprocess.Popen([*VICTIM, str(tmp_path), str(seed)], stdout=subprocess.DEVNULL) as process:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=rng.uniform(0.15, 0.4))
        process.kill()
    appender = take_over(tmp_path)
    assert appender.opened.epoch in (before + 1, before + 2)
    append(appender, said("fine"))
    appender.close(None)
    assert texts(stored(tmp_path))[-1] == "fine"
    assert integrity_faults(tmp_path) == []


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log whose writer was killed, with all its events in the write-ahead log."""
    state_dir = tmp_path_factory.mktemp("killed")
    acknowledged_until_killed(state_dir, seed=11)
    return state_dir


def damaged_copy(killed: Path, state_dir: Path, write_ahead_log: bytes) -> None:
    for name in (DATABASE, HEAD):
        shutil.copy(killed / name, state_dir / name)
    wal_of(state_dir / DATABASE).write_bytes(write_ahead_log)


def check_prefix(state_dir: Path, everything: list[str]) -> None:
    """What is left is a beginning of what there was; what was shown of the rest is reported; the log goes on."""
    head = read_head(state_dir)
    assert head is not None
    appender = take_over(state_dir)
    found = appender.last_seq
    lost = TailLost(shown=head.seq, found=found) if found < head.seq else None
    assert appender.opened.tail_lost == lost
    append(appender, said("afresh"))
    appender.close(None)
    assert texts(stored(state_dir)) == [*everything[:found], "afresh"]
    assert integrity_faults(state_dir) == []


TENTHS = [*range(10), *(pytest.param(cut / 20, marks=SLOW) for cut in range(1, 200, 2))]


@pytest.mark.parametrize("tenths", TENTHS)
def test_a_torn_write_ahead_log_opens_to_a_prefix_and_the_loss_is_reported(
    tmp_path: Path, killed: Path, tenths: float
) -> None:
    everything = texts(stored(killed))
    data = wal_of(killed / DATABASE).read_bytes()
    damaged_copy(killed, tmp_path, data[: int(len(data) * tenths / 10)])
    check_prefix(tmp_path, everything)


@pytest.mark.parametrize("tenths", TENTHS)
def test_a_flipped_bit_in_the_write_ahead_log_ends_it_there(tmp_path: Path, killed: Path, tenths: float) -> None:
    everything = texts(stored(killed))
    data = bytearray(wal_of(killed / DATABASE).read_bytes())
    data[int(len(data) * tenths / 10)] ^= 0x10
    damaged_copy(killed, tmp_path, bytes(data))
    check_prefix(tmp_path, everything)


def test_what_was_lost_is_also_a_fault_that_the_doctor_finds(tmp_path: Path, killed: Path) -> None:
    damaged_copy(killed, tmp_path, b"")
    (fault,) = integrity_faults(tmp_path)
    assert "had been shown" in fault
