r"""Takes secrets out of what is shown, stored or sent.

Known values go first, then what looks like a secret (`tmtui.policy.secret_shapes`). Text may come whole or in pieces,
as str or as bytes: the outcome is the same wherever the cuts are, since a piece gives back only what no later one can
change. What is held back is the beginning of something that may still become a secret, so clean text is not delayed.

    redactor = Redactor(["hunter2-hunter2"])
    redactor.redact("password is hunter2-hunter2")    # 'password is [redacted]'
    stream = redactor.stream()
    stream.feed("hunter2-h") + stream.feed("unter2\n") + stream.flush()
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from tmtui.policy.known_values import SHORTEST, KnownValues
from tmtui.policy.secret_shapes import ASSIGNMENTS, MARK, TOKENS, Shapes


_SECRET_NAME: Final = re.compile(
    r"(?:^|_)(?:API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|SECRET_?KEY|SIGNING_?KEY|ENCRYPTION_?KEY|KEY_?BASE|SECRET|TOKEN|PAT"
    r"|PASSWO?R?D|PASSWD|PASSPHRASE|CREDENTIALS?|AUTH|AUTHORIZATION|COOKIE|DSN|WEBHOOK_URL|DATABASE_URL)S?(?:_\d+)?$"
)
_NO_SECRET: Final = re.compile(r"[\d.,:-]*|true|false|none|null|(?:[./~][\w./-]*)", re.IGNORECASE)
_PIECE: Final = 32_768
"""Characters that are looked at together: one likely secret in a long text slows a part of it only."""


def secrets_in_env(env: Mapping[str, str]) -> tuple[str, ...]:
    """The values of the variables whose names say that they are secret, such as `GITHUB_TOKEN`."""
    return tuple(
        sorted(
            {
                value
                for name, value in env.items()
                if len(value) >= SHORTEST and names_secret(name) and not _NO_SECRET.fullmatch(value)
            }
        )
    )


def names_secret(name: str) -> bool:
    """Whether a variable of that name holds a secret: `GITHUB_TOKEN`, `dbPassword`; not `MAX_TOKENS_PER_DAY`."""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[-.]", "_", name).upper()
    return _SECRET_NAME.search(snake) is not None


class Redactor:
    """Takes known and likely secrets out.

    Args:
        secrets: The values that are known. Those of fewer than eight characters are not looked for.
        guess: Whether a value that is assigned to a name like `password` counts as a likely secret. Source code may
            look so too, so an agent that is to edit what it read is better served without.
    """

    def __init__(self, secrets: Iterable[str] = (), *, guess: bool = True) -> None:
        self._known = KnownValues(secrets)
        self._shapes = Shapes((*TOKENS, *ASSIGNMENTS) if guess else TOKENS)

    def redact(self, text: str) -> str:
        """The text with `[redacted]` for each secret. Idempotent."""
        if len(text) <= _PIECE:
            known = self._known.near(text)
            return self._shapes.settle(known.sub(MARK, text) if known else text).text
        stream = self.stream()
        pieces = [stream.feed(text[start : start + _PIECE]) for start in range(0, len(text), _PIECE)]
        return "".join([*pieces, stream.flush()])

    def redact_bytes(self, data: bytes) -> bytes:
        """The same for bytes, whatever they encode; those that are not part of a secret stay as they are."""
        return self.redact(data.decode("latin-1")).encode("latin-1")

    def finds(self, data: str | bytes) -> bool:
        """Whether there is a secret in it."""
        text = data if isinstance(data, str) else data.decode("latin-1")
        known = self._known.near(text)
        return (known is not None and known.search(text) is not None) or self._shapes.finds(text)

    def stream(self) -> "RedactingStream":
        """A redactor of text that comes in pieces."""
        return RedactingStream(self._known, self._shapes)

    def byte_stream(self) -> "RedactingByteStream":
        """A redactor of bytes that come in pieces."""
        return RedactingByteStream(self.stream())


class RedactingStream:
    """Redacts text in pieces; all it gives back, put together, is what `Redactor.redact` makes of the whole."""

    def __init__(self, known: KnownValues, shapes: Shapes) -> None:
        self._known = _KnownPass(known)
        self._shapes = _ShapesPass(shapes)

    def feed(self, text: str) -> str:
        """What of the text so far can be given back; it may be empty."""
        return self._shapes.feed(self._known.feed(text, last=False), last=False)

    def flush(self) -> str:
        """What was held back when the text ended. The stream can be used for another text then."""
        return self._shapes.feed(self._known.feed("", last=True), last=True)


class RedactingByteStream:
    """Redacts bytes in pieces."""

    def __init__(self, stream: RedactingStream) -> None:
        self._stream = stream

    def feed(self, data: bytes) -> bytes:
        """What of the bytes so far can be given back; it may be empty."""
        return self._stream.feed(data.decode("latin-1")).encode("latin-1")

    def flush(self) -> bytes:
        """What was held back when the bytes ended."""
        return self._stream.flush().encode("latin-1")


class _KnownPass:
    """Known values in pieces of text: a match is final once nothing that began before it can still be completed."""

    def __init__(self, known: KnownValues) -> None:
        self._known = known
        self._held = ""

    def feed(self, text: str, *, last: bool) -> str:
        text = self._held + text
        expression = self._known.near(text)
        out, place = [], 0
        while True:
            match = expression.search(text, place) if expression else None
            open_at = len(text) if last else self._known.begun(text, place)
            if match is None or match.start() >= open_at:
                break
            out += [text[place : match.start()], MARK]
            place = match.end()
        self._held = text[open_at:]
        return "".join([*out, text[place:open_at]])


class _ShapesPass:
    """Shapes in pieces of text. A tail that reaches the end of a piece is swallowed on, in the pieces to come."""

    def __init__(self, shapes: Shapes) -> None:
        self._shapes = shapes
        self._held = ""
        self._context = ""
        """The character before what is held, which decides whether a shape can start there."""
        self._tail = ""
        self._after = ""

    def feed(self, text: str, *, last: bool) -> str:
        whole = self._context + self._held + self._swallow(text)
        settled = self._shapes.settle(whole, len(self._context), last=last)
        self._held = whole[settled.end :]
        self._context = "" if last else whole[max(0, settled.end - 1) : settled.end]
        if settled.tail:
            self._tail = settled.tail
        if last:
            self._tail = ""
        return settled.text

    def _swallow(self, text: str) -> str:
        """Drop what still belongs to a secret whose mark has been given already."""
        if not self._tail or not text:
            return text
        match = re.compile(f"{self._tail}*", re.ASCII).match(text)
        end = match.end() if match else 0
        if end:
            self._context = text[end - 1 : end]
        if end < len(text):
            self._tail = ""
        return text[end:]


__all__ = ["MARK", "RedactingByteStream", "RedactingStream", "Redactor", "names_secret", "secrets_in_env"]
