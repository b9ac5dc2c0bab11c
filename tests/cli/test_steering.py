import json
from collections.abc import Callable

import pytest

from tests.cli import story
from tests.cli.conftest import Done, Teller
from tests.cli.engine import Listener
from tests.cli.program import tmtui
from tmtui.cli import steering
from tmtui.cli.project import Project, load_state, open_log
from tmtui.domain.status import TaskStatus
from tmtui.events.commands import Answer, Pause, Reply, Stop, Unpause
from tmtui.events.decision import DecisionOpened


Run = Callable[..., Done]


@pytest.fixture
def asking(tell: Teller) -> Project:
    """A project whose third task asks."""
    return tell(story.asking())


@pytest.mark.parametrize(
    ("arguments", "asked", "said"),
    [
        (("answer", "task-3", "retry"), Answer("task-3:1", "retry"), "Answered: task-3 is tried once more.\n"),
        (
            ("answer", "retry", "--note", "use ints"),
            Answer("task-3:1", "retry", "use ints"),
            "Answered: task-3 is tried",
        ),
        (("answer", "task-3:1", "retry", "--restore"), Answer("task-3:1", "retry", restore=True), "Answered: "),
        (
            ("answer", "task-3", "skip"),
            Answer("task-3:1", "skip"),
            "Answered: task-3 is skipped; with it fall task-4, task-5.\n",
        ),
        (("answer", "abort"), Answer("task-3:1", "abort"), "Answered: the run is given up.\n"),
        (("pause",), Pause(), "Paused: nothing new starts. Go on with: tmtui unpause\n"),
        (("unpause",), Unpause(), "The run goes on. Watch it: tmtui watch\n"),
        (("stop",), Stop(), "The run is being laid down. Take it up again with: tmtui resume\n"),
        (("stop", "--force"), Stop(force=True), "The run is being laid down."),
    ],
)
def test_a_command_reaches_the_engine(
    arguments: tuple[str, ...], asked: object, said: str, asking: Project, command: Run
) -> None:
    with Listener(asking.state_dir) as engine:
        done = command(*arguments)
    assert engine.heard == [asked]
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(said)


def test_what_the_engine_says_is_said(asking: Project, command: Run) -> None:
    with Listener(asking.state_dir, reply=lambda _: Reply(ok=True, message="as you wish \x1b[2J")):
        assert command("pause").out == "as you wish ␛[2J\n"


def test_a_refusal_is_two_with_its_reason(asking: Project, command: Run) -> None:
    with Listener(asking.state_dir, reply=lambda _: Reply(ok=False, message="the run is paused")):
        done = command("pause")
    assert done == (2, "", "tmtui: the run is paused\n  See where the run stands: tmtui status\n")


def test_json_is_the_reply(asking: Project, command: Run) -> None:
    with Listener(asking.state_dir):
        assert json.loads(command("stop", "--json").out) == {"ok": True, "run": story.RUN, "seq": 1}


def test_where_no_engine_is_an_answer_is_recorded_and_waits(asking: Project) -> None:
    done = tmtui("answer", "task-3", "skip", cwd=asking.root)
    assert (done.returncode, done.stderr) == (0, "")
    assert "tmtui resume" in done.stdout
    with open_log(asking) as reader:
        state = load_state(reader, story.RUN)
    assert state.tasks["task-3"].status is TaskStatus.SKIPPED
    assert asking.holder() is None


@pytest.mark.parametrize("verb", ["pause", "unpause", "stop"])
def test_where_no_engine_is_there_is_nothing_to_hold(verb: str, asking: Project, command: Run) -> None:
    done = command(verb)
    assert (done.code, done.out) == (2, "")
    assert f"no engine is at work here, so there is nothing to {verb}" in done.err


def test_an_engine_that_does_not_listen_is_named(
    asking: Project, command: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steering, "TRIES", 2)
    with Listener(asking.state_dir, listens=False):
        done = command("pause")
    assert done.code == 2
    assert "the engine cannot be reached" in done.err
    assert "holds the lock. If it hangs, end that process" in done.err


def test_a_second_answer_is_told_that_it_came_too_late(asking: Project, command: Run) -> None:
    assert command("answer", "task-3", "retry").code == 0
    assert command("answer", "task-3", "skip") == (
        2,
        "",
        "tmtui: task-3 was answered before: retry, by person\n  The first answer counts; this one is only noted.\n",
    )
    with open_log(asking) as reader:
        assert load_state(reader, story.RUN).decisions["task-3:1"].choice == "retry"


def test_when_several_ask_one_has_to_be_named(tell: Teller, command: Run) -> None:
    both = story.asking()
    story.fail(both, "task-4", 1).then(DecisionOpened("task-4:1", "failed once", "no"), "task-4", 1)
    tell(both)
    done = command("answer", "retry")
    assert done.code == 2
    assert "2 tasks ask; say which one you answer\n  These ask: task-3, task-4\n" in done.err


@pytest.mark.parametrize(
    ("told", "arguments", "words"),
    [
        (story.as_in_the_guide(), ("answer", "retry"), "no task needs an answer"),
        (story.asking(), ("answer", "task-1", "retry"), "nothing is asked about 'task-1'\n  These ask: task-3"),
    ],
)
def test_a_question_that_nobody_asked_is_told(
    told: story.Story, arguments: tuple[str, ...], words: str, tell: Teller, command: Run
) -> None:
    tell(told)
    done = command(*arguments)
    assert done.code == 2
    assert words in done.err
