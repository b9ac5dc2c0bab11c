"""Who may look: a token that works once, and the cookie that it is changed into.

The token stands in an address, and addresses are kept: in histories, in logs, on a screen that is shared. So the
first browser that brings it gets a key of its own, and the token is worth nothing from then on.

A cookie goes to every port of a host, so that a page of another server on this machine would be sent it. Unless it
has a path: everything lies below a folder whose name is as hard to guess as the key.
"""

import hmac
import secrets
from typing import Final


COOKIE: Final = "tmtui"
"""What the cookie is called."""

BYTES: Final = 32
"""Of randomness in each secret."""


class Access:
    """One token and one key, both made anew for each server."""

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(BYTES)
        self.folder = f"/{secrets.token_urlsafe(BYTES)}/"
        """Below which everything lies."""
        self._key = secrets.token_urlsafe(BYTES)
        self._spent = False

    def knows(self, key: str) -> bool:
        """Whether that is the key. It takes as long to find out that it is not."""
        return self._spent and _same(key, self._key)

    def redeem(self, token: str) -> str | None:
        """The key in exchange for the token, the first time; None for any other token, and every time after."""
        if not _same(token, self.token) or self._spent:
            return None
        self._spent = True
        return self._key


def _same(given: str, own: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), own.encode())
