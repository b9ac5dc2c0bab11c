"""Commands that are seldom meant: told of when somebody is there, refused when nobody is.

Each wire looks at everything a command may run. It is a tripwire and no wall: it catches the usual spelling of a
mistake, not somebody who means harm; what bounds that is the sandbox.
"""

import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Final

import msgspec

from tmtui.policy.programs import Program, Programs
from tmtui.policy.protected import credential
from tmtui.policy.python_code import reaches_out
from tmtui.policy.touched import argument_paths, changed, looked_at
from tmtui.policy.use import is_below
from tmtui.policy.wrappers import SHELLS


class Group(StrEnum):
    """What is at stake."""

    DESTROYS = "destroys or gives away"
    WEAKENS = "weakens the machine's defences"
    LEAVES = "crosses a boundary of trust"
    BYPASSES = "goes around a review"


class Tripwire(msgspec.Struct, frozen=True):
    """One kind of dangerous command."""

    name: str
    group: Group
    why: str
    """What is dangerous about it, so that "it …" makes a sentence."""
    trips: Callable[[Programs], bool]


def first_tripped(programs: Programs) -> Tripwire | None:
    """The first wire that a command trips."""
    return next((wire for wire in TRIPWIRES if wire.trips(programs)), None)


def all_tripped(programs: Programs) -> Iterator[Tripwire]:
    """Every wire that a command trips."""
    return (wire for wire in TRIPWIRES if wire.trips(programs))


# Ways to look.


def _any(check: Callable[[Program], bool]) -> Callable[[Programs], bool]:
    return lambda programs: any(check(program) for program in programs.every if program.words)


def _run(*names: str) -> Callable[[Programs], bool]:
    wanted = frozenset(names)
    return _any(lambda program: program.name in wanted)


def _says(program: Program, *names: str, words: str = "") -> bool:
    """Whether a program of that name is given these words, one after the other, whatever stands between them."""
    if program.name not in names:
        return False
    arguments = iter(program.arguments)
    return all(any(re.fullmatch(word, given) for given in arguments) for word in words.split())


def _git(program: Program) -> tuple[str, tuple[str, ...]]:
    """The verb and the arguments of a git command; empty when it is none."""
    words = list(program.arguments) if program.name == "git" else []
    while words and words[0].startswith("-"):
        words = words[2 if words[0] in {"-C", "-c", "--git-dir", "--work-tree", "--namespace"} else 1 :]
    return (words[0], tuple(words[1:])) if words else ("", ())


def _git_does(verb: str, *, options: tuple[str, ...] = (), words: str = "") -> Callable[[Programs], bool]:
    """Git commands of one verb that have one of the options, or an argument like `words`."""

    def check(program: Program) -> bool:
        done, arguments = _git(program)
        return re.fullmatch(verb, done) is not None and (
            (not options and not words)
            or (bool(options) and program.has(*options))
            or (bool(words) and any(re.fullmatch(words, each) for each in arguments))
        )

    return _any(check)


def _either(*checks: Callable[[Programs], bool]) -> Callable[[Programs], bool]:
    return lambda programs: any(check(programs) for check in checks)


def _text(pattern: str) -> Callable[[Programs], bool]:
    expression = re.compile(pattern)
    return lambda programs: expression.search(programs.reading.text) is not None


def _recursive(program: Program) -> bool:
    return program.has("-R", "-r", "--recursive")


# Destroys, or gives away.

_DEVICE: Final = re.compile(r"/dev/(?!null$|zero$|stdin$|stdout$|stderr$|tty$|fd/|shm/).+")
_FETCHERS: Final = frozenset({"curl", "wget", "aria2c", "fetch", "http", "https", "httpie", "lynx", "nc", "ncat"})
_DECODERS: Final = frozenset({"base64", "base32", "xxd", "openssl", "uudecode", "gunzip", "zcat", "rev", "tr"})
_NETWORK: Final = _FETCHERS | {"ssh", "scp", "sftp", "ftp", "rsync", "socat", "telnet", "netcat", "mail", "sendmail"}
_INTERPRETERS: Final = SHELLS | {"python", "python3", "perl", "ruby", "node", "php", "lua", "osascript", "source", "."}
_DATABASES: Final = ("psql", "mysql", "mariadb", "sqlite3", "sqlcmd", "clickhouse-client", "duckdb", "mongosh", "cqlsh")
_STATEMENT: Final = re.compile(r"\b(?:drop\s+(?:table|database|schema)|truncate)\b|\bdelete\s+from\b", re.IGNORECASE)
_INLINE: Final = re.compile(
    r"child_process|\bsystem\s*[( ]|\bexec[lv]?[pe]*\s*[( ]|\bpopen\b|\bspawn|\bsocket\b|Socket|net\.connect|fetch\s*\("
    r"|require\(['\"](?:net|http|https|fs|dgram)|\bqx\b|File\.|FileUtils|unlink|rmtree|`",
    re.IGNORECASE,
)


def _find_removes(program: Program) -> bool:
    removes = "-delete" in program.arguments
    runs = {"-exec", "-execdir", "-ok", "-okdir"} & set(program.arguments)
    return program.name == "find" and (removes or (bool(runs) and bool({"rm", "shred"} & set(program.arguments))))


def _forced_push(program: Program) -> bool:
    verb, arguments = _git(program)
    options = ("-f", "--force", "--force-with-lease", "--force-if-includes", "--mirror", "--delete", "-d", "--prune")
    return verb == "push" and (program.has(*options) or any(re.match(r"[+:].", each) for each in arguments))


def _writes_device(program: Program) -> bool:
    targets = [each.target.value or "" for each in program.part.redirects if each.writes]
    targets += [word[3:] for word in program.arguments if program.name == "dd" and word.startswith("of=")]
    targets += [word for word in program.arguments if program.name in ("shred", "tee", "cp", "wipefs")]
    return any(map(_DEVICE.match, targets))


def _kills_wide(program: Program) -> bool:
    if program.name == "kill":
        last = program.arguments[-1:] or ("",)
        return last[0] in ("-1", "0", "1") or any("$PPID" in each or "${PPID" in each for each in program.arguments)
    if program.name in ("pkill", "killall"):
        return program.has("-u", "--user", "-1") or any("tmtui" in a or "taskmaster" in a for a in program.arguments)
    return False


def _deletes_data(program: Program) -> bool:
    if program.name not in _DATABASES:
        return False
    fed = [each.target.value or each.target.raw for each in program.part.redirects if each.operator.startswith("<<")]
    statements = ";".join((*program.arguments, *fed)).split(";")
    return any(
        found and not (found.group().lower().startswith("delete") and re.search(r"\bwhere\b", each, re.IGNORECASE))
        for each in statements
        for found in [_STATEMENT.search(each)]
    )


def _removes_logs(program: Program) -> bool:
    if program.name == "journalctl":
        return any(word.startswith("--vacuum") for word in program.arguments)
    history = program.name == "history" and program.has("-c", "-d", "-w")
    logs = program.name in ("rm", "truncate", "shred") and any(
        word.startswith(("/var/log", "~/.bash_history", "~/.zsh_history")) for word in program.arguments
    )
    return history or logs


def _destroys_cloud(program: Program) -> bool:
    return (
        _says(program, "kubectl", "oc", words="delete|drain")
        or _says(program, "terraform", "tofu", "terragrunt", words="destroy|apply")
        or _says(program, "aws", words="delete.*|terminate.*|rb|rm|remove-.*")
        or _says(program, "gcloud", "az", "gsutil", "doctl", "flyctl", "heroku", words="delete|destroy|rm|rb|.*:destroy")
        or _says(program, "helm", words="uninstall|delete")
        or _says(program, "pulumi", "cdk", "serverless", words="destroy|remove|up")
        or _says(program, "docker", "podman", words="prune|rmi")
    )


def _feeds_interpreter(programs: Programs) -> bool:
    """Whether what is fetched or decoded is run: by a pipe, or by a substitution."""
    fetched = any(_is_source(program) for program in programs.every)
    if not fetched:
        return False
    for program in programs.every:
        piped = program.part.joint == "|"
        inner = any(_is_source(Program((*part.words,), part, program.folders, direct=False)) for part in _within(program))
        if program.name in _INTERPRETERS and (inner or (piped and _reads_input(program))):
            return True
        if program.name == "eval" and inner:
            return True
        if piped and not program.words and any(part.program in _INTERPRETERS for part in program.part.inside):
            return True
    return False


def _within(program: Program) -> Iterator[msgspec.Struct]:
    waiting = list(program.part.inside)
    while waiting:
        part = waiting.pop()
        yield part
        waiting += part.inside
