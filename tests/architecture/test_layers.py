"""Imports point down only, in the source and in a running process, and nobody pays for what he does not use."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import PACKAGE, PURE, ROOT, layers, modules, modules_of, tree_of


ROOMS = sorted(path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file())

HEAVY = {
    "aiosqlite",
    "anthropic",
    "asyncio",
    "click",
    "httpx2",
    "jinja2",
    "jsonschema",
    "openai",
    "psutil",
    "pydantic",
    "pytest",
    "rich",
    "sqlite3",
    "textual",
    "unidiff",
    "watchfiles",
    "yaml",
}
"""What costs time to load, or looks at the world."""

MAY_LOAD = {
    "agents": {"asyncio", "yaml"},
    "cli": {"aiosqlite", "asyncio", "click", "pydantic", "sqlite3", "yaml"},
    "config": {"pydantic", "yaml"},
    "engine": {"asyncio", "sqlite3"},
    "monitor": set[str](),
    "plans": {"pydantic", "yaml"},
    "store": {"aiosqlite", "asyncio", "sqlite3"},
    "system": {"asyncio", "pydantic", "yaml"},
    "tui": {"asyncio", "rich", "textual"},
    "workspace": {"asyncio"},
}
"""The heavy libraries that a room loads when all its modules are imported. What is not here is loaded, if at all,
where it is first used. The command line draws screens and fills in templates without loading what for until then."""


def loaded_by(*names: str) -> set[str]:
    """The modules that a fresh process holds after these imports."""
    code = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, *names], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def heavy_in(loaded: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in loaded} & HEAVY


def test_the_import_contracts_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_room_has_its_place() -> None:
    assert sorted(room for layer in layers() for room in layer) == ROOMS


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_loads_nothing_above_or_beside_it_and_no_more_than_it_needs(room: str) -> None:
    loaded = loaded_by(*modules_of(room))
    (place,) = [number for number, layer in enumerate(layers()) if room in layer]
    below = {each for layer in layers()[place + 1 :] for each in layer}
    rooms = {name.split(".")[1] for name in loaded if name.startswith("tmtui.")}
    assert rooms <= below | {room}
    assert heavy_in(loaded) <= MAY_LOAD.get(room, set())


def test_the_version_is_told_without_loading_anything() -> None:
    loaded = loaded_by("tmtui.__main__")
    assert not heavy_in(loaded)
    assert {name for name in loaded if name.startswith("tmtui")} == {"tmtui", "tmtui.__main__"}


def test_the_command_line_knows_its_verbs_without_loading_any() -> None:
    assert heavy_in(loaded_by("tmtui.cli.main", "tmtui.cli.verbs")) <= {"click", "asyncio"}


def test_the_cockpit_holds_no_provider_and_no_schema_library() -> None:
    loaded = loaded_by("tmtui.cli.watching", "tmtui.tui.app")
    assert not heavy_in(loaded) & {"anthropic", "openai", "httpx2", "jsonschema", "jinja2", "pydantic"}


# Purity.


WORLDLY = {
    "asyncio",
    "io",
    "logging",
    "multiprocessing",
    "os",
    "pathlib",
    "random",
    "secrets",
    "shutil",
    "signal",
    "socket",
    "sqlite3",
    "subprocess",
    "sys",
    "tempfile",
    "threading",
    "time",
    "uuid",
}

LOOKING = {"open", "print", "input", "eval", "exec", "now", "utcnow", "today"}
"""Calls that read the world, change it or ask for the time."""

PURE_MODULES = [name for room in PURE for name in modules_of(room)]


@pytest.mark.parametrize("name", PURE_MODULES)
def test_a_pure_module_has_no_way_to_look_at_the_world(name: str) -> None:
    tree = tree_of(modules()[name])
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                imported = {alias.name.partition(".")[0] for alias in names}
            case ast.ImportFrom(module=str(module)):
                imported = {module.partition(".")[0]}
            case ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called)):
                assert called not in LOOKING, f"{name}:{node.lineno} calls {called}"
                continue
            case _:
                continue
        assert not imported & WORLDLY, f"{name}:{node.lineno} imports {imported & WORLDLY}"
