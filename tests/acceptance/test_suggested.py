"""Answers that only suggest changes: made at once, after a yes, or not at all, and never by halves."""

import asyncio
from pathlib import Path

import pytest

from tests.acceptance.project import Project, outcome
from tests.acceptance.test_programs import Shop


pytestmark = pytest.mark.slow  # it starts the program many times over


PLAN = """\
name: suggest
tasks:
  - id: greet
    title: Greet
    description: Change greeting.txt.
    post_hooks: [greeted]
"""
SETTINGS = "max_attempts_per_task: 2\nhooks: {greeted: {command: grep -q hello greeting.txt}}\n"

DIFF = """\
I suggest this:

```diff
--- a/greeting.txt
+++ b/greeting.txt
@@ -1,2 +1,2 @@
-good day
+hello
 and well met
```

and a new file:

```text notes/why.txt
It is shorter.
```
"""
AGENT = ("--agent", "command:cat answer.md")


@pytest.fixture(name="shop")
def _shop(tmp_path: Path) -> Shop:
    shop = Shop(tmp_path)
    project = shop.project = Project.of_files(
        {
            "plan.yml": PLAN,
            ".taskmaster.yml": SETTINGS,
            "greeting.txt": "good day\nand well met\n",
            "answer.md": DIFF,
            ".gitignore": "answer.md\n",
        },
        tmp_path / "suggesting",
    )
    shop.env.update(project.env)
    return shop


def greeting(shop: Shop) -> str:
    return (shop.project.root / "greeting.txt").read_text()


def noticed(shop: Shop) -> str:
    return "\n".join(event["text"] for event in shop.of("agent.noticed"))


async def test_with_auto_apply_they_are_made_before_the_checks_run(shop: Shop) -> None:
    code, out = await shop.run("run", "plan.yml", *AGENT, "--plain", "--auto-apply")

    assert code == 0, out
    assert greeting(shop) == "hello\nand well met\n"
    assert (shop.project.root / "notes/why.txt").read_text() == "It is shorter.\n"
    assert "were made (--auto-apply): greeting.txt, notes/why.txt" in noticed(shop)


async def test_where_nobody_is_there_they_are_not_made_and_the_run_says_so(shop: Shop) -> None:
    code, _ = await shop.run("run", "plan.yml", *AGENT, "--plain")

    assert code == 1
    assert greeting(shop) == "good day\nand well met\n"
    assert not (shop.project.root / "notes").exists()
    assert "they were not made: nobody is there to approve them" in noticed(shop)


async def answered(shop: Shop, choice: str) -> None:
    """Run with somebody there, and answer when the question is open."""
    process = await shop.start("run", "plan.yml", *AGENT, "--on-decision", "ask", "--json")
    assert process.stdout is not None
    while b"decision.opened" not in (line := await process.stdout.readline()):
        assert line, "it ended without a question"
    assert b"+hello" in line
    code, out = await shop.run("answer", "greet", choice)
    assert code == 0, out
    if choice == "reject":
        while b"decision.opened" not in await process.stdout.readline():
            pass
        await shop.run("stop")
    await asyncio.wait_for(process.communicate(), 60)


async def test_a_person_who_says_yes_has_them_made(shop: Shop) -> None:
    await answered(shop, "once")

    assert outcome(shop.project.events()) == {"greet": "task.succeeded"}
    assert greeting(shop) == "hello\nand well met\n"
    (question,) = shop.of("decision.opened")
    assert (question["about"], question["choices"]) == ("changes", ["once", "reject"])


async def test_a_person_who_says_no_has_them_not_made(shop: Shop) -> None:
    await answered(shop, "reject")

    assert greeting(shop) == "good day\nand well met\n"
    assert "they were not made: person said no" in noticed(shop)


async def test_one_that_does_not_fit_holds_all_back_and_the_next_attempt_is_told(shop: Shop) -> None:
    (shop.project.root / "answer.md").write_text(DIFF.replace("-good day", "-good night"))
    code, _ = await shop.run("run", "plan.yml", *AGENT, "--plain", "--auto-apply")

    assert code == 1
    assert greeting(shop) == "good day\nand well met\n"
    assert not (shop.project.root / "notes").exists()
    first, *_ = shop.of("attempt.finished")
    assert first["outcome"]["kind"] == "schema_invalid"
    assert "hunk 1 of greeting.txt" in first["outcome"]["message"]
    assert "hunk 1 of greeting.txt" in shop.of("attempt.prompted")[1]["prompt"]


@pytest.mark.parametrize("path", [".taskmaster.yml", ".bashrc", ".mcp.json"])
async def test_what_no_call_may_write_no_answer_may_write_either(shop: Shop, path: str) -> None:
    (shop.project.root / "answer.md").write_text(f"```text {path}\nhello\n```\n")
    before = (shop.project.root / ".taskmaster.yml").read_text()
    await shop.run("run", "plan.yml", *AGENT, "--plain", "--auto-apply")

    assert (shop.project.root / ".taskmaster.yml").read_text() == before
    assert not (shop.project.root / ".bashrc").exists()
    assert not (shop.project.root / ".mcp.json").exists()
    assert path in shop.of("attempt.finished")[0]["outcome"]["message"]


async def test_what_an_agent_reports_of_its_own_work_is_not_made_again(shop: Shop) -> None:
    agent = "command:sh -c 'sed -i s/good.day/hello/ greeting.txt; cat answer.md'"
    code, out = await shop.run("run", "plan.yml", "--agent", agent, "--plain", "--auto-apply")

    assert code == 0, out
    assert greeting(shop) == "hello\nand well met\n"
    assert not (shop.project.root / "notes").exists()
