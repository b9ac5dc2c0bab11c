"""Permission rules, in the grammar of Claude Code.

    Bash                      every command
    Bash(npm run build)       this command
    Bash(npm run *)           commands that begin so; ` *` starts at a new word, and `:*` at the end is the same
    Read(./.env)              a path as `.gitignore` has it: `//absolute`, `~/home`, `/from/the/project`, `any/where`
    Edit(src/**)              the same for what changes files, by whatever tool
    WebFetch(domain:x.org)    a host
    mcp__server__*            tools by a pattern of their name
    Bash(timeout:600)         a parameter's value; only to deny or ask, and never the main thing a tool is given

Deny is looked at before ask, ask before allow, and the first that fits decides, however special others are.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, Self
from urllib.parse import urlsplit

import msgspec

from tmtui.domain.problem import WrongValueError
from tmtui.policy.globs import anchored, fits_command, fits_path, fits_text
from tmtui.policy.use import BASH, EDIT, GLOB, GREP, READ, WEB_FETCH, Use, Where


PATH_TOOLS: Final = frozenset({READ, EDIT, GLOB, GREP})
"""Tools whose rules name paths."""
_SAME: Final[Mapping[str, str]] = {"Write": EDIT, "MultiEdit": EDIT, "NotebookEdit": EDIT, "NotebookRead": READ}
_COVERS: Final[Mapping[str, frozenset[str]]] = {READ: frozenset({READ, GLOB, GREP})}
"""What a rule for one tool says of others: what may not be read may not be searched."""
_KNOWN: Final = (BASH, READ, EDIT, GLOB, GREP, WEB_FETCH, *_SAME)

_RULE: Final = re.compile(r"(?P<tool>[A-Za-z_*][\w.*-]*)(?:\((?P<specifier>.*)\))?", re.DOTALL)
_PARAMETER: Final = re.compile(r"(?P<name>[A-Za-z_]\w*):(?P<value>(?!\*?$).+)", re.DOTALL)
_PRIMARY: Final = frozenset({"command", "file_path", "path", "pattern", "url", "query", "content", "file_text"})
"""Parameters that are the main thing: rules about them are made of patterns, not of values."""
LONGEST: Final = 2_000
"""Characters of a rule."""


class Rule(msgspec.Struct, frozen=True):
    """One rule."""

    text: str
    """As written."""
    tool: str
    """Which tool, by the name that rules use; it may hold `*`."""
    specifier: str = ""
    """What is in the parentheses, in plain form; empty for everything that the tool does."""
    parameter: str = ""
    """The name of the parameter that the specifier is the value of."""

    def covers(self, kind: str) -> bool:
        """Whether it speaks of a tool."""
        return kind in _COVERS.get(self.tool, ()) or fits_text(self.tool, kind)

    def fits_command(self, text: str) -> bool:
        """Whether it is about a command, given as text."""
        return self.tool == BASH and not self.parameter and (not self.specifier or fits_command(self.specifier, text))

    def fits_path(self, path: str, where: Where, *, caseless: bool = False) -> bool:
        """Whether it is about an absolute path. Without case, since some file systems know none."""
        if not self.specifier:
            return True
        pattern = anchored(self.specifier, where)
        return fits_path(pattern.casefold(), path.casefold()) if caseless else fits_path(pattern, path)

    def fits_parameter(self, given: Mapping[str, Any]) -> bool:
        """Whether it is about the value of a parameter."""
        return (
            bool(self.parameter)
            and self.parameter in given
            and fits_text(self.specifier, _shown(given[self.parameter]))
        )

    def fits_host(self, url: str) -> bool:
        """Whether it is about the host of an address, or one above it."""
        if not self.specifier:
            return True
        host, wanted = _host(url), self.specifier.lower()
        return host == wanted or host.endswith(f".{wanted}") or ("*" in wanted and fits_text(wanted, host))


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """All rules that hold."""

    allow: tuple[Rule, ...] = ()
    ask: tuple[Rule, ...] = ()
    deny: tuple[Rule, ...] = ()

    @classmethod
    def parse(cls, allow: Iterable[str] = (), ask: Iterable[str] = (), deny: Iterable[str] = ()) -> Self:
        """Read the three lists.

        Raises:
            WrongValueError: a rule cannot be read, or stands in the wrong list.
        """
        return cls(
            allow=tuple(_allowing(parse_rule(text)) for text in allow),
            ask=tuple(map(parse_rule, ask)),
            deny=tuple(map(parse_rule, deny)),
        )


def parse_rule(text: str) -> Rule:
    """Read one rule.

    Raises:
        WrongValueError: it is no rule; the hint says what to write.
    """
    stripped = text.strip()
    match = _RULE.fullmatch(stripped) if len(stripped) <= LONGEST else None
    if match is None:
        raise WrongValueError(f"{_brief(stripped)} is no permission rule", _advice(stripped))
    tool = _SAME.get(match["tool"], match["tool"])
    right = {known.lower(): known for known in _KNOWN}.get(tool.lower())
    if right and right != tool and tool not in _KNOWN:
        raise WrongValueError(
            f"rules know no tool {tool!r}", f"Write {stripped.replace(tool, right, 1)}: names begin with a capital."
        )
    if match["specifier"] is None:
        return Rule(stripped, tool)
    return _specified(Rule(stripped, tool, match["specifier"].strip()))


def _specified(rule: Rule) -> Rule:
    if not rule.specifier:
        raise WrongValueError(f"{rule.text!r} has nothing in its parentheses", f"Write {rule.tool} for all it does.")
    if "*" in rule.tool:
        raise WrongValueError(
            f"{rule.text!r} has a pattern for the tool and parentheses as well",
            "Name one tool, or leave the parentheses out.",
        )
    if rule.specifier in ("*", "**"):
        return Rule(rule.text, rule.tool)
    if rule.tool in PATH_TOOLS:
        return rule
    if rule.tool == WEB_FETCH:
        return _for_host(rule)
    parameter = _PARAMETER.fullmatch(rule.specifier)
    if parameter is None or (rule.tool == BASH and rule.specifier.endswith(":*")):
        return _for_command(rule)
    if parameter["name"] in _PRIMARY:
        raise WrongValueError(
            f"{rule.text!r} is about {parameter['name']!r}, the main thing that the tool is given",
            f"Write {rule.tool}({parameter['value']}) if it is a command; other tools take their name alone.",
        )
    return Rule(rule.text, rule.tool, parameter["value"].strip(), parameter["name"])


def _for_command(rule: Rule) -> Rule:
    if rule.tool != BASH:
        raise WrongValueError(
            f"{rule.text!r} says nothing about a parameter of {rule.tool}", f"Write {rule.tool}(parameter:value)."
        )
    if rule.specifier.endswith(":*"):
        return Rule(rule.text, BASH, rule.specifier[:-2].rstrip() + " *")
    return rule


def _for_host(rule: Rule) -> Rule:
    name, _, host = rule.specifier.partition(":")
    if name != "domain" or not re.fullmatch(r"[\w*][\w.*-]*", host.strip()):
        raise WrongValueError(f"{rule.text!r} names no host", "Write WebFetch(domain:example.org).")
    return Rule(rule.text, WEB_FETCH, host.strip())


def _allowing(rule: Rule) -> Rule:
    if rule.parameter:
        raise WrongValueError(
            f"{rule.text!r} is about a parameter, which can only be denied or asked about",
            "Move it to `deny` or `ask`; for a command, write its beginning and ` *`.",
        )
    return rule


def _advice(text: str) -> str:
    if not text:
        return "Write a tool's name, such as Bash or Read(./.env)."
    if len(text) > LONGEST:
        return f"A rule has at most {LONGEST:,} characters."
    if text.count("(") != text.count(")"):
        return "Close the parenthesis at the end, as in Bash(npm test)."
    return "Write Tool or Tool(what), as in Bash(npm test)."


def _brief(text: str) -> str:
    return repr(text if len(text) <= 80 else f"{text[:79]}…")  # noqa: PLR2004 - a line of a message


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _host(url: str) -> str:
    try:
        return (urlsplit(url if "//" in url else f"//{url}").hostname or "").lower().rstrip(".")
    except ValueError:
        return ""


__all__ = ["Rule", "Rules", "Use", "parse_rule"]
