"""What every event and every command is: a frozen value with a name of its own and words that explain it."""

import inspect
import re

import msgspec
import pytest

from tmtui.events import commands
from tmtui.events.base import Entry, Event, Recorded
from tmtui.events.codec import EVENT_TYPES, FAMILIES, KINDS
from tmtui.events.commands import (
    Abort,
    Answer,
    AnyCommand,
    CancelTask,
    Command,
    OpenCircuit,
    Pause,
    Ping,
    Reply,
    ResetCircuit,
    Stop,
    Unpause,
    UseFallback,
)


NAMES = {
    "run": {"planned", "started", "replanned", "paused", "unpaused", "waiting", "woken", "suspended", "finished"},
    "task": {"started", "succeeded", "failed", "skipped", "aborted", "reopened"},
    "attempt": {"started", "checkpointed", "prompted", "measured", "restored", "finished"},
    "agent": {"started", "session", "spoke", "thought", "noticed", "finished"},
    "request": {"started", "finished", "waiting", "released"},
    "conversation": {"shortened", "nudged", "forgotten"},
    "model": {"switched"},
    "limits": {"told", "used"},
    "cache": {"hit", "missed"},
    "tool": {"started", "printed", "stalled", "flagged", "finished"},
    "hook": {"started", "printed", "stalled", "finished"},
    "decision": {"opened", "answered", "ignored"},
    "provider": {"retrying", "broken", "recovered"},
    "money": {"warned", "spent"},
    "monitor": {"degraded", "restored", "troubled", "tail_lost"},
}
"""Every kind that a log of schema 1 may hold. A name in here is never given another meaning."""


def test_the_kinds_are_those_that_logs_already_hold() -> None:
    assert set(KINDS.values()) == {f"{family}.{name}" for family, names in NAMES.items() for name in names}


@pytest.mark.parametrize("kind", EVENT_TYPES, ids=lambda kind: kind.__name__)
def test_an_event_is_frozen_and_says_what_it_means(kind: type[Event]) -> None:
    assert kind.__struct_config__.frozen
    assert kind.__doc__
    assert kind.__doc__ != Event.__doc__


@pytest.mark.parametrize("kind", EVENT_TYPES, ids=lambda kind: kind.__name__)
def test_an_event_s_kind_is_its_name_in_two_parts(kind: type[Event]) -> None:
    family, _, verb = KINDS[kind].partition(".")
    words = re.findall("[A-Z][a-z]*", kind.__name__)
    if family != "monitor":
        assert [word.lower() for word in words] == [family, *verb.split("_")]
    else:
        assert [word.lower() for word in words] == verb.split("_")


def test_a_family_is_a_file_and_holds_no_other_family_s_events() -> None:
    for family in FAMILIES:
        own = {kind for kind in EVENT_TYPES if kind.__module__ == family.__name__}
        seen = {
            value
            for value in vars(family).values()
            if isinstance(value, type) and issubclass(value, Event) and value is not Event
        }
        assert own == seen


@pytest.mark.parametrize("kind", [Recorded, Entry, *EVENT_TYPES], ids=lambda kind: kind.__name__)
def test_values_that_say_the_same_are_equal_and_hold_nothing_that_can_change(kind: type[msgspec.Struct]) -> None:
    for field in msgspec.structs.fields(kind):
        assert not re.search(r"\b(list|set)\[", str(field.type)), field.name


# Commands.


COMMANDS: list[Command] = [
    Answer("calc-5", "retry", "a note", "another prompt", restore=True),
    Answer("calc-5:1", "skip"),
    Pause(),
    Unpause(),
    Stop(),
    Stop(force=True),
    Abort("enough"),
    CancelTask("calc-5"),
    ResetCircuit("claude/claude-sonnet-5-5"),
    OpenCircuit("claude"),
    UseFallback(),
    Ping(),
]


def test_every_command_is_one_that_the_socket_carries() -> None:
    written = {
        value
        for value in vars(commands).values()
        if inspect.isclass(value) and issubclass(value, Command) and value is not Command
    }
    assert written == set(AnyCommand.__args__) == {type(command) for command in COMMANDS}
    assert len({kind.__struct_config__.tag for kind in written}) == len(written)


@pytest.mark.parametrize("command", COMMANDS, ids=repr)
def test_a_command_comes_back_from_the_socket_as_it_was(command: Command) -> None:
    data = msgspec.json.encode(command)
    assert b"\n" not in data
    assert msgspec.json.decode(data, type=AnyCommand) == command


@pytest.mark.parametrize(
    "data", [b"{}", b'{"command":"dance"}', b'{"command":"answer"}', b'{"command":"stop","force":1}', b"[]"]
)
def test_what_is_no_command_is_not_taken_for_one(data: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(data, type=AnyCommand)


def test_a_reply_comes_back_as_it_was() -> None:
    for reply in (Reply(True), Reply(False, "the run is paused", "20260102-030405-7f3c", 7)):
        assert msgspec.json.decode(msgspec.json.encode(reply), type=Reply) == reply
