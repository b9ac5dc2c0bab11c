"""What an agent is asked: the task, and after a failure what went wrong, the latest failure in full."""

import re

import msgspec
import pytest
from hypothesis import given, strategies as st

from tmtui.domain.hook import Hook
from tmtui.domain.plan import Task
from tmtui.prompts.compose import Failure, Prompt, compose


NONCE = "0badcafe"

TASK = Task(
    id="calc-3",
    title="Divide safely",
    description="Make division refuse zero.",
    path="calculator",
    acceptance_criteria=("divide(1, 0) raises", "tests pass"),
    definition_of_done=("documented",),
    post_hooks=(Hook(name="test", command="python -m pytest -q\n"),),
)
PLAIN = Task(id="x", title="Do it", description="As it says.")

FIRST = Failure(1, "test hook failed (exit code 1)", "hook test", "E   ZeroDivisionError\n", ("calculator/ops.py",))
SECOND = Failure(2, "the agent changed nothing, and test hook failed", "hook test", "still no\n")


def asked(task: Task = TASK, failures: tuple[Failure, ...] = (), note: str = "", description: str = "") -> Prompt:
    return compose(task, failures, note, description, NONCE)


def test_the_first_attempt_is_told_the_task_its_requirements_and_its_checks() -> None:
    text = asked().text
    assert text.startswith("# Task: Divide safely\n\nMake division refuse zero.\n")
    assert "Where: calculator\n" in text
    assert "- divide(1, 0) raises\n- tests pass\n- documented\n" in text
    assert "- test: `python -m pytest -q`\n" in text
    assert "untrusted" not in text


def test_what_a_task_does_not_have_is_not_mentioned() -> None:
    assert asked(PLAIN).text.strip() == "# Task: Do it\n\nAs it says."


def test_a_retry_is_told_the_failure_in_a_fence_and_then_the_whole_task() -> None:
    text = asked(failures=(FIRST,)).text
    reason = f'<untrusted-{NONCE} source="the run">\ntest hook failed (exit code 1)\n</untrusted-{NONCE}>'
    assert text.startswith(f"# The task again: Divide safely\n\nAttempt 1 did not pass:\n\n{reason}\n")
    assert f'<untrusted-{NONCE} source="hook test">\nE   ZeroDivisionError\n</untrusted-{NONCE}>' in text
    assert "Find the cause of the failure in what you changed" in text
    assert text.endswith(asked().text)
    assert "Earlier attempts" not in text


def test_earlier_failures_are_told_in_a_line_each_and_only_the_last_one_in_full() -> None:
    text = asked(failures=(FIRST, SECOND)).text
    assert "Attempt 2 did not pass:" in text
    assert "- Attempt 1: test hook failed (exit code 1) It changed calculator/ops.py.\n" in text
    assert "still no" in text
    assert "ZeroDivisionError" not in text
    assert "Nothing was changed last time." in text


def test_all_that_is_told_of_failures_is_fenced_for_it_may_quote_what_others_wrote() -> None:
    text = asked(failures=(Failure(1, "says one"), Failure(2, "says two"))).text
    outside = re.sub(rf"<untrusted-{NONCE}.*?</untrusted-{NONCE}>", "", text, flags=re.DOTALL)
    assert "says one" in text
    assert "says two" in text
    assert "says" not in outside.partition("# Task:")[0]


@pytest.mark.parametrize("failures", [(), (FIRST,)])
def test_a_note_is_given_to_the_agent(failures: tuple[Failure, ...]) -> None:
    assert "person who watches this run\n\nmind the zero\n" in asked(failures=failures, note="mind the zero").text


@pytest.mark.parametrize("failures", [(), (FIRST,)])
def test_a_description_that_a_person_wrote_replaces_the_task_s(failures: tuple[Failure, ...]) -> None:
    text = asked(failures=failures, description="Just return None.").text
    assert "Just return None." in text
    assert "Make division refuse zero." not in text


def test_text_that_looks_like_a_template_stays_text() -> None:
    task = msgspec.structs.replace(PLAIN, title="{{ secret }}", description="{% raw %}")
    text = asked(task, (Failure(1, "{{ reason }}", "hook", "{{ output }}"),), note="{{ note }}").text
    for piece in ("{{ secret }}", "{% raw %}", "{{ reason }}", "{{ output }}", "{{ note }}"):
        assert piece in text


def test_the_system_prompt_says_what_the_fences_are() -> None:
    assert "<untrusted-" in asked().system


def test_a_digest_is_of_both_parts_and_of_where_they_part() -> None:
    digests = {Prompt(*parts).digest for parts in (("a", "b"), ("ab", ""), ("", "ab"), ("a", "c"), ("b", "a"))}
    assert len(digests) == 5
    assert all(len(digest) == 64 for digest in digests)
    assert asked().digest == asked().digest


words = st.sampled_from(["", "one", "two\nlines", "{{ x }}"])


@given(words, words, words, words)
def test_a_digest_changes_exactly_with_what_is_asked(note: str, description: str, other: str, another: str) -> None:
    one, two = asked(note=note, description=description), asked(note=other, description=another)
    assert (one.digest == two.digest) == (one.text == two.text)
