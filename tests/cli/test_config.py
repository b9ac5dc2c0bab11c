import json
from collections.abc import Callable

import pytest

from tests.bad_documents import BAD_DOCUMENTS, BadDocument
from tests.cli.conftest import Done
from tests.cli.program import tmtui
from tmtui.cli.project import Project


Run = Callable[..., Done]

GOOD_PLAN = "tasks:\n  - {id: a, title: Do it}\n"


def place(project: Project, bad: BadDocument) -> None:
    """Write a bad file to where it belongs, with a good plan beside bad settings."""
    if not bad.is_plan:
        (project.root / "tasks.yml").write_text(GOOD_PLAN)
    path = project.root / bad.file
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(bad.data)


def judge(done: Done, bad: BadDocument) -> None:
    """Every bad file ends with code 2 and the place of its fault, and without a traceback."""
    assert done.code == 2, done
    assert f"{bad.file}:{bad.line}:" in done.err if bad.line else f"{bad.file}: " in done.err
    for word in bad.words:
        assert word in done.err
    assert "Traceback" not in done.err + done.out
    assert "\x1b" not in done.err + done.out


@pytest.mark.parametrize("bad", BAD_DOCUMENTS, ids=lambda bad: bad.name)
def test_a_bad_file_is_refused_by_the_check(bad: BadDocument, project: Project, command: Run) -> None:
    place(project, bad)
    judge(command("config", "validate"), bad)


LARGE = 100_000
"""Bytes, from which on a file costs a second: one reading of it is enough."""


@pytest.mark.parametrize("bad", [bad for bad in BAD_DOCUMENTS if len(bad.data) < LARGE], ids=lambda bad: bad.name)
def test_a_bad_file_is_refused_by_a_run(bad: BadDocument, project: Project, command: Run) -> None:
    place(project, bad)
    plan = bad.file if bad.is_plan else "tasks.yml"
    judge(command("run", plan, "--plain", "--agent", "scripted:none.yml"), bad)
    assert not (project.state_dir / "state.db").exists()


def test_all_faults_of_all_files_are_told_at_once(project: Project) -> None:
    (project.root / ".taskmaster.yml").write_text(
        "max_parallel: many\nhooks:\n  test: {command: pytest}\n  lint: {}\n"
    )
    (project.root / "tasks.yml").write_text(
        "tasks:\n  - {id: a, title: x, post_hooks: [tets]}\n  - {id: a, title: y, depends_on: [b]}\n"
    )
    done = tmtui("config", "validate", cwd=project.root)
    assert done.returncode == 2
    places = {line.split(": ")[0] for line in done.stderr.splitlines() if not line.startswith(" ")}
    assert {place.split(":")[0] for place in places} == {".taskmaster.yml", "tasks.yml"}
    assert len(places) >= 5
    assert done.stdout == "✗ 5 errors in .taskmaster.yml, tasks.yml\n"


def test_good_files_are_said_to_be_good(project: Project, command: Run) -> None:
    (project.root / "tasks.yml").write_text(GOOD_PLAN)
    assert command("config", "validate") == (0, "✓ tasks.yml: all right\n", "")


def test_warnings_do_not_count_as_errors(project: Project, command: Run) -> None:
    (project.root / ".taskmaster.yml").write_text("colour: green\n")
    done = command("config", "validate")
    assert done.code == 0
    assert ".taskmaster.yml:1:1: warning: " in done.err
    assert done.out == "✓ .taskmaster.yml: all right, with 1 warning\n"


def test_where_nothing_is_the_way_to_begin_is_told(project: Project, command: Run) -> None:
    assert "tmtui init" in command("config", "validate").out


def test_a_plan_that_is_named_is_checked_even_if_it_is_not_there(project: Project, command: Run) -> None:
    done = command("config", "validate", "other.yml")
    assert done.code == 2
    assert "other.yml" in done.err


def test_json_has_every_problem_with_its_place(project: Project, command: Run) -> None:
    (project.root / "tasks.yml").write_text("tasks:\n  - {id: a b, title: x}\n")
    told = json.loads(command("config", "validate", "--json").out)
    assert (told["ok"], told["checked"]) == (False, ["tasks.yml"])
    assert [(each["path"], each["line"]) for each in told["problems"]] == [("tasks.yml", 2)]


def test_settings_are_shown_with_their_origin_and_without_secrets(
    project: Project,
) -> None:
    (project.root / ".taskmaster.yml").write_text(
        "max_parallel: 2\nproviders:\n  claude: {type: claude, api_key: '${ANTHROPIC_API_KEY}'}\n"
    )
    env = {"ANTHROPIC_API_KEY": "sk-ant-canary-123456", "TMTUI_THEME": "nord"}
    done = tmtui("config", "show", cwd=project.root, env=env)
    assert done.returncode == 0
    assert "canary" not in done.stdout + done.stderr
    rows = {line.split()[0]: line.split() for line in done.stdout.splitlines()}
    assert rows["max_parallel"][1:] == ["2", ".taskmaster.yml:1"]
    assert rows["theme"][1:] == ["nord", "environment", "variable", "TMTUI_THEME"]
    assert rows["max_attempts_per_task"][1:] == ["3", "built-in"]
    told = tmtui("config", "show", "--set", "--json", cwd=project.root, env=env)
    assert "canary" not in told.stdout
    assert {row["key"] for row in json.loads(told.stdout)} >= {"max_parallel", "theme"}
    assert not [row for row in json.loads(told.stdout) if row["origin"] == "built-in"]


@pytest.mark.parametrize(("what", "key"), [("settings", "max_parallel"), ("plan", "tasks")])
def test_the_schema_describes_each_key_to_an_editor(command: Run, what: str, key: str) -> None:
    done = command("config", "schema", what)
    assert done.code == 0
    assert json.loads(done.out)["properties"][key]["description"]
