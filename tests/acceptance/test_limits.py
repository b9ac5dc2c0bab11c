"""A provider's limits, and one's own, as they are met from the command line: what is said, done and recorded."""

import asyncio
import re
from pathlib import Path

import pytest

from tests.acceptance.project import Project
from tests.loopback import Failure, Loopback, Reply, Say


pytestmark = pytest.mark.slow  # it starts the program many times over


SETTINGS = """\
provider: work
checkpoints: "off"
max_parallel: 1
providers:
  work:
    type: claude
    api_key: sk-loopback-0123456789
    base_url: {url}
    model: claude-haiku-5-5
    rate_limits: {{{limits}}}
{more}
"""
PLAN = """\
tasks:
  - {id: first, title: First, progress: false}
  - {id: second, title: Second, progress: false, depends_on: [first]}
"""
DONE = Reply((Say("It is done."),))


def project_at(server: Loopback, folder: Path, limits: str = "", more: str = "", plan: str = PLAN) -> Project:
    settings = SETTINGS.format(url=server.url, limits=limits, more=more)
    return Project.of_files({".taskmaster.yml": settings, "tasks.yml": plan}, folder)


class Started:
    """The program while it runs."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.out = ""

    @classmethod
    async def begin(cls, project: Project, *arguments: str) -> "Started":
        return cls(
            await asyncio.create_subprocess_exec(
                *project.argv(*arguments),
                cwd=project.root,
                env=project.env,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
        )

    async def until(self, words: str) -> str:
        """Everything that is printed up to these words."""
        assert self._process.stdout is not None
        while words not in self.out:
            line = await asyncio.wait_for(self._process.stdout.readline(), 60)
            assert line, self.out
            self.out += line.decode()
        return self.out

    async def end(self) -> tuple[int, str, str]:
        out, err = await asyncio.wait_for(self._process.communicate(), 60)
        assert self._process.returncode is not None
        return self._process.returncode, self.out + out.decode(), err.decode()


async def run(project: Project, *arguments: str) -> tuple[int, str, str]:
    return await (await Started.begin(project, *arguments)).end()


NOTICE = re.compile(
    r"\n⚠ Rate limit reached!\n\n"
    r"work/claude-haiku-5-5: 1 of 1 requests in this hour \(max_requests_hour\)\n\n"
    r"Current usage:\n"
    r"  - Requests this hour: 1/1\n"
    r"  - Tokens this day: \d+/500,000\n\n"
    r"Next reset: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC \(in 59 minutes\)\n\n"
    r"The run goes on by itself after the reset. Nothing is asked until then.\n"
)


async def test_a_limit_of_one_s_own_is_told_with_true_figures_and_a_run_laid_down_in_it_says_how_to_go_on(
    tmp_path: Path,
) -> None:
    async with Loopback([DONE] * 4) as server:
        project = project_at(server, tmp_path, "max_requests_hour: 1, max_tokens_day: 500000")
        started = await Started.begin(project, "run", "tasks.yml", "--plain")
        shown = await started.until("Nothing is asked until then.")
        assert NOTICE.search(shown), shown

        _, status, _ = await run(project, "status")
        assert "Limits of work: requests this hour 1/1, tokens this day " in status
        assert (await run(project, "stop"))[0] == 0
        code, out, _ = await started.end()
        assert code == 4
        assert "Safe to resume after reset. Run:\n  tmtui resume\n" in out

        _, debug, _ = await run(project, "debug")
        assert "Provider: work\n  Requests (current hour): 1 / 1\n  Tokens (current day): " in debug
        assert re.search(r"Next reset:\n  Hour: [-\d]+ [:\d]+ \(in \d+m\)\n  Day: [-\d]+ [:\d]+ \(in 23h\)\n", debug)
        assert len(server.record.requests) == 1


async def test_quiet_says_it_on_standard_error(tmp_path: Path) -> None:
    async with Loopback([DONE] * 4) as server:
        project = project_at(server, tmp_path, "max_requests_hour: 1, max_tokens_day: 500000")
        started = await Started.begin(project, "run", "tasks.yml", "--quiet")
        await started.until("done")
        while (await run(project, "status"))[1].count("waiting") == 0:
            pass
        await run(project, "stop")
        code, out, err = await started.end()
    assert code == 4
    assert NOTICE.search(err), err
    assert "Rate limit reached!" not in out


async def test_a_refusal_is_tried_again_in_the_words_of_the_guide(tmp_path: Path) -> None:
    refusal = Failure(429, "rate_limit_error", "too many", headers={"retry-after": "1"})
    async with Loopback([refusal, DONE, DONE]) as server:
        code, out, err = await run(project_at(server, tmp_path), "run", "tasks.yml", "--plain")
    assert code == 0, out + err
    assert re.search(r"⚠ work: .*429.*, Retry-After: 1 seconds\. Attempt 1/\d: Waiting 1(\.\d)? seconds?\.\.\.", out)


async def test_limits_are_set_aside_only_when_that_is_said_twice(tmp_path: Path) -> None:
    async with Loopback([DONE] * 4) as server:
        project = project_at(server, tmp_path, "max_requests_hour: 1")
        code, _, err = await run(project, "run", "tasks.yml", "--plain", "--ignore-config-limits")
        assert code == 2
        assert "--yes-ignore-limits" in err
        assert not server.record.requests
        code, out, _ = await run(
            project, "run", "tasks.yml", "--plain", "--ignore-config-limits", "--yes-ignore-limits"
        )
    assert code == 0, out
    assert (
        "YOUR RATE LIMITS ARE SET ASIDE" in out.splitlines()[-1] or out.count("YOUR RATE LIMITS ARE SET ASIDE") == 2
    )
    assert "YOUR RATE LIMITS ARE SET ASIDE" in project.run("status").stdout
    begun = next(event for event in project.events() if event["kind"] == "run.started")
    assert begun["ignores_limits"] is True


async def test_a_model_that_is_gone_is_told_once_and_its_successor_asked(tmp_path: Path) -> None:
    more = "runtime_profiles: {interactive: {model: claude-3-5-sonnet-20241022}}"
    async with Loopback([DONE] * 4) as server:
        project = project_at(server, tmp_path, more=more)
        code, out, err = await run(project, "run", "tasks.yml", "--plain")
    assert code == 0, out + err
    assert out.count("⚠ degraded: model claude-3-5-sonnet-20241022: its end of life was on 2025-10-28") == 2
    assert {received.json["model"] for received in server.record.requests} == {"claude-sonnet-5-5"}
    assert "degraded: model claude-3-5-sonnet-20241022" in project.run("status").stdout


async def test_quiet_tells_of_a_retired_model_on_standard_error(tmp_path: Path) -> None:
    more = "runtime_profiles: {interactive: {model: claude-3-5-sonnet-20241022}}"
    async with Loopback([DONE] * 4) as server:
        code, _, err = await run(project_at(server, tmp_path, more=more), "run", "tasks.yml", "--quiet")
    assert code == 0
    assert err.count("model claude-3-5-sonnet-20241022: its end of life was on 2025-10-28") == 1


async def test_a_provider_that_cannot_be_reached_is_a_degraded_run_that_waits(tmp_path: Path) -> None:
    async with Loopback([DONE]) as server:
        project = project_at(server, tmp_path, more="reliability: {retry: {max_attempts: 1}}")
    started = await Started.begin(project, "run", "tasks.yml", "--plain")
    shown = await started.until("waiting until")
    assert "⚠ degraded: provider work/claude-haiku-5-5: it cannot be reached" in shown
    assert "degraded: provider work/claude-haiku-5-5" in (await run(project, "status"))[1]
    await run(project, "stop")
    assert (await started.end())[0] == 4


TIERED = "model_tiering: {simple: claude-haiku-5-5}\nruntime_profiles: {interactive: {model: claude-sonnet-5-5}}"


async def test_choosing_a_model_by_complexity_says_what_it_saved(tmp_path: Path) -> None:
    plan = "tasks: [{id: only, title: Only, progress: false, complexity: simple}]\n"
    async with Loopback([DONE] * 2) as server:
        project = project_at(server, tmp_path, more=TIERED, plan=plan)
        planned = project.run("run", "tasks.yml", "--dry-run").stdout
        code, out, err = await run(project, "run", "tasks.yml", "--plain")
    assert code == 0, out + err
    assert "model claude-haiku-5-5 (complexity simple; otherwise claude-sonnet-5-5)" in planned
    (spent,) = (event for event in project.events() if event["kind"] == "money.spent")
    assert spent["instead_of"] == "claude-sonnet-5-5"
    assert spent["tiered_micro"] > 0
    assert "by choosing models by complexity" in out
    assert "by choosing models by complexity" in project.run("receipt").stdout


@pytest.mark.parametrize("flag", [(), ("--no-cache",)])
async def test_the_same_question_is_answered_from_the_cache(flag: tuple[str, ...], tmp_path: Path) -> None:
    plan = "tasks: [{id: only, title: Only, progress: false, profile: automation}]\n"
    answer = Reply((Say('{"risk": "low"}'),))
    async with Loopback([answer, answer]) as server:
        project = project_at(server, tmp_path, plan=plan)
        first = await run(project, "run", "tasks.yml", "--plain", "--fresh")
        second = await run(project, "run", "tasks.yml", "--plain", "--fresh", *flag)
    assert (first[0], second[0]) == (0, 0), first[1] + second[1] + second[2]
    assert len(server.record.requests) == (2 if flag else 1)
    if flag:
        assert "answered from the cache" not in second[1]
        return
    assert "answered from the cache: claude-haiku-5-5 was asked the same before, which cost $" in second[1]
    assert "1 answer used again" in second[1]
    assert "1 answer used again" in project.run("receipt").stdout
    assert "Saved" in project.run("cost-status").stdout
    (entry,) = (project.state / "cache").iterdir()
    assert entry.stat().st_mode & 0o777 == 0o600
    kinds = [event["kind"] for event in project.events() if event["kind"].startswith("cache.")]
    assert kinds == ["cache.missed", "cache.hit"]
