"""What follows from each answer: the table of stop reasons, with every remedy taken only so often."""

import pytest
from hypothesis import given, strategies as st

from tmtui.agents.model import Called, ModelPart, Replied, Said, StopKind, Thought
from tmtui.domain.outcome import OK, Kind, Outcome
from tmtui.engine.dialogue.turns import (
    GO_ON,
    GO_ON_CUT,
    MAX_NUDGES,
    MAX_PAUSES,
    MAX_RAISES,
    MAX_SHORTENINGS,
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


TEXT = Said("Here it is.")
BLANK = Said(" \n")
THOUGHT = Thought("{}")
CALL = Called("t1", "bash", {"command": "ls"})
CUT_CALL = Called("t1", "bash", {}, "its input was cut off")
BOUNDS = Bounds(max_turns=5, max_tokens=1_000, most_tokens=4_000)


def replied(stop: StopKind, *parts: ModelPart, word: str = "") -> Replied:
    return Replied(stop=stop, stop_word=word, parts=parts)


def failed(kind: Kind, words: str = "it failed") -> Replied:
    return Replied(outcome=Outcome(kind, words))


def after(reply: Replied, standing: Standing | None = None) -> Next:
    return after_reply(reply, standing or Standing(), BOUNDS)[0]


FIRST = {
    "an answer with text is the end": (replied(StopKind.END_TURN, THOUGHT, TEXT), Finish(OK)),
    "so is one that met a stop sequence": (replied(StopKind.STOP_SEQUENCE, TEXT), Finish(OK)),
    "calls are carried out": (replied(StopKind.TOOL_USE, TEXT, CALL), Carry((CALL,))),
    "calls count whatever the reason says": (replied(StopKind.END_TURN, CALL), Carry((CALL,))),
    "a turn that ends without a word is nudged": (replied(StopKind.END_TURN), Tell(GO_ON)),
    "thinking is no word": (replied(StopKind.END_TURN, THOUGHT, BLANK), Tell(GO_ON)),
    "nor is a tool that is not called": (replied(StopKind.TOOL_USE), Tell(GO_ON)),
    "text that was cut is continued": (replied(StopKind.MAX_TOKENS, TEXT), Tell(GO_ON_CUT)),
    "a call that was cut is asked for again with more room": (
        replied(StopKind.MAX_TOKENS, TEXT, CUT_CALL),
        AskAgain(2_000),
    ),
    "so is an answer that was all thinking": (replied(StopKind.MAX_TOKENS, THOUGHT), AskAgain(2_000)),
    "a pause is waited out": (replied(StopKind.PAUSE_TURN, TEXT), GoOn()),
    "an unknown reason is asked about once more": (replied(StopKind.UNKNOWN, TEXT, word="odd"), AskAgain(1_000)),
    "a full context is made shorter": (
        replied(StopKind.CONTEXT_EXCEEDED, TEXT),
        Shorten(Outcome(Kind.CONTEXT_TOO_LONG, "the model's context is full")),
    ),
    "so is a prompt that is too long": (
        failed(Kind.CONTEXT_TOO_LONG),
        Shorten(Outcome(Kind.CONTEXT_TOO_LONG, "it failed")),
    ),
    "so is a request that is too large": (
        failed(Kind.REQUEST_TOO_LARGE),
        Shorten(Outcome(Kind.REQUEST_TOO_LARGE, "it failed")),
    ),
    "thinking that no longer fits is forgotten": (failed(Kind.THINKING_BINDING, "bound"), Forget("bound")),
    "any other failure is the end": (failed(Kind.API_500), Finish(Outcome(Kind.API_500, "it failed"))),
}


@pytest.mark.parametrize("name", FIRST)
def test_what_follows_the_first_time(name: str) -> None:
    reply, following = FIRST[name]
    assert after(reply) == following


LAST = {
    "nudged often enough": (replied(StopKind.END_TURN), Standing(nudges=MAX_NUDGES), Kind.EMPTY_RESPONSE),
    "cut often enough": (replied(StopKind.MAX_TOKENS, TEXT), Standing(raises=MAX_RAISES), Kind.MAX_TOKENS),
    "paused often enough": (replied(StopKind.PAUSE_TURN, TEXT), Standing(pauses=MAX_PAUSES), Kind.TURN_LIMIT),
    "shortened often enough": (
        failed(Kind.CONTEXT_TOO_LONG),
        Standing(shortenings=MAX_SHORTENINGS),
        Kind.CONTEXT_TOO_LONG,
    ),
    "forgotten before": (failed(Kind.THINKING_BINDING), Standing(forgotten=True), Kind.THINKING_BINDING),
    "unknown twice": (replied(StopKind.UNKNOWN), Standing(unknown=1), Kind.STREAM_TRUNCATED),
    "enough turns": (replied(StopKind.TOOL_USE, CALL), Standing(turns=4), Kind.TURN_LIMIT),
    "declined": (replied(StopKind.REFUSAL, TEXT, word="refusal: cyber"), Standing(), Kind.REFUSAL),
}


@pytest.mark.parametrize("name", LAST)
def test_each_remedy_ends(name: str) -> None:
    reply, standing, kind = LAST[name]
    following = after(reply, standing)
    assert isinstance(following, Finish)
    assert following.outcome.kind is kind
    assert following.outcome.message


def test_an_answer_longer_than_the_model_can_give_is_not_asked_for_again() -> None:
    bounds = Bounds(max_tokens=4_000, most_tokens=4_000)
    following, _ = after_reply(replied(StopKind.MAX_TOKENS, CUT_CALL), Standing(), bounds)
    assert isinstance(following, Finish)
    assert following.outcome.kind is Kind.MAX_TOKENS


def test_more_room_ends_at_what_the_model_can_give() -> None:
    bounds = Bounds(max_tokens=3_000, most_tokens=4_000)
    assert after_reply(replied(StopKind.MAX_TOKENS), Standing(), bounds)[0] == AskAgain(4_000)


PARTS = st.lists(st.sampled_from([TEXT, BLANK, THOUGHT, CALL, CUT_CALL]), max_size=3).map(tuple)
REPLIES = st.one_of(
    st.builds(Replied, stop=st.sampled_from(StopKind), parts=PARTS),
    st.builds(failed, st.sampled_from([kind for kind in Kind if kind is not Kind.OK])),
)


@given(st.lists(REPLIES, min_size=200, max_size=200))
def test_whatever_a_model_answers_the_conversation_ends(replies: list[Replied]) -> None:
    standing = Standing()
    for reply in replies:
        following, standing = after_reply(reply, standing, BOUNDS)
        if isinstance(following, Finish):
            return
    raise AssertionError("it goes on for ever")


@given(REPLIES)
def test_what_is_asked_for_again_or_forgotten_does_not_stand(reply: Replied) -> None:
    following, _ = after_reply(reply, Standing(), BOUNDS)
    if isinstance(following, AskAgain | Shorten | Forget):
        assert not stands(reply)
    if isinstance(following, Carry | Tell | GoOn):
        assert stands(reply)
