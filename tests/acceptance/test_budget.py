"""Sixteen tasks side by side, a cap of one dollar, and a provider that tells what it counted at the very end."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.project import Project
from tests.acceptance.test_real_agent import Deck
from tests.loopback import Answer, Call, Loopback, Received, Reply, Say, Tokens


pytestmark = pytest.mark.slow  # it starts the program many times over


CAP: int = 1_000_000
"""Micro-dollars."""
RATES = {"claude-opus-5-5": (4, 20), "claude-haiku-5-5": (0.1, 0.5)}
"""Micro-dollars for each token that is read, and that is said."""

PLAN = "tasks:\n" + "".join(f"  - {{id: t{n:02}, title: Task t{n:02}, progress: false}}\n" for n in range(16))

SETTINGS = """\
checkpoints: "off"
max_parallel: 16
runtime_profiles:
  interactive: {{model: claude-opus-5-5, max_tokens: 4000}}
cost_controls:
  global_budget: {{action_on_exceed: {action}}}
fallback:
  chains: {{interactive: [claude-opus-5-5, claude-haiku-5-5]}}
budget_usd: 1.00
"""


class LateProvider:
    """Each task takes two turns. What they cost is told behind the last word, and after a while."""

    def __init__(self) -> None:
        self.spent = 0.0

    def __call__(self, received: Received) -> Answer:
        asked = received.json
        turn = sum(message["role"] == "assistant" for message in asked["messages"])
        tokens = Tokens(input=900, output=3_500)
        read, said = RATES[asked["model"]]
        self.spent += tokens.input * read + tokens.output * said
        steps = (Say("I look around."), Call("glob", {"pattern": "*"})) if turn == 0 else (Say("It is done."),)
        return Reply(steps, tokens=tokens, late=True, pace=0.01)


async def run(folder: Path, action: str) -> tuple[Project, Deck, LateProvider, tuple[int, str, str]]:
    provider = LateProvider()
    async with Loopback(provider) as server:
        project = Project.of_files({".taskmaster.yml": SETTINGS.format(action=action), "tasks.yml": PLAN}, folder)
        deck = Deck(project, server)
        return project, deck, provider, await deck.run("run", "tasks.yml", "--json")


def spent(events: list[dict[str, Any]]) -> int:
    return sum(event["micro"] for event in events if event["kind"] == "money.spent")


def check(events: list[dict[str, Any]], provider: LateProvider, cap: int = CAP) -> None:
    """Recorded is no less than the provider counts, and no more than may be."""
    reserved = [event["reserved_micro"] for event in events if event["kind"] == "request.started"]
    assert round(provider.spent) <= spent(events) <= cap + max(reserved)
    paid: dict[str, int] = {}
    under_way: dict[str, int] = {}
    for event in events:
        if event["kind"] == "request.started":
            under_way[event["id"]] = event["reserved_micro"]
        if event["kind"] == "money.spent":
            paid[event["request"]] = event["micro"]
            del under_way[event["request"]]
        assert sum(paid.values()) + sum(under_way.values()) <= cap, "what is set aside fits under the cap as well"
    assert not under_way


async def test_a_pause_keeps_to_the_cap_and_a_larger_budget_goes_on(tmp_path: Path) -> None:
    provider = LateProvider()
    async with Loopback(provider) as server:
        project = Project.of_files({".taskmaster.yml": SETTINGS.format(action="pause"), "tasks.yml": PLAN}, tmp_path)
        deck = Deck(project, server)
        code, _, err = await deck.run("run", "tasks.yml", "--json")
        assert code == 4, err
        events = project.events()
        check(events, provider)
        assert spent(events) > CAP * 0.8
        assert events[-1]["kind"] == "run.suspended"
        assert re.search(r"the budget of the run is used up: \$\S+ of \$1\.00", events[-1]["reason"])
        warned = [event["level"] for event in events if event["kind"] == "money.warned"]
        assert warned.count("exceeded") == 1

        code, _, err = await deck.run("resume", "--budget", "10", "--json")
        assert code == 0, err
        events = project.events()
        check([event for event in events if event["kind"] != "run.started"], provider, 10 * CAP)
        assert not any(
            event["counted"]
            for event in events
            if event["kind"] == "attempt.finished" and event["outcome"]["kind"] != "ok"
        )
        assert sum(event["kind"] == "task.succeeded" for event in events) == 16
        assert server.record.complaints == []


@pytest.mark.slow
async def test_abort_gives_the_run_up(tmp_path: Path) -> None:
    project, _, provider, (code, _, err) = await run(tmp_path, "abort")
    assert code == 1, err
    events = project.events()
    check(events, provider)
    assert events[-1]["kind"] == "run.finished"
    assert events[-1]["outcome"] == "aborted"
    assert "the budget of the run is used up" in events[-1]["reason"]


@pytest.mark.slow
async def test_the_fallback_takes_over_what_the_first_model_may_no_longer_do(tmp_path: Path) -> None:
    project, _, provider, (code, _, err) = await run(tmp_path, "switch_to_fallback")
    assert code == 0, err
    events = project.events()
    check(events, provider)
    switched = [event for event in events if event["kind"] == "model.switched"]
    assert switched
    assert all("the budget of the run is used up" in event["reason"] for event in switched)
    assert {event["model"] for event in events if event["kind"] == "money.spent"} == set(RATES)


@pytest.mark.slow
async def test_a_kill_in_the_middle_loses_no_cent(tmp_path: Path) -> None:
    provider = LateProvider()
    async with Loopback(provider) as server:
        project = Project.of_files({".taskmaster.yml": SETTINGS.format(action="pause"), "tasks.yml": PLAN}, tmp_path)
        deck = Deck(project, server)
        process = await deck.start("run", "tasks.yml", "--json")
        assert process.stdout is not None
        begun = 0
        while begun < 6:
            begun += b'"kind":"request.started"' in (await asyncio.wait_for(process.stdout.readline(), 60)).replace(
                b" ", b""
            )
        process.kill()
        await process.communicate()
        code, _, err = await deck.run("resume", "--budget", "20", "--json")
        assert code == 0, err
    events = project.events()
    assert spent(events) >= round(provider.spent)
    assert spent(events) <= 20 * CAP
    started = {event["id"] for event in events if event["kind"] == "request.started"}
    assert started == {event["id"] for event in events if event["kind"] == "request.finished"}
