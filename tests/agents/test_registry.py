from pathlib import Path

import pytest

from tests.agents.playing import Notebook, StillClock, request
from tmtui.agents.port import Text
from tmtui.agents.registry import KINDS, AgentSpecError, make_agent
from tmtui.domain.problem import ProblemsError


@pytest.fixture(name="root")
def _root(tmp_path: Path) -> Path:
    (tmp_path / "demo.yml").write_text("{model: m-1, pace: 10, tasks: {t: [text: 'twenty characters...']}}")
    return tmp_path


async def test_a_script_is_found_from_the_root_and_keeps_its_name(root: Path) -> None:
    agent = make_agent("scripted:demo.yml", root, StillClock(), {})

    assert (agent.name, agent.model) == ("scripted:demo.yml", "m-1")
    assert len([chunk async for chunk in agent.run(request(), Notebook()) if isinstance(chunk, Text)]) == 20


async def test_the_environment_sets_the_pace(root: Path) -> None:
    agent = make_agent("scripted:demo.yml", root, StillClock(), {"TMTUI_SCRIPT_PACE": "0"})

    assert len([chunk async for chunk in agent.run(request(), Notebook()) if isinstance(chunk, Text)]) == 1


@pytest.mark.parametrize("spec", ["", "sonnet", "claude:fast", "Scripted:demo.yml", "\x1b]52;c;x\x07"])
def test_an_unknown_agent_is_refused_with_a_list_of_what_there_is(root: Path, spec: str) -> None:
    with pytest.raises(AgentSpecError) as caught:
        make_agent(spec, root, StillClock(), {})

    assert all(kind.form in str(caught.value) for kind in KINDS.values())
    assert "\x1b" not in str(caught.value)


def test_a_script_without_a_file_is_asked_for_one(root: Path) -> None:
    with pytest.raises(AgentSpecError, match="scripted:FILE"):
        make_agent("scripted", root, StillClock(), {})


def test_a_script_that_is_not_there_is_a_problem(root: Path) -> None:
    with pytest.raises(ProblemsError, match=r"none\.yml"):
        make_agent("scripted:none.yml", root, StillClock(), {})


@pytest.mark.parametrize("pace", ["fast", "-1", "nan", "inf"])
def test_a_pace_that_is_no_number_is_refused(root: Path, pace: str) -> None:
    with pytest.raises(AgentSpecError, match="TMTUI_SCRIPT_PACE"):
        make_agent("scripted:demo.yml", root, StillClock(), {"TMTUI_SCRIPT_PACE": pace})
