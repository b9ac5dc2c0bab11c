"""What a task may cost: from what the project paid, or else a guess."""

from hypothesis import given, strategies as st

from tmtui.domain.plan import Task
from tmtui.domain.usage import Usage
from tmtui.monitor.estimate import LONG, SHORT, Span, conversation, estimate, prompt_tokens, together


TASK = Task(id="a", title="Add", description="x" * 4_000)


def price(usage: Usage) -> int:
    return usage.total


def test_a_history_is_spread_from_its_cheap_attempts_to_its_dear_ones_as_often_as_they_may_be_made() -> None:
    history = [[Usage(input_tokens=size), Usage(input_tokens=size)] for size in range(10, 111, 10)]
    found = estimate(TASK, 3, history, lambda usage: 2 * usage.total)
    assert found.attempts == 11
    assert found.tokens == Span(2 * 30, 3 * 2 * 100)
    assert found.micro == Span(4 * 30, 3 * 4 * 100)


def test_each_request_of_the_past_is_priced_by_itself() -> None:
    long_prompt_is_dear = [Usage(input_tokens=60), Usage(input_tokens=60)]
    found = estimate(TASK, 1, [long_prompt_is_dear] * 3, lambda usage: 1 if usage.total < 100 else 1_000)
    assert found.micro == Span(2, 2)


def test_without_enough_history_it_is_a_guess_from_the_size_of_the_prompt() -> None:
    found = estimate(TASK, 2, [[Usage(9)], [Usage(9)], []], price)
    assert found.attempts == 0
    prompt = prompt_tokens(TASK)
    assert prompt == 3_000 + 4_003 // 4
    low = sum(each.total for each in conversation(prompt, SHORT))
    high = 2 * sum(each.total for each in conversation(prompt, LONG))
    assert (found.tokens, found.micro) == (Span(low, high), Span(low, high))


def test_a_conversation_reads_what_it_has_said_and_writes_what_is_new() -> None:
    first, *later = conversation(1_000, SHORT)
    assert first == Usage(output_tokens=250, cache_write_tokens=1_000)
    assert len(later) == SHORT.turns - 1
    for before, after in zip([first, *later], later, strict=False):
        assert after.cache_read_tokens == before.prompt_tokens
        assert after.cache_write_tokens == 650


def test_an_unknown_price_stays_unknown_in_the_sum() -> None:
    known, unknown = estimate(TASK, 1, [], price), estimate(TASK, 1, [], None)
    assert unknown.micro is None
    assert unknown.tokens == known.tokens
    assert together([known, unknown]).micro is None
    assert together([known, known]).micro == known.tokens.plus(known.tokens)


usages = st.builds(Usage, *[st.integers(0, 10**6)] * 5)


@given(st.lists(st.lists(usages, max_size=4), max_size=12), st.integers(1, 5))
def test_the_lower_end_is_never_above_the_upper_one(history: list[list[Usage]], tries: int) -> None:
    found = estimate(TASK, tries, history, price)
    assert found.micro is not None
    assert 0 <= found.tokens.low <= found.tokens.high
    assert 0 <= found.micro.low <= found.micro.high
