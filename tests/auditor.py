"""Judges a run from outside: the log held against what the world wrote down about what was done to it.

The auditor imports nothing of the engine. It reads the log as plain JSON, and it believes the world's record (a fake
provider's, a hook's own, a tool's own) rather than what the engine says of itself. What it looks for has a number in
the project's list of invariants:

    I1   a task that has succeeded is never begun again
    I2   the log has no gap
    I3   nothing happens in the world that had not been recorded before it happened
    I4   one engine writes at a time
    I5   what is recorded as spent is no less than what was spent, and every request has its one end
    I6   nothing that was done is done again

and three of its own: nobody is asked before the moment that it named, nobody whose circuit is open, and no attempt is
used up by what is no fault of the work.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec


Logged = Mapping[str, Any]
"""An event: its fields, with `kind`, `seq`, `epoch`, `at_wall`, `task` and `attempt`."""


class Asked(msgspec.Struct):
    """A request that a provider received, by the provider's own account."""

    key: str
    """`provider/model`."""
    task: str
    at_ms: int
    after_seq: int
    """The last event that was durable when it came."""
    cost_micro: int = 0
    """What the provider asks for it, as far as it was answered."""
    answered_ms: int | None = None
    """When the answer was whole, or broke off; None when nobody was left to take it."""
    opens_ms: int | None = None
    """Before when the provider wants no further request."""


class Record(msgspec.Struct):
    """What was done to the world, by its own account."""

    asked: list[Asked] = []
    hooks: list[str] = []
    """The ids of hooks that were started."""
    tools: list[str] = []
    """The ids of tool calls whose effect took place."""
    complaints: list[str] = []
    """What a provider found wrong with requests."""


def logged(event: Any, recorded: Any) -> dict[str, Any]:
    """An event of the engine's own types as the log's JSON has it."""
    told = {
        "seq": recorded.seq,
        "epoch": recorded.epoch,
        "at_wall": recorded.at_wall,
        "task": recorded.task,
        "attempt": recorded.attempt,
    }
    return {**told, **msgspec.to_builtins(event)}


def audit(events: Sequence[Logged], record: Record) -> list[str]:
    """Everything that is wrong with a run; empty when nothing is."""
    return [
        *_ended_tasks(events),
        *_order(events),
        *_intents(events, record),
        *_requests(events),
        *_money(events, record),
        *_done_twice(events, record),
        *_too_early(events, record.asked),
        *_held(events),
        *_open_circuits(events, record.asked),
        *_used_up(events),
        *(f"I3: the provider complains: {complaint}" for complaint in record.complaints),
    ]


def _of(events: Iterable[Logged], *kinds: str) -> Iterator[Logged]:
    return (event for event in events if event["kind"] in kinds)


def _ended_tasks(events: Sequence[Logged]) -> Iterator[str]:
    done: set[str] = set()
    for event in _of(events, "task.succeeded", "task.reopened", "attempt.started", "request.started", "tool.started"):
        if event["kind"] == "task.succeeded":
            done.add(event["task"])
        elif event["task"] in done:
            yield f"I1: {event['kind']} (seq {event['seq']}) after {event['task']} had succeeded"


def _order(events: Sequence[Logged]) -> Iterator[str]:
    if [event["seq"] for event in events] != list(range(1, len(events) + 1)):
        yield "I2: the log has a gap"
    epochs = [event["epoch"] for event in events]
    if epochs != sorted(epochs):
        yield "I4: an engine wrote after its successor"


def _intents(events: Sequence[Logged], record: Record) -> Iterator[str]:
    known = {event["id"] for event in _of(events, "tool.started", "hook.started")}
    done = (*record.hooks, *record.tools)
    yield from (f"I3: {each} was done without an intent" for each in done if each not in known)
    used: set[str] = set()
    for asked, intent in _paired(events, record.asked):
        if intent is None or intent["id"] in used or f"{intent['provider']}/{intent['model']}" != asked.key:
            yield f"I3: {asked.key} was asked for {asked.task} after seq {asked.after_seq}, and no intent says so"
        else:
            used.add(intent["id"])


def _paired(events: Sequence[Logged], asked: Sequence[Asked]) -> Iterator[tuple[Asked, Logged | None]]:
    """Each request that came, with the last intent of its task that was durable then."""
    started: dict[str, list[Logged]] = {}
    for event in _of(events, "request.started"):
        started.setdefault(event["task"], []).append(event)
    for each in asked:
        before = [intent for intent in started.get(each.task, ()) if intent["seq"] <= each.after_seq]
        yield each, before[-1] if before else None


def _requests(events: Sequence[Logged]) -> Iterator[str]:
    started = Counter(event["id"] for event in _of(events, "request.started"))
    finished = Counter(event["id"] for event in _of(events, "request.finished"))
    spent = Counter(event["request"] for event in _of(events, "money.spent") if event.get("request"))
    yield from (f"I5: request {name} began {count} times" for name, count in started.items() if count > 1)
    yield from (f"I5: request {name} has {finished[name]} ends" for name in started if finished[name] != 1)
    yield from (f"I5: request {name} was paid {count} times" for name, count in spent.items() if count > 1)


def _money(events: Sequence[Logged], record: Record) -> Iterator[str]:
    recorded = sum(event.get("micro") or 0 for event in _of(events, "money.spent"))
    true = sum(asked.cost_micro for asked in record.asked)
    if recorded < true:
        yield f"I5: {recorded} micro-dollars are recorded and {true} were spent"


def _done_twice(events: Sequence[Logged], record: Record) -> Iterator[str]:
    yield from (f"I6: {done} was done {count} times" for done, count in Counter(record.tools).items() if count > 1)
    finished = Counter(event["id"] for event in _of(events, "tool.finished"))
    yield from (f"I6: {name} finished {count} times" for name, count in finished.items() if count > 1)
    calls = {event["id"]: (event["task"], event.get("call", "")) for event in _of(events, "tool.started")}
    well = Counter(
        calls[event["id"]]
        for event in _of(events, "tool.finished")
        if event["status"] == "ok" and calls[event["id"]][1]
    )
    yield from (f"I6: the call {call} was carried out {count} times" for call, count in well.items() if count > 1)


def _too_early(events: Sequence[Logged], asked: Sequence[Asked]) -> Iterator[str]:
    """Once an engine has heard that it is to wait, it intends no request before the end, unless a person wants it."""
    pairs = [(each, intent) for each, intent in _paired(events, asked) if intent is not None]
    ends = _of(events, "request.finished")
    heard = {event["id"]: event["seq"] for event in ends if event["outcome"]["kind"] != "interrupted_crash"}
    for told, its in pairs:
        if told.opens_ms is None or told.answered_ms is None or its["id"] not in heard:
            continue
        since = heard[its["id"]]
        until = min([told.opens_ms, *_interruptions(events, since)])
        for other, intent in pairs:
            if other.key == told.key and intent["seq"] > since and other.at_ms < until:
                yield f"{told.key} was asked at {other.at_ms}, and was not to be asked before {told.opens_ms}"


def _interruptions(events: Sequence[Logged], seq: int) -> Iterator[int]:
    """When an engine died, so that what it had been told in passing is gone, or a person said go on."""
    for event in _of(events, "run.started", "run.woken", "run.unpaused"):
        if event["seq"] > seq:
            yield event["at_wall"]


def _held(events: Sequence[Logged]) -> Iterator[str]:
    """What a run waits for is not asked before the end that was told, by any engine, unless the run was woken."""
    holds: dict[str, int] = {}
    for event in _of(events, "run.waiting", "run.woken", "request.started"):
        if event["kind"] == "run.woken":
            holds.clear()
        elif event["kind"] == "run.waiting":
            if event.get("until_ms") and event["reason"] in ("rate_limit", "offline"):
                holds[event.get("key", "")] = event["until_ms"]
        elif event["at_wall"] < holds.get(key := f"{event['provider']}/{event['model']}", 0):
            yield f"{key} was asked at {event['at_wall']}, and the run waits for it until {holds[key]}"


def _open_circuits(events: Sequence[Logged], asked: Sequence[Asked]) -> Iterator[str]:
    changes: dict[str, list[Logged]] = {}
    for event in _of(events, "provider.broken"):
        changes.setdefault(event["key"], []).append(event)
    for request, intent in _paired(events, asked):
        for key in (request.key, request.key.partition("/")[0]):
            seq = 0 if intent is None else intent["seq"]
            known = [change for change in changes.get(key, ()) if change["seq"] < seq]
            if known and known[-1]["state"] == "open" and request.at_ms < known[-1]["until_ms"]:
                yield f"{key} was asked at {request.at_ms}, and its circuit is open until {known[-1]['until_ms']}"


NO_FAULT = {
    "api_500",
    "auth",
    "budget_day",
    "budget_run",
    "budget_task",
    "canceled_user",
    "interrupted_crash",
    "net_connect",
    "overloaded",
    "quota_exhausted",
    "rate_limited",
    "stall_nobytes",
    "stream_interrupted",
    "stream_truncated",
    "timeout_connect",
    "timeout_first_byte",
}
"""Ends of an attempt that say nothing about the work."""


def _used_up(events: Sequence[Logged]) -> Iterator[str]:
    for event in _of(events, "attempt.finished"):
        if event["counted"] and event["outcome"]["kind"] in NO_FAULT:
            yield f"an attempt at {event['task']} was used up by {event['outcome']['kind']}"
