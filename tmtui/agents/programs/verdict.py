"""How a program's part ended: by what it told of its result, and by how it exited.

a result                  what it says, whatever the exit code is
none, exit 0              the program did not keep to its own form
none, exit 126 or 127     it could not be started
none, exit 143 or TERM    somebody ended it
none, otherwise           it crashed
"""

import re
import signal
from typing import Final

from tmtui.domain.outcome import OK, Kind, Outcome
from tmtui.domain.text import clean_line
from tmtui.system.child import Ended


NOT_STARTED: Final = (126, 127)
"""Exit codes of a shell, and of `env`, for a program that cannot be run or found."""
NOT_RUN: Final = re.compile(rb"^bwrap: execvp ", re.MULTILINE)
"""What a sandbox says that could not run the program; its exit code is 1 then."""

EVIDENCE_CAP: Final = 300
"""Characters of what it said last."""


def verdict(name: str, ended: Ended, told: Outcome | None, last_words: bytes = b"", *, needs_result: bool) -> Outcome:
    """What an exit comes to.

    Args:
        name: The program's, for the message.
        ended: How it ended.
        told: The result that it told, if it did.
        last_words: The end of what it wrote to its errors, or of its noise.
        needs_result: Whether it tells a result when all is well. Otherwise its exit code says it.
    """
    if told is not None:
        return told
    said = _last_line(last_words)
    match ended:
        case Ended(spawn_error=why) if why:
            return Outcome(Kind.AGENT_SPAWN, clean_line(f"{name} cannot be started: {why}"))
        case Ended(lost=True):
            return Outcome(Kind.AGENT_CRASHED, f"{name} was lost: the process that kept it died")
        case Ended(signal=signal.SIGTERM) | Ended(exit_code=143):
            return Outcome(Kind.CANCELED_USER, f"{name} was ended from outside (TERM)")
        case Ended(signal=int(number)):
            return Outcome(Kind.AGENT_CRASHED, f"{name} was killed by signal {number}{said}")
        case Ended(exit_code=0) if needs_result:
            return Outcome(Kind.PROTOCOL_ERROR, f"{name} ended without telling a result{said}")
        case Ended(exit_code=0):
            return OK
        case Ended(exit_code=code) if code in NOT_STARTED or NOT_RUN.search(last_words):
            return Outcome(Kind.AGENT_SPAWN, f"{name} cannot be started: exit code {code}{said}")
        case _:
            return Outcome(Kind.AGENT_CRASHED, f"{name} ended with exit code {ended.exit_code}{said}")


def _last_line(data: bytes) -> str:
    lines = [line for line in data.decode(errors="replace").splitlines() if line.strip()]
    return f": {clean_line(lines[-1], EVIDENCE_CAP)}" if lines else ""
