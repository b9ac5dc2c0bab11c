import pytest

from tests.cli import story
from tmtui.cli.output import as_text
from tmtui.cli.report import report_lines
from tmtui.domain.status import RunStatus
from tmtui.domain.usage import Usage
from tmtui.events.base import Entry
from tmtui.events.money import MoneySpent
from tmtui.events.monitor import Degraded, Troubled
from tmtui.events.run import RunFinished, RunSuspended
from tmtui.events.task import TaskFailed, TaskSucceeded
from tmtui.monitor.report import make_report


def page(told: story.Story, *, alive: bool = False) -> str:
    return as_text(report_lines(make_report(told.state(), story.NOON, engine_alive=alive)))


def test_a_done_run_ends_without_a_next_step() -> None:
    text = page(story.finished())
    assert text.startswith("━" * 60 + "\n✓ Run 7f3c of tasks.yml: succeeded\n5 of 5 tasks done · 1 min 3")
    assert (
        " · $0.07 · 600 tokens\n\n✓ task-1: Setup project structure (1 attempt, 4.0 s, $0.01, 120 tokens)\n" in text
    )
    assert text.endswith("\nFiles changed (1): main.py\n")


def test_a_task_that_is_stuck_says_why_and_where_to_look() -> None:
    text = page(story.asking())
    assert (
        "? task-3: Implement login endpoint (needs you, 3 attempts, 3 failures, 12 s, $0.04, 360 tokens):"
        " test hook failed: AssertionError in test_login\n"
    ) in text
    assert text.endswith(
        "\nNext: its engine is gone; take it up: tmtui resume\nLook closer: tmtui logs task-3, tmtui diff task-3\n"
    )


@pytest.mark.parametrize(
    ("told", "alive", "headline", "step"),
    [
        (story.as_in_the_guide(), True, "▶ Run 7f3c of tasks.yml: running\n", "Next: watch it: tmtui watch\n"),
        (
            story.as_in_the_guide().then(RunSuspended("SIGTERM")),
            False,
            "⏸ Run 7f3c of tasks.yml: laid down (SIGTERM)\n",
            "Next: take it up: tmtui resume\n",
        ),
        (
            story.fail(story.planned(), "task-1", 1)
            .then(TaskFailed("x", "no"), "task-1")
            .then(RunFinished(RunStatus.FAILED, "1 task failed")),
            False,
            "✗ Run 7f3c of tasks.yml: failed (1 task failed)\n",
            "Next: take up what is left: tmtui resume\nLook closer: tmtui logs task-1, tmtui diff task-1\n",
        ),
    ],
)
def test_how_it_stands_and_what_comes_next(told: story.Story, headline: str, step: str, *, alive: bool) -> None:
    text = page(told, alive=alive)
    assert headline in text
    assert text.endswith(step)


def test_a_price_that_is_not_known_is_told_as_such() -> None:
    told = story.as_in_the_guide()
    told.then(MoneySpent("m", Usage(10, 0)), "task-3", 2)
    assert " · at least $0.06 · 490 tokens\n" in page(told)


def test_what_works_less_well_and_what_went_wrong_is_told() -> None:
    told = story.finished()
    told.entries[2:2] = [
        Entry(Degraded("checkpoints", "no git", "Install git")),
        Entry(Troubled("hooks", "odd")),
        Entry(TaskSucceeded("?"), "nobody"),
    ]
    text = page(told)
    assert "\n⚠ degraded: checkpoints: no git. Install git\n✗ Trouble in hooks: odd\n" in text
    assert "⚠ 1 event did not fit: tmtui debug tells more\n" in text


@pytest.mark.parametrize(("alive", "word"), [(True, "running"), (False, "begun")])
def test_in_a_run_that_nobody_works_on_nothing_is_running(word: str, *, alive: bool) -> None:
    text = page(story.as_in_the_guide(), alive=alive)
    assert f"→ task-3: Implement login endpoint ({word}, 2 attempts, 1 failure, " in text
    assert f" · 1 {word} · 2 ready · " in text
