"""The real world in the form in which the engine asks for it."""

import contextlib
from collections.abc import Awaitable, Sequence
from io import FileIO
from pathlib import Path

from tmtui.cli.confining import Confining
from tmtui.domain.text import clean_line
from tmtui.engine.secrecy import Redactor
from tmtui.events.attempt import AttemptCheckpointed, AttemptMeasured, AttemptRestored
from tmtui.events.base import Entry, Recorded
from tmtui.store.reader import LogReader
from tmtui.store.writer import LogWriter
from tmtui.system.state_dir import StateDirError, open_log
from tmtui.system.warden import Child, Spawn, Warden
from tmtui.workspace.checkpoint import Workspace
from tmtui.workspace.git import GitError


class RunLog:
    """`engine.ports.EventLog`: the writer, for one run."""

    def __init__(self, writer: LogWriter, run: str) -> None:
        self._writer = writer
        self._run = run

    def submit(self, entries: Sequence[Entry], *, critical: bool) -> Awaitable[object] | None:
        """Hand entries to the writer."""
        return self._writer.submit(entries, self._run, critical=critical)


class RunPast:
    """`engine.ports.PastEvents`: the log, for one run."""

    def __init__(self, state_dir: Path, run: str) -> None:
        self._state_dir = state_dir
        self._run = run

    def of_attempt(self, task: str, attempt: int) -> list[Recorded]:
        """All events of one attempt."""
        with LogReader.open(self._state_dir) as reader:
            return list(reader.events(self._run, task=task, attempt=attempt))


class Shells:
    """`engine.ports.Processes`: commands through the warden."""

    def __init__(self, warden: Warden, confining: Confining) -> None:
        self._warden = warden
        self._confining = confining

    async def run(
        self,
        command: str,
        *,
        cwd: str,
        env: dict[str, str],
        timeout: float,
        job: str,
        sandbox: bool | None = None,
        network: bool | None = None,
    ) -> Child:
        """Start a shell command."""
        spawn = Spawn(argv=("/bin/sh", "-c", command), cwd=cwd, env=env, timeout=timeout)
        return await self._confining.for_hook(sandbox=sandbox, network=network).spawn(spawn, job)

    def end_all(self) -> None:
        """End every command with all that it started, without waiting for it."""
        self._warden.cancel_all(grace=0)


class Trees:
    """`engine.ports.Checkpoints`: the workspace, its errors made values."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    @property
    def workspace(self) -> Workspace:
        """Where the trees are."""
        return self._workspace

    async def checkpoint(self, run: str, task: str, attempt: int) -> AttemptCheckpointed:
        """Save the files as they are."""
        return await self._workspace.checkpoint(run, task, attempt)

    async def measure(self, before: AttemptCheckpointed, run: str, task: str, attempt: int) -> AttemptMeasured:
        """Hold the files against a checkpoint."""
        return await self._workspace.measure(before, run, task, attempt)

    async def restore(
        self, before: AttemptCheckpointed, after: AttemptMeasured, run: str, task: str, attempt: int
    ) -> AttemptRestored:
        """Undo what an attempt changed."""
        try:
            return await self._workspace.restore(before, run, task, attempt, after=after.tree)
        except GitError as error:
            return AttemptRestored("", "", problem=clean_line(str(error)))


class NoTrees:
    """`engine.ports.Checkpoints` where the settings want none."""

    PROBLEM = "checkpoints are off"

    async def checkpoint(self, run: str, task: str, attempt: int) -> AttemptCheckpointed:  # noqa: ARG002  # the port's
        """Nothing is saved."""
        return AttemptCheckpointed("", problem=self.PROBLEM)

    async def measure(
        self,
        before: AttemptCheckpointed,  # noqa: ARG002  # the port's
        run: str,  # noqa: ARG002  # the port's
        task: str,  # noqa: ARG002  # the port's
        attempt: int,  # noqa: ARG002  # the port's
    ) -> AttemptMeasured:
        """Nothing is known."""
        return AttemptMeasured("", problem=self.PROBLEM)

    async def restore(
        self,
        before: AttemptCheckpointed,  # noqa: ARG002  # the port's
        after: AttemptMeasured,  # noqa: ARG002  # the port's
        run: str,  # noqa: ARG002  # the port's
        task: str,  # noqa: ARG002  # the port's
        attempt: int,  # noqa: ARG002  # the port's
    ) -> AttemptRestored:
        """Nothing can be undone."""
        return AttemptRestored("", "", problem=f"nothing can be undone: {self.PROBLEM}")


class FolderLogs:
    """`engine.ports.TaskLogs`: raw text in `<state>/logs/<task>/<name>.log`.

    What streams into them was redacted on its way; a prompt is redacted here.
    """

    def __init__(self, state_dir: Path, redactor: Redactor) -> None:
        self._state_dir = state_dir
        self._redactor = redactor

    def open(self, task: str, name: str) -> "LogFile":
        """A file to append to."""
        return LogFile(self._state_dir, task, name)

    def keep_prompt(self, task: str, text: str) -> None:
        """Write `<state>/logs/<task>/prompt.txt` anew. Where that cannot be done, the log of events has it still."""
        with (
            contextlib.suppress(OSError, StateDirError),
            open_log(self._state_dir, f"logs/{task}/prompt.txt", truncate=True) as file,
        ):
            file.write(self._redactor.redact(text).encode())


class LogFile:
    """One file of raw text, opened when the first byte comes."""

    def __init__(self, state_dir: Path, task: str, name: str) -> None:
        self._state_dir = state_dir
        self._name = f"logs/{task}/{name}.log"
        self._file: FileIO | None = None
        self._broken = False

    def write(self, data: bytes) -> None:
        """Append; when the disk or the folder refuses, give up on this file."""
        if self._broken or not data:
            return
        try:
            if self._file is None:
                self._file = open_log(self._state_dir, self._name)
            self._file.write(data)
        except (OSError, StateDirError):
            self._broken = True

    def close(self) -> None:
        """Done."""
        if self._file is not None:
            self._file.close()
            self._file = None
