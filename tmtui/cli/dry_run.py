"""What a run would do, in words: the tasks in the order in which they could start, with hooks and costs."""

from tmtui.cli.forecast import Forecast, estimate_words, preview_lines
from tmtui.cli.output import Line, Tone
from tmtui.cli.serving import Prepared
from tmtui.cli.times import count
from tmtui.domain.plan import Plan, Task


def dry_run_lines(prepared: Prepared, agent: str, forecast: Forecast) -> list[Line | str]:
    """The lines for a plan that is not carried out.

    Args:
        prepared: The plan and the settings, read.
        agent: Who was named on the command line; empty for nobody.
        forecast: What the tasks may cost.
    """
    plan, limits = prepared.plan, prepared.limits
    nobody = "nobody: choose one with --agent, or `agent:` in .taskmaster.yml"
    by_task = "the model of each task" if forecast.models else nobody
    who = agent or prepared.settings.agent or by_task
    lines: list[Line | str] = [
        Line(f"Dry run of {plan.path}: {count(len(plan.tasks), 'task')}, nothing is started", Tone.STRONG),
        f"Agent: {who}",
        f"At the same time: {limits.max_parallel}. Attempts at a task: {limits.max_attempts}.",
        "",
    ]
    for number, task in enumerate(in_order(plan), 1):
        lines += _task_lines(number, task)
        if model := forecast.models.get(task.id):
            lines.append(f"     model {model}")
        if found := forecast.tasks.get(task.id):
            lines.append(f"     {estimate_words(found)}")
    lines += ["", *preview_lines(forecast, prepared)]
    return [*lines, "", *(str(problem) for problem in prepared.warnings)]


def in_order(plan: Plan) -> list[Task]:
    """The tasks as one engine with one task at a time would start them, if all succeed at once."""
    waiting = {task.id: task for task in plan.tasks}
    ordered: list[Task] = []
    done: set[str] = set()
    while waiting:
        ready = [task for task in waiting.values() if done.issuperset(task.depends_on)]
        first = max(ready, key=lambda task: task.priority)
        ordered.append(waiting.pop(first.id))
        done.add(first.id)
    return ordered


def _task_lines(number: int, task: Task) -> list[Line | str]:
    lines: list[Line | str] = [f"{number:>3}. {task.id}: {task.title}"]
    if task.depends_on:
        lines.append(f"     after {', '.join(task.depends_on)}")
    for words, hooks in (("before", task.pre_hooks), ("then", task.post_hooks)):
        lines += [f"     {words} {hook.name}: {hook.command.strip().splitlines()[0]}" for hook in hooks]
    return lines
