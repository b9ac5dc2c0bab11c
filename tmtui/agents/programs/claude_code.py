"""Claude Code, started for one request: `claude -p`, with the prompt on its input.

With an API key it runs `--bare`: without the project's own hooks, servers and settings, which it would otherwise run
in a folder that nobody has looked at. With a login, which `--bare` does not know, only the user's own settings hold.

The conversation's name is a UUID that we choose.
"""

import uuid
from typing import Final

import msgspec

from tmtui.agents.port import Request
from tmtui.agents.programs.claude_stream import ClaudeReading
from tmtui.agents.programs.program import Reading, Start
from tmtui.domain.money import MICRO


PROGRAM: Final = "claude"
KEY_VARIABLES: Final = ("ANTHROPIC_API_KEY", "CLAUDE_CODE_OAUTH_TOKEN")
"""The key, or the token of a login; the first that is set is given to it, and no other."""
MODES: Final = ("acceptEdits", "default", "plan", "dontAsk", "auto", "bypassPermissions")
TOOLS: Final = ("Bash", "Read", "Edit", "Write", "Glob", "Grep")
"""What it may use without being asked, where nobody says otherwise: the sandbox bounds it."""
MOST_TURNS: Final = 100

GO_ON: Final = "You were interrupted in the middle of this task. Look at what is done already, and go on from there."
LONGEST_ARGUMENT: Final = 100_000
"""Bytes; Linux takes 128 KiB."""


class ClaudeCode(msgspec.Struct, frozen=True, kw_only=True):
    """How it is started."""

    provider: str = "claude-code"
    profile: str = ""
    command: tuple[str, ...] = (PROGRAM,)
    args: tuple[str, ...] = ()
    model: str = ""
    effort: str = ""
    mode: str = MODES[0]
    allowed: tuple[str, ...] = TOOLS
    denied: tuple[str, ...] = ()
    max_turns: int = MOST_TURNS
    bare: bool = False
    setting_sources: str = "user"
    own: tuple[str, ...] = ("~/.claude", "~/.claude.json")
    name: str = "Claude Code"
    needs_result: bool = True
    variables: tuple[str, ...] = ("CLAUDE_CONFIG_DIR", "CLAUDE_CODE_MAX_RETRIES", "API_TIMEOUT_MS")

    def start(self, request: Request, session: str) -> Start:
        """How it is started."""
        name = session or str(uuid.uuid4())
        prompt = GO_ON if session else request.prompt
        if session and request.note:
            prompt = f"{GO_ON}\n\n{request.note}"
        system, prompt = _placed(request.system, prompt)
        return Start(
            argv=(
                *self.command,
                *self._arguments(request, system, ("--resume" if session else "--session-id"), name),
            ),
            stdin=prompt.encode("utf-8", "replace"),
            session=name,
        )

    def reading(self, session: str) -> Reading:
        """Somebody who makes sense of what it prints."""
        return ClaudeReading(self.provider, self.model, profile=self.profile, resumed=bool(session))

    def _arguments(self, request: Request, system: str, how: str, session: str) -> tuple[str, ...]:
        budget = request.task.budget_micro
        options = {
            "--model": self.model,
            "--effort": self.effort,
            "--max-turns": str(self.max_turns),
            "--max-budget-usd": f"{budget / MICRO:.6f}" if budget else "",
            "--append-system-prompt": system,
            "--setting-sources": "" if self.bare else self.setting_sources,
        }
        return (
            "-p",
            *("--output-format", "stream-json", "--verbose", "--include-partial-messages"),
            *(("--bare",) if self.bare else ()),
            *(("--allowedTools", *self.allowed) if self.allowed else ()),
            *(("--disallowedTools", *self.denied) if self.denied else ()),
            *("--permission-mode", self.mode),
            *(word for option, value in options.items() if value for word in (option, value)),
            *(how, session),
            *self.args,
        )


def _placed(system: str, prompt: str) -> tuple[str, str]:
    """What goes into an argument and what on the input: a long system prompt is no argument."""
    if len(system.encode("utf-8", "replace")) <= LONGEST_ARGUMENT and "\0" not in system:
        return system, prompt
    return "", f"{system}\n\n{prompt}"
