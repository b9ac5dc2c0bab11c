"""Whatever a path says and whatever happens to the tree meanwhile: nothing outside is read or changed."""

import ctypes
import errno
import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from tests.system.commands import names_in
from tmtui.system.beneath import LeavesError, Opener, best_opener, open_by_hand, open_by_kernel
from tmtui.system.confined import ConfinedFolder, Listed, PathRefused, fits


OPENERS = [open_by_hand, *([open_by_kernel] if best_opener() is open_by_kernel else [])]
SECRET = b"the secret outside"
AT_FDCWD = -100
RENAME_EXCHANGE = 2


@pytest.fixture(name="opener", params=OPENERS, ids=lambda opener: opener.__name__)
def _opener(request: pytest.FixtureRequest) -> Opener:
    opener: Opener = request.param
    return opener


@pytest.fixture(name="root")
def _root(tmp_path: Path) -> Path:
    """A folder with a secret beside it."""
    (tmp_path / "secret").write_bytes(SECRET)
    root = tmp_path / "root"
    (root / "src").mkdir(parents=True)
    (root / "src" / "a.py").write_bytes(b"a = 1\n")
    (root / "readme").write_bytes(b"read me")
    return root


@pytest.fixture(name="folder")
def _folder(root: Path, opener: Opener) -> Iterator[ConfinedFolder]:
    with ConfinedFolder(root, protected=[".taskmaster", "build/keep"], opener=opener) as folder:
        yield folder


# What may be read, and how.


def test_files_are_read_by_their_path_from_the_root(folder: ConfinedFolder, root: Path) -> None:
    for path in ("src/a.py", "./src//a.py", "src/./a.py", str(root / "src/a.py"), f"{root}//src/a.py"):
        assert folder.read_bytes(path) == b"a = 1\n"


def test_a_root_behind_a_symbolic_link_is_known_by_both_its_names(root: Path, opener: Opener) -> None:
    (root.parent / "link").symlink_to(root)
    with ConfinedFolder(root.parent / "link", opener=opener) as folder:
        assert folder.read_bytes(str(root.parent / "link" / "readme")) == b"read me"
        assert folder.read_bytes(str(root / "readme")) == b"read me"


OUTSIDE = [
    "../secret",
    "src/../../secret",
    "/etc/passwd",
    "/proc/self/root/etc/passwd",
    "{parent}/secret",
    "{root}/../secret",
    "{root}2/secret",
    "link-to-secret",
    "link-absolute",
    "link-out/secret",
    "link-out/root/readme",
    "link-magic/etc/passwd",
    "nul\0byte",
]


def plant_links(root: Path) -> None:
    (root / "link-to-secret").symlink_to("../secret")
    (root / "link-absolute").symlink_to(root.parent / "secret")
    (root / "link-out").symlink_to("..")
    (root / "link-magic").symlink_to("/proc/self/root")


@pytest.mark.parametrize("path", OUTSIDE)
@pytest.mark.parametrize(
    "use",
    [
        ConfinedFolder.read_bytes,
        ConfinedFolder.digest,
        ConfinedFolder.exists,
        ConfinedFolder.list_dir,
        lambda folder, path: list(folder.walk(path)),
        lambda folder, path: folder.write_bytes(path, b"overwritten"),
        lambda folder, path: folder.write_bytes(f"{path}/new", b"planted"),
    ],
    ids=["read", "digest", "exists", "list", "walk", "write", "write below"],
)
def test_no_path_leads_outside(
    folder: ConfinedFolder, root: Path, path: str, use: Callable[[ConfinedFolder, str], object]
) -> None:
    plant_links(root)

    with pytest.raises(PathRefused):
        use(folder, path.format(root=root, parent=root.parent))
    assert (root.parent / "secret").read_bytes() == SECRET
    assert names_in(root.parent) == ["root", "secret"]


def test_links_that_stay_inside_are_read_through_where_the_kernel_watches_over_it(root: Path) -> None:
    (root / "link").symlink_to("src/a.py")
    (root / "src" / "up").symlink_to("../readme")
    with ConfinedFolder(root, opener=open_by_hand) as careful, pytest.raises(PathRefused, match="symbolic link"):
        careful.read_bytes("link")
    if open_by_kernel in OPENERS:
        with ConfinedFolder(root, opener=open_by_kernel) as folder:
            assert folder.read_bytes("link") == b"a = 1\n"
            assert folder.read_bytes("src/up") == b"read me"


@pytest.mark.parametrize(("path", "words"), [("fifo", "FIFO"), ("src", "folder"), ("", "folder")])
def test_only_regular_files_are_read_and_nothing_hangs(
    folder: ConfinedFolder, root: Path, path: str, words: str
) -> None:
    os.mkfifo(root / "fifo")

    with pytest.raises(PathRefused, match=words):
        folder.read_bytes(path)
    assert folder.kind("fifo") == "other"


def test_a_file_that_is_too_large_is_refused_before_it_is_read(folder: ConfinedFolder, root: Path) -> None:
    with (root / "sparse").open("wb") as file:
        file.truncate(5 * 1024**3)

    with pytest.raises(PathRefused, match="5368709120 bytes, more than the 8388608"):
        folder.read_bytes("sparse")
    with pytest.raises(PathRefused, match="bytes, more than"):
        folder.digest("sparse")
    assert folder.read_bytes("readme", cap=7) == b"read me"
    with pytest.raises(PathRefused):
        folder.read_bytes("readme", cap=6)


def test_a_missing_file_is_missing_and_not_refused(folder: ConfinedFolder) -> None:
    with pytest.raises(FileNotFoundError):
        folder.read_bytes("src/none")
    with pytest.raises(NotADirectoryError):
        folder.read_bytes("readme/below")
    assert folder.digest("src/none") == folder.digest("readme/below") == ""
    assert not folder.exists("src/none")


def test_what_is_where(folder: ConfinedFolder) -> None:
    assert [folder.kind(path) for path in ("", "src", "src/a.py", "none")] == ["folder", "folder", "file", ""]


def test_a_digest_is_that_of_the_content(folder: ConfinedFolder) -> None:
    assert folder.digest("readme") == hashlib.sha256(b"read me").hexdigest()


def test_names_of_all_kinds_are_listed_and_read(folder: ConfinedFolder, root: Path) -> None:
    names = ["line\nend", "\x1b[31mred", "ü", os.fsdecode(b"\xff"), "[a]", "-", "a b"]
    for name in names:
        (root / "src" / name).write_bytes(name.encode("utf-8", "surrogateescape"))

    assert [entry.name for entry in folder.list_dir("src")] == sorted([*names, "a.py"])
    for name in names:
        assert folder.read_bytes(f"src/{name}") == os.fsencode(name)


def test_a_listing_tells_kinds_and_sizes(folder: ConfinedFolder, root: Path) -> None:
    (root / "link").symlink_to("/etc/passwd")

    assert folder.list_dir() == [Listed("link", "link", 0), Listed("readme", "file", 7), Listed("src", "folder", 0)]
    with pytest.raises(NotADirectoryError):
        folder.list_dir("readme")


# Walks.


def plant_tree(root: Path) -> None:
    for path in (
        "b/deep/x.py",
        "b/y.txt",
        "a.txt",
        ".git/config",
        "b/.git/config",
        ".taskmaster/log",
        "build/keep/k",
    ):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()
    (root / "loop").symlink_to(".")
    (root / "out").symlink_to("..")
    os.mkfifo(root / "b" / "fifo")


def test_a_walk_finds_every_file_once_and_passes_over_what_is_protected(folder: ConfinedFolder, root: Path) -> None:
    plant_tree(root)

    assert list(folder.walk()) == ["a.txt", "readme", "b/y.txt", "b/deep/x.py", "src/a.py"]
    assert list(folder.walk("b/")) == ["b/y.txt", "b/deep/x.py"]
    with pytest.raises(FileNotFoundError):
        list(folder.walk("none"))


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.py", ["b/deep/x.py", "src/a.py"]),
        ("**/*.py", ["b/deep/x.py", "src/a.py"]),
        ("src/*.py", ["src/a.py"]),
        ("./src/*", ["src/a.py"]),
        ("b/*", ["b/y.txt"]),
        ("b/**", ["b/y.txt", "b/deep/x.py"]),
        ("b/**/x.py", ["b/deep/x.py"]),
        ("**/deep/*", ["b/deep/x.py"]),
        ("?eadme", ["readme"]),
        ("[ab].txt", ["a.txt"]),
        ("none/*", []),
        ("readme/*", []),
        ("src/a.py", ["src/a.py"]),
        (".git/*", []),
    ],
)
def test_a_pattern_finds_files(folder: ConfinedFolder, root: Path, pattern: str, found: list[str]) -> None:
    plant_tree(root)

    assert folder.glob(pattern) == found


def test_a_pattern_stays_inside_and_within_its_limit(folder: ConfinedFolder, root: Path) -> None:
    plant_tree(root)

    with pytest.raises(PathRefused):
        folder.glob("../*")
    with pytest.raises(PathRefused):
        folder.glob("/etc/*")
    assert len(folder.glob("*", limit=2)) == 2


def naive(path: list[str], pattern: list[str]) -> bool:
    if not pattern:
        return not path
    if pattern[0] == "**":
        return any(naive(path[skip:], pattern[1:]) for skip in range(len(path) + 1))
    return bool(path) and (pattern[0] in ("*", path[0])) and naive(path[1:], pattern[1:])


@given(st.lists(st.sampled_from("ab"), max_size=6), st.lists(st.sampled_from(["a", "b", "*", "**"]), max_size=6))
def test_a_pattern_fits_what_its_definition_says(path: list[str], pattern: list[str]) -> None:
    assert fits(path, pattern) == naive(path, pattern)


# Writes.


def test_a_write_replaces_all_or_makes_what_is_missing(folder: ConfinedFolder, root: Path) -> None:
    folder.write_bytes("src/a.py", b"a = 2\n")
    folder.write_bytes("new/deep/b.py", b"")
    folder.write_bytes(str(root / "c\nd"), b"c")

    assert (root / "src/a.py").read_bytes() == b"a = 2\n"
    assert (root / "new/deep/b.py").read_bytes() == b""
    assert (root / "c\nd").read_bytes() == b"c"
    assert not [path for path in root.rglob("*") if "tmtui" in path.name]


def test_a_write_keeps_the_mode_and_a_new_file_takes_the_umasks(folder: ConfinedFolder, root: Path) -> None:
    (root / "tool").touch()
    (root / "tool").chmod(0o4750)
    umask = os.umask(0o027)
    folder.write_bytes("tool", b"#!/bin/sh\n")
    folder.write_bytes("fresh", b"")
    os.umask(umask)

    assert (root / "tool").stat().st_mode & 0o7777 == 0o750
    assert (root / "fresh").stat().st_mode & 0o7777 == 0o640


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_write_keeps_the_owner(folder: ConfinedFolder, root: Path) -> None:
    os.chown(root / "readme", 12345, 12346)
    folder.write_bytes("readme", b"new")
    status = (root / "readme").stat()

    assert (status.st_uid, status.st_gid) == (12345, 12346)


@pytest.mark.parametrize(
    "path",
    [
        ".git",
        ".git/config",
        "src/.git/hooks/pre-commit",
        ".GIT/config",
        ".g\u200cit/config",
        ".taskmaster/state.db",
        ".Taskmaster/config.yml",
        "build/keep/x",
        "build/keep",
        "",
        ".",
        "new/",
    ],
)
def test_what_is_protected_is_never_written(folder: ConfinedFolder, root: Path, path: str) -> None:
    before = sorted(root.rglob("*"))

    with pytest.raises(PathRefused):
        folder.write_bytes(path, b"x")
    assert sorted(root.rglob("*")) == before


@pytest.mark.parametrize("path", [".gitignore", ".github/workflows/ci.yml", "build/keeper", "a.git/x", "git"])
def test_what_only_sounds_like_it_is_written(folder: ConfinedFolder, path: str) -> None:
    folder.write_bytes(path, b"x")

    assert folder.read_bytes(path) == b"x"


def test_a_write_follows_no_link_even_inside(folder: ConfinedFolder, root: Path) -> None:
    (root / ".git").mkdir()
    (root / "plain").symlink_to(".git")
    (root / "leaf").symlink_to("readme")

    for path in ("plain/config", "leaf"):
        with pytest.raises(PathRefused, match="symbolic link"):
            folder.write_bytes(path, b"x")
    assert (root / "readme").read_bytes() == b"read me"
    assert (root / "leaf").is_symlink()
    assert names_in(root / ".git") == []


def test_a_file_with_another_name_elsewhere_is_not_written(folder: ConfinedFolder, root: Path) -> None:
    os.link(root.parent / "secret", root / "hard")

    with pytest.raises(PathRefused, match="hard link"):
        folder.write_bytes("hard", b"x")
    assert (root.parent / "secret").read_bytes() == SECRET


def test_what_is_no_file_is_not_replaced(folder: ConfinedFolder, root: Path) -> None:
    os.mkfifo(root / "fifo")

    for path, words in (("fifo", "FIFO"), ("src", "folder")):
        with pytest.raises(PathRefused, match=words):
            folder.write_bytes(path, b"x")
    with pytest.raises(NotADirectoryError):
        folder.write_bytes("readme/below", b"x")
    assert names_in(root) == ["fifo", "readme", "src"]


def test_a_write_that_fails_leaves_the_old_content_and_no_trace(
    folder: ConfinedFolder, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="no space left"):
        folder.write_bytes("readme", b"half")
    assert (root / "readme").read_bytes() == b"read me"
    assert names_in(root) == ["readme", "src"]


@pytest.mark.parametrize("rounds", [300, pytest.param(10_000, marks=pytest.mark.slow)])
def test_a_swap_between_the_check_and_the_use_opens_nothing_outside(
    folder: ConfinedFolder, root: Path, rounds: int
) -> None:
    """A thread exchanges a folder and a link to the outside, over and over, while we read and write below it."""
    (root.parent / "outside").mkdir()
    (root.parent / "outside" / "f").write_bytes(SECRET)
    (root / "d").mkdir()
    (root / "d" / "f").write_bytes(b"inside")
    (root / "d-link").symlink_to(root.parent / "outside")
    done = threading.Event()
    swapper = threading.Thread(target=swap, args=(root, done))
    swapper.start()
    read = []
    try:
        for number in range(rounds):
            read.append(attempt(lambda: folder.read_bytes("d/f")))
            if number % 10 == 0:
                attempt(lambda: folder.write_bytes("d/g", b"written"))
    finally:
        done.set()
        swapper.join()

    assert {*read} <= {b"inside", None}
    assert b"inside" in (attempt(lambda: folder.read_bytes("d/f")), attempt(lambda: folder.read_bytes("d-link/f")))
    assert names_in(root.parent / "outside") == ["f"]
    assert (root.parent / "outside" / "f").read_bytes() == SECRET


def swap(root: Path, done: threading.Event) -> None:
    libc = ctypes.CDLL(None)
    one, other = os.fsencode(root / "d"), os.fsencode(root / "d-link")
    while not done.is_set():
        libc.renameat2(AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE)


def attempt(use: Callable[[], bytes | None]) -> bytes | None:
    try:
        return use()
    except (PathRefused, OSError):
        return None


def test_nothing_stays_open(root: Path, opener: Opener) -> None:
    plant_links(root)
    plant_tree(root)
    before = names_in(Path("/proc/self/fd"))
    with ConfinedFolder(root, opener=opener) as folder:
        for path in (*OUTSIDE, "readme", "src", "b/fifo", "none/x"):
            attempt(lambda: folder.read_bytes(path))  # noqa: B023 - called at once
            attempt(lambda: folder.write_bytes(path, b""))  # noqa: B023 - called at once
        folder.glob("*")
    folder.close()

    assert names_in(Path("/proc/self/fd")) == before


def test_an_opener_says_when_a_path_leaves(root: Path, opener: Opener) -> None:
    plant_links(root)
    handle = os.open(root, os.O_RDONLY)

    with pytest.raises(LeavesError):
        opener(handle, ["link-out", "secret"], os.O_RDONLY, follow=True)
    with pytest.raises(FileNotFoundError):
        opener(handle, ["none"], os.O_RDONLY, follow=True)
    os.close(opener(handle, [], os.O_RDONLY, follow=False))
    os.close(handle)
