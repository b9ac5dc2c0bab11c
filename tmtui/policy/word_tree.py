"""One expression for many words, so that a text in which none of them stands is passed over at once.

Words that begin alike share their beginning in it. So at each place of a text the expression looks at one character,
and at a second only where the first is one with which a word begins.
"""

import re
from collections.abc import Iterable


def word_tree(words: Iterable[str], *, open_end: bool) -> str:
    """The expression for any of the words.

    Args:
        words: None of them empty.
        open_end: Whether a beginning of a word counts where the text ends with it.
    """
    return _tree(tuple(words), r"\Z|" if open_end else "")


def _tree(words: tuple[str, ...], or_end: str) -> str:
    if "" in words:
        return ""
    rests: dict[str, tuple[str, ...]] = {}
    for word in words:
        rests[word[0]] = (*rests.get(word[0], ()), word[1:])
    return "|".join(re.escape(first) + _below(rest, or_end) for first, rest in sorted(rests.items()))


def _below(rests: tuple[str, ...], or_end: str) -> str:
    below = _tree(rests, or_end)
    return f"(?:{or_end}{below})" if below else ""
