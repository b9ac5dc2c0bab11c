"""A circuit and a pause outlive `kill -9`: the next engine finds them as they were, and waits for the same moment."""

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.project import Project
from tests.acceptance.test_real_agent import Deck
from tests.loopback import Answer, Failure, Loopback, Received, Reply, Say


pytestmark = pytest.mark.slow  # it starts the program many times over


SETTINGS = """\
checkpoints: "off"
runtime_profiles: {interactive: {model: claude-haiku-5-5, retries: 5}}
reliability:
  pause_over: 2
  retry: {initial_delay: 0.05, max_delay: 0.1}
fallback:
  circuit_breaker: {failure_threshold: 3, reset_timeout: 4, half_open_requests: 2}
"""
PLAN = """\
tasks:
  - {id: first, title: First, progress: false}
  - {id: second, title: Second, progress: false, depends_on: [first]}
"""
KEY = "claude/claude-haiku-5-5"
DONE = Reply((Say("It is done."),))


class Clocked:
    """A provider that fails at first, and writes down when it was asked."""

    def __init__(self, *first: Answer) -> None:
        self._first = first
        self.asked_ms: list[float] = []

    def __call__(self, _: Received) -> Answer:
        self.asked_ms.append(time.time() * 1000)
        number = len(self.asked_ms)
        return self._first[number - 1] if number <= len(self._first) else DONE


async def kill_at(deck: Deck, due: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Start a run and kill its engine once an event has been told; that event."""
    process = await deck.start("run", "tasks.yml", "--json")
    assert process.stdout is not None
    while True:
        line = await asyncio.wait_for(process.stdout.readline(), 60)
        assert line, "the run ended before"
        event = told(json.loads(line))
        if due(event):
            process.kill()
            await process.communicate()
            return event


def told(line: dict[str, Any]) -> dict[str, Any]:
    return {**line, **line["data"]} if isinstance(line.get("data"), dict) else line


def walk(project: Project) -> list[str]:
    states = ["closed"]
    for event in project.events():
        if event["kind"] == "provider.broken" and event["key"] == KEY and event["state"] != states[-1]:
            states.append(event["state"])
    return states


async def test_a_circuit_is_open_until_the_same_moment(tmp_path: Path) -> None:
    provider = Clocked(*[Failure(500, "api_error", "oops")] * 3)
    async with Loopback(provider) as server:
        project = Project.of_files({".taskmaster.yml": SETTINGS, "tasks.yml": PLAN}, tmp_path)
        deck = Deck(project, server)
        opened = await kill_at(deck, lambda event: event["kind"] == "provider.broken" and event["state"] == "open")
        assert len(provider.asked_ms) == 3
        shown = project.run("circuit-status").stdout
        assert "OPEN" in shown.upper(), shown
        code, out, err = await deck.run("resume", "--json")
        assert code == 0, out[-2000:] + err
        assert provider.asked_ms[3] >= opened["until_ms"], "it was asked before its time"
        assert server.record.complaints == []
    assert walk(project) == ["closed", "open", "half_open", "closed"]


@pytest.mark.parametrize("killed", [pytest.param(False, marks=pytest.mark.slow), True])
async def test_a_pause_ends_by_itself_and_at_the_same_moment_after_a_kill(killed: bool, tmp_path: Path) -> None:
    provider = Clocked(Failure(429, "rate_limit_error", "too many", headers={"retry-after": "5"}))
    async with Loopback(provider) as server:
        project = Project.of_files({".taskmaster.yml": SETTINGS, "tasks.yml": PLAN}, tmp_path)
        deck = Deck(project, server)
        if killed:
            waiting = await kill_at(deck, lambda event: event["kind"] == "run.waiting")
            assert len(provider.asked_ms) == 1
            code, out, err = await deck.run("resume", "--json")
        else:
            code, out, err = await deck.run("run", "tasks.yml", "--json")
            waiting = next(event for event in project.events() if event["kind"] == "run.waiting")
        assert code == 0, out[-2000:] + err
        assert provider.asked_ms[0] + 5_000 <= waiting["until_ms"]
        assert provider.asked_ms[1] >= waiting["until_ms"]
    counted = [event for event in project.events() if event["kind"] == "attempt.finished" and event["counted"]]
    assert len(counted) == 2, "one for each task: the wait used up none"
