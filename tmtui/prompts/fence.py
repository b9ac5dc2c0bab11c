"""A fence around text that somebody else wrote.

A hook's output or a file's content may hold sentences that look like instructions. It goes into a prompt between
tags that carry a word nobody could guess, and whatever looks like such a tag inside is taken apart. This is a
mitigation: what an agent may do is bounded elsewhere.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from tmtui.domain.clock import Rng
from tmtui.domain.text import clean, clean_line


_TAG: Final = re.compile(r"<(?=\s*/?\s*untrusted)", re.IGNORECASE)
_FENCED: Final = re.compile(
    r'<untrusted-(?P<nonce>[0-9a-f]{8}) source="(?P<source>[^"\n]*)">\n(?P<text>.*?)\n</untrusted-(?P=nonce)>',
    re.DOTALL,
)
_SYNTAX: Final = str.maketrans({"<": "(", ">": ")", '"': "'"})
"""What would end the tag in whose attribute the source stands."""


def new_nonce(rng: Rng) -> str:
    """Eight hex digits for one prompt's fences."""
    return f"{rng.randrange(0x1_0000_0000):08x}"


def fence(text: str, source: str, nonce: str) -> str:
    """`text` as data from `source`, such as `hook test`, for a prompt."""
    inside = _TAG.sub("&lt;", clean(text)).strip("\n")
    origin = clean_line(source, 100).translate(_SYNTAX)
    return f'<untrusted-{nonce} source="{origin}">\n{inside}\n</untrusted-{nonce}>'


class Part(NamedTuple):
    """A piece of a prompt."""

    text: str
    source: str | None
    """Where it comes from, when it stands in a fence; None for what was not fenced, the fences' own tags included."""


def parts(prompt: str) -> Iterator[Part]:
    """A prompt in pieces that make up the whole: what people wrote, and what stands in fences."""
    place = 0
    for match in _FENCED.finditer(prompt):
        start, end = match.span("text")
        yield Part(prompt[place:start], None)
        yield Part(match["text"], match["source"])
        place = end
    yield Part(prompt[place:], None)
