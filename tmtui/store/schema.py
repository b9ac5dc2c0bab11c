"""What stands in the log's file.

- `events` is the truth: one row to an event, `seq` without a gap, never changed and never deleted (triggers see to
  it; retention, when it comes, drops them inside its own transaction). There is no index beside the key, because
  one costs every write: an index on task and attempt takes a seventh of the speed. `spans` says instead where in
  the log each task's and attempt's events lie, at one row to a task or attempt.
- `engine` has one row: the incarnation that owns the log. Each takeover raises `epoch`, and a writer whose epoch is
  no longer there may not write.
- All other tables are projections (`projections`): computed from the events in the same transaction, so that
  questions across runs need no replay, and computable again at any time.

An event's JSON is of `events.base.SCHEMA_VERSION` 1. The migration that goes with a second version adds a column
for it to `events`, with 1 as its default, which costs nothing for the rows that are there.
"""

from typing import Final


DATABASE: Final = "state.db"
"""The log's name in the state directory."""

APPLICATION_ID: Final = 0x746D7475
"""`tmtu` in SQLite's header: tells our files from other programs'."""

EVENTS: Final = """
CREATE TABLE events (
    seq     INTEGER PRIMARY KEY,
    run     TEXT    NOT NULL,
    epoch   INTEGER NOT NULL,
    task    TEXT    NOT NULL,
    attempt INTEGER NOT NULL,
    kind    TEXT    NOT NULL,
    at_wall INTEGER NOT NULL,
    at_mono INTEGER NOT NULL,
    data    TEXT    NOT NULL
) STRICT
"""

EVENTS_KEEP: Final = (
    "CREATE TRIGGER events_stay BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are never changed'); END",
    "CREATE TRIGGER events_remain BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END",
)

ENGINE: Final = """
CREATE TABLE engine (
    id         INTEGER PRIMARY KEY CHECK (id = 1),
    epoch      INTEGER NOT NULL,
    pid        INTEGER NOT NULL,
    host       TEXT    NOT NULL,
    boot_id    TEXT    NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at   INTEGER
) STRICT
"""

RUNS: Final = """
CREATE TABLE runs (
    run          TEXT    PRIMARY KEY,
    name         TEXT    NOT NULL DEFAULT '',
    plan_path    TEXT    NOT NULL DEFAULT '',
    plan_hash    TEXT    NOT NULL DEFAULT '',
    root         TEXT    NOT NULL DEFAULT '',
    agent        TEXT    NOT NULL DEFAULT '',
    status       TEXT    NOT NULL DEFAULT 'planned',
    paused       INTEGER NOT NULL DEFAULT 0,
    total        INTEGER NOT NULL DEFAULT 0,
    micro_spent  INTEGER NOT NULL DEFAULT 0,
    unknown_cost INTEGER NOT NULL DEFAULT 0,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    first_seq    INTEGER NOT NULL,
    last_seq     INTEGER NOT NULL
) STRICT, WITHOUT ROWID
"""

SPANS: Final = """
CREATE TABLE spans (
    run       TEXT    NOT NULL,
    task      TEXT    NOT NULL,
    attempt   INTEGER NOT NULL,
    first_seq INTEGER NOT NULL,
    last_seq  INTEGER NOT NULL,
    PRIMARY KEY (run, task, attempt)
) STRICT, WITHOUT ROWID
"""

ENDED_TASKS: Final = """
CREATE TABLE ended_tasks (
    run    TEXT NOT NULL,
    task   TEXT NOT NULL,
    status TEXT NOT NULL,
    PRIMARY KEY (run, task)
) STRICT, WITHOUT ROWID
"""

ATTEMPTS: Final = """
CREATE TABLE attempts (
    run         TEXT    NOT NULL,
    task        TEXT    NOT NULL,
    attempt     INTEGER NOT NULL,
    round       INTEGER NOT NULL,
    agent       TEXT    NOT NULL,
    model       TEXT    NOT NULL,
    status      TEXT    NOT NULL,
    outcome     TEXT    NOT NULL DEFAULT '',
    counted     INTEGER NOT NULL DEFAULT 0,
    tree_before TEXT    NOT NULL DEFAULT '',
    tree_after  TEXT    NOT NULL DEFAULT '',
    started_at  INTEGER NOT NULL,
    ended_at    INTEGER,
    PRIMARY KEY (run, task, attempt)
) STRICT, WITHOUT ROWID
"""

USAGE: Final = """
CREATE TABLE usage (
    seq                INTEGER PRIMARY KEY,
    run                TEXT    NOT NULL,
    task               TEXT    NOT NULL,
    attempt            INTEGER NOT NULL,
    model              TEXT    NOT NULL,
    input_tokens       INTEGER NOT NULL,
    output_tokens      INTEGER NOT NULL,
    cache_read_tokens  INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    micro              INTEGER,
    source             TEXT    NOT NULL,
    at_wall            INTEGER NOT NULL
) STRICT
"""

CIRCUITS: Final = """
CREATE TABLE circuits (
    key      TEXT    PRIMARY KEY,
    state    TEXT    NOT NULL,
    reason   TEXT    NOT NULL,
    until_ms INTEGER,
    data     TEXT    NOT NULL,
    run      TEXT    NOT NULL,
    at_wall  INTEGER NOT NULL
) STRICT, WITHOUT ROWID
"""
"""How each circuit stands: an outage that one run met is not news to the next."""

PROJECTIONS: Final = ("runs", "spans", "ended_tasks", "attempts", "usage", "circuits")
"""The tables that follow from `events`."""

VERSION_1: Final = (
    f"PRAGMA application_id = {APPLICATION_ID}",
    EVENTS,
    *EVENTS_KEEP,
    ENGINE,
    RUNS,
    SPANS,
    ENDED_TASKS,
    ATTEMPTS,
    USAGE,
)

VERSION_2: Final = (
    "ALTER TABLE usage ADD COLUMN cache_write_1h_tokens INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE usage ADD COLUMN provider TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE usage ADD COLUMN profile TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE usage ADD COLUMN user TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE usage ADD COLUMN request TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE usage ADD COLUMN estimated INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE usage ADD COLUMN saved_micro INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE runs ADD COLUMN estimated_cost INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX usage_by_time ON usage (at_wall)",
    CIRCUITS,
)
"""What a request cost is asked for across runs, by who made it, under what, and when. The events of a log of version
1 say nothing of that, so what the new columns get there is what they say."""

ADDED: Final = {
    1: {
        "usage": "0 AS cache_write_1h_tokens, '' AS provider, '' AS profile, '' AS user, '' AS request,"
        " 0 AS estimated, 0 AS saved_micro",
        "runs": "0 AS estimated_cost",
    }
}
"""For each older version, the columns that its tables lack, with what stands for them: a reader cannot migrate."""

ABSENT: Final = {
    1: {
        "circuits": "SELECT '' AS key, '' AS state, '' AS reason, NULL AS until_ms, '' AS data, '' AS run,"
        " 0 AS at_wall WHERE 0",
    }
}
"""For each older version, the tables that it lacks, as what a reader finds in their place: nothing."""
