"""What a confined command may do and what it may not, with every sandbox that works on this machine."""

import os
import secrets
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from tests.system.commands import read_all
from tmtui.system.environment import child_env
from tmtui.system.processes import label_of, listed_children, look_at
from tmtui.system.sandbox.confined import ConfinedSpawner
from tmtui.system.sandbox.confinement import Confinement, confine_to
from tmtui.system.sandbox.landlock import Landlock
from tmtui.system.sandbox.landlock_launcher import UNCONFINED
from tmtui.system.sandbox.probe import _try, _try_bubblewrap, _try_landlock
from tmtui.system.sandbox.wrapping import Sandbox
from tmtui.system.warden import Child, Ended, Spawn, Warden


pytestmark = pytest.mark.asyncio(loop_scope="module")

CANARY = "canary-3f9a"
ALONE = "landlock alone"
"""Landlock without namespaces, as where the kernel lets users make none."""


def _bubblewrap() -> Sandbox | str:
    found = _try_bubblewrap(os.environ)
    return found if isinstance(found, str) else found.sandbox


def _landlock() -> Sandbox | str:
    found = _try_landlock(os.environ)
    if isinstance(found, str) or found.gaps:
        return found if isinstance(found, str) else "landlock: no namespaces"
    return found.sandbox


def _landlock_alone() -> Sandbox | str:
    found = _try_landlock(os.environ)
    if isinstance(found, str):
        return found
    assert isinstance(found.sandbox, Landlock)
    sandbox = msgspec.structs.replace(found.sandbox, namespaces=False)
    return _try(sandbox, within=False) or sandbox


MAKERS: dict[str, Callable[[], Sandbox | str]] = {
    "bubblewrap": _bubblewrap,
    "landlock": _landlock,
    ALONE: _landlock_alone,
}


@pytest.fixture(name="sandbox", scope="module", params=MAKERS)
def _sandbox(request: pytest.FixtureRequest) -> Sandbox:
    found = MAKERS[request.param]()
    if isinstance(found, str):
        pytest.skip(found)
    return found


@pytest.fixture(name="alone")
def _alone(sandbox: Sandbox) -> bool:
    return isinstance(sandbox, Landlock) and not sandbox.namespaces


@pytest_asyncio.fixture(name="warden", scope="module", loop_scope="module")
async def _warden() -> AsyncIterator[Warden]:
    warden = await Warden.start(mark=secrets.token_hex(8))
    yield warden
    await warden.close()


class Here:
    """A project, a home with secrets, and what lies around them."""

    def __init__(self, folder: Path, sandbox: Sandbox, warden: Warden) -> None:
        self.folder, self.root, self.home, self.state = folder, folder / "project", folder / "home", folder / "state"
        for place in ("project/.git/hooks", "home/.ssh", "home/.config/gh", "state", "temporary", "beside"):
            (folder / place).mkdir(parents=True)
        for name in ("home/.ssh/id_rsa", "home/.netrc", "home/.config/gh/hosts.yml", "state/state.db"):
            (folder / name).write_text(CANARY)
        for name in ("home/.profile", "beside/file", "project/file", "project/.git/config"):
            (folder / name).write_text("plain\n")
        self.env = child_env({"HOME": str(self.home)})
        self._sandbox = sandbox
        self.warden = warden

    def confinement(self, *, network: bool = False, writable: tuple[str, ...] = ()) -> Confinement:
        return confine_to(
            self.root,
            temporary=self.folder / "temporary",
            state_dir=self.state,
            env=self.env,
            writable=writable,
            network=network,
        )

    async def start(
        self, command: str, *, network: bool = False, writable: tuple[str, ...] = (), timeout: float = 60.0
    ) -> Child:
        spawner = ConfinedSpawner(self.warden, self._sandbox, self.confinement(network=network, writable=writable))
        argv = ("/bin/sh", "-c", command)
        spawn = Spawn(argv=argv, cwd=str(self.root), env=self.env, timeout=timeout, grace=0.3)
        return await spawner.spawn(spawn, f"job-{secrets.token_hex(4)}")

    async def run(
        self, command: str, *, network: bool = False, writable: tuple[str, ...] = (), timeout: float = 60.0
    ) -> tuple[str, Ended]:
        child = await self.start(command, network=network, writable=writable, timeout=timeout)
        return (await read_all(child)).decode(errors="replace"), await child.wait()


@pytest.fixture(name="here")
def _here(sandbox: Sandbox, warden: Warden) -> Iterator[Here]:
    """Not below `/tmp`, most of which is out of a command's sight."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        yield Here(Path(folder).resolve(), sandbox, warden)


async def test_a_project_may_lie_where_temporary_files_do(tmp_path: Path, sandbox: Sandbox, warden: Warden) -> None:
    here = Here(tmp_path, sandbox, warden)

    output, _ = await here.run(f"echo 1 > made; echo 2 > {tmp_path}/beside/new; cat file; echo 3 > $TMPDIR/own")

    assert output.splitlines()[-1] == "plain"
    assert (here.root / "made").read_text() == "1\n"
    assert not (tmp_path / "beside/new").exists()
    assert (tmp_path / "temporary/own").read_text() == "3\n"


async def test_it_works_in_its_folder_as_ever(here: Here) -> None:
    output, ended = await here.run(
        "pwd; cat file; mkdir -p a/b && echo new > a/b/c && mv a/b/c d && ln -s d e && cat e && rm -r a; exit 7"
    )

    assert output.splitlines() == [str(here.root), "plain", "new"]
    assert ended.exit_code == 7
    assert (here.root / "d").read_text() == "new\n"
    assert not (here.root / "a").exists()


async def test_it_has_a_folder_for_temporary_files_which_others_do_not_see_and_which_outlives_it(here: Here) -> None:
    output, _ = await here.run('file=$(mktemp) && echo 1 > "$file" && echo "$file"')
    assert output.strip()

    kept, _ = await here.run(f"cat {output.strip()}")

    assert kept == "1\n"
    assert len(list((here.folder / "temporary").glob("tmp.*"))) == 1


async def succeeding(here: Here, commands: Sequence[str]) -> list[str]:
    """Which of these end well, one after the other in one confined shell."""
    lines = (f"( {command} ) >/dev/null 2>&1 && echo {number}" for number, command in enumerate(commands))
    output, _ = await here.run("\n".join(lines))
    return [commands[int(number)] for number in output.split()]


OUTSIDE = (
    "echo x > {beside}/new",
    "echo x > {beside}/file",
    "echo x >> {beside}/file",
    ": > {beside}/file",
    "truncate -s 0 {beside}/file",
    "rm {beside}/file",
    "mv {beside}/file {root}/taken",
    "mv {root}/file {beside}/given",
    "mkdir {beside}/folder",
    "ln -s /etc/passwd {beside}/link",
    "ln {root}/file {beside}/hard",
    "mkfifo {beside}/fifo",
    "echo x > {home}/.profile",
    "echo x > link-to-file",
    "echo x > link-to-folder/new",
    "echo x > ../beside/new",
    "echo x > /proc/self/root{beside}/file",
    "cd / && echo x > .{beside}/file",
    "cp file {root}/../beside/copy",
)


async def test_nothing_outside_its_folder_is_changed_whatever_the_way_there(here: Here) -> None:
    (here.root / "link-to-file").symlink_to(here.folder / "beside/file")
    (here.root / "link-to-folder").symlink_to(here.folder / "beside")

    commands = [each.format(beside=here.folder / "beside", root=here.root, home=here.home) for each in OUTSIDE]

    assert await succeeding(here, [*commands, "true"]) == ["true"]
    assert [path.name for path in (here.folder / "beside").iterdir()] == ["file"]
    assert (here.folder / "beside/file").read_text() == "plain\n"
    assert (here.home / ".profile").read_text() == "plain\n"


async def test_what_opens_other_doors_cannot_be_read(here: Here) -> None:
    commands = []
    for number, name in enumerate((".ssh/id_rsa", ".netrc", ".config/gh/hosts.yml", "../state/state.db")):
        (here.root / f"way{number}").symlink_to(here.home / name)
        commands += [
            f"cat ~/{name}",
            f"cat way{number}",
            f"cat /proc/self/root{here.home}/{name}",
            f"cp ~/{name} taken",
        ]

    output, _ = await here.run("; ".join(commands))

    assert CANARY not in output
    assert not (here.root / "taken").exists() or CANARY not in (here.root / "taken").read_text()


GUARDED = (
    "echo x > .git/hooks/pre-commit",
    "echo x >> .git/config",
    "ln -s ../../file .git/hooks/pre-commit",
    "mv .git moved",
    "rm -r .git/config",
    "mkdir .git/modules",
    "echo x > .taskmaster.yml",
)


async def test_what_is_run_outside_of_the_sandbox_is_not_the_commands_to_change(here: Here, alone: bool) -> None:
    if alone:
        pytest.skip("Landlock alone does not keep a place within its folder, and says so")
    (here.root / ".taskmaster.yml").write_text("plain\n")

    assert await succeeding(here, [*GUARDED, "true"]) == ["true"]
    assert (here.root / ".git/config").read_text() == "plain\n"
    assert list((here.root / ".git/hooks").iterdir()) == []
    assert not (here.root / ".git/modules").exists()
    assert (here.root / ".taskmaster.yml").read_text() == "plain\n"


async def test_what_a_sandbox_does_not_keep_is_told(sandbox: Sandbox, alone: bool) -> None:
    gaps = sandbox.gaps if isinstance(sandbox, Landlock) else ()

    assert any(".git" in gap for gap in gaps) == alone


async def test_what_the_settings_name_can_be_changed_too(here: Here) -> None:
    _, ended = await here.run(
        f"echo 1 > ~/.cache/a && echo 2 > {here.folder}/beside/b && echo 3 > .git/c && cat ~/.ssh/id_rsa",
        writable=("~/.cache", str(here.folder / "beside"), ".git"),
    )
    assert ended.exit_code != 0, "it was not there yet, and cannot be made"
    (here.home / ".cache").mkdir()

    output, ended = await here.run(
        f"echo 1 > ~/.cache/a && echo 2 > {here.folder}/beside/b && echo 3 > .git/c; cat ~/.ssh/id_rsa",
        writable=("~/.cache", str(here.folder / "beside"), ".git"),
    )

    written = (here.home / ".cache/a", here.folder / "beside/b", here.root / ".git/c")
    assert [path.read_text() for path in written] == ["1\n", "2\n", "3\n"]
    assert CANARY not in output


CONNECT = (
    f"""{sys.executable} -I -c 'import socket; socket.create_connection(("127.0.0.1", {{port}}), 5).send(b"x")'"""
)


@pytest.fixture(name="listener")
def _listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


async def test_it_reaches_nobody_unless_it_may_use_the_network(here: Here, listener: socket.socket) -> None:
    command = CONNECT.format(port=listener.getsockname()[1])

    _, denied = await here.run(command)
    with pytest.raises(BlockingIOError):
        listener.accept()
    _, allowed = await here.run(command, network=True)

    assert (denied.exit_code, allowed.exit_code) == (1, 0)
    listener.accept()[0].close()


SPEAKS_TO_ITSELF = """{python} -I -c '
import socket
server = socket.create_server(("127.0.0.1", 0))
socket.create_connection(server.getsockname(), 5)
print("heard", server.accept()[1][0])
'"""


async def test_it_can_speak_to_itself(here: Here, alone: bool) -> None:
    if alone:
        pytest.skip("Landlock alone tells ports apart, not addresses")

    output, _ = await here.run(SPEAKS_TO_ITSELF.format(python=sys.executable))

    assert output == "heard 127.0.0.1\n"


async def test_it_cannot_signal_or_look_into_whoever_started_it(here: Here) -> None:
    output, ended = await here.run(
        f"kill -0 {os.getpid()} && echo reached; kill -0 $PPID 2>/dev/null; cat /proc/{os.getpid()}/environ; exit 3"
    )

    assert "reached" not in output
    assert "PYTEST_CURRENT_TEST" not in output
    assert ended.exit_code == 3


UNDOING = (
    "mount -o remount,rw /",
    "mount -t tmpfs none /mnt",
    "umount .git",
    "mknod disk b 8 0",
    "chroot / true",
    "unshare --mount true",
)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has such rights to lose")
async def test_root_in_it_has_no_right_to_undo_it(here: Here) -> None:
    assert await succeeding(here, [*UNDOING, "true"]) == ["true"]
    assert not (here.root / "disk").exists()


async def test_it_gets_no_new_rights_by_a_program_of_root(here: Here) -> None:
    output, _ = await here.run("grep NoNewPrivs /proc/self/status")

    assert output.split() == ["NoNewPrivs:", "1"]


async def test_its_signals_are_as_they_should_be(here: Here) -> None:
    output, _ = await here.run("grep -E 'SigIgn|SigBlk' /proc/self/status")

    assert all(int(line.split()[1], 16) & 0x7FFFFFFF == 0 for line in output.splitlines())


async def test_its_label_is_seen_from_outside(here: Here, warden: Warden) -> None:
    child = await here.start("sleep 86400 & echo ready; wait")
    async for piece in child.output():
        if b"ready" in piece:
            break
    numbers = [child.pid]
    for number in numbers:
        numbers += listed_children(number)

    assert len(numbers) >= 2
    assert all("job-" in label_of(number) for number in numbers)
    child.cancel(grace=0)
    await child.wait()
    assert listed_children(warden.pid) == []


STUBBORN = """
trap '' TERM INT HUP
(trap '' TERM; exec setsid nohup {sleep}) >/dev/null 2>&1 &
( (trap '' TERM; exec setsid {sleep}) & ) >/dev/null 2>&1
( (trap '' TERM; exec env -i setsid {sleep}) & ) >/dev/null 2>&1
while :; do sleep 0.01; done
"""


async def test_nothing_is_left_of_it_after_its_timeout_whatever_it_hides_behind(here: Here, warden: Warden) -> None:
    _, ended = await here.run(STUBBORN.format(sleep="sleep 86400"), timeout=0.6)

    assert ended.timed_out
    assert ended.survivors >= 3
    assert listed_children(warden.pid) == []


async def test_it_is_asked_to_end_before_it_is_made_to(here: Here) -> None:
    child = await here.start("trap 'echo asked; exit 9' TERM; echo ready; while :; do sleep 0.01; done")
    seen, asked = b"", False
    async for piece in child.output():
        seen += piece
        if not asked and b"ready" in seen:
            asked = True
            child.cancel(grace=60)
    ended = await child.wait()

    assert seen.endswith(b"asked\n")
    assert (ended.canceled, ended.exit_code) == (True, 9)


async def test_what_it_leaves_behind_is_ended_and_counted(here: Here, warden: Warden) -> None:
    output, ended = await here.run("sleep 86400 & setsid sleep 86400 & echo done")

    assert output == "done\n"
    assert (ended.exit_code, ended.survivors) == (0, 2)
    assert listed_children(warden.pid) == []


async def test_one_that_leaves_nothing_behind_is_not_said_to(here: Here) -> None:
    for _ in range(10):
        _, ended = await here.run("true")
        assert (ended.exit_code, ended.survivors, ended.unkillable) == (0, 0, 0)


async def test_nothing_is_left_of_it_when_its_warden_is_killed(sandbox: Sandbox, here: Here) -> None:
    warden = await Warden.start(mark=secrets.token_hex(8))
    here.warden = warden
    child = await here.start("setsid env -i sleep 86400 & sleep 86400 & echo ready; wait")
    async for piece in child.output():
        if b"ready" in piece:
            break
    numbers = [child.pid]
    for number in numbers:
        numbers += listed_children(number)

    os.kill(warden.pid, signal.SIGKILL)
    ended = await child.wait()

    assert ended.lost
    assert [number for number in numbers if look_at(number)] == []
    assert ended.survivors >= 1
    await warden.close()


LAYERS = 17
"""More than the kernel lays over each other."""


async def test_a_command_that_cannot_be_confined_is_not_started(here: Here, alone: bool, sandbox: Sandbox) -> None:
    if not alone:
        pytest.skip("one way to make it fail is enough")
    argv: tuple[str, ...] = ("/bin/echo", "started")
    for _ in range(LAYERS):
        argv = sandbox.wrap(argv, here.confinement())
    child = await here.warden.spawn(Spawn(argv=argv, cwd=str(here.root), env=here.env), "deep")

    assert b"the command could not be confined" in await read_all(child)
    assert (await child.wait()).exit_code == UNCONFINED
