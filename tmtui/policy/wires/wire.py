"""What a tripwire is, and the ways in which wires look at a command."""

import re
from collections.abc import Callable
from enum import StrEnum

import msgspec

from tmtui.policy.programs import Program, Programs


class Group(StrEnum):
    """What is at stake."""

    DESTROYS = "destroys or gives away"
    WEAKENS = "weakens the machine's defences"
    CROSSES = "crosses a boundary of trust"
    BYPASSES = "goes around a review"


Check = Callable[[Programs], bool]


class Tripwire(msgspec.Struct, frozen=True):
    """One kind of dangerous command."""

    name: str
    group: Group
    why: str
    """What is dangerous about it: the rest of a sentence that begins with "it"."""
    trips: Check


def anywhere(check: Callable[[Program], bool]) -> Check:
    """Whether a check holds for anything that may be run."""
    return lambda programs: any(check(program) for program in programs.every)


def run(*names: str) -> Check:
    """Whether one of some programs may be run."""
    wanted = frozenset(names)
    return anywhere(lambda program: program.name in wanted)


def either(*checks: Check) -> Check:
    """Whether one of some checks holds."""
    return lambda programs: any(check(programs) for check in checks)


def says(names: str, words: str) -> Check:
    """Whether one of some programs is given certain words, in that order, whatever stands between them.

    Args:
        names: Programs, with blanks between them.
        words: Expressions, likewise.
    """
    return anywhere(lambda program: program.name in names.split() and given(program.arguments, words))


def given(arguments: tuple[str, ...], words: str) -> bool:
    """Whether arguments hold what some expressions say, in that order."""
    rest = iter(arguments)
    return all(any(re.fullmatch(word, each) for each in rest) for word in words.split())


def git(program: Program) -> tuple[str, tuple[str, ...]]:
    """The verb of a git command and what follows it; empty when it is none."""
    words = list(program.arguments) if program.name == "git" else []
    while words and words[0].startswith("-"):
        words = words[2 if words[0] in {"-C", "-c", "--git-dir", "--work-tree", "--namespace"} else 1 :]
    return (words[0], tuple(words[1:])) if words else ("", ())


def git_does(verb: str, *options: str, words: str = "") -> Check:
    """Whether git is given a verb; with options or words, whether one of them stands there as well."""

    def check(program: Program) -> bool:
        done, arguments = git(program)
        if not re.fullmatch(verb, done):
            return False
        named = bool(words) and any(re.fullmatch(words, each) for each in arguments)
        return named or bool(options and program.has(*options)) or not (words or options)

    return anywhere(check)
