import asyncio
import os

from tmtui.system.pipe import BEHIND, CHUNK, OutputPipe


async def gather(pipe: OutputPipe) -> bytes:
    return b"".join([piece async for piece in pipe.pieces()])


async def test_what_is_written_comes_out_whole_and_in_order() -> None:
    pipe = OutputPipe()
    reading = asyncio.create_task(gather(pipe))
    data = bytes(range(256)) * 1000
    await asyncio.to_thread(write_and_close, pipe.write_end, data)

    assert await reading == data
    assert pipe.closed
    assert not pipe.held_open


def write_and_close(handle: int, data: bytes) -> None:
    with os.fdopen(handle, "wb") as file:
        file.write(data)


async def test_when_nobody_reads_the_writer_has_to_wait_and_nothing_is_lost() -> None:
    pipe = OutputPipe()
    os.set_blocking(pipe.write_end, False)
    written = refused = 0
    while refused < 100:
        try:
            written += os.write(pipe.write_end, b"x" * CHUNK)
            refused = 0
        except BlockingIOError:
            refused += 1
        await asyncio.sleep(0)
    assert BEHIND <= written <= BEHIND + 3 * CHUNK

    reading = asyncio.create_task(gather(pipe))
    await asyncio.to_thread(write_and_close, pipe.write_end, b"")

    assert await reading == b"x" * written


async def test_finishing_takes_what_is_there_and_waits_for_nobody() -> None:
    pipe = OutputPipe()
    os.write(pipe.write_end, b"the last words")
    closed: list[bool] = []
    pipe.when_closed = lambda: closed.append(pipe.held_open)
    pipe.finish()
    pipe.finish()

    assert closed == [True]
    assert await gather(pipe) == b"the last words"
    os.close(pipe.write_end)


async def test_draining_sees_the_end_at_once() -> None:
    pipe = OutputPipe()
    write_and_close(pipe.write_end, b"all")
    pipe.drain()

    assert pipe.closed
    assert not pipe.held_open
    assert await gather(pipe) == b"all"
