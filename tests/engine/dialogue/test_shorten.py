"""A conversation that grew too long is made shorter, without losing what it is about."""

from hypothesis import given, strategies as st

from tmtui.agents.model import Answered, Called, FromModel, FromUser, Message, Said, Thought
from tmtui.engine.dialogue.shorten import KEPT_RESULT, UNTOUCHED, cut_results, summarize


LONG = "x" * 50_000


def conversation(*outputs: str, prompt: str = "Mend it.") -> tuple[Message, ...]:
    """A prompt, and for each output a call with its answer."""
    messages: list[Message] = [FromUser((Said(prompt),))]
    for number, output in enumerate(outputs):
        call = Called(f"t{number}", "bash", {"command": f"step {number}"})
        messages.append(FromModel((Thought("{}"), Said(f"Step {number}."), call), "m"))
        messages.append(FromUser((Answered(f"t{number}", output),)))
    return tuple(messages)


def outputs_of(messages: tuple[Message, ...]) -> list[str]:
    return [
        part.output
        for message in messages
        if isinstance(message, FromUser)
        for part in message.parts
        if isinstance(part, Answered)
    ]


def test_large_old_results_are_cut_to_their_head_and_tail_and_recent_ones_stay() -> None:
    cut = outputs_of(cut_results(conversation(f"HEAD{LONG}TAIL", "small", LONG, LONG)))
    assert cut[0].startswith("HEAD")
    assert cut[0].endswith("TAIL")
    assert "characters left out" in cut[0]
    assert len(cut[0]) < KEPT_RESULT + 100
    assert cut[1] == "small"
    assert cut[2:] == [LONG, LONG], f"the last {UNTOUCHED} messages are whole"


def test_when_only_recent_results_are_large_those_are_cut() -> None:
    assert all(len(output) < 1_000 for output in outputs_of(cut_results(conversation("small", LONG, LONG))))


def test_thinking_goes_since_it_is_bound_to_what_stood_before() -> None:
    kept = [part for message in cut_results(conversation(LONG)) for part in message.parts]
    assert not any(isinstance(part, Thought) for part in kept)


@given(st.lists(st.integers(0, 5_000), max_size=6))
def test_cutting_keeps_every_call_with_its_answer(sizes: list[int]) -> None:
    before = conversation(*("y" * size for size in sizes))
    after = cut_results(before)
    assert [type(message) for message in after] == [type(message) for message in before]
    assert len(outputs_of(after)) == len(outputs_of(before))
    twice = cut_results(after)
    assert cut_results(twice) == twice, "first the old ones, then all: then there is nothing left to cut"


def test_a_summary_holds_the_task_what_was_done_and_what_was_said_last() -> None:
    messages = (
        *conversation("fine", prompt="Long ago."),
        FromModel((Called("f1", "grep", {"pattern": "a\nb"}), Called("n1", "bash", {})), "m"),
        FromUser((Answered("f1", "no", failed=True),)),
    )
    (message,) = summarize(messages, "Mend the parser.")
    (part,) = message.parts
    assert isinstance(part, Said)
    assert part.text.startswith("Mend the parser.")
    assert "- bash(command=step 0): ok" in part.text
    assert "- grep(pattern=a⏎b): failed" in part.text
    assert "- bash(): no result" in part.text
    assert part.text.rstrip().endswith("Step 0.")


def test_a_summary_is_bounded() -> None:
    (message,) = summarize(conversation(*["out"] * 1_000), "Go.")
    text = "".join(part.text for part in message.parts if isinstance(part, Said))
    assert "… 800 earlier calls" in text
    assert len(text) < 30_000


def test_a_summary_of_nothing_says_so() -> None:
    (message,) = summarize((FromUser((Said("Go."),)),), "Go.")
    assert "nothing yet" in "".join(part.text for part in message.parts if isinstance(part, Said))
