"""`tmtui list-profiles` and `tmtui show-profile`: the sets of model options, and who said what of them."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click
import msgspec

from tmtui.cli.errors import CommandError
from tmtui.cli.exit_codes import ExitCode
from tmtui.cli.options import json_option
from tmtui.cli.output import Line, Tone, say, say_error, say_json
from tmtui.domain.money import format_usd
from tmtui.system.state_dir import find_root


if TYPE_CHECKING:
    from tmtui.config.settings import Profile, Settings


@click.command("list-profiles")
@json_option
def list_profiles(*, as_json: bool) -> ExitCode:
    """List the profiles: named sets of model options.

    The default one is marked.
    """
    settings = _settings()
    if as_json:
        say_json([_as_json(settings, profile) for profile in settings.profiles.values()])
        return ExitCode.OK
    rows: list[Row] = [("", "NAME", "MODEL", "EFFORT", "OUTPUT", "TIMEOUT", "FOR")]
    rows += [_row(settings, profile) for profile in settings.profiles.values()]
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    for number, row in enumerate(rows):
        text = "  ".join(f"{cell:<{width}}" for cell, width in zip(row, [*widths, 0], strict=True))
        say(Line(text.rstrip(), Tone.NONE if number else Tone.FAINT))
    return ExitCode.OK


@click.command("show-profile")
@click.argument("name", required=False)
@click.option("--name", "named", metavar="NAME", help="The same as NAME.")
@json_option
def show_profile(name: str | None, named: str | None, *, as_json: bool) -> ExitCode:
    """Show one profile, and who said what of it.

    It is the default one, unless NAME says another.
    """
    if name and named and name != named:
        raise CommandError("NAME and --name name two profiles", "Give one of them.")
    settings = _settings()
    wanted = name or named or settings.profile
    profile = settings.profiles.get(wanted)
    if profile is None:
        raise CommandError(f"there is no profile {wanted!r}", f"There are: {', '.join(settings.profiles)}")
    if as_json:
        say_json(_as_json(settings, profile))
        return ExitCode.OK
    lines = list(_facts(settings, profile))
    keys = max(len(fact.key) for fact in lines)
    values = min(48, max(len(fact.value) for fact in lines))
    say(Line(f"Profile {profile.name}{' (the default)' if profile.name == settings.profile else ''}", Tone.STRONG))
    say(*(f"  {fact.key:<{keys}}  {fact.value or '-':<{values}}  {fact.origin}".rstrip() for fact in lines))
    return ExitCode.OK


Row = tuple[str, str, str, str, str, str, str]


class Fact(NamedTuple):
    """One line about a profile."""

    key: str
    value: str
    origin: str


def _settings() -> "Settings":
    from tmtui.config.load import load_settings  # noqa: PLC0415  # loads pydantic and YAML

    settings, warnings = load_settings(find_root(Path.cwd()), os.environ, {})
    say_error(*(Line(str(each), Tone.WARN) for each in warnings))
    return settings


def _row(settings: "Settings", profile: "Profile") -> Row:
    mark = "*" if profile.name == settings.profile else " "
    timeout = f"{profile.timeout:g} s" if profile.timeout else "-"
    return (mark, profile.name, profile.model or "-", profile.effort or "-", profile.output_format, timeout,
            profile.description)  # fmt: skip


def _as_json(settings: "Settings", profile: "Profile") -> dict[str, Any]:
    budget = settings.cost_controls.per_profile_budget.get(profile.name)
    return {
        **{field: getattr(profile, field) for field in profile.__struct_fields__},
        "default": profile.name == settings.profile,
        "fallback": msgspec.to_builtins(settings.fallback.chain(profile.name)),
        "budget": None if budget is None else msgspec.structs.asdict(budget),
    }


def _facts(settings: "Settings", profile: "Profile") -> Iterator[Fact]:
    from tmtui.config.describe import origin_of, word  # noqa: PLC0415  # loads pydantic and YAML

    values: Mapping[str, Any] = msgspec.structs.asdict(profile)
    for field, value in values.items():
        if field not in ("name", "model_tiering"):
            yield Fact(field, word(value), origin_of(f"runtime_profiles.{profile.name}.{field}", settings.origins))
    tiers = ", ".join(
        f"{tier}: {model}"
        for tier in ("simple", "medium", "complex")
        if (model := profile.model_tiering.of(tier) or settings.model_tiering.of(tier))
    )
    yield Fact("model_tiering", tiers, "")
    chain = " → ".join(entry.model or entry.provider for entry in settings.fallback.chain(profile.name))
    yield Fact("fallback", chain, origin_of(f"fallback.chains.{profile.name}", settings.origins))
    budget = settings.cost_controls.per_profile_budget.get(profile.name)
    if budget is not None:
        daily = "" if budget.daily_micro is None else format_usd(budget.daily_micro)
        yield Fact(
            "daily budget", daily, origin_of(f"cost_controls.per_profile_budget.{profile.name}", settings.origins)
        )
