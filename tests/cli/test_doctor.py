import json
from collections.abc import Callable

import pytest

from tests.cli import story
from tests.cli.conftest import Done, Teller
from tests.cli.engine import Listener
from tests.cli.program import tmtui
from tmtui.cli import doctor
from tmtui.cli.doctor import Verdict, check_python, check_sandbox, check_sqlite, check_terminal, git_version
from tmtui.cli.project import Project
from tmtui.system.sandbox.bubblewrap import Bubblewrap
from tmtui.system.sandbox.landlock import Landlock
from tmtui.system.sandbox.probe import Probed


Run = Callable[..., Done]


def verdicts(done: Done) -> dict[str, str]:
    return {check["name"]: check["verdict"] for check in json.loads(done.out)["checks"]}


def test_every_check_is_one_line_with_its_verdict(project: Project) -> None:
    done = tmtui("doctor", cwd=project.root)
    assert (done.returncode, done.stderr) == (0, "")
    for name in ("python", "sqlite", "git", "sandbox", "terminal", "settings", "state", "disk", "engine", "log"):
        assert f"  {name} " in done.stdout
    assert "0 failures" in done.stdout


@pytest.mark.parametrize(
    ("probed", "verdict", "words"),
    [
        (Probed(sandbox=Bubblewrap(program="/bin/bwrap"), version="0.8.0"), Verdict.OK, "bubblewrap 0.8.0"),
        (Probed(sandbox=Landlock(abi=4, namespaces=False), gaps=("only TCP is denied",)), Verdict.WARN, "only TCP"),
        (
            Probed(tried=("bubblewrap: not found on PATH",), remedy="Get it."),
            Verdict.WARN,
            "UNSANDBOXED (bubblewrap:",
        ),
    ],
)
def test_what_confines_commands_is_told_and_what_it_does_not_keep(
    probed: Probed, verdict: Verdict, words: str
) -> None:
    check = check_sandbox(probed)
    assert check.verdict is verdict
    assert words in check.fact
    assert check.remedy == probed.remedy


def test_it_changes_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("bare")
    tmtui("doctor", cwd=folder)
    assert list(folder.iterdir()) == []


def test_a_state_folder_that_others_can_read_is_pointed_out(project: Project, command: Run) -> None:
    project.state_dir.chmod(0o755)
    done = command("doctor")
    assert done.code == 0
    assert "can be read by others (mode 0755)" in done.out
    assert f"chmod 700 {project.state_dir}" in done.out


def test_a_state_folder_that_is_a_link_fails(project: Project, command: Run) -> None:
    project.state_dir.rename(project.root / "elsewhere")
    project.state_dir.symlink_to(project.root / "elsewhere")
    done = command("doctor", "--json")
    assert done.code == 1
    assert verdicts(done)["state"] == "fail"


def test_a_damaged_log_fails_with_a_way_out(project: Project, command: Run) -> None:
    (project.state_dir / "state.db").write_bytes(b"garbage" * 1000)
    done = command("doctor")
    assert done.code == 1
    assert "✗ fail  log " in done.out
    assert "TASKMASTER_STATE_DIR=FOLDER" in done.out


def test_a_sound_log_passes(tell: Teller, command: Run) -> None:
    tell(story.finished())
    assert "log       passes its integrity check" in command("doctor").out


def test_bad_settings_fail_with_the_way_to_see_them(project: Project, command: Run) -> None:
    (project.root / "tasks.yml").write_text("tasks: 3\n")
    done = command("doctor")
    assert done.code == 1
    assert "See: tmtui config validate" in done.out


def test_an_engine_that_answers_is_named(project: Project, command: Run) -> None:
    with Listener(project.state_dir):
        assert "is at work and answers" in command("doctor").out


def test_an_engine_that_does_not_answer_is_named_with_its_process(project: Project, command: Run) -> None:
    with Listener(project.state_dir, listens=False):
        out = command("doctor").out
    assert "does not answer" in out
    assert "If it hangs, end that process (pid " in out


def test_without_git_there_is_a_warning(project: Project) -> None:
    done = tmtui("doctor", cwd=project.root, env={"PATH": "/nowhere"})
    assert done.returncode == 0
    assert "⚠ warn  git       not found\n" in done.stdout


@pytest.mark.parametrize(
    ("said", "version"),
    [("git version 2.39.5\n", (2, 39, 5)), ("git version 2.39.5 (Apple Git-154)", (2, 39, 5)), ("", ()), ("git", ())],
)
def test_gits_version_is_read(said: str, version: tuple[int, ...]) -> None:
    assert git_version(said) == version


@pytest.mark.parametrize(
    ("version", "verdict"), [((3, 40, 1), "warn"), ((3, 44, 6), "ok"), ((3, 51, 2), "warn"), ((3, 51, 3), "ok")]
)
def test_a_sqlite_that_can_lose_rows_is_pointed_out(version: tuple[int, int, int], verdict: str) -> None:
    assert check_sqlite(version).verdict == verdict


def test_an_old_python_fails() -> None:
    assert check_python((3, 10, 4)).verdict is Verdict.FAIL
    assert check_python((3, 14, 0)).verdict is Verdict.OK


@pytest.mark.parametrize(
    ("env", "interactive", "encoding", "verdict", "words"),
    [
        ({"TERM": "xterm"}, True, "utf-8", "ok", "TERM=xterm, utf-8"),
        ({"TERM": "xterm", "NO_COLOR": "1"}, True, "UTF-8", "ok", "NO_COLOR"),
        ({"TERM": "dumb"}, True, "utf-8", "warn", "TERM=dumb"),
        ({}, True, "utf-8", "warn", "TERM=not set"),
        ({"TERM": "xterm"}, True, "iso-8859-1", "warn", "iso-8859-1"),
        ({}, False, "ascii", "ok", "none here, so runs print lines"),
    ],
)
def test_the_terminal_is_judged(
    env: dict[str, str], encoding: str, verdict: str, words: str, *, interactive: bool
) -> None:
    check = check_terminal(env, interactive=interactive, encoding=encoding)
    assert check.verdict == verdict
    assert words in check.fact


@pytest.mark.parametrize(
    ("free", "verdict", "fact"),
    [
        (1024**3, Verdict.OK, "1.0 GB free"),
        (150 * 1024**2, Verdict.WARN, "150 MB are left"),
        (5 * 1024**2, Verdict.WARN, "5 MB are left, and nothing is started below 20 MB"),
    ],
)
def test_little_room_is_pointed_out(project: Project, free: int, verdict: Verdict, fact: str) -> None:
    check = doctor.check_room(project, free)
    assert (check.verdict, check.fact) == (verdict, fact)
    assert bool(check.remedy) is (verdict is Verdict.WARN)


WORK = """\
provider: work
providers: {work: {type: claude, api_key: $WORK_KEY, base_url: "http://127.0.0.1:9", model: who-knows-1}}
runtime_profiles: {interactive: {model: claude-3-haiku-20240307}}
cost_controls: {alerts: {channels: [slack]}}
"""


def test_whoever_is_asked_is_looked_at_with_what_is_wrong_and_what_to_do(
    project: Project, command: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORK_KEY", "sk-0123456789abcdef")
    (project.root / ".taskmaster.yml").write_text(WORK)
    checks = {each["name"]: each for each in json.loads(command("doctor", "--json").out)["checks"]}
    warned = {name for name, each in checks.items() if each["verdict"] == "warn"}
    assert warned >= {"provider work", "model claude-3-haiku-20240307", "notifications"}
    assert checks["provider work"]["fact"].startswith("127.0.0.1:9 cannot be reached: ")
    assert all(checks[name]["remedy"] for name in warned)


def test_a_price_that_nobody_knows_is_pointed_out(
    project: Project, command: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORK_KEY", "sk-0123456789abcdef")
    (project.root / ".taskmaster.yml").write_text("\n".join(WORK.splitlines()[:2]))
    checks = {each["name"]: each for each in json.loads(command("doctor", "--json").out)["checks"]}
    assert checks["price of who-knows-1"]["verdict"] == "warn"
    assert "rates" in checks["price of who-knows-1"]["remedy"]


def test_a_missing_key_is_pointed_out(project: Project, command: Run) -> None:
    (project.root / ".taskmaster.yml").write_text("provider: claude\n")
    checks = {each["name"]: each for each in json.loads(command("doctor", "--json").out)["checks"]}
    assert (checks["agent"]["verdict"], bool(checks["agent"]["remedy"])) == ("warn", True)
