"""Python code given on the command line, read for what it reaches out to.

A reading of code by names is easily fooled, and whoever may run tests may run any code of the project. What this
tells apart is the usual one-liner that looks at the project from the usual one that does not.
"""

import ast
from collections.abc import Iterator
from typing import Final


_REACHING: Final = frozenset(
    {
        *("subprocess", "socket", "ctypes", "pty", "multiprocessing", "signal", "asyncio", "socketserver", "ssl"),
        *("urllib", "http", "ftplib", "smtplib", "telnetlib", "poplib", "imaplib", "xmlrpc", "webbrowser"),
        *("requests", "httpx", "aiohttp", "paramiko", "psutil", "code", "codeop", "runpy", "importlib", "builtins"),
    }
)
"""Modules that start programs, open connections or load code."""
_WORLDLY: Final = _REACHING | {
    "os",
    "pathlib",
    "shutil",
    "io",
    "tempfile",
    "fileinput",
    "mmap",
    "sqlite3",
    "posix",
    "nt",
}
"""Modules that can change files besides."""
_CALLS: Final = frozenset({"eval", "exec", "compile", "__import__"})
_METHODS: Final = frozenset(
    {
        *(
            "system",
            "popen",
            "kill",
            "killpg",
            "fork",
            "forkpty",
            "remove",
            "unlink",
            "rmdir",
            "removedirs",
            "rmtree",
        ),
        *("execv", "execve", "execvp", "execvpe", "execl", "execle", "execlp", "spawnl", "spawnv", "posix_spawn"),
        *("startfile", "putenv", "setuid", "chroot"),
    }
)
_WRITES: Final = frozenset(
    {"write_text", "write_bytes", "mkdir", "touch", "symlink_to", "hardlink_to", "chmod", "rename"}
)


def reaches_out(code: str) -> bool:
    """Whether code starts programs, opens connections, removes files or runs code that it makes up."""
    tree = _parsed(code)
    if tree is None:
        return any(name in code for name in ("os.system", "subprocess", "socket", "rmtree", "os.exec", "__import__"))
    return any(
        name.partition(".")[0] in _REACHING or name in _CALLS or name.rpartition(".")[2] in _METHODS
        for name in _names(tree)
    )


def looks_only(code: str) -> bool:
    """Whether code does no more than import, compute, read files below the working folder, and print."""
    tree = _parsed(code)
    if tree is None or reaches_out(code):
        return False
    names = list(_names(tree))
    if any(name.partition(".")[0] in _WORLDLY or name.rpartition(".")[2] in _WRITES for name in names):
        return False
    return not any(_leads_away(node) or _opens_to_write(node) for node in ast.walk(tree))


def _parsed(code: str) -> ast.AST | None:
    try:
        return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _names(tree: ast.AST) -> Iterator[str]:
    """The modules that are imported, the names that are used, and the attributes as `.name`."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=module, names=names):
                yield module or ""
                yield from (f"{module or ''}.{alias.name}" for alias in names)
            case ast.Name(id=name):
                yield name
            case ast.Attribute(attr=name):
                yield f".{name}"
            case _:
                continue


def _leads_away(node: ast.AST) -> bool:
    """Whether a text could be a path out of the working folder, or a name that is looked up by it."""
    if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        return False
    text = node.value
    return (text.startswith(("/", "~")) and len(text) > 1) or ".." in text.split("/") or text.startswith("__")


def _opens_to_write(node: ast.AST) -> bool:
    named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("open", "getattr")
    return named and isinstance(node, ast.Call) and (len(node.args) != 1 or bool(node.keywords))
