from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli import story
from tests.cli.conftest import Done, Teller


Run = Callable[..., Done]


@pytest.fixture
def complete(command: Run, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[str]]:
    """What a shell is offered behind a line."""

    def ask(line: str) -> list[str]:
        monkeypatch.setenv("_TMTUI_COMPLETE", "bash_complete")
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(len(line.split(" ")) - 1))
        return [offer.partition(",")[2] for offer in command().out.splitlines() if offer]

    return ask


def test_verbs_are_offered_and_the_engines_own_is_not(complete: Callable[[str], list[str]]) -> None:
    assert complete("tmtui re") == ["resume", "replay", "receipt"]
    assert "_engine" not in complete("tmtui ")


def test_runs_and_tasks_are_offered_from_the_log(tell: Teller, complete: Callable[[str], list[str]]) -> None:
    tell(story.asking(), "20261120-190512-7f3c")
    tell(story.asking(), "20261121-080000-00aa")
    assert complete("tmtui status 2026") == ["20261121-080000-00aa", "20261120-190512-7f3c"]
    assert complete("tmtui diff task-1") == ["task-1"]
    assert complete("tmtui logs ") == ["task-1", "task-2", "task-3", "task-4", "task-5"]


def test_where_there_is_no_log_nothing_is_offered(
    complete: Callable[[str], list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert complete("tmtui status ") == []
    (tmp_path / ".taskmaster").mkdir()
    (tmp_path / ".taskmaster" / "state.db").write_bytes(b"garbage")
    assert complete("tmtui diff ") == []


def test_options_are_offered(complete: Callable[[str], list[str]]) -> None:
    assert complete("tmtui status --j") == ["--json"]
