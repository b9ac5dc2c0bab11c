"""Programs that run another one, taken off so that the one that is run can be judged.

`unwrapped` takes off only those that add nothing, with options that are known. `seen_through` looks through far more,
for whoever searches a command for something dangerous: it finds what may be run, whether or not it is.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from tmtui.policy.command import Word


_WITHOUT_VALUE: Final[Mapping[str, str]] = {
    "timeout": r"--foreground|--preserve-status|-v|--verbose|--(?:kill-after|signal)=\S+",
    "nice": r"-\d+|--adjustment=-?\d+|-n-?\d+",
    "nohup": r"(?!)",
    "stdbuf": r"-[ioe](?:L|\d+[KMG]?)|--(?:input|output|error)=(?:L|\d+[KMG]?)",
    "command": r"-p",
    "builtin": r"(?!)",
    "noglob": r"(?!)",
    "time": r"-p",
    "xargs": r"(?!)",
}
_WITH_VALUE: Final[Mapping[str, frozenset[str]]] = {
    "timeout": frozenset({"-k", "-s", "--kill-after", "--signal"}),
    "nice": frozenset({"-n", "--adjustment"}),
    "stdbuf": frozenset({"-i", "-o", "-e"}),
}
_DURATION: Final = re.compile(r"\d+(?:\.\d+)?[smhd]?")

LAUNCHERS: Final = frozenset(
    {
        *("env", "sudo", "doas", "su", "runuser", "setsid", "ionice", "chrt", "taskset", "flock", "watch", "xargs"),
        *("parallel", "exec", "busybox", "toybox", "chroot", "unshare", "nsenter", "strace", "ltrace", "script"),
        *(
            "setarch",
            "setpriv",
            "caffeinate",
            "unbuffer",
            "entr",
            "proot",
            "fakeroot",
            "firejail",
            "systemd-run",
            "at",
        ),
        *(
            "timeout",
            "nice",
            "nohup",
            "stdbuf",
            "command",
            "builtin",
            "noglob",
            "time",
            "trap",
            "eval",
            "source",
            ".",
        ),
    }
)
"""Programs whose arguments may be a command."""

SHELLS: Final = frozenset({"sh", "bash", "dash", "zsh", "ksh", "mksh", "ash", "fish", "csh", "tcsh", "rbash"})


def unwrapped(words: tuple[Word, ...]) -> tuple[tuple[str, ...], tuple[Word, ...]]:
    """The wrappers that a command is run through, and the command itself. One with unknown options is no wrapper."""
    names: list[str] = []
    while words and words[0].value in _WITHOUT_VALUE:
        name = str(words[0].value)
        rest = _behind_options(name, words[1:])
        if not rest:
            break
        names.append(name)
        words = rest
    return tuple(names), words


def _behind_options(name: str, words: tuple[Word, ...]) -> tuple[Word, ...]:
    """What a wrapper runs; empty when its options are not known."""
    while words and (words[0].value or "").startswith("-"):
        value = words[0].value or ""
        if value in _WITH_VALUE.get(name, ()):
            words = words[2:]
        elif re.fullmatch(_WITHOUT_VALUE[name], value):
            words = words[1:]
        else:
            return ()
    if name == "timeout":
        known = words and _DURATION.fullmatch(words[0].value or "")
        return words[1:] if known else ()
    return words


def seen_through(words: tuple[Word, ...]) -> Iterator[tuple[Word, ...]]:
    """The command, and everything that its words may run besides."""
    yield words
    program = ((words[0].value or "") if words else "").rpartition("/")[2]
    if program in LAUNCHERS:
        yield from (words[start:] for start in range(1, len(words)))
    elif program == "find":
        for place, word in enumerate(words):
            if word.value in {"-exec", "-execdir", "-ok", "-okdir"}:
                yield words[place + 1 :]


def code_in(words: tuple[Word, ...]) -> Iterator[Word]:
    """The words that a shell or a launcher would read as a command, such as that behind `bash -c`."""
    program = ((words[0].value or "") if words else "").rpartition("/")[2]
    if program in SHELLS:
        for place, word in enumerate(words[:-1]):
            if re.fullmatch(r"[-+][A-Za-z]*c[A-Za-z]*", word.value or ""):
                yield words[place + 1]
    elif program in LAUNCHERS:
        yield from (word for word in words[1:] if word.value is None or re.search(r"\s", word.value))
