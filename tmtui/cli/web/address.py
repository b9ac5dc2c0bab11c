"""Where the server listens, and which names it answers to.

A page of somewhere else can have its own name lead to this machine, and so be of one origin with whatever answers
there. So nothing is answered but what was addressed by a name that nobody else can own.
"""

import ipaddress
import re
import socket
from typing import Final, NamedTuple


HOST: Final = "127.0.0.1"
"""This machine, for itself."""

HTTP_PORT: Final = 80
"""The port that a browser does not name."""

_AUTHORITY: Final = re.compile(r"(?:\[(?P<six>[0-9a-fA-F:.]+)\]|(?P<name>[A-Za-z0-9.-]+))(?::(?P<port>\d{1,5}))?")


class Address(NamedTuple):
    """A host, by name or number, and a port of it."""

    host: str
    port: int

    @property
    def is_private(self) -> bool:
        """Whether only this machine reaches it."""
        number = _number(self.host)
        return number is not None and number.is_loopback

    @property
    def authority(self) -> str:
        """As it stands in an address of the web; for every address of this machine at once, by the machine's name."""
        number = _number(self.host)
        host = socket.gethostname() if number is not None and number.is_unspecified else self.host
        host = f"[{host}]" if ":" in host else host
        return host if self.port == HTTP_PORT else f"{host}:{self.port}"

    def answers_to(self, authority: str) -> bool:
        """Whether a `Host` header means this server: by its own host, or by a number that nobody can lend a name."""
        found = _AUTHORITY.fullmatch(authority)
        if found is None or int(found["port"] or HTTP_PORT) != self.port:
            return False
        asked = (found["six"] or found["name"]).lower()
        if self.is_private:
            return asked in (self.host, "localhost")
        own = {self.host.lower(), socket.gethostname().lower(), "localhost"}
        return asked in own or _number(asked) is not None


def listen(host: str, port: int) -> tuple[socket.socket, Address]:
    """Take a port.

    Args:
        host: Name or number. `localhost` is taken by number, since as a name it may be two.
        port: 0 for any that is free.

    Raises:
        OSError: there is no such host, or the port is taken or not for us.
    """
    host = HOST if host == "localhost" else host
    family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    taken = socket.socket(family, kind, protocol)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(place)
        taken.listen()
    except OSError:
        taken.close()
        raise
    return taken, Address(host, int(taken.getsockname()[1]))


def _number(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
