"""Which word may have been meant."""

from collections.abc import Collection, Iterable
from typing import Final

from tmtui.domain.text import clean_line


_LONGEST: Final = 64
"""Characters of a word that are compared: nothing longer is anybody's typing error."""

_MANY: Final = 200
"""Words above which a search is dear enough to be counted."""


def near(word: str, known: Iterable[str], *, cutoff: float = 0.6) -> list[str]:
    """The known words that look most like `word`, at most three, the nearest first. Case does not count."""
    if len(word) > _LONGEST:
        return []
    import difflib  # noqa: PLC0415  # only where something is wrong

    by_folded = {each.casefold(): each for each in known if len(each) <= _LONGEST}
    found = difflib.get_close_matches(word.casefold(), by_folded, n=3, cutoff=cutoff)
    return [by_folded[each] for each in found]


def did_you_mean(word: str, known: Iterable[str], *, cutoff: float = 0.6) -> str:
    """`Did you mean …?`, or nothing when nothing is near."""
    return _question(near(word, known, cutoff=cutoff))


def _question(words: Collection[str]) -> str:
    return f"Did you mean {' or '.join(f'`{clean_line(word, 80)}`' for word in words)}?" if words else ""


class NearIds:
    """Suggests ids out of a set that may be large: after some searches it gives up rather than be slow."""

    def __init__(self, known: Collection[str], searches: int = 25) -> None:
        self._known = known
        self._left = searches

    def did_you_mean(self, word: str) -> str:
        """As the function of that name, while searches are left or the set is small."""
        if len(self._known) > _MANY:
            if self._left == 0:
                return ""
            self._left -= 1
        return did_you_mean(word, self._known)
