"""A model of which only the name matters."""

from collections.abc import AsyncGenerator

from tmtui.agents.model import ModelChunk, ModelRequest, Traits


class KnownModel:
    """Is asked nothing."""

    traits = Traits()

    def __init__(self, provider: str, model: str) -> None:
        self.provider = provider
        self.model = model

    def estimate(self, request: ModelRequest) -> int:
        raise NotImplementedError

    def ask(self, request: ModelRequest) -> AsyncGenerator[ModelChunk, None]:
        raise NotImplementedError

    async def close(self) -> None:
        raise NotImplementedError
