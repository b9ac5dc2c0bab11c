"""The schemas of `permissions` and `input_scanning`."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from tmtui.config.blocks.block import Name
from tmtui.config.values.safety import MODES
from tmtui.domain.problem import WrongValueError
from tmtui.domain.text import clean_line
from tmtui.policy.patterns import compiled
from tmtui.policy.rules import Rules, parse_rule
from tmtui.system.documents.near import did_you_mean
from tmtui.system.documents.schema import snake_case
from tmtui.system.documents.values import Command, OneOrMany
from tmtui.system.documents.written import After, Before, InJsonSchema, Written


_MODES: Mapping[str, str] = {snake_case(mode): mode for mode in MODES}


def _mode(value: Any) -> Any:
    word = snake_case(str(value).strip())
    if word not in _MODES:
        hint = did_you_mean(word, MODES) or f"Modes are: {', '.join(MODES)}."
        raise WrongValueError(f"knows no mode `{clean_line(word, 60)}`", hint)
    return _MODES[word]


def _pattern(text: str) -> str:
    compiled(text)
    return text


def _allowing(text: str) -> str:
    Rules.parse(allow=(text,))
    return text


def _rule(text: str) -> str:
    parse_rule(text)
    return text


Mode = Annotated[str, Before(_mode), InJsonSchema({"enum": list(MODES)})]
Pattern = Annotated[Command, After(_pattern)]
AllowingRule = Annotated[Command, After(_allowing)]
Rule = Annotated[Command, After(_rule)]


class PermissionsWritten(Written):
    """Rules for tool calls, such as `Bash(npm test)`, `Edit(src/**)` or a bare tool's name.

    Deny beats ask beats allow. The lists of all settings files are joined.
    """

    mode: Mode | None = None
    """What happens to a call that no rule settles."""
    allow: OneOrMany[AllowingRule] | None = None
    """Calls that are carried out without a question."""
    ask: OneOrMany[Rule] | None = None
    """Calls that somebody is asked about; refused when nobody is there."""
    deny: OneOrMany[Rule] | None = None
    """Calls that are refused."""

    spellings: ClassVar[Mapping[str, str]] = {"default_mode": "mode"}


class ScanRuleWritten(Written):
    """One pattern that must not be sent."""

    name: Name
    """How it is called in what is recorded."""
    pattern: Pattern
    """A regular expression, searched without regard to case."""
    action: Literal["warn", "redact", "redact_and_warn", "block", "block_and_log"] | None = None
    """What happens to what holds it."""
    severity: Literal["low", "medium", "high", "critical"] | None = None
    """How grave it is."""


class InputScanningWritten(Written):
    """What is looked for in all that goes to a model."""

    enabled: bool | None = None
    """Whether it is looked for at all."""
    rules: OneOrMany[ScanRuleWritten] | None = None
    """Patterns, beside the built-in ones."""


class PermissionsBlock(Written):
    """The part of a settings file that holds rules for tool calls."""

    permissions: PermissionsWritten | None = None
    """What an agent may do without a question, with one, and not at all."""


class ScanningBlock(Written):
    """The part of a settings file that holds patterns."""

    input_scanning: InputScanningWritten | None = None
    """Patterns that are blocked or redacted before anything is sent."""
