"""What `doctor` finds out about the work itself: who would be asked, whether they can be reached, at what price."""

import os
import socket
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from tmtui.agents.model import Model
from tmtui.agents.rates.card import RateCard
from tmtui.cli.config import PLAN_NAMES
from tmtui.cli.degraded import no_notifications, retired_models, unknown_prices
from tmtui.cli.errors import CommandError
from tmtui.cli.order import Order
from tmtui.cli.project import Project
from tmtui.cli.serving import make_staff
from tmtui.cli.staff import Staff
from tmtui.config.load import load_settings
from tmtui.config.settings import Settings
from tmtui.config.values.providers import ANTHROPIC, OPENAI
from tmtui.domain.plan import Plan, Task, plan_hash
from tmtui.domain.problem import ProblemsError
from tmtui.events.monitor import Degraded
from tmtui.plans.native import load_plan
from tmtui.state.model import State
from tmtui.system.clock import SystemClock


REACH_SECONDS: Final = 2.0

ADDRESSES: Final[Mapping[str, str]] = {ANTHROPIC: "https://api.anthropic.com", OPENAI: "https://api.openai.com"}
"""Where providers are that say nothing else, by kind."""

PORTS: Final = {"https": 443, "http": 80}


def examine_work(project: Project) -> Iterator[Degraded]:
    """What was found, each with a remedy, or with none where all is well. Nothing that costs money is asked."""
    try:
        settings, _ = load_settings(project.root, os.environ, {})
        plan = _plan(project, settings)
        staff = make_staff(_order(project, plan), settings, State(), SystemClock())
        staff.check(plan)
    except ProblemsError:
        return
    except CommandError as error:
        yield Degraded("agent", error.message, error.hint)
        return
    yield Degraded("agent", staff.name, "")
    models = staff.models(plan)
    yield from _reach(models, settings)
    yield from _prices(models, settings, staff, plan)
    yield no_notifications(settings) or Degraded("notifications", "none are asked for", "")


def _plan(project: Project, settings: Settings) -> Plan:
    """The project's plan, or one with a task of no special kind."""
    for name in PLAN_NAMES:
        if (path := project.root / name).is_file():
            hooks, defaults = settings.hooks, settings.hook_defaults
            return load_plan(path, hooks=hooks, defaults=defaults, root=project.root, env=os.environ)[0]
    tasks = (Task(id="task", title="Any task"),)
    return Plan(path=PLAN_NAMES[0], name="", tasks=tasks, hash=plan_hash(tasks))


def _order(project: Project, plan: Plan) -> Order:
    return Order(root=str(project.root), state_dir=str(project.state_dir), plan=plan.path)


def _reach(models: list[Model], settings: Settings) -> Iterator[Degraded]:
    """Whether the providers can be reached. Behind a proxy, that is whether the proxy can."""
    for provider in dict.fromkeys(model.provider for model in models):
        known = settings.all_providers.get(provider)
        address = (known.base_url if known else "") or ADDRESSES.get(known.type if known else "", "")
        if address:
            what, place = f"provider {provider}", _way_to(address)
            problem = _why_not_reached(*place)
            remedy = "Check the network; a run waits until it is back." if problem else ""
            yield Degraded(what, problem or f"{place[0]}:{place[1]} can be reached", remedy)


def _way_to(address: str) -> tuple[str, int]:
    """Where a connection to an address goes first."""
    parts = urlsplit(address)
    proxy = getproxies().get(parts.scheme, "")
    if proxy and not proxy_bypass(parts.hostname or ""):
        parts = urlsplit(proxy)
    return parts.hostname or "", parts.port or PORTS.get(parts.scheme, 443)


def _why_not_reached(host: str, port: int) -> str:
    try:
        socket.create_connection((host, port), REACH_SECONDS).close()
    except OSError as error:
        return f"{host}:{port} cannot be reached: {error.strerror or error}"
    return ""


def _prices(models: list[Model], settings: Settings, staff: Staff, plan: Plan) -> Iterator[Degraded]:
    now_ms = SystemClock().wall_ms()
    names = list(dict.fromkeys(model.model for model in models))
    guessed = list(unknown_prices(names, RateCard(settings.rates), now_ms))
    yield from retired_models(staff.written_models(plan), now_ms)
    yield from guessed
    if names and not guessed:
        yield Degraded("prices", f"known for {', '.join(names)}", "")
