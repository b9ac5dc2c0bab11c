"""The loop of a conversation: ask, look at the answer, carry its calls out, ask again."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from tmtui.agents.model import Called, FromModel, ModelRequest, Replied
from tmtui.agents.port import ToolCall
from tmtui.domain.outcome import OK, Kind, Outcome
from tmtui.domain.status import ToolStatus
from tmtui.engine.dialogue.memory import Memory, remember, without_thinking, write_messages
from tmtui.engine.dialogue.shorten import cut_results, summarize
from tmtui.engine.dialogue.turns import (
    AskAgain,
    Bounds,
    Carry,
    Finish,
    Forget,
    GoOn,
    Next,
    Shorten,
    Standing,
    Tell,
    after_reply,
    stands,
)
from tmtui.engine.journal import Journal
from tmtui.engine.ports import Chain
from tmtui.engine.providers.requests import Requests
from tmtui.engine.tools import RecordedTools
from tmtui.events.base import Entry, Event, Recorded
from tmtui.events.request import ConversationForgotten, ConversationNudged, ConversationShortened
from tmtui.prompts.compose import Prompt


MAX_REPAIRS: Final = 1
"""Times that an answer which does not fit its schema is sent back."""


class Dialogue:
    """Leads one attempt's conversation with a chain of models."""

    def __init__(
        self, chain: Chain, requests: Requests, tools: RecordedTools, journal: Journal, task: str, attempt: int
    ) -> None:
        self._chain = chain
        self._requests = requests
        self._tools = tools
        self._journal = journal
        self._task = task
        self._attempt = attempt
        self._memory = Memory()
        self._standing = Standing()
        self._max_tokens = chain.manner.max_tokens

    async def hold(self, prompt: Prompt, past: Sequence[Recorded]) -> Outcome:
        """Lead the conversation to its end.

        Args:
            prompt: What is asked.
            past: The events of the conversation so far, when this goes on from an interrupted one.

        Raises:
            ConversationOverError: the model's tool calls make no sense, over and over.
        """
        self._memory = remember(past)
        if not self._memory.messages:
            self._memory.say(prompt.text)
        left_off = self._memory.left_off
        self._standing = Standing(turns=self._memory.turns - (left_off is not None))
        await self._carry(self._memory.unanswered)
        outcome = None if left_off is None else await self._take(left_off, self._max_tokens, prompt)
        while outcome is None:
            served = await self._requests.ask(self._request(prompt))
            if stands(served.reply):
                self._memory.hear(served.reply, served.model)
            outcome = await self._take(served.reply, served.most_tokens, prompt)
        return outcome

    @property
    def in_one_go(self) -> FromModel | None:
        """The answer, when it followed the prompt at once and called no tool."""
        match self._memory.messages:
            case [_, FromModel() as answer] if not any(isinstance(part, Called) for part in answer.parts):
                return answer
            case _:
                return None

    @property
    def last_text(self) -> str:
        """What the model said last."""
        return self._memory.last_text

    async def _take(self, reply: Replied, most_tokens: int, prompt: Prompt) -> Outcome | None:
        """Do what follows from an answer; the outcome when the conversation is over by it."""
        bounds = Bounds(
            max_turns=self._chain.manner.max_turns,
            max_tokens=self._max_tokens,
            most_tokens=most_tokens or self._max_tokens,
        )
        following, self._standing = after_reply(reply, self._standing, bounds)
        if isinstance(following, Finish):
            return await self._repair(following.outcome)
        await self._follow(following, prompt, reply)
        return None

    async def _follow(self, following: Next, prompt: Prompt, reply: Replied) -> None:
        match following:
            case Carry(calls):
                await self._carry(calls)
            case Tell(text):
                await self._tell(text)
            case AskAgain(max_tokens):
                self._max_tokens = max_tokens
            case Shorten():
                await self._shorten(prompt, reply)
            case Forget(why):
                self._memory.forget_thinking()
                await self._record(ConversationForgotten(why))
            case Finish() | GoOn():
                pass

    def _request(self, prompt: Prompt) -> ModelRequest:
        manner = self._chain.manner
        return ModelRequest(
            system=prompt.system,
            messages=self._memory.messages,
            tools=self._chain.tools,
            max_tokens=self._max_tokens,
            effort=manner.effort,
            temperature=manner.temperature,
            schema=manner.schema,
            timeout=manner.request_timeout,
        )

    # The model's calls.

    async def _carry(self, calls: Sequence[Called]) -> None:
        """Carry calls out: those that only read side by side, the others one after another, in order."""
        for group in groups(calls, self._tools.only_reads):
            results = await asyncio.gather(*(self._tools.call(_tool_call(call)) for call in group))
            for call, result in zip(group, results, strict=True):
                self._memory.answer(call.id, result.output, failed=result.status is not ToolStatus.OK)

    # Mending the conversation.

    async def _tell(self, text: str) -> None:
        self._memory.say(text)
        await self._record(ConversationNudged(text, "engine"))

    async def _shorten(self, prompt: Prompt, reply: Replied) -> None:
        before = self._memory.messages
        cut = cut_results(before)
        how, after = "results", cut
        if self._standing.shortenings > 1 or cut == without_thinking(before):
            how, after = "summary", summarize(before, prompt.text)
        self._memory.replace(after)
        sizes = self._requests.sizes(before, after)
        await self._record(ConversationShortened(how, write_messages(after), *sizes))
        if reply.outcome.kind is Kind.CONTEXT_TOO_LONG:
            self._max_tokens = max(1_024, self._max_tokens // 2)

    async def _repair(self, outcome: Outcome) -> Outcome | None:
        """The outcome, unless the answer has to be sent back once because it does not fit its schema."""
        manner = self._chain.manner
        if outcome.kind is not Kind.OK or manner.check is None:
            return outcome
        problem = manner.check(self._memory.last_text)
        if not problem:
            return OK
        if self._standing.repairs >= MAX_REPAIRS:
            return Outcome(Kind.SCHEMA_INVALID, f"the answer does not fit its schema: {problem}")
        self._standing = msgspec.structs.replace(self._standing, repairs=self._standing.repairs + 1)
        await self._tell(
            f"Your answer does not fit the schema it must have: {problem}. Answer again, with JSON alone."
        )
        return None

    async def _record(self, event: Event) -> None:
        await self._journal.record(Entry(event, self._task, self._attempt))


def groups(calls: Sequence[Called], only_reads: Callable[[ToolCall], bool]) -> list[list[Called]]:
    """Calls that may run side by side, in order: neighbours that only read share a group."""
    found: list[list[Called]] = []
    reading = False
    for call in calls:
        reads = not call.problem and only_reads(_tool_call(call))
        if reads and reading:
            found[-1].append(call)
        else:
            found.append([call])
        reading = reads
    return found


def _tool_call(call: Called) -> ToolCall:
    return ToolCall(call.name, call.input, call.problem, call.id)
