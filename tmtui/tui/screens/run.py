"""The run on the screen: a router between keys, widgets, the bridge and the engine.

Nothing is computed here. What a widget or a key asks for arrives as a message, and a handler of a few lines passes
it on: to the pane's `Reading`, to the engine's `Steering`, to the bridge. Once in a frame whatever was touched is
drawn.
"""

import os
from collections.abc import Callable, Mapping
from typing import Final, Protocol, runtime_checkable

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widget import Widget

from tmtui.domain.text import clean
from tmtui.state.model import Decision
from tmtui.state.selectors import next_decision
from tmtui.tui import intents
from tmtui.tui.attention import Attention
from tmtui.tui.bridge import Bridge
from tmtui.tui.frame import FRAMES_A_SECOND, Frame, Touched
from tmtui.tui.intents import INTENTS, Intent, Needs, Where, bindings
from tmtui.tui.keymap import key_label, keys_of
from tmtui.tui.ports import CockpitExit, Habits, Rig, StartFailedError
from tmtui.tui.reading import Reading
from tmtui.tui.replay import Replay
from tmtui.tui.sharing import Sharing
from tmtui.tui.steering import ABORT, STOP, Leave, Steering
from tmtui.tui.widgets.canvas import Commanded
from tmtui.tui.widgets.decision import CHOICES, DecisionBar
from tmtui.tui.widgets.entry import Entry
from tmtui.tui.widgets.footer import Footer, Hint
from tmtui.tui.widgets.gauges import Gauges
from tmtui.tui.widgets.header import Header, Notices
from tmtui.tui.widgets.pane import TABS, TAILING, Pane, Tab
from tmtui.tui.widgets.question import QuestionBar
from tmtui.tui.widgets.scrubber import Scrubber
from tmtui.tui.widgets.tree import TaskTree
from tmtui.tui.work import start


PLACES: Final[Mapping[type[Widget], Where]] = {
    TaskTree: Where.TREE,
    Pane: Where.PANE,
    DecisionBar: Where.DECISION,
    QuestionBar: Where.QUESTION,
}
"""Whose keys work where the focus is."""

ALWAYS_HINTED: Final = (intents.OpenPalette, intents.ShowHelp, intents.Quit)
"""These stand at the right end of the footer whatever happens."""


@runtime_checkable
class HasTerminal(Protocol):
    """An app on a terminal."""

    looked_at: bool | None

    def to_terminal(self, sequence: str) -> None:
        """Send the terminal something that is no text."""
        ...


class Beside(Horizontal):
    """Widgets side by side, with nothing of its own to be drawn beneath them at every frame."""

    BLANK = True


class Stacked(Vertical):
    """Widgets one above the other, likewise."""

    BLANK = True


class RunScreen(Commanded, Screen[None], inherit_bindings=False):
    """One run, live or played."""

    BLANK = True

    BINDINGS = bindings(Where.ANYWHERE, Where.REPLAY)
    AUTO_FOCUS = "TaskTree"
    HORIZONTAL_BREAKPOINTS = [(0, "-list"), (50, "-stacked"), (80, "-wide")]  # noqa: RUF012  # Textual's own form
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-tall")]  # noqa: RUF012  # Textual's own form

    def __init__(self, rig: Rig, leave: Leave) -> None:
        super().__init__()
        self.keymap = rig.keymap
        self._rig = rig
        self._leave = leave
        self._frame = Frame()
        self._replay = None if rig.live else Replay(rig.source, self._frame, rig.now)
        if self._replay is not None:
            self._replay.player.speed = rig.speed
        self.bridge: Bridge = self._replay or Bridge(rig.source, self._frame, rig.now)
        self.header = Header(self.bridge)
        self.notices = Notices(self.bridge)
        self.tasks = TaskTree(self.bridge)
        self.pane = Pane()
        self.gauges = Gauges(self.bridge)
        self.decision = DecisionBar()
        self.question = QuestionBar()
        self.entry = Entry()
        self.footer = Footer()
        self.scrubber = Scrubber(self._replay.player) if self._replay else None
        self.sharing = Sharing(self, self.tasks, self.pane, rig.habits.tree_width)
        self.reading = Reading(self.pane, self.bridge, rig.diff)
        self.steering = Steering(
            self.bridge, rig.send, self.decision, self.question, self.header, self._tell, self._leave
        )
        self._at_once: Mapping[type[Intent], Callable[[], None]] = {
            intents.NextThatNeedsMe: self._next_that_needs_me,
            intents.NextPane: self._next_pane,
            intents.PreviousPane: self._previous_pane,
            intents.Back: self._back,
            intents.StopRun: self._ask_stop,
            intents.Quit: self._ask_quit,
            intents.OpenTask: self._open_task,
            intents.Search: self._search,
            intents.FilterTasks: self._filter,
            intents.StopTask: self._ask_stop_task,
            intents.AbortRun: self._ask_abort,
            intents.NoteAndRetry: self._note,
            intents.RejectWithNote: self._note_why_not,
            intents.LeaveIt: self._unask,
        }
        self._seconds = rig.ticks()
        self._engine_missed = 0
        self.attention = Attention(self._to_terminal, os.environ)
        self.attention.loud = not rig.habits.silent
        self._theme = rig.habits.theme

    # Laying out and starting.

    def compose(self) -> ComposeResult:
        """The widgets, from the top."""
        self.decision.keymap = self.question.keymap = self.keymap
        yield self.header
        yield self.notices
        with Beside(id="body"):
            yield self.tasks
            with Stacked(id="right"):
                yield self.pane
                yield self.gauges
        yield self.decision
        yield self.question
        if self.scrubber is not None:
            yield self.scrubber
        yield self.footer

    def on_mount(self) -> None:
        """Begin to take events, and start the frame clock."""
        self.attention.begin()
        habits = self._rig.habits
        self.pane.dress(wrap=habits.wrap, times=habits.times, as_written=habits.as_written)
        self.call_after_refresh(self._add_entry)
        start(self, self._begin, "feed")
        self.set_interval(1 / FRAMES_A_SECOND, self._draw)

    def on_unmount(self) -> None:
        """The terminal gets its own title back."""
        self.attention.end()

    def _to_terminal(self, sequence: str) -> None:
        if isinstance(self.app, HasTerminal):
            self.app.to_terminal(sequence)

    def _call_attention(self) -> None:
        """Somebody may look elsewhere; a replay calls nobody."""
        if self._replay is None and isinstance(self.app, HasTerminal):
            alive = self.bridge.engine_alive
            self.attention.update(
                self.bridge.state, self._rig.now(), engine_alive=alive, looked_at=self.app.looked_at
            )

    @on(intents.ToggleNoise)
    def _toggle_noise(self) -> None:
        self.attention.loud = not self.attention.loud
        self._tell("rings and notifies" if self.attention.loud else "silent: only the title tells")
        self._keep_habits()

    def on_resize(self, event: events.Resize) -> None:
        """The border stays where it was put, as far as there is room."""
        self.sharing.fit(event.size.width)

    def _add_entry(self) -> None:
        """The line to type into comes behind the first frame, which it is not needed for."""
        if self.is_attached:
            self.mount(self.entry, before=self.footer)

    async def _begin(self) -> None:
        if self._rig.starting is not None:
            self.tasks.waiting_for = "starting the engine…"
            try:
                await self._rig.starting
            except StartFailedError as error:
                self._leave(CockpitExit("failed", error.message, error.exit_code))
                return
            self.tasks.waiting_for = "reading the log…"
        await self.bridge.run()

    # Drawing.

    def _draw(self) -> None:
        """One frame."""
        before, self._seconds = self._seconds, self._rig.ticks()
        if self._replay is not None:
            self._replay.play(self._seconds - before)
        touched = self._frame.take(self._rig.now())
        if touched is Touched.NOTHING:
            return
        with self.app.batch_update():
            self._update(touched)

    def _update(self, touched: Touched) -> None:
        if touched & Touched.CLOCK:
            self._look_for_the_engine()
        if touched & (Touched.STATE | Touched.PLAN):
            self._show_state(plan_changed=Touched.PLAN in touched)
        elif touched & Touched.CLOCK:
            self._show_time()
        self.reading.update(touched)

    def _show_state(self, *, plan_changed: bool) -> None:
        self.tasks.update(plan_changed=plan_changed)
        self.notices.update()
        self._show_decision()
        self.steering.update()
        self._call_attention()
        self._hint()
        self._show_time()

    def _show_time(self) -> None:
        """What runs by itself: the header's clock, the running tasks' and the playhead."""
        self.header.refresh()
        self.tasks.refresh_times()
        self.gauges.refresh()
        if self.bridge.state.holds:
            self.notices.refresh()
        if self.scrubber is not None:
            self.scrubber.refresh()

    def _look_for_the_engine(self) -> None:
        """The engine is gone when its lock was free twice: between a run's two sittings it is free for a moment."""
        alive = self._rig.engine_alive
        if alive is None or self.bridge.state.plan is None:
            return
        self._engine_missed = 0 if alive() else self._engine_missed + 1
        is_there = self._engine_missed < 2  # noqa: PLR2004  # twice
        if is_there != self.bridge.engine_alive:
            self.bridge.engine_alive = is_there
            self._frame.mark(Touched.STATE)

    def on_descendant_focus(self) -> None:
        """Other keys mean something now."""
        self._hint()

    def on_descendant_blur(self) -> None:
        """Other keys mean something now."""
        self._hint()

    def _hint(self) -> None:
        if self.entry.purpose:
            self.footer.show([Hint(intents.Back, key_label(keys_of(intents.Back, self.keymap)[0]), "cancel")], [])
            return
        place = PLACES.get(type(self.focused)) if self.focused is not None else None
        here = [each for each in INTENTS.values() if each.WHERE is place and place is not None]
        wide = [each for each in INTENTS.values() if each.WHERE in (Where.REPLAY, Where.ANYWHERE)]
        hints = [self._hint_for(each) for each in (*here, *wide) if self._is_hinted(each)]
        self.footer.show(hints, [self._hint_for(each) for each in ALWAYS_HINTED])

    def _is_hinted(self, intent: type[Intent]) -> bool:
        said_above = intent.WHERE in (Where.DECISION, Where.QUESTION)
        return bool(intent.WORD) and intent not in ALWAYS_HINTED and not said_above and self.offers(intent)

    def _hint_for(self, intent: type[Intent]) -> Hint:
        keys = keys_of(intent, self.keymap)
        word = intent.WORD
        if intent is intents.PauseOrGoOn and self.bridge.state.paused:
            word = "go on"
        elif intent is intents.PlayOrHold and self._replay is not None and self._replay.player.playing:
            word = "hold"
        return Hint(intent, key_label(keys[0]) if keys else "", word)

    # Commands: which mean something, and who does them.

    def offers(self, intent: type[Intent]) -> bool:
        """Whether a command means something now."""
        if self.entry.purpose and intent.AT_ONCE:
            return intent is intents.Back
        if intent.NEEDS is Needs.REPLAY:
            return self._replay is not None
        if intent.NEEDS is Needs.ENGINE and not self.steering.can_command:
            return False
        if intent.NEEDS is Needs.LIVE and self._replay is not None:
            return False
        if intent.WHERE is Where.QUESTION:
            return self.question.asks(intent)
        if intent.WHERE is Where.DECISION:
            return self.decision.takes(intent)
        if intent is intents.NextThatNeedsMe:
            return bool(self.bridge.state.open_decisions)
        if intent is intents.StopTask:
            return bool(self.steering.stoppable(self.tasks.targets()))
        return True

    def perform(self, intent: type[Intent]) -> None:
        """Do a command, or have its owner do it."""
        owners: Mapping[Where, Widget | None] = {
            Where.TREE: self.tasks,
            Where.PANE: self.pane,
            Where.DECISION: self.decision,
            Where.QUESTION: self.question,
            Where.REPLAY: self.scrubber,
        }
        owner = owners.get(intent.WHERE) or self
        if not self.offers(intent):
            return
        if intent.AT_ONCE:
            self._at_once[intent]()
        else:
            owner.post_message(intent())

    def action_intent(self, intent_id: str) -> None:
        """A key of no pane in particular was pressed."""
        self.perform(INTENTS[intent_id])

    @on(Footer.Clicked)
    def _clicked(self, event: Footer.Clicked) -> None:
        self.perform(event.intent)

    def _tell(self, words: str, bad: bool = False) -> None:  # a line and how bad it is
        self.notify(words, severity="error" if bad else "information", timeout=4)

    # Tasks, attempts and tabs.

    @on(TaskTree.Chosen)
    def _task_chosen(self, event: TaskTree.Chosen) -> None:
        self.reading.choose(event.task)
        self._show_decision()

    @on(Pane.AttemptPointed)
    def _attempt_pointed(self, event: Pane.AttemptPointed) -> None:
        self.reading.go_to_attempt(event.number)

    @on(Pane.TabShown)
    def _tab_shown(self) -> None:
        self.reading.update(Touched.EVERYTHING)

    @on(intents.EarlierAttempt)
    def _earlier_attempt(self) -> None:
        self.reading.step_attempt(-1)

    @on(intents.LaterAttempt)
    def _later_attempt(self) -> None:
        self.reading.step_attempt(1)

    @on(intents.Compare)
    def _compare(self) -> None:
        if self.pane.tab in TAILING:
            self._tell("the prompt, the diff and the attempts can be compared")
        elif not self.reading.compare():
            self._tell("there is no attempt before this one")

    @on(intents.NextTab)
    def _next_tab(self) -> None:
        self._switch(TABS[(TABS.index(self.pane.tab) + 1) % len(TABS)])

    @on(intents.PreviousTab)
    def _previous_tab(self) -> None:
        self._switch(TABS[TABS.index(self.pane.tab) - 1])

    @on(intents.ShowOutput)
    def _show_output(self) -> None:
        self._switch(Tab.OUTPUT)

    @on(intents.ShowDiff)
    @on(intents.LookAtDiff)
    def _show_diff(self) -> None:
        self._switch(Tab.DIFF)

    @on(intents.ShowHooks)
    def _show_hooks(self) -> None:
        self._switch(Tab.HOOKS)

    @on(intents.ShowPrompt)
    def _show_prompt(self) -> None:
        self._switch(Tab.PROMPT)

    @on(intents.ShowAttempts)
    def _show_attempts(self) -> None:
        self._switch(Tab.ATTEMPTS)

    @on(intents.ShowInfo)
    def _show_info(self) -> None:
        self._switch(Tab.INFO)

    def _switch(self, tab: Tab) -> None:
        self.add_class("-reading")
        self.pane.switch(tab)

    @on(intents.OtherPaneDown)
    def _other_down(self) -> None:
        self.pane.scroll_text(1)

    @on(intents.OtherPaneUp)
    def _other_up(self) -> None:
        self.pane.scroll_text(-1)

    # Panes.

    @on(intents.OpenTask)
    def _open_task(self) -> None:
        if self.tasks.fold():
            return
        subject = self.bridge.state.tasks.get(self.tasks.chosen)
        if subject is not None and not subject.attempts and self.pane.tab is Tab.OUTPUT:
            self.pane.switch(Tab.INFO)
        self._to_pane()

    @on(intents.NextPane)
    def _next_pane(self) -> None:
        self._step_focus(1)

    @on(intents.PreviousPane)
    def _previous_pane(self) -> None:
        self._step_focus(-1)

    def _step_focus(self, step: int) -> None:
        if self.question.question is not None:
            return
        stops: list[Widget] = [self.tasks, self.pane, *([self.decision] if self.decision.display else [])]
        index = stops.index(self.focused) if self.focused in stops else -step
        target = stops[(index + step) % len(stops)]
        self.set_class(target is self.pane, "-reading")
        self.sharing.focus(target)
        self.set_focus(target)

    @on(intents.Back)
    def _back(self) -> None:
        if self.entry.purpose:
            self._leave_entry()
        elif self.question.question is not None:
            self._unask()
        elif self.focused is self.pane and self.pane.needle:
            self.pane.search("")
        elif self.sharing.unzoom():
            self._share_room()
        elif self.focused is not self.tasks or not self.tasks.clear():
            self._to_tree()

    def _to_pane(self) -> None:
        self.add_class("-reading")
        self.sharing.focus(self.pane)
        self.set_focus(self.pane)

    def _to_tree(self) -> None:
        self.remove_class("-reading")
        self.sharing.focus(self.tasks)
        self.set_focus(self.tasks)

    @on(intents.Enlarge)
    def _enlarge(self) -> None:
        self.sharing.zoom(self.focused)
        self.sharing.fit()

    @on(intents.ShareRoom)
    def _share_room(self) -> None:
        self.sharing.unzoom()
        self.sharing.fit()

    @on(intents.WidenTree)
    def _widen_tree(self) -> None:
        self.sharing.step_border(1)
        self._keep_habits()

    @on(intents.NarrowTree)
    def _narrow_tree(self) -> None:
        self.sharing.step_border(-1)
        self._keep_habits()

    @on(TaskTree.BorderMoved)
    def _border_moved(self, event: TaskTree.BorderMoved) -> None:
        self.sharing.move_border(event.width)
        self._keep_habits()

    @on(Pane.Dressed)
    def _keep_habits(self) -> None:
        """What was chosen here is found again by the next screen of this project."""
        if self._rig.keep is not None:
            view = self.pane.view
            silent = not self.attention.loud
            self._rig.keep(
                Habits(self.sharing.width, self._theme, view.wrap, self.pane.times, view.as_written, silent)
            )

    def keep_theme(self, name: str) -> None:
        """A theme was chosen."""
        self._theme = name
        self._keep_habits()

    # Searching and copying.

    @on(intents.Search)
    def _search(self) -> None:
        self._type("search", "/", "what to look for")

    @on(intents.FilterTasks)
    def _filter(self) -> None:
        self._type("filter", "show:", "words of a task, phase or status; !word leaves out")

    def _type(self, purpose: str, label: str, hint: str) -> None:
        if self.entry.is_attached:
            self.entry.open(purpose, label, hint)

    def _leave_entry(self) -> None:
        purpose = self.entry.purpose
        self._look_for(purpose, "")
        self.entry.close()
        back: Mapping[str, Widget] = {"search": self.pane, "retry": self.decision, "reject": self.decision}
        target = back.get(purpose, self.tasks)
        self.set_focus(target if target.display else self.tasks)

    def _look_for(self, purpose: str, text: str) -> None:
        if purpose == "search":
            self.pane.search(text)
        elif purpose == "filter":
            self.tasks.filter(text)

    @on(Entry.Typed)
    def _typed(self, event: Entry.Typed) -> None:
        self._look_for(event.purpose, event.text)

    @on(Entry.Given)
    def _given(self, event: Entry.Given) -> None:
        self.entry.close()
        self._look_for(event.purpose, event.text)
        if event.purpose == "search":
            self._to_pane()
        elif event.purpose == "filter":
            self._to_tree()
        else:
            self._answer(event.purpose, event.text)

    @on(intents.Copy)
    def _copy(self) -> None:
        selected = self.get_selected_text()
        text, what = (selected, "the selection") if selected else self.pane.text_to_copy()
        self._copy_text(text, what)

    @on(intents.OpenInEditor)
    def _open_in_editor(self) -> None:
        text, line = self.pane.whole_text()
        self._edit(text, f"{self.tasks.chosen}-{self.pane.tab.value.lower()}.txt", line)

    @on(intents.CopyOrAsk)
    def _copy_or_ask(self) -> None:
        if selected := self.get_selected_text():
            self._copy_text(selected, "the selection")
        else:
            self._tell(f"{key_label(keys_of(intents.Quit, self.keymap)[0])} leaves; ctrl+c ends nothing here")

    def _copy_text(self, text: str, what: str) -> None:
        if text:
            self.app.copy_to_clipboard(clean(text))
            self._tell(f"copied {what}")

    # Decisions.

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

    def _edit(self, text: str, name: str, line: int = 1) -> str | None:
        """Have a text edited; None where no editor could be opened, which was told."""
        from tmtui.tui.editor import EditorError, edit  # noqa: PLC0415  # not needed for the first frame

        try:
            return edit(self.app, text, name, line)
        except EditorError as error:
            self._tell(str(error), bad=True)
            return None

    @on(intents.LookAtWhole)
    def _look_at_whole(self) -> None:
        self._switch(Tab.INFO)

    # Questions of the cockpit's own.

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

    @on(intents.PauseOrGoOn)
    def _pause_or_go_on(self) -> None:
        self.steering.pause_or_go_on()

    # Everything around it.

    @on(Scrubber.Moved)
    def _playhead_moved(self) -> None:
        if self._replay is not None:
            self._replay.show()
            self._frame.mark(Touched.EVERYTHING & ~Touched.PLAN)

    @on(Scrubber.NothingThere)
    def _no_mark(self, event: Scrubber.NothingThere) -> None:
        self._tell(f"no {event.what} behind this moment")

    @on(intents.OpenPalette)
    def _open_palette(self) -> None:
        from tmtui.tui.palette import Commands, Finder  # noqa: PLC0415  # not needed for the first frame

        self.app.push_screen(Finder([Commands], placeholder="What would you like to do?"))

    @on(intents.ChooseTheme)
    def _choose_theme(self) -> None:
        from tmtui.tui.palette import Finder, ThemeChoices  # noqa: PLC0415  # not needed for the first frame

        self.app.push_screen(Finder([ThemeChoices], placeholder="Which colours?"))

    @on(intents.ShowHelp)
    def _show_help(self) -> None:
        from tmtui.tui.screens.help import HelpScreen  # noqa: PLC0415  # not needed for the first frame

        place = PLACES.get(type(self.focused)) if self.focused is not None else None
        here = [place] if place is not None else []
        played = [Where.REPLAY] if self._replay is not None else []
        others = [each for each in Where if each not in (*here, *played) and each is not Where.REPLAY]
        self.app.push_screen(HelpScreen([*here, *played, *others], self.keymap, live=self._rig.live))
