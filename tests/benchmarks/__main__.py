"""Runs the benchmarks that are named, or all, and prints a table of each. Always exits with 0: it measures."""

import importlib
import pkgutil
import sys
import traceback
from collections.abc import Sequence

import tests.benchmarks
from tests.benchmarks.measure import Row, machine


PLUMBING = {"__main__", "conversations", "long_run", "measure"}

HEADINGS = ("", "ours", "yardstick", "unit", "ratio", "target", "", "steal", "note")


def names() -> list[str]:
    """The modules beside this one that are benchmarks."""
    return [found.name for found in pkgutil.iter_modules(tests.benchmarks.__path__) if found.name not in PLUMBING]


def run(name: str) -> None:
    """Run one module and print its table, or why there is none."""
    try:
        module = importlib.import_module(f"tests.benchmarks.{name}")
        print(f"\n{name}: {(module.__doc__ or '').strip().splitlines()[0]}", flush=True)
        rows: list[Row] = module.run()
    except ImportError as error:
        print(f"\n{name}: skipped, {error}", flush=True)
    except Exception:  # noqa: BLE001  # one benchmark that fails does not take the others with it
        print(f"\n{name}: failed", flush=True)
        traceback.print_exc(file=sys.stdout)
    else:
        print(table(rows), flush=True)


def table(rows: Sequence[Row]) -> str:
    """The rows as aligned text."""
    cells = [HEADINGS, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADINGS))]
    return "\n".join("  ".join(map(_aligned, line, widths, range(len(line)))).rstrip() for line in cells)


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.name,
        _figure(row.value),
        _figure(row.yardstick),
        row.unit,
        "" if row.ratio is None else f"{row.ratio:.2f}",
        row.target,
        {True: "met", False: "MISSED", None: ""}[row.met],
        "?" if row.steal is None else f"{row.steal:.0f} %",
        row.note,
    )


def _figure(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _aligned(cell: str, width: int, column: int) -> str:
    return cell.rjust(width) if column in (1, 2, 4) else cell.ljust(width)


def main(wanted: Sequence[str]) -> None:
    """Run the benchmarks that are named, or all."""
    known = names()
    for name in wanted:
        if name not in known:
            print(f"no benchmark {name!r}; there are: {', '.join(known)}")
    print(machine())
    for name in known:
        if not wanted or name in wanted:
            run(name)


if __name__ == "__main__":
    main(sys.argv[1:])
