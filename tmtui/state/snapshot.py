"""A state as bytes and back, in parts that can be shared.

Between two snapshots of a run most of its tasks have not changed, and the plan hardly ever does. So each is a part of
its own: whoever keeps snapshots keeps a part once, and a long run's snapshots take little more room than its last.

A snapshot holds for the code that folded it: with another one, what was kept means nothing and is made anew.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from tmtui.domain.plan import Plan
from tmtui.state.model import State, TaskState


PLAN: Final = "plan"
"""The name of the part that is the plan; those of tasks begin with `TASK`."""

TASK: Final = "task:"

_encoder: Final = msgspec.msgpack.Encoder()
_state: Final = msgspec.msgpack.Decoder(State)
_plan: Final = msgspec.msgpack.Decoder(Plan | None)
_task: Final = msgspec.msgpack.Decoder(TaskState)


class SnapshotError(Exception):
    """These are not the parts of a state."""


class Snapshot(msgspec.Struct, frozen=True):
    """A state in parts."""

    head: bytes
    """All but the plan and the tasks."""
    parts: Mapping[str, bytes]
    """The plan and each task by name, the tasks in their order."""


def pack(state: State) -> Snapshot:
    """Put a state into bytes; it can be folded on afterwards."""
    head = _encoder.encode(msgspec.structs.replace(state, plan=None, tasks={}))
    tasks = {TASK + name: _encoder.encode(subject) for name, subject in state.tasks.items()}
    return Snapshot(head, {PLAN: _encoder.encode(state.plan), **tasks})


def unpack(snapshot: Snapshot) -> State:
    """The state that was packed, sharing nothing with any other.

    Raises:
        SnapshotError: the bytes are damaged.
    """
    try:
        state = _state.decode(snapshot.head)
        state.plan = _plan.decode(snapshot.parts[PLAN])
        for name, part in snapshot.parts.items():
            if name != PLAN:
                state.tasks[name.removeprefix(TASK)] = _task.decode(part)
    except (msgspec.MsgspecError, KeyError) as error:
        raise SnapshotError(str(error)) from error
    return state
