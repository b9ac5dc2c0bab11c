"""Answers that were given before and may stand for new ones, where that is sound.

A model that used no tool has looked at nothing but the question. So its answer belongs to the question as a whole:
the prompt, the model, how it is asked, and the files as they were, since others might have made it look at them. Only
answers in one go are kept, of profiles that ask for data and not for work; and one is forgotten when the attempt
fails in which it was given, or used again.
"""

import hashlib
import re
from collections.abc import Sequence
from typing import Final

import msgspec

from tmtui.agents.port import Text
from tmtui.domain.kept_answer import KeptAnswer
from tmtui.domain.outcome import OK, Outcome
from tmtui.domain.usage import Usage
from tmtui.engine.dialogue.lead import Dialogue
from tmtui.engine.journal import Journal
from tmtui.engine.ports import Chain, KeptAnswers, World
from tmtui.engine.providers.requests import Requests
from tmtui.engine.said import Said
from tmtui.engine.secrecy import redacted
from tmtui.events.base import Entry, Recorded
from tmtui.events.money import REUSED, MoneySpent
from tmtui.events.request import CacheHit, CacheMissed
from tmtui.prompts.compose import Prompt


VERSION: Final = 1
"""Raised when what a key is made of changes."""

_NONCE: Final = re.compile(r"untrusted-[0-9a-f]{8}")
"""The tags of the fences around foreign text, whose word is another one each time."""


def key_of(prompt: Prompt, chain: Chain, tree: str) -> str:
    """What a question is known by, in hex.

    Args:
        prompt: The question.
        chain: Whom it goes to.
        tree: The id of the files as they are; empty when that is not known.
    """
    first, manner = chain.models[0], chain.manner
    how = (manner.profile, manner.effort, manner.temperature, manner.max_tokens, manner.schema)
    parts = (VERSION, first.provider, first.model, how, chain.tools, tree, prompt.system, prompt.text)
    said = msgspec.json.encode(parts, order="deterministic").decode()
    return hashlib.sha256(_NONCE.sub("untrusted", said).encode()).hexdigest()


class Reuse:
    """Leads a conversation that may be over before it begins."""

    def __init__(
        self,
        dialogue: Dialogue,
        requests: Requests,
        answers: KeptAnswers,
        world: World,
        journal: Journal,
        said: Said,
        chain: Chain,
        task: str,
        attempt: int,
    ) -> None:
        self._dialogue = dialogue
        self._requests = requests
        self._answers = answers
        self._world = world
        self._journal = journal
        self._said = said
        self._chain = chain
        self._task = task
        self._attempt = attempt

    async def hold(self, prompt: Prompt, past: Sequence[Recorded]) -> Outcome:
        """Use the answer that is kept, or lead the conversation, and keep what comes of it.

        Raises:
            ConversationOverError: the model's tool calls make no sense, over and over.
        """
        if past:
            return await self._dialogue.hold(prompt, past)
        key = key_of(prompt, self._chain, self._tree())
        found = self._answers.find(key, self._world.clock.wall_ms())
        if found is not None and self._fits(found.text):
            await self._use(found)
            return OK
        await self._journal.record(self._entry(CacheMissed(key)))
        outcome = await self._dialogue.hold(prompt, past)
        if outcome.ok:
            self._keep(key)
        return outcome

    def _tree(self) -> str:
        attempt = self._journal.state.tasks[self._task].attempt
        return attempt.checkpoint.tree if attempt is not None and attempt.checkpoint is not None else ""

    def _fits(self, text: str) -> bool:
        check = self._chain.manner.check
        return check is None or not check(text)

    async def _use(self, answer: KeptAnswer) -> None:
        spent = MoneySpent(
            answer.model,
            Usage(),
            0,
            REUSED,
            provider=answer.provider,
            profile=self._chain.manner.profile,
            user=self._world.user,
            saved_micro=answer.micro or 0,
        )
        hit = CacheHit(answer.key, answer.model, answer.answered_ms, answer.run, answer.micro)
        await self._journal.record(self._entry(hit), self._entry(spent))
        self._said.feed(Text(answer.text))

    def _keep(self, key: str) -> None:
        """Keep the answer, if it was given in one go by the first choice, and holds no secret."""
        first, answer = self._chain.models[0], self._dialogue.in_one_go
        text = self._dialogue.last_text
        if answer is None or answer.model != first.model or redacted(text, self._world.redactor) != text:
            return
        now_ms, run = self._world.clock.wall_ms(), self._journal.state.run
        self._answers.keep(KeptAnswer(key, text, first.model, first.provider, now_ms, run, self._requests.paid_micro))

    def _entry(self, event: CacheHit | CacheMissed | MoneySpent) -> Entry:
        return Entry(event, self._task, self._attempt)
