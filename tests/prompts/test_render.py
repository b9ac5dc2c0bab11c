"""Templates: filled in exactly, or refused with the place."""

import pytest

from tmtui.domain.problem import ProblemsError
from tmtui.prompts.builtin import RETRY, SYSTEM, TASK
from tmtui.prompts.render import render


VARIABLES = {"title": "Divide", "items": ["a", "b"], "number": 3}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("plain", "plain\n"),
        ("# {{ title }}\n\n\n", "# Divide\n"),
        ("{% for item in items %}{{ item }},{% endfor %}", "a,b,\n"),
        ("{% if number > 2 %}many{% endif %}", "many\n"),
        ("{{ title | upper }}", "DIVIDE\n"),
    ],
)
def test_a_template_is_filled_in_and_ends_with_one_line_end(template: str, text: str) -> None:
    assert render(template, "task.txt", VARIABLES) == text


def test_a_value_is_never_read_as_a_template_and_never_escaped() -> None:
    value = "{{ secret }} {% raw %} <b>&amp;</b>"
    assert render("{{ value }}", "task.txt", {"value": value}) == value + "\n"


@pytest.mark.parametrize(
    ("template", "line", "words"),
    [
        ("{{ titel }}", 1, "'titel' is undefined"),
        ("the titel is\n\n{{ titel }}", 3, "'titel' is undefined"),
        ("one\n{% if nothing %}x{% endif %}", 2, "'nothing' is undefined"),
        ("one\n{{ title.first }}", 2, "no attribute 'first'"),
        ("one\n{% for x in items %}\n{{ y }}\n{% endfor %}", 3, "'y' is undefined"),
        ("one\n{% if %}", 2, "Expected an expression"),
        ("{% for x in items %}\n", 1, "Unexpected end of template"),
        ("one\n{{ number / 0 }}", 2, "division by zero"),
        ("one\n\n{{ title + 1 }}", 3, "concatenate"),
        ("one\n{{ title | nofilter }}", 2, "No filter named 'nofilter'"),
        ("{% include 'other' %}", 1, "no loader"),
        ("{% macro m() %}{{ m() }}{% endmacro %}\n{{ m() }}", 1, "recursion"),
    ],
)
def test_what_cannot_be_filled_in_names_its_file_and_line(template: str, line: int, words: str) -> None:
    with pytest.raises(ProblemsError) as caught:
        render(template, "task.txt", VARIABLES)
    (problem,) = caught.value.problems
    assert (problem.path, problem.line) == ("task.txt", line)
    assert words in problem.message


def test_an_unknown_variable_is_told_the_known_ones() -> None:
    with pytest.raises(ProblemsError, match="variables are: items, number, title"):
        render("{{ titel }}", "task.txt", VARIABLES)


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ items.append(3) }}",
        "{{ items.__init__.__globals__ }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{% set x = items.pop() %}{{ x }}",
    ],
)
def test_a_template_reaches_nothing_outside_and_changes_nothing(template: str) -> None:
    with pytest.raises(ProblemsError):
        render(template, "task.txt", VARIABLES)
    assert VARIABLES["items"] == ["a", "b"]


@pytest.mark.parametrize("template", [SYSTEM, TASK, RETRY])
def test_a_template_of_tmtui_s_own_refuses_to_leave_a_variable_out(template: str) -> None:
    if "{{" in template:
        with pytest.raises(ProblemsError, match="is undefined"):
            render(template, "task.txt", {})
