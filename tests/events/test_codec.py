import contextlib
import json

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from tests.events.strategies import events, recorded, structs
from tmtui.events import codec
from tmtui.events.agent import AgentSpoke
from tmtui.events.base import Event, Recorded
from tmtui.events.codec import EVENT_TYPES, KINDS, UnreadableEventError, decode, encode, encode_line
from tmtui.events.hook import HookFinished


@pytest.mark.parametrize("kind", EVENT_TYPES, ids=lambda kind: kind.__name__)
@settings(max_examples=15)
@given(data=st.data())
def test_every_event_comes_back_as_it_was(kind: type[Event], data: st.DataObject) -> None:
    event = data.draw(structs(kind))
    assert decode(encode(event)) == event


@settings(max_examples=50)
@given(events())
def test_an_event_is_read_from_text_as_from_bytes(event: Event) -> None:
    assert decode(encode(event).decode()) == event


@settings(max_examples=50)
@given(events())
def test_an_event_is_one_line_of_json_that_names_its_kind(event: Event) -> None:
    data = encode(event)
    assert b"\n" not in data
    assert json.loads(data)["kind"] == KINDS[type(event)]


def test_kinds_are_told_apart_by_their_names() -> None:
    assert len(set(KINDS.values())) == len(EVENT_TYPES)
    assert all("." in name for name in KINDS.values())


def test_every_kind_of_event_is_known_to_the_codec() -> None:
    def below(kind: type[Event]) -> set[type[Event]]:
        return {kind}.union(*(below(child) for child in kind.__subclasses__()))

    shipped = {kind for kind in below(Event) - {Event} if kind.__module__.startswith("tmtui.events.")}
    assert shipped == set(EVENT_TYPES)


def test_fields_of_a_newer_version_are_passed_over() -> None:
    assert decode('{"kind": "agent.spoke", "text": "hello", "mood": {"joy": [1]}}') == AgentSpoke(text="hello")


def test_fields_that_an_older_version_did_not_write_take_their_defaults() -> None:
    event = decode('{"kind": "hook.finished", "id": "h1", "status": "passed"}')
    assert isinstance(event, HookFinished)
    assert (event.exit_code, event.tail) == (None, "")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"text": "no kind"}',
        b'{"kind": "agent.sang", "text": "la"}',
        b'{"kind": "agent.spoke"}',
        b'{"kind": "agent.spoke", "text": 7}',
        b'{"kind": "agent.spoke", "text": "\xff"}',
        b'{"kind": "attempt.finished", "status": "bored", "outcome": {"kind": "ok"}, "counted": true}',
    ],
)
def test_what_is_damaged_or_unknown_is_said_to_be_unreadable(data: bytes) -> None:
    with pytest.raises(UnreadableEventError, match="schema 1"):
        decode(data)


@given(st.binary(max_size=60))
def test_no_bytes_whatever_raise_anything_else(data: bytes) -> None:
    with contextlib.suppress(UnreadableEventError):
        decode(data)


def test_an_event_of_an_older_schema_goes_through_each_step_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def renamed(raw: dict[str, object]) -> dict[str, object]:
        return {"kind": raw["kind"], "text": raw["said"]}

    def louder(raw: dict[str, object]) -> dict[str, object]:
        return {**raw, "text": str(raw["text"]).upper()}

    monkeypatch.setattr(codec, "SCHEMA_VERSION", 3)
    monkeypatch.setattr(codec, "UPCASTERS", {1: {"agent.spoke": renamed}, 2: {"agent.spoke": louder}})
    assert decode('{"kind": "agent.spoke", "said": "hi"}', version=1) == AgentSpoke(text="HI")
    assert decode('{"kind": "agent.spoke", "text": "hi"}', version=2) == AgentSpoke(text="HI")


@settings(max_examples=50)
@given(recorded())
def test_a_line_for_scripts_holds_the_place_and_the_event_flat(line: Recorded) -> None:
    data = encode_line(line)
    assert data.endswith(b"\n")
    assert data.count(b"\n") == 1
    flat = json.loads(data)
    assert (flat["seq"], flat["run"], flat["task"]) == (line.seq, line.run, line.task or None)
    assert flat["kind"] == KINDS[type(line.event)]


@pytest.mark.parametrize("kind", EVENT_TYPES, ids=lambda kind: kind.__name__)
def test_no_field_of_an_event_hides_its_place_in_such_a_line(kind: type[Event]) -> None:
    names = {field.encode_name for field in msgspec.structs.fields(kind)}
    assert not names & {"seq", "run", "epoch", "task", "attempt", "at", "kind"}
