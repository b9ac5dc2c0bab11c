"""Themes: files that people write, read without a heavy import.

A theme file gives eleven colours and, where its author wants to go further, the style of single inks:

    name: tmtui-dark
    about: Calm blue on near-black
    dark: true
    colors:
      background: "#0e1117"
      ...
    inks:
      thought: italic $muted

An ink's style is attributes, a colour, and `on` a colour; `$name` is one of the theme's colours. Files lie in the
package, in the checkout's `themes/`, and in `~/.config/tmtui/themes`; a later one of the same name wins. A bad file
is a `Problem`, never an exception, and a colour is checked before Textual sees it, which would crash on a bad one.

The file of the chosen theme is read before the first frame. Ours hold nothing but keys and plain values, which a few
lines here can read; whatever else YAML allows makes the YAML library read the file.
"""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from rich.style import Style
from textual.color import Color, ColorParseError
from textual.theme import Theme

from tmtui.domain.problem import Problem
from tmtui.domain.text import clean_line
from tmtui.tui.paint import Ink, Palette


DEFAULT_THEME: Final = "tmtui-dark"
NO_COLOR_THEME: Final = "ansi"

COLOR_NAMES: Final = (
    "background", "surface", "panel", "foreground", "muted", "line", "selection", "primary", "accent", "success",
    "warning", "error",
)  # fmt: skip
"""The colours that a theme file gives. `line` draws borders, `selection` lies beneath the row with the cursor."""

DEFAULT_INKS: Final[Mapping[Ink, str]] = {
    Ink.TEXT: "$foreground",
    Ink.STRONG: "bold $foreground",
    Ink.MUTED: "$muted",
    Ink.FAINT: "$line",
    Ink.TITLE: "bold $primary",
    Ink.ACCENT: "$accent",
    Ink.KEY: "bold $accent",
    Ink.GOOD: "$success",
    Ink.BAD: "$error",
    Ink.WARN: "$warning",
    Ink.BORDER: "$line",
    Ink.BORDER_FOCUS: "$primary",
    Ink.BORDER_ALERT: "$warning",
    Ink.CURSOR: "on $selection",
    Ink.CURSOR_BLUR: "on $panel",
    Ink.BADGE: "bold $background on $primary",
    Ink.ALARM: "bold $background on $warning",
    Ink.MATCH: "$background on $warning",
    Ink.MATCH_HERE: "bold $background on $accent",
    Ink.SELECTED: "on $selection",
    Ink.THOUGHT: "italic $muted",
    Ink.CALL: "bold $primary",
    Ink.CODE: "$accent",
    Ink.ADDED: "$success",
    Ink.REMOVED: "$error",
    Ink.HUNK: "$accent",
    Ink.PENDING: "$muted",
    Ink.READY: "$foreground",
    Ink.RUNNING: "bold $primary",
    Ink.NEEDS_YOU: "bold $warning",
    Ink.SUCCEEDED: "$success",
    Ink.FAILED: "bold $error",
    Ink.SKIPPED: "$accent",
    Ink.ABORTED: "$error",
    Ink.BLOCKED: "$muted",
}

NO_COLOR_INKS: Final[Mapping[Ink, str]] = {
    Ink.STRONG: "bold",
    Ink.MUTED: "dim",
    Ink.FAINT: "dim",
    Ink.TITLE: "bold",
    Ink.KEY: "bold",
    Ink.BORDER: "dim",
    Ink.BORDER_FOCUS: "bold",
    Ink.BORDER_ALERT: "bold",
    Ink.CURSOR: "reverse",
    Ink.CURSOR_BLUR: "underline",
    Ink.BADGE: "bold reverse",
    Ink.ALARM: "bold reverse",
    Ink.MATCH: "underline",
    Ink.MATCH_HERE: "bold reverse",
    Ink.SELECTED: "reverse",
    Ink.THOUGHT: "dim italic",
    Ink.CALL: "bold",
    Ink.RUNNING: "bold",
    Ink.NEEDS_YOU: "bold underline",
    Ink.FAILED: "bold",
    Ink.PENDING: "dim",
    Ink.BLOCKED: "dim",
}
"""What is left of the inks where there is to be no colour at all."""

STATUS_INKS: Final = tuple(ink for ink in Ink if ink.value.startswith("status-"))

_ATTRIBUTES: Final = frozenset({"bold", "dim", "italic", "underline", "reverse", "strike"})
_FLAT_LINE: Final = re.compile(r"(?P<indent> {0,8})(?P<key>[A-Za-z][\w-]*):(?: +(?P<value>.*))?")
_PLAIN_VALUE: Final = re.compile(r"[^\s\"'#&*!|>%@`{\[,?-](?:(?! #|: ).)*(?<!:)|\"[^\"\\]*\"|'[^']*'")


class ThemeError(Exception):
    """A theme file cannot be used. Holds what is wrong and where."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class ThemeFile(NamedTuple):
    """A theme as its file tells it, every colour checked."""

    name: str
    about: str
    dark: bool
    ansi: bool
    """Whether it keeps to the terminal's own sixteen colours."""
    colors: Mapping[str, str]
    inks: Mapping[Ink, str]


# Reading.


def parse_theme(text: str, path: str) -> ThemeFile:
    """Read a theme.

    Raises:
        ThemeError: the text is no theme; the first thing that is wrong with it.
    """
    found = read_flat(text)
    document = _read_yaml(text, path) if found is None else found
    if not isinstance(document, dict):
        raise _fault(path, text, "", "a theme is a mapping with `name` and `colors`")
    _refuse_unknown(document, ("name", "about", "dark", "ansi", "colors", "inks"), path, text)
    name = document.get("name")
    if not isinstance(name, str) or not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", name):
        raise _fault(path, text, "name", "`name` is missing, or holds more than small letters, digits, '-' and '_'")
    colors = _colors(document, path, text)
    return ThemeFile(
        name=name,
        about=clean_line(str(document.get("about") or "")),
        dark=document.get("dark") is not False,
        ansi=document.get("ansi") is True,
        colors=colors,
        inks=_inks(document, colors, path, text),
    )


def read_flat(text: str) -> dict[str, Any] | None:
    """Read keys with plain values, and one level of keys below a key; None where the text holds anything else."""
    result: dict[str, Any] = {}
    section: dict[str, Any] = result
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _FLAT_LINE.fullmatch(line.rstrip())
        if match is None:
            return None
        key, value = match["key"], (match["value"] or "").strip()
        if match["indent"]:
            if section is result or not value:
                return None
        elif not value:
            section = result[key] = {}
            continue
        else:
            section = result
        if not _PLAIN_VALUE.fullmatch(value) or key in section:
            return None
        section[key] = _plain(value)
    return result


def _plain(value: str) -> str | bool:
    if value[0] in "\"'":
        return value[1:-1]
    return {"true": True, "false": False}.get(value, value)


def _read_yaml(text: str, path: str) -> Any:
    import yaml  # noqa: PLC0415  # only for a theme that needs more than our own files do

    try:
        return yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise ThemeError(Problem(path, line, column, clean_line(str(error.problem or "this is not YAML")))) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise ThemeError(Problem(path, 0, 0, clean_line(f"this is not YAML: {error}"))) from error


def _fault(path: str, text: str, place: str, message: str, hint: str = "") -> ThemeError:
    """A fault at a place such as `name` or `colors.muted`: the line where its last key stands."""
    line = 0
    for key in filter(None, place.split(".")):
        pattern = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*:")
        lines = enumerate(text.splitlines()[line:], line + 1)
        line = next((number for number, each in lines if pattern.match(each)), line)
    return ThemeError(Problem(path, line, 1 if line else 0, message, hint))


def _refuse_unknown(
    found: Mapping[Any, Any], known: tuple[str, ...], path: str, text: str, section: str = ""
) -> None:
    for key in found:
        if key not in known:
            message = f"unknown key {clean_line(str(key))!r}"
            raise _fault(path, text, f"{section}.{key}", message, f"known are: {', '.join(known)}")


def _mapping(document: Mapping[str, Any], key: str, path: str, text: str) -> dict[str, Any]:
    found = document.get(key) or {}
    if not isinstance(found, dict):
        raise _fault(path, text, key, f"`{key}` is not a mapping")
    return found


def _colors(document: Mapping[str, Any], path: str, text: str) -> dict[str, str]:
    found = _mapping(document, "colors", path, text)
    _refuse_unknown(found, COLOR_NAMES, path, text, "colors")
    if missing := [name for name in COLOR_NAMES if name not in found]:
        raise _fault(path, text, "colors", f"`colors` lacks {', '.join(missing)}")
    for name, value in found.items():
        if not _is_color(value):
            raise _fault(
                path, text, name, f"{clean_line(str(value))!r} is no colour", 'write it as "#rrggbb", quoted'
            )
    return {name: str(found[name]) for name in COLOR_NAMES}


def _is_color(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(Color.parse(value))
    except ColorParseError:
        return False


def _inks(document: Mapping[str, Any], colors: Mapping[str, str], path: str, text: str) -> dict[Ink, str]:
    found = _mapping(document, "inks", path, text)
    _refuse_unknown(found, tuple(Ink), path, text, "inks")
    for name, value in found.items():
        try:
            ink_style(str(value), colors)
        except ValueError as error:
            hint = "write it as: bold $primary on #101820"
            raise _fault(path, text, f"inks.{name}", clean_line(str(error)), hint) from error
    return {Ink(name): str(value) for name, value in found.items()}


# Finding.


def theme_folders(home: Path | None = None) -> list[Path]:
    """Where theme files lie, the strongest last."""
    package = Path(__file__).resolve().parent.parent
    config = Path(os.environ.get("XDG_CONFIG_HOME") or (home or Path.home()) / ".config")
    return [package / "_themes", package.parent / "themes", config / "tmtui" / "themes"]


def theme_files(folders: list[Path]) -> Iterator[Path]:
    """Every theme file, the strongest last."""
    for folder in folders:
        yield from sorted(folder.glob("*.yml"))
        yield from sorted(folder.glob("*.yaml"))


def theme_stamp(name: str, folders: list[Path]) -> tuple[object, ...]:
    """Something that changes whenever a file of that name does."""
    stamp: list[object] = []
    for folder in folders:
        try:
            status = (folder / f"{name}.yml").stat()
        except OSError:
            continue
        stamp.append((status.st_mtime_ns, status.st_size, status.st_ino))
    return tuple(stamp)


def load_theme(name: str, folders: list[Path]) -> ThemeFile | Problem:
    """The theme of that name, or why there is none to be had.

    A file is looked for by its own name first, so that a start reads one file.
    """
    for folder in reversed(folders):
        path = folder / f"{name}.yml"
        if "/" not in name and path.is_file():
            return _load(path)
    themes, problems = load_themes(folders)
    if name in themes:
        return themes[name]
    known = ", ".join(sorted(themes))
    about = next((each for each in problems if name in each.path), None)
    return about or Problem(f"theme {clean_line(name)!r}", 0, 0, "there is no such theme", f"known are: {known}")


def load_themes(folders: list[Path]) -> tuple[dict[str, ThemeFile], list[Problem]]:
    """Every theme by its name, and what is wrong with the files that cannot be used."""
    themes: dict[str, ThemeFile] = {}
    problems: list[Problem] = []
    for path in theme_files(folders):
        found = _load(path)
        if isinstance(found, Problem):
            problems.append(found)
        else:
            themes[found.name] = found
    return themes, problems


def _load(path: Path) -> ThemeFile | Problem:
    try:
        return parse_theme(path.read_text(encoding="utf-8"), str(path))
    except ThemeError as error:
        return error.problem
    except (OSError, UnicodeDecodeError) as error:
        return Problem(str(path), 0, 0, clean_line(f"cannot be read: {error}"))


# Using.


def ink_style(text: str, colors: Mapping[str, str]) -> Style:
    """The style that an ink's words describe.

    Raises:
        ValueError: a word is neither an attribute nor a colour, or there are too many.
    """
    words = text.split()
    attributes: dict[str, bool] = {}
    while words and words[0] in _ATTRIBUTES:
        attributes[words.pop(0)] = True
    front = None if not words or words[0] == "on" else _color(words.pop(0), colors)
    back = None
    if words and words[0] == "on":
        back = _color(words[1] if len(words) > 1 else "", colors)
        words = words[2:]
    if words:
        raise ValueError(f"{words[0]!r} is one word too many in {text!r}")
    return Style(color=front, bgcolor=back, **attributes)  # type: ignore[arg-type]  # the names are Style's own


def _color(word: str, colors: Mapping[str, str]) -> Any:
    value = colors.get(word[1:], word) if word.startswith("$") else word
    try:
        return Color.parse(value).rich_color
    except ColorParseError as error:
        raise ValueError(f"{word!r} is neither an attribute nor a colour") from error


def palette(theme: ThemeFile, *, no_color: bool = False) -> Palette:
    """The colours of a theme's inks; attributes alone where there is to be no colour."""
    if no_color:
        return Palette({ink: ink_style(text, {}) for ink, text in NO_COLOR_INKS.items()})
    return Palette({ink: ink_style(theme.inks.get(ink, DEFAULT_INKS[ink]), theme.colors) for ink in Ink})


def textual_theme(theme: ThemeFile) -> Theme:
    """The theme as Textual's own widgets use it."""
    colors = theme.colors
    return Theme(
        name=theme.name,
        primary=colors["primary"],
        secondary=colors["primary"],
        accent=colors["accent"],
        success=colors["success"],
        warning=colors["warning"],
        error=colors["error"],
        foreground=colors["foreground"],
        background=colors["background"],
        surface=colors["surface"],
        panel=colors["panel"],
        dark=theme.dark,
        ansi=theme.ansi,
        variables={
            "border": colors["line"],
            "block-cursor-background": colors["selection"],
            "block-cursor-foreground": colors["foreground"],
            "block-cursor-text-style": "none",
            "screen-selection-background": colors["selection"],
            "screen-selection-foreground": colors["foreground"],
            "input-selection-background": colors["selection"],
            "ansi-background": colors["background"],
            "ansi-foreground": colors["foreground"],
        },
    )
