"""What a shell command was read as: parts, each one program with its words, and what they hold inside."""

from collections.abc import Iterator

import msgspec


class Word(msgspec.Struct, frozen=True):
    """One word of a command."""

    raw: str
    """As typed, quotes and all."""
    value: str | None
    """What the program gets, patterns for file names as typed; None when only the shell knows."""
    glob: bool = False
    """Whether the shell may make file names of it."""


class Redirect(msgspec.Struct, frozen=True):
    """Where input comes from, or where output goes."""

    operator: str
    """Such as `>`, without the number of the stream."""
    target: Word
    """A file; for `<<` the text itself."""

    @property
    def writes(self) -> bool:
        """Whether a file is changed."""
        number = (self.target.value or "").rstrip("-").isdigit() or self.target.value == "-"
        return ">" in self.operator and not (self.operator == ">&" and number)

    @property
    def reads(self) -> bool:
        """Whether a file is looked at."""
        return self.operator in ("<", "<>")


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One simple command, or a group in parentheses (then it has no words)."""

    raw: str
    joint: str = ""
    """What stands between the part before and this one: `|`, `&&`, `||`, `;`, `&`; empty for the first."""
    assignments: tuple[tuple[str, Word], ...] = ()
    """Variables that are set, for this command or from here on."""
    wrappers: tuple[str, ...] = ()
    """The programs it is run through that were taken off, such as `timeout`."""
    words: tuple[Word, ...] = ()
    """The program and its arguments, without assignments and wrappers."""
    redirects: tuple[Redirect, ...] = ()
    inside: tuple["Part", ...] = ()
    """The parts of a group, and those whose output makes up some of the words."""

    @property
    def argv(self) -> tuple[str, ...] | None:
        """What is run, or None when only the shell knows."""
        values = tuple(word.value for word in self.words)
        return None if None in values else tuple(value for value in values if value is not None)

    @property
    def program(self) -> str:
        """The program's name without its folder; empty when there is none, or only the shell knows."""
        return ((self.words[0].value or "") if self.words else "").rpartition("/")[2]

    @property
    def typed(self) -> str:
        """The command as typed, with one blank between its words."""
        return " ".join(word.raw for word in self.words)

    @property
    def plain(self) -> str:
        """The command as the program gets it, for what is known of it."""
        return " ".join(word.raw if word.value is None else word.value for word in self.words)


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """A whole command."""

    text: str
    parts: tuple[Part, ...] = ()
    """When it is not understood, those that were read before it was clear."""
    understood: bool = True
    why: str = ""
    """What was not understood."""

    def every(self) -> Iterator[Part]:
        """All parts, those inside others too, each before what is inside it."""
        waiting = list(reversed(self.parts))
        while waiting:
            part = waiting.pop()
            yield part
            waiting += reversed(part.inside)
