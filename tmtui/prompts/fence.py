"""A fence around text that somebody else wrote.

A hook's output or a file's content may hold sentences that look like instructions. It goes into a prompt between
tags that carry a word nobody could guess, and whatever looks like such a tag inside is taken apart. This is a
mitigation: what an agent may do is bounded elsewhere.
"""

import re
from typing import Final

from tmtui.domain.clock import Rng
from tmtui.domain.text import clean, clean_line


_TAG: Final = re.compile(r"<(?=\s*/?\s*untrusted)", re.IGNORECASE)
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
