"""Runs git for the engine, so that nothing of the repository it looks at is executed.

A repository can name programs: hooks, an fsmonitor, clean and smudge filters, diff drivers, textconv, ssh and
credential commands, remote helpers. Whoever can write `.git/config` or `.gitattributes` (an agent can) would
have git run them with the engine's rights. Three walls stand against that:

1. *The user's configuration is not read by any command that looks at files.* Such commands run in a git dir of
   our own (`shadow`), which borrows only the object folder. There is no list of filters to blank, and so no
   moment between listing and running in which one could be added. The few commands that do run in the user's
   git dir read or write a ref, list an index or look up attributes: none of them converts a file.
2. *Every command carries the hardening below*, which outranks any configuration file, and an environment made
   from nothing: no home, no system or global configuration, no protocol allowed. `GIT_ALLOW_PROTOCOL` and not
   only `protocol.allow=never`, because a repository's `protocol.ext.allow` would outrank the latter.
3. *The program itself is taken from outside the root*: a virtual environment in the project is often first on
   PATH, and a `git` dropped into it must not become the engine's.

Git runs as a child in a process group of its own, without a shell, with a limit on time and on output.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from tmtui.domain.text import clean_line


TIMEOUT: Final = 60.0
"""Seconds that one git command may take."""

OUTPUT_CAP: Final = 64 * 1024 * 1024
"""Bytes of output that a command may have."""

ERROR_CAP: Final = 256 * 1024
"""Bytes of its error output that are kept."""

OLDEST: Final = (2, 32)
"""The oldest git that takes all of the hardening."""

HARDENED: Final = {
    "core.fsmonitor": "false",
    "core.hooksPath": "/dev/null",
    "core.untrackedCache": "false",
    "core.sshCommand": "false",
    "core.askPass": "true",
    "core.editor": "false",
    "core.pager": "cat",
    "core.alternateRefsCommand": "false",
    "core.commitGraph": "false",
    "core.logAllRefUpdates": "false",
    "credential.helper": "",
    "diff.external": "",
    "protocol.allow": "never",
    "submodule.recurse": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "advice.addEmbeddedRepo": "false",
}
"""Configuration given on the command line, where it outranks every file."""

_ENVIRONMENT: Final = {
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_ASKPASS": "true",
    "SSH_ASKPASS": "true",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_AUTHOR_NAME": "tmtui",
    "GIT_AUTHOR_EMAIL": "tmtui@localhost",
    "GIT_COMMITTER_NAME": "tmtui",
    "GIT_COMMITTER_EMAIL": "tmtui@localhost",
}
_NO_CONFIGURATION: Final = {
    "HOME": "/dev/null",  # not left out: a `~` in a repository's configuration would make git fail
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_ATTR_NOSYSTEM": "1",
}
_NO_ATTRIBUTES: Final = "core.attributesFile=/dev/null"
_CHUNK: Final = 64 * 1024


class GitError(Exception):
    """Git could not do what it was asked; the text is one safe line for a person."""

    def __init__(self, message: str, *, timed_out: bool = False) -> None:
        super().__init__(clean_line(message))
        self.timed_out = timed_out
        """True when it was ended because it took too long."""


class Answer(msgspec.Struct, frozen=True):
    """What a git command said."""

    exit_code: int
    output: bytes
    errors: bytes
    cut: bool = False
    """True when there was more output than asked for, and git was ended at that point."""


class Git(msgspec.Struct, frozen=True):
    """A git command line without its verb: which program, where, in which repository."""

    program: str
    cwd: str
    variables: dict[str, str]
    options: tuple[str, ...] = ()
    """More `name=value` configuration."""
    seconds: float = TIMEOUT
    """How long one command may take."""

    async def run(
        self, *args: str, index: Path | None = None, stdin: bytes = b"", check: bool = True, cap: int = OUTPUT_CAP
    ) -> bytes:
        """What `git args…` prints.

        Args:
            args: The verb and its arguments.
            index: The index file to use.
            stdin: What to give it to read.
            check: False to take what it printed whatever its exit code is.
            cap: The most bytes that it may print.

        Raises:
            GitError: it cannot be started, failed, took too long or printed more than `cap` bytes.
        """
        answer = await self.call(*args, index=index, stdin=stdin, cap=cap)
        if answer.cut:
            raise GitError(f"git {args[0]} printed more than {cap:,} bytes")
        if check and answer.exit_code:
            raise GitError(f"git {args[0]} failed: {complaint(answer)}")
        return answer.output

    async def call(self, *args: str, index: Path | None = None, stdin: bytes = b"", cap: int = OUTPUT_CAP) -> Answer:
        """Run `git args…` and say how it went, good or bad.

        Raises:
            GitError: it cannot be started or took too long.
        """
        process = await self._start(args, index, piped=bool(stdin))
        try:
            async with asyncio.timeout(self.seconds):
                return await _converse(process, stdin, cap)
        except TimeoutError:
            raise GitError(
                f"git {args[0]} took longer than {self.seconds:g} s and was ended", timed_out=True
            ) from None
        finally:
            await _end(process)

    async def _start(self, args: tuple[str, ...], index: Path | None, *, piped: bool) -> asyncio.subprocess.Process:
        variables = self.variables if index is None else {**self.variables, "GIT_INDEX_FILE": str(index)}
        settings = [part for option in (*_hardening(), *self.options) for part in ("-c", option)]
        try:
            return await asyncio.create_subprocess_exec(
                self.program, "--no-pager", *settings, *args, cwd=self.cwd, env=variables,
                stdin=subprocess.PIPE if piped else subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
            )  # fmt: skip
        except (OSError, ValueError) as error:
            raise GitError(f"git cannot be started in {self.cwd}: {error}") from error


def _hardening() -> list[str]:
    return [f"{name}={value}" for name, value in HARDENED.items()]


def complaint(answer: Answer) -> str:
    """The line of git's error output that says what is wrong."""
    lines = answer.errors.decode(errors="replace").splitlines() or [f"exit code {answer.exit_code}"]
    worst = next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[0])
    return clean_line(worst.removeprefix("fatal: ").removeprefix("error: "))


def engine_git(
    program: str, cwd: Path, git_dir: Path, *, work_tree: Path | None = None, objects: Path | None = None,
    options: tuple[str, ...] = (),
) -> Git:  # fmt: skip
    """Git in the repository `git_dir`, which reads no configuration but that repository's."""
    places = {"GIT_DIR": git_dir, "GIT_WORK_TREE": work_tree, "GIT_OBJECT_DIRECTORY": objects}
    variables = {name: str(path) for name, path in places.items() if path is not None}
    return Git(program, str(cwd), {**_base(program), **_NO_CONFIGURATION, **variables}, (_NO_ATTRIBUTES, *options))


def user_git(program: str, cwd: Path, surroundings: Mapping[str, str], **places: str) -> Git:
    """Git as the user has it set up, for questions about that: it is never let near a file's content."""
    home = {name: surroundings[name] for name in ("HOME", "XDG_CONFIG_HOME") if name in surroundings}
    return Git(program, str(cwd), {**_base(program), **home, **places})


def _base(program: str) -> dict[str, str]:
    return {"PATH": f"{os.path.dirname(program)}:/usr/bin:/bin", **_ENVIRONMENT}  # noqa: PTH120 - text in, text out


def find_git(search: str, root: Path) -> str | None:
    """The path of the git program, or None: the first on `search` (as in PATH) that does not lie in `root`."""
    for folder in search.split(os.pathsep):
        program = shutil.which("git", path=folder) if Path(folder).is_absolute() else None
        if program and not _is_inside(program, root):
            return program
    return None


def _is_inside(program: str, root: Path) -> bool:
    return Path(program).is_relative_to(root) or Path(program).resolve().is_relative_to(root.resolve())


async def _converse(process: asyncio.subprocess.Process, stdin: bytes, cap: int) -> Answer:
    (output, cut), errors, _ = await asyncio.gather(
        _read_output(process, cap), _read_errors(process), _feed(process, stdin)
    )
    return Answer(await process.wait(), output, errors, cut)


async def _read_output(process: asyncio.subprocess.Process, cap: int) -> tuple[bytes, bool]:
    """The first `cap` bytes, and whether there were more. The rest is drained, so that the pipe can close."""
    stream, parts, size = process.stdout, [], 0
    while stream and (chunk := await stream.read(_CHUNK)):
        if size <= cap:
            parts.append(chunk)
            size += len(chunk)
            if size > cap:
                _kill(process)
    return b"".join(parts)[:cap], size > cap


async def _read_errors(process: asyncio.subprocess.Process) -> bytes:
    stream, kept = process.stderr, b""
    while stream and (chunk := await stream.read(_CHUNK)):
        kept = (kept + chunk)[:ERROR_CAP]
    return kept


async def _feed(process: asyncio.subprocess.Process, data: bytes) -> None:
    if process.stdin is None:
        return
    with contextlib.suppress(ConnectionError):  # git may have enough before the end
        process.stdin.write(data)
        await process.stdin.drain()
    process.stdin.close()


async def _end(process: asyncio.subprocess.Process) -> None:
    """Leave no process and no open pipe, whatever happened."""
    if process.returncode is None:
        _kill(process)
        await process.communicate()


def _kill(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
