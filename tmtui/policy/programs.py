"""Everything that a command may run, each with the folders in which it may do so.

This looks through whatever runs something else: groups, substitutions, `bash -c`, `env`, `xargs`, `find -exec`. It
errs on the side of seeing too much, so it serves whoever looks for what must not happen.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final, Self

import msgspec
from msgspec import structs

from tmtui.policy.command import Part, Reading, Word
from tmtui.policy.shell import read_command
from tmtui.policy.use import Where
from tmtui.policy.wrappers import SHELLS, code_in, seen_through


KNOWN: Final = "TMTUI_PYTHON"
"""The variable that holds the Python that runs tmtui: whoever starts a command sets it."""
_DEEPEST: Final = 4
"""How deep code in words, such as that of `bash -c`, is read."""
_MOST: Final = 1_000
"""Words that are looked through in one command, those of all its programs taken together."""
_MOST_FOLDERS: Final = 8
"""Folders in which a program may find itself before it counts as not known."""
_LOOP: Final = re.compile(r"(?:^|[\s;])do(?:\s|$)")

Folders = frozenset[str | None]
"""Absolute paths, one of which is the working folder; None stands for one that is not known."""


class Program(msgspec.Struct, frozen=True, dict=True):
    """One program with its words, as it is or may be run."""

    words: tuple[Word, ...]
    part: Part
    """Where it stands."""
    folders: Folders
    direct: bool
    """Whether the command itself starts it, not one of its words."""

    @cached_property
    def name(self) -> str:
        """The program's name without its folder, in small letters; empty when only the shell knows."""
        return ((self.words[0].value or "") if self.words else "").rpartition("/")[2].lower()

    @cached_property
    def arguments(self) -> tuple[str, ...]:
        """The words behind the program; those that only the shell knows as typed."""
        return tuple(word.raw if word.value is None else word.value for word in self.words[1:])

    @property
    def typed(self) -> str:
        """The command as typed, with one blank between its words."""
        return " ".join(word.raw for word in self.words)

    @property
    def spellings(self) -> tuple[str, ...]:
        """The command as typed, as the program gets it, and so without the program's folder."""
        plain = " ".join(word.raw if word.value is None else word.value for word in self.words)
        return self.typed, plain, " ".join((self.name, *self.arguments))

    def has(self, *options: str) -> bool:
        """Whether one of some options is given: `-f` also among others as in `-rf`, `--force` also with a value."""
        return not self._options.isdisjoint(options)

    @cached_property
    def _options(self) -> frozenset[str]:
        found: set[str] = set()
        for argument in self.arguments:
            if argument.startswith("--"):
                found.add(argument.partition("=")[0])
            elif argument.startswith("-"):
                found.add(argument)
                if re.fullmatch(r"-[A-Za-z]{2,16}", argument):
                    found.update(f"-{letter}" for letter in argument[1:])
        return frozenset(found)


class Programs(msgspec.Struct, frozen=True, kw_only=True):
    """What a command may run."""

    reading: Reading
    where: Where
    every: tuple[Program, ...]
    complete: bool = True
    """Whether all of it was read; not so when code in a word is computed or not understood."""

    @classmethod
    def of(cls, text: str, where: Where) -> Self:
        """Read a command and look through it."""
        reading = read(text, where)
        walk = _Walk(where)
        every = tuple(walk.parts(reading.parts, frozenset({where.root}), text, 0))
        if walk.words > _MOST and reading.understood:
            reading = structs.replace(reading, understood=False, why="it may run more than anybody can follow")
        return cls(reading=reading, where=where, every=every, complete=walk.complete)

    def direct(self) -> tuple[Program, ...]:
        """Those that the command itself starts, and its groups and assignments, in order."""
        return tuple(program for program in self.every if program.direct)


def read(text: str, where: Where) -> Reading:
    """Read a command with the variables whose values are known."""
    return read_command(text, {KNOWN: "python", "HOME": where.home})


class _Walk:
    def __init__(self, where: Where) -> None:
        self._where = where
        self.complete = True
        self.words = 0

    def parts(self, parts: Iterable[Part], start: Folders, text: str, depth: int) -> Iterator[Program]:
        """The programs of some parts, the folder changing as they go."""
        here = begin = start
        looped = _LOOP.search(text) is not None
        for part in parts:
            if self.words > _MOST:
                return
            if part.joint != "&&":
                here = begin = here | begin
            yield from self._part(part, here, text, depth)
            here = _moved(part, here, self._where, looped=looped)

    def _part(self, part: Part, folders: Folders, text: str, depth: int) -> Iterator[Program]:
        self.words += len(part.words) + 1
        yield Program(part.words, part, folders, direct=depth == 0)
        yield from self.parts(part.inside, folders, text, depth)
        for words in _all_seen(part.words):
            if self.words > _MOST:
                return
            if words is not part.words:
                self.words += len(words)
                yield Program(words, part, folders, direct=False)
            for code in (*code_in(words), *_fed(words, part)):
                yield from self._code(code, folders, depth)

    def _code(self, code: Word, folders: Folders, depth: int) -> Iterator[Program]:
        if code.value is None or depth >= _DEEPEST:
            self.complete = False
            return
        reading = read(code.value, self._where)
        self.complete = self.complete and reading.understood
        yield from self.parts(reading.parts, folders, code.value, depth + 1)


def _all_seen(words: tuple[Word, ...]) -> Iterator[tuple[Word, ...]]:
    """What the words may run, and what that may run: launchers behind launchers too."""
    seen = {len(words)}
    yield words
    waiting = [words]
    while waiting:
        for inner in seen_through(waiting.pop()):
            if inner and len(inner) not in seen:
                seen.add(len(inner))
                waiting.append(inner)
                yield inner


def _fed(words: tuple[Word, ...], part: Part) -> Iterator[Word]:
    """The texts that a shell would read as its commands."""
    if words and (words[0].value or "").rpartition("/")[2] in SHELLS:
        yield from (each.target for each in part.redirects if each.operator in ("<<", "<<<"))


def _moved(part: Part, folders: Folders, where: Where, *, looped: bool) -> Folders:
    """The folders after a part."""
    changers: Mapping[str, bool] = {"cd": True, "pushd": True, "popd": False, "chdir": True}
    if part.program not in changers:
        return folders
    arguments = [word for word in part.words[1:] if word.value not in ("-L", "-P", "-e", "--")]
    target = arguments[0].value if len(arguments) == 1 else ("~" if not arguments else None)
    if looped or part.assignments or not changers[part.program] or target is None or target == "-":
        return frozenset({None})
    if arguments and arguments[0].glob:
        return frozenset({None})
    moved = frozenset({absolute(target, folder, where) for folder in folders})
    return moved if len(moved) <= _MOST_FOLDERS else frozenset({None})


def absolute(path: str, folder: str | None, where: Where) -> str | None:
    """A path as an absolute one, or None when the folder that it is relative to is not known."""
    if folder is None and not path.startswith(("/", "~")):
        return None
    return None if re.match(r"~[^/]", path) else where.absolute(path, folder or "")
