"""How a verb says that it cannot do what it was asked."""

from tmtui.cli.exit_codes import ExitCode


class CommandError(Exception):
    """Ends the command with a message, the next step, and a code; never with a traceback."""

    def __init__(self, message: str, hint: str = "", code: ExitCode = ExitCode.USAGE) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code
