"""A provider's settings as somebody wrote them, read by those that they are for."""

from collections.abc import Mapping
from typing import Any

from tmtui.agents.registry import AgentSpecError


class WrittenOptions:
    """Settings of one provider. Their names may be written in either spelling, `max_turns` or `maxTurns`.

    Args:
        owner: The provider's name in the settings.
        options: What is written there.
    """

    def __init__(self, owner: str, options: Mapping[str, Any]) -> None:
        self.owner = owner
        self._options = options

    def text(self, name: str) -> str:
        """Text, without the blanks around it; empty when nothing is written.

        Raises:
            AgentSpecError: something else is written.
        """
        value = self._get(name)
        if value is not None and not isinstance(value, str):
            raise self._wrong(name, "text")
        return (value or "").strip()

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; empty when nothing is written.

        Raises:
            AgentSpecError: something else is written.
        """
        value = self._get(name) or ()
        if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
            raise self._wrong(name, "a list of texts")
        return tuple(value)

    def one_of(self, name: str, known: tuple[str, ...]) -> str:
        """One of several words; the first of them when nothing is written.

        Raises:
            AgentSpecError: something else is written.
        """
        value = self.text(name) or known[0]
        if value not in known:
            raise self._wrong(name, f"one of {', '.join(known)}")
        return value

    def count(self, name: str) -> int | None:
        """A whole number above 0; None when nothing is written.

        Raises:
            AgentSpecError: something else is written.
        """
        value = self._get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
            raise self._wrong(name, "a whole number above 0")
        return value

    def seconds(self, name: str, usual: float) -> float:
        """A time in seconds above 0.

        Raises:
            AgentSpecError: something else is written.
        """
        value = self._get(name)
        if value is None:
            return usual
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
            raise self._wrong(name, "a number of seconds above 0")
        return float(value)

    def flag(self, name: str, *, usual: bool) -> bool:
        """Yes or no.

        Raises:
            AgentSpecError: something else is written.
        """
        value = self._get(name)
        if value is not None and not isinstance(value, bool):
            raise self._wrong(name, "true or false")
        return usual if value is None else value

    def variables(self, name: str) -> dict[str, str]:
        """Names with texts.

        Raises:
            AgentSpecError: something else is written.
        """
        value = self._get(name) or {}
        if not isinstance(value, Mapping) or not all(
            isinstance(key, str) and isinstance(text, str) for key, text in value.items()
        ):
            raise self._wrong(name, "names with texts")
        return dict(value)

    def _get(self, name: str) -> Any:
        first, *rest = name.split("_")
        camel = first + "".join(word.capitalize() for word in rest)
        return self._options.get(name, self._options.get(camel))

    def _wrong(self, name: str, wanted: str) -> AgentSpecError:
        return AgentSpecError(f"providers.{self.owner}.{name} must be {wanted}")
