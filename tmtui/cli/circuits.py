"""`tmtui circuit-status` and `circuit-reset`: how the circuits of models stand, and closing them by hand."""

import contextlib
import os
import time
from typing import Final

import click
import msgspec

from tmtui.cli.errors import CommandError
from tmtui.cli.exit_codes import ExitCode
from tmtui.cli.options import json_option
from tmtui.cli.output import Line, Tone, say, say_json
from tmtui.cli.project import here
from tmtui.cli.steering import send
from tmtui.cli.times import count, time_of_day
from tmtui.config.load import load_settings
from tmtui.config.settings import CircuitBreaker, Settings
from tmtui.domain.models import STATIC
from tmtui.events.commands import OpenCircuit, ResetCircuit
from tmtui.resilience.breaker import Breaker, Mode
from tmtui.store.errors import NoLogError
from tmtui.store.reader import CircuitRow, LogReader


TONES: Final = {Mode.CLOSED: Tone.GOOD, Mode.DISABLED: Tone.FAINT}


@click.command("circuit-status")
@json_option
def circuit_status(*, as_json: bool) -> ExitCode:
    """Show which models are left alone for a while.

    A circuit opens when a model fails too often, and lets a few probes through after a while.
    """
    project = here()
    settings, _ = load_settings(project.root, os.environ, {})
    rows: list[CircuitRow] = []
    with contextlib.suppress(NoLogError), LogReader.open(project.state_dir) as reader:
        rows = reader.circuits()
    known = {row.key: row for row in rows}
    names = sorted({*known, *_configured(settings)})
    if as_json:
        say_json([_as_json(name, known.get(name)) for name in names])
        return ExitCode.OK
    say("Circuit Breaker Status:")
    if not names:
        say("No model has been asked yet.")
    width = max((len(name) for name in names), default=0) + 1
    for name in names:
        breaker = _breaker(known.get(name))
        words = describe(breaker, settings.fallback.circuit_breaker, round(time.time() * 1000))
        line = Line(f"{name + ':':<{width}}  {words}", TONES.get(breaker.mode, Tone.WARN))
        say(line)
    return ExitCode.OK


def describe(breaker: Breaker, config: CircuitBreaker, now_ms: int) -> str:
    """A circuit in words, as `CLOSED (healthy, 0 failures)`."""
    state = breaker.mode.value.upper()
    match breaker.mode:
        case Mode.CLOSED:
            health = "healthy" if not breaker.failures else "failing"
            return f"{state} ({health}, {count(round(breaker.failures), 'failure')})"
        case Mode.OPEN if breaker.until_ms is not None and breaker.until_ms <= now_ms:
            return f"{state} (the next request probes it)"
        case Mode.OPEN:
            return (
                f"{state} (until {time_of_day(breaker.until_ms or 0)}, {count(round(breaker.failures), 'failure')})"
            )
        case Mode.HALF_OPEN:
            return f"{state} (testing, {breaker.passed}/{config.half_open_requests} probes)"
        case Mode.FORCED_OPEN:
            until = f" until {time_of_day(breaker.until_ms)}" if breaker.until_ms is not None else ""
            return f"{state} ({breaker.reason or 'by hand'}{until})"
        case Mode.DISABLED:
            return f"{state} (everything passes)"


@click.command("circuit-reset")
@click.argument("name", metavar="[MODEL]", required=False)
@click.option("--model", metavar="MODEL", help="The same as the argument.")
@click.option("--open", "opens", is_flag=True, help="Hold it open instead, until it is reset.")
@json_option
def circuit_reset(name: str | None, model: str | None, *, opens: bool, as_json: bool) -> ExitCode:
    """Close a circuit, or hold it open.

    A circuit that is closed forgets why it was open. MODEL is a model, a provider, or `provider/model`, as
    `circuit-status` shows them.
    """
    key = name or model
    if not key:
        raise click.UsageError("name a model, a provider, or provider/model")
    project = here()
    with contextlib.suppress(NoLogError), LogReader.open(project.state_dir) as reader:
        known = [row.key for row in reader.circuits()]
        if not opens and key not in known and not any(each.partition("/")[2] == key for each in known):
            raise CommandError(f"there is no circuit {key!r}", f"There are: {', '.join(known) or 'none yet'}.")
    reply, _ = send(project, OpenCircuit(key) if opens else ResetCircuit(key))
    if as_json:
        say_json(reply)
    else:
        say(reply.message)
    return ExitCode.OK


def _configured(settings: Settings) -> set[str]:
    """The models of the settings' chains, by circuit, where they name their provider."""
    return {
        f"{entry.provider}/{entry.model}"
        for chain in settings.fallback.chains.values()
        for entry in chain
        if entry.provider and entry.model != STATIC
    }


def _breaker(row: CircuitRow | None) -> Breaker:
    return msgspec.json.decode(row.data, type=Breaker) if row is not None and row.data else Breaker()


def _as_json(name: str, row: CircuitRow | None) -> dict[str, object]:
    breaker = _breaker(row)
    return {
        "circuit": name,
        "state": breaker.mode.value,
        "failures": breaker.failures,
        "reason": str(breaker.reason or ""),
        "until_ms": breaker.until_ms,
        "since_ms": row.at_wall if row else None,
    }
