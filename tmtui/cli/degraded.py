"""What works less well than it could, as it is known when an engine begins: each with its reason and its remedy.

A run goes on without a sandbox, without git, with a price that nobody knows. What it must not do is hide that: every
such thing is an event, and `status`, `debug`, the report and the screen show those that hold. `doctor` looks at the
same things before a run, and has the same remedies.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from tmtui.agents.rates.card import RateCard
from tmtui.config.settings import Settings
from tmtui.domain.models import END_OF_LIFE
from tmtui.domain.text import clean_line
from tmtui.engine.providers.handicaps import unpriced
from tmtui.events.base import Entry
from tmtui.events.monitor import Degraded, Restored
from tmtui.state.model import State


CHECKPOINTS: Final = "checkpoints"
NOTIFICATIONS: Final = "notifications"
NO_CHECKPOINTS_REMEDY: Final = "start tmtui in a git repository, and see `tmtui doctor`"


def no_checkpoints(why: str, settings: Settings) -> Degraded | None:
    """What is said when nothing can be undone."""
    if not why:
        return None
    wanted = settings.checkpoints == "off"
    return Degraded(CHECKPOINTS, why, "set `checkpoints: auto` to have them" if wanted else NO_CHECKPOINTS_REMEDY)


def no_notifications(settings: Settings) -> Degraded | None:
    """What is said when somebody is to be told of budgets, and nothing here can tell them."""
    channels = settings.cost_controls.alerts.channels
    if not channels:
        return None
    names = clean_line(", ".join(channels), 80)
    return Degraded(
        NOTIFICATIONS,
        f"{names} cannot be reached from here",
        "the marks are shown on the screen, in `tmtui status` and in `tmtui cost-status`",
    )


def retired_models(written: Iterable[str], now_ms: int) -> Iterator[Degraded]:
    """What is said of models that have stopped to answer, or are about to."""
    for model in dict.fromkeys(written):
        if end := END_OF_LIFE.get(model):
            over = end.starts_ms <= now_ms
            why = (
                f"its end of life was on {end.date}; {end.successor} is asked in its place"
                if over
                else f"its end of life is on {end.date}; from then on {end.successor} is asked in its place"
            )
            yield Degraded(f"model {model}", why, "write the new name: tmtui config migrate --write")


def unknown_prices(models: Iterable[str], card: RateCard, now_ms: int) -> Iterator[Degraded]:
    """What is said of models whose price is a guess."""
    for model in dict.fromkeys(models):
        if not (found := card.find(model, now_ms)).known:
            yield unpriced(model, found.warning)


def change(state: State, found: Sequence[Degraded | None]) -> list[Entry]:
    """The events that bring what a run knows to what was found."""
    here = [each for each in found if each is not None]
    names = {each.what for each in here}
    over = [Entry(Restored(known.what)) for known in state.degraded if known.what not in names]
    return [*over, *(Entry(each) for each in here if each not in state.degraded)]
