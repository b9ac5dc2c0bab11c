"""Logs for laws over the state: those that an engine could have written, and those that it could not.

A log is made by chance from a seed, which is far quicker than to draw each of its values; what shrinks is its length.
"""

import random
import types
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from functools import cache
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

import msgspec
from hypothesis import strategies as st

from tests.state.story import RUN, START_MS, Story, make_plan, make_task
from tmtui.domain.plan import Plan
from tmtui.events.base import Event, Recorded
from tmtui.events.codec import EVENT_TYPES
from tmtui.events.run import Limits


NAMES: Final = ("a", "b", "c", "d", "e")

seeds = st.integers(0, 2**32)


def plan_by(chance: random.Random) -> Plan:
    """A plan of a few tasks, in any order, none of which waits for itself."""
    names = NAMES[: chance.randint(1, len(NAMES))]
    tasks = [
        make_task(
            name,
            *chance.sample(names[:place], chance.randint(0, min(place, 2))),
            hooks=chance.randint(0, 2),
            priority=chance.choice((0, 10)),
        )
        for place, name in enumerate(names)
    ]
    return make_plan(*chance.sample(tasks, len(tasks)))


def run_by(seed: int, steps: int, *, finished: bool) -> list[Recorded]:
    """The log of a run after so many steps, with crashes, pauses, questions and resumes in it; one to a seed."""
    chance = random.Random(seed)
    story = Story(plan_by(chance), chance.choice, Limits(max_parallel=chance.randint(1, 3)))
    story.begin()
    for _ in range(steps):
        story.step()
    if finished:
        story.end()
    return story.log.events


plans: Final = seeds.map(lambda seed: plan_by(random.Random(seed)))
"""Plans."""


class Told(list[Recorded]):
    """A log that says how it was made, which is shorter than what is in it, and enough to make it again."""

    def __init__(self, how: str, log: Iterable[Recorded]) -> None:
        super().__init__(log)
        self.how = how

    def __repr__(self) -> str:
        return self.how


def _told(make: Callable[..., list[Recorded]], **given: int) -> Told:
    arguments = ", ".join(f"{name}={value}" for name, value in given.items())
    return Told(f"{make.__name__}({arguments})", make(**given))


def runs(max_steps: int = 150) -> st.SearchStrategy[list[Recorded]]:
    """Logs of runs, finished or not."""
    return st.builds(_told, st.just(run_by), seed=seeds, steps=st.integers(0, max_steps), finished=st.booleans())


# Logs that no engine wrote.


Chance = random.Random

_PLAIN: Final[Mapping[Any, Callable[[Chance], Any]]] = {
    str: lambda chance: chance.choice(("", "a", "b", "\n", "é")),
    int: lambda chance: chance.randint(-2, 5),
    float: lambda chance: chance.choice((0.0, 1.5, -1.0)),
    bool: lambda chance: chance.choice((False, True)),
    types.NoneType: lambda _: None,
}

_POINTERS: Final[Mapping[str, Callable[[Chance], Any]]] = {
    "id": lambda chance: f"{chance.choice('ab')}:{chance.randint(1, 2)}",
    "choice": lambda chance: chance.choice(("retry", "skip", "abort", "", "dance")),
    "choices": lambda chance: chance.choice((("retry", "skip", "abort"), ())),
    "plan": plan_by,
}
"""Fields that point at something, kept to few values so that they often find it."""


def value_by(annotation: Any, chance: Chance) -> Any:
    """Any value of a field with this annotation."""
    if annotation in _PLAIN:
        return _PLAIN[annotation](chance)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (types.UnionType, Union):
        return value_by(chance.choice(arguments), chance)
    if origin is tuple:
        return tuple(value_by(arguments[0], chance) for _ in range(chance.randint(0, 2)))
    if origin is dict:
        return {value_by(arguments[0], chance): value_by(arguments[1], chance) for _ in range(chance.randint(0, 2))}
    if issubclass(annotation, Enum):
        return chance.choice(list(annotation))
    return struct_by(annotation, chance)


@cache
def _fields(kind: type[msgspec.Struct]) -> list[tuple[str, Any]]:
    hints = get_type_hints(kind)
    return [(field.name, hints[field.name]) for field in msgspec.structs.fields(kind)]


def struct_by(kind: type[msgspec.Struct], chance: Chance) -> Any:
    """Any value of a struct, whose pointers often point at something."""
    given = {
        name: _POINTERS[name](chance)
        if name in _POINTERS and issubclass(kind, Event)
        else value_by(annotation, chance)
        for name, annotation in _fields(kind)
    }
    return kind(**given)


def stranger_by(chance: Chance, seq: int) -> Recorded:
    """An event of any type about a task and an attempt that may not be there."""
    return Recorded(
        seq,
        RUN,
        1,
        chance.choice(("", *NAMES[:3], "nowhere")),
        chance.randint(-1, 3),
        START_MS + chance.randint(-5_000, 5_000),
        0,
        struct_by(chance.choice(EVENT_TYPES), chance),
    )


def disorder_by(seed: int, size: int) -> list[Recorded]:
    """Events of any types in any order; mostly behind a plan, since without one nothing fits."""
    chance = random.Random(seed)
    told = run_by(seed, 0, finished=False) if chance.random() < 0.9 else []  # nine of ten
    return told + [stranger_by(chance, len(told) + place) for place in range(1, size + 1)]


disorders: Final = st.builds(_told, st.just(disorder_by), seed=seeds, size=st.integers(0, 120))
"""Logs of nothing but strangers."""


def damaged_by(seed: int, steps: int) -> list[Recorded]:
    """The log of a run with some events left out, told twice, or put in from elsewhere."""
    chance = random.Random(seed)
    told = run_by(seed, steps, finished=False)
    kept = [recorded for recorded in told if chance.random() < 0.95]  # one of twenty is lost
    for _ in range(chance.randint(0, 8)):
        kept.insert(chance.randint(0, len(kept)), chance.choice((chance.choice(told), stranger_by(chance, 0))))
    return [msgspec.structs.replace(recorded, seq=place) for place, recorded in enumerate(kept, 1)]


damaged_runs: Final = st.builds(_told, st.just(damaged_by), seed=seeds, steps=st.integers(0, 120))
"""Logs that something happened to."""
