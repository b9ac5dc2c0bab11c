"""Getting about on the screen: panes and tabs, attempts, room, searching and copying."""

from collections.abc import Mapping

from textual import on
from textual.widget import Widget

from tmtui.domain.text import clean
from tmtui.tui import intents
from tmtui.tui.frame import Touched
from tmtui.tui.keymap import key_label, keys_of
from tmtui.tui.screens.deciding import Deciding
from tmtui.tui.widgets.entry import Entry
from tmtui.tui.widgets.pane import TABS, TAILING, Pane, Tab
from tmtui.tui.widgets.tree import TaskTree


class GettingAbout(Deciding):
    """Which pane has the keys, and what it shows."""

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
        elif self.focused is not self.tasks:
            self._to_tree()
        elif not self.tasks.clear() and self.back_to_runs is not None:
            self.back_to_runs()

    # Room.

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

    # Searching and copying.

    @on(intents.Search)
    def _search(self) -> None:
        self._type("search", "/", "what to look for")

    @on(intents.FilterTasks)
    def _filter(self) -> None:
        self._type("filter", "show:", "words of a task, phase or status; !word leaves out")

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
