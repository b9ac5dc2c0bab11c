"""Small values: outcomes, tokens, problems."""

import pytest
from hypothesis import given, strategies as st

from tmtui.domain.outcome import OK, Kind, Outcome
from tmtui.domain.problem import Problem, ProblemsError
from tmtui.domain.usage import Usage


usages = st.builds(Usage, *[st.integers(0, 10**6)] * 4)


@pytest.mark.parametrize("kind", Kind)
def test_an_outcome_is_good_only_when_it_says_so(kind: Kind) -> None:
    assert Outcome(kind, "because").ok == (kind is Kind.OK)
    assert OK.ok


@given(usages, usages, usages)
def test_tokens_add_up_in_any_order(one: Usage, two: Usage, three: Usage) -> None:
    assert one + two == two + one
    assert (one + two) + three == one + (two + three)
    assert one + Usage() == one
    assert (one + two).total == one.total + two.total


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem("tasks.yml", 3, 5, "no such task 'x'"), "tasks.yml:3:5: no such task 'x'"),
        (Problem("tasks.yml", 0, 0, "the file is empty"), "tasks.yml: the file is empty"),
        (
            Problem("a.yml", 1, 2, "old name", "write `b`", warning=True),
            "a.yml:1:2: warning: old name\n    write `b`",
        ),
    ],
)
def test_a_problem_says_where_what_and_what_to_do(problem: Problem, text: str) -> None:
    assert str(problem) == text


def test_an_error_tells_all_problems_and_they_sort_by_place() -> None:
    late, early = Problem("a.yml", 9, 1, "late"), Problem("a.yml", 2, 7, "early")
    error = ProblemsError(tuple(sorted((late, early))))
    assert str(error) == "a.yml:2:7: early\na.yml:9:1: late"
    assert error.problems == (early, late)
