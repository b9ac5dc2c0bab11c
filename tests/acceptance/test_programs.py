"""Programs, and servers of one's own, as agents: from the command line to the log, only the models are made up."""

import asyncio
import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.project import Project, outcome
from tests.agents.programs.stubs import kept, stub
from tests.loopback import Call, Loopback, Reply, Say


pytestmark = pytest.mark.slow  # it starts the program many times over


PLAN = """\
name: hello
tasks:
  - id: greet
    title: Greet
    description: Write hello.txt.
"""
KEY = "sk-ant-api03-of-this-test-0123456789"

CLAUDE = """
    keep("seen.json", [ARGV, os.environ.get("ANTHROPIC_API_KEY"), sys.stdin.read()])
    init()
    block = {"type": "tool_use", "id": "toolu_1", "name": "Write", "input": {"file_path": "hello.txt"}}
    usage = {"input_tokens": 1_000_000, "output_tokens": 0}
    message = {"id": "m1", "model": "claude-sonnet-5-5", "content": [block], "usage": usage}
    say("assistant", message=message)
    open("hello.txt", "w").write("hello\\n")
    say("user", message={"content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "written"}]})
    info = {"status": "allowed_warning", "rateLimitType": "five_hour", "utilization": 0.9}
    say("rate_limit_event", rate_limit_info=info)
    assistant("It is written.", id="m1", usage=usage)
    result(result="It is written.")
"""

CODEX = """
    keep("seen.json", [ARGV, os.environ.get("CODEX_API_KEY"), sys.stdin.read()])
    say("thread.started", thread_id="thread-1")
    say("item.completed", item={"id": "i1", "type": "agent_message", "text": "I write."})
    open("hello.txt", "w").write("hello\\n")
    say("turn.completed", usage={"input_tokens": 1000, "cached_input_tokens": 400, "output_tokens": 10})
"""


class Shop:
    """A project, and programs on the PATH of who works there."""

    def __init__(self, folder: Path) -> None:
        self.project = Project.of_files({"plan.yml": PLAN, ".gitignore": "seen.json\n"}, folder)
        self.bin = folder / "bin"
        self.env = {**self.project.env, "PATH": f"{self.bin}:{os.environ['PATH']}"}

    def configure(self, text: str) -> None:
        """Settings of the project."""
        (self.project.root / ".taskmaster.yml").write_text(text)

    async def start(self, *arguments: str, **env: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *self.project.argv(*arguments),
            cwd=self.project.root,
            env={**self.env, **env},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )

    async def run(self, *arguments: str, **env: str) -> tuple[int, str]:
        """The program to its end: its code, and all that it printed."""
        process = await self.start(*arguments, **env)
        out, err = await asyncio.wait_for(process.communicate(), 120)
        assert process.returncode is not None
        return process.returncode, out.decode() + err.decode()

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The events of one kind."""
        return [event for event in self.project.events() if event["kind"] == kind]

    def check(self) -> None:
        """What holds whoever did the work."""
        assert outcome(self.project.events()) == {"greet": "task.succeeded"}
        assert (self.project.root / "hello.txt").read_text() == "hello\n"
        assert self.project.processes() == []
        assert self.project.integrity() == "ok"


@pytest.fixture(name="shop")
def _shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


async def test_claude_code_does_a_task(shop: Shop) -> None:
    stub(shop.bin, "claude", CLAUDE)
    code, out = await shop.run("run", "plan.yml", "--agent", "claude-code", "--plain", ANTHROPIC_API_KEY=KEY)

    assert code == 0, out
    shop.check()
    ((argv, key, prompt),) = kept(shop.project.root / "seen.json")
    assert key == KEY
    assert "Write hello.txt." in prompt
    (session,) = shop.of("agent.session")
    assert argv[argv.index("--session-id") + 1] == session["id"]
    (started,) = shop.of("tool.started")
    assert (started["name"], started["own"], started["summary"]) == ("Write", True, "Write hello.txt")
    assert shop.of("tool.finished")[0]["output"] == "written"
    (spent,) = shop.of("money.spent")
    assert (spent["provider"], spent["usage"]["input_tokens"]) == ("claude-code", 1_000_000)
    assert spent["micro"] > 0
    assert spent["source"]
    assert shop.of("limits.told")[0]["notice"]["quotas"][0]["name"] == "five_hour"
    assert KEY not in json.dumps(shop.project.events()) + out


async def test_codex_does_a_task_under_a_name_of_one_s_own(shop: Shop) -> None:
    tool = stub(shop.bin, "codex-next", CODEX)
    shop.configure(f"providers: {{next: {{type: codex, command: {tool}, model: gpt-5.4, api_key: $NEXT_KEY}}}}\n")
    code, out = await shop.run(
        "run", "plan.yml", "--provider", "next", "--plain", NEXT_KEY="sk-next-0123456789abcdef"
    )

    assert code == 0, out
    shop.check()
    ((argv, key, _),) = kept(shop.project.root / "seen.json")
    assert key == "sk-next-0123456789abcdef"
    assert argv[argv.index("-m") + 1] == "gpt-5.4"
    assert shop.of("agent.session")[0]["id"] == "thread-1"
    (spent,) = shop.of("money.spent")
    assert (spent["provider"], spent["model"], spent["usage"]["cache_read_tokens"]) == ("next", "gpt-5.4", 400)
    assert spent["micro"] > 0


async def test_any_command_does_a_task(shop: Shop) -> None:
    agent = "command:sh -c 'grep -o \"Write hello.txt\" && echo hello > hello.txt'"
    code, out = await shop.run("run", "plan.yml", "--agent", agent, "--plain")

    assert code == 0, out
    shop.check()
    assert "Write hello.txt" in "".join(event["text"] for event in shop.of("agent.spoke"))


async def test_a_command_of_the_settings_does_a_task(shop: Shop) -> None:
    stub(shop.bin, "mytool", "open('hello.txt', 'w').write('hello\\n'); print(ARGV)")
    shop.configure("providers: {own: {type: command, command: mytool --fast, args: [more]}}\n")
    code, out = await shop.run("run", "plan.yml", "--provider", "own", "--plain")

    assert code == 0, out
    shop.check()
    assert "['--fast', 'more']" in out


async def test_a_server_of_one_s_own_does_a_task(shop: Shop) -> None:
    turns = [Reply([Call("bash", {"command": "echo hello > hello.txt"})]), Reply([Say("It is written.")])]
    async with Loopback(turns, by_turn=True) as server:
        shop.configure(f"providers: {{local: {{type: openai, base_url: '{server.url}/v1', model: qwen3-coder}}}}\n")
        code, out = await shop.run("run", "plan.yml", "--provider", "local", "--plain")
        assert server.record.complaints == []

    assert code == 0, out
    shop.check()
    assert len(shop.of("request.finished")) == 2


async def test_a_program_that_crashes_is_asked_to_go_on(shop: Shop) -> None:
    body = CLAUDE.replace("result(result", "'--resume' in ARGV or sys.exit(1)\n    result(result")
    stub(shop.bin, "claude", body)
    code, out = await shop.run("run", "plan.yml", "--agent", "claude-code", "--plain")

    assert code == 0, out
    shop.check()
    first, second = (argv for argv, _, _ in kept(shop.project.root / "seen.json"))
    assert second[second.index("--resume") + 1] == first[first.index("--session-id") + 1]


async def test_a_run_that_is_killed_goes_on_with_the_program_s_conversation(shop: Shop) -> None:
    body = CLAUDE.replace("result(result", "'--resume' in ARGV or time.sleep(600)\n    result(result")
    stub(shop.bin, "claude", body)
    process = await shop.start("run", "plan.yml", "--agent", "claude-code", "--json")
    assert process.stdout is not None
    while b"It is written." not in await process.stdout.readline():
        pass
    os.killpg(process.pid, signal.SIGKILL)
    await process.communicate()

    code, out = await shop.run("resume", "--plain")

    assert code == 0, out
    shop.check()
    first, second = (argv for argv, _, _ in kept(shop.project.root / "seen.json"))
    assert second[second.index("--resume") + 1] == first[first.index("--session-id") + 1]


async def test_a_program_that_is_not_installed_is_told_before_anything_runs(shop: Shop) -> None:
    code, out = await shop.run("run", "plan.yml", "--agent", "codex", "--plain", PATH="/usr/bin:/bin")

    assert code == 2
    assert "codex is not on the PATH" in out
    assert not (shop.project.state / "state.db").exists()


LOOKING = """
    def tried(how):
        try:
            how()
        except OSError as error:
            return type(error).__name__
        return "done"

    home = os.environ["HOME"]
    keep("seen.json", {
        "own": tried(lambda: open(f"{home}/.claude/note", "w").close()),
        "other": tried(lambda: open(f"{home}/.codex/auth.json").close()),
        "git": tried(lambda: open(".git/config", "a").close()),
        "log": tried(lambda: open(".taskmaster/state.db").close()),
    })
    open("hello.txt", "w").write("hello\\n")
    init(); result()
"""


async def test_a_program_may_write_its_own_folder_and_sees_nobody_else_s(shop: Shop, tmp_path: Path) -> None:
    home = tmp_path / "home"
    for name in (".claude", ".codex"):
        (home / name).mkdir(parents=True)
    (home / ".codex/auth.json").write_text("a secret")
    stub(shop.bin, "claude", LOOKING)
    code, out = await shop.run("run", "plan.yml", "--agent", "claude-code", "--plain", HOME=str(home))

    assert code == 0, out
    if shop.of("run.started")[0]["sandbox"] == "none":
        pytest.skip("nothing confines here")
    (seen,) = kept(shop.project.root / "seen.json")
    assert seen.pop("own") == "done"
    assert "done" not in seen.values()
    assert (home / ".claude/note").exists()
