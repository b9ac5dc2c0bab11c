"""One folder, one engine: whoever comes second is told who is there."""

import subprocess
from pathlib import Path

from tests.acceptance.project import Project


FILES = {
    "tasks.yml": "tasks: [{id: wait, title: Wait, description: Wait}]\n",
    "wait.agent.yml": "version: 1\ntasks: {wait: [fault: hang]}\n",
}

SIMULTANEOUS = 20
HELD = 3
RESUMABLE = 4


def test_of_twenty_that_start_together_one_runs_and_nineteen_name_it(tmp_path: Path) -> None:
    project = Project.of_files(FILES, tmp_path)
    command = ("run", "tasks.yml", "--agent", "scripted:wait.agent.yml", "--plain")
    started = [project.start(*command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for _ in range(SIMULTANEOUS)]
    losers: list[subprocess.Popen[bytes]] = []
    while len(losers) < SIMULTANEOUS - 1:
        for process in [each for each in started if each not in losers]:
            try:
                process.wait(0.05)
            except subprocess.TimeoutExpired:
                continue
            losers.append(process)
    (winner,) = [process for process in started if process not in losers]
    for process in losers:
        assert process.stdout is not None
        said = process.stdout.read().decode()
        process.stdout.close()
        assert process.returncode == HELD, said
        assert f"pid {winner.pid}" in said
    stopped = project.run("stop")
    assert stopped.returncode == 0, stopped.stdout + stopped.stderr
    assert winner.stdout is not None
    winner.stdout.read()
    winner.stdout.close()
    assert winner.wait() == RESUMABLE
    assert sum(event["kind"] == "run.planned" for event in project.events()) == 1
