"""A project's prompt templates: found where they may be, and wrong ones told before anything is spent."""

from pathlib import Path

import pytest

from tmtui.config.load import load_settings
from tmtui.config.templates import load_templates
from tmtui.domain.problem import Problem, ProblemsError
from tmtui.prompts.templates import BUILT_IN, Templates


def project(root: Path, settings: str = "", **files: str) -> Path:
    (root / ".taskmaster.yml").write_text(settings)
    for name, text in files.items():
        path = root / ".taskmaster/prompts" / name.replace("__", "/").replace("_txt", ".txt")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def loaded(root: Path) -> Templates:
    settings, _ = load_settings(root, {}, {})
    return load_templates(root, settings)


def faults(root: Path) -> list[Problem]:
    with pytest.raises(ProblemsError) as caught:
        loaded(root)
    return list(caught.value.problems)


def test_without_a_file_the_built_in_templates_hold(tmp_path: Path) -> None:
    assert loaded(project(tmp_path)) == BUILT_IN


def test_templates_in_their_usual_place_are_taken_without_a_word_in_the_settings(tmp_path: Path) -> None:
    found = loaded(project(tmp_path, system_txt="s", retry_txt="r"))
    assert (found.system.text, found.task, found.retry.text) == ("s", BUILT_IN.task, "r")
    assert found.system.name == ".taskmaster/prompts/system.txt"


def test_a_template_that_the_settings_name_wins(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine {{ team }}")
    text = "prompt_templates: {task: mine.txt, variables: {team: blue}}\n"
    found = loaded(project(tmp_path, text, task_txt="usual"))
    assert (found.task.text, found.task.name, found.variables) == ("mine {{ team }}", "mine.txt", {"team": "blue"})


def test_a_version_chooses_the_folder_and_what_is_not_in_it_stays(tmp_path: Path) -> None:
    files = {"v1__system_txt": "one", "v2__system_txt": "two", "system_txt": "none", "task_txt": "usual"}
    project(tmp_path, **files)
    for version, text in (("v1", "one"), ("v2", "two")):
        (tmp_path / ".taskmaster.yml").write_text(f"prompt_version: {version}\n")
        found = loaded(tmp_path)
        assert (found.system.text, found.task.text) == (text, "usual")
        assert found.system.name == f".taskmaster/prompts/{version}/system.txt"
    (tmp_path / ".taskmaster.yml").write_text(
        "prompt_version: v2\nprompt_templates: {system: .taskmaster/prompts/system.txt}\n"
    )
    assert loaded(tmp_path).system.text == "two"


def test_a_version_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    project(tmp_path, "a: 1\nprompt_version: canary\n", v1__system_txt="one", v2__task_txt="two")
    (fault,) = faults(tmp_path)
    assert (fault.path, fault.line) == (".taskmaster.yml", 2)
    assert fault.hint == "There are: v1, v2."


def test_a_named_template_that_is_missing_is_told_with_the_place_that_names_it(tmp_path: Path) -> None:
    (fault,) = faults(project(tmp_path, "prompt_templates:\n  task: gone.txt\n"))
    assert fault.path == "gone.txt"
    assert "No such file" in fault.message
    assert ".taskmaster.yml:2" in fault.hint


def test_all_faults_of_all_templates_are_told_at_once(tmp_path: Path) -> None:
    project(tmp_path, system_txt="ok\n{{ task_title }}", task_txt="{% if %}", retry_txt="{{ titel }}")
    assert [(Path(each.path).name, each.line) for each in faults(tmp_path)] == [
        ("system.txt", 2),
        ("task.txt", 1),
        ("retry.txt", 1),
    ]


@pytest.mark.parametrize(("name", "words"), [("task_title", "filled in for each task"), ("my-name", "cannot be")])
def test_a_variable_that_cannot_be_is_told_where_it_is_written(tmp_path: Path, name: str, words: str) -> None:
    (fault,) = faults(project(tmp_path, f"prompt_templates:\n  variables:\n    {name}: x\n"))
    assert (fault.path, fault.line) == (".taskmaster.yml", 3)
    assert words in fault.message


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    project(tmp_path, system_txt="x", task_txt="x" * (256 * 1024 + 1))
    (tmp_path / ".taskmaster/prompts/system.txt").write_bytes(b"\xff\xfe")
    (tmp_path / ".taskmaster/prompts/retry.txt").mkdir()
    assert [fault.message for fault in faults(tmp_path)] == [
        "the template is no UTF-8",
        "the template is larger than 256 kB",
        "the template cannot be read: Is a directory",
    ]
