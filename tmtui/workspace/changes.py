"""What differs between two trees, as values."""

from collections.abc import Iterator
from typing import Final

from tmtui.domain.text import clean_line
from tmtui.events.attempt import FileChange
from tmtui.workspace.git import Git


_WORDS: Final = {b"A": "added", b"D": "deleted", b"R": "renamed"}


async def changes_between(git: Git, before: str, after: str) -> tuple[FileChange, ...]:
    """Every file that differs between the trees `before` and `after`, in the order of their paths.

    Raises:
        GitError: a tree is missing or the comparison takes too long.
    """
    flags = ("-r", "-z", "-M", "--raw", "--numstat", "--no-ext-diff", "--no-textconv")
    return parse_changes(await git.run("diff-tree", *flags, before, after))


def parse_changes(output: bytes) -> tuple[FileChange, ...]:
    r"""The changes that `git diff-tree -z --raw --numstat` printed.

    It prints `:modes ids status\0path\0` for every file and then `added\tremoved\tpath\0` for every file; a
    rename has two paths in both, the older first, and the lines of a binary file are `-`.
    """
    fields = iter(output.split(b"\0")[:-1])
    words: dict[bytes, str] = {}
    lines: dict[bytes, tuple[int, int]] = {}
    for field in fields:
        if field.startswith(b":"):
            status = field.rsplit(b" ", 1)[-1][:1]
            words[_last_path(fields, renamed=status == b"R")] = _WORDS.get(status, "modified")
        else:
            added, removed, path = field.split(b"\t", 2)
            lines[path or _last_path(fields, renamed=True)] = _count(added), _count(removed)
    return tuple(
        FileChange(clean_line(path.decode(errors="replace")), word, *lines.get(path, (0, 0)))
        for path, word in words.items()
    )


def has_progressed(
    tree_before: str, tree_after: str, head_before: str, head_after: str | None, *, whole: bool = True
) -> bool | None:
    """Whether something changed between two moments.

    Args:
        tree_before: The tree then; empty when there is none.
        tree_after: The tree afterwards; empty when there is none.
        head_before: The commit of HEAD then; empty when there was none.
        head_after: The commit of HEAD afterwards; None when it cannot be known.
        whole: False when something is missing in the later tree.

    Returns:
        None when nothing is known to have changed, but not everything is known.
    """
    trees_known = bool(tree_before and tree_after)
    if (trees_known and tree_before != tree_after) or (head_after is not None and head_after != head_before):
        return True
    return False if trees_known and whole and head_after is not None else None


def _last_path(fields: Iterator[bytes], *, renamed: bool) -> bytes:
    if renamed:
        next(fields)
    return next(fields)


def _count(digits: bytes) -> int:
    return int(digits) if digits.isdigit() else 0
