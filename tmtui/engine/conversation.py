"""The agent's part of an attempt, whoever does it: asked, listened to, and brought to an outcome.

An agent that does a whole task by itself (`errand`) and a chain of models that is led turn by turn (`dialogue`) share
this frame: the prompt is recorded before anything is asked, the time is bounded, what is said becomes events in safe
pieces, and the end is recorded with its outcome.
"""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from tmtui.domain.outcome import Kind, Outcome
from tmtui.engine.continued import chain_of_attempts
from tmtui.engine.dialogue.lead import Dialogue
from tmtui.engine.dialogue.reuse import Reuse
from tmtui.engine.errand import Errand
from tmtui.engine.gate import Gate
from tmtui.engine.journal import Journal
from tmtui.engine.patience import Patience
from tmtui.engine.permissions import Permissions
from tmtui.engine.ports import Chain, World
from tmtui.engine.providers.gate import ProviderGate
from tmtui.engine.providers.requests import Requests
from tmtui.engine.questions import Questions
from tmtui.engine.said import Said
from tmtui.engine.suggested import Suggestions
from tmtui.engine.tools import ConversationOverError, RecordedTools
from tmtui.events.agent import AgentFinished, AgentStarted
from tmtui.events.attempt import AttemptCheckpointed, AttemptPrompted
from tmtui.events.base import Entry, Event, Recorded
from tmtui.prompts.compose import Prompt
from tmtui.state.model import AttemptState, TaskState


class Desk(msgspec.Struct, frozen=True):
    """What all conversations of one engine's life share."""

    world: World
    journal: Journal
    gate: Gate
    providers: ProviderGate
    permissions: Permissions
    questions: Questions


class Leader(Protocol):
    """Brings a conversation to its outcome."""

    async def hold(self, prompt: Prompt, past: Sequence[Recorded]) -> Outcome:
        """Go on from `past` until there is an outcome that asking again would not better."""
        ...


class Conversation:
    """Leads the agent through one attempt."""

    def __init__(self, desk: Desk, subject: TaskState, attempt: AttemptState) -> None:
        self._desk = desk
        self._world = desk.world
        self._journal = desk.journal
        self._subject = subject
        self._attempt = attempt
        self._task = subject.task.id
        self._worker = self._world.worker(subject.task)
        self._patience = Patience(subject.task.timeout or self._world.agent_timeout)
        self._tools = RecordedTools(
            self._world, self._journal, desk.gate, self._patience, desk.permissions, self._task, attempt.number
        )
        self._suggestions = Suggestions(
            self._world, self._journal, desk.questions, self._patience, self._task, attempt.number
        )

    async def hold(self, prompt: Prompt, before: AttemptCheckpointed) -> Outcome:
        """Ask until there is an outcome that asking again would not better.

        Args:
            prompt: What is asked.
            before: The files as they were before the attempt.
        """
        began = self._world.clock.mono_ns()
        finished = Outcome(Kind.CANCELED_USER, "the conversation was canceled")
        asked = AttemptPrompted(prompt.system, prompt.text, prompt.digest)
        started = AgentStarted(self._worker.name, self._worker.model)
        await self._journal.record(self._entry(asked), self._entry(started))
        said = Said(self._note, self._world.logs.open(self._task, "agent"), self._world.redactor)
        try:
            async with self._patience.lasts():
                answered = await self._leader(said).hold(prompt, self._past())
                finished = await self._suggestions.settle(said.last, before, answered)
        except TimeoutError:
            finished = Outcome(Kind.TURN_LIMIT, f"the agent was stopped after {self._patience.seconds:g} s")
        except ConversationOverError as over:
            finished = over.outcome
        finally:
            said.finish()
            seconds = (self._world.clock.mono_ns() - began) / 1e9
            self._note(AgentFinished(finished, finished.kind, seconds))
        return finished

    def _leader(self, said: Said) -> Leader:
        if not isinstance(self._worker, Chain):
            return Errand(
                self._world,
                self._journal,
                self._desk.gate,
                self._patience,
                self._worker,
                self._tools,
                said,
                self._subject,
                self._attempt,
                self._desk.providers,
            )
        requests = Requests(
            self._world,
            self._journal,
            self._desk.providers,
            self._patience,
            said,
            self._worker,
            self._subject.task,
            self._attempt.number,
        )
        dialogue = Dialogue(self._worker, requests, self._tools, self._journal, self._task, self._attempt.number)
        if self._world.answers is None or not self._worker.manner.reusable:
            return dialogue
        return Reuse(
            dialogue,
            requests,
            self._world.answers,
            self._world,
            self._journal,
            said,
            self._worker,
            self._task,
            self._attempt.number,
        )

    def _past(self) -> list[Recorded]:
        if not self._attempt.continues:
            return []
        return [
            recorded
            for number in chain_of_attempts(self._subject, self._attempt)[:-1]
            for recorded in self._world.past.of_attempt(self._task, number)
        ]

    def _note(self, event: Event) -> None:
        self._journal.note(event, self._task, self._attempt.number)

    def _entry(self, event: Event) -> Entry:
        return Entry(event, self._task, self._attempt.number)
