import json
from typing import Any

import pytest

from tests.agents.openai.chatting import REQUEST, TOOLS, request
from tmtui.agents.model import Answered, Called, FromModel, FromUser, Message, ModelRequest, Said, Thought
from tmtui.agents.openai.catalogue import CARDS, EFFORTS, card_of, nearest_effort
from tmtui.agents.openai.render import LONGEST_ID, estimated, left_out, render


REASONS = card_of("gpt-5.4-mini")
PLAIN = card_of("gpt-4.1")


def sent(asked: ModelRequest, model: str = "gpt-5.4-mini", *, official: bool = True) -> Any:
    return json.loads(render(asked, card_of(model), official=official))


def messages(*told: Message) -> Any:
    return sent(request(messages=told))["messages"][1:]


def test_equal_requests_are_equal_bytes_and_a_longer_one_begins_with_the_shorter() -> None:
    longer = request(messages=(*REQUEST.messages, FromModel((Said("Well."),), "m"), FromUser((Said("Go on."),))))
    short, long = (render(each, REASONS, official=True) for each in (REQUEST, longer))

    assert render(REQUEST, REASONS, official=True) == short
    assert long.startswith(short.removesuffix(b"]}"))


def test_the_limit_of_an_answer_has_the_name_that_the_server_knows() -> None:
    assert sent(REQUEST)["max_completion_tokens"] == REQUEST.max_tokens
    assert sent(REQUEST, official=False)["max_tokens"] == REQUEST.max_tokens


def test_calls_and_their_answers_are_written_as_the_api_wants_them() -> None:
    told = messages(
        FromUser((Said("Do it."),)),
        FromModel((Thought("{}"), Said("I look."), Called("c1", "bash", {"command": "ls"})), "m"),
        FromUser((Answered("c1", "a.py"), Said("Go on."))),
        FromModel((Called("c2", "bash", {}),), "m"),
        FromUser((Answered("c2", "no", failed=True),)),
    )

    assert told == [
        {"role": "user", "content": "Do it."},
        {
            "role": "assistant",
            "content": "I look.",
            "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "bash", "arguments": '{"command":"ls"}'}}
            ],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "a.py"},
        {"role": "user", "content": "Go on."},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "c2", "type": "function", "function": {"name": "bash", "arguments": "{}"}}],
        },
        {"role": "tool", "tool_call_id": "c2", "content": "[failed]\nno"},
    ]


def test_an_id_that_is_too_long_is_shortened_the_same_way_on_both_sides() -> None:
    long = "toolu_" + "x" * 60
    _, said, answer = messages(
        FromUser((Said("Do it."),)), FromModel((Called(long, "bash", {}),), "m"), FromUser((Answered(long, ""),))
    )

    assert said["tool_calls"][0]["id"] == answer["tool_call_id"]
    assert len(answer["tool_call_id"]) <= LONGEST_ID


def test_a_message_of_which_nothing_is_left_says_so() -> None:
    told = messages(FromUser((Said(" "),)), FromModel((Thought("{}"),), "m"), FromUser((Said("Go on."),)))

    assert [each["content"] for each in told] == ["(nothing was said)", "(nothing was said)", "Go on."]


def test_what_is_no_character_is_sent_as_the_sign_for_that() -> None:
    assert messages(FromUser((Said("a\ud800b"),))) == [{"role": "user", "content": "a?b"}]


def test_a_schema_is_asked_for() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}

    assert sent(request(schema=schema))["response_format"]["json_schema"]["schema"] == schema


@pytest.mark.parametrize(
    ("model", "asked", "fields", "words"),
    [
        ("gpt-5.4", request(effort="high"), {"reasoning_effort": "high"}, []),
        ("gpt-5.4", request(effort="max"), {"reasoning_effort": "xhigh"}, ["'xhigh' is sent"]),
        ("gpt-5.1", request(effort="xhigh"), {"reasoning_effort": "high"}, ["'high' is sent"]),
        ("gpt-5.4", request(temperature=0.2), {}, ["takes no temperature"]),
        ("gpt-4.1", request(temperature=0.2), {"temperature": 0.2}, []),
        ("gpt-4.1", request(effort="low"), {}, ["none is sent"]),
        ("llama", request(temperature=0.2), {"temperature": 0.2}, []),
    ],
)
def test_what_a_model_does_not_take_is_not_sent_and_told(
    model: str, asked: ModelRequest, fields: dict[str, Any], words: list[str]
) -> None:
    body = sent(asked, model)

    assert {name: body[name] for name in ("reasoning_effort", "temperature") if name in body} == fields
    told = list(left_out(asked, card_of(model)))
    assert len(told) == len(words)
    assert all(word in line for word, line in zip(words, told, strict=True))


def test_an_estimate_grows_with_what_is_sent() -> None:
    assert 0 < estimated(REQUEST, PLAIN) < estimated(request(tools=TOOLS), PLAIN)


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("gpt-5.4", "gpt-5.4"),
        ("gpt-5.4-2026-03-05", "gpt-5.4"),
        ("gpt-5.4-mini-2026-03-05", "gpt-5.4-mini"),
        ("gpt-5-mini", "gpt-5"),
        ("gpt-4o-mini", "gpt-4o"),
        ("o3-pro", "o3"),
    ],
)
def test_a_model_is_known_by_its_family(model: str, family: str) -> None:
    known = card_of(model)

    assert (known.id, known.context, known.efforts) == (model, CARDS[family].context, CARDS[family].efforts)


def test_a_model_of_one_s_own_is_thought_modest() -> None:
    assert card_of("qwen3-coder:30b").traits.context == 128_000
    assert nearest_effort("high", card_of("qwen3-coder:30b")) == ""
    assert all(nearest_effort(effort, REASONS) == effort for effort in EFFORTS)
