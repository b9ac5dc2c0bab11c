"""The question about a task that is stuck, as text: the box that shows it, and what a typed answer means.

Reading the answer must not hold the engine up, which may run in the same process: `LineReader` lets the event loop
wait for the terminal, and whoever asks can be cancelled when another terminal answers first. A letter typed before
the question stood there answers nothing.
"""

import asyncio
import os
import termios
from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

from tmtui.cli.output import RULE, Line, Tone, as_text
from tmtui.cli.times import count
from tmtui.domain.choices import BY_WORD, REJECT, RETRY, Choice, read_choice
from tmtui.events.commands import Answer
from tmtui.state.model import Decision, State


PROMPT: Final = "Choice: "

SUBJECT_LINES: Final = 40
"""Lines of a command or a change that are shown."""


def question_lines(decision: Decision, state: State) -> list[Line]:
    """The box that asks what to do about a task.

    Args:
        decision: The open question.
        state: The run that it belongs to.
    """
    subject = state.tasks[decision.task]
    if decision.about != "task":
        return [
            Line(RULE),
            *_inquiry(decision),
            Line(f"Task: {subject.task.title} ({decision.task})"),
            *_end(decision),
        ]
    lines = [Line(RULE), *_heading(decision, state), Line("")]
    lines += [
        Line(f"Task: {subject.task.title} ({decision.task})"),
        Line(f"Attempts: {subject.used}/{subject.allowance}"),
        Line(f"Last error: {decision.error}"),
    ]
    if decision.failures:
        lines += [Line(""), Line("Recent failures:"), *(Line(f"  {failure}") for failure in decision.failures)]
    return [*lines, *_end(decision)]


def _end(decision: Decision) -> list[Line]:
    return [Line(""), Line("What would you like to do?"), Line(""), *_choices(decision), Line("")]


def _inquiry(decision: Decision) -> list[Line]:
    """What an agent wants to do, word for word, and why it is asked about."""
    head = decision.title[:1].upper() + decision.title[1:]
    subject = [Line(f"    {line}") for line in decision.subject.splitlines()[:SUBJECT_LINES]]
    why = [Line(f"Asked because of {decision.evidence}", Tone.FAINT)] if decision.evidence else []
    rule = [Line(f"Always means the rule: {decision.rule}", Tone.FAINT)] if decision.rule else []
    return [Line(f"⚠ {head}", Tone.WARN), Line(""), *subject, Line(""), *why, *rule]


def _heading(decision: Decision, state: State) -> list[Line]:
    idle, limit = state.tasks[decision.task].non_progress, state.limits.max_non_progress
    if limit and idle >= limit:
        return [
            Line("⚠ Non-progress detected!", Tone.WARN),
            Line(""),
            Line("The agent made no code changes, but tests still fail."),
            Line("This may indicate:"),
            Line("  - Task description is unclear"),
            Line("  - Tests are flaky"),
            Line("  - Environment issue"),
            Line(""),
            Line(f"Non-progress count: {idle}/{limit}"),
        ]
    if len(decision.failures) > 1:
        return [Line("⚠ Task has failed multiple times", Tone.WARN)]
    return [Line(f"⚠ Task needs you: {decision.title}", Tone.WARN)]


def _choices(decision: Decision) -> list[Line]:
    lines = []
    for choice in decision.choices:
        known = BY_WORD[choice]
        label = known.label
        if choice == "skip" and decision.falls:
            label += f" ({count(len(decision.falls), 'task')} cannot be done without it: {', '.join(decision.falls)})"
        lines.append(Line(f"  [{_letter(known, decision)}] {label}"))
    if "retry" in decision.choices:
        lines.append(Line("      Words after R are a note for the agent:  r use integer division", Tone.FAINT))
    return lines


def _letter(choice: Choice, decision: Decision) -> str:
    """The key as it is shown: large, where its case does not matter."""
    return choice.key if decision.about == "permission" else choice.key.upper()


def read_answer(text: str, decision: Decision) -> Answer | None:
    """What a typed line answers, or None when it is no answer.

    A choice is given by its letter or its word, in either case unless two letters differ by it alone; words after it
    are a note for the agent.
    """
    word, _, note = text.strip().partition(" ")
    choice = read_choice(word, decision.choices)
    if choice is None:
        return None
    return Answer(decision.id, choice.word, note.strip() if choice in (RETRY, REJECT) else "")


class Lines(Protocol):
    """Where typed lines come from."""

    def discard(self) -> None:
        """Forget what was typed before there was anything to answer."""
        ...

    async def read(self) -> str | None:
        """The next line without its end; None when nobody is there any more."""
        ...


class LineReader:
    """Reads lines from a terminal while the event loop goes on with its work."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._held = b""
        self._lines: deque[str] = deque()
        self._ended = False

    def discard(self) -> None:
        """Forget what was typed before there was anything to answer."""
        self._lines.clear()
        self._held = b""
        if os.isatty(self._handle):
            termios.tcflush(self._handle, termios.TCIFLUSH)

    async def read(self) -> str | None:
        """The next line without its end; None at the end of input."""
        while not self._lines and not self._ended:
            await self._readable()
            self._take()
        return self._lines.popleft() if self._lines else None

    async def _readable(self) -> None:
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        loop.add_reader(self._handle, ready.set)
        try:
            await ready.wait()
        finally:
            loop.remove_reader(self._handle)

    def _take(self) -> None:
        try:
            data = os.read(self._handle, 65_536)
        except OSError:
            data = b""
        if not data:
            self._ended = True
            rest, self._held = self._held, b""
            self._lines.extend([rest.decode(errors="replace")] if rest else [])
            return
        *whole, self._held = (self._held + data).split(b"\n")
        self._lines.extend(line.decode(errors="replace") for line in whole)


async def ask(
    decision: Decision, state: State, lines: Lines, write: Callable[[str], None], *, colour: bool = False
) -> Answer | None:
    """Ask a person at this terminal.

    Args:
        decision: The open question.
        state: The run that it belongs to.
        lines: Where the answer is typed.
        write: Takes the text to show.
        colour: Whether to colour it.

    Returns:
        The answer, or None when the input ended: then nobody is there, and the question stays open.
    """
    lines.discard()
    write(as_text(question_lines(decision, state), colour=colour) + PROMPT)
    while (typed := await lines.read()) is not None:
        answer = read_answer(typed, decision)
        if answer is not None:
            return answer
        letters = ", ".join(_letter(BY_WORD[choice], decision) for choice in decision.choices)
        write(as_text([Line(f"Please type one of {letters}, then Enter.", Tone.WARN)], colour=colour) + PROMPT)
    write("\n")
    return None
