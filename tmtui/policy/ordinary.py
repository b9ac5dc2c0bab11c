"""Commands that need no rule: those that only look, and the ordinary work of building and testing.

Three tables, each wider than the one before. *Looking* is allowed whoever is there. *Filing* makes, moves and removes
files below the root, as edits do. *Building* is what somebody who is not there wants done without being asked: tests,
checkers, compilers, and the project's own code.

Whoever may run the tests may run any code, for he may write the tests. So the last table is no bound on what happens:
it holds ordinary work apart from what nobody would expect, and what happened can be undone by the checkpoint. The
bound is the sandbox.

Every program in the tables is allowed only as far as its words can be read: what it names must lie below the root,
what the shell would compute is refused, and so are the options that make it run or write something else.
"""

import re
from collections.abc import Callable, Mapping
from enum import IntEnum
from itertools import pairwise
from typing import Final

from tmtui.policy.programs import Program, Programs, absolute
from tmtui.policy.protected import credential, protected
from tmtui.policy.python_code import looks_only
from tmtui.policy.touched import edits_in_place, looked_at, named, written
from tmtui.policy.use import Where, is_below
from tmtui.policy.wires.wire import git
from tmtui.policy.wrappers import SHELLS


class Reach(IntEnum):
    """How far a command goes."""

    LOOKS = 1
    FILES = 2
    BUILDS = 3
    FURTHER = 4
    """Nothing here allows it."""


SAFE_VARIABLES: Final = re.compile(
    r"PYTHON(?:PATH|DONTWRITEBYTECODE|UNBUFFERED|WARNINGS|HASHSEED|UTF8|IOENCODING|FAULTHANDLER|DEVMODE|TRACEMALLOC)"
    r"|NODE_ENV|CI|NO_COLOR|FORCE_COLOR|CLICOLOR(?:_FORCE)?|TERM|LANG|LANGUAGE|LC_\w+|TZ|COLUMNS|LINES|DEBUG|VERBOSE"
    r"|RUST_(?:LOG|BACKTRACE)|GO(?:OS|ARCH|FLAGS)|CGO_ENABLED|PYTEST_ADDOPTS|DJANGO_SETTINGS_MODULE|FLASK_ENV|RAILS_ENV"
    r"|MIX_ENV|APP_ENV|LOG_LEVEL|MAKEFLAGS|SOURCE_DATE_EPOCH|COVERAGE_\w+|HYPOTHESIS_\w+"
)
"""Variables that may be set before a command without making it another."""
_RISKY_VARIABLES: Final = re.compile(
    r"PATH|HOME|SHELL|ENV|IFS|CDPATH|PS\d|PAGER|EDITOR|VISUAL|BROWSER|CC|CXX|LD|AR|MAKE|.*_proxy|(?:LD|DYLD|BASH|GIT|SSH"
    r"|PYTHON|NODE|NPM|PERL|RUBY|JAVA|MAVEN|GRADLE|GO|CARGO|RUSTC?|PIP|UV|PROMPT|SHELL|TMTUI|XDG|HTTPS?|ALL)_?\w*"
)
"""Variables that other programs obey: not set by themselves either."""

_READABLE: Final = ("/usr", "/dev/null", "/dev/stdin", "/dev/zero", "/proc/cpuinfo", "/proc/meminfo", "/proc/version")
"""What may be looked at besides the root."""
_WORDS_ARE_TEXT: Final = frozenset(
    {
        "echo",
        "printf",
        "true",
        "false",
        ":",
        "test",
        "[",
        "sleep",
        "seq",
        "expr",
        "exit",
        "return",
        "break",
        "continue",
    }
    | {"shift", "wait", "read", "set", "tr", "basename", "dirname"}
)
"""Programs whose words name no files, or do no more than ask for them."""

_LOOKERS: Final = _WORDS_ARE_TEXT | {
    *(
        "ls",
        "cat",
        "head",
        "tail",
        "wc",
        "nl",
        "cut",
        "uniq",
        "comm",
        "diff",
        "cmp",
        "stat",
        "file",
        "du",
        "df",
        "pwd",
    ),
    *(
        "realpath",
        "readlink",
        "date",
        "whoami",
        "id",
        "uname",
        "which",
        "type",
        "grep",
        "egrep",
        "fgrep",
        "rg",
        "tree",
    ),
    *(
        "column",
        "fold",
        "expand",
        "paste",
        "join",
        "tac",
        "rev",
        "md5sum",
        "sha1sum",
        "sha256sum",
        "cksum",
        "od",
        "jq",
    ),
    *(
        "strings",
        "sort",
        "cd",
        "find",
        "sed",
        "awk",
        "gawk",
        "mawk",
        "git",
        "command",
        "nproc",
        "hexdump",
        "xxd",
        "export",
    ),
}
_PLAIN_LOOKERS: Final = _LOOKERS - {"find", "sed", "awk", "gawk", "mawk", "git", "cd", "export", "command"}
"""Those that stay so whatever words they are given besides."""
_FILERS: Final = frozenset({"mkdir", "touch", "cp", "mv", "rm", "rmdir", "tee", "chmod", "sed", "unlink"})
_BUILDERS: Final = frozenset(
    {
        *(
            "pytest",
            "py.test",
            "tox",
            "nox",
            "ruff",
            "mypy",
            "pyright",
            "black",
            "isort",
            "flake8",
            "pylint",
            "coverage",
        ),
        *(
            "make",
            "ctest",
            "cmake",
            "ninja",
            "meson",
            "gcc",
            "g++",
            "cc",
            "clang",
            "rustc",
            "tsc",
            "eslint",
            "prettier",
        ),
        *(
            "jest",
            "vitest",
            "mocha",
            "rspec",
            "phpunit",
            "gofmt",
            "rustfmt",
            "shellcheck",
            "javac",
            "hatch",
            "pre-commit",
        ),
    }
)
_SUBCOMMANDS: Final[Mapping[str, str]] = {
    "npm": r"test|t|run|run-script|ls|list|outdated|view",
    "pnpm": r"test|run|ls|list",
    "yarn": r"test|run|build|lint",
    "bun": r"test|run",
    "deno": r"test|lint|fmt|check",
    "cargo": r"test|build|check|clippy|fmt|run|bench|doc|tree|metadata",
    "go": r"test|build|vet|fmt|run|list|version|env|doc",
    "mvn": r"test|compile|verify|package",
    "gradle": r"test|build|check",
    "gradlew": r"test|build|check",
    "dotnet": r"test|build|run",
    "swift": r"test|build",
    "mix": r"test|compile|format",
    "bundle": r"exec",
    "uv": r"run",
    "poetry": r"run|check",
    "pip": r"list|show|freeze|check",
    "pip3": r"list|show|freeze|check",
}
_RUNS_ANOTHER: Final = frozenset({("uv", "run"), ("poetry", "run"), ("bundle", "exec")})

_GIT_LOOKS: Final = re.compile(
    r"status|diff|log|show|rev-parse|ls-files|blame|describe|shortlog|cat-file|merge-base|rev-list|ls-tree|whatchanged"
    r"|diff-tree|name-rev|for-each-ref|show-ref|check-ignore|version|grep|count-objects"
)
_GIT_LISTS: Final[Mapping[str, str]] = {
    "branch": r"-a|-v|-vv|-r|--all|--list|--show-current|--verbose|--remotes|--no-color",
    "remote": r"-v|--verbose",
    "stash": r"list|show",
    "tag": r"-l|--list",
    "worktree": r"list",
}
_REFUSED: Final[Mapping[str, str]] = {
    "find": r"-(?:exec|execdir|ok|okdir|delete|fprint0?|fprintf|fls)",
    "rg": r"--(?:pre|hostname-bin)(?:=.*)?",
    "sort": r"-[A-Za-z]*[oT].*|--(?:output|compress-program|temporary-directory)(?:=.*)?",
    "tree": r"-[A-Za-z]*o.*|--output.*",
    "date": r"-[A-Za-z]*s.*|--set.*",
    "printf": r"-v.*",
    "read": _RISKY_VARIABLES.pattern,
    "git": r"--(?:output|ext-diff|textconv|exec-path|open-files-in-pager|upload-pack|receive-pack|config-env)(?:=.*)?"
    r"|-c|-O.*|--(?:git-dir|work-tree)(?:=.*)?",
    "xxd": r"-[a-z]*r.*|--revert",
    "uv": r"--(?:with|index|default-index|script).*",
    "go": r".*@.*",
}
"""Arguments that make a program write, fetch, or run something else."""

_PYTHON: Final = re.compile(r"(?:python|pypy)[\d.]*")
_PYTHON_OPTION: Final = re.compile(r"-[BuIsSEOqbvdiPx]+|-[WX].*|--version|-V+|-h|--help")
_MODULES_REFUSED: Final = re.compile(
    r"(?:pip|ensurepip|pipx|venv|virtualenv|http|http\..*|socketserver|smtpd|webbrowser|antigravity|idlelib.*|pdb|code"
    r"|timeit|twine|site|runpy|asyncio|ftplib|telnetlib|wsgiref.*|zipapp|tmtui.*)"
)
_SED_ADDRESS: Final = r"(?:\d+|\$|/(?:\\.|[^/\\])*/)"
_SED_COMMAND: Final = re.compile(
    rf"\s*(?:{_SED_ADDRESS}(?:,\+?{_SED_ADDRESS})?)?\s*!?\s*(?:[pdq=]|s(?P<d>[/|#,@:])(?:\\.|(?!(?P=d))[^\\])*(?P=d)"
    r"(?:\\.|(?!(?P=d))[^\\])*(?P=d)[gpiIm\d]*)\s*(?:;|\n|$)"
)
_AWK_REACHES: Final = re.compile(r"system|getline|[|>@]|-f|-i|ENVIRON")


def reach_of(program: Program, where: Where) -> Reach:
    """How far one direct program of a command goes, its redirections included."""
    if None in program.folders or not all(folder is not None and where.holds(folder) for folder in program.folders):
        return Reach.FURTHER
    writes = list(written(program, where))
    if not all(map(_may_look(where), looked_at(program, where))) or not all(map(_may_write(where), writes)):
        return Reach.FURTHER
    reach = max(
        _reach_of_variables(program, where), _reach_of_words(program, where) if program.words else Reach.LOOKS
    )
    return max(reach, Reach.FILES) if writes else reach


def _reach_of_variables(program: Program, where: Where) -> Reach:
    for name, word in program.part.assignments:
        alone = not program.words and not _RISKY_VARIABLES.fullmatch(name)
        safe = SAFE_VARIABLES.fullmatch(name) is not None and word.value is not None
        if not (alone or safe) or (name == "PYTHONPATH" and not _all_inside(word.value or "", program, where)):
            return Reach.FURTHER
    return Reach.LOOKS


def _all_inside(paths: str, program: Program, where: Where) -> bool:
    inside = _may_look(where)
    return all(inside(absolute(path, folder, where)) for path in paths.split(":") for folder in program.folders)


def _reach_of_words(program: Program, where: Where) -> Reach:
    name = program.words[0].value
    if name is None or ("xargs" in program.part.wrappers and program.name not in _PLAIN_LOOKERS):
        return Reach.FURTHER
    if program.name in SHELLS and re.fullmatch(r"-[elu]*c", "".join(program.arguments[:1])):
        return _reach_of_code(program, where)
    if "/" in name:
        return _own_program(program, where)
    reaches = [reach for reach, allows in _TABLE if allows(program, where)]
    return min(reaches, default=Reach.FURTHER)


def _reach_of_code(program: Program, where: Where) -> Reach:
    """How far a command goes that a shell is given as a word."""
    code = program.words[2].value if len(program.words) > 2 else None  # noqa: PLR2004 - the shell, `-c` and the code
    if code is None or program.folders != {where.root}:
        return Reach.FURTHER
    inner = Programs.of(code, where)
    known = inner.reading.understood and inner.complete
    return max((reach_of(each, where) for each in inner.direct()), default=Reach.LOOKS) if known else Reach.FURTHER


# Looking.


def _looks(program: Program, where: Where) -> bool:
    if program.name not in _LOOKERS or _is_refused(program):
        return False
    if program.name in _WORDS_ARE_TEXT:
        return True
    special = _SPECIAL.get(program.name)
    if special is not None and not special(program, where):
        return False
    return _names_only(program, _may_look(where), where, start=1 + _texts_before_files(program))


def _is_refused(program: Program) -> bool:
    refused = _REFUSED.get(program.name)
    return refused is not None and any(re.fullmatch(refused, each, re.DOTALL) for each in program.arguments)


def _texts_before_files(program: Program) -> int:
    """How many words at the beginning are options or the text that is looked for, so that files begin behind them."""
    if program.name not in {"grep", "egrep", "fgrep", "rg", "sed", "awk", "gawk", "mawk", "jq"}:
        return 0
    told = program.has("-e", "--regexp", "--expression")
    for place, argument in enumerate(program.arguments):
        if not argument.startswith("-"):
            return place + (not told)
        if argument in ("-e", "-A", "-B", "-C", "-m", "-F", "-v", "-g", "-t", "--glob") and argument != "-v":
            return place + 2 + (not told)
    return len(program.arguments)


def _sed_looks(program: Program, _where: Where) -> bool:
    return not edits_in_place(program) and _sed_is_plain(program)


def _sed_is_plain(program: Program) -> bool:
    """Whether every script prints, deletes or replaces lines, and does no more."""
    arguments = program.arguments
    if program.has("-f", "--file", "-s") or any(each.startswith("--expression=") for each in arguments):
        return False
    scripts = [script for option, script in pairwise(arguments) if option == "-e"]
    if not scripts:
        scripts = [each for each in arguments if not each.startswith("-")][:1]
    return bool(scripts) and all(map(_is_plain_script, scripts))


def _is_plain_script(script: str) -> bool:
    place = 0
    while place < len(script):
        match = _SED_COMMAND.match(script, place)
        if match is None or match.end() == place:
            return False
        place = match.end()
    return True


def _awk_looks(program: Program, _where: Where) -> bool:
    return not any(map(_AWK_REACHES.search, program.arguments))


def _git_looks(program: Program, where: Where) -> bool:
    verb, arguments = git(program)
    if program.folders != {where.root}:
        return False  # what git runs there is said by the folder
    if _GIT_LOOKS.fullmatch(verb):
        return True
    return verb in _GIT_LISTS and all(re.fullmatch(_GIT_LISTS[verb], each) for each in arguments)


def _command_looks(program: Program, _where: Where) -> bool:
    return program.arguments[:1] in (("-v",), ("-V",))


def _cd_looks(program: Program, _where: Where) -> bool:
    return len(program.words) > 1


def _export_looks(program: Program, _where: Where) -> bool:
    return all(SAFE_VARIABLES.fullmatch(each.partition("=")[0]) for each in program.arguments)


_SPECIAL: Final[Mapping[str, Callable[[Program, Where], bool]]] = {
    "sed": _sed_looks,
    "awk": _awk_looks,
    "gawk": _awk_looks,
    "mawk": _awk_looks,
    "git": _git_looks,
    "command": _command_looks,
    "cd": _cd_looks,
    "export": _export_looks,
}


# Filing.


def _files(program: Program, where: Where) -> bool:
    if program.name not in _FILERS:
        return False
    start = 1
    if program.name == "sed":
        if not (edits_in_place(program) and _sed_is_plain(program)):
            return False
        start = 1 + _texts_before_files(program)
    if program.name == "rm" and program.has("-r", "-R", "--recursive") and any(word.glob for word in program.words):
        return False
    if program.name == "chmod":
        start = 2
    return _names_only(program, _may_write(where), where, start=start)


# Building.


def _builds(program: Program, where: Where) -> bool:
    if _is_refused(program) or not _names_only(program, _may_pass(where), where, start=_code_ends(program)):
        return False
    if _PYTHON.fullmatch(program.name):
        return _python_builds(program, where)
    if program.name in _SUBCOMMANDS:
        return _subcommand_builds(program, where)
    if program.name in {"node", "bash", "sh", "ruby", "php", "perl"}:
        script = program.words[1].value if len(program.words) > 1 else None
        return script is not None and not script.startswith("-") and re.search(r"\.\w+$", script) is not None
    return program.name in _BUILDERS


def _code_ends(program: Program) -> int:
    """Where the words that name files begin, behind code that is given as a word."""
    code = _PYTHON.fullmatch(program.name) and "-c" in program.arguments
    return program.arguments.index("-c") + 3 if code else 1


def _python_builds(program: Program, where: Where) -> bool:
    if program.arguments in ((), ("-",)):
        fed = [each.target.value for each in program.part.redirects if each.operator.startswith("<<")]
        return bool(fed) and all(code is not None and looks_only(code) for code in fed)
    words = iter(program.words[1:])
    for word in words:
        value = word.value or ""
        if value == "-c":
            code = next(words, None)
            return code is not None and code.value is not None and looks_only(code.value)
        if value == "-m":
            module = next(words, None)
            return module is not None and module.value is not None and not _MODULES_REFUSED.fullmatch(module.value)
        if not value.startswith("-"):
            return all(map(where.holds, filter(None, (absolute(value, f, where) for f in program.folders))))
        if not _PYTHON_OPTION.fullmatch(value):
            return False
    return program.has("--version", "-V")


def _subcommand_builds(program: Program, where: Where) -> bool:
    place = next((i for i, word in enumerate(program.words[1:], 1) if not (word.value or "").startswith("-")), 0)
    verb = program.words[place].value if place else None
    if verb is None or not re.fullmatch(_SUBCOMMANDS[program.name], verb):
        return False
    if (program.name, verb) not in _RUNS_ANOTHER:
        return True
    inner = Program(program.words[place + 1 :], program.part, program.folders, direct=True)
    return bool(inner.words) and _reach_of_words(inner, where) <= Reach.BUILDS


def _own_program(program: Program, where: Where) -> Reach:
    """A program that is named by its path: one of the project's own, or one of the system by its full name."""
    name = program.words[0].value or ""
    paths = [absolute(name, folder, where) for folder in program.folders]
    if all((path is not None and is_below(path, "/usr")) or path == f"/bin/{program.name}" for path in paths):
        return min((reach for reach, allows in _TABLE if allows(program, where)), default=Reach.FURTHER)
    inside = all(path is not None and path != where.root and where.holds(path) for path in paths)
    return Reach.BUILDS if inside and _names_only(program, _may_look(where), where) else Reach.FURTHER


_TABLE: Final[tuple[tuple[Reach, Callable[[Program, Where], bool]], ...]] = (
    (Reach.LOOKS, _looks),
    (Reach.FILES, _files),
    (Reach.BUILDS, _builds),
)


# Paths.


def _may_look(where: Where) -> Callable[[str | None], bool]:
    def check(path: str | None) -> bool:
        if path is None or credential(path, where):
            return False
        return where.holds(path) or any(is_below(path, each) for each in _READABLE)

    return check


def _may_pass(where: Where) -> Callable[[str | None], bool]:
    """What may be told to a program of the project: `/` is an operator as often as a folder."""
    look = _may_look(where)
    return lambda path: path == "/" or look(path)


def _may_write(where: Where) -> Callable[[str | None], bool]:
    def check(path: str | None) -> bool:
        return path is not None and path != where.root and where.holds(path) and not protected(path, where)

    return check


def _names_only(program: Program, may: Callable[[str | None], bool], where: Where, start: int = 1) -> bool:
    """Whether all words are known, and all files that they name may be used."""
    words = program.words[start:]
    if any(word.value is None for word in program.words):
        return False
    paths = [named(word.value or "") for word in words]
    return all(may(absolute(path, folder, where)) for path in paths if path for folder in program.folders)
