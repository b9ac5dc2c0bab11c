"""A plan's hash is that of its meaning: how it was spelled does not matter, what it says does."""

import msgspec
import pytest
from hypothesis import given, strategies as st

from tmtui.domain.hook import Hook
from tmtui.domain.plan import Plan, Task, plan_hash


names = st.sampled_from(["a", "b", "c", "build", "test"])
tables = st.dictionaries(names, names, max_size=3)
hooks = st.builds(Hook, name=names, command=names, env=tables, timeout=st.sampled_from([1.0, 600.0]))
tasks = st.builds(
    Task,
    id=names,
    title=names,
    description=names,
    depends_on=st.lists(names, max_size=2).map(tuple),
    post_hooks=st.lists(hooks, max_size=2).map(tuple),
    metadata=tables,
    priority=st.integers(-10, 10),
)
task_lists = st.lists(tasks, max_size=3).map(tuple)


def turned_round(task: Task) -> Task:
    """The same task with every table written in the other order."""
    return msgspec.structs.replace(
        task,
        metadata=dict(reversed(task.metadata.items())),
        post_hooks=tuple(
            msgspec.structs.replace(hook, env=dict(reversed(hook.env.items()))) for hook in task.post_hooks
        ),
    )


@given(task_lists)
def test_the_order_inside_a_table_does_not_change_the_hash(plan: tuple[Task, ...]) -> None:
    assert plan_hash(tuple(map(turned_round, plan))) == plan_hash(plan)


def test_leaving_a_default_out_is_the_same_as_writing_it() -> None:
    short = Task(id="a", title="A")
    long = Task(
        id="a", title="A", description="", phase="", depends_on=(), priority=0, metadata={}, max_attempts=None
    )
    assert plan_hash((short,)) == plan_hash((long,))


@given(task_lists, task_lists)
def test_plans_that_differ_in_meaning_have_different_hashes(one: tuple[Task, ...], other: tuple[Task, ...]) -> None:
    assert (plan_hash(one) == plan_hash(other)) == (one == other)


def test_a_hash_is_sha_256_in_hex_and_is_the_same_in_every_process() -> None:
    assert plan_hash(()) == "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"


def test_a_plan_finds_its_tasks_by_name() -> None:
    plan = Plan(path="tasks.yml", name="p", tasks=(Task(id="a", title="A"), Task(id="b", title="B")), hash="")
    assert plan.task("b").title == "B"
    with pytest.raises(KeyError):
        plan.task("c")
