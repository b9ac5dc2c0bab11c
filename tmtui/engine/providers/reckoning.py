"""How many tokens a request took, also where nobody told, or nobody was left to hear it.

What is recorded must not be less than what the provider counts. So an answer that broke off, or that nobody waited
for, is reckoned on the high side, and said to be an estimate.
"""

from math import ceil
from typing import Final

import msgspec

from tmtui.agents.model import Replied
from tmtui.domain.outcome import Kind
from tmtui.domain.usage import Usage


CHARACTERS_A_TOKEN: Final = 3
"""Low, so that an estimate of what was cut off is not too low."""

TOKENS_A_SECOND: Final = 250
"""No model that is asked here says more; what it says inside a tool call is not heard before its end."""

CARRIED_OUT: Final = frozenset(
    {
        Kind.OK,
        Kind.TIMEOUT_FIRST_BYTE,
        Kind.STALL_NOBYTES,
        Kind.STALL_PINGS,
        Kind.STREAM_INTERRUPTED,
        Kind.STREAM_TRUNCATED,
        Kind.CANCELED_USER,
    }
)
"""Ends of a request that the provider may have worked on all the same. With the others it said no, or never heard."""


class Heard(msgspec.Struct):
    """What came of a request before it ended."""

    asked: bool = False
    """Whether it was made at all."""
    characters: int = 0
    """Of text and thinking."""


class Reckoned(msgspec.Struct, frozen=True):
    """What a request took."""

    usage: Usage
    estimated: bool
    """Whether the provider has not told, or not all of it."""


def reckon(reply: Replied, heard: Heard, prompt: int, most: int, seconds: float) -> Reckoned | None:
    """What a request took; None for nothing.

    Args:
        reply: How it ended, with what was told.
        heard: What came before.
        prompt: Tokens of the prompt, estimated.
        most: Tokens that the answer could have at most.
        seconds: How long it took.
    """
    if reply.outcome.ok and reply.usage is not None:
        return Reckoned(reply.usage, estimated=False)
    began = reply.usage is not None or reply.first_byte is not None or heard.characters > 0
    if not began and (not heard.asked or reply.outcome.kind not in CARRIED_OUT):
        return None
    told = reply.usage or Usage(input_tokens=prompt)
    said = max(told.output_tokens, heard.characters // CHARACTERS_A_TOKEN)
    if reply.outcome.kind is Kind.CANCELED_USER:
        said = max(said, min(most, ceil(seconds * TOKENS_A_SECOND)))
    return Reckoned(msgspec.structs.replace(told, output_tokens=said), estimated=True)
