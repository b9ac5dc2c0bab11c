"""What the server saw, for whoever audits a run from outside."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec


class Received:
    """One request."""

    def __init__(self, number: int, method: str, path: str, headers: dict[str, str], body: bytes) -> None:
        self.number = number
        """From 1, in the order in which requests came."""
        self.method = method
        self.path = path
        self.headers = headers
        """Their names in lower case."""
        self.body = body
        self.beside = 0
        """Other requests that were being answered when this one came."""
        self.status = 0
        """Of the answer; 0 while there is none."""
        self.complaint = ""
        """Which of the API's rules it broke."""
        self.sent = 0
        """Bytes of the answer's body."""
        self.whole = False
        """Whether its answer was delivered to the end."""
        self.left = asyncio.Event()
        """Set when the client closed the connection before it was answered."""
        self.done = asyncio.Event()
        """Set when nothing more is sent."""

    @property
    def json(self) -> dict[str, Any]:
        """The body."""
        value = msgspec.json.decode(self.body)
        assert isinstance(value, dict)
        return value

    def line(self, moment: str) -> bytes:
        """It as a line of a record."""
        told = {"moment": moment, "number": self.number, "path": self.path, "beside": self.beside}
        if moment == "received":
            return msgspec.json.encode({**told, "headers": self.headers, "body": self.body.decode(errors="replace")})
        return msgspec.json.encode(
            {**told, "status": self.status, "complaint": self.complaint, "sent": self.sent, "whole": self.whole}
        )


class Record:
    """All requests, in order. Given a file, it also writes a line when a request comes and one when it is done."""

    def __init__(self, path: Path | None = None) -> None:
        self.requests: list[Received] = []
        self.connections = 0
        self.busiest = 0
        """Requests that were being answered at the same time, at most."""
        self._open = 0
        self._path = path

    def begin(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Received:
        """A request came."""
        received = Received(len(self.requests) + 1, method, path, headers, body)
        received.beside = self._open
        self._open += 1
        self.busiest = max(self.busiest, self._open)
        self.requests.append(received)
        self._write(received, "received")
        return received

    def end(self, received: Received) -> None:
        """Nothing more is sent to it."""
        self._open -= 1
        received.done.set()
        self._write(received, "done")

    def _write(self, received: Received, moment: str) -> None:
        if self._path is not None:
            with self._path.open("ab") as file:
                file.write(received.line(moment) + b"\n")

    @property
    def complaints(self) -> list[str]:
        """The rules of the API that were broken."""
        return [each.complaint for each in self.requests if each.complaint]
