"""`kill -9` at any moment, then `tmtui resume`: as if nothing had happened."""

import json
import os
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.project import Project, outcome


MOMENTS = 100
CHUNK = 10


def seeds() -> list[int]:
    """The moments' numbers; the first two are swept every time, all of them in the long sweep."""
    return list(range(MOMENTS))


def sweep_seed() -> int:
    return int(os.environ["TMTUI_SWEEP_SEED"])


@pytest.fixture(name="undisturbed", scope="module")
def _undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    project = Project.of_sample("calculator", tmp_path_factory.mktemp("undisturbed"))
    done = project.run("run", "tasks.yml", "--json")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    return {
        "events": len(done.stdout.splitlines()),
        "outcome": outcome(project.events()),
        "files": project.files(),
    }


def kill_at(project: Project, lines: int, *arguments: str) -> list[dict[str, Any]]:
    """Start a run, kill it once it has shown `lines` events, and give those."""
    process = project.start(*arguments, "--json", stdout=-1)
    assert process.stdout is not None
    shown = []
    for _ in range(lines):
        line = process.stdout.readline()
        if not line:
            break
        shown.append(json.loads(line))
    process.kill()
    shown += [json.loads(line) for line in process.stdout.read().split(b"\n")[:-1]]
    process.stdout.close()
    process.wait()
    return shown


def check(project: Project, shown: list[dict[str, Any]], undisturbed: dict[str, Any]) -> None:
    """Hold a killed and resumed run against the undisturbed one, and against what others wrote down."""
    events = project.events()
    assert project.integrity() == "ok"
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    stored = {event["seq"]: event for event in events}
    for event in shown:
        assert stored[event["seq"]]["kind"] == event["kind"], "an event that had been shown is missing"
    assert outcome(events) == undisturbed["outcome"]
    assert project.files() == undisturbed["files"]
    succeeded: set[str] = set()
    for event in events:
        if event["kind"] == "attempt.started":
            assert event["task"] not in succeeded, "a completed task ran again"
        if event["kind"] == "task.succeeded":
            succeeded.add(event["task"])
    finished = Counter(event["id"] for event in events if event["kind"] == "tool.finished")
    assert set(finished.values()) <= {1}
    intended = {event["id"] for event in events if event["kind"] in ("tool.started", "hook.started")}
    started = Counter(project.jobs())
    assert set(started) <= intended, "something ran without having been recorded first"
    assert project.processes() == []


def kill_and_resume(seed: int, folder: Path, undisturbed: dict[str, Any]) -> None:
    rng = random.Random(f"{sweep_seed()}:{seed}")
    moment = rng.randrange(1, undisturbed["events"])
    print(f"sweep seed {sweep_seed()}, moment {seed}: killed after {moment} of {undisturbed['events']} events")
    project = Project.of_sample("calculator", folder)
    shown = kill_at(project, moment, "run", "tasks.yml")
    if not (project.state / "state.db").exists() or not project.events():
        return
    resumed = project.run("resume", "--json")
    assert resumed.returncode == 0, resumed.stdout[-2000:] + resumed.stderr
    shown += [json.loads(line) for line in resumed.stdout.splitlines() if line.startswith("{")]
    check(project, shown, undisturbed)


@pytest.mark.parametrize("seed", seeds()[:2])
def test_a_killed_run_ends_like_an_undisturbed_one(seed: int, tmp_path: Path, undisturbed: dict[str, Any]) -> None:
    kill_and_resume(seed, tmp_path, undisturbed)


@pytest.mark.slow
@pytest.mark.parametrize("start", range(0, MOMENTS, CHUNK))
def test_a_hundred_moments(start: int, tmp_path: Path, undisturbed: dict[str, Any]) -> None:
    for seed in seeds()[start : start + CHUNK]:
        kill_and_resume(seed, tmp_path / str(seed), undisturbed)


def test_a_run_that_is_killed_again_and_again_still_ends_well(tmp_path: Path, undisturbed: dict[str, Any]) -> None:
    project = Project.of_sample("calculator", tmp_path)
    rng = random.Random(sweep_seed())
    shown = kill_at(project, 20, "run", "tasks.yml")
    for _ in range(3):
        shown += kill_at(project, rng.randrange(15, 40), "resume")
    resumed = project.run("resume", "--json")
    assert resumed.returncode == 0, resumed.stdout[-2000:] + resumed.stderr
    check(project, shown, undisturbed)
