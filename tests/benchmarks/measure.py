"""Rounds in turn, medians of ratios, and how much of the machine was taken away meanwhile."""

import os
import statistics
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import msgspec


Round = Callable[[], float]
"""Runs once and returns a figure, such as items per second."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the table."""

    name: str
    value: float
    """Our figure, in `unit`."""
    yardstick: float | None = None
    """What it is held against, in the same unit; None when the target is for the figure itself."""
    ratio: float | None = None
    """Ours to the yardstick's: the median over the rounds."""
    target: str = ""
    """Such as `>= 0.8` or `<= 3`: for the ratio, or for the value when there is no yardstick."""
    unit: str = ""
    note: str = ""
    steal: float | None = None
    """Percent of the CPU that the hypervisor gave to others; None where that is not known."""

    @property
    def met(self) -> bool | None:
        """Whether the target was reached; None without one."""
        if not self.target:
            return None
        sign, limit = self.target.split()
        figure = self.value if self.ratio is None else self.ratio
        return figure >= float(limit) if sign == ">=" else figure <= float(limit)


class Steal:
    """Percent of the CPU time taken by the hypervisor since this was made."""

    def __init__(self) -> None:
        self._before = _cpu_times()

    def percent(self) -> float | None:
        """The share so far; None where the system does not say."""
        now = _cpu_times()
        if now is None or self._before is None:
            return None
        spent = [after - before for before, after in zip(self._before, now, strict=True)]
        return 100 * spent[7] / max(1, sum(spent))


def _cpu_times() -> list[int] | None:
    try:
        first = Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0]
    except OSError:
        return None
    return [int(field) for field in first.split()[1:9]]


def interleave(contenders: Mapping[str, Round], rounds: int) -> dict[str, list[float]]:
    """Run each contender once a round, in turn, after one round that does not count; give their figures."""
    figures: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(rounds + 1):
        for name, contender in contenders.items():
            figure = contender()
            if number:
                figures[name].append(figure)
    return figures


def compare(
    name: str,
    ours: Round,
    yardstick: Round,
    *,
    target: str = "",
    unit: str = "",
    note: str = "",
    rounds: int = 5,
) -> Row:
    """Hold one figure against one yardstick."""
    steal = Steal()
    figures = interleave({"ours": ours, "yardstick": yardstick}, rounds)
    return row(
        name, figures["ours"], figures["yardstick"], target=target, unit=unit, note=note, steal=steal.percent()
    )


def row(
    name: str,
    ours: Iterable[float],
    yardstick: Iterable[float],
    *,
    target: str = "",
    unit: str = "",
    note: str = "",
    steal: float | None = None,
) -> Row:
    """A row from the figures of rounds that ran in turn."""
    ours, yardstick = list(ours), list(yardstick)
    return Row(
        name=name,
        value=statistics.median(ours),
        yardstick=statistics.median(yardstick),
        ratio=statistics.median(mine / theirs for mine, theirs in zip(ours, yardstick, strict=True)),
        target=target,
        unit=unit,
        note=note,
        steal=steal,
    )


def user_environment() -> dict[str, str]:
    """The surroundings of a program that is measured: this checkout, its compiled modules kept, as a user has it."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPATH": str(Path(__file__).parents[2])}


def seconds(action: Callable[[], object]) -> float:
    """How long an action takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def machine() -> str:
    """What the figures were measured on, in a line."""
    load = ", ".join(f"{figure:.1f}" for figure in os.getloadavg())
    return f"{os.cpu_count()} CPUs, load {load}"
