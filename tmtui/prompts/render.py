"""Templates to text.

Templates run in a sandbox that can neither reach Python's insides nor change anything, and values are never read as
templates. A variable that does not exist is an error with its place, never an empty string.
"""

import traceback
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any, Final

from tmtui.domain.problem import Problem, ProblemsError


_PLACE: Final = "<template>"
"""What Jinja calls the file of a template that was given as text, in tracebacks."""


def render(template: str, name: str, variables: Mapping[str, Any]) -> str:
    """Fill in a template.

    Args:
        template: Jinja2 text.
        name: The file it came from, for messages.
        variables: What it may use.

    Raises:
        ProblemsError: the template is malformed or asks for what is not there; line and hint are given.
    """
    if "{" not in template:
        return template.rstrip() + "\n"
    import jinja2  # noqa: PLC0415  # heavy, and only an engine renders

    try:
        return str(compile_template(template).render(variables)).rstrip() + "\n"
    except jinja2.TemplateSyntaxError as error:
        raise ProblemsError((Problem(name, error.lineno, 1, str(error.message)),)) from None
    except jinja2.UndefinedError as error:
        known = ", ".join(sorted(variables))
        raise ProblemsError((_problem(name, error, f"variables are: {known}"),)) from None
    except (jinja2.TemplateError, ArithmeticError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise ProblemsError((_problem(name, error),)) from None


def _problem(name: str, error: Exception, hint: str = "") -> Problem:
    """The fault with the line of the template in which it shows; Jinja puts that into the traceback."""
    lines = [frame.lineno or 1 for frame in traceback.extract_tb(error.__traceback__) if frame.filename == _PLACE]
    return Problem(name, lines[-1] if lines else 1, 1, str(error), hint)


@lru_cache(maxsize=64)
def compile_template(template: str) -> Any:
    """A template ready to be filled in; each text is compiled once.

    Raises:
        jinja2.TemplateSyntaxError: it is malformed.
    """
    return _environment().from_string(template)


def parse(template: str) -> Any:
    """A template as Jinja's syntax tree.

    Raises:
        jinja2.TemplateSyntaxError: it is malformed.
    """
    return _environment().parse(template)


@cache
def _environment() -> Any:
    from jinja2 import StrictUndefined  # noqa: PLC0415  # as above
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415  # as above

    return ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)
