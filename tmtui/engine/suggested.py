"""Changes that an agent only suggests: shown to a person, or made at once, or left alone and said so.

An agent that used no tool and changed no file may have written its changes down instead. They are made before its
part of the attempt ends, so that the checks which follow see them; a crash in between starts the conversation again,
and finds the files either as they were or as they should be.
"""

from tmtui.agents.port import ToolCall
from tmtui.agents.tools.names import EDITOR
from tmtui.domain.choices import CHANGES, ONCE, words
from tmtui.domain.outcome import Kind, Outcome
from tmtui.domain.text import clean, clean_line
from tmtui.engine.journal import Journal
from tmtui.engine.patience import Patience
from tmtui.engine.ports import Suggested, World
from tmtui.engine.questions import Questions
from tmtui.events.agent import AgentNoticed
from tmtui.events.attempt import AttemptCheckpointed
from tmtui.events.base import Entry
from tmtui.events.decision import DecisionOpened


SUBJECT_CAP = 60_000
"""Characters of a diff that a question shows."""
FILES_NAMED = 5


class Suggestions:
    """Settles what becomes of the changes that one attempt's answer suggests."""

    def __init__(
        self, world: World, journal: Journal, questions: Questions, patience: Patience, task: str, attempt: int
    ) -> None:
        self._world = world
        self._journal = journal
        self._questions = questions
        self._patience = patience
        self._task = task
        self._attempt = attempt

    async def settle(self, text: str, before: AttemptCheckpointed, outcome: Outcome) -> Outcome:
        """Make the changes in an answer, if they are wanted.

        Args:
            text: The agent's last answer.
            before: The files as they were before the attempt.
            outcome: How the agent's part went.

        Returns:
            The same outcome, unless there are changes that cannot be made.
        """
        changes = self._world.changes
        if changes is None or not outcome.ok or not text:
            return outcome
        suggested = changes.suggested(text)
        if suggested is None or await self._has_worked(before):
            return outcome
        if problem := suggested.problem or self._forbidden(suggested):
            return _unfit(problem)
        by, why_not = await self._leave(suggested)
        if not by:
            await self._note(f"the answer suggests changes to {_named(suggested)}; they were not made: {why_not}")
            return outcome
        if problem := changes.apply(suggested):
            return _unfit(problem)
        await self._note(f"the changes that the answer suggests were made ({by}): {_named(suggested)}")
        return outcome

    async def _has_worked(self, before: AttemptCheckpointed) -> bool:
        """Whether the agent did something by itself: then what it wrote is a report, and no suggestion."""
        await self._journal.settled()
        attempts = self._journal.state.tasks[self._task].attempts
        attempt = attempts[self._attempt - 1]
        while not attempt.tools and attempt.continues:
            attempt = attempts[attempt.continues - 1]
        if attempt.tools:
            return True
        run = self._journal.state.run
        measured = await self._world.checkpoints.measure(before, run, self._task, self._attempt)
        return measured.progressed is True

    def _forbidden(self, suggested: Suggested) -> str:
        """The file that the rules for tool calls keep from being written; empty when they keep none.

        What they want a person asked about is forbidden where nobody is asked.
        """
        asked = not self._world.auto_apply
        for path in suggested.paths:
            call = ToolCall(EDITOR, {"command": "create", "path": path, "file_text": ""})
            planned = self._world.toolbox.plan(call)
            verdict = self._world.judge.judge(call, planned, self._journal.state.rules, attended=asked)
            if planned.problem or verdict.action == "deny":
                return f"{clean_line(path, 120)}: {planned.problem or f'{verdict.rule}: {verdict.reason}'}"
        return ""

    async def _leave(self, suggested: Suggested) -> tuple[str, str]:
        """Who says that the changes may be made; or nobody, and why not."""
        if self._world.auto_apply:
            return "--auto-apply", ""
        if self._journal.state.limits.on_decision != "ask":
            return "", "nobody is there to approve them, and --auto-apply was not given"
        question = DecisionOpened(
            id=self._questions.next_id(self._task),
            title="shall these changes be made?",
            error=f"changes to {_named(suggested)}",
            choices=words(CHANGES),
            evidence="the agent used no tool and wrote the changes down",
            about="changes",
            subject=_shown(suggested.diff),
        )
        async with self._patience.held():
            answered = await self._questions.ask(question, self._task, self._attempt)
        if answered.choice == ONCE.word:
            return f"approved by {answered.by}", ""
        return "", clean_line(answered.note) or f"{answered.by} said no"

    async def _note(self, text: str) -> None:
        await self._journal.record(Entry(AgentNoticed(clean_line(text)), self._task, self._attempt))


def _unfit(problem: str) -> Outcome:
    return Outcome(Kind.SCHEMA_INVALID, clean_line(f"the changes that the answer suggests cannot be made: {problem}"))


def _named(suggested: Suggested) -> str:
    names = ", ".join(clean_line(path, 120) for path in suggested.paths[:FILES_NAMED])
    more = len(suggested.paths) - FILES_NAMED
    return f"{names} and {more} more" if more > 0 else names


def _shown(diff: str) -> str:
    shown = clean(diff[:SUBJECT_CAP])
    left = diff[SUBJECT_CAP:].count("\n")
    return f"{shown}\n… {left} more lines" if left else shown
