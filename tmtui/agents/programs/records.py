"""Records out of a stream of JSON lines, with noise between them: whoever writes them is a program with a life."""

from typing import Any, Final

import msgspec

from tmtui.agents.port import Notice
from tmtui.agents.programs.lines import LINE_CAP, LineFramer, TooLong


NOISE_CAP: Final = 400
"""Bytes of the last line that was none of the records; it often says what went wrong."""

Record = dict[str, Any]


class RecordReader:
    """Makes records of bytes. What is no JSON object is skipped."""

    def __init__(self, cap: int = LINE_CAP) -> None:
        self._framer = LineFramer(cap)
        self.noise = b""
        """The last line that was no record."""

    def feed(self, data: bytes) -> list[Record | Notice]:
        """The records that end in `data`, with a notice for each line that was too long to be read."""
        return self._read(self._framer.feed(data))

    def finish(self) -> list[Record | Notice]:
        """What the stream ended in. The last line may have been cut; then it is noise."""
        return self._read(self._framer.finish())

    def _read(self, lines: list[bytes | TooLong]) -> list[Record | Notice]:
        found: list[Record | Notice] = []
        for line in lines:
            if isinstance(line, TooLong):
                found.append(Notice(f"a line of {line.length / 1024 / 1024:.1f} MB from the program was skipped"))
            elif (record := _record(line)) is not None:
                found.append(record)
            elif line.strip():
                self.noise = line[-NOISE_CAP:]
        return found


def _record(line: bytes) -> Record | None:
    if not line.lstrip().startswith(b"{"):
        return None
    try:
        value = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


# Looking into records, which may hold anything.


def text_in(record: Record, *path: str) -> str:
    """A text that lies in a record; empty when there is none."""
    value = _at(record, path)
    return value if isinstance(value, str) else ""


def count_in(record: Record, *path: str) -> int:
    """A count that lies in a record; 0 when there is none."""
    value = _at(record, path)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def part_in(record: Record, *path: str) -> Record:
    """A record within a record; empty when there is none."""
    value = _at(record, path)
    return value if isinstance(value, dict) else {}


def parts_in(record: Record, *path: str) -> list[Record]:
    """The records of a list within a record."""
    value = _at(record, path)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _at(record: Record, path: tuple[str, ...]) -> Any:
    value: Any = record
    for name in path:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value
