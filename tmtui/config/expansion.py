"""Variables put into a settings file, before it is checked."""

from collections.abc import Mapping
from typing import NamedTuple

from tmtui.config.written import LITERAL, SettingsWritten
from tmtui.domain.problem import Problem, WrongValueError
from tmtui.domain.text import clean_line
from tmtui.system.documents.document import Document
from tmtui.system.documents.nodes import Entry, ListNode, MapNode, Node, ScalarNode
from tmtui.system.documents.schema import field_name
from tmtui.system.variables import expand


class Gap(NamedTuple):
    """A value whose variable is missing, and which was therefore left out."""

    way: tuple[str, ...]
    """To the value: the field, then the keys as they are written."""
    problem: Problem


def expand_document(document: Document, env: Mapping[str, str]) -> tuple[Document, list[Gap]]:
    """The document with variables put in, but for `LITERAL` fields, and what had to be left out."""
    if not isinstance(document.root, MapNode):
        return document, []
    gaps: list[Gap] = []
    root = MapNode(document.root.line, document.root.column)
    for key, entry in document.root.entries.items():
        field = field_name(SettingsWritten, key)
        if field is None or field in LITERAL:
            root.entries[key] = entry
        elif (node := _expanded(entry.node, (field,), env, document.path, gaps)) is not None:
            root.entries[key] = Entry(entry.line, entry.column, node)
    return Document(document.path, root), gaps


def _expanded(node: Node, way: tuple[str, ...], env: Mapping[str, str], path: str, gaps: list[Gap]) -> Node | None:
    """`node` with variables put in, or None where one is missing."""
    match node:
        case ScalarNode():
            if "$" not in node.text:
                return node
            try:
                text = expand(node.text, env)
            except WrongValueError as wrong:
                message = clean_line(f"`{way[-1]}` {wrong}")
                gaps.append(Gap(way, Problem(path, node.line, node.column, message, wrong.hint)))
                return None
            return ScalarNode(node.line, node.column, text, text)
        case ListNode():
            items = (_expanded(item, way, env, path, gaps) for item in node.items)
            return ListNode(node.line, node.column, [item for item in items if item is not None])
        case MapNode():
            result = MapNode(node.line, node.column)
            for key, entry in node.entries.items():
                if (below := _expanded(entry.node, (*way, key), env, path, gaps)) is not None:
                    result.entries[key] = Entry(entry.line, entry.column, below)
            return result
