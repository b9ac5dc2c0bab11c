"""Where settings come from, the weakest first: user files, project files, the environment, flags.

What is not said in any of them is built in. Mappings are merged key by key; anything else is replaced, but for the
rules of `JOINED`. Each file is read and checked by itself, so that a fault is told even where a stronger layer covers
it.
"""

import itertools
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from tmtui.config.blocks.loading import BLOCKS, block_model, read_block
from tmtui.config.written import SettingsWritten
from tmtui.domain.problem import Problem, ProblemsError
from tmtui.domain.text import clean_line
from tmtui.system.documents.document import Document, read_document
from tmtui.system.documents.near import did_you_mean
from tmtui.system.documents.nodes import Entry, MapNode, node_of
from tmtui.system.documents.schema import Reading, field_name, scalar_fields


PREFIX: Final = "TMTUI_"
FLAGS: Final = "command line"
PROJECT_FILES: Final = (
    ".taskmaster/config.json",
    ".taskmaster/config.yml",
    ".taskmaster.json",
    ".taskmaster.yaml",
    ".taskmaster.yml",
)
"""Below the root, the weakest first. The last is the usual one."""

JOINED: Final = frozenset(("permissions", name) for name in ("allow", "ask", "deny"))
"""Lists to which each layer adds: nobody's refusal is taken back by a stronger file."""

Way = Sequence[str | int]
"""Fields, keys and indices from the root of the settings down."""


def settings_files(root: Path, env: Mapping[str, str]) -> list[Path]:
    """The settings files that exist, the weakest first."""
    candidates: list[Path] = []
    if home := env.get("HOME"):
        config = Path(env.get("XDG_CONFIG_HOME") or f"{home}/.config")
        candidates += [Path(home) / ".taskmaster/config.yml", config / "tmtui/config.yml"]
    candidates += [root / name for name in PROJECT_FILES]
    return [path for path in dict.fromkeys(candidates) if os.path.lexists(path)]


def read_files(paths: Iterable[Path], root: Path) -> tuple[list[Document], list[Problem]]:
    """The documents that can be read, and what is wrong with the others."""
    documents: list[Document] = []
    problems: list[Problem] = []
    for path in paths:
        shown = str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
        try:
            documents.append(read_document(path, shown=shown))
        except ProblemsError as error:
            problems += error.problems
    return documents, problems


def environment_layer(env: Mapping[str, str]) -> tuple[list[Document], list[Problem]]:
    """What `TMTUI_MAX_PARALLEL=2` and the like say, one document for each; `__` leads into a mapping.

    A variable that names no setting may be meant for something else: it is told only when it looks like one.
    """
    fields = _variables(env)
    documents: list[Document] = []
    warnings: list[Problem] = []
    for name in sorted(name for name in env if name.startswith(PREFIX) and env[name]):
        if name not in fields:
            if hint := did_you_mean(name, fields, cutoff=0.85):
                message = "no setting has this name"
                warnings.append(Problem(_variable(name), 0, 0, message, hint, warning=True))
            continue
        value: Any = env[name]
        for key in reversed(fields[name]):
            value = {key: value}
        documents.append(Document(_variable(name), node_of(value)))
    return documents, warnings


def _variables(env: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The way to each setting by its variable's name; those of a part only where a variable may be meant for it."""
    ways = scalar_fields(SettingsWritten)
    for field in BLOCKS:
        if any(name.startswith(f"{PREFIX}{field.upper()}__") for name in env):
            ways += scalar_fields(block_model(field))
    return {PREFIX + "__".join(way).upper(): way for way in ways}


def _variable(name: str) -> str:
    return clean_line(f"environment variable {name}")


def flags_layer(overrides: Mapping[str, Any]) -> Document:
    """What the command line says; None stands for a flag that was not given."""
    given = {name: value for name, value in overrides.items() if value is not None}
    return Document(FLAGS, node_of(given))


class Layer(NamedTuple):
    """One source, checked."""

    reading: Reading[SettingsWritten]
    parts: Mapping[str, Reading[Any]]
    """The larger parts that it has, each held against its own schema, by field."""
    said: dict[str, Any]
    """What is right in it, by field."""

    def problems(self) -> Iterator[Problem]:
        """What is wrong or doubtful in it."""
        yield from self.reading.problems
        for part in self.parts.values():
            yield from part.problems

    def place(self, way: Way) -> tuple[int, int]:
        """Where the value at `way` begins, or that of the field in milliseconds that was written in its place."""
        reading = self.parts.get(str(way[0]), self.reading)
        found = reading.place(way)
        if way[1:] and found == reading.place(way[:-1]):
            return reading.place((*way[:-1], f"{way[-1]}_ms"))
        return found


def make_layer(document: Document) -> Layer:
    """Check one source by itself."""
    reading = Reading(document, SettingsWritten)
    said = reading.said.as_said()
    parts: dict[str, Reading[Any]] = {}
    for field, entry in _part_entries(document):
        if field in said and field not in parts:
            parts[field] = read_block(field, document, entry)
            said[field] = parts[field].said.as_said().get(field, {})
    return Layer(reading, parts, said)


def _part_entries(document: Document) -> Iterator[tuple[str, Entry]]:
    if isinstance(document.root, MapNode):
        for key, entry in document.root.entries.items():
            field = field_name(SettingsWritten, key)
            if field is not None and field in BLOCKS:
                yield field, entry


def merge(layers: Iterable[Layer]) -> dict[str, Any]:
    """All that is said, each layer over the ones before it."""
    merged: dict[str, Any] = {}
    for layer in layers:
        merged = _laid_over(merged, layer.said)
    return merged


def _laid_over(below: Any, above: Any, way: tuple[str, ...] = ()) -> Any:
    if isinstance(below, dict) and isinstance(above, dict):
        return {**below, **{key: _laid_over(below.get(key), value, (*way, key)) for key, value in above.items()}}
    if way in JOINED and isinstance(below, list):
        return list(dict.fromkeys([*below, *above]))
    return above


def source(layers: Sequence[Layer], way: Sequence[str]) -> Layer | None:
    """The strongest layer that says something at `way`."""
    return next((layer for layer in reversed(layers) if _says(layer.said, way)), None)


def problem_at(
    layers: Sequence[Layer], way: Way, message: str, hint: str = "", *, warning: bool = False
) -> Problem | None:
    """What is wrong with the value at `way`, told where the strongest layer says it; None when none does."""
    keys = tuple(itertools.takewhile(lambda step: isinstance(step, str), way))
    layer = source(layers, [str(key) for key in keys])
    if layer is None:
        return None
    return Problem(layer.reading.document.path, *layer.place(way), clean_line(message), clean_line(hint), warning)


def _says(said: Any, way: Sequence[str]) -> bool:
    for key in way:
        if not isinstance(said, dict) or key not in said:
            return False
        said = said[key]
    return True


def origins(layers: Sequence[Layer], merged: Mapping[str, Any]) -> dict[str, str]:
    """Where each single value of `merged` was said: `file:line`, or the name of what is no file."""
    found: dict[str, str] = {}
    for way in _ways(merged):
        layer = source(layers, way)
        if layer is not None:
            line, _ = layer.place(way)
            path = layer.reading.document.path
            found[".".join(way)] = f"{path}:{line}" if line else path
    return found


def _ways(value: Any, way: tuple[str, ...] = ()) -> Iterable[tuple[str, ...]]:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _ways(item, (*way, key))
    elif way:
        yield way
