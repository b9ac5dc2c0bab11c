"""Looks at files and folders, and edits files: the tool whose name and commands models were trained on.

Every edit is worked out when it is planned, down to the last byte, and carried out as one atomic write. In between
the file may have changed; then nothing is written, and the agent is told.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from tmtui.agents.port import ToolResult
from tmtui.agents.tools.capped import capped
from tmtui.agents.tools.effects import digest_of
from tmtui.agents.tools.inputs import Input, InputError
from tmtui.agents.tools.names import EDITOR
from tmtui.agents.tools.paths import relative
from tmtui.agents.tools.planned import OnOutput, Planned
from tmtui.agents.tools.textfile import EditError, TextFile, decode, inserted, numbered, replaced
from tmtui.domain.status import ToolStatus
from tmtui.events.tool import FileEffect
from tmtui.system.confined import ConfinedFolder, PathRefused


SIZE_CAP: Final = 256 * 1024
"""Bytes of a file that is viewed or edited."""
LISTED: Final = 1_000
"""Names that a folder's view shows."""
UNSHOWN: Final = frozenset({"__pycache__", "node_modules"})
"""Folders that a folder's view passes over, besides hidden ones."""
AROUND: Final = 3
"""Lines that are shown above and below an edit."""

_COMMANDS: Final[Mapping[str, tuple[str, ...]]] = {
    "view": ("path", "view_range"),
    "create": ("path", "file_text"),
    "str_replace": ("path", "old_str", "new_str"),
    "insert": ("path", "insert_line", "insert_text"),
}


class Editor:
    """The tool `str_replace_based_edit_tool`."""

    name = EDITOR

    def __init__(self, folder: ConfinedFolder) -> None:
        self._folder = folder

    def summary(self, given: Mapping[str, Any]) -> str:
        """Say what is done to which file."""
        verb = {"str_replace": "edit", "insert": "insert into"}.get(str(given.get("command")), given.get("command"))
        return f"{verb or self.name} {given.get('path', '')}"

    def plan(self, given: Mapping[str, Any]) -> Planned:
        """Understand `{command, path, …}`; for a command that edits, work out the edit."""
        command = given.get("command")
        if not isinstance(command, str) or command not in _COMMANDS:
            raise InputError(f"'command' must be one of {', '.join(_COMMANDS)}")
        call = Input(given, "command", *_COMMANDS[command])
        path = relative(self._folder.root, call.text("path"))
        match command:
            case "view":
                return self._plan_view(path, call.span("view_range"))
            case "create":
                return self._plan_create(path, call.text("file_text"))
            case "str_replace":
                return self._plan_replace(path, call.text("old_str"), call.text("new_str", ""))
            case _:
                return self._plan_insert(path, call.whole("insert_line"), call.text("insert_text"))

    # Looking.

    def _plan_view(self, path: str, span: tuple[int, int] | None) -> Planned:
        lines = f", lines {span[0]} to {span[1] if span[1] >= 0 else 'the end'}" if span else ""
        return Planned(
            summary=f"view {path}{lines}", only_reads=True, path=path, work=partial(self._view, path, span)
        )

    async def _view(self, path: str, span: tuple[int, int] | None, _job: str, _on_output: OnOutput) -> ToolResult:
        text = await asyncio.to_thread(self._look, path, span)
        return ToolResult(ToolStatus.OK, capped(text))

    def _look(self, path: str, span: tuple[int, int] | None) -> str:
        if self._folder.kind(path) == "folder":
            return self._listing(path)
        text = decode(self._folder.read_bytes(path, SIZE_CAP)).text
        return numbered(text, *(span or (1, -1)))

    def _listing(self, path: str) -> str:
        lines = []
        for entry in self._visible(path):
            lines.append(entry)
            if entry.endswith("/"):
                with contextlib.suppress(OSError, PathRefused):
                    lines += self._visible(entry.rstrip("/"))
        more = [f"… and {len(lines) - LISTED:,} more"] if len(lines) > LISTED else []
        return (
            "\n".join([f"{path}/, two levels deep, without hidden and generated folders:", *lines[:LISTED], *more])
            + "\n"
        )

    def _visible(self, path: str) -> list[str]:
        prefix = "" if path == "." else f"{path}/"
        return [
            f"{prefix}{entry.name}{'/' if entry.kind == 'folder' else ''}"
            for entry in self._folder.list_dir(path)
            if not entry.name.startswith(".") and entry.name not in UNSHOWN
        ]

    # Editing.

    def _plan_create(self, path: str, text: str) -> Planned:
        before = self._folder.read_bytes(path, SIZE_CAP) if self._folder.exists(path) else None
        after = _encoded(TextFile(text))
        lines = _count(text)
        said = f"{path} was {'created' if before is None else 'written anew'}: {lines}\n"
        return self._planned_write(path, before, after, f"create {path} ({lines})", said)

    def _plan_replace(self, path: str, old: str, new: str) -> Planned:
        def edit(file: TextFile) -> tuple[str, int, int]:
            fitted = file.fit(old), file.fit(new)
            if fitted[0] == fitted[1]:
                raise EditError("'old_str' and 'new_str' are the same")
            text = replaced(file.text, *fitted)
            first = file.text.count("\n", 0, file.text.find(fitted[0])) + 1
            return text, first, first + fitted[1].count("\n")

        return self._plan_edit(path, edit, f"edit {path} (-{_lines(old)} +{_lines(new)})")

    def _plan_insert(self, path: str, line: int, addition: str) -> Planned:
        def edit(file: TextFile) -> tuple[str, int, int]:
            fitted = file.fit(addition)
            return inserted(file.text, line, fitted), line + 1, line + max(1, fitted.rstrip("\n").count("\n") + 1)

        return self._plan_edit(path, edit, f"insert {_count(addition)} into {path} behind line {line}")

    def _plan_edit(self, path: str, edit: Callable[[TextFile], tuple[str, int, int]], summary: str) -> Planned:
        """Plan a change of a file. `edit` gives the new text, and the first and the last line that it touched."""
        before = self._folder.read_bytes(path, SIZE_CAP)
        file = decode(before)
        text, first, last = edit(file)
        return self._planned_write(
            path, before, _encoded(file.with_text(text)), summary, _around(path, text, first, last)
        )

    def _planned_write(self, path: str, before: bytes | None, after: bytes, summary: str, said: str) -> Planned:
        if len(after) > SIZE_CAP:
            raise EditError(f"it would have {len(after):,} bytes, more than the {SIZE_CAP:,} that this tool writes")
        effect = FileEffect(path, digest_of(before), digest_of(after))
        return Planned(
            summary=summary, effect=effect, path=effect.path, work=partial(self._write, effect, after, said)
        )

    async def _write(self, effect: FileEffect, data: bytes, said: str, _job: str, _on_output: OnOutput) -> ToolResult:
        """Write in a thread, since a disk may be slow; a cancel waits for its end, so that the file is at rest."""
        writing = asyncio.ensure_future(asyncio.to_thread(self._write_if_unchanged, effect, data))
        try:
            written = await asyncio.shield(writing)
        except asyncio.CancelledError:
            await writing
            raise
        if written:
            return ToolResult(ToolStatus.OK, capped(said))
        return ToolResult(
            ToolStatus.ERROR, f"{effect.path} changed in the meantime, so nothing was written: view it again"
        )

    def _write_if_unchanged(self, effect: FileEffect, data: bytes) -> bool:
        if self._folder.digest(effect.path) != effect.before:
            return False
        self._folder.write_bytes(effect.path, data)
        return True


def _encoded(file: TextFile) -> bytes:
    try:
        return file.encode()
    except UnicodeEncodeError:
        raise EditError("the new text holds half a character (a lone surrogate), which no file takes") from None


def _lines(text: str) -> int:
    return text.count("\n") + (not text.endswith("\n") and text != "")


def _count(text: str) -> str:
    lines = _lines(text)
    return f"{lines} line" if lines == 1 else f"{lines} lines"


def _around(path: str, text: str, first: int, last: int) -> str:
    """The edited lines with some around them, for an agent to see what has become of them."""
    total = text.count("\n") + 1
    start, end = max(1, min(first, total) - AROUND), min(total, last + AROUND)
    try:
        return f"{path} was edited:\n{numbered(text, start, end)}"
    except EditError:
        return f"{path} was edited; its end is empty\n"
