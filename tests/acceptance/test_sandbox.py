"""An obedient agent that does whatever it is told, and what becomes of it."""

import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.project import Project
from tmtui.system.sandbox.probe import probe
from tmtui.system.sandbox.wrapping import NONE


PROBED = probe(os.environ)

pytestmark = pytest.mark.skipif(
    PROBED.kind == NONE or bool(PROBED.gaps), reason=f"nothing keeps all of it here: {PROBED.detail}"
)

CANARY = "canary-77c1"

CONNECT = """{python} -I -c 'import socket; socket.create_connection(("127.0.0.1", {port}), 5)'"""

ESCAPES = (
    "cat ~/.ssh/id_rsa",
    "cp ~/.ssh/id_rsa stolen",
    "echo x > ../outside",
    "echo x > $HOME/outside",
    "ln -s .. up && echo x > up/outside",
    "(setsid sh -c 'sleep 0.1; echo x > ../outside' &) ; sleep 0.2; test -e ../outside",
    "echo 'echo x > /outside' > .git/hooks/pre-commit",
    "git config core.fsmonitor ./evil",
    "git config --global core.fsmonitor ./evil",
    "echo 'hooks: evil' > .taskmaster.yml",
    "cat .taskmaster/state.db",
    "test -S .taskmaster/engine.sock",
    "test -S /run/docker.sock || test -S /var/run/docker.sock",
)

SETTINGS = """\
max_attempts_per_task: 1
sandbox: {sandbox}
hooks:
  mine: echo mine > ../by-my-hook
  kept: {{command: echo kept > ../by-kept-hook, sandbox: true, stop_on_failure: false}}
  alone: {{command: echo alone > ../by-alone-hook, network: false, stop_on_failure: false}}
"""

PLAN = "tasks: [{id: a, title: A, description: A, progress: false, post_hooks: [kept, alone, mine]}]\n"


def project(folder: Path, commands: tuple[str, ...], sandbox: str = "auto") -> Project:
    steps = "".join(f"    - bash: |\n        {command}\n" for command in commands)
    return Project.of_files(
        {
            ".taskmaster.yml": SETTINGS.format(sandbox=sandbox),
            "tasks.yml": PLAN,
            "a.agent.yml": f"version: 1\ntasks:\n  a:\n{steps}",
        },
        folder,
    )


def run(it: Project) -> tuple[int, list[dict[str, Any]]]:
    it.trust_agents()
    done = it.run("run", "tasks.yml", "--agent", "scripted:a.agent.yml", "--plain")
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.returncode, it.events()


@pytest.fixture(name="folder")
def _folder() -> Iterator[Path]:
    """Not below `/tmp`: a confined command has one of its own, and may write what it likes there."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        yield Path(folder).resolve()


def test_every_attempt_to_escape_is_denied_and_no_secret_gets_anywhere(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = folder / "home"
    monkeypatch.setenv("HOME", str(home))
    (home / ".ssh").mkdir(parents=True)
    (home / ".ssh/id_rsa").write_text(CANARY)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        connect = CONNECT.format(python=sys.executable, port=server.getsockname()[1])
        it = project(folder, (*ESCAPES, connect))
        before = (it.root / ".git/config").read_bytes(), (it.root / ".taskmaster.yml").read_bytes()
        code, events = run(it)
        with pytest.raises(BlockingIOError):
            server.accept()

    tools = [event for event in events if event["kind"] == "tool.finished"]
    escaped = [command for command, tool in zip((*ESCAPES, connect), tools, strict=True) if tool["status"] == "ok"]
    assert (code, escaped) == (0, [])
    assert {path.name for path in home.iterdir()} == {".ssh"}
    assert not (folder / "outside").exists()
    assert ((it.root / ".git/config").read_bytes(), (it.root / ".taskmaster.yml").read_bytes()) == before
    assert not (it.root / ".git/hooks/pre-commit").exists()
    records = [path for path in it.root.rglob("*") if path.is_file()]
    assert [path for path in records if CANARY.encode() in path.read_bytes()] == []
    assert it.processes() == []


@pytest.mark.parametrize(
    ("sandbox", "written", "kind"),
    [
        ("auto", {"by-my-hook"}, PROBED.kind),
        ("required", set[str](), PROBED.kind),
        ("'off'", {"by-my-hook", "by-kept-hook", "by-alone-hook", "by-agent"}, NONE),
    ],
)
def test_who_is_confined_follows_from_the_settings_and_is_recorded(
    tmp_path: Path, sandbox: str, written: set[str], kind: str
) -> None:
    it = project(tmp_path, ("echo agent > ../by-agent",), sandbox)

    _, events = run(it)

    assert {path.name for path in tmp_path.glob("by-*")} == written
    kinds = [event.get("sandbox", NONE) for event in events if event["kind"] == "run.started"]
    assert kinds == [kind]
    degraded = [event["what"] for event in events if event["kind"] == "monitor.degraded"]
    assert ("sandbox" in degraded) == (kind == NONE)


def test_a_hook_that_uses_more_than_it_may_is_told_so(tmp_path: Path) -> None:
    it = Project.of_files(
        {
            ".taskmaster.yml": "max_attempts_per_task: 1\nresource_limits: {cpu_time: 1}\nhooks:\n"
            "  spin: {command: 'while :; do :; done', sandbox: true, timeout: 30}\n",
            "tasks.yml": "tasks: [{id: a, title: A, description: A, progress: false, post_hooks: [spin]}]\n",
            "a.agent.yml": "version: 1\ntasks: {a: [text: done]}\n",
        },
        tmp_path,
    )

    code, events = run(it)

    (hook,) = [event for event in events if event["kind"] == "hook.finished"]
    assert (code, hook["message"]) == (1, "spin hook was ended: it used more CPU time than it may")
    (attempt,) = [event for event in events if event["kind"] == "attempt.finished"]
    assert attempt["outcome"]["kind"] == "hook_resource_limit"
