"""Tokens, as providers count them."""

import msgspec


class Usage(msgspec.Struct, frozen=True):
    """Tokens of one request. The four counts are disjoint; their sum is all that passed the wire."""

    input_tokens: int = 0
    """Read afresh, neither from nor into a cache."""
    output_tokens: int = 0
    """Written by the model, thinking included."""
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0

    @property
    def total(self) -> int:
        """All tokens of the request."""
        return self.input_tokens + self.output_tokens + self.cache_read_tokens + self.cache_write_tokens

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cache_read_tokens + other.cache_read_tokens,
            self.cache_write_tokens + other.cache_write_tokens,
        )
