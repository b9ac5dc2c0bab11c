"""What a confinement says of places, and how each sandbox says it in its own words."""

import stat
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, strategies as st

from tmtui.system.sandbox.bubblewrap import Bubblewrap
from tmtui.system.sandbox.confinement import Confinement, Treatment, confine_to, depth, lies_in, treatment_of
from tmtui.system.sandbox.landlock import Landlock
from tmtui.system.sandbox.landlock_launcher import parse
from tmtui.system.sandbox.landlock_rules import (
    EXECUTE,
    READ_DIR,
    READ_FILE,
    TRUNCATE,
    WRITE_FILE,
    file_rights,
    fitting,
    rules,
)
from tmtui.system.sandbox.seatbelt import Seatbelt, profile, quoted
from tmtui.system.sandbox.wrapping import NoSandbox


GIVEN: Final = Confinement(
    root="/home/ann/work",
    temporary="/tmp/own",
    writable=("/home/ann/.cache",),
    read_only=("/home/ann/work/.git",),
    hidden=("/home/ann/.ssh", "/run", "/home/ann/work/.taskmaster"),
    readable=("/run/programs",),
)


@pytest.mark.parametrize(
    ("path", "treatment"),
    [
        ("/etc/passwd", Treatment.READ_ONLY),
        ("/home/ann/.profile", Treatment.READ_ONLY),
        ("/home/ann/.ssh", Treatment.HIDDEN),
        ("/home/ann/.ssh/id", Treatment.HIDDEN),
        ("/home/ann/.sshd", Treatment.READ_ONLY),
        ("/home/ann/work", Treatment.WRITABLE),
        ("/home/ann/work/src/a", Treatment.WRITABLE),
        ("/home/ann/work/.git/hooks/a", Treatment.READ_ONLY),
        ("/home/ann/work/.gitignore", Treatment.WRITABLE),
        ("/home/ann/work/.taskmaster/state.db", Treatment.HIDDEN),
        ("/home/ann/.cache/a", Treatment.WRITABLE),
        ("/tmp/own/a", Treatment.WRITABLE),
        ("/run/docker.sock", Treatment.HIDDEN),
        ("/run/programs/a", Treatment.READ_ONLY),
    ],
)
def test_the_deepest_place_that_a_path_lies_in_decides(path: str, treatment: Treatment) -> None:
    assert treatment_of(path, GIVEN.places()) is treatment


@pytest.mark.parametrize(
    ("path", "folder", "inside"),
    [("/a", "/a", True), ("/a/b", "/a", True), ("/ab", "/a", False), ("/a", "/a/b", False), ("/a", "/", True)],
)
def test_a_path_lies_in_a_folder_by_its_names_and_not_its_letters(path: str, folder: str, inside: bool) -> None:
    assert lies_in(path, folder) is inside


PATHS = st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map(lambda names: "/" + "/".join(names))


@given(st.lists(PATHS), st.lists(PATHS), st.lists(PATHS), PATHS)
def test_places_come_shallow_first_and_what_may_be_written_wins(
    writable: list[str], read_only: list[str], hidden: list[str], path: str
) -> None:
    places = Confinement(
        root="/a",
        temporary="/b",
        writable=tuple(writable),
        read_only=tuple(read_only),
        hidden=tuple(hidden),
    ).places()

    assert [depth(each) for each, _ in places] == sorted(depth(each) for each, _ in places)
    assert len({each for each, _ in places}) == len(places)
    if path in writable:
        assert treatment_of(path, places) is Treatment.WRITABLE


def test_a_project_is_confined_to_its_folder_and_away_from_credentials(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    home = {"HOME": str(tmp_path / "home"), "PATH": f"{tmp_path}/bin:relative::/usr/bin"}

    found = confine_to(
        tmp_path / "link",
        temporary=tmp_path / "temporary",
        state_dir=tmp_path / "link/.taskmaster",
        env=home,
        writable=("~/.cache", "/var/lib/x", "../beside", "~"),
    )

    here = tmp_path.resolve()
    assert (found.root, found.network) == (f"{here}/real", False)
    assert found.writable == (f"{here}/home/.cache", "/var/lib/x", f"{here}/beside", f"{here}/home")
    assert {f"{here}/real/.git", f"{here}/real/.taskmaster.yml"} <= set(found.read_only)
    assert {f"{here}/home/.ssh", f"{here}/home/.netrc", "/run", f"{here}/real/.taskmaster"} <= set(found.hidden)
    assert treatment_of(f"{here}/real/.taskmaster/state.db", found.places()) is Treatment.HIDDEN


def test_programs_stay_in_reach_though_they_lie_in_what_is_hidden(tmp_path: Path) -> None:
    bin_, interpreter = tmp_path / "home/.docker/bin", tmp_path / "shim"
    bin_.mkdir(parents=True)
    interpreter.touch()
    env = {"HOME": str(tmp_path / "home"), "PATH": f"{bin_}:/usr/bin:/gone", "TMTUI_PYTHON": str(interpreter)}

    found = confine_to(Path("/srv/work"), temporary=tmp_path, state_dir=Path("/srv/state"), env=env)

    assert str(bin_.resolve()) in found.readable
    assert treatment_of(f"{bin_.resolve()}/docker", found.places()) is Treatment.READ_ONLY
    assert treatment_of(f"{tmp_path.resolve()}/home/.docker/config.json", found.places()) is Treatment.HIDDEN
    assert (str(interpreter.resolve()) in found.readable) == lies_in(str(interpreter.resolve()), "/tmp")
    assert "/usr/bin" not in found.readable


def test_a_home_folder_that_is_not_known_hides_nothing_by_mistake() -> None:
    found = confine_to(Path("/srv"), temporary=Path("/tmp/own"), state_dir=Path("/srv/.taskmaster"), env={})

    assert set(found.hidden) == {str(Path("/run").resolve()), "/srv/.taskmaster"}


def test_the_command_line_of_bubblewrap(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "netrc").touch()
    given = Confinement(
        root="/work",
        temporary="/own",
        read_only=("/work/.git",),
        hidden=(f"{tmp_path}/netrc", f"{tmp_path}/secrets", "/nowhere"),
    )

    assert Bubblewrap(program="/usr/bin/bwrap").wrap(("sh", "-c", "x"), given) == (
        "/usr/bin/bwrap",
        *("--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--bind", "/own", "/tmp"),
        *("--bind-try", "/own", "/own", "--bind-try", "/work", "/work", "--ro-bind-try", "/work/.git", "/work/.git"),
        *("--ro-bind", "/dev/null", f"{tmp_path}/netrc", "--tmpfs", f"{tmp_path}/secrets"),
        *("--remount-ro", f"{tmp_path}/secrets"),
        *("--unshare-pid", "--unshare-ipc", "--new-session", "--cap-drop", "ALL", "--unshare-net"),
        *("--", "sh", "-c", "x"),
    )
    as_root = Bubblewrap(program="bwrap", as_root=True).wrap(("x",), given)
    assert [as_root[at + 1] for at, word in enumerate(as_root) if word == "--cap-add"] == [
        "CAP_CHOWN",
        "CAP_DAC_OVERRIDE",
        "CAP_FOWNER",
        "CAP_FSETID",
    ]
    free = Confinement(root="/work", temporary="/own", network=True)
    assert "--unshare-net" not in Bubblewrap(program="bwrap").wrap(("x",), free)


def test_the_profile_of_seatbelt() -> None:
    lines = profile(Confinement(root="/w", temporary="/t", read_only=("/w/.git",), hidden=("/h/.ssh",))).splitlines()

    assert lines[:3] == ["(version 1)", "(allow default)", "(deny file-write*)"]
    in_order = [
        '(allow file-write* (literal "/dev/null"))',
        '(allow file-write* (subpath "/w"))',
        '(deny file-read* (subpath "/h/.ssh"))',
        '(deny file-write* (subpath "/w/.git"))',
        "(deny network*)",
    ]
    assert [line for line in lines if line in in_order] == in_order
    assert "(deny network*)" not in profile(Confinement(root="/w", temporary="/t", network=True))
    assert Seatbelt().wrap(("x",), GIVEN)[:2] == ("/usr/bin/sandbox-exec", "-p")


@pytest.mark.parametrize(
    ("text", "written"), [("/a b", '"/a b"'), ('/a"b', '"/a\\"b"'), ("/a\\b", '"/a\\\\b"'), ('/")(x', '"/\\")(x"')]
)
def test_a_path_cannot_leave_its_string_in_a_profile(text: str, written: str) -> None:
    assert quoted(text) == written


def test_no_sandbox_leaves_a_command_as_it_is() -> None:
    assert NoSandbox().wrap(["a", "b"], GIVEN) == ("a", "b")


@pytest.mark.parametrize("network", [True, False])
@pytest.mark.parametrize("namespaces", [True, False])
def test_the_launcher_is_told_all_of_it(namespaces: bool, network: bool) -> None:
    given = Confinement(root="/w=x", temporary="/t", hidden=("/h ö",), network=network)
    argv = Landlock(abi=7, namespaces=namespaces).wrap(("a", "--", "b"), given)
    arguments = argv[argv.index("-c") + 3 :]

    places = [("/h ö", "hidden"), ("/t", "writable"), ("/w=x", "writable")]
    assert parse(arguments) == (places, namespaces, network, ["a", "--", "b"])


TREE: Final = {
    "/": ["etc", "home", "run", "dev"],
    "/home": ["ann", "bob"],
    "/home/ann": [".ssh", ".profile", "work"],
    "/home/ann/work": ["src", ".git", ".taskmaster"],
    "/dev": ["sda", "null"],
    "/run": ["docker.sock", "programs"],
}


def test_landlock_gives_reading_on_everything_around_what_is_hidden() -> None:
    given = dict(rules(GIVEN.places(), 7, lambda folder: TREE[folder]))
    reading = EXECUTE | READ_FILE | READ_DIR

    assert {path for path, rights in given.items() if rights == reading} == {
        "/etc",
        "/home/bob",
        "/home/ann/.profile",
        "/home/ann/work/src",
        "/home/ann/work/.git",
        "/run/programs",
    }
    assert given["/"] == READ_DIR
    assert given["/home/ann/work"] == given["/dev/null"] == file_rights(7)
    assert not {"/home/ann/.ssh", "/run", "/home", "/home/ann", "/dev/sda", "/run/docker.sock"} & given.keys()


@pytest.mark.parametrize(("abi", "rights"), [(1, 0x1FFF), (2, 0x3FFF), (3, 0x7FFF), (4, 0x7FFF), (5, 0xFFFF)])
def test_each_version_of_landlock_knows_its_rights(abi: int, rights: int) -> None:
    assert file_rights(abi) == rights


@pytest.mark.parametrize(
    ("mode", "fits"),
    [
        (stat.S_IFDIR, file_rights(7)),
        (stat.S_IFREG, EXECUTE | READ_FILE | WRITE_FILE | TRUNCATE | 1 << 15),
        (stat.S_IFLNK, 0),
    ],
)
def test_a_rule_on_a_file_holds_no_right_over_folders(mode: int, fits: int) -> None:
    assert fitting(file_rights(7), mode) == fits


@pytest.mark.parametrize(
    ("sandbox", "count"),
    [
        (Landlock(abi=7, namespaces=True), 0),
        (Landlock(abi=2, namespaces=True), 2),
        (Landlock(abi=4, namespaces=False), 4),
        (Landlock(abi=1, namespaces=False), 5),
    ],
)
def test_what_an_older_kernel_cannot_keep_is_told(sandbox: Landlock, count: int) -> None:
    assert len(sandbox.gaps) == count
