import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, strategies as st

from tests.agents.anthropic.asking import REQUEST, TOOLS, request
from tmtui.agents.anthropic.catalogue import Card, card_of
from tmtui.agents.anthropic.render import Rendered, encoded, estimated, parameters, render
from tmtui.agents.model import Answered, Called, FromModel, FromUser, Message, ModelRequest, Said, Thought


SONNET = card_of("claude-sonnet-5-5")
THOUGHT = Thought('{"type":"thinking","thinking":"Hm","signature":"s"}')


def sent(asked: ModelRequest, card: Card = SONNET) -> dict[str, Any]:
    value = json.loads(render(asked, card).body)
    assert isinstance(value, dict)
    return value


def blocks(*messages: Message, card: Card = SONNET) -> list[list[dict[str, Any]]]:
    """The contents of messages, without marks."""
    rendered = sent(request(messages=messages), card)["messages"]
    for message in rendered:
        for block in message["content"]:
            block.pop("cache_control", None)
    return [message["content"] for message in rendered]


def test_a_whole_request() -> None:
    asked = request(
        messages=(
            FromUser((Said("Do it."),)),
            FromModel((THOUGHT, Said("Yes."), Called("t1", "bash", {"command": "ls"})), SONNET.id),
            FromUser((Answered("t1", "a.py"), Said("Go on."))),
        ),
        tools=TOOLS,
        effort="high",
        max_tokens=1000,
        schema={"type": "object", "properties": {"done": {"type": "boolean"}}},
    )
    mark = {"type": "ephemeral"}

    assert sent(asked) == {
        "model": "claude-sonnet-5-5",
        "max_tokens": 1000,
        "stream": True,
        "thinking": {"type": "adaptive", "display": "summarized"},
        "output_config": {
            "effort": "high",
            "format": {
                "type": "json_schema",
                "schema": {
                    "type": "object",
                    "properties": {"done": {"type": "boolean"}},
                    "additionalProperties": False,
                },
            },
        },
        "tools": [
            {"type": "bash_20250124", "name": "bash"},
            {
                "name": "glob",
                "description": "Finds files.",
                "input_schema": {
                    "type": "object",
                    "properties": {"pattern": {"type": "string"}},
                    "additionalProperties": False,
                },
                "strict": True,
            },
        ],
        "system": [{"type": "text", "text": "You work.", "cache_control": mark}],
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "Do it.", "cache_control": mark}]},
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": "Hm", "signature": "s"},
                    {"type": "text", "text": "Yes."},
                    {"type": "tool_use", "id": "t1", "name": "bash", "input": {"command": "ls"}},
                ],
            },
            {
                "role": "user",
                "content": [
                    {"type": "tool_result", "tool_use_id": "t1", "content": "a.py"},
                    {"type": "text", "text": "Go on.", "cache_control": mark},
                ],
            },
        ],
    }


def test_the_editor_is_the_api_s_own_and_shows_so_much_at_once() -> None:
    editor = msgspec.structs.replace(TOOLS[0], name="str_replace_based_edit_tool")

    (tool,) = sent(request(tools=(editor,)))["tools"]
    assert (tool["type"], tool["max_characters"]) == ("text_editor_20250728", 100_000)


def test_a_tool_whose_input_cannot_be_held_to_its_schema_is_sent_without() -> None:
    open_ended = msgspec.structs.replace(TOOLS[1], schema={"type": "object", "additionalProperties": True})

    (tool,) = sent(request(tools=(open_ended,)))["tools"]
    assert (tool["input_schema"], "strict" in tool) == (open_ended.schema, False)


def test_answers_to_calls_stand_first_and_a_failure_is_said_to_be_one() -> None:
    message = FromUser((Said("So?"), Answered("t1", "no", failed=True), Answered("t2", "")))

    assert blocks(message) == [
        [
            {"type": "tool_result", "tool_use_id": "t1", "content": "no", "is_error": True},
            {"type": "tool_result", "tool_use_id": "t2"},
            {"type": "text", "text": "So?"},
        ]
    ]


# Thinking.


@pytest.mark.parametrize(
    ("said_by", "asked", "kept"),
    [
        ("claude-sonnet-5-5", "claude-sonnet-5-5", True),
        ("claude-haiku-4-5-20251001", "claude-haiku-4-5", True),
        ("sonnet", "claude-sonnet-5-5", True),
        ("claude-opus-5-5", "claude-sonnet-5-5", False),
        ("gpt-5.4-mini", "claude-sonnet-5-5", False),
        ("", "claude-sonnet-5-5", False),
    ],
)
def test_thinking_goes_back_to_whoever_thought_it_and_to_nobody_else(said_by: str, asked: str, kept: bool) -> None:
    _, answer, _ = blocks(
        FromUser((Said("1"),)), FromModel((THOUGHT, Said("2")), said_by), FromUser((Said("3"),)), card=card_of(asked)
    )

    assert [block["type"] for block in answer] == (["thinking", "text"] if kept else ["text"])


@pytest.mark.parametrize("parts", [(), (THOUGHT,), (Said(" \n"),)])
def test_a_message_of_which_nothing_is_left_keeps_its_place(parts: tuple[Any, ...]) -> None:
    _, answer, _ = blocks(FromUser((Said("1"),)), FromModel(parts, "another"), FromUser((Said("3"),)))

    assert answer == [{"type": "text", "text": "(nothing was said)"}]


# What a model takes.


@pytest.mark.parametrize("model", ["claude-sonnet-4-5", "claude-haiku-4-5", "claude-opus-4-5"])
def test_a_model_that_does_not_adapt_its_thinking_is_not_asked_to(model: str) -> None:
    assert "thinking" not in sent(REQUEST, card_of(model))


def test_an_answer_is_no_longer_than_the_model_can_make_it() -> None:
    assert sent(request(max_tokens=10**9))["max_tokens"] == 128_000
    assert sent(request(max_tokens=0))["max_tokens"] == 1


@pytest.mark.parametrize(
    ("asked", "model", "words"),
    [
        (request(temperature=0.5), "claude-opus-5-5", "takes no temperature, so 0.5 is not sent; set effort"),
        (request(effort="max"), "claude-opus-4-5", "'high' is sent"),
        (request(effort="high"), "claude-haiku-4-5", "none is sent"),
        (request(schema={"not": {}}), "claude-opus-5-5", "cannot be held to the schema"),
    ],
)
def test_what_a_model_does_not_take_is_not_sent_and_said(asked: ModelRequest, model: str, words: str) -> None:
    rendered = render(asked, card_of(model))

    assert words in rendered.notices[0]
    assert not {"temperature", "format"} & set(json.loads(rendered.body))


def test_a_temperature_goes_to_a_model_that_takes_one() -> None:
    assert sent(request(temperature=0.5), Card(id="x", takes_temperature=True))["temperature"] == 0.5


# The caches.


def marks(asked: ModelRequest) -> list[tuple[Any, ...]]:
    """Where the marks stand."""
    value = parameters(asked, SONNET)
    found: list[tuple[Any, ...]] = [
        (name, number)
        for name in ("tools", "system")
        for number, each in enumerate(value.get(name, []))
        if "cache_control" in each
    ]
    for number, message in enumerate(value["messages"]):
        found += [(number, place) for place, block in enumerate(message["content"]) if "cache_control" in block]
    return found


def test_the_first_mark_is_at_the_end_of_what_all_conversations_share() -> None:
    assert marks(request(tools=TOOLS))[0] == ("system", 0)
    assert marks(request(tools=TOOLS, system=""))[0] == ("tools", 1)
    assert marks(request(system="")) == [(0, 0)]


def test_an_hour_s_cache_is_asked_for_at_every_mark() -> None:
    body = render(request(tools=TOOLS), SONNET, lasting="1h").body
    assert body.count(b'"ttl":"1h"') == body.count(b"cache_control") == 2


def unmarked(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: unmarked(each) for name, each in value.items() if name != "cache_control"}
    return [unmarked(each) for each in value] if isinstance(value, list) else value


words = st.text(max_size=12)
saids = st.builds(Said, words)
calls = st.builds(
    Called, st.from_regex(r"t[0-9]{1,3}", fullmatch=True), st.just("bash"), st.dictionaries(words, words, max_size=2)
)
answers = st.builds(Answered, st.from_regex(r"t[0-9]{1,3}", fullmatch=True), words, st.booleans())
models = st.builds(
    FromModel,
    st.lists(saids | calls | st.just(THOUGHT), max_size=4).map(tuple),
    st.sampled_from(["claude-sonnet-5-5", "claude-opus-5-5"]),
)
users = st.builds(FromUser, st.lists(saids | answers, max_size=4).map(tuple))


@st.composite
def conversations(draw: st.DrawFn) -> tuple[Message, ...]:
    messages: list[Message] = [draw(users)]
    for _ in range(draw(st.integers(0, 4))):
        messages += [draw(models), draw(users)]
    return tuple(messages)


@given(conversations(), models, users)
def test_a_conversation_that_grew_begins_as_it_began_before(
    before: tuple[Message, ...], model: FromModel, user: FromUser
) -> None:
    """The law of the caches: the prefix stays, what was written is found where it was, and there are few marks."""
    old, new = request(messages=before, tools=TOOLS), request(messages=(*before, model, user), tools=TOOLS)
    plain_old, plain_new = (encoded(unmarked(parameters(each, SONNET))) for each in (old, new))

    assert plain_new.startswith(plain_old[: -len(b"]}")])
    assert marks(old)[-1] in marks(new)
    assert len(marks(new)) <= 4


@given(conversations())
def test_equal_requests_are_equal_bytes(messages: tuple[Message, ...]) -> None:
    asked = request(messages=messages, tools=TOOLS)
    again = msgspec.json.decode(msgspec.json.encode(asked), type=ModelRequest)

    assert render(asked, SONNET) == render(again, SONNET)


@pytest.mark.parametrize("text", ["\ud800", "ä\udfff", "\x00", "\u2028"])
def test_what_is_no_character_does_not_stop_a_request(text: str) -> None:
    messages = (
        FromUser((Said(text),)),
        FromModel((Called("t", "bash", {text: [text]}),), SONNET.id),
        FromUser((Answered("t", text),)),
    )
    body = render(request(messages=messages, system=text), SONNET).body

    assert body.decode()
    assert isinstance(json.loads(body), dict)


def test_the_id_of_another_provider_s_call_is_put_in_letters_that_are_allowed() -> None:
    _, answer, result = blocks(
        FromUser((Said("1"),)),
        FromModel((Called("call:1|x", "bash", {}),), "gpt"),
        FromUser((Answered("call:1|x", "ok"),)),
    )
    assert answer[0]["id"] == result[0]["tool_use_id"] == "call_1_x"


# The estimate.


def test_an_estimate_grows_with_what_is_sent_and_counts_the_tools() -> None:
    plain = estimated(REQUEST, SONNET)

    assert estimated(request(system="x" * 3200), SONNET) >= plain + 900
    assert estimated(request(tools=TOOLS), SONNET) > plain + 825


def test_an_estimate_is_rather_too_high_for_other_scripts() -> None:
    assert estimated(request(system="漢" * 1000), SONNET) > 900


def test_nothing_rendered_is_lost_on_the_way() -> None:
    assert render(REQUEST, SONNET, betas=("a",)) == Rendered(encoded(parameters(REQUEST, SONNET)), ("a",))
