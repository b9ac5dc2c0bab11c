"""Where settings come from, the weakest first: user files, project files, the environment, flags.

What is not said in any of them is built in. Mappings are merged key by key; anything else is replaced. Each file
is read and checked by itself, so that a fault is told even where a stronger layer covers it.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from tmtui.config.written import SettingsWritten
from tmtui.domain.problem import Problem, ProblemsError
from tmtui.domain.text import clean_line
from tmtui.system.documents.document import Document, read_document
from tmtui.system.documents.near import did_you_mean
from tmtui.system.documents.nodes import node_of
from tmtui.system.documents.schema import Reading, scalar_fields


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
    fields = {PREFIX + "__".join(way).upper(): way for way in scalar_fields(SettingsWritten)}
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


def _variable(name: str) -> str:
    return clean_line(f"environment variable {name}")


def flags_layer(overrides: Mapping[str, Any]) -> Document:
    """What the command line says; None stands for a flag that was not given."""
    given = {name: value for name, value in overrides.items() if value is not None}
    return Document(FLAGS, node_of(given))


class Layer(NamedTuple):
    """One source, checked."""

    reading: Reading[SettingsWritten]
    said: dict[str, Any]
    """What is right in it, by field."""


def make_layer(document: Document) -> Layer:
    """Check one source by itself."""
    reading = Reading(document, SettingsWritten)
    return Layer(reading, reading.said.as_said())


def merge(layers: Iterable[Layer]) -> dict[str, Any]:
    """All that is said, each layer over the ones before it."""
    merged: dict[str, Any] = {}
    for layer in layers:
        merged = _laid_over(merged, layer.said)
    return merged


def _laid_over(below: Any, above: Any) -> Any:
    if isinstance(below, dict) and isinstance(above, dict):
        return {**below, **{key: _laid_over(below.get(key), value) for key, value in above.items()}}
    return above


def source(layers: Sequence[Layer], way: Sequence[str]) -> Layer | None:
    """The strongest layer that says something at `way`."""
    return next((layer for layer in reversed(layers) if _says(layer.said, way)), None)


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
            line, _ = layer.reading.place(way)
            path = layer.reading.document.path
            found[".".join(way)] = f"{path}:{line}" if line else path
    return found


def _ways(value: Any, way: tuple[str, ...] = ()) -> Iterable[tuple[str, ...]]:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _ways(item, (*way, key))
    elif way:
        yield way
