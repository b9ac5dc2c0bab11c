"""Patterns of rules: for the text of a command, and for paths as `.gitignore` has them. None ever backtracks."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Final

from tmtui.policy.use import Where


ANY_FOLDERS: Final = "**"


def fits_text(pattern: str, text: str) -> bool:
    """Whether a text is what `pattern` says, `*` being any characters, blanks and slashes included."""
    first, *rest = pattern.split("*")
    if not rest:
        return text == first
    *middle, last = rest
    if not text.startswith(first):
        return False
    place = len(first)
    for piece in middle:
        place = text.find(piece, place)
        if place < 0:
            return False
        place += len(piece)
    return len(text) - len(last) >= place and text.endswith(last)


def fits_command(pattern: str, text: str) -> bool:
    """The same for a command, where ` *` at the end begins at a new word, or is nothing: `ls *` is not `lsof`."""
    if pattern.endswith(" *"):
        return fits_text(pattern, text) or fits_text(pattern[:-2], text)
    return fits_text(pattern, text)


def anchored(pattern: str, where: Where) -> str:
    """A path pattern as one for absolute paths.

    `//x` starts at the root of the file system, `~/x` at home, `/x` and every other pattern with a slash before its
    end at the root of the project; a pattern without one fits at any depth below that.
    """
    if pattern.startswith("//"):
        return pattern[1:]
    if pattern == "~" or pattern.startswith("~/"):
        return where.home + pattern[1:]
    base = "" if where.root == "/" else where.root.replace("[", "[[]").replace("*", "[*]").replace("?", "[?]")
    inner = pattern.rstrip("/")
    if inner in (".", "", "*", ANY_FOLDERS):
        return f"{base}/{ANY_FOLDERS}"
    if "/" not in inner:
        return f"{base}/{ANY_FOLDERS}/{pattern}"
    return f"{base}/{pattern.removeprefix('./').lstrip('/')}"


def fits_path(pattern: str, path: str) -> bool:
    """Whether an absolute path is what `pattern` says, or lies below it.

    `*`, `?` and `[…]` stay inside one name; `**` is any folders; a slash at the end asks for something below.
    """
    names = _names(path)
    wanted = _names(pattern)
    if pattern.endswith("/"):
        wanted = (*wanted, "*")
    return _fits(wanted, names)


def _names(path: str) -> tuple[str, ...]:
    return tuple(name for name in path.split("/") if name)


def _fits(wanted: Sequence[str], names: Sequence[str]) -> bool:
    """Whether all of `wanted` fit the beginning of `names`; what is left of them lies below."""
    places = {0}
    for pattern in wanted:
        if pattern == ANY_FOLDERS:
            places = set(range(min(places), len(names) + 1))
        else:
            places = {at + 1 for at in places if at < len(names) and fnmatchcase(names[at], pattern)}
        if not places:
            return False
    return True
