import asyncio
import os
import shutil
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest

from tests.system.commands import names_in
from tmtui.events.commands import Answer, AnyCommand, Pause, Ping, Reply
from tmtui.system.control import (
    FILE_NAME,
    LONGEST_LINE,
    LONGEST_PATH,
    ControlError,
    ControlServer,
    NobodyHome,
    Peer,
    send_command,
    socket_path,
)


class Engine:
    """Hears commands, and answers each with its name."""

    def __init__(self) -> None:
        self.heard: list[tuple[AnyCommand, Peer]] = []

    async def hear(self, command: AnyCommand, peer: Peer) -> Reply:
        self.heard.append((command, peer))
        return Reply(ok=True, message=type(command).__name__, run="r-1", seq=7)


@pytest.fixture(name="engine")
def _engine() -> Engine:
    return Engine()


@pytest.fixture(name="served")
async def _served(tmp_path: Path, engine: Engine) -> AsyncIterator[Path]:
    server = await ControlServer.start(tmp_path, engine.hear)
    yield tmp_path
    await server.close()


async def talk(folder: Path, *lines: bytes) -> list[Reply]:
    """Send lines as they are, and read all replies."""
    reader, writer = await asyncio.open_unix_connection(folder / FILE_NAME, limit=2 * LONGEST_LINE)
    try:
        writer.writelines(lines)
        writer.write_eof()
        replies = (await reader.read()).splitlines()
        return [msgspec.json.decode(reply, type=Reply) for reply in replies]
    finally:
        writer.close()
        await writer.wait_closed()


async def test_a_command_reaches_the_engine_and_its_reply_comes_back(served: Path, engine: Engine) -> None:
    command = Answer(decision="d-1", choice="retry", note="more carefully, \x1b[31mplease\n", restore=True)

    assert await send_command(served, command) == Reply(ok=True, message="Answer", run="r-1", seq=7)
    assert engine.heard == [(command, Peer(os.getpid(), os.geteuid()))]


async def test_the_socket_is_its_owners_alone(served: Path) -> None:
    assert (served / FILE_NAME).stat().st_mode & 0o777 == 0o600


async def test_many_clients_are_heard_at_once(served: Path, engine: Engine) -> None:
    replies = await asyncio.gather(*(send_command(served, Ping()) for _ in range(20)))

    assert [reply.ok for reply in replies] == [True] * 20
    assert len(engine.heard) == 20


async def test_a_client_can_ask_for_several_things(served: Path) -> None:
    replies = await talk(served, b'{"command":"pause"}\n', b'{"command":"ping"}\n')

    assert [reply.message for reply in replies] == ["Pause", "Ping"]


@pytest.mark.parametrize(
    "line",
    [
        b"garbage",
        b"",
        b"{}",
        b"[]",
        b'{"command":"destroy"}',
        b'{"command":"answer"}',
        b"\xff\xfe",
        b"GET / HTTP/1.1",
    ],
)
async def test_a_line_that_is_no_command_is_told_so_and_the_next_is_heard(served: Path, line: bytes) -> None:
    foreign, proper = await talk(served, line + b"\n", b'{"command":"ping"}\n')

    assert not foreign.ok
    assert foreign.message.startswith("not a command")
    assert proper.ok


async def test_a_line_that_never_ends_is_refused(served: Path, engine: Engine) -> None:
    (reply,) = await talk(served, b'{"command":"ping","x":"', b"x" * (LONGEST_LINE + 10), b'"}\n')

    assert reply == Reply(ok=False, message=f"a command has at most {LONGEST_LINE} bytes")
    assert engine.heard == []


async def test_half_a_line_is_no_command(served: Path, engine: Engine) -> None:
    assert await talk(served, b'{"command":"ping"}') == []
    assert engine.heard == []


async def test_a_failure_of_the_engine_is_told_and_does_not_end_it(tmp_path: Path) -> None:
    async def hear(command: AnyCommand, _: Peer) -> Reply:
        if isinstance(command, Pause):
            raise ZeroDivisionError("surprise")
        return Reply(ok=True)

    reported: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context["exception"]))
    server = await ControlServer.start(tmp_path, hear)
    reply = await send_command(tmp_path, Pause())
    other = await send_command(tmp_path, Ping())
    await server.close()

    assert not reply.ok
    assert "ZeroDivisionError" in reply.message
    assert other.ok
    assert len(reported) == 1


async def test_nobody_is_home_where_no_engine_runs(tmp_path: Path, engine: Engine) -> None:
    with pytest.raises(NobodyHome):
        await send_command(tmp_path, Ping())
    with pytest.raises(NobodyHome):
        await send_command(tmp_path / "nowhere", Ping())

    server = await ControlServer.start(tmp_path, engine.hear)
    await server.close()
    with pytest.raises(NobodyHome):
        await send_command(tmp_path, Ping())
    assert names_in(tmp_path) == []


async def test_a_socket_that_a_dead_engine_left_is_nobody_and_is_replaced(tmp_path: Path, engine: Engine) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / FILE_NAME))

    with pytest.raises(NobodyHome):
        await send_command(tmp_path, Ping())

    server = await ControlServer.start(tmp_path, engine.hear)
    assert (await send_command(tmp_path, Ping())).ok
    await server.close()


async def test_a_file_in_the_way_is_not_deleted(tmp_path: Path, engine: Engine) -> None:
    (tmp_path / FILE_NAME).write_text("mine")

    with pytest.raises(ControlError, match="move it away"):
        await ControlServer.start(tmp_path, engine.hear)
    with pytest.raises(ControlError):
        await send_command(tmp_path, Ping())
    assert (tmp_path / FILE_NAME).read_text() == "mine"


async def test_an_engine_that_does_not_reply_is_given_up_on(tmp_path: Path) -> None:
    async def hear(_: AnyCommand, __: Peer) -> Reply:
        await asyncio.Event().wait()
        raise AssertionError

    server = await ControlServer.start(tmp_path, hear)
    with pytest.raises(ControlError, match="did not reply within"):
        await send_command(tmp_path, Ping(), timeout=0.05)
    await server.close()


async def test_closing_hangs_up_on_whoever_waits(tmp_path: Path) -> None:
    heard = asyncio.Event()

    async def hear(_: AnyCommand, __: Peer) -> Reply:
        heard.set()
        await asyncio.Event().wait()
        raise AssertionError

    server = await ControlServer.start(tmp_path, hear)
    asking = asyncio.create_task(send_command(tmp_path, Ping()))
    await heard.wait()
    await server.close()
    await server.close()

    with pytest.raises(ControlError, match="hung up"):
        await asking


@pytest.fixture(name="deep")
def _deep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A state folder whose path is too long for a socket, and a runtime folder."""
    runtime = Path("/tmp") / f"tmtui-test-{os.getpid()}"  # short, whatever the path of the tests is
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    folder = tmp_path / ("long" * 20) / ("deep" * 20)
    folder.mkdir(parents=True)
    yield folder
    if runtime.is_symlink():
        runtime.unlink()
    elif runtime.exists():
        runtime.rmdir()


async def test_where_the_path_is_too_long_the_socket_stands_in_the_runtime_folder(
    deep: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = Path(os.environ["XDG_RUNTIME_DIR"])
    server = await ControlServer.start(deep, engine.hear)
    monkeypatch.delenv("XDG_RUNTIME_DIR")  # a client may live in another session
    reply = await send_command(deep, Ping())
    place = (deep / FILE_NAME).readlink()
    await server.close()

    assert reply.ok
    assert place.parent == runtime
    assert names_in(deep) == names_in(runtime) == []


@pytest.mark.parametrize("wrong", ["open", "missing", "link"])
def test_a_runtime_folder_that_is_not_the_users_alone_is_passed_over(
    deep: Path, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = Path(os.environ["XDG_RUNTIME_DIR"])
    runtime.rmdir()
    if wrong == "open":
        runtime.mkdir()
        runtime.chmod(0o755)
    elif wrong == "link":
        runtime.symlink_to(deep)
    short = Path(f"{runtime}-tmp")
    short.mkdir()
    monkeypatch.setenv("TMPDIR", str(short))
    place = socket_path(deep)
    mode = place.parent.stat().st_mode & 0o777
    shutil.rmtree(short)

    assert place.parent == short / f"tmtui-{os.geteuid()}"
    assert mode == 0o700
    assert len(os.fsencode(place)) <= LONGEST_PATH


async def test_a_link_to_a_foreign_socket_is_not_followed(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as foreign:
        foreign.bind(str(tmp_path / "agent.sock"))
        foreign.listen()
        (tmp_path / FILE_NAME).symlink_to(tmp_path / "agent.sock")

        with pytest.raises(ControlError, match="no engine's socket"):
            await send_command(tmp_path, Ping())
