"""A record of a million events: opening it, and getting to any place in it.

The yardstick is what there is without snapshots: to read and fold every event up to the place. In a terminal, opening
counts from the start of the program to a scrubber that knows the whole run; a seek counts from the key to the run's
status at the other end of the record.
"""

import os
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.benchmarks.long_run import write_long_run
from tests.benchmarks.measure import Row, Steal, seconds
from tests.benchmarks.screen import read, terminal
from tests.store.logs import RUN
from tmtui.state.fold import fold_all
from tmtui.state.timeline import Timeline
from tmtui.store.history import History
from tmtui.store.reader import LogReader
from tmtui.store.snapshots import FOLDER, file_name, fingerprint


EVENTS: Final = 1_000_000
OPENED: Final = 5
"""Times that it is opened, with and without snapshots."""
SEEKS: Final = 60
FOLDED: Final = 3
"""Places that are folded to for comparison."""
KEYS: Final = 12
PATIENCE: Final = 60.0

TO_BEGINNING, TO_END = b"0", b"$"


def run() -> list[Row]:
    """Measure the log by itself, then the program in a terminal."""
    with tempfile.TemporaryDirectory(prefix="tmtui-benchmark-") as folder:
        state_dir = Path(folder, ".taskmaster")
        state_dir.mkdir(mode=0o700)
        write_long_run(state_dir, EVENTS)
        fingerprint()
        return [*_opening(state_dir), *_seeking(state_dir), *_on_screen(Path(folder), state_dir)]


def _row(
    name: str, figures: list[float], target: str, note: str, steal: Steal, yardstick: float | None = None
) -> Row:
    value = statistics.median(figures)
    return Row(
        name=name,
        value=value,
        yardstick=yardstick,
        target=target,
        unit="ms",
        note=f"{note}; {min(figures):,.0f} to {max(figures):,.0f} ms" + _share(value, yardstick),
        steal=steal.percent(),
    )


def _share(value: float, yardstick: float | None) -> str:
    return "" if yardstick is None else f"; {value / yardstick:.3f} of the yardstick"


def _times(action: Callable[[], object], count: int) -> list[float]:
    return [1e3 * seconds(action) for _ in range(count)]


# The log.


def _opening(state_dir: Path) -> list[Row]:
    steal = Steal()
    folded = 1e3 * seconds(lambda: _fold(state_dir, EVENTS))
    cold = _times(lambda: _survey_afresh(state_dir), OPENED)
    warm = _times(lambda: _survey(state_dir), OPENED)
    size = (state_dir / FOLDER / file_name(RUN)).stat().st_size / 1e6
    log = (state_dir / "state.db").stat().st_size / 1e6
    note = f"yardstick: fold all {EVENTS:,}"
    return [
        _row("open a record, nothing kept of it", cold, "<= 2000", note, steal, folded),
        _row("open it again", warm, "<= 2000", f"snapshots: {size:.1f} MB, log {log:.0f} MB", steal, folded),
    ]


def _survey_afresh(state_dir: Path) -> None:
    (state_dir / FOLDER / file_name(RUN)).unlink(missing_ok=True)
    _survey(state_dir)


def _survey(state_dir: Path) -> None:
    timeline = Timeline()
    with History.open(state_dir, RUN) as past:
        for part in past.survey():
            timeline.take(part)
    assert len(timeline) == EVENTS


def _fold(state_dir: Path, upto: int) -> None:
    with LogReader.open(state_dir) as reader:
        assert fold_all(reader.events(RUN, upto=upto)).seq == upto


def _seeking(state_dir: Path) -> list[Row]:
    chance = random.Random(1)
    steal = Steal()
    places = [chance.randint(1, EVENTS) for _ in range(SEEKS)]
    with History.open(state_dir, RUN) as past:
        figures = [1e3 * seconds(lambda place=place: past.state_at(place)) for place in places]  # type: ignore[misc]  # a loop's value
    folded = statistics.median(
        1e3 * seconds(lambda place=place: _fold(state_dir, place))  # type: ignore[misc]  # a loop's value
        for place in places[:FOLDED]
    )
    note = "yardstick: fold all before it"
    worst = Row(name="the slowest of these", value=max(figures), target="<= 200", unit="ms", steal=steal.percent())
    return [_row(f"the state at any of {SEEKS} places", figures, "<= 200", note, steal, folded), worst]


# The screen.


def _on_screen(root: Path, state_dir: Path) -> list[Row]:
    steal = Steal()
    (state_dir / FOLDER / file_name(RUN)).unlink(missing_ok=True)
    cold, _, _ = _play(root, keys=0)
    warm, seeks, memory = _play(root, keys=KEYS)
    return [
        _row("tmtui replay until the whole run is there, nothing kept", [cold], "<= 2000", "in a terminal", steal),
        _row("the same again", [warm], "<= 2000", "in a terminal", steal),
        _row("a seek from end to end, on the screen", seeks, "<= 200", f"{KEYS} keys", steal),
        Row(name="memory of the program afterwards", value=memory, unit="MB", steal=steal.percent()),
    ]


def _play(root: Path, keys: int) -> tuple[float, list[float], float]:
    """Milliseconds until the record is open, those of each seek, and megabytes."""
    start = time.perf_counter()
    here = {"PYTHONPATH": str(Path(__file__).parents[2])}
    with terminal([sys.executable, "-m", "tmtui", "replay", RUN], cwd=root, more=here) as (master, pid):
        _until(master, re.compile(rb"of %s" % f"{EVENTS:,}".encode()))
        opened = 1e3 * (time.perf_counter() - start)
        seeks = []
        for number in range(keys):
            key, word = (TO_END, b"INCOMPLETE") if number % 2 == 0 else (TO_BEGINNING, b"RUNNING")
            _drain(master)
            begun = time.perf_counter()
            os.write(master, key)
            _until(master, re.compile(word))
            seeks.append(1e3 * (time.perf_counter() - begun))
        return opened, seeks, _megabytes(pid)


def _until(master: int, wanted: re.Pattern[bytes]) -> None:
    seen, end = b"", time.monotonic() + PATIENCE
    while not wanted.search(seen):
        if time.monotonic() > end:
            raise TimeoutError(f"{wanted.pattern!r} was never drawn")
        seen = seen[-8_192:] + read(master, 0.5)


def _drain(master: int) -> None:
    while read(master, 0.3):
        pass


def _megabytes(pid: int) -> float:
    try:
        found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    except OSError:
        return float("nan")
    return int(found.group(1)) / 1e3 if found else float("nan")
