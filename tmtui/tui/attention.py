r"""Being noticed by somebody who looks elsewhere: the terminal's title, its bell, and a notification of the desktop.

The title says how the run stands at every moment. When a task begins to need somebody, and when the run ends, the
terminal rings; and unless it is known that somebody looks at it, it is asked to notify. What happened long ago makes
no noise: whoever attaches to a run is not told of its past.

Every text here is clean before it is put between the bytes that a terminal obeys.
"""

from collections.abc import Callable, Mapping
from typing import Final

from tmtui.domain.text import clean_line
from tmtui.state.model import State
from tmtui.state.selectors import is_over, run_word, totals
from tmtui.tui.figures import plural
from tmtui.tui.marks import RUN_MARKS


FRESH_MS: Final = 30_000
"""What is older makes no noise."""

BELL: Final = "\a"
KEEP_TITLE: Final = "\x1b[22;2t"
"""Has the terminal remember the title that it has."""
RESTORE_TITLE: Final = "\x1b[23;2t"

_CAP: Final = 120
_OF_RXVT: Final = ("foot", "rxvt")
"""Terminals that take a notification in rxvt's form; all others take iTerm's, or pass it over."""

ToTerminal = Callable[[str], None]


def title_of(state: State, *, engine_alive: bool) -> str:
    """How the run stands, in as few words as a tab of a terminal has room for."""
    counts = totals(state)
    name = state.plan.name if state.plan else ""
    if counts.needs_you:
        how = f"? {counts.needs_you} need{'s' if counts.needs_you == 1 else ''} you"
    else:
        how = RUN_MARKS[run_word(state, engine_alive=engine_alive)].sign
    parts = [how, f"{counts.done}/{counts.tasks}" if counts.tasks else "", name, "· tmtui"]
    return clean_line(" ".join(part for part in parts if part), _CAP)


def title_sequence(title: str) -> str:
    """Sets the terminal's title."""
    return f"\x1b]2;{clean_line(title, _CAP)}\a"


def notification(text: str, environ: Mapping[str, str]) -> str:
    """Has the terminal notify in the desktop's own way."""
    words = clean_line(text, _CAP).replace(";", ",")
    if environ.get("TERM", "").startswith(_OF_RXVT):
        return f"\x1b]777;notify;tmtui;{words}\a"
    return f"\x1b]9;{words}\a"


class Attention:
    """Notices what is new, and makes itself noticed."""

    def __init__(self, to_terminal: ToTerminal, environ: Mapping[str, str]) -> None:
        self._to_terminal = to_terminal
        self._environ = environ
        self._title = ""
        self._known: set[str] = set()
        self._over = True
        """Whether the run was over when one looked last; a run that is over at the first look makes no noise."""
        self.loud = True
        """Whether it rings and notifies; the title is set in any case."""

    def update(self, state: State, now_ms: int, *, engine_alive: bool, looked_at: bool | None) -> None:
        """Tell what is new.

        Args:
            state: The run.
            now_ms: Wall time.
            engine_alive: Whether an engine goes on with it.
            looked_at: Whether the terminal has the focus; None when it has not said.
        """
        if state.plan is None:
            return
        self._set_title(title_of(state, engine_alive=engine_alive))
        for text in self._news(state, now_ms):
            if self.loud:
                self._to_terminal(BELL + ("" if looked_at else notification(text, self._environ)))

    def _set_title(self, title: str) -> None:
        if title != self._title:
            self._title = title
            self._to_terminal(title_sequence(title))

    def _news(self, state: State, now_ms: int) -> list[str]:
        fresh = [
            each for each in state.open_decisions if each.id not in self._known and now_ms - each.opened_ms < FRESH_MS
        ]
        self._known |= {each.id for each in state.open_decisions}
        news = [f"{fresh[0].task} needs you: {fresh[0].title}"] if len(fresh) == 1 else []
        if len(fresh) > 1:
            news.append(f"{plural(len(fresh), 'task')} need you")
        over = is_over(state)
        if over and not self._over and now_ms - state.updated_ms < FRESH_MS:
            name = state.plan.name if state.plan else ""
            news.append(f"{name}: {RUN_MARKS[run_word(state)].word}, {totals(state).done} of {len(state.tasks)} done")
        self._over = over
        return news

    def begin(self) -> None:
        """Have the terminal keep its own title."""
        self._to_terminal(KEEP_TITLE)

    def end(self) -> None:
        """Give the terminal its own title back."""
        self._to_terminal(RESTORE_TITLE)
