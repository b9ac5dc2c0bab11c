"""Paths as agents write them."""

from pathlib import Path
from typing import Final

from tmtui.agents.tools.inputs import InputError
from tmtui.domain.text import clean_line


LONGEST: Final = 4096
"""Characters of a path that an operating system takes."""


def relative(root: Path, text: str) -> str:
    """`text` as the log names it: relative to the root where it lies below it, the root itself as `.`.

    Whether it leads out of the root is for whoever opens it to find out.

    Raises:
        InputError: it cannot be shown as it is, so that nobody could tell what it names.
    """
    if len(text) > LONGEST or clean_line(text, LONGEST) != text:
        raise InputError("the path is too long, or it holds characters that cannot be shown or blanks at its ends")
    path = Path(text)
    return str(path.relative_to(root) if path.is_absolute() and path.is_relative_to(root) else path)
