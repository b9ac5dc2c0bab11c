"""What a run may cost, from the plan, the settings and what this project has paid for before. It spends nothing."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from tmtui.agents.rates.card import RateCard
from tmtui.agents.rates.names import forms
from tmtui.cli.order import Order
from tmtui.cli.output import Line, Tone
from tmtui.cli.serving import Prepared
from tmtui.cli.staff import PROFILE
from tmtui.cli.times import DAY, count
from tmtui.config.choosing import choose
from tmtui.config.settings import Settings
from tmtui.config.values.providers import ANTHROPIC, OPENAI, SCRIPTED, STATIC, TYPE_NAMES
from tmtui.domain.models import in_service
from tmtui.domain.money import format_usd
from tmtui.domain.plan import Task
from tmtui.domain.usage import Usage
from tmtui.events.money import REUSED
from tmtui.monitor.estimate import FEWEST, Attempt, Estimate, Price, Span, estimate, together
from tmtui.store.errors import NoLogError
from tmtui.store.ledger import Spent
from tmtui.store.reader import LogReader


HISTORY_MS: Final = 90 * DAY
"""How far back attempts say something about the next one."""

PLAYED: Final = "script"
"""The source of prices that a script made up."""

FREE: Final = (SCRIPTED, STATIC)
"""Kinds of agents that ask no provider."""

MODEL_PROVIDERS: Final = (ANTHROPIC, OPENAI)
"""Kinds whose model is ours to choose; others choose by themselves."""


class Asked(msgspec.Struct, frozen=True):
    """Who is going to be asked for a task."""

    kind: str
    """The kind of provider; empty when nobody is named."""
    model: str = ""
    """Empty when only the agent knows it."""
    instead_of: str = ""
    """The model that it would be, were it not for the complexity of the task."""


class Forecast(msgspec.Struct, frozen=True):
    """What the tasks may cost."""

    tasks: dict[str, Estimate]
    """By id; tasks that ask no provider are missing."""
    sources: tuple[str, ...]
    """Models, each with the table that its price is from."""
    warnings: tuple[str, ...]
    models: dict[str, str] = {}
    """By task, which model is asked and why; tasks whose agent chooses by itself are missing."""


def make_forecast(prepared: Prepared, order: Order, now_ms: int) -> Forecast:
    """What the tasks of a plan may cost."""
    card = RateCard(prepared.settings.rates)
    past = _past(Path(order.state_dir), now_ms)
    estimates: dict[str, Estimate] = {}
    sources: dict[str, None] = {}
    warnings: dict[str, None] = {}
    models: dict[str, str] = {}
    for task in prepared.plan.tasks:
        asked = who_is_asked(prepared.settings, order, task, now_ms)
        if asked.kind in FREE:
            continue
        if asked.model:
            models[task.id] = _model_words(asked, task)
        price = _price(card, asked.model, now_ms)
        tries = task.max_attempts or prepared.limits.max_attempts
        estimates[task.id] = estimate(task, tries, history_for(past, asked.model), price)
        if asked.model:
            found = card.find(asked.model, now_ms)
            sources[f"{asked.model} ({found.source})"] = None
            warnings |= {found.warning: None} if found.warning else {}
    return Forecast(estimates, tuple(sources), tuple(warnings), models)


def _model_words(asked: Asked, task: Task) -> str:
    """`claude-haiku-5-5 (complexity simple; otherwise claude-sonnet-5-5)`."""
    return (
        f"{asked.model} (complexity {task.complexity}; otherwise {asked.instead_of})"
        if asked.instead_of
        else asked.model
    )


def who_is_asked(settings: Settings, order: Order, task: Task, now_ms: int) -> Asked:
    """Who a task's first request goes to, without making anybody ready to answer it."""
    named = order.agent or settings.agent
    name, _, rest = named.partition(":")
    if name == PROFILE:
        order, name = msgspec.structs.replace(order, profile=order.profile or rest), ""
    choice = choose(settings, task, profile=order.profile, provider=order.provider)
    if not name:
        before = in_service(choice.instead_of, now_ms)
        return Asked(choice.provider.type, in_service(choice.model, now_ms), before)
    server = settings.all_providers.get(name)
    kind = TYPE_NAMES.get(server.type if server else name, name)
    if kind not in MODEL_PROVIDERS:
        return Asked(kind, server.model if server else "")
    before = "" if rest else in_service(choice.instead_of, now_ms)
    return Asked(kind, in_service(rest or choice.model or (server.model if server else ""), now_ms), before)


def _price(card: RateCard, model: str, now_ms: int) -> Price | None:
    if not model:
        return None
    return lambda usage: card.price(model, usage, now_ms).micro


def _past(state_dir: Path, now_ms: int) -> list[Spent]:
    try:
        with LogReader.open(state_dir, idle=False) as reader:
            return [
                spent for spent in reader.usage(since=now_ms - HISTORY_MS) if spent.source not in (PLAYED, REUSED)
            ]
    except NoLogError:
        return []


def history_for(past: Sequence[Spent], model: str) -> list[Attempt]:
    """The attempts of the past, request by request: those with this model, if there are enough of them."""
    names = set(forms(model))
    same = [spent for spent in past if names.intersection(forms(spent.model))]
    with_it = _attempts(same)
    return with_it if len(with_it) >= FEWEST else _attempts(past)


def _attempts(past: Sequence[Spent]) -> list[Attempt]:
    attempts: dict[tuple[str, str, int], list[Usage]] = {}
    for spent in past:
        attempts.setdefault((spent.run, spent.task, spent.attempt), []).append(spent.usage)
    return list(attempts.values())


# In words.


def estimate_words(found: Estimate) -> str:
    """`about 12,000 to 340,000 tokens, ~$0.05 to ~$1.20`."""
    return f"about {_tokens(found.tokens)} tokens, {_money(found.micro)}"


def _tokens(span: Span) -> str:
    return f"{_rounded(span.low):,} to {_rounded(span.high):,}"


def _rounded(number: int) -> int:
    """Two figures: an estimate has no more."""
    step: int = 10 ** max(0, len(str(number)) - 2)
    return (number + step // 2) // step * step


def _money(span: Span | None) -> str:
    return "$?" if span is None else f"~{format_usd(_rounded(span.low))} to ~{format_usd(_rounded(span.high))}"


def preview_lines(forecast: Forecast, prepared: Prepared) -> list[Line | str]:
    """The preview of tokens and money that stands at the end of a dry run."""
    if not forecast.tasks:
        return ["Token usage preview: none, no provider is asked."]
    whole = together(list(forecast.tasks.values()))
    basis = (
        f"From {count(whole.attempts, 'earlier attempt')} in this project, at the rates of today"
        if whole.attempts
        else f"A guess from the size of the prompts: this project has paid for fewer than {FEWEST} attempts"
    )
    lines: list[Line | str] = [
        Line("Token usage preview (an estimate; nothing is sent):", Tone.STRONG),
        f"  Tokens: {_tokens(whole.tokens)}",
        f"  Cost:   {_money(whole.micro)}",
        Line(f"  {basis}. The upper end has every attempt at every task.", Tone.FAINT),
    ]
    lines += [Line(f"  Model: {source}", Tone.FAINT) for source in forecast.sources]
    lines += [Line(f"  ⚠ {warning}", Tone.WARN) for warning in forecast.warnings]
    return [*lines, *_budget(whole, prepared.limits.budget_micro)]


def _budget(whole: Estimate, cap: int | None) -> list[Line | str]:
    if cap is None:
        return []
    words = f"  Budget of the run: {format_usd(cap)}"
    if whole.micro is not None and whole.micro.low > cap:
        return [Line(f"{words}, which is less than the lower end", Tone.BAD)]
    if whole.micro is not None and whole.micro.high > cap:
        return [Line(f"{words}, which may not be enough", Tone.WARN)]
    return [words]
