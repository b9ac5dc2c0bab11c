"""What is wrong in a file that a person wrote."""

import msgspec


class Problem(msgspec.Struct, frozen=True, order=True):
    """One fault: where it is, what it is, and what to do about it."""

    path: str
    line: int
    """Counted from 1; 0 when the fault is the file's as a whole."""
    column: int
    message: str
    hint: str = ""
    warning: bool = False
    """True when the file can be used all the same."""

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}:{self.column}" if self.line else self.path
        word = "warning: " if self.warning else ""
        hint = f"\n    {self.hint}" if self.hint else ""
        return f"{place}: {word}{self.message}{hint}"


class WrongValueError(ValueError):
    """A single value that cannot be taken, before its place is known."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
        """What to write instead."""


class ProblemsError(Exception):
    """A file cannot be used. Holds every fault found in it, not only the first."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems
