"""A document: what one file says, with the place of every word.

`read_document` takes a file, `parse_document` takes bytes from anywhere; both keep the same limits. They never
hang and never run long: a file that is too large, no regular file or no text is refused before it is parsed,
and the parse is bounded (see `builder`).
"""

import os
import stat
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from tmtui.domain.problem import Problem, ProblemsError
from tmtui.domain.text import clean_line
from tmtui.system.documents.builder import Builder, Place
from tmtui.system.documents.decoding import decode
from tmtui.system.documents.json_syntax import read_json
from tmtui.system.documents.near import did_you_mean
from tmtui.system.documents.nodes import ListNode, MapNode, Node, ScalarNode, plain
from tmtui.system.documents.yaml_syntax import read_yaml


MAX_BYTES: Final = 8 * 1024 * 1024

DocumentPath = tuple[str | int, ...]
"""Keys and indices from the root down, such as `("tasks", 2, "title")`."""


class Document:
    """What a file says."""

    def __init__(self, path: str, root: Node | None) -> None:
        self.path = path
        """How the file is named in problems."""
        self.root = root
        """None when the file holds nothing, or comments only."""

    @cached_property
    def value(self) -> Any:
        """The plain Python value; None for an empty document."""
        return None if self.root is None else plain(self.root)

    @cached_property
    def places(self) -> Mapping[DocumentPath, Place]:
        """Line and column of every key and every list item by its path, and of the root by `()`."""
        found: dict[DocumentPath, Place] = {}
        todo: list[tuple[DocumentPath, Node, Place]] = []
        if self.root is not None:
            todo.append(((), self.root, (self.root.line, self.root.column)))
        while todo:
            path, node, place = todo.pop()
            found[path] = place
            match node:
                case ListNode():
                    todo += (((*path, i), item, (item.line, item.column)) for i, item in enumerate(node.items))
                case MapNode():
                    todo += (((*path, k), e.node, (e.line, e.column)) for k, e in node.entries.items())
        return found

    def problem(self, path: Sequence[str | int], message: str, hint: str = "", *, warning: bool = False) -> Problem:
        """A fault of what stands at `path`, or of the nearest thing above it that does stand in the file."""
        place = (0, 0) if self.root is None else value_place(self.root, path)
        return Problem(self.path, *place, clean_line(message), clean_line(hint), warning)


def value_place(root: Node, path: Sequence[str | int]) -> Place:
    """Where the value at `path` begins; where `path` leads nowhere, the nearest thing above it."""
    node = root
    for step in path:
        match node:
            case MapNode() if isinstance(step, str) and step in node.entries:
                node = node.entries[step].node
            case ListNode() if isinstance(step, int) and step < len(node.items):
                node = node.items[step]
            case _:
                break
    return (node.line, node.column)


def parse_document(text: bytes, shown: str, *, json: bool = False) -> Document:
    """Read a document from memory. `shown` names it in problems.

    Raises:
        ProblemsError: it is beyond a limit, or no YAML (or JSON, when `json` says so).
    """
    shown = clean_line(shown)
    if len(text) > MAX_BYTES:
        raise _too_large(shown, len(text))
    decoded = decode(text, shown)
    build = Builder(shown)
    (read_json if json else read_yaml)(decoded, build)
    if build.problems:
        raise ProblemsError(tuple(build.problems))
    root = build.root
    empty = isinstance(root, ScalarNode) and root.value is None
    return Document(shown, None if empty else root)


def read_document(path: Path, *, shown: str | None = None) -> Document:
    """Read a file: JSON when its name ends in `.json`, else YAML. `shown` names it in problems.

    Raises:
        ProblemsError: it cannot be read, is beyond a limit, or is no YAML or JSON.
    """
    shown = clean_line(str(path) if shown is None else shown)
    try:
        data = _read_bytes(path, shown)
    except (OSError, ValueError) as error:
        raise ProblemsError((_unreadable(path, shown, error),)) from None
    return parse_document(data, shown, json=path.suffix.lower() == ".json")


def _read_bytes(path: Path, shown: str) -> bytes:
    """All of a regular file. Opened without blocking, so that a pipe without a writer cannot hold us."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError
        if not stat.S_ISREG(status.st_mode):
            hint = "Name a file; a pipe or a device has no place to point at."
            raise ProblemsError((Problem(shown, 0, 0, "this is no regular file", hint),))
        if status.st_size > MAX_BYTES:
            raise _too_large(shown, status.st_size)
        return file.read(MAX_BYTES + 1)


def _too_large(shown: str, size: int) -> ProblemsError:
    message = f"the file is too large: {size / 1e6:,.1f} MB, and at most {MAX_BYTES / 1e6:.1f} MB are read"
    return ProblemsError((Problem(shown, 0, 0, message, "Split it, or check that the right file was named."),))


def _unreadable(path: Path, shown: str, error: OSError | ValueError) -> Problem:
    match error:
        case FileNotFoundError():
            return Problem(shown, 0, 0, "there is no such file", _near_files(path))
        case IsADirectoryError():
            return Problem(shown, 0, 0, "this is a folder, not a file", "Name a file inside it.")
        case PermissionError():
            return Problem(shown, 0, 0, "the file may not be read", f"Try: chmod u+r {shown}")
        case OSError():
            return Problem(shown, 0, 0, f"the file cannot be read: {error.strerror or error}")
        case _:
            return Problem(shown, 0, 0, f"this is no file name: {clean_line(str(error))}")


def _near_files(path: Path) -> str:
    """Which file in the same folder may have been meant."""
    try:
        with os.scandir(path.parent) as entries:
            names = [entry.name for entry, _ in zip(entries, range(1000), strict=False) if entry.is_file()]
    except OSError:
        return f"There is no folder `{clean_line(str(path.parent))}`."
    return did_you_mean(path.name, names)
