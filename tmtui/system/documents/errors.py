"""The error of a single value, before its place is known."""


class WrongValueError(ValueError):
    """A value that cannot be taken. The message follows the value's name: `must be a time`."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
        """What to write instead."""
