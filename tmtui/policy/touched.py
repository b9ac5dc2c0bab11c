"""The files that a program's words name, as far as words can tell."""

import re
from collections.abc import Iterator
from typing import Final

from tmtui.policy.programs import Program, absolute
from tmtui.policy.use import Where


_HARMLESS: Final = frozenset({"/dev/null", "/dev/stdin", "/dev/stdout", "/dev/stderr", "/dev/zero", "/dev/tty"})
_IN_OPTION: Final = re.compile(r"-[^=/~]*(?:=|(?=[/~]))(?P<path>.*)|-[A-Za-z](?P<attached>\..*)", re.DOTALL)
_IN_PAIR: Final = re.compile(r"[A-Za-z_][\w-]*=(?P<path>.*)", re.DOTALL)


def named(text: str) -> str:
    """The path that an argument holds: itself, or the value of an option or a pair such as `of=x`."""
    found = _IN_OPTION.fullmatch(text) or _IN_PAIR.fullmatch(text)
    if found is None:
        return "" if text.startswith("-") else text
    return found.groupdict().get("attached") or found["path"] or ""


def argument_paths(program: Program, where: Where, *, start: int = 1) -> Iterator[str | None]:
    """Every file that the words behind the program may name, absolute; None for one that is not known."""
    for word in program.words[start:]:
        if word.value is None:
            yield None
        elif path := named(word.value):
            yield from (absolute(path, folder, where) for folder in program.folders)


def written(program: Program, where: Where) -> Iterator[str | None]:
    """The files that redirections write, absolute; None for one that is not known."""
    yield from _redirected(program, where, writes=True)


def looked_at(program: Program, where: Where) -> Iterator[str | None]:
    """The files that redirections read, likewise."""
    yield from _redirected(program, where, writes=False)


def _redirected(program: Program, where: Where, *, writes: bool) -> Iterator[str | None]:
    for each in program.part.redirects:
        if not (each.writes if writes else each.reads):
            continue
        path = each.target.value
        if path is None or each.target.glob:
            yield None
        elif path not in _HARMLESS:
            yield from (absolute(path, folder, where) for folder in program.folders)


_WRITERS: Final = frozenset(
    {
        *(
            "tee",
            "mv",
            "dd",
            "touch",
            "mkdir",
            "rm",
            "rmdir",
            "truncate",
            "chmod",
            "chown",
            "patch",
            "shred",
            "unlink",
        ),
        *("mkfifo", "mknod", "setfacl", "chattr"),
    }
)
"""Programs that change the files that their words name."""
_COPIERS: Final = frozenset({"cp", "ln", "install", "rsync", "scp"})
"""Programs that change the last of them."""
_MAKERS: Final = frozenset({"curl", "wget", "sort", "tar", "unzip", "gcc", "cc", "git"})
"""Programs that are told in an option where to write."""
_OUTPUTS: Final = frozenset({"-o", "-O", "--output", "--output-document", "-d", "-C", "--directory", "-f", "--file"})


def changed(program: Program, where: Where) -> Iterator[str | None]:
    """The files that a program may change: by redirections, and by its words if it is one that writes."""
    yield from written(program, where)
    if program.name in _WRITERS or edits_in_place(program):
        yield from argument_paths(program, where)
    elif program.name in _COPIERS:
        yield from argument_paths(program, where, start=max(1, len(program.words) - 1))
        yield from _behind(program, frozenset({"-t"}), where)
    elif program.name in _MAKERS and not _only_lists(program):
        yield from _behind(program, _OUTPUTS, where)


def edits_in_place(program: Program) -> bool:
    """Whether a program that prints what it made of a file writes it back instead."""
    short = any(argument.startswith("-i") for argument in program.arguments)
    return program.name in ("sed", "gsed", "perl", "ruby") and (short or program.has("-i", "--in-place"))


def _only_lists(program: Program) -> bool:
    return program.name == "git" and "config" not in program.arguments


def _behind(program: Program, options: frozenset[str], where: Where) -> Iterator[str | None]:
    """The files that are named behind some options."""
    for option, word in zip(program.words, program.words[1:], strict=False):
        if option.value in options:
            if word.value is None:
                yield None
            else:
                yield from (absolute(word.value, folder, where) for folder in program.folders)
