"""The circuit breaker: the removal of a folder on which everything rests. No rule and no mode allows it."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Final

from tmtui.policy.command import Word
from tmtui.policy.programs import Program, Programs, absolute
from tmtui.policy.use import Where, is_below


NAME: Final = "critical path"
_REMOVERS: Final = frozenset({"rm", "rmdir", "unlink", "shred"})
_ALL_INSIDE: Final = re.compile(r"(?:^|(?<=/))(?:\*|\.|\.\*|\.\[!\.\]\*|\.\?\?\*|\{\*,\.\*\}|\*\*)/*$")
_VARIABLE: Final = re.compile(r"\$\{?\w+\}?|\$\([^()]*\)|`[^`]*`")
_REMOVES: Final = re.compile(
    r"\brm\s+(?:-\S+\s+)*-[a-zA-Z-]*[rR]\S*\s+(?:-\S+\s+)*[\"']?(?:/|~|\$|\.\.?(?:[\s/;]|$)|\*)"
)


def removes_critical_path(programs: Programs) -> str:
    """The critical path that a command would remove, as typed; empty when it removes none.

    Critical are `/`, every folder directly in it, home, the root of the project, and all that they lie in.
    """
    for program in programs.every:
        for word in _targets(program):
            if any(_is_critical(path, programs.where) for path in _meant(word, program, programs.where)):
                return word.raw
    if not (programs.reading.understood and programs.complete):
        found = _REMOVES.search(programs.reading.text[:100_000])
        return found.group() if found else ""
    return ""


def _targets(program: Program) -> Iterator[Word]:
    """The words that name what is removed."""
    if program.name in _REMOVERS:
        yield from (word for word in program.words[1:] if not (word.value or "").startswith("-"))
    elif program.name == "find" and _find_removes(program):
        for word in program.words[1:]:
            if (word.value or "").startswith(("-", "(", "!")):
                break
            if word.value not in (".", "./"):
                yield word


def _find_removes(program: Program) -> bool:
    runs = {"-exec", "-execdir", "-ok", "-okdir"} & set(program.arguments)
    return "-delete" in program.arguments or (bool(runs) and bool(_REMOVERS & set(program.arguments)))


def _meant(word: Word, program: Program, where: Where) -> Iterator[str]:
    """The folders that a word may mean, absolute. All that is in a folder means the folder."""
    if word.value is None:
        bare = word.raw.replace('"', "").replace("'", "")
        if _VARIABLE.match(bare) and _folder_of(_VARIABLE.sub("", bare)) == "/":
            yield "/"
        return
    for folder in program.folders:
        path = absolute(_folder_of(word.value), folder, where)
        if path is not None:
            yield path


def _folder_of(text: str) -> str:
    """What is left of a path when all that says "everything inside" is taken off."""
    while found := _ALL_INSIDE.search(text):
        text = text[: found.start()].rstrip("/") or ("/" if text.startswith("/") else "")
        if text in ("/", ""):
            break
    return text or "."


def _is_critical(path: str, where: Where) -> bool:
    if path.count("/") == 1:
        return True
    critical = (where.root, where.home)
    if any(is_below(each, path) for each in critical):
        return True
    return any(c in path for c in "*?[") and any(_fits_a_part(each, path) for each in critical)


def _fits_a_part(critical: str, pattern: str) -> bool:
    """Whether a pattern for file names may mean a folder, or one that it lies in."""
    wanted, names = pattern.split("/"), critical.split("/")
    return len(wanted) <= len(names) and all(map(fnmatchcase, names, wanted))
