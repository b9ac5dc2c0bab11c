"""Changes of settings files: planned as texts, judged as a whole, and written at once or not at all.

A change goes where the setting is said already, else into the strongest file of the project, else into a new
`.taskmaster.yml`. What would make the settings wrong is refused with the fault; nothing is written then.
"""

import os
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from tmtui.config.editing import CannotEditError, with_value
from tmtui.config.keys import parse_key
from tmtui.config.layers import PROJECT_FILES, make_layer, settings_files, source
from tmtui.config.load import combine
from tmtui.config.parts import model_ways
from tmtui.domain.models import END_OF_LIFE
from tmtui.domain.problem import Problem, ProblemsError, WrongValueError
from tmtui.system.documents import Document, parse_document, read_document


class Change(NamedTuple):
    """A file with other text in it."""

    path: Path
    shown: str
    before: str
    """Empty for a file that is not there yet."""
    after: str


class _Files:
    """The settings files as they are, and as they would become."""

    def __init__(self, root: Path, paths: Iterable[Path]) -> None:
        self.root = root
        self.before: dict[Path, str] = {}
        self.documents: dict[Path, Document] = {}
        for path in paths:
            self.documents[path] = read_document(path, shown=self.shown(path))
            self.before[path] = _text_of(path)
        self.after = dict(self.before)

    def shown(self, path: Path) -> str:
        return str(path.relative_to(self.root)) if path.is_relative_to(self.root) else str(path)

    def edit(self, path: Path, way: tuple[str | int, ...], value: str) -> None:
        text, is_json = self.after.get(path, ""), path.suffix == ".json"
        try:
            self.after[path] = _keeping_ends(text, lambda plain: with_value(plain, way, value, is_json=is_json))
        except CannotEditError as error:
            name = ".".join(map(str, way))
            hint = f"Change it there by hand: {name}: {value}"
            message = f"`{name}` cannot be changed without touching more: {error}"
            raise ProblemsError((Problem(self.shown(path), 0, 0, message, hint),)) from None

    def changes(self) -> list[Change]:
        return [
            Change(path, self.shown(path), self.before.get(path, ""), after)
            for path, after in self.after.items()
            if after != self.before.get(path)
        ]

    def parsed(self) -> list[Document]:
        return [
            parse_document(text.encode(), self.shown(path), json=path.suffix == ".json")
            for path, text in self.after.items()
        ]


_MARK: Final = "\ufeff"
"""What some editors put before a text that is UTF-8."""


def _text_of(path: Path) -> str:
    """All of a file, with its own line ends."""
    return path.read_bytes().decode()


def _keeping_ends(text: str, edit: Callable[[str], str]) -> str:
    """`edit` done on the text with plain line ends; they, and a mark before the text, stay as they are."""
    mark = _MARK if text.startswith(_MARK) else ""
    plain = text.removeprefix(mark).replace("\r\n", "\n")
    edited = edit(plain)
    return mark + (edited.replace("\n", "\r\n") if "\r\n" in text else edited)


def plan_setting(root: Path, env: Mapping[str, str], values: Sequence[tuple[str, str]]) -> list[Change]:
    """The changes that make settings say something else.

    Args:
        root: The project's root.
        env: The environment, for judging the result.
        values: Names of settings with their new values.

    Raises:
        WrongValueError: there is no setting of that name.
        ProblemsError: a file cannot be read or edited, or the settings would be wrong.
    """
    ways = [(parse_key(key), value) for key, value in values]
    project = [root / name for name in PROJECT_FILES]
    files = _Files(root, [path for path in settings_files(root, env) if path in project])
    for way, value in ways:
        files.edit(_home(files, way), way, value)
    _judge(files, env)
    return files.changes()


def _home(files: _Files, way: tuple[str, ...]) -> Path:
    """The file in which a setting is changed."""
    paths = list(files.documents)
    layers = [make_layer(document) for document in files.documents.values()]
    said = source(layers, way)
    if said is not None:
        return paths[layers.index(said)]
    return paths[-1] if paths else files.root / PROJECT_FILES[-1]


def _judge(files: _Files, env: Mapping[str, str]) -> None:
    """Refuse what would be wrong only after the change.

    Raises:
        ProblemsError: with every new fault.
    """
    _, known = combine(list(files.documents.values()), env, {})
    _, found = combine(files.parsed(), env, {})
    old = {problem.message for problem in known if not problem.warning}
    faults = tuple(sorted(each for each in found if not each.warning and each.message not in old))
    if faults:
        raise ProblemsError(faults)


def plan_migration(root: Path, env: Mapping[str, str]) -> list[Change]:
    """The changes that put successors in the place of models whose end of life is known.

    Raises:
        ProblemsError: a file cannot be read or edited.
    """
    files = _Files(root, settings_files(root, env))
    for path, document in files.documents.items():
        for way, model in model_ways(make_layer(document).said):
            if end := END_OF_LIFE.get(model):
                files.edit(path, tuple(way), end.successor)
    return files.changes()


def write_change(change: Change) -> None:
    """Put the new text in the place of the old one, in one step; a link stays a link.

    Raises:
        OSError: it cannot be written; the old text is still there.
        WrongValueError: somebody has changed the file in between.
    """
    place = Path(os.path.realpath(change.path))
    if place.exists() and _text_of(place) != change.before:
        raise WrongValueError(f"{change.shown} has changed in between", "Try again.")
    place.parent.mkdir(parents=True, exist_ok=True)
    mode = place.stat().st_mode & 0o777 if place.exists() else 0o644
    handle, temporary = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(change.after)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        Path(temporary).replace(place)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
