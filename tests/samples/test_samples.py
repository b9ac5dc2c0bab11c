import re
import shutil
from pathlib import Path

import msgspec
import pytest

from tests.samples.rehearsal import SAMPLES, Rehearsal, plan_of, rehearse, tree
from tmtui.agents.script_reading import load_script
from tmtui.agents.script_writing import script_from_log
from tmtui.domain.graph import falls_with


NAMES = sorted(path.name for path in SAMPLES.iterdir())


class Copy:
    """Copies samples into a folder of the test's own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, name: str, into: str = "work") -> Path:
        return shutil.copytree(SAMPLES / name, self._folder / into, ignore=shutil.ignore_patterns("__pycache__"))


@pytest.fixture(name="copy_of")
def _copy_of(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


def test_these_are_the_samples() -> None:
    assert NAMES == ["calculator", "monorepo"]


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_is_complete(name: str) -> None:
    plan, agent = plan_of(SAMPLES / name)
    script = load_script(SAMPLES / name / agent.removeprefix("scripted:"))

    assert plan.name == name
    assert script.tasks.keys() == {task.id for task in plan.tasks}
    assert (SAMPLES / name / "README.md").is_file()
    assert "__pycache__/" in (SAMPLES / name / ".gitignore").read_text()


async def test_every_task_of_the_calculator_has_its_work_cut_out(copy_of: Copy) -> None:
    async with rehearse(copy_of("calculator")) as rehearsal:
        hooks = [hook for task in rehearsal.plan.tasks for hook in task.post_hooks if hook.name.startswith("test")]
        everything = msgspec.structs.replace(
            hooks[0], command='"$TMTUI_PYTHON" -m pytest -rfE --continue-on-collection-errors'
        )
        _, output = await rehearsal.hook(everything)

    failing = set(re.findall(r"^(?:FAILED|ERROR) (tests/\w+\.py)", output, re.MULTILINE))
    assert failing == {path for hook in hooks for path in re.findall(r"tests/\w+\.py", hook.command)}
    assert len(failing) == len(rehearsal.plan.tasks)


async def test_every_task_of_the_monorepo_has_its_work_cut_out(copy_of: Copy) -> None:
    async with rehearse(copy_of("monorepo")) as rehearsal:
        for task in rehearsal.plan.tasks:
            assert not (await rehearsal.hook(task.post_hooks[-1]))[0], task.id


PASSES, FAILS, STUCK = (True, True), (True, False), (False, False)


async def test_the_calculator_is_finished_by_its_script(copy_of: Copy) -> None:
    async with rehearse(copy_of("calculator")) as rehearsal:
        rounds = await rehearsal.whole()
        finished, output = await rehearsal.hook(rehearsal.plan.task("calc-8").post_hooks[1])

    assert {task: [(round_.changed, round_.passed) for round_ in each] for task, each in rounds.items()} == {
        "calc-1": [PASSES],
        "calc-2": [PASSES],
        "calc-3": [FAILS, PASSES],
        "calc-4": [PASSES],
        "calc-5": [STUCK, STUCK, PASSES],
        "calc-6": [PASSES],
        "calc-7": [PASSES],
        "calc-8": [PASSES],
    }
    assert {task: each[-1].warned for task, each in rounds.items() if each[-1].warned} == {"calc-4": ["docs"]}
    assert rehearsal.failed_calls() == []
    assert finished
    assert output.endswith("42\n")


async def test_the_calculator_takes_a_note_for_its_root(copy_of: Copy) -> None:
    async with rehearse(copy_of("calculator")) as rehearsal:
        root = rehearsal.plan.task("calc-5")
        await rehearsal.play(root, 2)
        await rehearsal.play(root, 3, note="real numbers only")

        assert all([(await rehearsal.hook(hook))[0] for hook in root.post_hooks])


def test_only_the_hypotenuse_falls_with_the_root() -> None:
    plan, _ = plan_of(SAMPLES / "calculator")

    assert falls_with({task.id: task.depends_on for task in plan.tasks}, ["calc-5"]) == ["calc-7"]


async def test_the_monorepo_is_finished_by_its_script(copy_of: Copy) -> None:
    async with rehearse(copy_of("monorepo")) as rehearsal:
        rounds = await rehearsal.whole()

    assert {task: [round_.passed for round_ in each] for task, each in rounds.items()} == {
        "api-1": [True],
        "api-2": [False, True],
        "web-1": [True],
        "web-2": [True],
        "docs-1": [True],
    }
    assert rounds["web-2"][-1].warned == ["web-tidy"]
    assert rehearsal.failed_calls() == []


@pytest.mark.parametrize("name", NAMES)
async def test_a_run_saved_as_a_script_does_the_same_again(name: str, copy_of: Copy) -> None:
    async with rehearse(copy_of(name)) as first:
        await play_all(first)
    again = copy_of(name, "again")
    (again / "saved.yml").write_text(script_from_log(first.log))

    async with rehearse(again, agent="scripted:saved.yml") as second:
        await play_all(second)

    (again / "saved.yml").unlink()
    assert tree(again) == tree(first.root) != tree(SAMPLES / name)
    assert [result.status for result in second.results] == [result.status for result in first.results]
    assert script_from_log(second.log) == script_from_log(first.log)


async def play_all(rehearsal: Rehearsal) -> None:
    """Every round that a script has an entry for, without hooks."""
    for task in rehearsal.plan.tasks:
        for round_ in range(1, {"calc-5": 4, "calc-3": 3, "api-2": 3}.get(task.id, 2)):
            await rehearsal.play(task, round_)
