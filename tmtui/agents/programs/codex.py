"""Codex, started for one request: `codex exec --json`, with the prompt on its input.

The conversation's name is its own: it tells it at the beginning.
"""

from typing import Final

import msgspec

from tmtui.agents.port import Request
from tmtui.agents.programs.codex_stream import CodexReading
from tmtui.agents.programs.program import Reading, Start


PROGRAM: Final = "codex"
KEY_VARIABLE: Final = "CODEX_API_KEY"
ACCESS: Final = ("workspace-write", "read-only", "danger-full-access")
"""What its own sandbox lets it do."""

GO_ON: Final = "You were interrupted in the middle of this task. Look at what is done already, and go on from there."
STDIN: Final = "-"


class Codex(msgspec.Struct, frozen=True, kw_only=True):
    """How it is started."""

    provider: str = "codex"
    profile: str = ""
    command: tuple[str, ...] = (PROGRAM,)
    args: tuple[str, ...] = ()
    model: str = ""
    effort: str = ""
    access: str = ACCESS[0]
    own: tuple[str, ...] = ("~/.codex",)
    name: str = "Codex"
    needs_result: bool = True
    variables: tuple[str, ...] = ("CODEX_HOME",)

    def start(self, request: Request, session: str) -> Start:
        """How it is started."""
        words = [GO_ON, request.note] if session else [request.system, request.prompt]
        return Start(
            argv=(*self.command, "exec", *self._options(request), *(("resume", session) if session else ()), STDIN),
            stdin="\n\n".join(each for each in words if each.strip()).encode("utf-8", "replace"),
            session=session,
        )

    def reading(self, session: str) -> Reading:
        """Somebody who makes sense of what it prints."""
        return CodexReading(self.provider, self.model, profile=self.profile, session=session)

    def _options(self, request: Request) -> tuple[str, ...]:
        return (
            *("--json", "--skip-git-repo-check", "-C", request.root, "-s", self.access),
            *(("-m", self.model) if self.model else ()),
            *(("-c", f'model_reasoning_effort="{self.effort}"') if self.effort else ()),
            *self.args,
        )
