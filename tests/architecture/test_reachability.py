"""Every module is on somebody's way: one that no entry point leads to fails the build."""

import ast
import re
from collections import deque
from pathlib import Path

import pytest

from tests.architecture.source import PACKAGE, modules, settings, tree_of


NAME = re.compile(r"\btmtui(?:\.\w+)+")


def is_docstring(node: ast.Constant, parents: dict[ast.AST, ast.AST]) -> bool:
    return isinstance(parents.get(node), ast.Expr)


def mentioned(tree: ast.Module) -> set[str]:
    """Modules that strings name: the homes of verbs, and what another process is told to import."""
    parents = {child: parent for parent in ast.walk(tree) for child in ast.iter_child_nodes(parent)}
    strings = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and not is_docstring(node, parents)
    ]
    return {name for text in strings for name in NAME.findall(text)}


def imported(tree: ast.Module, home: str) -> set[str]:
    """What the imports of a module may lead to, wherever in it they stand."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = home.split(".")[: -node.level or None] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            found.add(base)
            found.update(f"{base}.{alias.name}" for alias in node.names)
    return found


def with_packages(name: str) -> list[str]:
    """A module and the packages that are loaded on the way to it."""
    parts = name.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts) + 1)]


def reached_from(starts: set[str], known: dict[str, Path]) -> set[str]:
    reached: set[str] = set()
    queue = deque(each for start in starts for each in with_packages(start))
    while queue:
        name = queue.popleft()
        if name in reached or name not in known:
            continue
        reached.add(name)
        tree = tree_of(known[name])
        package = f"{name}.__init__" if known[name].name == "__init__.py" else name
        queue.extend(each for found in imported(tree, package) | mentioned(tree) for each in with_packages(found))
    return reached


def entry_points() -> set[str]:
    scripts: dict[str, str] = settings()["project"]["scripts"]
    return {"tmtui.__main__", *(home.partition(":")[0] for home in scripts.values())}


def test_every_module_is_reached_from_an_entry_point() -> None:
    known = modules()
    assert set(known) - reached_from(entry_points(), known) == set()


def test_every_file_of_the_package_that_is_no_module_is_named_by_one() -> None:
    names = {path.name for path in PACKAGE.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")}
    strings = {
        node.value
        for path in modules().values()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert {name for name in names if not any(name in text for text in strings)} == set()


@pytest.mark.parametrize(
    ("files", "reached"),
    [
        ({"tmtui": "", "tmtui.__main__": "import tmtui.a", "tmtui.a": ""}, {"tmtui", "tmtui.__main__", "tmtui.a"}),
        (
            {"tmtui.__main__": "def f():\n from tmtui.p import b", "tmtui.p": "", "tmtui.p.b": "", "tmtui.p.c": ""},
            {"tmtui.__main__", "tmtui.p", "tmtui.p.b"},
        ),
        ({"tmtui.__main__": "VERBS = ['tmtui.v:run']", "tmtui.v": ""}, {"tmtui.__main__", "tmtui.v"}),
        ({"tmtui.__main__": "'''See tmtui.v.'''", "tmtui.v": ""}, {"tmtui.__main__"}),
    ],
)
def test_what_leads_to_a_module(tmp_path: Path, files: dict[str, str], reached: set[str]) -> None:
    known = {}
    for name, text in files.items():
        known[name] = tmp_path / f"{name}.py"
        known[name].write_text(text, encoding="utf-8")
    assert reached_from({"tmtui.__main__"}, known) == reached
