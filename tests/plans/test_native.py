"""Plans: what people write becomes what they meant, or every fault is told."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings, strategies as st

from tests.bad_documents import BAD_PLANS, BadDocument
from tests.written_examples import PLANS
from tmtui.domain.graph import find_cycle
from tmtui.domain.hook import Hook, HookDefaults
from tmtui.domain.ids import task_id_problem
from tmtui.domain.plan import Plan, Task
from tmtui.domain.problem import Problem, ProblemsError
from tmtui.domain.text import clean, clean_line
from tmtui.plans.native import load_plan, plan_from
from tmtui.plans.starter import STARTER_PLAN
from tmtui.system.documents import parse_document


TEST = Hook(name="test", command="make test")
LINT = Hook(name="lint", command="make lint")
SETTINGS_HOOKS = {"test": TEST, "lint": LINT}


def read(
    text: str, *, defaults: HookDefaults | None = None, env: dict[str, str] | None = None, as_json: bool = False
) -> tuple[Plan, tuple[Problem, ...]]:
    return plan_from(
        parse_document(text.encode(), "tasks.yml", json=as_json),
        path="tasks.yml",
        name="here",
        hooks=SETTINGS_HOOKS,
        defaults=defaults or HookDefaults(),
        env=env,
    )


def plan(text: str, **more: Any) -> Plan:
    found, warnings = read(text, **more)
    assert warnings == ()
    return found


def faults(text: str, **more: Any) -> list[tuple[int, int, str]]:
    with pytest.raises(ProblemsError) as caught:
        read(text, **more)
    return [(each.line, each.column, each.message) for each in caught.value.problems if not each.warning]


@pytest.mark.parametrize(("name", "text"), PLANS.items(), ids=list(PLANS))
def test_the_plans_of_the_source_texts_load(name: str, text: str) -> None:
    hooks = {each: Hook(name=each, command="true") for each in ("format", "lint", "test", "integration-test")}
    document = parse_document(text.encode(), name)
    found, warnings = plan_from(document, path=name, name=name, hooks=hooks, defaults=HookDefaults())
    assert warnings == ()
    assert found.tasks


def test_default_hooks_of_a_plan_are_overridden_stage_by_stage() -> None:
    hooks = {each: Hook(name=each, command="true") for each in ("format", "lint", "test", "integration-test")}
    document = parse_document(PLANS["hook defaults"].encode(), "x")
    found, _ = plan_from(document, path="x", name="x", hooks=hooks, defaults=HookDefaults())
    names = [[hook.name for hook in (*task.pre_hooks, *task.post_hooks)] for task in found.tasks]
    assert names == [["format", "lint", "test"], ["format", "lint", "test", "integration-test"]]


def test_every_field_of_a_task_is_taken() -> None:
    (task,) = plan("""
tasks:
  - id: T1
    title: Do it
    description: All of it.
    details: More.
    phase: One
    path: ./src/x/
    priority: high
    pre_hooks: [lint]
    post_hooks: [test, pytest -q]
    acceptance_criteria: [a, b]
    definition_of_done: c
    tests: tests/test_x.py passes
    estimate: 3h
    risk: low
    profile: automation
    provider: claude
    complexity: Simple
    timeout: 20m
    budget_usd: $0.50
    max_attempts: 5
    progress: no
    metadata: {owner: me, size: 012, links: [x, 1]}
""").tasks
    assert task == Task(
        id="T1",
        title="Do it",
        description="All of it.\n\nMore.",
        phase="One",
        path="src/x",
        priority=10,
        pre_hooks=(LINT,),
        post_hooks=(TEST, Hook(name="pytest", command="pytest -q")),
        acceptance_criteria=("a", "b"),
        definition_of_done=("c", "Tests: tests/test_x.py passes"),
        estimate="3h",
        risk="low",
        profile="automation",
        provider="claude",
        complexity="simple",
        timeout=1200.0,
        budget_micro=500_000,
        max_attempts=5,
        progress=False,
        metadata={"owner": "me", "size": "012", "links": '["x", 1]'},
    )


def test_camel_case_and_other_words_mean_the_same() -> None:
    one = plan("- {id: a, title: x}\n- {id: b, title: y, description: p, depends_on: [a], post_hooks: [test]}\n")
    two = plan('[{"id":"a","title":"x"},{"id":"b","title":"y","prompt":"p","dependsOn":"a","postHooks":["test"]}]',
               as_json=True)  # fmt: skip
    three = plan("- {id: a, title: x}\n- {id: b, title: y, prompt: p, dependencies: a, post-hooks: test}\n")
    assert one.hash == two.hash == three.hash


@pytest.mark.parametrize("word", ["no", "012", "1e3", "2026-11-20", "true", "4", "4.1", "null-ish", "0x1F"])
def test_an_id_is_the_word_itself(word: str) -> None:
    found = plan(f"- {{id: {word}, title: {word}}}\n- {{id: other, title: x, depends_on: {word}}}\n")
    assert (found.tasks[0].id, found.tasks[0].title) == (word, word)
    assert found.tasks[1].depends_on == (word,)


@pytest.mark.parametrize(
    ("word", "number"),
    [("critical", 20), ("high", 10), ("Medium", 0), ("low", -10), ("7", 7), ("-3", -3)],
)
def test_a_priority_is_a_word_or_a_number(word: str, number: int) -> None:
    assert plan(f"- {{id: a, title: x, priority: {word}}}\n").tasks[0].priority == number


def test_dependencies_may_stand_in_a_map_of_their_own() -> None:
    found = plan("tasks: [{id: T1, title: x}, {id: T2, title: y}, {id: 3, title: z}]\n"
                 "dependencies: {T2: [T1], 3: T2}\n")  # fmt: skip
    assert [task.depends_on for task in found.tasks] == [(), ("T1",), ("T2",)]


def test_phases_may_hold_the_tasks() -> None:
    found = plan("phases:\n  - name: Setup\n    tasks: [{id: a, title: x}]\n"
                 "  - title: Core\n    tasks: [{id: b, title: y, phase: Other}, {id: c, title: z}]\n"
                 "tasks: [{id: z, title: first}]\n")  # fmt: skip
    assert [(task.id, task.phase) for task in found.tasks] == [
        ("z", ""),
        ("a", "Setup"),
        ("b", "Other"),
        ("c", "Core"),
    ]


def test_subtasks_become_tasks_that_their_parent_waits_for() -> None:
    found = plan("""
- {id: x, title: before}
- id: p
  title: Parent
  phase: One
  path: src
  priority: high
  depends_on: x
  subtasks:
    - Find it
    - {title: Use it, depends_on: 1, path: lib}
    - {id: last, title: End, dependsOn: [p.2], subtasks: [{title: Deep, depends_on: 1}]}
""")
    by_id = {task.id: task for task in found.tasks}
    assert list(by_id) == ["x", "p", "p.1", "p.2", "p.last", "p.last.1"]
    assert by_id["p"].depends_on == ("x", "p.1", "p.2", "p.last")
    assert by_id["p.1"].depends_on == ("x",)
    assert by_id["p.2"].depends_on == ("p.1", "x")
    assert by_id["p.last"].depends_on == ("p.2", "x", "p.last.1")
    assert by_id["p.last.1"].depends_on == ("p.1", "p.2", "x")
    assert {(each.parent, each.phase, each.priority) for each in (by_id["p.1"], by_id["p.2"])} == {("p", "One", 10)}
    assert [by_id[each].path for each in ("p.1", "p.2")] == ["src", "lib"]


def test_a_parent_may_be_named_instead() -> None:
    nested = plan("- id: p\n  title: x\n  subtasks: [{id: p.a, title: y}]\n")
    flat = plan("- {id: p, title: x}\n- {id: p.a, title: y, parent: p}\n")
    assert nested.hash == flat.hash


def test_hooks_of_the_plan_are_laid_over_those_of_the_settings() -> None:
    found = plan(
        "hooks: {test: {timeout: 5}, own: make own}\ntasks: [{id: a, title: x}, {id: b, title: y, post_hooks: []}]\n",
        defaults=HookDefaults(pre=(LINT,), post=(TEST,)),
    )
    assert found.tasks[0].pre_hooks == (LINT,)
    assert found.tasks[0].post_hooks == (Hook(name="test", command="make test", timeout=5),)
    assert found.tasks[1].post_hooks == ()


def test_text_of_a_plan_is_made_safe_and_its_variables_are_just_text() -> None:
    (task,) = plan('- {id: a, title: "x\\e]52;c;eA==\\a y", description: "$HOME ${ANTHROPIC_API_KEY} \\e[31mred"}\n',
                   env={"HOME": "/h", "ANTHROPIC_API_KEY": "k"}).tasks  # fmt: skip
    assert task.title == "x␛]52;c;eA==␇ y"
    assert task.description == "$HOME ${ANTHROPIC_API_KEY} red"


def test_a_hook_that_is_used_must_find_its_variables() -> None:
    text = "hooks: {a: {command: x, env: {T: '${TOKEN}'}}, b: {command: x, env: {T: $OTHER}}}\ntasks:\n"
    tasks = "  - {id: 1, title: x, post_hooks: a}\n  - {id: 2, title: x, post_hooks: a}\n"
    assert faults(text + tasks, env={}) == [
        (3, 35, "the hook `a` needs the environment variable TOKEN, which is not set")
    ]
    assert plan(text + tasks, env={"TOKEN": "secret"}).tasks[0].post_hooks[0].env == {"T": "${TOKEN}"}
    assert plan(text + tasks).tasks


@pytest.mark.parametrize("bad", BAD_PLANS, ids=lambda bad: bad.name)
def test_a_bad_plan_is_refused_with_place_and_hint(bad: BadDocument, tmp_path: Path) -> None:
    path = tmp_path / bad.file
    path.write_bytes(bad.data)
    with pytest.raises(ProblemsError) as caught:
        load_plan(path)
    errors = [problem for problem in caught.value.problems if not problem.warning]
    assert [problem.line for problem in errors] == [bad.line]
    assert all(word in str(errors[0]) for word in bad.words)
    assert all(character.isprintable() or character == "\n" for character in str(caught.value))


def test_all_faults_are_told_at_once_in_the_order_of_the_file() -> None:
    found = faults("""tasks:
  - id: a
    title: [x]
    depends_on: [zz, a]
    timeout: soon
    post_hooks: [tset, {command: ' '}]
  - id: a
    title: y
    path: ../x
  - id: A
    title: y
  - id: x/y
    depends_on: [a, nobody]
  - [1]
  - id: p
    title: z
    depends_on: q
  - {id: q, title: z, depends_on: p}
  - {id: r, title: z, depends_on: s}
  - {id: s, title: z, depends_on: r}
hooks:
  lint2: {timeout: 1}
""")
    assert [line for line, _, _ in found] == [3, 4, 4, 5, 6, 6, 7, 9, 10, 12, 12, 13, 14, 17, 19, 22]


def test_a_fault_is_not_told_a_second_time_by_what_follows_from_it() -> None:
    text = "hooks: {t: {command: ' '}}\ntasks:\n  - {id: a/b, title: x}\n"
    text += "  - {id: c, title: x, depends_on: a/b, post_hooks: t}\n"
    assert [line for line, _, _ in faults(text)] == [1, 3]


def test_unknown_keys_are_warnings() -> None:
    _, warnings = read("max_parallel: 2\ntasks:\n  - {id: a, title: x, dependson: []}\n")
    assert [(each.line, each.warning) for each in warnings] == [(1, True), (3, True)]
    assert ".taskmaster.yml" in warnings[0].hint
    assert "`depends_on`" in warnings[1].hint


def test_a_chain_of_ten_thousand_tasks_is_fine() -> None:
    text = "".join(f"- {{id: t{n}, title: x, depends_on: t{n + 1}}}\n" for n in range(9_999))
    found = plan(text + "- {id: t9999, title: x}\n")
    assert len(found.tasks) == 10_000
    assert find_cycle({task.id: task.depends_on for task in found.tasks}) is None


def test_ten_thousand_tasks_is_the_most() -> None:
    text = "".join(f"- {{id: t{n}, title: x, subtasks: [a, b]}}\n" for n in range(4_000))
    assert "12,000" in faults(text)[0][2]


def test_what_subtasks_take_over_is_bounded() -> None:
    text = "".join(f"- {{id: t{n}, title: x}}\n" for n in range(2_000))
    needs = ", ".join(f"t{n}" for n in range(2_000))
    text += f"- id: p\n  title: x\n  depends_on: [{needs}]\n  subtasks: [{', '.join('x' * 500)}]\n"
    assert "too many" in faults(text)[0][2]
    deep = "".join(f"- {{id: t{n}, title: x, parent: t{n + 1}}}\n" for n in range(200))
    assert "32 levels" in faults(deep + "- {id: t200, title: x}\n")[0][2]


def test_five_hundred_full_tasks_load() -> None:
    task = "- id: t{n}\n  title: Task {n}\n  description: |\n    Some\n    lines.\n  path: src\n  priority: high\n"
    task += "  depends_on: [t0]\n  acceptance_criteria: [a, b]\n  post_hooks: [test, pytest -q]\n  estimate: 1h\n"
    text = "- {id: t0, title: x}\n" + "".join(task.format(n=n) for n in range(1, 500))
    assert len(plan(text).tasks) == 500


def test_a_plan_is_named_by_itself_or_by_its_folder(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("tasks.yml", "sub/release.yml", "named.yml"):
        title = "name: Mine\n" if name == "named.yml" else ""
        (tmp_path / name).write_text(f"{title}tasks: [{{id: a, title: x}}]\n")
    plans = [load_plan(tmp_path / name, root=tmp_path)[0] for name in ("tasks.yml", "sub/release.yml", "named.yml")]
    assert [(each.path, each.name) for each in plans] == [
        ("tasks.yml", tmp_path.name),
        ("sub/release.yml", "release"),
        ("named.yml", "Mine"),
    ]
    outside, _ = load_plan(tmp_path / "tasks.yml", root=tmp_path / "sub")
    assert outside.path == str(tmp_path / "tasks.yml")
    assert len({each.hash for each in (*plans, outside)}) == 1


def test_a_plan_is_the_same_by_every_way_to_it(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "tasks.yml").write_text("tasks: [{id: a, title: x}]\n")
    found, _ = load_plan(tmp_path / "sub" / ".." / "tasks.yml", root=tmp_path)
    assert found.path == "tasks.yml"


def test_a_plan_whose_file_name_cannot_be_shown_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a\x1b[2J.yml"
    path.write_text("tasks: [{id: a, title: x}]\n")
    with pytest.raises(ProblemsError) as caught:
        load_plan(path)
    assert "Rename" in str(caught.value)
    assert "\x1b" not in str(caught.value)


def test_the_starter_loads_without_a_word() -> None:
    document = parse_document(STARTER_PLAN.encode(), "tasks.yml")
    found, warnings = plan_from(document, path="tasks.yml", name="x", hooks={}, defaults=HookDefaults(), env={})
    assert warnings == ()
    assert [task.id for task in found.tasks] == ["hello", "improve"]


def test_what_the_starter_shows_as_examples_loads_too() -> None:
    lines = [f"    {line[6:]}" if line.startswith("    # ") else line for line in STARTER_PLAN.split("\n")]
    found = plan("\n".join(lines))
    assert [task.id for task in found.tasks] == ["hello", "improve", "improve.1", "improve.2"]


# What is written down again is read as the same plan.

SAFE_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30).map(clean)
LINES = SAFE_TEXT.map(clean_line).map(str.strip)
WORDS = st.sampled_from(["no", "012", "1e3", "1:30", "~", "null", "true", "- x", "a: b", "{x}", "*a", "#", "'", '"'])
TITLES = (LINES | WORDS).filter(lambda text: clean_line(text) == text != "")
IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,8}", fullmatch=True).filter(lambda text: not task_id_problem(text))
HOOKS = st.builds(
    Hook,
    name=st.from_regex(r"own-[a-z]{1,5}", fullmatch=True),
    command=st.sampled_from(["make", "a && b\nc", "echo $X ${Y", "x: y # z"]),
    description=LINES,
    timeout=st.integers(1, 9999).map(float),
    stop_on_failure=st.booleans(),
    env=st.dictionaries(st.sampled_from(["A", "B_1"]), st.sampled_from(["", "no", "012", "$X"])),
    retry_count=st.integers(0, 5),
)


@st.composite
def task_lists(draw: st.DrawFn) -> tuple[Task, ...]:
    ids = draw(st.lists(IDS, min_size=1, max_size=6, unique_by=str.casefold))
    tasks: list[Task] = []
    for number, task_id in enumerate(ids):
        tasks.append(
            Task(
                id=task_id,
                title=draw(TITLES),
                description=draw(SAFE_TEXT),
                phase=draw(LINES),
                path=draw(st.sampled_from(["", "src", "a/b c"])),
                depends_on=tuple(draw(st.lists(st.sampled_from(ids[:number]), unique=True))) if number else (),
                priority=draw(st.sampled_from([20, 10, 0, -10, 7])),
                post_hooks=tuple(draw(st.lists(HOOKS, max_size=2, unique_by=lambda hook: hook.name))),
                acceptance_criteria=tuple(draw(st.lists(SAFE_TEXT.filter(bool), max_size=2))),
                timeout=draw(st.none() | st.sampled_from([1.5, 60.0])),
                budget_micro=draw(st.none() | st.integers(1, 10**9)),
                max_attempts=draw(st.none() | st.integers(1, 9)),
                progress=draw(st.booleans()),
                metadata=draw(st.dictionaries(SAFE_TEXT.filter(bool), SAFE_TEXT, max_size=2)),
            )
        )
    return tuple(tasks)


def written(task: Task) -> dict[str, Any]:
    said: dict[str, Any] = {
        field: value
        for field in ("id", "title", "description", "phase", "path", "priority", "timeout", "max_attempts")
        if (value := getattr(task, field)) is not None
    }
    said |= {"depends_on": list(task.depends_on), "progress": task.progress, "metadata": dict(task.metadata)}
    said["acceptance_criteria"] = list(task.acceptance_criteria)
    said["post_hooks"] = [
        {
            "name": hook.name,
            "command": hook.command,
            "description": hook.description,
            "timeout": hook.timeout,
            "stop_on_failure": hook.stop_on_failure,
            "env": dict(hook.env),
            "retry_count": hook.retry_count,
        }
        for hook in task.post_hooks
    ]
    if task.budget_micro is not None:
        said["budget_usd"] = f"${task.budget_micro / 1_000_000:.6f}"
    return said


def camel(key: str) -> str:
    head, *rest = key.split("_")
    return head + "".join(part.capitalize() for part in rest)


@settings(max_examples=40, deadline=None)
@given(task_lists())
def test_a_plan_that_is_written_down_is_read_as_the_same_plan(tasks: tuple[Task, ...]) -> None:
    said = [written(task) for task in tasks]
    in_yaml = plan(yaml.dump({"tasks": said}, Dumper=yaml.CSafeDumper, allow_unicode=True))
    in_camel = [{camel(key): value for key, value in each.items()} for each in said]
    in_json = plan(json.dumps(in_camel), as_json=True)
    assert in_yaml.tasks == tasks
    assert in_json.tasks == tasks
    assert (
        plan(yaml.dump([written(task) for task in in_yaml.tasks], Dumper=yaml.CSafeDumper)).hash
        == in_yaml.hash
        == in_json.hash
    )


# Whatever a file says, it is a plan or it has problems.

KEYS = st.sampled_from(["id", "title", "dependsOn", "subtasks", "parent", "post_hooks", "command", "name", "env",
                        "timeout", "budget", "metadata", "priority", "x", "tasks", "path", "tests"])  # fmt: skip
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 5)
    | st.sampled_from(["a", "b", "1", "a b", "", "..", "5m", "$X", "${"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=15,
)
ROOTS = st.dictionaries(
    st.sampled_from(["tasks", "phases", "hooks", "hook_defaults", "dependencies", "name"]),
    ANYTHING | st.lists(st.dictionaries(KEYS, ANYTHING, max_size=6), max_size=4),
    max_size=4,
)


@settings(deadline=None)
@given(ROOTS | ANYTHING)
def test_any_document_is_a_plan_or_has_problems(value: Any) -> None:
    try:
        found, _ = read(json.dumps(value), as_json=True, env={})
    except ProblemsError:
        return
    ids = [task.id for task in found.tasks]
    assert len({task_id.casefold() for task_id in ids}) == len(ids)
    assert all(need in ids and need != task.id for task in found.tasks for need in task.depends_on)
    assert find_cycle({task.id: task.depends_on for task in found.tasks}) is None
