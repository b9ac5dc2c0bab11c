"""Which key does what: the defaults, a person's changes to them, and where two commands want the same key."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from tmtui.tui.intents import INTENTS, Intent, Needs, Where


_SIGNS: Final = {
    "exclamation_mark": "!",
    "question_mark": "?",
    "slash": "/",
    "comma": ",",
    "full_stop": ".",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "left_parenthesis": "(",
    "right_parenthesis": ")",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "dollar_sign": "$",
    "percent_sign": "%",
    "colon": ":",
    "plus": "+",
    "minus": "-",
    "underscore": "_",
    "at": "@",
    "escape": "esc",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "home": "Home",
    "end": "End",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
}


def key_label(key: str) -> str:
    """A key as people write it: `^p`, `!`, `⇧tab`, `F1`."""
    *modifiers, name = key.split("+")
    label = _SIGNS.get(name, name)
    if len(label) > 1 and label[0] == "f" and label[1:].isdigit():
        label = label.upper()
    marks = "".join(
        {"ctrl": "^", "shift": "⇧", "alt": "M-", "super": "⌘"}.get(each, f"{each}-") for each in modifiers
    )
    return marks + label


def keys_of(intent: type[Intent], keymap: Mapping[str, str] | None = None) -> list[str]:
    """The keys of a command, a person's changes applied; the first is the one to show."""
    return [key.strip() for key in (keymap or {}).get(intent.ID, intent.KEYS).split(",") if key.strip()]


class Clash(NamedTuple):
    """Two commands that one key could mean at the same time."""

    key: str
    first: str
    second: str

    def __str__(self) -> str:
        return f"the key {key_label(self.key)} is given to both {self.first!r} and {self.second!r}"


def problems(keymap: Mapping[str, str]) -> list[str]:
    """What is wrong with a person's keymap, one line each: unknown commands, and keys given twice."""
    unknown = [f"the keymap names {each!r}, and there is no such command" for each in keymap if each not in INTENTS]
    return unknown + [str(clash) for clash in clashes(keymap)]


def clashes(keymap: Mapping[str, str] | None = None) -> Iterator[Clash]:
    """Every pair of commands that want the same key in the same place."""
    held: dict[str, list[type[Intent]]] = {}
    for intent in INTENTS.values():
        for key in keys_of(intent, keymap):
            for other in held.get(key, ()):
                if _can_meet(intent, other):
                    yield Clash(key, other.ID, intent.ID)
            held.setdefault(key, []).append(intent)


def _can_meet(one: type[Intent], other: type[Intent]) -> bool:
    """Whether both could be meant at once. A replay asks no questions, and nobody can be sent anything there."""
    if Needs.REPLAY in (one.NEEDS, other.NEEDS) and one.NEEDS is not other.NEEDS:
        engines = (Needs.ENGINE, Needs.LIVE)
        if one.NEEDS in engines or other.NEEDS in engines:
            return False
    if one.ASKED and other.ASKED and one.ASKED != other.ASKED:
        return False
    places = {one.WHERE, other.WHERE}
    if places & {Where.CIRCUITS, Where.RUNS}:
        return len(places) == 1 or places == {Where.RUNS, Where.ANYWHERE}
    return _everywhere(one) or _everywhere(other) or one.WHERE is other.WHERE


def _everywhere(intent: type[Intent]) -> bool:
    return intent.WHERE in (Where.ANYWHERE, Where.REPLAY)


def sections(
    places: Iterable[Where], keymap: Mapping[str, str] | None = None, *, live: bool = True
) -> Iterator[tuple[str, list[str], str]]:
    """The page of keys: for each place a heading with no keys, then each command's title, keys and help.

    What only a live run understands is left out of a replay's page, and the other way round.
    """
    strange = (Needs.REPLAY,) if live else (Needs.ENGINE, Needs.LIVE)
    for place in places:
        rows = [each for each in INTENTS.values() if each.WHERE is place and each.NEEDS not in strange]
        if rows:
            yield place.value, [], ""
        for each in rows:
            if keys := keys_of(each, keymap):
                yield each.title(), [key_label(key) for key in keys], each.help()
