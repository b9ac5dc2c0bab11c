"""What must not be shown, and how to tell."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from tmtui.config.written import SettingsWritten
from tmtui.domain.problem import Problem
from tmtui.domain.text import clean_line
from tmtui.system.documents.document import Document
from tmtui.system.documents.nodes import ListNode, MapNode, Node, ScalarNode
from tmtui.system.documents.schema import field_name, snake_case
from tmtui.system.variables import variables


MASK: Final = "••••••••"

_SECRET_NAME: Final = re.compile(
    r"(?:^|_)(?:api_?key|access_?key|private_?key|secret|token|passwo?r?d|passwd|passphrase|credentials?"
    r"|authorization)$"
)
WELL_KNOWN: Final = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "OPENAI_API_KEY", "CODEX_API_KEY")
"""Variables that providers' own programs and packages read, whether a settings file names them or not."""

_IN_ADDRESS: Final = re.compile(r"(?<=://)[^/@\s:]*:[^/@\s]+(?=@)")
_SHORTEST: Final = 6
"""Characters: redacting anything shorter would eat ordinary words."""


def names_a_secret(key: str) -> bool:
    """Whether what `key` names is likely a secret: `api_key`, `GITHUB_TOKEN`; not `max_tokens`."""
    return _SECRET_NAME.search(snake_case(key)) is not None


def secrets_in(document: Document, env: Mapping[str, str]) -> set[str]:
    """The secret values that a document, not yet expanded, holds or takes from `env`."""
    found = set[str]()
    for key, scalar in _scalars("", document.root):
        names = variables(scalar.text)
        if names_a_secret(key) and not names:
            found.add(scalar.text)
        found |= {env.get(name, "") for name in names if names_a_secret(key) or names_a_secret(name)}
    return {value for value in found if len(value) >= _SHORTEST}


def known_secrets(env: Mapping[str, str]) -> set[str]:
    """The values of the variables that are always secret."""
    return {env[name] for name in WELL_KNOWN if len(env.get(name, "")) >= _SHORTEST}


def bare_secrets(document: Document) -> list[Problem]:
    """Warn of every key or password of a provider that stands in the file itself."""
    root = document.root
    if not isinstance(root, MapNode):
        return []
    found: list[Problem] = []
    for key, entry in root.entries.items():
        if field_name(SettingsWritten, key) == "providers":
            for name, scalar in _scalars(key, entry.node):
                if names_a_secret(name) and scalar.value is not None and not variables(scalar.text):
                    message = f"the value of `{clean_line(name)}` stands in the file itself"
                    hint = "Put it in the environment, and write ${NAME} here."
                    place = (scalar.line, scalar.column)
                    found.append(Problem(document.path, *place, message, hint, warning=True))
    return found


def mask(key: str, value: str, secrets: tuple[str, ...]) -> str:
    """`value` as it may be shown under `key`. A text that only names a variable is no secret."""
    if names_a_secret(key) and value and not variables(value):
        return MASK
    for secret in secrets:
        value = value.replace(secret, MASK)
    return _IN_ADDRESS.sub(MASK, value)


def _scalars(key: str, node: Node | None) -> Iterator[tuple[str, ScalarNode]]:
    """Every scalar with the key that it stands under."""
    match node:
        case ScalarNode():
            yield key, node
        case ListNode():
            for item in node.items:
                yield from _scalars(key, item)
        case MapNode():
            for name, entry in node.entries.items():
                yield from _scalars(name, entry.node)
