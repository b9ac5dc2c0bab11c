"""A tool call as policy sees it: what it is, which files it touches, and where."""

from collections.abc import Callable, Mapping
from posixpath import isabs, join, normpath
from typing import Any, Final

import msgspec


BASH: Final = "Bash"
READ: Final = "Read"
EDIT: Final = "Edit"
GLOB: Final = "Glob"
GREP: Final = "Grep"
WEB_FETCH: Final = "WebFetch"

READERS: Final = frozenset({READ, GLOB, GREP})
"""Tools that only look at files."""

_KINDS: Final[Mapping[str, str]] = {
    "bash": BASH,
    "shell": BASH,
    "glob": GLOB,
    "grep": GREP,
    "str_replace_based_edit_tool": EDIT,
    "view": READ,
    "LS": READ,
    "NotebookRead": READ,
    "Write": EDIT,
    "MultiEdit": EDIT,
    "NotebookEdit": EDIT,
}
"""The word that rules use for each tool of ours and of the agents that run as programs."""


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """One call of a tool, before it has any effect."""

    tool: str
    """As the agent names it, such as `bash`."""
    input: Mapping[str, Any] = {}
    reads: tuple[str, ...] = ()
    """Paths that it looks at, absolute or relative to the root. Where a link leads elsewhere, both."""
    writes: tuple[str, ...] = ()
    """Paths that it changes, likewise."""
    command: str = ""
    """What a shell is to run; empty for other tools."""

    @property
    def kind(self) -> str:
        """The tool's name in rules, such as `Bash` or `Read`; its own name where rules have no other."""
        kind = _KINDS.get(self.tool, self.tool)
        if kind == EDIT and self.tool == "str_replace_based_edit_tool" and self.input.get("command") == "view":
            return READ
        return kind


class Where(msgspec.Struct, frozen=True, kw_only=True):
    """The place where a call would have its effect."""

    root: str
    """Absolute path of the folder to which the work is confined."""
    home: str
    """Absolute path of the person's own folder."""
    sandboxed: bool = False
    """Whether a sandbox that really confines holds what the call starts."""
    real: Callable[[str], str] = str
    """Where an absolute path leads when links are followed; the path itself for whoever knows of no links."""

    def absolute(self, path: str, folder: str = "") -> str:
        """`path` as a normal absolute one, `~` being the home; relative ones start at `folder`, or at the root."""
        if path == "~" or path.startswith("~/"):
            path = self.home + path[1:]
        path = path if isabs(path) else join(folder or self.root, path)
        return normpath("/" + path.lstrip("/"))

    def holds(self, path: str) -> bool:
        """Whether an absolute path is the root, or lies below it, by its name and by where it leads."""
        return is_below(path, self.root) and is_below(self.real(path), self.real(self.root))

    def faces(self, path: str) -> tuple[str, ...]:
        """An absolute path, and where it leads when that is elsewhere."""
        return tuple(dict.fromkeys((path, self.real(path))))


def is_below(path: str, folder: str) -> bool:
    """Whether `path` is `folder` or lies below it, both absolute and normal."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")
