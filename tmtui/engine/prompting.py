"""What an attempt's agent is asked: the words of the attempt that it goes on from, or new ones.

New words are made of the task, of what the earlier attempts came to, and of the project as it is now. An attempt that
goes on after an interruption asks exactly what was asked before, for the conversation that follows belongs to that.
"""

from collections.abc import Iterable

import msgspec

from tmtui.domain.status import AttemptStatus, HookStatus
from tmtui.engine.ports import World
from tmtui.engine.secrecy import redacted
from tmtui.events.agent import AgentSpoke
from tmtui.events.attempt import AttemptCheckpointed, AttemptPrompted
from tmtui.events.base import Recorded
from tmtui.prompts.compose import Failure, Prompt, compose
from tmtui.prompts.context import Context
from tmtui.prompts.fence import new_nonce
from tmtui.state.model import AttemptState, TaskState


SAID = 4_000
"""Characters of the last answer's end that the next attempt is told."""


class Checked(msgspec.Struct, frozen=True):
    """A prompt that was looked through."""

    prompt: Prompt
    blocked: str = ""
    """Why it is not to be sent; empty when it may."""
    notices: tuple[str, ...] = ()
    """What a person should know of it."""


async def make_prompt(
    world: World, subject: TaskState, attempt: AttemptState, before: AttemptCheckpointed, earlier: Iterable[int]
) -> Checked:
    """The prompt of one attempt, looked through.

    Args:
        world: Where it is made.
        subject: The task.
        attempt: The attempt.
        before: The files as they were recorded before it.
        earlier: The interrupted attempts that it goes on from, the latest first.

    Raises:
        ProblemsError: a template cannot be filled in.
    """
    for number in earlier:
        for recorded in world.past.of_attempt(subject.task.id, number):
            if isinstance(recorded.event, AttemptPrompted):
                return checked(world, Prompt(recorded.event.system, recorded.event.prompt))
    failed = failed_attempts(subject)
    context = await world.surroundings.look(subject.task, before) if world.surroundings else Context()
    if failed:
        said = last_words(world.past.of_attempt(subject.task.id, failed[-1].number))
        context = msgspec.structs.replace(context, previous_response=said)
    failures = tuple(_failure(known) for known in failed)
    nonce = new_nonce(world.rng)
    composed = compose(subject.task, failures, attempt.note, attempt.description, nonce, context, world.templates)
    made = checked(world, composed)
    if world.keep_prompt is not None:
        world.keep_prompt(subject.task.id, f"{made.prompt.system}\n{made.prompt.text}")
    return made


def checked(world: World, prompt: Prompt) -> Checked:
    """A prompt as it may be sent, if it may."""
    prompt = Prompt(redacted(prompt.system, world.veil), redacted(prompt.text, world.veil))
    if world.scanner is None:
        return Checked(prompt)
    system, text = world.scanner.prompt(prompt.system), world.scanner.prompt(prompt.text)
    notices = tuple(dict.fromkeys((*system.notices, *text.notices)))
    return Checked(Prompt(system.text, text.text), system.blocked or text.blocked, notices)


def failed_attempts(subject: TaskState) -> list[AttemptState]:
    """The attempts that did not pass, oldest first."""
    return [
        known
        for known in subject.attempts
        if known.status is AttemptStatus.FAILED and known.counted and known.outcome is not None
    ]


def last_words(events: Iterable[Recorded]) -> str:
    """The end of what an agent said in one attempt."""
    said = "".join(recorded.event.text for recorded in events if isinstance(recorded.event, AgentSpoke)).strip()
    return said if len(said) <= SAID else f"… {said[-SAID:]}"


def _failure(attempt: AttemptState) -> Failure:
    broken = next((run for run in reversed(attempt.hooks) if run.status is not HookStatus.PASSED), None)
    return Failure(
        round=attempt.round,
        reason=attempt.outcome.message if attempt.outcome else "",
        source=f"hook {broken.name}" if broken else "",
        output=broken.tail if broken else "",
        changed=tuple(change.path for change in attempt.measured.files[:20]) if attempt.measured else (),
    )
