"""The warden's jobs, and whose each process is.

A job is a command's first process, its *leader*, and everything that descends from it. What has lost its parent
comes to the warden, which asks in this order: was it seen under a job before? Is it in a leader's session? Does it
carry a job's label, or still hold its output? One that hides all of that belongs to the job that ends when no other
that runs could have started it.
"""

import math
import os
import sys
import time
from typing import Final, NamedTuple

from tmtui.system.processes import (
    Process,
    family,
    holds_pipe,
    label_of,
    leads_namespace,
    look_at,
    own_children,
    process_table,
)


RUNNING: Final = "running"
ENDING: Final = "ending"
KILLING: Final = "killing"

NEVER: Final = math.inf

_TICKS: Final = os.sysconf("SC_CLK_TCK")


class Job:
    """One command, with everything that it started."""

    def __init__(self, number: int, label: str, deadline: float, grace: float, *, stays: bool = False) -> None:
        self.number = number
        self.stays = stays
        """Whether its leader is a sandbox that stays above the command, see `Spawn.stays`."""
        self.label = label
        self.grace = grace
        self.alarm = deadline
        """When the next thing is due: the timeout, the end of the grace, the next round of KILL."""
        self.phase = RUNNING
        self.pid = 0
        self.pipe = 0
        """The inode of the pipe that takes its output."""
        self.born = ticks_now()
        """When it started, on the scale of `Process.start`."""
        self.started = time.monotonic()
        self.leads = True
        """Whether the leader lives."""
        self.told = False
        """Whether the engine knows that it does not, while something else is left."""
        self.code: int | None = None
        self.signal: int | None = None
        self.seconds = 0.0
        self.seen: dict[int, int] = {}
        """Number and start of every process that was ever seen in it."""
        self.give_up_at = NEVER
        self.timed_out = False
        self.canceled = False
        self.survivors = 0

    def leader_ended(self, code: int) -> None:
        """Note how the leader ended: an exit code, or a signal's number below zero."""
        self.leads = False
        self.code, self.signal = (code, None) if code >= 0 else (None, -code)
        self.seconds = time.monotonic() - self.started

    def to_ask(self, members: list[Process]) -> list[Process]:
        """Those that are asked to end: all, or all below the sandbox."""
        return [process for process in members if process.pid != self.pid] if self.stays else members

    def left_behind(self, members: list[Process]) -> list[Process]:
        """Those that the command left: not its first process, nor the sandbox."""
        others = [process for process in members if process.pid != self.pid]
        return [process for process in others if not leads_namespace(process.pid)] if self.stays else others


class Orphans(NamedTuple):
    """What a look at the processes without a parent came to."""

    living: list[Process]
    all_reaped: bool
    """False when one has died and is not reaped yet. What it had started may have come here since the look."""


NO_ORPHANS: Final = Orphans([], all_reaped=True)


class Jobs:
    """All jobs of which anything is left.

    Args:
        subreaper: Whether orphans come to this process. Where they do not, a job is its leader's process group.
    """

    def __init__(self, *, subreaper: bool) -> None:
        self.by_number: dict[int, Job] = {}
        self.by_leader: dict[int, Job] = {}
        """Those whose leader is not yet reaped."""
        self._subreaper = subreaper
        self._owners: dict[tuple[int, int], Job] = {}
        self._unkillable: set[int] = set()

    def add(self, job: Job) -> None:
        """Take a job that has just been started."""
        self.by_number[job.number] = self.by_leader[job.pid] = job

    def drop(self, job: Job, left: list[Process]) -> None:
        """Forget a job. What is left of it is not counted to any other."""
        del self.by_number[job.number]
        self._unkillable.update(process.pid for process in left)
        self._owners = {key: owner for key, owner in self._owners.items() if owner is not job}

    def orphans(self) -> Orphans:
        """The processes that have lost their parent and are not yet ended. Nearly always none."""
        if not self._subreaper:
            groups = {job.pid for job in self.by_number.values()}
            table = process_table().values()
            return Orphans([process for process in table if process.group in groups - {process.pid}], all_reaped=True)
        children = own_children()
        self._unkillable.intersection_update(children)
        found = [look_at(pid) for pid in children if pid not in self.by_leader and pid not in self._unkillable]
        return Orphans([process for process in found if process], all(found))

    def members(self, job: Job, orphans: list[Process]) -> list[Process]:
        """Every living process of a job."""
        roots = [process.pid for process in orphans if self._belongs(process, job)]
        if job.leads:
            roots.append(job.pid)
        members = family(roots) if roots else []
        job.seen.update((process.pid, process.start) for process in members)
        return members

    def _belongs(self, orphan: Process, job: Job) -> bool:
        owner = self._owners.get((orphan.pid, orphan.start)) or self._owner(orphan)
        if owner is None:
            others = (other for other in self.by_number.values() if other.leads and other is not job)
            return not any(other.born <= orphan.start for other in others)
        self._owners[orphan.pid, orphan.start] = owner
        return owner is job

    def _owner(self, orphan: Process) -> Job | None:
        jobs = self.by_number.values()
        for job in jobs:
            if job.seen.get(orphan.pid) == orphan.start or orphan.session == job.pid:
                return job
        label = label_of(orphan.pid)
        for job in jobs:
            if label == job.label or holds_pipe(orphan.pid, job.pipe):
                return job
        return None


def ticks_now() -> int:
    """The moment, on the scale of `Process.start`."""
    if sys.platform != "linux":
        return 0
    return int(time.clock_gettime(time.CLOCK_BOOTTIME) * _TICKS)
