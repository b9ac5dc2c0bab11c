"""Requests that were paid for at moments of one's choice."""

import datetime as dt
from pathlib import Path

from tests.store.logs import take_over
from tmtui.events.base import Entry, Event
from tmtui.store.batch import Batch
from tmtui.store.intake import Submission


def at(text: str) -> int:
    """The wall milliseconds of a time of the place."""
    return int(dt.datetime.fromisoformat(text).timestamp() * 1000)


def paid(state_dir: Path, *rows: tuple[int, str, str, int, Event]) -> None:
    """Write events: when, in which run, for which task and attempt, and what."""
    appender = take_over(state_dir)
    for at_wall, run, task, attempt, event in rows:
        batch = Batch(appender.last_seq, appender.opened.epoch)
        batch.add(Submission([Entry(event, task, attempt)], run, at_wall, at_wall * 1_000_000, None))
        appender.append(batch)
    appender.close(None)
