"""Plain characters for our signs, where the output's encoding has none."""

import codecs
from collections.abc import Mapping
from typing import Final


PLAIN_SIGNS: Final[Mapping[str, str]] = {
    "✓": "+", "✗": "x", "→": ">", "▶": ">", "○": "o", "»": ">>", "■": "#", "⊘": "-", "⏸": "=", "●": "*",
    "⚠": "!", "·": "-", "│": "|", "━": "-", "…": "...", "↻": "~", "⚙": "$", "␛": "^[", "␡": "^?",
}  # fmt: skip
"""What stands for a sign where the output's encoding has none."""


def replace_sign(error: UnicodeError) -> tuple[str, int]:
    """An error handler for output: the plain sign, or an escape for whatever else cannot be encoded."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    piece = error.object[error.start : error.end]
    shown = "".join(PLAIN_SIGNS.get(each) or ascii(each)[1:-1] for each in piece)
    return shown, error.end


SIGNS_ERRORS: Final = "tmtui-signs"
"""The name of that handler, for `reconfigure(errors=...)`."""

codecs.register_error(SIGNS_ERRORS, replace_sign)
