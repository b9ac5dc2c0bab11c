"""Whether a tool call may run: judged by the rules, and by a person where the rules want one asked."""

from typing import Final

import msgspec

from tmtui.agents.port import ToolCall
from tmtui.domain.choices import PERMISSION, words
from tmtui.domain.text import clean, clean_line
from tmtui.engine.ports import Judge, Planned, Verdict
from tmtui.engine.questions import Questions
from tmtui.events.decision import DecisionOpened
from tmtui.state.model import State


SUBJECT_CAP: Final = 4_000
"""Characters of a command that a question shows."""
OTHERWISE: Final = "Do it another way, or go on without it."


class Permission(msgspec.Struct, frozen=True):
    """Whether a call may run, and who says so."""

    allowed: bool = True
    verdict: str = ""
    rule: str = ""
    words: str = ""
    """What the agent is told when it is denied."""
    asked: bool = False
    """Whether a person was asked, so that time has passed since the call was looked at."""
    named: str = ""
    """What a rule or a person has allowed by name, not a mode by itself: the command, or the path."""
    objection: str = ""
    """What speaks against it all the same."""


class Permissions:
    """Judges calls, and asks about them."""

    def __init__(self, judge: Judge, questions: Questions, state: State) -> None:
        self._judge = judge
        self._questions = questions
        self._state = state

    def judge(self, call: ToolCall, planned: Planned) -> Permission | None:
        """What the rules say; None when a person has to be asked."""
        verdict = self._look(call, planned)
        if verdict.action == "allow":
            return Permission(
                verdict="allow",
                rule=clean_line(verdict.rule),
                named="" if _by_itself(verdict.rule) else planned.command or planned.path,
                objection=clean_line(verdict.objection),
            )
        if verdict.action == "ask" and self._attended:
            return None
        return _denied(verdict.rule, verdict.reason)

    async def ask(self, call: ToolCall, planned: Planned, task: str, attempt: int) -> Permission:
        """Ask a person. An answer to an earlier question may have settled this one meanwhile."""
        if (settled := self.judge(call, planned)) is not None:
            return msgspec.structs.replace(settled, asked=True)
        verdict = self._look(call, planned)
        question = DecisionOpened(
            id=self._questions.next_id(task),
            title=f"may {clean_line(call.name, 40)} run?",
            error=clean_line(planned.summary),
            choices=words(PERMISSION),
            evidence=clean_line(f"{verdict.rule}: {verdict.reason}"),
            about="permission",
            subject=clean(planned.command or planned.summary)[:SUBJECT_CAP],
            rule=clean_line(verdict.suggestion),
        )
        answered = await self._questions.ask(question, task, attempt)
        if answered.choice in ("once", "always"):
            return Permission(
                verdict="allow",
                rule=f"{answered.by}: {answered.choice}",
                asked=True,
                named=planned.command or planned.path,
            )
        denied = _denied(f"{answered.by}: {answered.choice}", answered.note or "a person said no")
        return msgspec.structs.replace(denied, asked=True)

    @property
    def _attended(self) -> bool:
        return self._state.limits.on_decision == "ask"

    def _look(self, call: ToolCall, planned: Planned) -> Verdict:
        return self._judge.judge(call, planned, self._state.rules, attended=self._attended)


def _by_itself(rule: str) -> bool:
    """Whether no rule decided, only a mode or the sandbox."""
    return rule == "sandbox" or rule.startswith("mode ")


def _denied(rule: str, reason: str) -> Permission:
    told = f"This was not allowed ({clean_line(rule)}): {clean_line(reason)}. {OTHERWISE}"
    return Permission(allowed=False, verdict="deny", rule=clean_line(rule), words=told)
