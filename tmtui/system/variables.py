"""Environment variables in what people write: `$VAR`, `${VAR}`, `${VAR:-default}`, and `$$` for a dollar.

What a variable holds is taken as it is, and never read for variables again. A dollar before anything else (a
digit, a blank, the end) is a dollar.
"""

import re
from collections.abc import Mapping
from typing import Final

from tmtui.domain.problem import WrongValueError


_VARIABLE: Final = re.compile(
    r"\$(?:(?P<dollar>\$)|(?P<bare>[A-Za-z_][A-Za-z0-9_]*)"
    r"|\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^{}]*))?\}|(?P<broken>\{))"
)


def missing_variables(text: str, env: Mapping[str, str]) -> list[str]:
    """The variables that `text` needs and `env` does not have, in order, each once."""
    needed = (
        match["bare"] or match["name"]
        for match in _VARIABLE.finditer(text)
        if (match["bare"] or match["name"]) and match["default"] is None
    )
    return [name for name in dict.fromkeys(needed) if name not in env]


def check_form(text: str) -> None:
    """Refuse what begins like a variable and is none.

    Raises:
        WrongValueError: a `${` is not one of the forms.
    """
    if any(match["broken"] for match in _VARIABLE.finditer(text)):
        hint = "Write ${NAME} or ${NAME:-default}; $$ stands for a dollar."
        raise WrongValueError("holds a `${` that names no variable", hint)


def expand(text: str, env: Mapping[str, str]) -> str:
    """`text` with its variables put in. With `:-`, a variable that is empty takes the default, too.

    Raises:
        WrongValueError: a variable is missing, or a `${` is not one of the forms.
    """
    check_form(text)

    def value(match: re.Match[str]) -> str:
        if match["dollar"]:
            return "$"
        name = match["bare"] or match["name"]
        if match["default"] is not None:
            return env.get(name) or match["default"]
        if name not in env:
            hint = f"Set it, or give a default: ${{{name}:-…}}. For the text itself write $${name}."
            raise WrongValueError(f"needs the environment variable {name}, which is not set", hint)
        return env[name]

    return _VARIABLE.sub(value, text)


def variables(text: str) -> list[str]:
    """The names of the variables in `text`, each once."""
    found = (match["bare"] or match["name"] for match in _VARIABLE.finditer(text))
    return list(dict.fromkeys(name for name in found if name))


def expand_known(texts: Mapping[str, str], env: Mapping[str, str]) -> dict[str, str]:
    """Each of `texts` with its variables put in, but for those whose variables `env` does not have."""
    return {name: expand(text, env) for name, text in texts.items() if not missing_variables(text, env)}
