"""What a child process may know of the environment: an allow-list.

A hook or an agent gets what a command needs to find its programs and to print properly, and what the settings
name. Whatever looks like a key never comes along by a pattern: it has to be named in full, or be given as `extra`.
"""

import os
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Final


ALLOWED: Final = (
    "PATH",
    "HOME",
    "LANG",
    "LANGUAGE",
    "LC_*",
    "TERM",
    "TMPDIR",
    "TZ",
    "USER",
    "LOGNAME",
    "SHELL",
    "VIRTUAL_ENV",
    "VIRTUAL_ENV_PROMPT",
    "CONDA_DEFAULT_ENV",
    "CONDA_PREFIX",
    "PYENV_ROOT",
    "PYENV_VERSION",
)
"""The names that every child gets."""

SECRET: Final = (
    "*_API_KEY",
    "*_KEY_ID",
    "*_TOKEN",
    "*_SECRET",
    "*_SECRET_*",
    "*PASSWORD*",
    "*PASSWD*",
    "*CREDENTIAL*",
    "AWS_*",
    "ANTHROPIC_*",
    "OPENAI_*",
    "SSH_AUTH_SOCK",
    "SSH_AGENT_PID",
)
"""The names that no pattern lets through."""


def is_allowed(name: str, allow: Iterable[str]) -> bool:
    """Whether a variable is let through by `allow`, which holds names and patterns such as `NODE_*`."""
    allow = tuple(allow)
    if name in allow:
        return True
    secret = any(fnmatchcase(name.upper(), pattern) for pattern in SECRET)
    return not secret and any(fnmatchcase(name, pattern) for pattern in allow)


def child_env(
    extra: Mapping[str, str], allow: Iterable[str] = (), environ: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The whole environment of a child.

    Args:
        extra: Set as given, over everything else.
        allow: Names and patterns that may come along besides `ALLOWED`.
        environ: Where they come from: this process's own, unless given.
    """
    source = os.environ if environ is None else environ
    names = (*ALLOWED, *allow)
    return {name: value for name, value in source.items() if is_allowed(name, names)} | dict(extra)
