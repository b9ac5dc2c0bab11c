"""Any point of a run: through snapshots, and without its output, it is what folding everything gives."""

import os
import random
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from tests.state.strategies import Told, damaged_runs, disorders, runs
from tests.store.logs import OTHER_RUN, RUN, START_MS, append, said, take_over, written
from tmtui.events.agent import AgentSpoke
from tmtui.events.base import Entry, Recorded
from tmtui.events.codec import UnreadableEventError
from tmtui.events.hook import HookPrinted, HookStalled
from tmtui.events.run import RunStarted
from tmtui.events.tool import ToolPrinted, ToolStalled
from tmtui.state.fold import fold_all
from tmtui.state.model import State
from tmtui.state.timeline import Timeline, survey_of
from tmtui.store import history, snapshots
from tmtui.store.appender import Appender
from tmtui.store.batch import Batch
from tmtui.store.history import History
from tmtui.store.intake import Submission
from tmtui.store.reader import LogReader
from tmtui.store.schema import DATABASE
from tmtui.store.snapshots import FOLDER, KEPT_RUNS, Snapshots, file_name


@pytest.fixture(autouse=True)
def _short_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps and snapshots of a few events, so that a short log has many."""
    monkeypatch.setattr(history, "STEP", 7)
    monkeypatch.setattr(history, "APART", 10)


def noisy(log: Sequence[Recorded], seed: int) -> list[Recorded]:
    """A log with much output, stalls and crashes put in between its events."""
    chance = random.Random(seed)
    told: list[Recorded] = []
    for recorded in log:
        told.append(recorded)
        for _ in range(chance.choice((0, 0, 0, 1, 4))):
            name = chance.choice(("a:1", "b:1", "it:1:1", *_ids(told)))
            event = chance.choice(
                (
                    AgentSpoke("x"),
                    ToolPrinted(name, "x"),
                    HookPrinted(name, "x"),
                    ToolStalled(name, "?", 45.0),
                    HookStalled(name, "?", 45.0),
                    RunStarted(2, "host", "boot"),
                )
            )
            told.append(Recorded(0, recorded.run, 1, recorded.task, recorded.attempt, recorded.at_wall, 0, event))
    return told


def _ids(log: Sequence[Recorded]) -> list[str]:
    return [each.event.id for each in log[-20:] if isinstance(getattr(each.event, "id", None), str)]  # type: ignore[attr-defined]  # asked for just before


def record(appender: Appender, log: Sequence[Recorded], run: str = RUN) -> list[Recorded]:
    """Write events down with their own times; give them as the log numbers them."""
    batch = Batch(appender.last_seq, appender.opened.epoch)
    for number, each in enumerate(log, appender.last_seq):
        entry = Entry(each.event, each.task, each.attempt)
        batch.add(Submission((entry,), run, each.at_wall, number, None))
    appender.append(batch)
    return batch.events


def folded(log: Sequence[Recorded], seq: int) -> State:
    return fold_all(each for each in log if each.seq <= seq)


def surveyed(past: History) -> Timeline:
    timeline = Timeline()
    for part in past.survey():
        timeline.take(part)
    return timeline


def whole(log: Sequence[Recorded]) -> Timeline:
    timeline = Timeline()
    timeline.take(survey_of(log))
    return timeline


def said_of(timeline: Timeline) -> tuple[object, ...]:
    cursors = range(len(timeline) + 1)
    places = [(timeline.seq_at(each), timeline.time_at(each), timeline.wall_at(each, 0)) for each in cursors]
    return places, timeline.failures, timeline.decisions, timeline.starts


@pytest.fixture(name="state_dir")
def _state_dir(tmp_path: Path) -> Path:
    """A folder with a log of two hundred pieces of output in one run."""
    written(tmp_path, said(*range(200)))
    return tmp_path


def file_of(state_dir: Path, run: str = RUN) -> Path:
    return state_dir / FOLDER / file_name(run)


# The law.


@settings(max_examples=25, deadline=None)
@given(runs(80) | damaged_runs | disorders, st.integers(0, 2**32))
def test_the_state_at_any_event_is_what_folding_all_before_it_gives(told: Told, seed: int) -> None:
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        state_dir = Path(folder)
        appender = take_over(state_dir)
        log: list[Recorded] = []
        rest = noisy(told, seed)
        while rest:  # other runs lie in between
            count = chance.randint(1, 60)
            log += record(appender, rest[:count])
            record(appender, rest[: chance.randint(0, 9)], OTHER_RUN)
            rest = rest[count:]
        appender.close(START_MS)
        for _ in ("made", "found"):
            with History.open(state_dir, RUN) as past:
                if chance.random() < 0.5:  # either way round
                    assert said_of(surveyed(past)) == said_of(whole(log))
                for seq in chance.sample(range(appender.last_seq + 2), min(8, appender.last_seq + 2)):
                    state = folded(log, seq)
                    assert past.state_at(seq) == state
                assert said_of(surveyed(past)) == said_of(whole(log))
                assert past.latest() == fold_all(log)


def test_what_is_between_two_events_is_read_as_it_was_recorded(state_dir: Path) -> None:
    with History.open(state_dir, RUN) as past, LogReader.open(state_dir) as reader:
        assert past.between(20, 30) == list(reader.events(RUN, after=20, upto=30))


def test_a_run_that_nobody_knows_has_no_past(state_dir: Path) -> None:
    with History.open(state_dir, OTHER_RUN) as past:
        assert len(surveyed(past)) == 0
        assert past.latest() == State()


def test_what_a_run_does_meanwhile_is_surveyed_the_next_time(state_dir: Path) -> None:
    with History.open(state_dir, RUN) as past:
        assert len(surveyed(past)) == 200
        written(state_dir, said("more"))
        assert past.latest().seq == 201
        assert len(surveyed(past)) == 201


def test_a_damaged_event_is_told_and_what_lies_before_it_can_be_seen(tmp_path: Path) -> None:
    appender = take_over(tmp_path)
    append(appender, said(*range(30)))
    assert appender._connection is not None
    insert = "INSERT INTO events VALUES (31, ?, 1, '', 0, 'run.paused', 0, 0, '{\"kind\": \"run.paused\"')"
    appender._connection.execute(insert, (RUN,))
    appender._connection.execute("UPDATE runs SET last_seq = 31")
    appender.close(START_MS)
    with History.open(tmp_path, RUN) as past:
        assert past.state_at(20).seq == 20
        with pytest.raises(UnreadableEventError, match="event 31"):
            past.latest()
        assert past.state_at(20).seq == 20


# The file.


def test_the_next_one_finds_what_was_kept(state_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with History.open(state_dir, RUN) as past:
        surveyed(past)
    kept = file_of(state_dir).read_bytes()
    monkeypatch.setattr(history, "STEP", 10_000)
    with History.open(state_dir, RUN) as past:
        assert past._seq > 180
        assert len(surveyed(past)) == 200
    assert file_of(state_dir).read_bytes() == kept


def test_it_is_the_owners_alone(state_dir: Path) -> None:
    with History.open(state_dir, RUN) as past:
        surveyed(past)
    assert stat.S_IMODE(file_of(state_dir).stat().st_mode) == 0o600
    assert stat.S_IMODE(file_of(state_dir).parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("seed", range(4))
def test_a_writer_that_was_killed_anywhere_leaves_what_was_whole(state_dir: Path, seed: int) -> None:
    with History.open(state_dir, RUN) as past, LogReader.open(state_dir) as reader:
        surveyed(past)
        log = list(reader.events(RUN))
    data = file_of(state_dir).read_bytes()
    chance = random.Random(seed)
    for end in [0, 1, len(data) - 1, *chance.sample(range(len(data)), 12)]:
        file_of(state_dir).write_bytes(data[:end])
        with History.open(state_dir, RUN) as past:
            seq = chance.randint(1, 200)
            assert past.state_at(seq) == folded(log, seq)
            assert said_of(surveyed(past)) == said_of(whole(log))
        with History.open(state_dir, RUN) as past:
            assert past._seq > 180


@pytest.mark.parametrize("seed", range(4))
def test_a_byte_that_was_changed_is_found_out_and_made_anew(state_dir: Path, seed: int) -> None:
    with History.open(state_dir, RUN) as past, LogReader.open(state_dir) as reader:
        surveyed(past)
        log = list(reader.events(RUN))
    data = bytearray(file_of(state_dir).read_bytes())
    chance = random.Random(seed)
    for place in chance.sample(range(len(data)), 12):
        spoiled = bytearray(data)
        spoiled[place] ^= chance.randint(1, 255)
        file_of(state_dir).write_bytes(spoiled)
        with History.open(state_dir, RUN) as past:
            assert said_of(surveyed(past)) == said_of(whole(log))
            assert past.state_at(150) == folded(log, 150)


def test_a_file_that_somebody_spoils_while_it_is_in_use_is_not_believed(state_dir: Path) -> None:
    with History.open(state_dir, RUN) as past, LogReader.open(state_dir) as reader:
        surveyed(past)
        with file_of(state_dir).open("r+b") as file:
            file.write(b"\0" * file.seek(0, os.SEEK_END))
        assert past.state_at(150) == folded(list(reader.events(RUN)), 150)


def test_what_other_code_has_made_is_made_anew(state_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with History.open(state_dir, RUN) as past:
        surveyed(past)
    monkeypatch.setattr(snapshots, "fingerprint", lambda: b"another")
    with History.open(state_dir, RUN) as past:
        assert past._seq == 0
        assert len(surveyed(past)) == 200


def test_the_snapshots_of_a_log_that_stood_here_before_are_forgotten(state_dir: Path) -> None:
    with History.open(state_dir, RUN) as past:
        surveyed(past)
    for path in state_dir.glob(f"{DATABASE}*"):
        path.unlink()
    for path in state_dir.glob("*head*"):
        path.unlink()
    written(state_dir, said("other"), said(*range(300)))
    with History.open(state_dir, RUN) as past, LogReader.open(state_dir) as reader:
        log = list(reader.events(RUN))
        assert said_of(surveyed(past)) == said_of(whole(log))
        assert past.state_at(123) == folded(log, 123)


def test_two_at_once_do_not_write_into_each_others_file(state_dir: Path) -> None:
    with History.open(state_dir, RUN) as one, History.open(state_dir, RUN) as other:
        for past in (one, other):
            assert len(surveyed(past)) == 200
        assert one.state_at(77) == other.state_at(77)
    with History.open(state_dir, RUN) as past:
        assert past._seq > 180


def test_where_nothing_can_be_written_it_works_all_the_same(state_dir: Path) -> None:
    (state_dir / FOLDER).write_text("no folder")
    with History.open(state_dir, RUN) as past:
        assert len(surveyed(past)) == 200
        assert past.state_at(77).seq == 77


def test_a_link_that_somebody_put_there_is_not_followed(
    state_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "precious"
    elsewhere.write_text("precious")
    (state_dir / FOLDER).mkdir()
    file_of(state_dir).symlink_to(elsewhere)
    with History.open(state_dir, RUN) as past:
        assert len(surveyed(past)) == 200
    assert elsewhere.read_text() == "precious"


def test_files_of_runs_that_were_not_looked_at_for_long_go(state_dir: Path) -> None:
    (state_dir / FOLDER).mkdir()
    for number in range(KEPT_RUNS + 5):
        path = state_dir / FOLDER / file_name(f"run-{number}")
        path.write_bytes(b"")
        os.utime(path, (number, number))
    Snapshots.open(state_dir, RUN).close()
    left = {path.name for path in (state_dir / FOLDER).iterdir()}
    assert len(left) == KEPT_RUNS
    assert file_name(RUN) in left
    assert file_name("run-0") not in left


@pytest.mark.parametrize("run", ["../../etc/passwd", "", ".", "a/b", "x" * 300, "\udcff"])
def test_a_runs_name_leads_nowhere(run: str) -> None:
    assert Path(file_name(run)).name == file_name(run)
    assert len(file_name(run)) < 100


KILLED = """
import os, sys
from pathlib import Path
from tmtui.store import history, snapshots
history.STEP, history.APART = 7, 10
write = os.pwrite
left = int(sys.argv[2])
def die_in_the_middle(handle, data, offset):
    global left
    if len(data) >= left:
        write(handle, data[:left], offset)
        os.kill(os.getpid(), 9)
    left -= len(data)
    return write(handle, data, offset)
os.pwrite = die_in_the_middle
for _ in history.History.open(Path(sys.argv[1]), sys.argv[3]).survey():
    pass
"""


@pytest.mark.parametrize("written_before", [30, 300, 3_000])
def test_a_crash_in_the_middle_of_writing_costs_only_what_was_being_written(
    state_dir: Path, written_before: int
) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, str(state_dir), str(written_before), RUN], check=False, timeout=60
    )
    assert ended.returncode == -9
    with History.open(state_dir, RUN) as past, LogReader.open(state_dir) as reader:
        log = list(reader.events(RUN))
        assert said_of(surveyed(past)) == said_of(whole(log))
        for seq in range(0, 201, 13):
            assert past.state_at(seq) == folded(log, seq)


@pytest.fixture(name="read_only")
def _read_only(state_dir: Path) -> Iterator[Path]:
    state_dir.chmod(0o500)
    yield state_dir
    state_dir.chmod(0o700)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_read(read_only: Path) -> None:
    with History.open(read_only, RUN, idle=True) as past:
        assert len(surveyed(past)) == 200
