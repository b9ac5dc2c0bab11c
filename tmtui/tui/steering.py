"""Commands on their way to the engine, and the questions that come before some of them.

Whatever the engine says comes back as events; its reply is only looked at for what went wrong. An answer that came
too late, a run that has ended meanwhile or an engine that is gone are told in one line.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

from tmtui.domain.status import RunStatus, TaskStatus
from tmtui.events.commands import (
    Abort,
    Answer,
    CancelTask,
    Command,
    OpenCircuit,
    Pause,
    ResetCircuit,
    Stop,
    Unpause,
    UseFallback,
)
from tmtui.state.model import Decision
from tmtui.state.selectors import is_over
from tmtui.tui.bridge import Bridge
from tmtui.tui.ports import CockpitExit, Send
from tmtui.tui.widgets.decision import DecisionBar
from tmtui.tui.widgets.header import Header
from tmtui.tui.widgets.question import Question, QuestionBar
from tmtui.tui.work import start


ABORT: Final = Question("abort", "Give the run up", "Every task that is still open is given up with it.")
STOP: Final = Question("stop", "Stop the run", "It is laid down in good order; `tmtui resume` takes it up again.")
QUIT: Final = Question("quit", "Leave the cockpit", "The run goes on. What is to become of it?")

Tell = Callable[[str, bool], None]
"""Shows a line for a moment; the flag says that something went wrong."""

Leave = Callable[[CockpitExit], None]


class Steering:
    """The engine's side of the screen."""

    def __init__(  # the parts of the screen that it speaks through
        self,
        bridge: Bridge,
        send: Send | None,
        decision: DecisionBar,
        question: QuestionBar,
        header: Header,
        tell: Tell,
        leave: Leave,
    ) -> None:
        self._bridge = bridge
        self._send = send
        self._decision = decision
        self._question = question
        self._header = header
        self._tell = tell
        self._leave = leave
        self._leaving = False

    @property
    def can_command(self) -> bool:
        """Whether anybody would hear a command."""
        return self._send is not None and self.has_engine

    @property
    def has_engine(self) -> bool:
        """Whether somebody works on the run."""
        state = self._bridge.state
        return state.plan is not None and self._bridge.engine_alive and not is_over(state)

    # Commands.

    def answer(self, choice: str, note: str = "", *, prompt: str = "", restore: bool = False) -> None:
        """Settle the question that stands in the bar."""
        decision = self._decision.decision
        if decision is None or self._decision.sent:
            return
        self._decision.sent = f"{choice} is on its way to the engine…"
        self._decision.refresh()
        command = Answer(decision.id, choice, note, prompt, restore)
        start(self._decision, partial(self._answer, command), "answers")

    async def _answer(self, command: Answer) -> None:
        if not await self.command(command):
            self._decision.sent = ""
            self._decision.refresh()

    def answer_all(self, choice: str, decisions: list[Decision]) -> None:
        """Settle several questions alike."""
        for decision in decisions:
            start(self._decision, partial(self.command, Answer(decision.id, choice)), "answers")

    def description(self, task: str) -> str:
        """What an agent is asked to do for a task: its description, or what an answer has put in its place."""
        subject = self._bridge.state.tasks.get(task)
        return (subject.prompt or subject.task.description) if subject else ""

    def pause_or_go_on(self) -> None:
        """Hold the run, or let it go on."""
        state = self._bridge.state
        self._later(Unpause() if state.paused else Pause())

    @property
    def can_wake(self) -> bool:
        """Whether the run waits for something that can be tried before its time."""
        state = self._bridge.state
        return state.status is RunStatus.WAITING and not state.paused and state.reason != "storage"

    @property
    def somebody_waits(self) -> bool:
        """Whether a request is held back that another model could serve."""
        state = self._bridge.state
        return bool(state.holds and self.can_wake) or any(
            each.attempt is not None and each.attempt.waiting is not None for each in state.tasks.values()
        )

    def wake(self) -> None:
        """Have the run wait no longer."""
        self._told(Unpause())

    def take_fallback(self) -> None:
        """Have the next model serve what waits."""
        self._told(UseFallback())

    def change_circuit(self, key: str, *, closed: bool) -> None:
        """Reset a circuit, or hold it open."""
        self._told(ResetCircuit(key) if closed else OpenCircuit(key))

    def _told(self, command: Command) -> None:
        """Send a command whose answer is worth a line even when it was taken."""
        start(self._question, partial(self.command, command, told=True), "commands")

    def stop(self, *, force: bool = False) -> None:
        """Lay the run down."""
        self._header.note = "stopping"
        self._later(Stop(force))

    def abort(self) -> None:
        """Give the run up."""
        self._header.note = "giving up"
        self._later(Abort("given up by a person"))

    def stoppable(self, tasks: list[str]) -> list[str]:
        """Those of the tasks whose attempt runs."""
        known = self._bridge.state.tasks
        return [each for each in tasks if each in known and known[each].status is TaskStatus.RUNNING]

    def ask_stop_tasks(self, tasks: list[str]) -> None:
        """Ask whether to stop the attempts of these tasks."""
        names = ", ".join(self.stoppable(tasks))
        text = "What it has changed stays, and its question opens: retry, skip or give up."
        self._question.ask(Question("stop-task", f"Stop {names}", text))

    def stop_tasks(self, tasks: list[str]) -> None:
        """Stop the attempts of these tasks."""
        for each in self.stoppable(tasks):
            self._later(CancelTask(each))

    def _later(self, command: Command) -> None:
        start(self._question, partial(self.command, command), "commands")

    async def command(self, command: Command, *, told: bool = False) -> bool:
        """Send a command and tell what went wrong, and with `told` what became of it; say whether it was taken."""
        if self._send is None:
            return False
        reply = await self._send(command)
        if not reply.ok:
            self._header.note = ""
            self._leaving = False
            self._tell(reply.message or "the engine did not take the command", True)
        elif told and reply.message:
            self._tell(reply.message, False)
        return reply.ok

    # Leaving.

    def quit(self) -> None:
        """Leave, after asking where a run goes on."""
        if self._goes_on():
            self._question.ask(QUIT)
        else:
            over = is_over(self._bridge.state) or not self._bridge.live
            self._leave(CockpitExit("finished" if over else "detached"))

    def _goes_on(self) -> bool:
        return self._send is not None and self._bridge.engine_alive and not is_over(self._bridge.state)

    def detach(self) -> None:
        """Leave, and let the run go on."""
        self._leave(CockpitExit("detached"))

    def stop_and_quit(self) -> None:
        """Lay the run down, and leave when it lies."""
        self._leaving = True
        self.stop()

    def update(self) -> None:
        """The state has changed."""
        if not self._goes_on():
            self._header.note = ""
            if self._leaving:
                self._leave(CockpitExit("stopped"))
