"""The process that keeps every command an engine runs, and ends what they leave behind.

It is a process of its own because of three things an engine cannot do for itself: it goes on when the engine is
killed, so the engine's death ends its commands; it is a *subreaper*, so no process below it can leave the tree,
whatever it does to its session, its group or its environment; and it may reap any child, which would take an
engine's event loop by surprise. One thread, no dependencies, one loop: what ended, what was asked, what is due.

    running ──leader ends──► nothing left ───────────────────────────────► over
       │                     something left ─┐                               ▲
       └──timeout, cancel────────────────────┴► ending ──grace──► killing ───┘
                                                TERM              KILL, until nothing is left

Orphans come to the warden, and are counted to a job by `tmtui.system.wardend_jobs`.

Two promises keep it honest. The socket to the engine is the death pipe: when it closes, everything below is killed
at once. And the lock is held from the first moment to the last, so that a new engine can wait until this is done.
"""

import array
import errno
import fcntl
import json
import math
import os
import resource
import select
import signal
import socket
import sys
import time
from collections import deque
from typing import Any, Final

from tmtui.system.processes import Process, family, kill_all, own_children, send_signal
from tmtui.system.wardend_jobs import ENDING, KILLING, NEVER, NO_ORPHANS, RUNNING, Job, Jobs
from tmtui.system.wardend_start import explain, start_command


BATCH: Final = 4
"""Requests to carry out before the engine is told of any: to wake it costs as much as to start a command."""
KILL_ROUND: Final = 0.02
"""Seconds between two rounds of KILL: a process may start another while it is being killed."""
GIVE_UP: Final = 5.0
"""Seconds of KILL after which what still lives is reported as unkillable: another user's, or stuck in the kernel."""
LONGEST_REST: Final = 600.0
"""Seconds to wait for news at most; the clock of `poll` does not take any number."""

IGNORED: Final = (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM, signal.SIGPIPE)
"""The engine's terminal and a command's `kill $PPID` mean others: only the closed socket ends a warden."""

_PR_SET_NAME: Final = 15
_PR_SET_CHILD_SUBREAPER: Final = 36
_CLOSE_ON_EXEC: Final = getattr(socket, "MSG_CMSG_CLOEXEC", 0)


class Keeper:
    """Carries out what the engine asks, and looks after every job until nothing of it is left."""

    def __init__(self, engine: socket.socket, *, subreaper: bool) -> None:
        self._engine = engine
        self._jobs = Jobs(subreaper=subreaper)
        self._received = bytearray()
        self._handles: deque[int] = deque()
        self._unsent = bytearray()
        self._woken, self._waker = os.pipe()
        for handle in (self._woken, self._waker):
            os.set_blocking(handle, False)

    # The loop.

    def serve(self) -> None:
        """Work until the engine closes its end."""
        self._engine.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)
        poll = select.poll()
        poll.register(self._woken, select.POLLIN)
        connected = True
        while connected:
            poll.register(self._engine, select.POLLIN | (select.POLLOUT if self._unsent else 0))
            ready = dict(poll.poll(self._rest()))
            ended = self._woken in ready and self._reap()
            if ready.get(self._engine.fileno(), 0) & ~select.POLLOUT:
                connected = all(self._receive() for _ in range(BATCH))
            self._look_after_jobs(looking=ended)
            self.flush()

    def _rest(self) -> int:
        alarm = min((job.alarm for job in self._jobs.by_number.values()), default=NEVER)
        return math.ceil(max(0.0, min(alarm - time.monotonic(), LONGEST_REST)) * 1000)

    def _reap(self) -> bool:
        os.read(self._woken, 4096)
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return True
            if pid == 0:
                return True
            job = self._jobs.by_leader.pop(pid, None)
            if job:
                job.leader_ended(os.waitstatus_to_exitcode(status))

    # The engine's side.

    def _receive(self) -> bool:
        space = socket.CMSG_SPACE(array.array("i").itemsize * 64)
        try:
            data, ancillary, _, _ = self._engine.recvmsg(65536, space, _CLOSE_ON_EXEC)
        except BlockingIOError:
            return True
        except ConnectionError:
            return False
        for _, _, payload in ancillary:
            handles = array.array("i", payload)
            for handle in handles:
                os.set_inheritable(handle, False)
            self._handles.extend(handles)
        self._received += data
        *lines, rest = self._received.split(b"\n")
        self._received = rest
        for line in lines:
            self._obey(json.loads(line))
        return bool(data)

    def _obey(self, request: dict[str, Any]) -> None:
        if request["do"] == "spawn":
            self._spawn(request)
        elif job := self._jobs.by_number.get(request["job"]):
            self._cancel(job, request["grace"])

    def say(self, word: str, **facts: Any) -> None:
        """Queue a line for the engine."""
        self._unsent += json.dumps({"say": word, **facts}).encode() + b"\n"

    def flush(self) -> None:
        """Send what the socket takes of the queued lines."""
        if self._unsent:
            try:
                del self._unsent[: self._engine.send(self._unsent)]
            except OSError as error:
                if error.errno not in (errno.EAGAIN, errno.EPIPE, errno.ECONNRESET):
                    raise

    # Jobs.

    def _spawn(self, request: dict[str, Any]) -> None:
        handles = [self._handles.popleft() for _ in range(request["handles"])]
        timeout = request["timeout"]
        deadline = NEVER if timeout is None else time.monotonic() + timeout
        job = Job(request["job"], request["label"], deadline, request["grace"], stays=request["stays"])
        try:
            job.pipe = os.fstat(handles[0]).st_ino
            job.pid = start_command(request["argv"], request["cwd"], request["env"], handles)
        except (OSError, ValueError) as error:
            self.say("refused", job=job.number, why=explain(error, request["cwd"]))
            return
        finally:
            for handle in handles:
                os.close(handle)
        self._jobs.add(job)
        self.say("started", job=job.number, pid=job.pid)

    def _cancel(self, job: Job, grace: float | None) -> None:
        job.grace = job.grace if grace is None else min(grace, job.grace)
        if job.phase is not RUNNING:
            job.alarm = min(job.alarm, time.monotonic() + job.grace)
        elif job.leads:
            job.canceled = True
            self._begin_ending(job, self._jobs.members(job, self._jobs.orphans().living))

    def _look_after_jobs(self, *, looking: bool) -> None:
        """Carry on every job that has something due, or that may be over since a process ended."""
        now = time.monotonic()
        waiting = [
            job
            for job in self._jobs.by_number.values()
            if now >= job.alarm or (looking and not (job.leads and job.phase is RUNNING))
        ]
        orphans = self._jobs.orphans() if waiting else NO_ORPHANS
        for job in waiting:
            self._look_after(job, self._jobs.members(job, orphans.living), certain=orphans.all_reaped)

    def _look_after(self, job: Job, members: list[Process], *, certain: bool) -> None:
        now = time.monotonic()
        if not members and not job.leads and certain:
            self._over(job, [])
            return
        if not job.leads and not job.told:
            job.told = True
            self.say("exited", job=job.number)
        if not members and not job.leads:
            return
        if job.phase is RUNNING:
            job.timed_out = job.leads
            job.survivors = 0 if job.leads else len(job.left_behind(members))
            self._begin_ending(job, members)
        elif now >= job.give_up_at:
            self._over(job, members)
        elif now >= job.alarm:
            self._kill(job, members)

    def _begin_ending(self, job: Job, members: list[Process]) -> None:
        job.phase = ENDING
        job.alarm = time.monotonic() + job.grace
        if job.grace <= 0:
            self._kill(job, members)
            return
        for process in job.to_ask(members):
            send_signal(process, signal.SIGTERM)
            send_signal(process, signal.SIGCONT)

    def _kill(self, job: Job, members: list[Process]) -> None:
        now = time.monotonic()
        if job.phase is not KILLING:
            job.phase = KILLING
            job.give_up_at = now + GIVE_UP
            if job.timed_out or job.canceled:
                job.survivors = len(job.left_behind(members))
        kill_all(members)
        job.alarm = now + KILL_ROUND

    def _over(self, job: Job, left: list[Process]) -> None:
        self._jobs.drop(job, left)
        self.say(
            "over",
            job=job.number,
            code=job.code,
            signal=job.signal,
            seconds=job.seconds,
            timed_out=job.timed_out,
            canceled=job.canceled,
            survivors=job.survivors,
            unkillable=len(left),
        )


def become_warden() -> bool:
    """Set this process up. Returns whether it is a subreaper."""
    for number in IGNORED:
        signal.signal(number, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform != "linux":
        return False
    import ctypes  # noqa: PLC0415 - there is no such call elsewhere

    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_NAME, b"tmtui-warden", 0, 0, 0)
    return bool(libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)


def take_lock(path: str, wait: float, engine: socket.socket) -> str | None:
    """Wait for the lock of the state folder, then hold it for as long as this process lives.

    Args:
        path: The lock file.
        wait: Seconds to wait for an earlier warden to finish its killing.
        engine: The wait ends when it says or closes anything.

    Returns:
        None when it is held, else what the lock file says about its holder.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    until = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if time.monotonic() > until or select.select([engine], [], [], KILL_ROUND)[0]:
                return os.pread(handle, 4096, 0).decode(errors="replace")
    facts = {
        "pid": os.getpid(),
        "host": os.uname().nodename,
        "started_wall_ms": time.time_ns() // 1_000_000,
        "argv0": "tmtui warden",
    }
    line = json.dumps(facts).encode() + b"\n"
    os.pwrite(handle, line, 0)
    os.ftruncate(handle, len(line))
    return None


def kill_descendants() -> None:
    """Kill everything below, until nothing is left or what is left cannot be killed."""
    until = time.monotonic() + GIVE_UP
    kill_all(family(own_children()))
    while has_children() and time.monotonic() < until:
        time.sleep(KILL_ROUND / 4)
        kill_all(family(own_children()))


def has_children() -> bool:
    """Reap the dead. While a process is left below a subreaper, the subreaper has a child."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True


def main() -> None:
    """Be a warden.

    Arguments: the number of the socket to the engine, the lock's path or nothing, the seconds to wait for it.
    """
    number, lock, wait = int(sys.argv[1]), sys.argv[2], float(sys.argv[3])
    os.set_inheritable(number, False)
    engine = socket.socket(fileno=number)
    keeper = Keeper(engine, subreaper=become_warden())
    try:
        holder = take_lock(lock, wait, engine) if lock else None
        if holder is None:
            keeper.say("ready")
            keeper.flush()
            keeper.serve()
        else:
            keeper.say("held", holder=holder)
    except Exception:  # noqa: BLE001 - the boundary of this process: the engine is told, and all that runs is ended
        import traceback  # noqa: PLC0415 - nobody needs it before this

        keeper.say("failed", why=traceback.format_exc())
    finally:
        keeper.flush()
        kill_descendants()
