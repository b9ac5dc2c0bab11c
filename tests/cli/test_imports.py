"""What a command loads: the quick ones stay quick because they load little."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli import story
from tests.cli.program import environment
from tmtui.cli.project import Project


HEAVY = {
    "aiohttp",
    "textual",
    "rich",
    "pydantic",
    "yaml",
    "anthropic",
    "openai",
    "httpx2",
    "jinja2",
    "psutil",
    "asyncio",
    "jsonschema",
}


def loaded_by(*arguments: str, cwd: Path) -> set[str]:
    """The packages and modules that are loaded when `tmtui arguments…` has ended."""
    code = (
        f"import sys; sys.argv[1:] = {list(arguments)!r}; from tmtui.__main__ import main; code = main();"
        " sys.stderr.write(' '.join(sys.modules)); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=cwd, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split("\n")[-1].split())


def test_the_version_costs_nothing(tmp_path: Path) -> None:
    bare = subprocess.run(
        [sys.executable, "-c", "import sys; print(*sys.modules)"],
        env=environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    more = loaded_by("--version", cwd=tmp_path) - set(bare.stdout.split())
    assert more <= {"tmtui", "tmtui.__main__"}


def test_the_help_loads_click_and_nothing_heavy(tmp_path: Path) -> None:
    loaded = loaded_by("--help", cwd=tmp_path)
    assert "click" in loaded
    assert not loaded & {*HEAVY, "msgspec", "sqlite3"}


@pytest.mark.parametrize(
    "arguments", [("status",), ("status", "--json"), ("debug",), ("runs",), ("logs",), ("diff", "task-1", "--stat")]
)
def test_a_reading_verb_loads_nothing_heavy(arguments: tuple[str, ...], project: Project) -> None:
    story.finished().write(project.state_dir)
    assert not loaded_by(*arguments, cwd=project.root) & HEAVY


@pytest.mark.parametrize("arguments", [("replay", "--quiet"), ("watch", "--quiet")])
def test_following_a_run_in_lines_draws_no_screen(arguments: tuple[str, ...], project: Project) -> None:
    story.finished().write(project.state_dir)
    assert not loaded_by(*arguments, cwd=project.root) & (HEAVY - {"asyncio"})


def test_no_module_of_the_room_draws_while_it_is_imported() -> None:
    folder = Path(__file__).parents[2] / "tmtui" / "cli"
    names = [f"tmtui.cli.{path.stem}" for path in folder.glob("*.py") if path.stem not in ("__init__", "screen")]
    code = f"import sys, importlib\nfor name in {names!r}: importlib.import_module(name)\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True)
    assert not set(done.stdout.split()) & {"textual", "rich", "anthropic", "openai"}
