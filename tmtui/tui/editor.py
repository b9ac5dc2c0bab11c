"""A person's own editor on this terminal, while the cockpit steps aside.

The run goes on meanwhile: it is the engine's, not the screen's. What it records is taken in when the editor is left.
"""

import os
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from textual.app import App, SuspendNotSupported

from tmtui.domain.text import clean, clean_line


TEXT_CAP: Final = 200_000
"""Characters of an edited text that are taken."""

_USUAL: Final = ("sensible-editor", "nano", "vim", "vi")
_JUMPS: Final = frozenset({"vi", "vim", "nvim", "nano", "emacs", "kak", "micro", "joe", "jed", "ed"})
"""Editors that take `+LINE` before a file's name."""


class EditorError(Exception):
    """No editor could be opened, and the text says why."""


def command_of(editor: str, path: str, line: int) -> list[str]:
    """The editor's argument list for a file at a line."""
    argv = shlex.split(editor)
    jump = [f"+{line}"] if line > 1 and Path(argv[0]).name in _JUMPS else []
    return [*argv, *jump, path]


def find_editor() -> str:
    """`$VISUAL`, `$EDITOR`, or one that is usually there.

    Raises:
        EditorError: there is none.
    """
    chosen = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ""
    found = chosen.strip() or next((each for each in _USUAL if shutil.which(each)), "")
    if not found:
        raise EditorError("no editor was found; set EDITOR to the one you use")
    return found


def edit(app: App[object], text: str, name: str, line: int = 1) -> str:
    """Have a text edited, and give it back as it was left, safe to record.

    Args:
        app: The app that steps aside.
        text: What is to be edited.
        name: The file's name, whose ending tells the editor what it is.
        line: Where to begin, from 1.

    Raises:
        EditorError: no editor could be opened, or it failed.
    """
    editor = find_editor()
    with tempfile.TemporaryDirectory(prefix="tmtui-") as folder:
        path = Path(folder, Path(name).name)
        path.write_text(text, encoding="utf-8", errors="replace")
        _run(app, command_of(editor, str(path), line))
        with path.open(encoding="utf-8", errors="replace") as file:
            return clean(file.read(TEXT_CAP)).rstrip("\n")


def _run(app: App[object], argv: list[str]) -> None:
    try:
        with app.suspend():
            code = subprocess.run(argv, check=False).returncode
    except SuspendNotSupported as error:
        raise EditorError("an editor cannot be opened from here") from error
    except OSError as error:
        raise EditorError(clean_line(f"{argv[0]} could not be opened: {error.strerror or error}")) from error
    if code:
        raise EditorError(f"{clean_line(argv[0])} ended with code {code}, so nothing was taken")
