"""The native plan format: `tasks.yml` or `tasks.json`.

The root is a mapping with `tasks`, or the list of tasks itself. `load_plan` reads the file, `plan_from` does
the rest and touches no file. All faults are told at once, in the order of the file.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from tmtui.domain.hook import Hook, HookDefaults
from tmtui.domain.plan import Plan, Task, plan_hash
from tmtui.domain.problem import Problem, ProblemsError
from tmtui.domain.text import clean_line
from tmtui.plans.check import MAX_TASKS, Needs, check_cycles, check_ids, check_parents, collect_needs
from tmtui.plans.flatten import Draft, Loc, flatten
from tmtui.plans.written import PlanWritten, TaskWritten
from tmtui.system.documents import Document, read_document
from tmtui.system.documents.hooks import HookUse, lay_over, make_hook, resolve_uses
from tmtui.system.documents.nodes import Entry, ListNode, MapNode, Node
from tmtui.system.documents.schema import Reading
from tmtui.system.variables import missing_variables


_PLAIN_NAMES: Final = frozenset({"tasks", "plan", "taskmaster"})
"""File names that say nothing about the plan."""

_EMPTY_HINT: Final = "Write at least one: tasks: [{id: first, title: Say hello}]. `tmtui init` writes an example."


def load_plan(
    path: Path,
    *,
    root: Path | None = None,
    hooks: Mapping[str, Hook] | None = None,
    defaults: HookDefaults | None = None,
    env: Mapping[str, str] | None = None,
) -> tuple[Plan, tuple[Problem, ...]]:
    """Read a plan, and say what is doubtful about it.

    Args:
        path: the file.
        root: the project's root; without it, the file's folder.
        hooks: the hooks of the settings, by name.
        defaults: the default hooks of the settings.
        env: where hooks will find the variables that their `env` names; without it, that is not checked.

    Raises:
        ProblemsError: the file cannot be used; it holds every fault, and the warnings with them.
    """
    absolute = Path(os.path.abspath(path))  # noqa: PTH100  # a symbolic link keeps the name that people use
    root = absolute.parent if root is None else root.absolute()
    inside = absolute.relative_to(root) if absolute.is_relative_to(root) else absolute
    document = read_document(path, shown=str(inside))
    name = root.name if path.stem in _PLAIN_NAMES else path.stem
    return plan_from(
        document, path=str(inside), name=name, hooks=hooks or {}, defaults=defaults or HookDefaults(), env=env
    )


def plan_from(
    document: Document,
    *,
    path: str,
    name: str,
    hooks: Mapping[str, Hook],
    defaults: HookDefaults,
    env: Mapping[str, str] | None = None,
) -> tuple[Plan, tuple[Problem, ...]]:
    """The plan that a document holds; `path` and `name` are what it is called where it does not say.

    Raises:
        ProblemsError: as for `load_plan`.
    """
    reading = Reading(_with_mapping_as_root(document, path), PlanWritten)
    work = _Work(reading, hooks, defaults, env)
    tasks = work.tasks()
    problems = tuple(sorted(set(reading.problems)))
    if any(not problem.warning for problem in problems):
        raise ProblemsError(problems)
    title = reading.said.name or clean_line(name, 80)
    return Plan(path=path, name=title, tasks=tasks, hash=plan_hash(tasks)), problems


def _with_mapping_as_root(document: Document, path: str) -> Document:
    """The document with a root that holds `tasks`.

    Raises:
        ProblemsError: it is empty, or far too long to look at in detail.
    """
    node = document.root
    if node is None:
        raise ProblemsError((document.problem((), "the plan is empty", _EMPTY_HINT),))
    if clean_line(path, len(path) + 1) != path:
        hint = "Rename it: its name holds characters that cannot be shown."
        raise ProblemsError((document.problem((), "the file's name cannot be shown as it is", hint),))
    if isinstance(node, ListNode):
        node = MapNode(node.line, node.column, {"tasks": Entry(node.line, node.column, node)})
    for tasks in _lists_of_tasks(node):
        if len(tasks.items) > MAX_TASKS:
            raise ProblemsError((_too_many(document, tasks, len(tasks.items)),))
    return Document(document.path, node)


def _lists_of_tasks(root: Node) -> Iterator[ListNode]:
    if isinstance(root, MapNode):
        for key in ("tasks", "phases"):
            if key in root.entries and isinstance(found := root.entries[key].node, ListNode):
                yield found


def _too_many(document: Document, tasks: ListNode, count: int) -> Problem:
    message = f"the plan has {count:,} tasks, and at most {MAX_TASKS:,} are taken"
    return Problem(document.path, tasks.line, tasks.column, message, "Split it into several plans.")


class _Work:
    """One plan on its way from what is written to tasks."""

    def __init__(
        self,
        reading: Reading[PlanWritten],
        hooks: Mapping[str, Hook],
        defaults: HookDefaults,
        env: Mapping[str, str] | None,
    ) -> None:
        self._reading = reading
        self._env = env
        self._told = set[tuple[str, str]]()
        self._hooks = self._defined(hooks)
        self._defaults = self._default_hooks(defaults)

    def tasks(self) -> tuple[Task, ...]:
        plan = self._reading.said
        drafts = flatten(plan)
        if len(drafts) > MAX_TASKS:
            self._complain(("tasks",), f"the plan has {len(drafts):,} tasks with subtasks", "Split it.")
            return ()
        if not drafts and all(problem.warning for problem in self._reading.problems):
            self._complain((), "the plan has no tasks", _EMPTY_HINT)
        for draft in drafts:
            if draft.written.title is None:
                self._complain((*draft.loc, "title"), f"the task {_called(draft)}has no `title`", "")
        by_id = check_ids(drafts, self._complain)
        check_parents(by_id, self._complain)
        needs = collect_needs(drafts, by_id, plan.dependencies or {}, self._complain)
        check_cycles(needs, by_id, self._complain)
        return tuple(self._task(draft, needs) for draft in by_id.values())

    def _complain(self, loc: Loc, message: str, hint: str) -> None:
        """Report a fault, unless it only follows from one that was reported already."""
        if not any(self._reading.faulty(loc[:length]) for length in range(1, len(loc) + 1)):
            self._reading.problem(loc, message, hint)

    def _defined(self, hooks: Mapping[str, Hook]) -> dict[str, Hook]:
        """The hooks of the settings, with those of the plan laid over them."""
        defined = dict(hooks)
        for name, written in (self._reading.said.hooks or {}).items():
            said = written.as_said()
            if name in defined:
                defined[name] = lay_over(defined[name], said)
            elif "command" in said:
                defined[name] = make_hook(name, said)
            else:
                hint = "Write what the shell runs: command: pytest -q"
                self._complain(("hooks", name, "command"), f"the hook `{name}` has no `command`", hint)
        return defined

    def _default_hooks(self, defaults: HookDefaults) -> HookDefaults:
        """The plan's own defaults; where it has none, those of the settings, as the plan defines them."""
        said = self._reading.said.hook_defaults
        pre, post = (said.pre_hooks, said.post_hooks) if said else (None, None)
        return HookDefaults(
            pre=self._listed(pre, ("hook_defaults", "pre_hooks"), defaults.pre),
            post=self._listed(post, ("hook_defaults", "post_hooks"), defaults.post),
        )

    def _listed(self, uses: Sequence[HookUse] | None, loc: Loc, otherwise: Sequence[Hook]) -> tuple[Hook, ...]:
        if uses is None:
            return tuple(self._hooks.get(hook.name, hook) for hook in otherwise)

        def complain(number: int, message: str, hint: str) -> None:
            if not self._told_already(uses[number], (*loc, number)):
                self._complain((*loc, number), message, hint)

        return resolve_uses(uses, self._hooks, complain)

    def _told_already(self, use: HookUse, loc: Loc) -> bool:
        """Whether an item stands for no hook because of a fault in it, or in the hook that it names."""
        faulty = self._reading.faulty
        if use.name is None:
            return faulty((*loc, "command")) or faulty((*loc, "name"))
        return use.name in (self._reading.said.hooks or {}) or faulty(("hooks", use.name))

    def _task(self, draft: Draft, needs: Needs) -> Task:
        written = draft.written
        pre_loc, post_loc = (*draft.loc, "pre_hooks"), (*draft.loc, "post_hooks")
        pre = self._listed(written.pre_hooks, pre_loc, self._defaults.pre)
        post = self._listed(written.post_hooks, post_loc, self._defaults.post)
        self._check_variables(pre, pre_loc)
        self._check_variables(post, post_loc)
        return Task(
            id=draft.id,
            title=written.title or "",
            description=_description(written),
            phase=draft.phase,
            path=written.path or "",
            depends_on=tuple(needs[draft.id]),
            priority=written.priority or 0,
            pre_hooks=pre,
            post_hooks=post,
            acceptance_criteria=tuple(written.acceptance_criteria or ()),
            definition_of_done=(*(written.definition_of_done or ()), *(f"Tests: {t}" for t in written.tests or ())),
            estimate=written.estimate or "",
            risk=written.risk or "",
            parent=draft.parent,
            profile=written.profile or "",
            provider=written.provider or "",
            complexity=written.complexity or "",
            timeout=written.timeout,
            budget_micro=written.budget_usd,
            max_attempts=written.max_attempts,
            progress=written.progress is not False,
            metadata=written.metadata or {},
        )

    def _check_variables(self, hooks: Sequence[Hook], loc: Loc) -> None:
        """A hook that a task uses must find its variables. Each is told once."""
        if self._env is None:
            return
        wanted = (
            (hook.name, name, variable)
            for hook in hooks
            for name, value in hook.env.items()
            for variable in missing_variables(value, self._env)
        )
        for hook_name, name, variable in wanted:
            if (hook_name, variable) not in self._told:
                self._told.add((hook_name, variable))
                message = f"the hook `{hook_name}` needs the environment variable {variable}, which is not set"
                hint = f"Set it, or give a default where it is defined: {name}: ${{{variable}:-…}}"
                self._complain(loc, message, hint)


def _called(draft: Draft) -> str:
    return f"`{draft.id}` " if draft.id else ""


def _description(written: TaskWritten) -> str:
    return "\n\n".join(part for part in (written.description, written.details) if part)
