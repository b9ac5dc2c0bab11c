"""The three templates of a prompt, the variables that each may use, and what is wrong with one.

The system prompt takes only what the user has written about the project: text of the repository, of programs and of
earlier answers would speak there with the user's own voice.
"""

from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

import msgspec

from tmtui.domain.problem import Problem
from tmtui.prompts.builtin import RETRY, SYSTEM, TASK
from tmtui.prompts.render import parse


class Template(msgspec.Struct, frozen=True):
    """One template."""

    text: str
    name: str
    """The file that it came from, for messages."""


class Templates(msgspec.Struct, frozen=True, kw_only=True):
    """What prompts are made of."""

    system: Template = Template(SYSTEM, "system.txt")
    task: Template = Template(TASK, "task.txt")
    retry: Template = Template(RETRY, "retry.txt")
    variables: dict[str, str] = {}
    """What the user has written for templates."""


BUILT_IN: Final = Templates()

PROJECT: Final = ("project_name", "language", "tech_stack", "coding_style")
"""What is told of the project; `prompt_templates.variables` may say it."""

TASK_VARIABLES: Final = (
    "task_id",
    "task_title",
    "task_description",
    "task_requirements",
    "acceptance_criteria",
    "task_path",
    "git_status",
    "file_list",
    "file_contents",
    "post_hooks",
    "note",
)

RETRY_VARIABLES: Final = (
    "attempt_number",
    "previous_response",
    "error_output",
    "failure_reason",
    "fix_suggestions",
    "earlier_attempts",
)

FILLED_IN: Final = frozenset((*TASK_VARIABLES, *RETRY_VARIABLES))
"""Variables that each task fills in; nobody else may."""


def variables_of(which: str, own: Collection[str] = ()) -> list[str]:
    """The variables that the template `system`, `task` or `retry` may use, `own` being the user's."""
    more = {"system": (), "task": TASK_VARIABLES, "retry": (*TASK_VARIABLES, *RETRY_VARIABLES)}[which]
    return list(dict.fromkeys((*PROJECT, *more, *own)))


def check_templates(templates: Templates) -> list[Problem]:
    """Everything that is wrong with templates, each with its line. The built-in ones are not looked at."""
    return [
        problem
        for which in ("system", "task", "retry")
        if (template := getattr(templates, which)) is not getattr(BUILT_IN, which)
        for problem in _check(template, variables_of(which, templates.variables))
    ]


def _check(template: Template, known: Collection[str]) -> Iterator[Problem]:
    if "{" not in template.text:
        return
    import jinja2  # noqa: PLC0415  # heavy, and only an engine looks at templates

    try:
        used = names_in(template.text)
    except jinja2.TemplateSyntaxError as error:
        hint = "Templates are written in Jinja's syntax; a brace of its own is written {{ '{' }}."
        yield Problem(template.name, error.lineno, 1, str(error.message), hint)
        return
    for name, line in used.items():
        if name not in known:
            hint = f"Variables here are: {', '.join(sorted(known))}. More go under prompt_templates.variables."
            yield Problem(template.name, line, _column(template.text, line, name), f"unknown variable `{name}`", hint)


@lru_cache(maxsize=64)
def names_in(text: str) -> Mapping[str, int]:
    """The variables that a template asks for, with the line in which each is first used.

    Raises:
        jinja2.TemplateSyntaxError: it is malformed.
    """
    if "{" not in text:
        return {}
    from jinja2 import meta, nodes  # noqa: PLC0415  # as above

    tree: Any = parse(text)
    asked = meta.find_undeclared_variables(tree)
    found: dict[str, int] = {}
    for node in tree.find_all(nodes.Name):
        if node.name in asked:
            found.setdefault(node.name, node.lineno)
    return found


def _column(text: str, line: int, name: str) -> int:
    lines = text.splitlines()
    return lines[line - 1].find(name) + 1 if line <= len(lines) and name in lines[line - 1] else 1
