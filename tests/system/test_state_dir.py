import os
from pathlib import Path

import pytest

from tmtui.system.state_dir import (
    NAME,
    NETWORK,
    StateDirError,
    file_system_of,
    find_root,
    mark_of,
    open_log,
    prepare,
    state_dir,
)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o7777


@pytest.mark.parametrize(
    ("marks", "start", "root"),
    [
        ([], "a/b", "a/b"),
        ([".git"], "a/b", "."),
        ([".git", "a/.git"], "a/b", "a"),
        ([".git", ".taskmaster", "a/.git"], "a/b", "."),
        ([".taskmaster.yml"], "a/b", "."),
        (["a/.taskmaster", ".taskmaster"], "a/b", "a"),
        (["a/b/.git", ".git"], "a/b", "a/b"),
    ],
)
def test_the_root_of_a_project_is_the_nearest_folder_of_ours_or_of_git(
    tmp_path: Path, marks: list[str], start: str, root: str
) -> None:
    for mark in (*marks, start):
        (tmp_path / mark).mkdir(parents=True, exist_ok=True)

    assert find_root(tmp_path / start, home=tmp_path.parent) == (tmp_path / root).absolute()


def test_the_users_own_settings_make_no_project_of_the_home_folder(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    (tmp_path / "work").mkdir()

    assert find_root(tmp_path / "work", home=tmp_path) == tmp_path / "work"
    assert find_root(tmp_path, home=tmp_path) == tmp_path


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, "/project/.taskmaster"),
        ({"TASKMASTER_STATE_DIR": ""}, "/project/.taskmaster"),
        ({"TASKMASTER_STATE_DIR": "/elsewhere/state"}, "/elsewhere/state"),
        ({"TASKMASTER_STATE_DIR": "state"}, "/project/state"),
    ],
)
def test_where_the_state_lives(environ: dict[str, str], expected: str) -> None:
    assert state_dir(Path("/project"), environ) == Path(expected)


def test_a_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / NAME
    prepare(folder)
    prepare(folder)

    assert mode(folder) == 0o700


def test_a_folder_that_others_can_read_is_closed_to_them(tmp_path: Path) -> None:
    folder = tmp_path / NAME
    folder.mkdir(0o755)
    prepare(folder)

    assert mode(folder) == 0o700


def test_a_folder_that_is_a_symbolic_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(0o755)
    (tmp_path / NAME).symlink_to("real")

    with pytest.raises(StateDirError, match="is a symbolic link"):
        prepare(tmp_path / NAME)
    assert mode(tmp_path / "real") == 0o755


def test_a_file_in_the_way_is_told(tmp_path: Path) -> None:
    (tmp_path / NAME).touch()

    with pytest.raises(StateDirError, match="in the way"):
        prepare(tmp_path / NAME)


def test_a_folder_where_anybody_may_write_is_refused(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    (tmp_path / NAME).chmod(0o777)

    with pytest.raises(StateDirError, match="anybody may write"):
        prepare(tmp_path / NAME)


def test_a_folder_that_anybody_may_replace_is_refused(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)

    with pytest.raises(StateDirError, match="anybody may replace"):
        prepare(tmp_path / "open" / NAME)

    (tmp_path / "open").chmod(0o1777)
    prepare(tmp_path / "open" / NAME)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_another_user_is_refused(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    os.chown(tmp_path / NAME, 12345, 12345)

    with pytest.raises(StateDirError, match="belongs to another user"):
        prepare(tmp_path / NAME)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_made_says_what_to_do(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    with pytest.raises(StateDirError, match="TASKMASTER_STATE_DIR"):
        prepare(tmp_path / NAME)


def test_a_mark_is_the_same_for_each_way_to_write_a_path(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)

    assert mark_of(tmp_path / "link" / "x" / ".." / NAME) == mark_of(tmp_path / NAME)
    assert mark_of(tmp_path / NAME) != mark_of(tmp_path / "other")
    assert mark_of(tmp_path).isalnum()


MOUNTS = """\
22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:31 / /home rw - nfs4 server:/home rw
31 30 254:2 / /home/me/local\\040disk rw - xfs /dev/vdb rw
32 22 0:40 / /mnt/c rw - 9p drvfs rw
33 22 0:41 / /mnt rw - tmpfs tmpfs rw
34 22 0:41 / /data rw - tmpfs tmpfs rw
35 34 0:42 / /data rw master:1 propagate_from:2 - fuse.sshfs me@there: rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/x", "ext4"),
        ("/home/me/project", "nfs4"),
        ("/homes/me", "ext4"),
        ("/home/me/local disk/project", "xfs"),
        ("/mnt/c/project", "9p"),
        ("/mnt", "tmpfs"),
        ("/data/x", "fuse.sshfs"),
        ("/", "ext4"),
    ],
)
def test_the_file_system_that_holds_a_path(path: str, kind: str) -> None:
    assert file_system_of(path, MOUNTS) == kind


@pytest.mark.parametrize(
    ("kind", "network"),
    [
        *((kind, True) for kind in ("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "ceph")),
        *((kind, False) for kind in ("ext4", "xfs", "btrfs", "tmpfs", "overlay", "apfs", "zfs", "fuseblk", "")),
    ],
)
def test_which_file_systems_are_on_a_network(kind: str, network: bool) -> None:
    assert bool(NETWORK.fullmatch(kind)) == network


def test_a_log_is_the_owners_alone_with_the_folders_on_the_way(tmp_path: Path) -> None:
    for text in (b"one\n", b"two\n"):
        with open_log(tmp_path, "logs/calc-1/pre.log") as file:
            file.write(text)

    assert (tmp_path / "logs/calc-1/pre.log").read_bytes() == b"one\ntwo\n"
    assert [mode(tmp_path / place) for place in ("logs", "logs/calc-1", "logs/calc-1/pre.log")] == [
        0o700,
        0o700,
        0o600,
    ]


def test_a_log_can_be_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "prompt.txt").write_bytes(b"the last one, which was longer")
    with open_log(tmp_path, "prompt.txt", truncate=True) as file:
        file.write(b"this one")

    assert (tmp_path / "prompt.txt").read_bytes() == b"this one"
    assert mode(tmp_path / "prompt.txt") == 0o600


def test_a_log_is_opened_through_no_symbolic_link(tmp_path: Path) -> None:
    state, outside = tmp_path / "state", tmp_path / "outside"
    state.mkdir()
    outside.mkdir()
    (outside / "keys").write_text("mine")
    (state / "logs").symlink_to(outside)
    (state / "leaf.log").symlink_to(outside / "keys")

    for name in ("logs/keys", "logs/new/x.log", "leaf.log"):
        with pytest.raises(StateDirError):
            open_log(state, name)
    assert sorted(path.name for path in outside.iterdir()) == ["keys"]
    assert (outside / "keys").read_text() == "mine"


def test_a_log_is_a_plain_file_with_one_name(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "one").touch()
    os.link(tmp_path / "one", tmp_path / "two")
    (tmp_path / "folder").mkdir()

    for name in ("fifo", "one", "two", "folder", "one/below"):
        with pytest.raises(StateDirError, match=str(tmp_path / name.split("/")[0])):
            open_log(tmp_path, name)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_log_goes_into_no_folder_of_another_user(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    os.chown(tmp_path / "logs", 12345, 12345)

    with pytest.raises(StateDirError, match="belongs to another user"):
        open_log(tmp_path, "logs/x.log")
