"""What a model is told of the tools.

A provider that has a shell or an editor of its own type by the same name offers that instead, with the same fields.
"""

from typing import Any, Final

from tmtui.agents.model import ToolSpec
from tmtui.agents.tools.names import BASH, EDITOR, GLOB, GREP


def _object(required: tuple[str, ...], **properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def _text(description: str) -> dict[str, Any]:
    return {"type": "string", "description": description}


_PATH: Final = _text("File or folder, relative to the project's root.")

TOOL_SPECS: Final[tuple[ToolSpec, ...]] = (
    ToolSpec(
        BASH,
        "Runs a command with bash in a shell of its own, in the project's root. There is no terminal and no input: a "
        "command that asks gets an end of file. It is ended after `timeout` seconds, 120 when none is given. It may "
        "have no network, and can change neither `.git` nor anything outside the project.",
        _object(
            ("command",),
            command=_text("The command."),
            timeout={"type": "number", "description": "Seconds, at most 3600."},
        ),
    ),
    ToolSpec(
        EDITOR,
        "Looks at a file or a folder (`view`), writes a file anew (`create`), replaces a text that occurs exactly "
        "once (`str_replace`), or puts lines behind a line (`insert`).",
        _object(
            ("command", "path"),
            command={"type": "string", "enum": ["view", "create", "str_replace", "insert"]},
            path=_PATH,
            view_range={
                "type": "array",
                "items": {"type": "integer"},
                "description": "For `view`: first and last line, from 1; -1 is the end.",
            },
            file_text=_text("For `create`: the whole content."),
            old_str=_text("For `str_replace`: what is there, exactly."),
            new_str=_text("For `str_replace`: what takes its place."),
            insert_line={
                "type": "integer",
                "description": "For `insert`: the line behind which it goes; 0 is the top.",
            },
            insert_text=_text("For `insert`: the lines."),
        ),
    ),
    ToolSpec(
        GLOB,
        "Finds files by name, such as `**/*.py`.",
        _object(("pattern",), pattern=_text("The pattern."), path=_PATH),
    ),
    ToolSpec(
        GREP,
        "Finds lines that match a regular expression.",
        _object(
            ("pattern",),
            pattern=_text("The regular expression, in Python's syntax."),
            path=_PATH,
            glob=_text("Only files whose names fit this, such as `*.py`."),
        ),
    ),
)
"""Every tool there is."""
