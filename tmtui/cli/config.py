"""`tmtui config`: are the files right, what do they come to, and changes of them."""

import os
from pathlib import Path
from typing import Final

import click

from tmtui.cli.changing import change_settings, migrate, set_value
from tmtui.cli.exit_codes import ExitCode
from tmtui.cli.options import json_option
from tmtui.cli.output import Line, Tone, say, say_error, say_json
from tmtui.cli.times import count
from tmtui.domain.problem import Problem, ProblemsError
from tmtui.system.state_dir import find_root


PLAN_NAMES: Final = ("tasks.yml", "tasks.yaml", "tasks.json")
"""Plans that are checked along with the settings when none is named."""


FLAGS: Final = {
    "default_profile": "profile",
    "budget_warn": "cost_controls.alerts.warn_at_percentage",
    "budget_critical": "cost_controls.alerts.critical_at_percentage",
    "prompt_version": "prompt_version",
    "schema_version": "schema_version",
}
"""Options that write a setting, as `config set` does, by the setting's name."""


@click.group(invoke_without_command=True)
@click.option("--default-profile", metavar="NAME", help="Set the profile of tasks that name none.")
@click.option("--budget-warn", metavar="PERCENT", help="Set where budgets warn.")
@click.option("--budget-critical", metavar="PERCENT", help="Set where budgets are critical.")
@click.option("--prompt-version", metavar="VERSION", help="Set which prompts are used.")
@click.option("--schema-version", metavar="VERSION", help="Set which output schemas are used.")
@click.pass_context
def config(context: click.Context, /, **given: str | None) -> ExitCode | None:
    """Check, show or change the settings."""
    values = [(FLAGS[name], value) for name, value in given.items() if value is not None]
    if context.invoked_subcommand is not None:
        if values:
            raise click.UsageError("an option that sets something stands alone, without a command")
        return None
    if not values:
        raise click.exceptions.NoArgsIsHelpError(context)
    return change_settings(values)


config.add_command(set_value)
config.add_command(migrate)


@config.command()
@click.argument("plans", metavar="[PLAN]...", nargs=-1, type=click.Path(path_type=Path))
@json_option
def validate(plans: tuple[Path, ...], *, as_json: bool) -> ExitCode:
    """Check the settings and the plans; tell everything that is wrong, not only the first.

    Without PLAN it checks tasks.yml (or .yaml, .json) if there is one.
    """
    root = find_root(Path.cwd())
    named = plans or tuple(root / name for name in PLAN_NAMES if (root / name).is_file())
    problems, checked = check_files(root, named)
    errors = sum(not problem.warning for problem in problems)
    if as_json:
        say_json({"ok": not errors, "checked": checked, "problems": problems})
    else:
        say_error(*(Line(str(each), Tone.WARN if each.warning else Tone.BAD) for each in problems))
        say(*verdict_lines(checked, errors, len(problems) - errors))
    return ExitCode.USAGE if errors else ExitCode.OK


def check_files(root: Path, plans: tuple[Path, ...]) -> tuple[list[Problem], list[str]]:
    """Read every settings file and plan, and gather what is wrong with them.

    A plan is held against as much of the settings as can be understood, so that one fault there does not hide the
    plan's own.

    Returns:
        The problems in the order of their places, and the names of the files that were read.
    """
    from tmtui.config.choosing import check_names  # noqa: PLC0415  # loads YAML
    from tmtui.config.layers import read_files, settings_files  # noqa: PLC0415  # loads YAML
    from tmtui.config.load import combine  # noqa: PLC0415  # likewise
    from tmtui.config.templates import load_templates  # noqa: PLC0415  # likewise
    from tmtui.plans.native import load_plan  # noqa: PLC0415  # likewise

    files, unreadable = read_files(settings_files(root, os.environ), root)
    settings, found = combine(files, os.environ, {})
    problems = {*unreadable, *found}
    try:
        load_templates(root, settings)
    except ProblemsError as error:
        problems |= set(error.problems)
    checked = [file.path for file in files] + [problem.path for problem in unreadable]
    for plan in plans:
        checked.append(str(plan.absolute().relative_to(root) if plan.absolute().is_relative_to(root) else plan))
        try:
            read, warnings = load_plan(
                plan, root=root, hooks=settings.hooks, defaults=settings.hook_defaults, env=os.environ
            )
        except ProblemsError as error:
            problems |= set(error.problems)
        else:
            problems |= {*warnings, *check_names(settings, read)}
    return sorted(problems), list(dict.fromkeys(checked))


def verdict_lines(checked: list[str], errors: int, warnings: int) -> list[Line]:
    """What came of the check."""
    if not checked:
        return [Line("There are no settings and no plan here yet. Write some: tmtui init")]
    names = ", ".join(checked)
    more = f", with {count(warnings, 'warning')}" if warnings else ""
    if errors:
        return [Line(f"✗ {count(errors, 'error')} in {names}{more}", Tone.BAD)]
    return [Line(f"✓ {names}: all right{more}", Tone.GOOD)]


@config.command()
@click.option("--set", "only_set", is_flag=True, help="Only what some file or variable says.")
@json_option
def show(*, only_set: bool, as_json: bool) -> ExitCode:
    """Show every setting with its origin. Secrets are masked."""
    from tmtui.config.describe import BUILT_IN, describe  # noqa: PLC0415  # loads YAML
    from tmtui.config.load import load_settings  # noqa: PLC0415  # likewise

    settings, warnings = load_settings(find_root(Path.cwd()), os.environ, {})
    rows = [row for row in describe(settings) if not only_set or row.origin != BUILT_IN]
    if as_json:
        say_json([row._asdict() for row in rows])
        return ExitCode.OK
    say_error(*(Line(str(each), Tone.WARN) for each in warnings))
    keys = max((len(row.key) for row in rows), default=0)
    values = min(40, max((len(row.value) for row in rows), default=0))
    say(*(f"{row.key:<{keys}}  {row.value or '-':<{values}}  {row.origin}" for row in rows))
    return ExitCode.OK


@config.command()
@click.argument("what", type=click.Choice(["settings", "plan"]), default="settings")
def schema(what: str) -> ExitCode:
    """Print the JSON Schema of the settings or of a plan, for editors."""
    from tmtui.config.json_schema import settings_schema  # noqa: PLC0415  # loads pydantic
    from tmtui.plans.written import PlanWritten  # noqa: PLC0415  # likewise
    from tmtui.system.documents.judged import json_schema  # noqa: PLC0415  # likewise

    say_json(settings_schema() if what == "settings" else json_schema(PlanWritten))
    return ExitCode.OK
