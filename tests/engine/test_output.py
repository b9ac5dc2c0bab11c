"""Output of any speed: in bounded pieces, in order, nothing lost without being counted, and its end kept."""

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given, strategies as st

from tests.domain.hostile import CORPUS, FORBIDDEN
from tests.engine.virtual_time import run_virtually
from tmtui.domain.text import clean
from tmtui.engine import output
from tmtui.engine.output import INTERVAL, SHARE, SLOW_WINDOW, TAIL, WINDOW, OutputStream


class Taken:
    """What a stream passed on, and when somebody waits for more, the moment at which it comes."""

    def __init__(self) -> None:
        self.pieces: list[tuple[str, int]] = []
        self._more = asyncio.Event()

    def __call__(self, text: str, skipped: int) -> None:
        self.pieces.append((text, skipped))
        self._more.set()

    async def next(self) -> None:
        self._more.clear()
        await self._more.wait()

    @property
    def text(self) -> str:
        return "".join(text for text, _ in self.pieces)

    @property
    def skipped(self) -> int:
        return sum(skipped for _, skipped in self.pieces)


class Raw:
    """A raw log in memory."""

    def __init__(self) -> None:
        self.data = b""
        self.closed = False

    def write(self, data: bytes) -> None:
        self.data += data

    def close(self) -> None:
        self.closed = True


# On a real loop.


async def test_what_comes_is_passed_on_by_itself() -> None:
    taken = Taken()
    stream = OutputStream(taken)
    stream.feed(b"collected ")
    stream.feed(b"3 items\n")
    assert taken.pieces == []
    await taken.next()
    assert taken.pieces == [("collected 3 items\n", 0)]
    stream.feed(b"passed\n")
    await taken.next()
    assert taken.text == "collected 3 items\npassed\n"
    stream.finish()


async def test_a_stream_that_was_finished_has_nothing_left_to_do() -> None:
    taken = Taken()
    stream = OutputStream(taken)
    stream.feed(b"done")
    stream.finish()
    assert taken.text == "done"
    assert stream._timer is None


async def test_what_was_held_back_comes_at_the_end() -> None:
    taken = Taken()
    stream = OutputStream(taken)
    for piece in (b"caf\xc3", b"\xa9 \x1b[3", b"1mred\r", b"\nblue \xe2\x82"):
        stream.feed(piece)
        stream.flush()
    assert taken.text == "café red\nblue "
    stream.finish()
    assert taken.text == "café red\nblue \ufffd"


async def test_a_flush_without_anything_says_nothing() -> None:
    taken = Taken()
    stream = OutputStream(taken)
    stream.flush()
    stream.finish()
    assert taken.pieces == []


# How much.


async def test_a_flood_keeps_its_beginning_and_its_end_and_counts_the_middle() -> None:
    taken = Taken()
    stream = OutputStream(taken)
    stream.feed(b"begin ")
    for _ in range(100):
        stream.feed(b"x" * 10_000)
    stream.feed(b" end")
    stream.finish()
    assert len(taken.pieces) == 2
    (head, none), (rest, skipped) = taken.pieces
    assert none == 0
    assert head.startswith("begin ")
    assert rest.endswith(" end")
    assert len(head) + len(rest) == WINDOW
    assert skipped == 1_000_010 - WINDOW


@pytest.mark.parametrize("character", ["é", "日", "🛰"])
async def test_what_is_left_out_is_counted_in_characters(character: str) -> None:
    taken = Taken()
    stream = OutputStream(taken)
    stream.feed((character * 100_000).encode())
    stream.finish()
    assert taken.skipped + taken.text.count(character) == pytest.approx(100_000, abs=1)


async def test_bytes_that_begin_no_character_are_not_left_out_silently() -> None:
    taken = Taken()
    stream = OutputStream(taken)
    stream.feed(b"\x80" * 100_000)
    stream.finish()
    assert taken.skipped == 1


async def test_a_piece_larger_than_the_window_is_cut_like_many_small_ones() -> None:
    at_once, in_parts = Taken(), Taken()
    data = bytes(range(48, 123)) * 1_000
    one, many = OutputStream(at_once), OutputStream(in_parts)
    one.feed(data)
    for start in range(0, len(data), 977):
        many.feed(data[start : start + 977])
    one.finish()
    many.finish()
    assert at_once.pieces == in_parts.pieces


async def test_a_source_that_had_its_share_gets_small_pieces_seldom() -> None:
    taken = Taken()
    stream = OutputStream(taken)
    while stream._passed < SHARE:
        stream.feed((b"x" * 127 + b"\n") * (WINDOW // 128))
        stream.flush()
    assert taken.skipped == 0
    taken.pieces.clear()
    stream.feed(b"y" * 100_000)
    stream.finish()
    assert len(taken.text) == SLOW_WINDOW
    assert taken.skipped == 100_000 - SLOW_WINDOW


@given(st.lists(st.binary(max_size=30), max_size=30), st.lists(st.booleans(), min_size=30, max_size=30))
def test_every_character_is_passed_on_or_counted(pieces: list[bytes], flushes: list[bool]) -> None:
    async def main() -> tuple[Taken, Raw]:
        taken, raw = Taken(), Raw()
        stream = OutputStream(taken, raw)
        for piece, flush in zip(pieces, flushes, strict=False):
            stream.feed(bytes(32 + byte % 64 for byte in piece))
            if flush:
                stream.flush()
        stream.finish()
        return taken, raw

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(output, "WINDOW", 16)
        patch.setattr(output, "SHARE", 100)
        patch.setattr(output, "SLOW_WINDOW", 4)
        taken, raw = asyncio.run(main())
    assert len(taken.text) + taken.skipped == len(raw.data) == sum(map(len, pieces))


# How often.


@pytest.mark.parametrize("size", [7, 1_000, 3 * WINDOW])
async def test_of_a_source_that_is_to_be_kept_whole_nothing_is_left_out_up_to_its_share(size: int) -> None:
    taken = Taken()
    stream = OutputStream(taken, whole=True)
    sent = "".join(f"word {number}\n" for number in range(20_000))
    for start in range(0, len(sent), size):
        stream.feed(sent[start : start + size].encode())
    stream.finish()
    assert taken.text == sent
    assert not any(skipped for _, skipped in taken.pieces)
    assert all(len(text) <= WINDOW for text, _ in taken.pieces)


async def test_beyond_its_share_such_a_source_is_cut_like_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "SHARE", WINDOW)
    taken = Taken()
    stream = OutputStream(taken, whole=True)
    stream.feed(b"x" * 4 * WINDOW)
    stream.finish()
    assert sum(len(text) + skipped for text, skipped in taken.pieces) == 4 * WINDOW
    assert any(skipped for _, skipped in taken.pieces)


def test_pieces_come_at_most_thirty_times_a_second() -> None:
    async def main() -> tuple[int, float]:
        taken = Taken()
        stream = OutputStream(taken)
        loop = asyncio.get_running_loop()
        for _ in range(1_000):
            stream.feed(b"word ")
            await asyncio.sleep(0.001)
        stream.finish()
        return len(taken.pieces), loop.time()

    count, seconds = run_virtually(main())
    assert count <= seconds / INTERVAL + 2, "one more at once, and one more at the end"
    assert count > 20


# What is safe, what is kept.


@pytest.mark.parametrize("name", CORPUS)
async def test_nothing_that_a_terminal_obeys_comes_out(name: str) -> None:
    taken = Taken()
    stream = OutputStream(taken)
    for byte in f"before {CORPUS[name]} after\n".encode("utf-8", "surrogatepass"):
        stream.feed(bytes([byte]))
        if byte % 3 == 0:
            stream.flush()
    stream.finish()
    assert not FORBIDDEN.search(taken.text)
    assert not FORBIDDEN.search(stream.tail)


async def test_the_end_is_kept_for_the_next_prompt() -> None:
    stream = OutputStream(Taken())
    assert (stream.tail, stream.last_line) == ("", "")
    for number in range(10_000):
        stream.feed(f"line {number}\n".encode())
    stream.feed(b"\x1b[31mlast\x1b[0m\n\n  \n")
    assert len(stream.tail) <= TAIL
    assert stream.tail.endswith("line 9999\nlast\n\n  \n")
    assert stream.last_line == "last"
    stream.feed(b"z" * 2 * TAIL)
    assert stream.tail == "z" * TAIL
    stream.finish()


async def test_the_raw_text_goes_to_its_file_as_far_as_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "RAW_CAP", 10)
    raw = Raw()
    stream = OutputStream(Taken(), raw)
    for piece in (b"\x1b[31m", b"abc", b"defghi", b"jkl"):
        stream.feed(piece)
    assert not raw.closed
    stream.finish()
    assert raw.data == b"\x1b[31mabcde"
    assert raw.closed


async def test_when_something_last_came_is_known() -> None:
    loop = asyncio.get_running_loop()
    stream = OutputStream(Taken())
    begun = stream.fed_at
    assert begun <= loop.time()
    stream.feed(b"x")
    assert begun <= stream.fed_at <= loop.time()
    stream.finish()


@given(st.lists(st.sampled_from(["word ", "\n", "é", "日本", "\t"]), max_size=60))
def test_slow_output_comes_out_as_it_was(words: list[str]) -> None:
    async def main(feed: Callable[[OutputStream], None]) -> str:
        taken = Taken()
        stream = OutputStream(taken)
        feed(stream)
        stream.finish()
        return taken.text

    def byte_by_byte(stream: OutputStream) -> None:
        for byte in "".join(words).encode():
            stream.feed(bytes([byte]))
            stream.flush()

    assert asyncio.run(main(byte_by_byte)) == clean("".join(words))
