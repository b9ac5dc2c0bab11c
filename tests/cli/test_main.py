"""The program's edge: help, usage errors, crashes, closed pipes, signals."""

import errno
import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from tests.cli.conftest import Done
from tests.cli.program import environment, tmtui
from tmtui.cli import main as program_module
from tmtui.cli.errors import CommandError
from tmtui.cli.exit_codes import ExitCode
from tmtui.cli.failures import describe
from tmtui.cli.group import LazyGroup
from tmtui.cli.main import NAMES, program
from tmtui.cli.output import as_text
from tmtui.cli.project import Project
from tmtui.cli.verbs import SECTIONS, VERBS
from tmtui.domain.outcome import Kind
from tmtui.domain.problem import Problem, ProblemsError
from tmtui.store.errors import FencedError, StorageError
from tmtui.system.lock import Held, Holder


Run = Callable[..., Done]

SHOWN = [name for name, verb in VERBS.items() if not verb.hidden]


def test_the_version_is_told(tmp_path: Path) -> None:
    done = tmtui("--version", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"tmtui \d+\.\d+\.\d+\n", done.stdout)
    assert tmtui("-V", cwd=tmp_path).stdout == done.stdout


def test_the_help_has_every_verb_in_its_section_and_hides_the_engines_own(command: Run) -> None:
    done = command("--help")
    assert done.code == 0
    for title, verbs in SECTIONS.items():
        shown = [verb for verb in verbs.values() if not verb.hidden]
        assert (f"\n{title}:\n" in done.out) is bool(shown)
        assert all(verb.help in done.out for verb in shown)
    assert "_engine" not in done.out
    assert "_TMTUI_COMPLETE" in done.out


@pytest.mark.parametrize("name", SHOWN)
def test_a_verbs_own_help_begins_with_its_line(name: str, command: Run) -> None:
    done = command(name, "--help")
    assert done.code == 0
    begins = {"run": "Carry PLAN out", "resume": "Take up a run"}.get(name, VERBS[name].help)
    assert f"\n\n  {begins}" in done.out


def test_the_help_imports_no_verb() -> None:
    code = "import sys; from tmtui.cli.main import run_program; run_program(['--help']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment())
    loaded = done.stdout.splitlines()[-1].split()
    homes = {verb.home.partition(":")[0] for verb in VERBS.values()}
    assert "click" in loaded
    assert not homes & set(loaded)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("statsu",), "Did you mean 'status'?"),
        (("frobnicate",), "No such command 'frobnicate'"),
        (("--frobnicate",), "No such option"),
        (("status", "--jsno"), "Did you mean '--json'?"),
        (("replay", "--speed", "fast"), "'fast' is not a valid float"),
        (("diff",), "Missing argument 'TASK'"),
        (("export",), "Missing option '--script'"),
        (("answer", "a", "b", "retry"), "one of: retry, skip, abort"),
        (("answer", "task-1", "again"), "one of: retry, skip, abort"),
        (("answer", "skip", "--note", "x"), "go with retry, not with skip"),
        (("-C", "/nowhere/at/all", "status"), "does not exist"),
    ],
)
def test_a_slip_of_the_hand_is_two_and_says_where_to_look(
    arguments: tuple[str, ...], words: str, command: Run, project: Project
) -> None:
    done = command(*arguments)
    assert (done.code, done.out) == (ExitCode.USAGE, "")
    assert done.err.startswith("tmtui: ")
    assert words in done.err
    assert "--help" in done.err
    assert "Traceback" not in done.err


def test_a_command_works_elsewhere_when_asked_to(
    command: Run, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    assert f"No run has been started in {project.root}" in command("-C", str(project.root), "runs").out


def test_it_answers_to_both_its_names(monkeypatch: pytest.MonkeyPatch) -> None:
    for called, name in (("/x/tmtui", "tmtui"), ("/x/taskmaster", "taskmaster"), ("/x/__main__.py", "tmtui")):
        monkeypatch.setattr(sys, "argv", [called])
        assert program_module._program_name() == name
    assert NAMES == ("tmtui", "taskmaster")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_can_ask_for_its_completion(shell: str, command: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_TMTUI_COMPLETE", f"{shell}_source")
    done = command()
    assert done.code == 0
    assert "_TMTUI_COMPLETE" in done.out


def test_completion_offers_verbs_with_their_lines(command: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_TMTUI_COMPLETE", "zsh_complete")
    monkeypatch.setenv("COMP_WORDS", "tmtui sta")
    monkeypatch.setenv("COMP_CWORD", "1")
    assert command().out.splitlines() == ["plain", "status", VERBS["status"].help]


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    """Makes `tmtui runs` raise."""

    def arrange(error: BaseException) -> None:
        def fail() -> None:
            raise error

        def get(self: LazyGroup, ctx: click.Context, name: str) -> click.Command:
            return click.Command(name, callback=fail)

        monkeypatch.setattr(LazyGroup, "get_command", get)

    return arrange


def test_a_fault_of_our_own_leaves_one_line_and_a_private_file(
    command: Run, project: Project, failing: Callable[[BaseException], None]
) -> None:
    (project.state_dir / "logs").mkdir()
    failing(RuntimeError("odd \x1b]52;c;aGk=\x07 thing"))
    done = command("runs")
    assert (done.code, done.out) == (ExitCode.INTERNAL, "")
    assert done.err.startswith("tmtui: something went wrong inside tmtui: RuntimeError: odd ␛]52;c;aGk=␇ thing\n")
    assert "Traceback" not in done.err
    (written,) = (project.state_dir / "logs").iterdir()
    assert str(written) in done.err
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    story = written.read_text()
    assert "Traceback" in story
    assert "\x1b" not in story


def test_where_there_is_no_state_folder_the_story_goes_to_the_temporary_one(
    command: Run, tmp_path: Path, failing: Callable[[BaseException], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    failing(KeyError("x"))
    assert str(tmp_path / "crash-") in command("runs").err


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (CommandError("no", "do this", ExitCode.POLICY), 7, "tmtui: no\n  do this\n"),
        (
            ProblemsError((Problem("a.yml", 3, 5, "bad", "hint"), Problem("b.yml", 0, 0, "worse"))),
            2,
            "a.yml:3:5: bad\n    hint\nb.yml: worse\n",
        ),
        (Held(Holder(7, "box", 0, "", "r", "tmtui")), 3, "another engine is at work here: tmtui (pid 7,"),
        (FencedError(1, 2), 3, "another engine took over the log"),
        (StorageError(Kind.STORAGE_FULL, "no room", "make room"), 5, "tmtui: no room\n  make room\n"),
        (OSError(errno.ENOSPC, "No space left on device"), 5, "tmtui: No space left on device\n"),
        (OSError(errno.EACCES, "Permission denied", "/x\x1b"), 5, "tmtui: /x␛: Permission denied\n"),
        (click.Abort(), 130, ""),
    ],
)
def test_an_error_with_a_name_has_its_words_and_its_code(error: Exception, code: int, words: str) -> None:
    lines, found = describe(error)
    assert found == code
    assert words in as_text(lines)


def test_ctrl_c_is_130_without_a_word(command: Run, failing: Callable[[BaseException], None]) -> None:
    failing(KeyboardInterrupt())
    assert command("runs") == (ExitCode.INTERRUPTED, "", "")


def test_a_reader_that_leaves_is_no_error(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    for arguments in (("--help",), ("--version",), ("doctor",)):
        done = subprocess.run(
            [sys.executable, "-m", "tmtui", *arguments],
            cwd=tmp_path,
            env=environment(),
            stdout=writing,
            stderr=subprocess.PIPE,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, b""), arguments
    os.close(writing)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_output_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "tmtui", "doctor"],
            cwd=tmp_path,
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == ExitCode.STORAGE
    assert done.stderr.startswith("tmtui: No space left on device\n")
    assert "Traceback" not in done.stderr


def test_signs_survive_an_encoding_that_lacks_them(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tmtui", "doctor"],
        cwd=tmp_path,
        env=environment({"PYTHONIOENCODING": "ascii"}),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0
    assert b"\n+ ok    python" in b"\n" + done.stdout


def test_every_verb_is_reachable() -> None:
    context = click.Context(program)
    for name in VERBS:
        found = program.get_command(context, name)
        assert found is not None
        assert found.name == name.lstrip("_")
