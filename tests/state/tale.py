"""A log about a task `it`, told with few words."""

from typing import Final

from tests.state.story import Log, make_plan, make_task
from tmtui.domain.outcome import Kind, Outcome
from tmtui.domain.plan import Task
from tmtui.domain.status import AttemptStatus
from tmtui.events.attempt import AttemptFinished, AttemptMeasured, AttemptStarted
from tmtui.events.decision import DecisionAnswered, DecisionOpened
from tmtui.events.run import Limits, RunPlanned, RunStarted
from tmtui.events.task import TaskStarted
from tmtui.state.fold import fold_all
from tmtui.state.model import AttemptState, State, TaskState


BAD: Final = Outcome(Kind.HOOK_POST_FAILED, "test hook failed")
CRASH: Final = Outcome(Kind.INTERRUPTED_CRASH, "the engine ended under it")
STOP: Final = Outcome(Kind.CANCELED_USER, "the run was stopped")


class Tale(Log):
    """Begins with a plan that was taken up; the attempts of its tasks are told by number."""

    def __init__(self, *tasks: Task, limits: Limits | None = None) -> None:
        super().__init__()
        tasks = tasks or (make_task("it"),)
        self.tell(RunPlanned(make_plan(*tasks), "/project", limits or Limits(), "scripted", "0.1.0"))
        self.tell(RunStarted(1, "deck", "boot"))

    def begin(self, number: int = 1, *, task: str = "it", continues: int = 0, reopened: bool = False) -> None:
        if number == 1 or reopened:
            self.tell(TaskStarted(), task)
        self.tell(AttemptStarted(number, "scripted", "demo-1", continues=continues), task, number)

    def measure(self, number: int, *, progressed: bool | None) -> None:
        self.tell(AttemptMeasured("e" * 40, progressed=progressed), "it", number)

    def finish(self, number: int, outcome: Outcome = BAD, *, counted: bool = True, task: str = "it") -> None:
        status = {
            Kind.OK: AttemptStatus.SUCCEEDED,
            Kind.CANCELED_USER: AttemptStatus.INTERRUPTED,
            Kind.INTERRUPTED_CRASH: AttemptStatus.INTERRUPTED,
        }.get(outcome.kind, AttemptStatus.FAILED)
        self.tell(AttemptFinished(status, outcome, counted), task, number)

    def ask(self, number: int = 1, *, task: str = "it") -> None:
        self.tell(DecisionOpened(f"{task}:{number}", "failed", "test hook failed"), task, number)

    def answer(self, choice: str, number: int = 1, *, by: str = "person", note: str = "", task: str = "it") -> None:
        self.tell(DecisionAnswered(f"{task}:{number}", choice, by, note), task)

    @property
    def state(self) -> State:
        """What all of it folds to; every event must fit."""
        state = fold_all(self.events)
        assert not state.anomalies, state.anomalies
        return state

    @property
    def it(self) -> TaskState:
        """The task."""
        return self.state.tasks["it"]

    @property
    def attempt(self) -> AttemptState:
        """The task's latest attempt."""
        attempt = self.it.attempt
        assert attempt is not None
        return attempt
