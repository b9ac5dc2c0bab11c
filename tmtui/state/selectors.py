"""The questions that a screen asks of a state. Every answer is a value; nothing here changes anything.

What a moment means is the caller's: `now_ms` is the wall clock while a run is watched, and the playhead of a replay.
"""

from collections.abc import Collection, Mapping
from typing import Final, Literal, NamedTuple

from tmtui.domain.graph import falls_with
from tmtui.domain.status import RUN_ENDED, AttemptStatus, HookStatus, RunStatus, TaskStatus
from tmtui.state import burn
from tmtui.state.model import AttemptState, Decision, HookState, State, TaskState


# The run.


class Totals(NamedTuple):
    """How many tasks there are, and where they stand."""

    tasks: int
    done: int
    running: int
    needs_you: int
    failed: int
    """Failed or given up."""
    skipped: int
    blocked: int

    @property
    def settled(self) -> int:
        """Those to which nothing more happens by itself."""
        return self.done + self.failed + self.skipped + self.blocked


def totals(state: State) -> Totals:
    """Count the tasks."""
    counts = dict.fromkeys(TaskStatus, 0)
    for subject in state.tasks.values():
        counts[subject.status] += 1
    return Totals(
        tasks=len(state.tasks),
        done=counts[TaskStatus.SUCCEEDED],
        running=counts[TaskStatus.RUNNING],
        needs_you=counts[TaskStatus.NEEDS_YOU],
        failed=counts[TaskStatus.FAILED] + counts[TaskStatus.ABORTED],
        skipped=counts[TaskStatus.SKIPPED],
        blocked=counts[TaskStatus.BLOCKED],
    )


RunWord = Literal[
    "starting", "planned", "running", "pausing", "paused", "stopped", "waiting", "interrupted",
    "succeeded", "incomplete", "failed", "aborted",
]  # fmt: skip


def run_word(state: State, *, engine_alive: bool = True) -> RunWord:
    """Where the run stands, in one word; `interrupted` when nobody works on a run whose log has not ended."""
    if state.plan is None:
        return "starting"
    if state.status in RUN_ENDED:
        return _WORDS[state.status]
    if state.suspended:
        return "stopped"
    if not engine_alive:
        return "interrupted"
    if state.paused:
        return "pausing" if totals(state).running else "paused"
    return _WORDS[state.status]


_WORDS: Final[Mapping[RunStatus, RunWord]] = {
    RunStatus.PLANNED: "planned",
    RunStatus.RUNNING: "running",
    RunStatus.WAITING: "waiting",
    RunStatus.SUCCEEDED: "succeeded",
    RunStatus.INCOMPLETE: "incomplete",
    RunStatus.FAILED: "failed",
    RunStatus.ABORTED: "aborted",
}


def is_over(state: State) -> bool:
    """Whether nothing more comes unless somebody takes the run up again."""
    return state.status in RUN_ENDED or state.suspended


def micro_per_minute(state: State, now_ms: int) -> int | None:
    """What a minute costs at present, over the last ten; None while that cannot be said, and when it is over."""
    if is_over(state) or not state.spending.requests or state.spending.micro_or_unknown is None:
        return None
    rate = burn.micro_per_minute(state.burn, now_ms)
    return None if rate is None else round(rate)


def budget_gone_ms(state: State, now_ms: int) -> int | None:
    """Wall time at which the run's budget is spent at this rate; None when there is none, or nobody can tell."""
    cap = state.limits.budget_micro
    if cap is None or micro_per_minute(state, now_ms) is None:
        return None
    return burn.exhausted_at_ms(state.burn, cap - state.spending.micro, now_ms)


def running_task(state: State) -> str:
    """The task to look at: the running one that began its attempt last, else the first that needs somebody."""
    running = [
        (subject.attempt.started_ms if subject.attempt else 0, task_id)
        for task_id, subject in state.tasks.items()
        if subject.status is TaskStatus.RUNNING
    ]
    if running:
        return max(running)[1]
    return next((task_id for task_id, each in state.tasks.items() if each.status is TaskStatus.NEEDS_YOU), "")


def next_decision(state: State, after: str) -> Decision | None:
    """The open question behind the one with the id `after`, walking round; the oldest when that one is not open."""
    waiting = state.open_decisions
    if not waiting:
        return None
    ids = [each.id for each in waiting]
    return waiting[(ids.index(after) + 1) % len(ids)] if after in ids else waiting[0]


# The tree.


class OutlineRow(NamedTuple):
    """A row of the tree: which thing stands there. What it says is asked when it is drawn."""

    kind: Literal["phase", "task"]
    key: str
    """The phase's name or the task's id."""
    depth: int


def outline(state: State, folded: Collection[str] = ()) -> list[OutlineRow]:
    """The tree's rows: phases in the order in which the plan first names them, each with its tasks below it.

    Tasks without a phase stand by themselves, above the phases. The tasks of a phase in `folded` are left out.
    """
    phases: dict[str, list[TaskState]] = {}
    for subject in state.tasks.values():
        phases.setdefault(subject.task.phase, []).append(subject)
    rows: list[OutlineRow] = []
    for phase in sorted(phases, key=bool):
        if phase:
            rows.append(OutlineRow("phase", phase, 0))
        if phase not in folded:
            base = 1 if phase else 0
            rows += [OutlineRow("task", each.task.id, base + _nesting(state, each)) for each in phases[phase]]
    return rows


def _nesting(state: State, subject: TaskState) -> int:
    """How many tasks it is a subtask of."""
    depth, seen = 0, {subject.task.id}
    while (parent := subject.task.parent) and parent in state.tasks and parent not in seen:
        seen.add(parent)
        subject = state.tasks[parent]
        depth += 1
    return depth


def phase_count(state: State, phase: str) -> tuple[int, int]:
    """How many tasks of a phase are done, and how many there are."""
    members = [each for each in state.tasks.values() if each.task.phase == phase]
    return sum(each.status is TaskStatus.SUCCEEDED for each in members), len(members)


# One task.


def worked_ms(subject: TaskState, now_ms: int) -> int:
    """How long its attempts took, the running one up to now; what lies between attempts does not count."""
    return sum(attempt_ms(each, now_ms) for each in subject.attempts)


def attempt_ms(attempt: AttemptState, now_ms: int) -> int:
    """How long an attempt took, or has taken so far."""
    if attempt.status is not AttemptStatus.RUNNING:
        return round(attempt.seconds * 1000) or max(0, attempt.ended_ms - attempt.started_ms)
    return max(0, now_ms - attempt.started_ms)


def try_count(subject: TaskState) -> tuple[int, int] | None:
    """Which try of how many the latest attempt is; None before the first."""
    if subject.attempt is None:
        return None
    return subject.attempt.round, max(subject.allowance, subject.attempt.round)


def unmet(state: State, subject: TaskState) -> list[str]:
    """The tasks that it still waits for, in the order in which it names them."""
    return [
        need
        for need in subject.task.depends_on
        if need in state.tasks and state.tasks[need].status is not TaskStatus.SUCCEEDED
    ]


def short_reason(state: State, subject: TaskState) -> str:
    """What a row says beside a task that neither runs nor is done."""
    match subject.status:
        case TaskStatus.BLOCKED:
            return _needs(list(subject.blocked_by))
        case TaskStatus.PENDING:
            return _after(unmet(state, subject))
        case TaskStatus.RUNNING:
            return _hitch(subject)
        case TaskStatus.SUCCEEDED:
            return ""
        case TaskStatus.ABORTED:
            return "given up"
        case _:
            return subject.status.replace("_", " ")


def _needs(ids: list[str]) -> str:
    return f"needs {ids[0]}" + (f" +{len(ids) - 1}" if len(ids) > 1 else "") if ids else "blocked"


def _after(ids: list[str]) -> str:
    return f"after {ids[0]}" + (f" +{len(ids) - 1}" if len(ids) > 1 else "") if ids else "pending"


def _hitch(subject: TaskState) -> str:
    """What keeps a running task from going on."""
    attempt = subject.attempt
    if attempt is None:
        return ""
    if attempt.retry is not None:
        return "retrying"
    if any(each.stalled for each in attempt.hooks):
        return "hook asks"
    return "tool asks" if any(each.stalled for each in attempt.tools.values()) else ""


def falls_if_skipped(state: State, task_id: str) -> list[str]:
    """The open tasks that cannot be done without this one."""
    graph = {each.task.id: each.task.depends_on for each in state.tasks.values()}
    return [each for each in falls_with(graph, [task_id]) if not state.tasks[each].ended]


def evidence(state: State, subject: TaskState) -> list[str]:
    """Why the task's status is believed: facts of the log, most telling first."""
    facts = [subject.evidence] if subject.evidence else []
    match subject.status:
        case TaskStatus.NEEDS_YOU:
            facts += _question_facts(state, subject)
        case TaskStatus.BLOCKED:
            facts += [f"{each} is {state.tasks[each].status.replace('_', ' ')}" for each in subject.blocked_by]
        case TaskStatus.PENDING:
            facts += [f"{each} is {state.tasks[each].status.replace('_', ' ')}" for each in unmet(state, subject)]
        case TaskStatus.READY:
            facts.append(
                "every task it depends on has succeeded" if subject.task.depends_on else "it depends on nothing"
            )
        case TaskStatus.RUNNING:
            facts += _running_facts(state, subject)
        case _:
            pass
    if subject.attempt is not None and subject.status not in (TaskStatus.PENDING, TaskStatus.READY):
        facts += _attempt_facts(subject.attempt)
    return list(dict.fromkeys(facts))


def _question_facts(state: State, subject: TaskState) -> list[str]:
    decision = state.decisions.get(subject.decision)
    return [each for each in (decision.title, decision.error, decision.evidence) if each] if decision else []


def _running_facts(state: State, subject: TaskState) -> list[str]:
    attempt = subject.attempt
    if attempt is None:
        return ["it was started, and its first attempt has not begun"]
    engine = f"engine {state.pid} on {state.host}" if state.host else f"engine {state.pid}"
    return [f"attempt {attempt.number} runs under {engine}; its last step is event {attempt.last_seq}"]


def _attempt_facts(attempt: AttemptState) -> list[str]:
    facts = [_hook_fact(each) for each in attempt.hooks if each.status is not HookStatus.RUNNING]
    measured = attempt.measured
    if measured is not None and measured.progressed is not None:
        changed = measured.files_total or len(measured.files)
        noun = "file" if changed == 1 else "files"
        facts.append(
            f"tree {measured.tree[:10]}: " + (f"{changed} {noun} changed" if measured.progressed else "unchanged")
        )
    return facts


def _hook_fact(hook: HookState) -> str:
    if hook.status is HookStatus.PASSED:
        return f"{hook.stage}-hook {hook.name} passed" + (" with exit code 0" if hook.exit_code == 0 else "")
    return hook.message or f"{hook.stage}-hook {hook.name} {hook.status.replace('_', ' ')}"
