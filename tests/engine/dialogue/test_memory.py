"""A conversation that is rebuilt from its events is the one that was lived."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tmtui.agents.model import Answered, Called, FromModel, FromUser, ModelPart, Replied, Said, StopKind, Thought
from tmtui.agents.port import ToolCall
from tmtui.domain.outcome import OK, Kind, Outcome
from tmtui.domain.status import ToolStatus
from tmtui.engine.dialogue.lead import groups
from tmtui.engine.dialogue.memory import (
    Memory,
    read_stop,
    remember,
    without_thinking,
    write_messages,
    write_parts,
    write_stop,
)
from tmtui.engine.dialogue.shorten import cut_results, summarize
from tmtui.engine.dialogue.turns import stands
from tmtui.events.attempt import AttemptPrompted
from tmtui.events.base import Event, Recorded
from tmtui.events.request import (
    ConversationForgotten,
    ConversationNudged,
    ConversationShortened,
    RequestFinished,
    RequestStarted,
)
from tmtui.events.tool import ToolFinished, ToolStarted


TEXTS = st.text(max_size=20)
MODELS = st.sampled_from(["large", "small"])


class Lived(RuleBasedStateMachine):
    """A conversation as the engine leads it: each step is taken in memory, and said to the log."""

    def __init__(self) -> None:
        super().__init__()
        self.memory = Memory()
        self.log: list[Recorded] = []
        self.requests = 0
        self.calls = 0

    def tell(self, event: Event) -> None:
        self.log.append(Recorded(len(self.log) + 1, "run", 1, "a", 1, 0, 0, event))

    @initialize(prompt=TEXTS)
    def begin(self, prompt: str) -> None:
        self.memory.say(prompt)
        self.tell(AttemptPrompted("system", prompt, "digest"))

    @property
    def may_ask(self) -> bool:
        paused = self.memory.left_off is not None and self.memory.left_off.stop is StopKind.PAUSE_TURN
        return not self.memory.unanswered and (paused or isinstance(self.memory.messages[-1], FromUser))

    @precondition(lambda self: self.may_ask)
    @rule(
        model=MODELS,
        text=TEXTS,
        thinks=st.booleans(),
        calls=st.integers(0, 3),
        stop=st.sampled_from(StopKind),
        fails=st.booleans(),
    )
    def ask(self, model: str, text: str, thinks: bool, calls: int, stop: StopKind, fails: bool) -> None:
        self.requests += 1
        name = f"a:1:r{self.requests}"
        self.tell(RequestStarted(name, "provider", model, self.requests))
        made = [Called(f"t{self.calls + number}", "look", {"n": number}) for number in range(calls)]
        self.calls += calls
        thought: list[ModelPart] = [Thought(f"thought {name}")] if thinks else []
        parts = (*thought, *([Said(text)] if text else []), *made)
        reply = Replied(outcome=Outcome(Kind.OVERLOADED) if fails else OK, stop=stop, parts=() if fails else parts)
        kept = write_parts(reply.parts) if stands(reply) else ""
        self.tell(RequestFinished(name, reply.outcome, write_stop(reply) if reply.outcome.ok else "", kept))
        if stands(reply):
            self.memory.hear(reply, model)

    @precondition(lambda self: self.memory.unanswered)
    @rule(output=TEXTS, status=st.sampled_from([ToolStatus.OK, ToolStatus.ERROR, ToolStatus.INTERRUPTED]))
    def answer(self, output: str, status: ToolStatus) -> None:
        call = self.memory.unanswered[-1]  # side by side, any may end first
        self.tell(ToolStarted(f"a:1:{call.id}", call.name, "{}", "look", call=call.id))
        self.tell(ToolFinished(f"a:1:{call.id}", status, output))
        self.memory.answer(call.id, output, failed=status is not ToolStatus.OK)

    @precondition(lambda self: not self.memory.unanswered)
    @rule(text=TEXTS)
    def nudge(self, text: str) -> None:
        self.memory.say(text)
        self.tell(ConversationNudged(text, "engine"))

    @precondition(lambda self: self.may_ask)
    @rule()
    def forget(self) -> None:
        self.memory.forget_thinking()
        self.tell(ConversationForgotten("it no longer fits"))

    @precondition(lambda self: self.may_ask and isinstance(self.memory.messages[-1], FromUser))
    @rule(afresh=st.booleans())
    def shorten(self, afresh: bool) -> None:
        before = self.memory.messages
        after = summarize(before, "the task") if afresh else cut_results(before)
        self.memory.replace(after)
        self.tell(ConversationShortened("summary" if afresh else "results", write_messages(after)))

    @invariant()
    def the_log_tells_the_same(self) -> None:
        rebuilt = remember(self.log)
        assert rebuilt.messages == self.memory.messages
        assert rebuilt.unanswered == self.memory.unanswered
        assert rebuilt.left_off == self.memory.left_off
        assert rebuilt.turns == self.memory.turns

    @invariant()
    def speakers_alternate_and_answers_follow_their_calls(self) -> None:
        messages = self.memory.messages
        assert [isinstance(message, FromUser) for message in messages] == [n % 2 == 0 for n in range(len(messages))]
        for said, answered in zip(messages[1::2], messages[2::2], strict=False):
            calls = [part.id for part in said.parts if isinstance(part, Called)]
            answers = [part.id for part in answered.parts if isinstance(part, Answered)]
            assert answers == [call for call in calls if call in answers], "in the order of the calls"
            assert all(isinstance(part, Answered) for part in answered.parts[: len(answers)]), "answers come first"


TestLived = Lived.TestCase


def test_stops_are_kept_in_the_log_with_the_providers_word() -> None:
    told = {
        Replied(stop=StopKind.END_TURN, stop_word="end_turn"): "end_turn",
        Replied(stop=StopKind.REFUSAL, stop_word="refusal: cyber"): "refusal: cyber",
        Replied(stop=StopKind.MAX_TOKENS, stop_word="length"): "max_tokens: length",
        Replied(stop=StopKind.PAUSE_TURN): "pause_turn",
    }
    for reply, written in told.items():
        assert write_stop(reply) == written
        assert read_stop(written) is reply.stop
    assert read_stop("something new") is StopKind.UNKNOWN
    assert read_stop("") is StopKind.UNKNOWN


def test_parts_survive_whatever_characters_they_hold() -> None:
    parts = (Said("ä\u2028\x00😀"), Called("t", "look", {"ключ": ["\x1b"]}))
    written = write_parts(parts)
    assert written.isascii()
    log = [
        Recorded(1, "run", 1, "a", 1, 0, 0, AttemptPrompted("", "go", "")),
        Recorded(2, "run", 1, "a", 1, 0, 0, RequestFinished("r", OK, "tool_use", written, served_by="m")),
    ]
    said = remember(log).messages[-1]
    assert isinstance(said, FromModel)
    assert said.parts[1] == parts[1]


def test_an_answer_that_was_all_thinking_leaves_something_behind() -> None:
    (left,) = without_thinking([FromModel((Thought("{}"),), "m")])
    assert left.parts == (Said("(I was thinking.)"),)


def test_neighbouring_calls_that_only_read_share_a_group() -> None:
    def called(name: str, problem: str = "") -> Called:
        return Called(name, name, {}, problem)

    def reads(call: ToolCall) -> bool:
        return call.name.startswith("read")

    calls = [called(name) for name in ("read1", "read2", "write1", "write2", "read3")]
    names = [[call.name for call in group] for group in groups(calls, reads)]
    assert names == [["read1", "read2"], ["write1"], ["write2"], ["read3"]]
    assert groups([called("read1"), called("read2", "malformed"), called("read3")], reads) == [
        [called("read1")],
        [called("read2", "malformed")],
        [called("read3")],
    ]
    assert groups([], reads) == []
