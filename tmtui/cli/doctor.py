"""`tmtui doctor`: what on this machine and in this project would be in the way of a run, and what to do about it."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import msgspec

from tmtui import __version__
from tmtui.cli.exit_codes import ExitCode
from tmtui.cli.options import json_option
from tmtui.cli.output import Line, Tone, say, say_json
from tmtui.cli.project import Project, here
from tmtui.cli.times import count


if TYPE_CHECKING:
    from tmtui.system.sandbox.probe import Probed


class Verdict(StrEnum):
    """How a check came out."""

    OK = "ok"
    WARN = "warn"
    """A run works, with something less."""
    FAIL = "fail"
    """A run does not work."""


class Check(msgspec.Struct, frozen=True):
    """One thing that was looked at."""

    name: str
    verdict: Verdict
    fact: str
    """What was found."""
    remedy: str = ""
    """What to do; empty when nothing needs doing."""


OLDEST_PYTHON: Final = (3, 11)


@click.command()
@json_option
def doctor(*, as_json: bool) -> ExitCode:
    """Check this machine and this project.

    It changes nothing. The exit code is 1 when a check fails; warnings do not count.
    """
    checks = examine(here())
    if as_json:
        say_json({"version": __version__, "checks": checks})
    else:
        say(*doctor_lines(checks))
    return ExitCode.INCOMPLETE if any(check.verdict is Verdict.FAIL for check in checks) else ExitCode.OK


def examine(project: Project) -> list[Check]:
    """Every check, in the order in which a run would meet them."""
    of_machine: list[Callable[[], Check]] = [check_python, check_sqlite, check_git, check_sandbox]
    of_project: list[Callable[[Project], Check]] = [
        check_settings,
        check_state_dir,
        check_room,
        check_lock,
        check_log,
    ]
    checks = [check() for check in of_machine]
    checks.append(check_terminal(os.environ, interactive=os.isatty(0) and os.isatty(1), encoding=sys.stdout.encoding))
    return [*checks, *(check(project) for check in of_project), *check_work(project)]


def doctor_lines(checks: list[Check]) -> list[Line]:
    """One line to a check, its remedy below it, and the sum."""
    signs = {Verdict.OK: ("✓", Tone.GOOD), Verdict.WARN: ("⚠", Tone.WARN), Verdict.FAIL: ("✗", Tone.BAD)}
    width = max(len(check.name) for check in checks)
    lines = []
    for check in checks:
        sign, tone = signs[check.verdict]
        lines.append(Line(f"{sign} {check.verdict.value:<4}  {check.name:<{width}}  {check.fact}", tone))
        lines += [Line(f"{'':<{width + 10}}{check.remedy}")] if check.remedy else []
    worst = [check.verdict for check in checks]
    fails, warns = worst.count(Verdict.FAIL), worst.count(Verdict.WARN)
    return [*lines, Line(""), Line(f"{count(fails, 'failure')}, {count(warns, 'warning')}")]


def check_python(version: tuple[int, ...] = sys.version_info[:3]) -> Check:
    """The interpreter."""
    shown = ".".join(map(str, version))
    if version[:2] < OLDEST_PYTHON:
        return Check("python", Verdict.FAIL, shown, "Install Python 3.11 or newer.")
    return Check("python", Verdict.OK, f"{shown}, tmtui {__version__}")


def check_sqlite(version: tuple[int, int, int] = sqlite3.sqlite_version_info) -> Check:
    """The database under the log."""
    from tmtui.store.health import has_wal_reset_bug  # noqa: PLC0415  # doctor alone

    shown = ".".join(map(str, version))
    if has_wal_reset_bug(version):
        fact = f"{shown} can lose rows when two programs write to one database; of tmtui only the engine writes"
        return Check("sqlite", Verdict.WARN, fact, "Do not let any other program write to state.db.")
    return Check("sqlite", Verdict.OK, shown)


def check_git() -> Check:
    """What checkpoints and diffs are made with."""
    from tmtui.workspace.git import OLDEST, find_git  # noqa: PLC0415  # doctor alone

    program = find_git(os.environ.get("PATH", os.defpath), Path.cwd())
    needs = "Install git {}.{} or newer; without it there are no checkpoints and no diffs.".format(*OLDEST)
    if program is None:
        return Check("git", Verdict.WARN, "not found", needs)
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10, check=False).stdout
    except (OSError, subprocess.TimeoutExpired) as error:
        return Check("git", Verdict.WARN, f"{program} does not run: {error}", needs)
    found = git_version(said)
    if found < OLDEST:
        return Check("git", Verdict.WARN, f"{said.strip() or program} is too old", needs)
    return Check("git", Verdict.OK, f"{'.'.join(map(str, found))} ({program})")


def git_version(said: str) -> tuple[int, ...]:
    """The version in `git version 2.39.5 (Apple Git-154)`; empty when there is none."""
    words = said.split()
    parts = words[2].split(".") if len(words) > 2 else []  # noqa: PLR2004  # "git", "version", the number
    return tuple(int(part) for part in parts if part.isdecimal())[:3]


def check_sandbox(probed: "Probed | None" = None) -> Check:
    """What confines the commands of agents."""
    from tmtui.system.sandbox.probe import probe  # noqa: PLC0415  # doctor alone
    from tmtui.system.sandbox.wrapping import NONE  # noqa: PLC0415  # likewise

    found = probed or probe(os.environ)
    if found.kind == NONE:
        why = f" ({'; '.join(found.tried)})" if found.tried else ""
        fact = f"UNSANDBOXED{why}: what an agent runs has all your rights"
        return Check("sandbox", Verdict.WARN, fact, found.remedy)
    if found.gaps:
        return Check("sandbox", Verdict.WARN, found.detail, found.remedy)
    return Check("sandbox", Verdict.OK, f"{found.kind} {found.version}".rstrip())


def check_terminal(env: Mapping[str, str], *, interactive: bool, encoding: str) -> Check:
    """Whether the cockpit can be shown here."""
    term = env.get("TERM", "")
    facts = [f"TERM={term or 'not set'}", encoding, *(["NO_COLOR"] if env.get("NO_COLOR") else [])]
    size = shutil.get_terminal_size()
    if not interactive:
        return Check("terminal", Verdict.OK, f"none here, so runs print lines ({', '.join(facts)})")
    facts.append(f"{size.columns}x{size.lines}")
    if term in ("", "dumb"):
        remedy = "Set TERM to your terminal's name, such as xterm-256color; until then runs print lines."
        return Check("terminal", Verdict.WARN, ", ".join(facts), remedy)
    if encoding.lower().replace("-", "") != "utf8":
        return Check("terminal", Verdict.WARN, ", ".join(facts), "Use a UTF-8 locale, such as LANG=C.UTF-8.")
    return Check("terminal", Verdict.OK, ", ".join(facts))


def check_settings(project: Project) -> Check:
    """The settings and the plan."""
    from tmtui.cli.config import PLAN_NAMES, check_files  # noqa: PLC0415  # loads YAML

    plans = tuple(project.root / name for name in PLAN_NAMES if (project.root / name).is_file())
    problems, checked = check_files(project.root, plans)
    errors = sum(not problem.warning for problem in problems)
    names = ", ".join(checked) or "none yet"
    if errors:
        return Check("settings", Verdict.FAIL, f"{count(errors, 'error')} in {names}", "See: tmtui config validate")
    if problems:
        fact = f"{names}, with {count(len(problems), 'warning')}"
        return Check("settings", Verdict.WARN, fact, "See: tmtui config validate")
    return Check("settings", Verdict.OK, names)


def check_state_dir(project: Project) -> Check:
    """The folder of the state: whose it is, who may look in, and on what it stands."""
    from tmtui.system.state_dir import NETWORK, OVERRIDE, file_system_of  # noqa: PLC0415  # doctor alone

    folder = project.state_dir
    try:
        status = folder.lstat()
    except FileNotFoundError:
        return Check("state", Verdict.OK, f"{folder} is not there yet; the first run makes it")
    except OSError as error:
        return Check("state", Verdict.FAIL, f"{folder}: {error.strerror}", f"Set {OVERRIDE} to another folder.")
    if not stat.S_ISDIR(status.st_mode):
        return Check("state", Verdict.FAIL, f"{folder} is no folder", f"Move it away, or set {OVERRIDE}.")
    if status.st_uid != os.geteuid():
        return Check("state", Verdict.FAIL, f"{folder} is another user's", f"Set {OVERRIDE} to a folder of your own.")
    kind = _file_system(folder, file_system_of)
    if NETWORK.fullmatch(kind):
        fact = f"{folder} is on a network file system ({kind})"
        return Check("state", Verdict.FAIL, fact, f"Set {OVERRIDE} to a folder on a local disk.")
    mode = stat.S_IMODE(status.st_mode)
    if mode & 0o077:
        fact = f"{folder} can be read by others (mode {mode:04o})"
        return Check("state", Verdict.WARN, fact, f"The next run mends it; or: chmod 700 {folder}")
    return Check("state", Verdict.OK, f"{folder} (mode {mode:04o}{', ' + kind if kind else ''})")


def _file_system(folder: Path, judge: Callable[[str, str], str]) -> str:
    """The type of the file system; empty where the system does not tell."""
    try:
        mounts = Path("/proc/self/mountinfo").read_text(errors="surrogateescape")
    except OSError:
        return ""
    return judge(str(folder.resolve()), mounts)


def check_room(project: Project, free: int | None = None) -> Check:
    """How much fits on the disk."""
    from tmtui.engine.room import Room, judge_room, short_of_room  # noqa: PLC0415  # doctor alone

    folder = next(path for path in (project.state_dir, *project.state_dir.parents) if path.exists())
    free = shutil.disk_usage(folder).free if free is None else free
    room = judge_room(free)
    if room is Room.ENOUGH:
        return Check("disk", Verdict.OK, f"{free / 1024**3:,.1f} GB free")
    short = short_of_room(free, room)
    return Check("disk", Verdict.WARN, short.why, f"{short.remedy[:1].upper()}{short.remedy[1:]}.")


def check_work(project: Project) -> list[Check]:
    """Who would be asked: whether they can be had and reached, what they cost, and whom warnings would reach."""
    from tmtui.cli.doctor_work import examine_work  # noqa: PLC0415  # loads YAML

    return [
        Check(each.what, Verdict.WARN if each.remedy else Verdict.OK, each.why, each.remedy)
        for each in examine_work(project)
    ]


def check_lock(project: Project) -> Check:
    """Who is the engine here, and whether it answers."""
    try:
        holder = project.holder()
    except OSError as error:
        return Check("engine", Verdict.FAIL, f"the lock cannot be read: {error.strerror}", "Check the state folder.")
    if holder is None:
        return Check("engine", Verdict.OK, "none is at work here")
    import asyncio  # noqa: PLC0415  # only an engine that is at work is spoken to

    from tmtui.events.commands import Ping  # noqa: PLC0415  # likewise
    from tmtui.system.control import ControlError, send_command  # noqa: PLC0415  # likewise

    try:
        asyncio.run(send_command(project.state_dir, Ping()))
    except ControlError as error:
        remedy = f"If it hangs, end that process (pid {holder.pid}); then: tmtui resume"
        return Check("engine", Verdict.WARN, f"{holder} does not answer: {error}", remedy)
    return Check("engine", Verdict.OK, f"{holder} is at work and answers")


def check_log(project: Project) -> Check:
    """The log itself."""
    from tmtui.store.errors import NoLogError, StorageError  # noqa: PLC0415  # doctor alone
    from tmtui.store.health import WAL_ALARM_BYTES, integrity_faults, wal_bytes  # noqa: PLC0415  # likewise

    remedy = "Keep it for whoever can look into it, and start afresh in another folder: TASKMASTER_STATE_DIR=FOLDER"
    try:
        faults = integrity_faults(project.state_dir)
    except NoLogError:
        return Check("log", Verdict.OK, "not there yet; the first run makes it")
    except StorageError as error:
        return Check("log", Verdict.FAIL, error.message, remedy)
    if faults:
        return Check("log", Verdict.FAIL, "; ".join(faults), remedy)
    waiting = wal_bytes(project.state_dir)
    if waiting > WAL_ALARM_BYTES:
        fact = f"its write-ahead log has {waiting / 1024**2:,.0f} MB"
        return Check("log", Verdict.WARN, fact, "Close whatever keeps state.db open, such as a database browser.")
    return Check("log", Verdict.OK, "passes its integrity check")
