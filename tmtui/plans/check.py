"""What only the whole plan can tell: whether ids are good and unique, and who waits for whom.

Each function takes drafts and a `complain`, and reports everything that it finds. Everything is linear or
nearly so: ten thousand tasks, or ten thousand mistakes, are told at once.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

from tmtui.domain.graph import find_cycle
from tmtui.domain.ids import task_id_problem
from tmtui.plans.flatten import Draft, Loc
from tmtui.system.documents.near import NearIds


MAX_TASKS: Final = 10_000
_MAX_CYCLES: Final = 10
_SHOWN_OF_CYCLE: Final = 8
_MAX_ANCESTORS: Final = 32
_MAX_INHERITED: Final = 200_000
"""Dependencies of parents that all subtasks together may take over."""

Complain = Callable[[Loc, str, str], None]
"""Takes where, what, and a hint."""

Needs = dict[str, dict[str, Loc]]
"""For each task the ids that it depends on, each with the place that says so."""


def check_ids(drafts: Iterable[Draft], complain: Complain) -> dict[str, Draft]:
    """The tasks whose ids are good, by id. Of two that differ in case only, the second is a fault."""
    found: dict[str, Draft] = {}
    folded: dict[str, Draft] = {}
    for draft in drafts:
        loc = (*draft.loc, "id")
        if not draft.id:
            if "subtasks" not in draft.loc:  # where a parent has no id, its subtasks can have none
                complain(loc, "the task has no `id`", "Write one, such as `id: login-form`.")
            continue
        if problem := task_id_problem(draft.id):
            complain(loc, f"`{draft.id}` is no task id", f"Rule: {problem}.")
            continue
        first = folded.setdefault(draft.id.casefold(), draft)
        if first is draft:
            found[draft.id] = draft
        elif first.id == draft.id:
            complain(loc, f"two tasks have the id `{draft.id}`", "Give one of them another id.")
        else:
            hint = "Some file systems take them for the same name: give one of them another id."
            complain(loc, f"the ids `{draft.id}` and `{first.id}` differ in case only", hint)
    return found


def check_parents(drafts: Mapping[str, Draft], complain: Complain) -> None:
    """Every parent that is named must be another task, and not nested too deep; the other ties are cut."""
    near = NearIds(drafts)
    for draft in drafts.values():
        loc = (*draft.loc, "parent")
        if draft.parent and draft.parent not in drafts:
            complain(loc, f"no task has the id `{draft.parent}`", near.did_you_mean(draft.parent))
        elif draft.parent == draft.id:
            complain(loc, f"`{draft.id}` is its own parent", "Take `parent` away.")
        elif len(_ancestors(draft, drafts)) > _MAX_ANCESTORS:
            complain(loc, f"subtasks are nested deeper than {_MAX_ANCESTORS} levels", "Make it flatter.")
        else:
            continue
        draft.parent = ""


def _ancestors(draft: Draft, drafts: Mapping[str, Draft]) -> list[str]:
    """The parent, its parent, and so on; it ends where a circle closes, and beyond the limit."""
    found: list[str] = []
    parent = draft.parent
    while parent in drafts and parent not in found and len(found) <= _MAX_ANCESTORS:
        found.append(parent)
        parent = drafts[parent].parent
    return found


def collect_needs(
    drafts: Sequence[Draft],
    by_id: Mapping[str, Draft],
    more: Mapping[str, Sequence[str]],
    complain: Complain,
) -> Needs:
    """Who waits for whom, from `depends_on`, from the plan's `dependencies`, and from parents and subtasks.

    `by_id` are those of the drafts whose ids are good. An id that is not has been told already: who depends on
    it is not blamed for it.
    """
    near = NearIds(by_id)
    named = {draft.id for draft in drafts} - {""}
    needs: Needs = {task_id: {} for task_id in by_id}
    for task_id in more:
        if task_id not in named:
            complain(("dependencies", task_id), f"no task has the id `{task_id}`", near.did_you_mean(task_id))
    for task_id, need, loc in _said(drafts, by_id, more):
        if need not in named:
            complain(loc, f"no task has the id `{need}`", near.did_you_mean(need))
        elif need == task_id:
            complain(loc, f"`{task_id}` depends on itself", "Take this dependency away.")
        elif need in by_id and task_id in by_id:
            needs[task_id].setdefault(need, loc)
    _tie_families(by_id, needs, complain)
    return needs


def _said(
    drafts: Iterable[Draft], by_id: Mapping[str, Draft], more: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, str, Loc]]:
    """Each dependency that is written: who, on whom, and where."""
    for draft in drafts:
        for number, need in enumerate(draft.written.depends_on or ()):
            yield draft.id, _meant(need, draft, by_id), (*draft.loc, "depends_on", number)
    for task_id, others in more.items():
        for number, need in enumerate(others):
            yield task_id, need, ("dependencies", task_id, number)


def _meant(need: str, draft: Draft, drafts: Mapping[str, Draft]) -> str:
    """The id that a dependency means: a subtask may name tasks of its family by their short ids."""
    full_ids = (f"{ancestor}.{need}" for ancestor in _ancestors(draft, drafts))
    return next((full for full in full_ids if full in drafts and full != draft.id), need)


def _tie_families(drafts: Mapping[str, Draft], needs: Needs, complain: Complain) -> None:
    """Let parents wait for their subtasks, and subtasks for what their parents wait for."""
    own = {task_id: tuple(of_task) for task_id, of_task in needs.items()}
    ancestors = {task_id: _ancestors(draft, drafts) for task_id, draft in drafts.items() if draft.parent}
    inherited = 0
    for task_id, above in ancestors.items():
        draft = drafts[task_id]
        inherited += sum(len(own[ancestor]) for ancestor in above)
        if inherited > _MAX_INHERITED:
            hint = "Write them on the subtasks that need them."
            complain(draft.loc, "subtasks take over too many dependencies from their parents", hint)
            return
        for ancestor in above:
            for need in own[ancestor]:
                if need != task_id and ancestor not in ancestors.get(need, ()):
                    needs[task_id].setdefault(need, draft.loc)
        needs[draft.parent].setdefault(task_id, draft.loc)


def check_cycles(needs: Needs, drafts: Mapping[str, Draft], complain: Complain) -> None:
    """Tasks that wait for each other, each circle told as a path."""
    graph = {task_id: list(of_task) for task_id, of_task in needs.items()}
    for _ in range(_MAX_CYCLES):
        cycle = find_cycle(graph)
        if cycle is None:
            return
        hint = "Take one of these dependencies away."
        if any(drafts[a].parent == b or drafts[b].parent == a for a, b in pairwise(cycle)):
            hint = "A task waits for its subtasks, and they wait for what it waits for. " + hint
        complain(needs[cycle[0]][cycle[1]], f"tasks wait for each other: {_as_path(cycle)}", hint)
        graph[cycle[0]].remove(cycle[1])


def _as_path(cycle: Sequence[str]) -> str:
    if len(cycle) <= _SHOWN_OF_CYCLE:
        return " -> ".join(cycle)
    left_out = len(cycle) - _SHOWN_OF_CYCLE
    return " -> ".join([*cycle[:5], f"… {left_out} more …", *cycle[-3:]])
