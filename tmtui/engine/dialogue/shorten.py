"""A conversation that is too long for its model, made shorter. Pure, and no request is spent on it.

First the largest old results of tools are cut: they are most of a long conversation, and the files they show can be
read again. When that is not enough the conversation begins afresh, with the task and a summary of what was done:
which calls were made and what came of them, and what was said last. Either way what was thought is left out, since it
is bound to what stood before it.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from tmtui.agents.model import Answered, Called, FromModel, FromUser, Message, Said
from tmtui.engine.dialogue.memory import without_thinking


KEPT_RESULT: Final = 600
"""Characters of a cut result, half from its head and half from its tail."""
UNTOUCHED: Final = 4
"""Messages at the end that keep their results whole."""
SUMMARY_CALLS: Final = 200
"""Calls that a summary lists at most."""
SUMMARY_TEXT: Final = 4_000
"""Characters of the last text in a summary."""


def cut_results(messages: Sequence[Message]) -> tuple[Message, ...]:
    """The messages with every large result cut, but for those at the end."""
    old = max(0, len(messages) - UNTOUCHED)
    cut = [_cut(message) if place < old else message for place, message in enumerate(messages)]
    if all(before is after for before, after in zip(messages, cut, strict=True)):
        cut = [_cut(message) for message in messages]
    return without_thinking(cut)


def _cut(message: Message) -> Message:
    if isinstance(message, FromModel) or not any(map(_is_large, message.parts)):
        return message
    return FromUser(tuple(_cut_part(part) if isinstance(part, Answered) else part for part in message.parts))


def _is_large(part: object) -> bool:
    return isinstance(part, Answered) and len(part.output) > 2 * KEPT_RESULT


def _cut_part(part: Answered) -> Answered:
    if not _is_large(part):
        return part
    half = KEPT_RESULT // 2
    left_out = len(part.output) - KEPT_RESULT
    output = f"{part.output[:half]}\n… {left_out} characters left out to save room …\n{part.output[-half:]}"
    return msgspec.structs.replace(part, output=output)


def summarize(messages: Sequence[Message], prompt: str) -> tuple[Message, ...]:
    """A conversation of one message: the task, and what has been done about it so far."""
    results = {
        part.id: part
        for message in messages
        if isinstance(message, FromUser)
        for part in message.parts
        if isinstance(part, Answered)
    }
    calls = [part for message in messages if isinstance(message, FromModel) for part in message.parts]
    lines = [_line(part, results) for part in calls if isinstance(part, Called)]
    left_out = len(lines) - SUMMARY_CALLS
    done = "\n".join(([f"- … {left_out} earlier calls"] if left_out > 0 else []) + lines[-SUMMARY_CALLS:])
    said = _last_text(messages)[-SUMMARY_TEXT:]
    text = (
        f"{prompt}\n\n## What you have done so far\n\n"
        "The conversation grew too long and begins afresh here. The files are as you left them: read them again "
        f"where you need them, and go on with the task.\n\n{done or '- nothing yet'}\n"
        + (f"\n## What you said last\n\n{said}\n" if said else "")
    )
    return (FromUser((Said(text),)),)


def _line(call: Called, results: dict[str, Answered]) -> str:
    result = results.get(call.id)
    came = "no result" if result is None else "failed" if result.failed else "ok"
    given = ", ".join(f"{name}={_short(value)}" for name, value in list(call.input.items())[:4])
    return f"- {call.name}({given}): {came}"


def _short(value: object, cap: int = 80) -> str:
    text = str(value).replace("\n", "⏎")
    return text if len(text) <= cap else text[: cap - 1] + "…"


def _last_text(messages: Iterable[Message]) -> str:
    for message in reversed(list(messages)):
        if isinstance(message, FromModel):
            text = "".join(part.text for part in message.parts if isinstance(part, Said))
            if text.strip():
                return text
    return ""
