"""The past is kept: every log of every released schema still folds to what it folded to."""

from pathlib import Path

import msgspec
import pytest

from tests.state.golden import FOLDER, differences, read_log, state_path, write_pair
from tests.state.strategies import run_by
from tmtui.events.base import SCHEMA_VERSION
from tmtui.events.codec import EVENT_TYPES
from tmtui.state.fold import fold_all


LOGS = sorted(FOLDER.glob("v*/*.jsonl"))


@pytest.mark.parametrize("path", LOGS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_golden_log_folds_to_its_state(path: Path) -> None:
    state = fold_all(read_log(path))
    golden = msgspec.json.decode(state_path(path).read_bytes())
    assert differences(golden, msgspec.json.decode(msgspec.json.encode(state))) == []
    assert state.anomalies == []


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION + 1))
def test_every_schema_has_golden_logs_with_every_event_that_it_knew(version: int) -> None:
    logs = [path for path in LOGS if path.parent.name == f"v{version}"]
    assert logs
    seen = {type(recorded.event) for path in logs for recorded in read_log(path)}
    if version == SCHEMA_VERSION:
        assert seen == set(EVENT_TYPES)


def test_every_golden_state_belongs_to_a_log() -> None:
    assert sorted(FOLDER.glob("v*/*.json")) == [state_path(path) for path in LOGS]


def test_a_pair_that_was_written_is_read_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / f"v{SCHEMA_VERSION}"
    folder.mkdir()
    log = run_by(7, 60, finished=True)
    write_pair(folder, "seven", log)
    assert read_log(folder / "seven.jsonl") == log


@pytest.mark.parametrize(
    ("golden", "today", "difference"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, []),
        ({"a": 1}, {"b": 1}, ["state.a is gone"]),
        ({"a": [1, 2]}, {"a": [1, 3]}, ["state.a[1] was 2 and is 3"]),
        ({"a": [1]}, {"a": [1, 3]}, ["state.a was [1] and is [1, 3]"]),
    ],
)
def test_more_is_no_difference_and_less_or_other_is(golden: object, today: object, difference: list[str]) -> None:
    assert differences(golden, today) == difference
