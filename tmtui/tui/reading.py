"""Which attempt is looked at, and what its tabs hold.

The attempt is the selected task's latest, unless somebody went to an earlier one. Output, hooks and prompt are texts
of its transcript and grow by themselves; the table of attempts and the page of facts are made anew while they are in
front; a diff is asked for when its tab is.
"""

from functools import partial
from typing import Final

from tmtui.domain.status import AttemptStatus
from tmtui.state.lines import LineKind, Lines
from tmtui.state.model import AttemptState, TaskState
from tmtui.state.selectors import attempt_ms
from tmtui.state.transcript import Transcript
from tmtui.tui.bridge import Bridge
from tmtui.tui.figures import clock, percent
from tmtui.tui.frame import Touched
from tmtui.tui.marks import ATTEMPT_MARKS, TASK_MARKS
from tmtui.tui.meters import CLOSE, level
from tmtui.tui.pages.attempts import attempts_page
from tmtui.tui.pages.diff import diff_page
from tmtui.tui.pages.info import info_page
from tmtui.tui.paint import Ink, Span
from tmtui.tui.ports import DiffOf, DiffUnavailableError
from tmtui.tui.widgets.pane import Pane, Tab, subject_spans
from tmtui.tui.work import start


FIRST: Final = 1
"""The number of a task's first attempt."""

_NOTHING: Final = ("", 0)


class Reading:
    """Keeps the pane's tabs filled."""

    def __init__(self, pane: Pane, bridge: Bridge, diff_of: DiffOf | None) -> None:
        self._pane = pane
        self._bridge = bridge
        self._diff_of = diff_of
        self._task = ""
        self._pinned = 0
        """The attempt that somebody went to; 0 for whichever is the latest."""
        self._shown: tuple[str, int] = _NOTHING
        self._transcript: Transcript | None = None
        self._diff_key: tuple[object, ...] = ()
        self._prompt_key: tuple[object, ...] = ()
        self._loading: Transcript | None = None
        """What is being read to be compared with."""

    # What is looked at.

    def choose(self, task: str) -> None:
        """Look at another task's latest attempt."""
        if task != self._task:
            self._task, self._pinned = task, 0
            self.update(Touched.EVERYTHING)

    def go_to_attempt(self, number: int) -> None:
        """Look at an attempt by its number; one behind the last is whichever is the latest."""
        subject = self._subject()
        if subject is None or not subject.attempts:
            return
        self._pinned = 0 if number > len(subject.attempts) else max(1, number)
        self.update(Touched.EVERYTHING)

    def step_attempt(self, step: int) -> None:
        """Look at an earlier or a later attempt."""
        number = self._pane.attempt + step
        subject = self._subject()
        latest = subject is not None and number >= len(subject.attempts)
        self.go_to_attempt(number + 1 if latest and step > 0 else number)

    def compare(self) -> bool:
        """Hold the attempt against the one before, or let it stand alone; say whether there is one before."""
        attempt = self._attempt()
        if not self._pane.comparing and (attempt is None or attempt.number == FIRST):
            return False
        self._pane.comparing = not self._pane.comparing
        self._diff_key = self._prompt_key = ()
        self.update(Touched.EVERYTHING)
        return True

    def _before(self, attempt: AttemptState | None) -> AttemptState | None:
        """The attempt to compare with; None where nothing is compared."""
        subject = self._subject()
        if not self._pane.comparing or attempt is None or subject is None or attempt.number == FIRST:
            return None
        return subject.attempts[attempt.number - 2]

    def _subject(self) -> TaskState | None:
        return self._bridge.state.tasks.get(self._task)

    def _attempt(self) -> AttemptState | None:
        subject = self._subject()
        if subject is None or not subject.attempts:
            return None
        number = self._pinned if 0 < self._pinned <= len(subject.attempts) else len(subject.attempts)
        return subject.attempts[number - 1]

    # Filling the tabs.

    def update(self, touched: Touched) -> None:
        """Bring the tabs up to what was touched."""
        subject, attempt = self._subject(), self._attempt()
        wanted = (self._task, attempt.number if attempt else 0)
        if wanted != self._shown or (attempt is not None and self._went_stale()):
            self._open(wanted)
        if touched & (Touched.STATE | Touched.CLOCK):
            self._describe(subject, attempt)
            self._make_pages(subject, attempt)
        elif self._pane.tab is Tab.PROMPT:
            self._make_pages(subject, attempt)
        if touched & Touched.OUTPUT:
            self._pane.update()

    def _went_stale(self) -> bool:
        """Whether the bridge has made the transcript anew: a replay went back."""
        return self._transcript is not None and self._bridge.watch(*self._shown) is not self._transcript

    def _open(self, wanted: tuple[str, int]) -> None:
        same = wanted == self._shown
        self._shown, self._diff_key, self._prompt_key = wanted, (), ()
        self._pane.attempt = wanted[1]
        self._pane.show(Tab.DIFF, Lines())
        if wanted[1] == 0:
            self._transcript = None
            texts = Lines(), Lines(), Lines()
        else:
            self._transcript = transcript = self._bridge.watch(*wanted)
            texts = transcript.output, transcript.hooks, transcript.prompt
            if not transcript.loaded:
                start(self._pane, partial(self._bridge.load, transcript), "transcript", latest=True)
        for tab, lines in zip((Tab.OUTPUT, Tab.HOOKS, Tab.PROMPT), texts, strict=True):
            (self._pane.renew if same else self._pane.show)(tab, lines)

    def _describe(self, subject: TaskState | None, attempt: AttemptState | None) -> None:
        """The line above the text, and what stands where there is no text."""
        begun = "Nothing has come yet." if attempt else "This task has not begun."
        loading = self._transcript is not None and not self._transcript.loaded
        words = "" if subject is None else "Reading the log…" if loading else begun
        empty = dict.fromkeys(Tab, words)
        if subject is not None and attempt is not None and not loading:
            empty[Tab.HOOKS] = "No hook has run in this attempt."
            goes_on = f"This attempt goes on from attempt {attempt.continues}: its prompt is that one's."
            empty[Tab.PROMPT] = goes_on if attempt.continues else "The agent has not been asked yet."
        self._pane.describe(self._subject_line(subject, attempt), empty)

    def _subject_line(self, subject: TaskState | None, attempt: AttemptState | None) -> list[Span]:
        if subject is None:
            return []
        mark = TASK_MARKS[subject.status]
        parts = [Span(f"{mark.sign} {subject.task.id} {subject.task.title}", Ink.STRONG), Span(mark.word, mark.ink)]
        if attempt is not None:
            if attempt is subject.attempt:
                parts.append(Span(f"try {attempt.round}/{max(subject.allowance, attempt.round)}", Ink.MUTED))
            else:
                own = ATTEMPT_MARKS[attempt.status]
                parts[1] = Span(f"attempt {attempt.number} of {len(subject.attempts)} {own.word}", own.ink)
            parts.append(Span(clock(attempt_ms(attempt, self._bridge.now_ms())), Ink.MUTED))
            parts.append(Span(attempt.served_by or attempt.model or attempt.agent, Ink.MUTED))
            if attempt.context and attempt.prompt_tokens:
                part = attempt.prompt_tokens / attempt.context
                parts.append(Span(f"context {percent(part)}", level(part) if part >= CLOSE else Ink.MUTED))
        return list(subject_spans(parts, self._pane.inner_width))

    def _make_pages(self, subject: TaskState | None, attempt: AttemptState | None) -> None:
        if subject is None:
            return
        now = self._bridge.now_ms()
        before = self._before(attempt)
        if self._pane.tab is Tab.ATTEMPTS:
            self._pane.renew(Tab.ATTEMPTS, self._attempts(subject, before, attempt, now))
        elif self._pane.tab is Tab.PROMPT:
            self._show_prompt(before)
        elif self._pane.tab is Tab.INFO:
            self._pane.renew(Tab.INFO, self._facts(subject, attempt, now))
        elif self._pane.tab is Tab.DIFF:
            self._ask_for_diff(attempt)

    def _facts(self, subject: TaskState, attempt: AttemptState | None, now_ms: int) -> Lines:
        ids = self._transcript.request_ids if self._transcript is not None else ()
        return info_page(self._bridge.state, subject, now_ms, attempt, ids)

    def _attempts(
        self, subject: TaskState, before: AttemptState | None, attempt: AttemptState | None, now_ms: int
    ) -> Lines:
        if before is None or attempt is None:
            return attempts_page(subject, now_ms)
        from tmtui.tui.pages.compare import attempts_compared  # noqa: PLC0415  # not needed for the first frame

        return attempts_compared(before, attempt, now_ms)

    # The prompt.

    def _show_prompt(self, before: AttemptState | None) -> None:
        """The prompt as it was sent, or what is new in it since the attempt before."""
        if self._transcript is None:
            return
        lines = self._transcript.prompt
        if before is None:
            if self._prompt_key:
                self._prompt_key = ()
            if self._pane.views[Tab.PROMPT].lines is not lines:
                self._pane.show(Tab.PROMPT, lines)
            return
        other = self._bridge.watch(self._task, before.number)
        if not other.loaded and other is not self._loading:
            self._loading = other
            start(self._pane, partial(self._bridge.load, other), "compared", latest=True)
        key = (self._shown, other.prompt.revision, lines.revision, other.loaded)
        if key != self._prompt_key:
            from tmtui.tui.pages.compare import prompts_compared  # noqa: PLC0415  # not needed for the first frame

            self._prompt_key = key
            self._pane.renew(Tab.PROMPT, prompts_compared(other.prompt, lines, self._shown[1]))

    # The diff.

    def _ask_for_diff(self, attempt: AttemptState | None) -> None:
        before = attempt.checkpoint.tree if attempt and attempt.checkpoint else ""
        earlier = self._before(attempt)
        if earlier is not None and earlier.measured is not None:
            before = earlier.measured.tree
        measured = attempt.measured if attempt else None
        after = measured.tree if measured else ""
        key = (self._shown, before, after, attempt.status if attempt else None)
        if key == self._diff_key:
            return
        self._diff_key = key
        if attempt is None or measured is None or not before or not after:
            self._tell_diff(_why_no_diff(attempt))
        elif self._diff_of is None:
            self._pane.show(Tab.DIFF, diff_page(measured, ""))
        else:
            self._tell_diff("Reading the diff…")
            load = partial(self._load_diff, attempt, before, after, self._diff_of)
            start(self._pane, load, "diff", latest=True)

    async def _load_diff(self, attempt: AttemptState, before: str, after: str, diff_of: DiffOf) -> None:
        try:
            text = await diff_of(before, after)
        except DiffUnavailableError as error:
            self._tell_diff(f"The diff cannot be had: {error}", LineKind.BAD)
            return
        if attempt.measured is not None:
            self._pane.show(Tab.DIFF, diff_page(attempt.measured, text))

    def _tell_diff(self, words: str, kind: LineKind = LineKind.NOTE) -> None:
        lines = Lines()
        lines.add(kind, words)
        self._pane.show(Tab.DIFF, lines)


def _why_no_diff(attempt: AttemptState | None) -> str:
    if attempt is None:
        return "This task has not begun."
    if attempt.checkpoint is not None and attempt.checkpoint.problem:
        return f"There is no checkpoint: {attempt.checkpoint.problem}"
    if attempt.measured is not None and attempt.measured.problem:
        return f"The tree was not measured: {attempt.measured.problem}"
    if attempt.status is AttemptStatus.RUNNING:
        return "The tree is measured when the agent is done."
    return "This attempt ended before the tree was measured."
