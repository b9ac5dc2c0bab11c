"""Templates to text.

Templates run in a sandbox that can neither reach attributes nor change anything, and values are never read as
templates. A variable that does not exist is an error with its place, never an empty string.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from tmtui.domain.problem import Problem, ProblemsError


def render(template: str, name: str, variables: Mapping[str, Any]) -> str:
    """Fill in a template.

    Args:
        template: Jinja2 text.
        name: The file it came from, for messages.
        variables: What it may use.

    Raises:
        ProblemsError: the template is malformed or asks for what is not there; line and hint are given.
    """
    import jinja2  # noqa: PLC0415  # heavy, and only an engine renders

    try:
        return str(_compile(template).render(variables)).rstrip() + "\n"
    except jinja2.TemplateSyntaxError as error:
        raise ProblemsError((Problem(name, error.lineno, 1, str(error.message)),)) from None
    except jinja2.UndefinedError as error:
        missing = str(error.message)
        line = _line_of(template, missing)
        known = ", ".join(sorted(variables))
        raise ProblemsError((Problem(name, line, 1, missing, f"variables are: {known}"),)) from None
    except jinja2.TemplateError as error:
        raise ProblemsError((Problem(name, 0, 0, str(error)),)) from None


def _line_of(template: str, message: str) -> int:
    quoted = message.split("'")
    word = quoted[1] if len(quoted) > 1 else ""
    return next((number for number, line in enumerate(template.splitlines(), 1) if word and word in line), 1)


@lru_cache(maxsize=64)
def _compile(template: str) -> Any:
    from jinja2 import StrictUndefined  # noqa: PLC0415
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415

    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True
    )
    return environment.from_string(template)
