"""The tasks: phases, tasks and subtasks, one row each.

The rows are only keys; what a row says is read from the state when it is drawn, so that a status costs one repaint
and a plan of a thousand tasks no more than what is in sight. The selection follows the running task until somebody
moves it.
"""

from dataclasses import dataclass
from typing import NamedTuple

from textual import events, on
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from tmtui.domain.status import TaskStatus
from tmtui.state.model import State, TaskState
from tmtui.state.selectors import (
    OutlineRow,
    outline,
    phase_count,
    running_task,
    short_reason,
    totals,
    try_count,
    worked_ms,
)
from tmtui.tui.figures import clock
from tmtui.tui.intents import (
    CursorBottom,
    CursorDown,
    CursorPageDown,
    CursorPageUp,
    CursorTop,
    CursorUp,
    FollowRunning,
    MarkTask,
    NextPart,
    OpenTask,
    ShowCriticalPath,
    ShowDependencies,
    Where,
    bindings,
)
from tmtui.tui.marks import TASK_MARKS
from tmtui.tui.paint import Ink, Span, Spans, spread, strip, width_of
from tmtui.tui.picking import Only, Pick, critical_path, picked, relations
from tmtui.tui.units import Unit, counted_window, share
from tmtui.tui.widgets.canvas import Panel
from tmtui.tui.widgets.header import View
from tmtui.tui.windows import Window


TITLE_ROOM = 14
"""Cells that the figures of a row leave to its title, where they can."""

_QUIET = (TaskStatus.PENDING, TaskStatus.BLOCKED, TaskStatus.SKIPPED, TaskStatus.ABORTED)


def phase_row(state: State, phase: str, width: int, *, folded: bool) -> Spans:
    """A phase: its name, and how many of its tasks are done."""
    done, total = phase_count(state, phase)
    ink = Ink.GOOD if done == total else Ink.MUTED
    left = [Span(f" {'▸' if folded else '▾'} ", Ink.MUTED), Span(phase, Ink.STRONG)]
    return spread(left, [Span(f"{done}/{total} ", ink)], width)


class Columns(NamedTuple):
    """How wide the figures of a tree are."""

    time: int = 4
    used: int = 0
    unit: Unit = Unit.MONEY
    counted: Window | None = None
    """The window that a task's tokens are a part of."""


def columns(state: State, now_ms: int, unit: Unit = Unit.MONEY) -> Columns:
    """The widths with which every task's figures stand below one another, and in what they count."""
    counted = counted_window(state, now_ms) if unit is Unit.WINDOW else None
    begun = [each for each in state.tasks.values() if each.attempts]
    return Columns(
        time=max((len(clock(worked_ms(each, now_ms))) for each in begun), default=4),
        used=max((len(share(unit, each.spending, counted)) for each in begun), default=0),
        unit=unit,
        counted=counted,
    )


def task_row(
    state: State,
    subject: TaskState,
    depth: int,
    width: int,
    now_ms: int,
    sizes: Columns,
    sign: Span = Span(" "),  # noqa: B008  # a value
) -> Spans:
    """A task: the tree's sign, the status, id and title, then whatever of its figures leaves the title room."""
    mark = TASK_MARKS[subject.status]
    ink = Ink.MUTED if subject.status in _QUIET else Ink.TEXT
    title_ink = Ink.STRONG if subject.status in (TaskStatus.RUNNING, TaskStatus.NEEDS_YOU) else ink
    left = [
        sign,
        Span(f"{'  ' * depth}{mark.sign} ", mark.ink),
        Span(subject.task.id, Ink.MUTED),
        Span(f" {subject.task.title}", title_ink),
    ]
    choices = _figures(state, subject, now_ms, sizes)
    room = width - 1 - min(width_of(left) + 1, 4 + 2 * depth + TITLE_ROOM)
    right = next((each for each in choices if width_of(each) <= room), choices[-1])
    return spread(left, [*right, Span(" ")], width)


def _figures(state: State, subject: TaskState, now_ms: int, sizes: Columns) -> list[Spans]:
    """What stands at the end of a row, from everything down to the least."""
    mark = TASK_MARKS[subject.status]
    reason = short_reason(state, subject)
    words = [Span(reason, mark.ink)] if reason else []
    tries = _tries(subject)
    if not subject.attempts:
        return [words, []] if subject.status is TaskStatus.PENDING else [words]
    time = Span(f" {clock(worked_ms(subject, now_ms)):>{sizes.time}}", Ink.MUTED)
    used = share(sizes.unit, subject.spending, sizes.counted)
    money = [Span(f" {used:>{sizes.used}}", Ink.MUTED)] if sizes.used else []
    if subject.status is TaskStatus.NEEDS_YOU:
        return [[*tries, *words], words]
    return [[*words, *tries, time, *money], [*words, *tries, time], [*words, time], words or [time]]


def _tries(subject: TaskState) -> list[Span]:
    tries = try_count(subject)
    if tries is None or subject.ended or tries == (1, 1):
        return []
    return [Span(f" {tries[0]}/{tries[1]} ", Ink.WARN if tries[0] > 1 else Ink.MUTED)]


class TaskTree(Panel, can_focus=True):
    """The tree of tasks."""

    BINDINGS = bindings(Where.TREE)

    @dataclass
    class Chosen(Message):
        """Another task is selected."""

        task: str

    @dataclass
    class BorderMoved(Message):
        """Somebody drags the border: the tree is to be so wide."""

        width: int

    def __init__(self, view: View) -> None:
        super().__init__()
        self._view = view
        self.rows: list[OutlineRow] = []
        self.cursor = 0
        self.chosen = ""
        """The selected task; a phase under the cursor leaves it as it was."""
        self.following = True
        self.waiting_for = "reading the log…"
        """What stands here before there is a plan."""
        self._columns = Columns()
        self._top = 0
        self._folded: set[str] = set()
        self.pick = Pick()
        """Which of the tasks are shown."""
        self.marked: set[str] = set()
        """Tasks that somebody marked, by their ids."""
        self._bound = ""
        """What bounds the shown tasks beside words and part: `around calc-3`."""
        self._signs: dict[str, str] = {}

    # What is shown.

    def update(self, *, plan_changed: bool) -> None:
        """The state has changed."""
        if plan_changed or self.pick.only is not Only.ALL or self.pick.words:
            self._lay_out()
        self._columns = columns(self._view.state, self._view.now_ms(), self._view.unit)
        if self.following:
            self.go_to(running_task(self._view.state) or self.chosen)
        self.refresh()

    def refresh_times(self) -> None:
        """Time has passed: only the rows of tasks that run say so."""
        tasks = self._view.state.tasks
        for y, row in enumerate(self.rows[self._top : self._top + self.inner_height], 1):
            if row.kind == "task" and (each := tasks.get(row.key)) and each.status is TaskStatus.RUNNING:
                self._refresh_row(y)

    def _refresh_row(self, y: int) -> None:
        self.refresh(Region(0, y, self.size.width, 1))

    def _lay_out(self) -> None:
        key = self.rows[self.cursor] if self.rows else None
        state = self._view.state
        self.marked &= state.tasks.keys()
        self.rows = picked(state, outline(state, self._folded if self.pick.everything else ()), self.pick)
        known = {row[:2]: index for index, row in enumerate(self.rows)}
        first = next((index for index, row in enumerate(self.rows) if row.kind == "task"), 0)
        self._set_cursor(known.get(key[:2], self.cursor) if key else first)

    def heading(self, width: int) -> tuple[Spans, Spans]:  # noqa: ARG002  # it is short
        """The title, and what has become of the tasks so far."""
        counts = totals(self._view.state)
        tally = [(counts.failed, "failed", Ink.FAILED), (counts.skipped, "skipped", Ink.SKIPPED)]
        tally.append((counts.blocked, "blocked", Ink.BLOCKED))
        right: list[Span] = []
        for count, word, ink in tally:
            if count:
                right += [*([Span(" · ", Ink.MUTED)] if right else []), Span(f"{count} {word}", ink)]
        return [Span("Tasks", Ink.TITLE if self.has_focus else Ink.STRONG)], right

    def footing(self, width: int) -> Spans:  # noqa: ARG002  # the frame cuts it
        """What is left out, and how many are marked."""
        pick, parts = self.pick, []
        if self.marked:
            parts.append(f"{len(self.marked)} marked")
        if pick.words:
            parts.append(f"/{pick.words}")
        if pick.only is not Only.ALL:
            parts.append(f"only {pick.only}")
        if self._bound:
            parts.append(self._bound)
        if not pick.everything:
            shown = sum(row.kind == "task" for row in self.rows)
            parts.append(f"{shown} of {len(self._view.state.tasks)}")
        return [Span(" · ".join(parts), Ink.WARN)] if parts else []

    def paint_inside(self, y: int, width: int) -> Strip:
        """A row of the tree."""
        if not self.rows:
            words = self.waiting_for if self._view.state.plan is None else "No task is like that; esc shows all."
            note = [Span(f" {words}", Ink.MUTED)] if y == 0 else []
            return strip(note, width, self.inks)
        index = self._top + y
        if index >= len(self.rows):
            return strip([], width, self.inks)
        under = None
        if index == self.cursor:
            under = Ink.CURSOR if self.has_focus else Ink.CURSOR_BLUR
        return strip(self._row(self.rows[index], width), width, self.inks, under)

    def _row(self, row: OutlineRow, width: int) -> Spans:
        state = self._view.state
        if row.kind == "phase":
            return phase_row(state, row.key, width, folded=self.pick.everything and row.key in self._folded)
        subject = state.tasks.get(row.key)
        if subject is None:
            return []
        now, sign = self._view.now_ms(), self._sign(row.key)
        return task_row(state, subject, row.depth, width, now, self._columns, sign)

    def _sign(self, task: str) -> Span:
        if task in self.marked:
            return Span("▌", Ink.ACCENT)
        sign = self._signs.get(task)
        return Span(sign, Ink.ACCENT) if sign else Span(" ")

    def thumb(self, track: int) -> tuple[int, int] | None:
        """Where the mark of the scroll bar stands."""
        total = len(self.rows)
        if total <= track or track <= 0:
            return None
        length = max(1, track * track // total)
        return round(self._top * (track - length) / (total - track)), length

    # Moving.

    def go_to(self, task: str) -> None:
        """Select a task, unfolding its phase where that is folded."""
        subject = self._view.state.tasks.get(task)
        if subject is None:
            return
        if self.pick.everything and subject.task.phase in self._folded:
            self._folded.discard(subject.task.phase)
            self.rows = outline(self._view.state, self._folded)
        index = next((i for i, row in enumerate(self.rows) if row.kind == "task" and row.key == task), None)
        if index is not None:
            self._set_cursor(index)

    def _move(self, to: int) -> None:
        self.following = False
        self._set_cursor(to)

    def _set_cursor(self, to: int) -> None:
        before, top = self.cursor, self._top
        self.cursor = max(0, min(to, len(self.rows) - 1))
        self._keep_in_sight()
        if self._top != top:
            self.refresh()
        elif self.cursor != before:
            self._refresh_row(before - top + 1)
            self._refresh_row(self.cursor - top + 1)
        if self.rows and (row := self.rows[self.cursor]).kind == "task" and row.key != self.chosen:
            self.chosen = row.key
            self.post_message(self.Chosen(row.key))

    def _keep_in_sight(self) -> None:
        height = self.inner_height
        if height <= 0:
            return
        margin = min(2, (height - 1) // 2)
        self._top = min(self._top, self.cursor - margin)
        self._top = max(self._top, self.cursor + margin + 1 - height, 0)
        self._top = max(0, min(self._top, len(self.rows) - height))

    def on_resize(self) -> None:
        """The selected row stays in sight."""
        self._keep_in_sight()
        self.refresh()

    @on(CursorDown)
    def _down(self, event: CursorDown) -> None:
        event.stop()
        self._move(self.cursor + 1)

    @on(CursorUp)
    def _up(self, event: CursorUp) -> None:
        event.stop()
        self._move(self.cursor - 1)

    @on(CursorTop)
    def _to_top(self, event: CursorTop) -> None:
        event.stop()
        self._move(0)

    @on(CursorBottom)
    def _to_bottom(self, event: CursorBottom) -> None:
        event.stop()
        self._move(len(self.rows) - 1)

    @on(CursorPageDown)
    def _page_down(self, event: CursorPageDown) -> None:
        event.stop()
        self._move(self.cursor + max(1, self.inner_height // 2))

    @on(CursorPageUp)
    def _page_up(self, event: CursorPageUp) -> None:
        event.stop()
        self._move(self.cursor - max(1, self.inner_height // 2))

    @on(FollowRunning)
    def _follow(self, event: FollowRunning) -> None:
        event.stop()
        self.following = True
        self.update(plan_changed=False)

    def fold(self) -> bool:
        """Fold or unfold the phase under the cursor; say whether there is one."""
        if not self.rows or (row := self.rows[self.cursor]).kind != "phase":
            return False
        if not self.pick.everything:
            return True
        self._folded ^= {row.key}
        self._lay_out()
        self.refresh()
        return True

    # Leaving some out, and marking.

    def filter(self, words: str) -> None:
        """Show only the tasks that say these words."""
        self._show_only(self.pick._replace(words=words.strip()))

    def clear(self) -> bool:
        """Show everything, then take all marks away; say whether there was anything to do."""
        if not self.pick.everything:
            self._bind("", {})
            self._show_only(Pick())
            return True
        had, self.marked = bool(self.marked), set()
        self.refresh()
        return had

    def targets(self) -> list[str]:
        """The tasks that a command for several is meant for: the marked ones, else the selected one."""
        return [each for each in self._view.state.tasks if each in self.marked] or [self.chosen]

    def _show_only(self, pick: Pick) -> None:
        self.pick = pick
        self._lay_out()
        self.refresh()

    def _bind(self, bound: str, signs: dict[str, str]) -> None:
        self._bound, self._signs = bound, signs

    @on(NextPart)
    def _next_part(self, event: NextPart) -> None:
        event.stop()
        self._show_only(self.pick._replace(only=self.pick.only.following))

    @on(ShowDependencies)
    def _show_dependencies(self, event: ShowDependencies) -> None:
        event.stop()
        self._toggle_bound(f"around {self.chosen}", relations(self._view.state, self.chosen))

    @on(ShowCriticalPath)
    def _show_critical_path(self, event: ShowCriticalPath) -> None:
        event.stop()
        path = critical_path(self._view.state)
        self._toggle_bound("critical path", {task: "↓" if number else "" for number, task in enumerate(path)})

    def _toggle_bound(self, bound: str, signs: dict[str, str]) -> None:
        again = self._bound == bound
        self._bind("" if again else bound, {} if again else signs)
        self._show_only(self.pick._replace(among=None if again else frozenset(signs)))

    @on(MarkTask)
    def _mark(self, event: MarkTask) -> None:
        event.stop()
        if not self.rows:
            return
        row = self.rows[self.cursor]
        tasks = {row.key} if row.kind == "task" else self._in_phase(row.key)
        self.marked = self.marked - tasks if tasks <= self.marked else self.marked | tasks
        self._move(self.cursor + 1)
        self.refresh()

    def _in_phase(self, phase: str) -> set[str]:
        return {each.task.id for each in self._view.state.tasks.values() if each.task.phase == phase}

    # The mouse.

    def on_click(self, event: events.Click) -> None:
        """A click selects; on a phase it folds; a second one opens."""
        index = self._top + event.y - 1
        if event.x == self.size.width - 1 or not (0 < event.y <= self.inner_height and 0 <= index < len(self.rows)):
            return
        self._move(index)
        if self.rows[index].kind == "phase" or event.chain > 1:
            self.post_message(OpenTask())

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """The right line of the frame is the border, which can be dragged."""
        if event.x == self.size.width - 1:
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Drag the border."""
        if self.app.mouse_captured is self:
            self.post_message(self.BorderMoved(event.screen_x + 1))

    def on_mouse_up(self) -> None:
        """Let the border go."""
        self.release_mouse()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel moves the rows, not the selection."""
        event.stop()
        self._scroll(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel moves the rows, not the selection."""
        event.stop()
        self._scroll(-3)

    def _scroll(self, rows: int) -> None:
        self._top = max(0, min(self._top + rows, len(self.rows) - self.inner_height))
        self.refresh()
