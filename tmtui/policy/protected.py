"""Paths that no mode allows by itself: what decides which programs run and what they trust, and what opens doors."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Final

from tmtui.policy.use import Where, is_below


FOLDERS: Final = (
    *(".git", ".config/git", ".hg", ".svn", ".vscode", ".idea", ".husky", ".cargo", ".devcontainer", ".yarn", ".mvn"),
    *(
        ".claude",
        ".codex",
        ".taskmaster",
        ".config/tmtui",
        ".config/fish",
        ".ssh",
        ".gnupg",
        ".aws",
        ".kube",
        ".docker",
    ),
)
"""Folders that are not written, with all that is in them."""

FILES: Final = (
    *(".bashrc", ".bash_profile", ".bash_login", ".bash_logout", ".bash_aliases", ".profile", ".zshrc", ".zprofile"),
    *(".zshenv", ".zlogin", ".zlogout", ".kshrc", ".cshrc", ".tcshrc", ".login", ".inputrc", ".xprofile", ".xinitrc"),
    *(".gitconfig", ".gitmodules", ".envrc", ".npmrc", ".yarnrc", ".yarnrc.yml", ".pnp.cjs", ".pnp.loader.mjs"),
    *(".pypirc", ".netrc", ".pgpass", ".mcp.json", ".claude.json", ".taskmaster.yml", ".taskmaster.yaml"),
    *(".taskmaster.json", ".pre-commit-config.yaml", "authorized_keys", "sitecustomize.py", "usercustomize.py"),
)
"""Files that are not written."""

CREDENTIAL_FOLDERS: Final = (
    *(".ssh", ".gnupg", ".aws", ".azure", ".kube", ".config/gh", ".config/gcloud", ".password-store"),
    *(".local/share/keyrings", ".mozilla", ".config/google-chrome", "Library/Keychains"),
)
"""Folders whose files open doors: below home, and anywhere else."""

CREDENTIAL_FILES: Final = (
    *(".env", ".env.*", ".netrc", ".pgpass", ".pypirc", ".npmrc", ".git-credentials", "credentials.json"),
    *("*_rsa", "*_dsa", "*_ecdsa", "*_ed25519", "*.pem", "*.p12", "*.pfx", "*.jks", "*.keystore", "*.kdbx"),
    *(".docker/config.json", ".config/git/credentials", ".aws/credentials", ".claude/.credentials.json"),
    *(".codex/auth.json", "/etc/shadow", "/etc/gshadow", "/etc/sudoers", "/proc/*/environ", "/proc/*/mem"),
)
"""Files that open doors, by their name or by the end of their path; those that begin with a slash in full."""

_EXAMPLES: Final = (".env.example", ".env.sample", ".env.template", ".env.dist", ".env.defaults", ".env.schema")


def protected(path: str, where: Where) -> str:
    """The name of what protects an absolute path from being written; empty when nothing does."""
    return next(filter(None, (_protected(face, where) for face in where.faces(path))), "")


def _protected(path: str, where: Where) -> str:
    names = _names(path, where)
    for name in FOLDERS:
        if any(_same(names[at:], name) for at in range(len(names))):
            return name
    last = names[-1] if names else ""
    return next((name for name in FILES if last == name), "")


def credential(path: str, where: Where) -> str:
    """The name of the credential that an absolute path holds; empty when it holds none. The path may be a pattern."""
    return next(filter(None, (_credential(face, where) for face in where.faces(path))), "")


def _credential(path: str, where: Where) -> str:
    names = _names(path, where)
    for name in CREDENTIAL_FOLDERS:
        if any(_same(names[at:], name) for at in range(len(names))):
            return name
    last = names[-1] if names else ""
    if last in _EXAMPLES:
        return ""
    return next((name for name in CREDENTIAL_FILES if _is_credential(name, path, names)), "")


def outside(paths: Iterable[str], where: Where) -> Iterator[str]:
    """Those of some absolute paths that do not lie below the root."""
    return (path for path in paths if not where.holds(path))


def _is_credential(name: str, path: str, names: tuple[str, ...]) -> bool:
    if name.startswith("/"):
        return fnmatchcase(path, name)
    if "/" in name:
        return _same(names[-1 - name.count("/") :], name)
    last = names[-1] if names else ""
    return fnmatchcase(last, name) or (last.startswith(".") and "*" in last and fnmatchcase(name, last))


def _names(path: str, where: Where) -> tuple[str, ...]:
    """The names of a path, from the root where it lies below it, as a careless file system would take them."""
    inner = path[len(where.root) :] if is_below(path, where.root) else path
    return tuple(name.casefold().rstrip(" .") for name in inner.split("/") if name.rstrip(" ."))


def _same(names: tuple[str, ...], wanted: str) -> bool:
    parts = tuple(wanted.casefold().split("/"))
    return names[: len(parts)] == parts
