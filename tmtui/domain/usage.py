"""Tokens, as providers count them."""

import msgspec


class Usage(msgspec.Struct, frozen=True):
    """Tokens of one request. The counts are disjoint; their sum is all that passed the wire."""

    input_tokens: int = 0
    """Read afresh, neither from nor into a cache."""
    output_tokens: int = 0
    """Written by the model, thinking included."""
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    """Written into a cache that lasts as long as the provider's usual one, five minutes with Anthropic."""
    cache_write_1h_tokens: int = 0
    """Written into a cache that lasts an hour, which is dearer."""

    @property
    def prompt_tokens(self) -> int:
        """All that the model was given: what counts against its context, and picks the tier of its price."""
        return self.input_tokens + self.cache_read_tokens + self.cache_write_tokens + self.cache_write_1h_tokens

    @property
    def total(self) -> int:
        """All tokens of the request."""
        return self.prompt_tokens + self.output_tokens

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cache_read_tokens + other.cache_read_tokens,
            self.cache_write_tokens + other.cache_write_tokens,
            self.cache_write_1h_tokens + other.cache_write_1h_tokens,
        )
