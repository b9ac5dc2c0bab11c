"""A killed writer, and a disk that loses what it had promised to keep: what was acknowledged is there, or its loss is said."""

import contextlib
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.logs import RUN, append, said, seqs, stored, take_over, texts
from tmtui.events.monitor import TailLost
from tmtui.store.connection import wal_of
from tmtui.store.head import read_head
from tmtui.store.health import integrity_faults
from tmtui.store.schema import DATABASE


FAST_SEEDS = range(10)
SLOW_SEEDS = range(100, 200)


@contextlib.contextmanager
def victim(state_dir: Path, seed: int) -> Iterator[subprocess.Popen[bytes]]:
    """A writing process, which is dead afterwards."""
    command = [sys.executable, "-m", "tests.store.victim", str(state_dir), str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def kill_after(state_dir: Path, seed: int, acknowledgements: int) -> int:
    """Let a writer be told that many times that its events are stored, kill it, and give the last number it knew."""
    with victim(state_dir, seed) as process:
        assert process.stdout is not None
        for _ in range(acknowledgements):
            process.stdout.readline()
        process.kill()
        rest = process.stdout.read().split(b"\n")
    assert process.returncode == -signal.SIGKILL
    return 0
