"""The socket by which others speak to an engine: the cockpit, another terminal, a script.

One JSON object to a line each way: a command (`tmtui.events.commands`), then its reply. The socket stands in the
state folder, 0600, and each side asks the kernel whose process the other is: only the same user is heard.

A socket's path is short by nature (some hundred bytes). Where the state folder's is too long, the socket stands in
the user's runtime folder, and a symbolic link in the state folder says where.
"""

import asyncio
import contextlib
import os
import socket
import stat
import struct
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Final

import msgspec

from tmtui.events.commands import AnyCommand, Command, Reply
from tmtui.system.state_dir import mark_of


FILE_NAME: Final = "engine.sock"
LONGEST_LINE: Final = 1024 * 1024
"""Bytes: a command may carry a whole prompt."""
LONGEST_PATH: Final = 100
PATIENCE: Final = 30.0
"""Seconds after which a client that says nothing is hung up on."""
CROWD: Final = 64
"""Clients that are served at the same time."""

_FRESH: Final = ".new"
_commands: Final[msgspec.json.Decoder[AnyCommand]] = msgspec.json.Decoder(AnyCommand)
_replies: Final[msgspec.json.Decoder[Reply]] = msgspec.json.Decoder(Reply)


class Peer(msgspec.Struct, frozen=True):
    """The process at the other end, as the kernel knows it."""

    pid: int
    """0 where the kernel does not say."""
    uid: int


class ControlError(Exception):
    """The socket cannot be set up, or the engine gave no proper reply. Says why."""


class NobodyHome(ControlError):  # noqa: N818 - a state of affairs that callers expect, not a fault
    """No engine listens."""


Handle = Callable[[AnyCommand, Peer], Awaitable[Reply]]


class ControlServer:
    """The engine's end. Made by `start`, while the engine's lock is held; ended by `close`."""

    def __init__(self, state_dir: Path, handle: Handle) -> None:
        self._link = state_dir / FILE_NAME
        self._place = socket_path(state_dir)
        self._handle = handle
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()

    @classmethod
    async def start(cls, state_dir: Path, handle: Handle) -> "ControlServer":
        """Listen in a state folder. A socket that an earlier engine left there is replaced.

        Args:
            state_dir: The folder; the caller holds its lock.
            handle: Carries out a command of a peer and says how it went.

        Raises:
            ControlError: something that is no socket is in the way, or the folder cannot be written to.
        """
        server = cls(state_dir, handle)
        try:
            listening = server._listen()
        except OSError as error:
            raise ControlError(f"{server._place}: {error.strerror or error}") from error
        server._server = await asyncio.start_unix_server(server._welcome, sock=listening, limit=LONGEST_LINE)
        return server

    async def close(self) -> None:
        """Hang up on everybody and take the socket away."""
        if self._server is None:
            return
        self._server.close()
        self._server = None
        for path in {self._place, self._link}:
            path.unlink(missing_ok=True)
        for client in self._clients:
            client.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)

    def _listen(self) -> socket.socket:
        for path in (self._place, self._link):
            _make_room(path)
        # Bound under another name first: under its own, the socket is never there without somebody to answer.
        fresh = self._place.with_name(f"{self._place.name}{_FRESH}")
        fresh.unlink(missing_ok=True)
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            listening.bind(os.fspath(fresh))
            fresh.chmod(0o600)
            listening.listen(CROWD)
            fresh.rename(self._place)
            if self._place != self._link:
                self._link.unlink(missing_ok=True)
                self._link.symlink_to(self._place)
        except OSError:
            listening.close()
            raise
        return listening

    def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = peer_of(writer.get_extra_info("socket"))
        if peer.uid != os.geteuid() or len(self._clients) >= CROWD:
            writer.close()
            return
        client = asyncio.create_task(self._serve(reader, writer, peer))
        self._clients.add(client)
        client.add_done_callback(self._clients.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: Peer) -> None:
        try:
            await self._converse(reader, writer, peer)
        except (ConnectionError, TimeoutError):
            return  # the client left or fell silent
        finally:
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: Peer) -> None:
        while True:
            try:
                async with asyncio.timeout(PATIENCE):
                    line = await reader.readline()
            except ValueError:
                await _send(writer, Reply(ok=False, message=f"a command has at most {LONGEST_LINE} bytes"))
                return
            if not line.endswith(b"\n"):
                return
            await _send(writer, await self._reply(line, peer))

    async def _reply(self, line: bytes, peer: Peer) -> Reply:
        try:
            command = _commands.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            return Reply(ok=False, message=f"not a command: {error}")
        try:
            return await self._handle(command, peer)
        except Exception as error:  # noqa: BLE001 - the boundary to another process: its user is told, the loop too
            context = {"message": f"{type(command).__name__} failed", "exception": error}
            asyncio.get_running_loop().call_exception_handler(context)
            return Reply(ok=False, message=f"the engine failed at this: {error!r}")


async def send_command(state_dir: Path, command: Command, timeout: float = 5) -> Reply:
    """Ask the engine of a state folder for something.

    Args:
        state_dir: The folder.
        command: What is asked for.
        timeout: Seconds for all of it.

    Raises:
        NobodyHome: no engine listens there.
        ControlError: it did not reply in time, or not properly, or it is another user's.
    """
    try:
        async with asyncio.timeout(timeout):
            return await _exchange(await _connect(state_dir), command)
    except TimeoutError:
        raise ControlError(f"the engine did not reply within {timeout:g} seconds") from None
    except ConnectionError:
        raise ControlError("the engine hung up before it replied") from None
    except OSError as error:
        raise ControlError(f"{state_dir / FILE_NAME}: {error.strerror or error}") from error


async def _connect(state_dir: Path) -> socket.socket:
    place = os.fspath(_where_it_listens(state_dir))
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.setblocking(False)
    try:
        await asyncio.get_running_loop().sock_connect(connection, place)
    except (FileNotFoundError, ConnectionRefusedError, NotADirectoryError):
        connection.close()
        raise NobodyHome(f"no engine runs in {state_dir}") from None
    except BaseException:
        connection.close()
        raise
    if peer_of(connection).uid != os.geteuid():
        connection.close()
        raise ControlError(f"{place}: another user listens there")
    return connection


async def _exchange(connection: socket.socket, command: Command) -> Reply:
    reader, writer = await asyncio.open_unix_connection(sock=connection, limit=LONGEST_LINE)
    try:
        await _send(writer, command)
        line = await reader.readline()
        if not line:
            raise ControlError("the engine hung up before it replied")
        return _replies.decode(line)
    except (msgspec.MsgspecError, ValueError) as error:
        raise ControlError(f"the engine's reply cannot be read: {error}") from error
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def _send(writer: asyncio.StreamWriter, message: Command | Reply) -> None:
    writer.write(msgspec.json.encode(message) + b"\n")
    await writer.drain()


def socket_path(state_dir: Path, environ: Mapping[str, str] | None = None) -> Path:
    """Where the engine of a state folder listens. Makes the user's folder for sockets if it takes that.

    Raises:
        ControlError: that folder is not the user's alone.
    """
    here = state_dir.absolute() / FILE_NAME
    if len(os.fsencode(here)) <= LONGEST_PATH - len(_FRESH):
        return here
    return _short_folder(os.environ if environ is None else environ) / _short_name(state_dir)


def _short_name(state_dir: Path) -> str:
    return f"tmtui-{mark_of(state_dir)}.sock"


def _short_folder(environ: Mapping[str, str]) -> Path:
    runtime = Path(environ.get("XDG_RUNTIME_DIR", ""))
    if runtime.is_absolute() and len(os.fsencode(runtime)) <= LONGEST_PATH // 2 and _is_private(runtime):
        return runtime
    temporary = environ.get("TMPDIR", "")
    short = temporary.startswith("/") and len(os.fsencode(temporary)) <= LONGEST_PATH // 2
    folder = Path(temporary if short else "/tmp") / f"tmtui-{os.geteuid()}"  # noqa: S108 - a private folder in it
    folder.mkdir(mode=0o700, exist_ok=True)
    if not _is_private(folder):
        raise ControlError(f"{folder}: is not yours alone; move it away, or set XDG_RUNTIME_DIR to a folder that is")
    return folder


def _is_private(folder: Path) -> bool:
    try:
        status = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o077


def _where_it_listens(state_dir: Path) -> Path:
    """The socket's path, as the engine left it: its runtime folder may be another than ours."""
    path = state_dir.absolute() / FILE_NAME
    try:
        target = path.readlink()
    except OSError:
        return path
    if target.name != _short_name(state_dir):
        raise ControlError(f"{path}: leads to {target}, which is no engine's socket; remove it")
    return target


def _make_room(path: Path) -> None:
    """Take an earlier engine's socket away, and nothing else."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not (stat.S_ISSOCK(mode) or stat.S_ISLNK(mode)):
        raise ControlError(f"{path}: is no socket; move it away")


def peer_of(connection: socket.socket) -> Peer:
    """Whose process is at the other end."""
    if hasattr(socket, "SO_PEERCRED"):
        pid, uid, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        return Peer(pid, uid)
    # Elsewhere the folder's mode is the guard: nobody else gets as far as the socket.
    return Peer(0, os.geteuid())
