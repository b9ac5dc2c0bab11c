"""Manners that hold in every file: where things lie, what is not written down, and what carries its reason."""

import ast
import io
import os
import pwd
import re
import shutil
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, functions, module_of, modules, tree_of


TOP_LEVEL = {"README.md", "pyproject.toml", "sample_projects", "tests", "themes", "tmtui"}
"""What lies beside the dot-files, and nothing else."""

BOUNDARIES = {
    "tmtui.cli.engine_process:engine": "the engine's process: its starter is told",
    "tmtui.cli.headless:_Headless._hear": "between engine and face: the state must come out whole",
    "tmtui.cli.main:run_program": "the program: everything becomes a message and a code",
    "tmtui.cli.screen:_Start._run": "a thread: whoever waits for its word raises it",
    "tmtui.engine.runner:Runner._trouble": "the log itself cannot be written: the run ends with that",
    "tmtui.engine.runner:Runner._work": "one task: its fault must not end the others",
    "tmtui.store.writer:LogWriter._work": "the writer's thread: whoever waits is told",
    "tmtui.system.control:ControlServer._reply": "another process: it is told, and the socket goes on",
    "tmtui.system.wardend:main": "the warden's process: the engine is told, and all that runs is ended",
    "tmtui.tui.app:_run": "the screen: a fault becomes a value",
}
"""Where anything at all may be caught, once each process, thread or task, and made an event or a value there."""

CODE = [path for folder in ("tmtui", "tests") for path in sorted((ROOT / folder).rglob("*.py"))]

TEXT_SUFFIXES = {".cfg", ".css", ".json", ".jsonl", ".md", ".py", ".sh", ".tcss", ".toml", ".txt", ".yaml", ".yml"}

PLACES = [
    ROOT / name for name in ("README.md", "pyproject.toml", "tmtui", "tests", "themes", "sample_projects", ".ci")
]


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


def text_files() -> Iterator[Path]:
    for place in PLACES:
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            hidden = any(part.startswith((".", "__pycache__")) for part in path.relative_to(place).parts)
            if path.is_file() and not hidden and (path.suffix in TEXT_SUFFIXES or place.name == ".ci"):
                yield path


def comments(wanted: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """Every comment of a Python file in which `wanted` is found, with its place."""
    for path in CODE:
        data = path.read_bytes()
        if not wanted.search(data.decode()):
            continue  # most files have none, and taking a file apart costs far more than looking through it
        for token in tokenize.tokenize(io.BytesIO(data).readline):
            if token.type == tokenize.COMMENT and wanted.search(token.string):
                yield f"{shown(path)}:{token.start[0]}", token.string


@pytest.mark.skipif(not (ROOT / ".git").exists() or not shutil.which("git"), reason="this is no checkout")
def test_the_top_level_holds_what_it_should_and_nothing_else() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    names = {name.partition("/")[0] for name in listed.stdout.split("\0") if name}
    assert {name for name in names if not name.startswith(".")} == TOP_LEVEL


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    home = Path(pwd.getpwuid(os.getuid()).pw_dir)
    here = [str(place) for place in (ROOT, home, Path(sys.prefix)) if len(place.parts) > 2]
    faults = [
        f"{shown(path)}:{number}: {line.strip()[:80]}"
        for path in text_files()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if any(place in line for place in here)
    ]
    assert faults == []


LEFT = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")


def test_nothing_is_left_to_do() -> None:
    faults = [f"{place}: {comment}" for place, comment in comments(LEFT)]
    for path in CODE:
        if LEFT.search(path.read_text(encoding="utf-8")):
            faults += [
                f"{shown(path)}: {name}"
                for name, node in functions(tree_of(path))
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
                and LEFT.search(ast.get_docstring(node) or "")
            ]
    faults += [shown(path) for path in text_files() if path.suffix == ".md" and LEFT.search(path.read_text())]
    assert faults == []


SUPPRESSION = re.compile(r"#\s*(?:noqa|type:\s*ignore|pragma|pylint|fmt:\s*off)")
WITH_CODE_AND_REASON = re.compile(
    r"#\s*(?:noqa:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*|type: ignore\[[a-z, -]+\])\s+(?:#|-)\s*\S+"
)


def test_every_suppression_carries_a_code_and_a_reason() -> None:
    faults = [f"{place}: {comment}" for place, comment in comments(SUPPRESSION)]
    assert [fault for fault in faults if not WITH_CODE_AND_REASON.search(fault)] == []


def caught_blindly(path: Path) -> Iterator[tuple[str, ast.ExceptHandler]]:
    """Handlers of anything at all that do not pass it on."""
    for inside, node in functions(tree_of(path)):
        if not isinstance(node, ast.ExceptHandler):
            continue
        names = (
            {each.id for each in ast.walk(node.type) if isinstance(each, ast.Name)} if node.type else {"Exception"}
        )
        last = node.body[-1]
        passed_on = isinstance(last, ast.Raise) and last.exc is None
        if names & {"Exception", "BaseException"} and not passed_on:
            yield f"{module_of(path)}:{inside}", node


def test_anything_at_all_is_caught_at_the_boundaries_only_and_with_a_reason() -> None:
    found = [(place, node, path) for path in modules().values() for place, node in caught_blindly(path)]
    assert {place for place, _, _ in found} == set(BOUNDARIES)
    for place, node, path in found:
        line = path.read_text(encoding="utf-8").splitlines()[node.lineno - 1]
        assert re.search(r"#.*\b\w+ \w+ \w+", line), f"{place} gives no reason"


def public(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]]:
    """The classes and functions of a module, and the methods of its classes, that others use."""
    for name, node in functions(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        outer, _, inner = name.partition(".")
        names = {
            each.attr if isinstance(each, ast.Attribute) else getattr(each, "id", "") for each in node.decorator_list
        }
        hidden = outer.startswith("_") or inner.startswith("_") or "." in inner or (inner and not outer[:1].isupper())
        if not hidden and not names & {"overload", "override", "setter"}:
            yield name, node


def test_whatever_is_public_says_what_it_is() -> None:
    silent = [name for name, path in modules().items() if not ast.get_docstring(tree_of(path))]
    silent += [
        f"{module}:{name}"
        for module, path in modules().items()
        for name, node in public(tree_of(path))
        if not ast.get_docstring(node)
    ]
    assert silent == []
