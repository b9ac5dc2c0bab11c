"""Questions on the screen: those of tasks, answered by a letter, and the cockpit's own before something is ended."""

from textual import on

from tmtui.state.model import Decision
from tmtui.state.selectors import next_decision
from tmtui.tui import intents
from tmtui.tui.intents import Intent
from tmtui.tui.screens.parts import RunParts
from tmtui.tui.steering import ABORT, STOP
from tmtui.tui.widgets.decision import CHOICES
from tmtui.tui.widgets.pane import Tab


class Deciding(RunParts):
    """Who is asked what, and what becomes of the answer."""

    # A task's questions.

    def _show_decision(self) -> None:
        """The selected task's question, else the one that was shown, else the oldest."""
        state = self.bridge.state
        waiting = state.open_decisions
        shown = self.decision.decision
        of_task = next((each for each in waiting if each.task == self.tasks.chosen), None)
        kept = next((each for each in waiting if shown is not None and each.id == shown.id), None)
        current = of_task or kept or (waiting[0] if waiting else None)
        if current is None and self.focused is self.decision:
            self._to_tree()
        self._put_in_bar(current, waiting)

    def _put_in_bar(self, decision: Decision | None, waiting: list[Decision]) -> None:
        place = (waiting.index(decision) + 1, len(waiting)) if decision is not None else (0, 0)
        subject = self.bridge.state.tasks.get(decision.task) if decision else None
        title = subject.task.title if subject else ""
        self.decision.together = len(self._stuck_together())
        self.decision.show(decision, title, place, answerable=self.steering.can_command)

    @on(intents.NextThatNeedsMe)
    def _next_that_needs_me(self) -> None:
        shown = self.decision.decision
        decision = next_decision(self.bridge.state, shown.id if shown and self.focused is self.decision else "")
        if decision is None:
            return
        self.tasks.following = False
        self.tasks.go_to(decision.task)
        self._put_in_bar(decision, self.bridge.state.open_decisions)
        self.set_focus(self.decision)

    @on(intents.Retry)
    @on(intents.Skip)
    @on(intents.AllowOnce)
    @on(intents.AllowAlways)
    @on(intents.Reject)
    @on(intents.RejectAlways)
    def _choose(self, event: Intent) -> None:
        self._answer(CHOICES[type(event)])

    def _answer(self, choice: str, note: str = "", *, prompt: str = "", restore: bool = False) -> None:
        """The focus leaves with the answer: the same key must not answer the next question."""
        self.steering.answer(choice, note, prompt=prompt, restore=restore)
        self._to_tree()

    @on(intents.RetryAll)
    @on(intents.SkipAll)
    def _choose_for_all(self, event: Intent) -> None:
        self.steering.answer_all(CHOICES[type(event)], self._stuck_together())
        self._to_tree()

    def _stuck_together(self) -> list[Decision]:
        """The questions of stuck tasks: those of marked ones, where some are."""
        waiting = [each for each in self.bridge.state.open_decisions if each.about == "task"]
        return [each for each in waiting if each.task in self.tasks.marked] or waiting

    @on(intents.UndoAndRetry)
    def _undo_and_retry(self) -> None:
        self._answer("retry", restore=True)

    @on(intents.NoteAndRetry)
    def _note(self) -> None:
        self._type("retry", "note to the agent:", "what should it do differently?")

    @on(intents.RejectWithNote)
    def _note_why_not(self) -> None:
        self._type("reject", "tell the agent:", "why not, and what instead?")

    @on(intents.EditPrompt)
    def _edit_prompt(self) -> None:
        decision = self.decision.decision
        if decision is None:
            return
        before = self.steering.description(decision.task)
        after = self._edit(before, f"{decision.task}.md")
        if after is None or not after.strip() or after == before:
            self._tell("nothing was changed, so nothing was sent")
        else:
            self._answer("retry", prompt=after)

    @on(intents.LookAtWhole)
    def _look_at_whole(self) -> None:
        self._switch(Tab.INFO)

    # The cockpit's own.

    @on(intents.AbortRun)
    def _ask_abort(self) -> None:
        self.question.ask(ABORT)

    @on(intents.StopRun)
    def _ask_stop(self) -> None:
        self.question.ask(STOP)

    @on(intents.StopTask)
    def _ask_stop_task(self) -> None:
        self.steering.ask_stop_tasks(self.tasks.targets())

    @on(intents.ReallyStopTask)
    def _stop_task(self) -> None:
        self._unask()
        self._to_tree()
        self.steering.stop_tasks(self.tasks.targets())

    @on(intents.Quit)
    def _ask_quit(self) -> None:
        self.steering.quit()

    @on(intents.LeaveIt)
    def _unask(self) -> None:
        self.question.ask(None)
        self.set_focus(self.decision if self.decision.display else self.tasks)

    @on(intents.ReallyAbort)
    def _abort(self) -> None:
        self._unask()
        self._to_tree()
        self.steering.abort()

    @on(intents.ReallyStop)
    def _stop(self) -> None:
        self._unask()
        self.steering.stop()

    @on(intents.StopAtOnce)
    def _stop_at_once(self) -> None:
        self._unask()
        self.steering.stop(force=True)

    @on(intents.StopAndQuit)
    def _stop_and_quit(self) -> None:
        self._unask()
        self.steering.stop_and_quit()

    @on(intents.Detach)
    def _leave_it_running(self) -> None:
        self.steering.detach()

    @on(intents.GoOnNow)
    def _go_on_now(self) -> None:
        self.steering.wake()

    @on(intents.TakeFallback)
    def _take_fallback(self) -> None:
        self.steering.take_fallback()

    @on(intents.PauseOrGoOn)
    def _pause_or_go_on(self) -> None:
        self.steering.pause_or_go_on()
