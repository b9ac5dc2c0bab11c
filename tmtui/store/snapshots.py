"""Snapshots of a run beside its log, so that any point of it is reached without folding all that came before.

Theory of operation:

- They are a cache: `cache/<run>.snapshots` in the state folder, made by whoever reads, 0600, and safe to delete.
  Nothing in it is believed that the log does not bear out.
- The file is a head, which names the code that folded and the run, and records, each with its length and checksum. A
  snapshot is the parts that have changed since the one before, and a `Mark`, which comes last: parts without their
  mark do not count. So a file that ends anywhere, since its writer was killed or the disk is full, holds the
  snapshots that were whole before that, and the next writer goes on behind them.
- One process writes a file; a lock on it says which. Others, and those who may not write there at all, work on a
  copy without a name, which is gone with them.
- Parts are shared (`state.snapshot`), so the file grows with what happens and not with how often it is looked at: a
  few bytes to an event. Files of runs that nobody has looked at for long make room for others (`KEPT_RUNS`).
"""

import contextlib
import fcntl
import hashlib
import os
import re
import stat
import struct
import tempfile
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple, Self

import msgspec

from tmtui.state.snapshot import PLAN, Snapshot, SnapshotError
from tmtui.state.timeline import Laid, Marks


FOLDER: Final = "cache"
SUFFIX: Final = ".snapshots"

KEPT_RUNS: Final = 20
"""Files kept in a folder."""

_MAGIC: Final = b"tmtui snapshots 1\n"
_HEAD_SIZE: Final = len(_MAGIC) + 32
_RECORD: Final = struct.Struct("<IIB")
"""Length and checksum of what follows, and what it is."""

_PART: Final = 1
_MARK: Final = 2

_NAMES: Final = "names"
"""The part that lists which parts a state has, in order."""


@cache
def fingerprint() -> bytes:
    """Names the code that makes events into states: 32 bytes, others whenever any of it changes."""
    rooms = Path(__file__).parents[1]
    digest = hashlib.sha256(msgspec.__version__.encode())
    for room in ("domain", "events", "state"):
        for path in sorted((rooms / room).glob("*.py")):
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.digest()


class Mark(msgspec.Struct, frozen=True):
    """A point of a log that there is a snapshot of, with what was found between the mark before and this one."""

    seq: int
    at_wall: int
    at_mono: int
    """With these the event of that number is known again."""
    laid: tuple[Laid, ...]
    places: Marks


class _KeptLaid(msgspec.Struct, frozen=True, array_like=True):
    first_seq: int
    first_wall: int
    offsets: bytes


class _KeptMark(msgspec.Struct, frozen=True, array_like=True):
    """A mark as it is stored."""

    seq: int
    at_wall: int
    at_mono: int
    laid: tuple[_KeptLaid, ...]
    places: Marks
    head: bytes


class _KeptPart(msgspec.Struct, frozen=True, array_like=True):
    name: str
    data: bytes


class _Place(NamedTuple):
    """Where a record's content lies."""

    offset: int
    length: int
    checksum: int


class Snapshots:
    """The snapshots of one run. What cannot be kept is not kept: nothing here raises OSError."""

    def __init__(self, handle: int, head: bytes, data: bytes) -> None:
        """Take a file over that holds `data`; whatever in it is not whole is dropped."""
        self._handle = handle
        self._end = len(head)
        self.seqs: list[int] = []
        """The points that there are snapshots of, in order."""
        self._marks: list[_Place] = []
        self._parts: dict[str, list[tuple[int, _Place]]] = {}
        """Each part's places, with the number of the snapshot from which on it holds."""
        self._digests: dict[str, bytes] = {}
        self._take_in(data if data.startswith(head) else b"", len(head))
        with contextlib.suppress(OSError):
            if not self.seqs:
                os.pwrite(handle, head, 0)
            os.ftruncate(handle, self._end)

    @classmethod
    def open(cls, state_dir: Path, run: str) -> Self:
        """The snapshots of a run, as far as there are any that this code has made."""
        head = _MAGIC + hashlib.sha256(fingerprint() + run.encode("utf-8", "surrogatepass")).digest()
        handle, data = _own_file(state_dir, run)
        return cls(handle, head, data)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._handle)

    def marks(self) -> Iterator[Mark]:
        """What was found up to each snapshot, in order.

        Raises:
            SnapshotError: the file was changed by somebody else.
        """
        for place in self._marks:
            yield _mark_of(self._read(place))

    def keep(self, mark: Mark, snapshot: Snapshot) -> None:
        """Keep a snapshot behind those that are there, unless there is no room."""
        if not self._digests and self.seqs:
            self._recall()
        names = msgspec.msgpack.encode(list(snapshot.parts))
        digests: dict[str, bytes] = {}
        records = b""
        for name, data in {_NAMES: names, **snapshot.parts}.items():
            digests[name] = _digest(data)
            if self._digests.get(name) != digests[name]:
                records += _record(_PART, msgspec.msgpack.encode(_KeptPart(name, data)))
        laid = tuple(_KeptLaid(each.first_seq, each.first_wall, each.offsets.tobytes()) for each in mark.laid)
        kept = _KeptMark(mark.seq, mark.at_wall, mark.at_mono, laid, mark.places, snapshot.head)
        records += _record(_MARK, msgspec.msgpack.encode(kept))
        if self._write(records):
            self._take_in(records, 0)
            self._digests = digests

    def _recall(self) -> None:
        """Learn which parts are there, so that a writer that goes on does not keep them twice."""
        with contextlib.suppress(SnapshotError):
            parts = self.load(len(self.seqs) - 1).parts
            self._digests = {name: _digest(data) for name, data in parts.items()}

    def forget_behind(self, count: int) -> None:
        """Keep the first `count` snapshots only; what follows does not belong to this log."""
        if count >= len(self.seqs):
            return
        last = self._marks[count - 1] if count else None
        self._end = last.offset + last.length if last else _HEAD_SIZE
        del self.seqs[count:], self._marks[count:]
        for places in self._parts.values():
            while places and places[-1][0] >= count:
                places.pop()
        self._digests.clear()
        with contextlib.suppress(OSError):
            os.ftruncate(self._handle, self._end)

    def load(self, number: int) -> Snapshot:
        """A snapshot by its place in `seqs`.

        Raises:
            SnapshotError: the file was changed by somebody else.
        """
        try:
            kept = msgspec.msgpack.decode(self._read(self._marks[number]), type=_KeptMark)
            names = msgspec.msgpack.decode(self._part(_NAMES, number), type=list[str])
        except msgspec.MsgspecError as error:
            raise SnapshotError(str(error)) from error
        return Snapshot(kept.head, {name: self._part(name, number) for name in names or (PLAN,)})

    def _part(self, name: str, number: int) -> bytes:
        places = self._parts.get(name, [])
        index = bisect_right(places, number, key=_since) - 1
        if index < 0:
            raise SnapshotError(f"there is no part {name!r}")
        return msgspec.msgpack.decode(self._read(places[index][1]), type=_KeptPart).data

    def _read(self, place: _Place) -> bytes:
        try:
            data = os.pread(self._handle, place.length, place.offset)
        except OSError as error:
            raise SnapshotError(str(error)) from error
        if len(data) != place.length or zlib.crc32(data) != place.checksum:
            raise SnapshotError("the file was changed")
        return data

    def _write(self, records: bytes) -> bool:
        """Whether there was room."""
        written = 0
        try:
            while written < len(records):
                written += os.pwrite(self._handle, records[written:], self._end + written)
        except OSError:
            return False
        return True

    def _take_in(self, data: bytes, start: int) -> None:
        """Note where the whole snapshots lie in what begins at the end that is known; move the end behind them."""
        shift = self._end - start
        found: dict[str, _Place] = {}
        for kind, place in _records(data, start):
            content = data[place.offset : place.offset + place.length]
            lies = place._replace(offset=place.offset + shift)
            try:
                if kind == _PART:
                    found[msgspec.msgpack.decode(content, type=_KeptPart).name] = lies
                    continue
                seq = msgspec.msgpack.decode(content, type=_KeptMark).seq
            except msgspec.MsgspecError:
                return
            for name, where in found.items():
                self._parts.setdefault(name, []).append((len(self.seqs), where))
            self.seqs.append(seq)
            self._marks.append(lies)
            self._end = lies.offset + lies.length
            found = {}


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()


def _since(place: tuple[int, _Place]) -> int:
    return place[0]


def _mark_of(data: bytes) -> Mark:
    try:
        kept = msgspec.msgpack.decode(data, type=_KeptMark)
    except msgspec.MsgspecError as error:
        raise SnapshotError(str(error)) from error
    laid = tuple(Laid(each.first_seq, each.first_wall, array("I", each.offsets)) for each in kept.laid)
    return Mark(kept.seq, kept.at_wall, kept.at_mono, laid, kept.places)


def _record(kind: int, content: bytes) -> bytes:
    return _RECORD.pack(len(content), zlib.crc32(content), kind) + content


def _records(data: bytes, start: int) -> Iterator[tuple[int, _Place]]:
    """The records that are whole, up to the first that is not."""
    while start + _RECORD.size <= len(data):
        length, checksum, kind = _RECORD.unpack_from(data, start)
        start += _RECORD.size
        if kind not in (_PART, _MARK) or start + length > len(data):
            return
        if zlib.crc32(memoryview(data)[start : start + length]) != checksum:
            return
        yield kind, _Place(start, length, checksum)
        start += length


# The file.


def file_name(run: str) -> str:
    """The name of a run's file."""
    plain = re.fullmatch(r"[A-Za-z0-9][\w.-]{0,80}", run, re.ASCII)
    return (run if plain else hashlib.sha256(run.encode("utf-8", "surrogatepass")).hexdigest()) + SUFFIX


def _own_file(state_dir: Path, run: str) -> tuple[int, bytes]:
    """A file that only this process writes, and what it holds: the run's own, or a copy of it without a name."""
    data = b""
    for flags in (os.O_RDWR | os.O_CREAT, os.O_RDONLY):
        try:
            handle = _open(state_dir, file_name(run), flags)
        except OSError:
            continue
        data = _content(handle)
        if flags != os.O_RDONLY and _is_ours(handle):
            return handle, data
        os.close(handle)
        break
    return _nameless(data), data


def _open(state_dir: Path, name: str, flags: int) -> int:
    """Open a plain file in the folder without following a symbolic link.

    Raises:
        OSError: it cannot be, or it is no plain file of the owner's.
    """
    with contextlib.suppress(OSError):
        (state_dir / FOLDER).mkdir(mode=0o700)
    folder = os.open(state_dir / FOLDER, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        if flags & os.O_CREAT:
            _make_room(folder, name)
        handle = os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, 0o600, dir_fd=folder)
    finally:
        os.close(folder)
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid():
        os.close(handle)
        raise OSError("it is no plain file of the owner's")
    return handle


def _make_room(folder: int, name: str) -> None:
    """Remove the files that were not written for longest, when another comes."""
    names = [each for each in os.listdir(folder) if each.endswith(SUFFIX)]
    if name in names:
        return
    ages = sorted(names, key=lambda each: os.stat(each, dir_fd=folder, follow_symlinks=False).st_mtime)
    for each in ages[: max(0, len(ages) - KEPT_RUNS + 1)]:
        os.unlink(each, dir_fd=folder)


def _is_ours(handle: int) -> bool:
    """Whether nobody else writes it; from then on nobody else does."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.fchmod(handle, 0o600)
    except OSError:
        return False
    return True


def _content(handle: int) -> bytes:
    try:
        with open(handle, "rb", closefd=False) as file:
            return file.read()
    except OSError:
        return b""


def _nameless(data: bytes) -> int:
    with tempfile.TemporaryFile(prefix="tmtui-snapshots-") as file:
        handle = os.dup(file.fileno())
    with contextlib.suppress(OSError):
        os.pwrite(handle, data, 0)
    return handle


def newest_at(seqs: Sequence[int], seq: int) -> int:
    """The place of the last of `seqs` that is not behind `seq`; -1 when there is none."""
    return bisect_right(seqs, seq) - 1
