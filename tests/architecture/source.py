"""The program's own source, as these tests look at it."""

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final


ROOT: Final = Path(__file__).parents[2]
PACKAGE: Final = ROOT / "tmtui"

PURE: Final = ("domain", "events", "state", "policy", "resilience", "prompts")
"""The rooms that neither look at the world nor touch it."""


def module_of(path: Path) -> str:
    """The name under which a file of the package is imported."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules() -> dict[str, Path]:
    """Every module of the package with its file."""
    return {module_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def modules_of(room: str) -> list[str]:
    """The modules of one room."""
    return [name for name in modules() if name.split(".")[1:2] == [room]]


@cache
def tree_of(path: Path) -> ast.Module:
    """A file, parsed."""
    return ast.parse(path.read_bytes(), str(path))


@cache
def settings() -> dict[str, Any]:
    """What `pyproject.toml` says."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def layers() -> list[list[str]]:
    """The rooms from the top down, siblings together, as the import contract has them."""
    contracts = settings()["tool"]["importlinter"]["contracts"]
    (contract,) = [each for each in contracts if each["type"] == "layers"]
    return [[room.strip() for room in line.split("|")] for line in contract["layers"]]


def functions(tree: ast.AST, inside: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Every node with the qualified name of the function or class that it stands in."""
    for node in ast.iter_child_nodes(tree):
        name = inside
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = f"{inside}.{node.name}" if inside else node.name
        yield name, node
        yield from functions(node, name)
