"""Logs of released schemas, kept for ever: whatever becomes of the program, it must still read them as it did.

A golden pair lies in `tests/golden/v<schema>/`: `<name>.jsonl` holds one recorded event to a line, with its place
around it, and `<name>.state.json` the state that they folded to when they were recorded.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import msgspec

from tmtui.events.base import Recorded
from tmtui.events.codec import decode
from tmtui.state.fold import fold_all


FOLDER: Final = Path(__file__).parents[1] / "golden"


class Line(msgspec.Struct):
    """A recorded event whose own JSON is still to be read."""

    seq: int
    run: str
    epoch: int
    task: str
    attempt: int
    at_wall: int
    at_mono: int
    event: msgspec.Raw


def schema_of(path: Path) -> int:
    """The schema version in which a golden log is written."""
    return int(path.parent.name.removeprefix("v"))


def read_log(path: Path) -> list[Recorded]:
    """The events of a golden log, brought up to today's schema."""
    version = schema_of(path)
    return [_recorded(msgspec.json.decode(line, type=Line), version) for line in path.read_bytes().splitlines()]


def _recorded(line: Line, version: int) -> Recorded:
    event = decode(bytes(line.event), version)
    return Recorded(line.seq, line.run, line.epoch, line.task, line.attempt, line.at_wall, line.at_mono, event)


def state_path(path: Path) -> Path:
    """Where the state of a golden log lies."""
    return path.with_suffix(".state.json")


def write_pair(folder: Path, name: str, log: Iterable[Recorded]) -> None:
    """Keep a log, and the state that it folds to today."""
    log = list(log)
    path = folder / f"{name}.jsonl"
    path.write_bytes(b"".join(msgspec.json.encode(recorded) + b"\n" for recorded in log))
    state_path(path).write_bytes(msgspec.json.format(msgspec.json.encode(fold_all(log)), indent=1) + b"\n")


def differences(golden: Any, today: Any, place: str = "state") -> list[str]:
    """What the golden value says and today's does not; whatever today's says on top is no difference."""
    if isinstance(golden, dict) and isinstance(today, dict):
        missing = [f"{place}.{key} is gone" for key in golden if key not in today]
        shared = [key for key in golden if key in today]
        return missing + [line for key in shared for line in differences(golden[key], today[key], f"{place}.{key}")]
    if isinstance(golden, list) and isinstance(today, list) and len(golden) == len(today):
        pairs = enumerate(zip(golden, today, strict=True))
        return [line for number, (old, new) in pairs for line in differences(old, new, f"{place}[{number}]")]
    return [] if golden == today else [f"{place} was {golden!r} and is {today!r}"]
