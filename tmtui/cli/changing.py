"""`tmtui config set` and `tmtui config migrate`: settings files changed by the program, and nothing else in them."""

import os
from collections.abc import Sequence
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tmtui.cli.errors import CommandError
from tmtui.cli.exit_codes import ExitCode
from tmtui.cli.options import json_option
from tmtui.cli.output import Line, Tone, say, say_json
from tmtui.domain.problem import WrongValueError
from tmtui.system.state_dir import find_root


if TYPE_CHECKING:
    from tmtui.config.changing import Change


@click.command("set")
@click.argument("key")
@click.argument("value")
@json_option
def set_value(key: str, value: str, *, as_json: bool) -> ExitCode:
    """Write VALUE for KEY into the project's settings file.

    KEY is a path such as cost_controls.alerts.warn_at_percentage; VALUE is a word, a number, or a list in brackets.
    """
    return change_settings([(key, value)], as_json=as_json)


def change_settings(values: Sequence[tuple[str, str]], *, as_json: bool = False) -> ExitCode:
    """Change settings in the project's files, and say what was changed.

    Raises:
        CommandError: there is no such setting, or the file cannot be written.
        ProblemsError: the settings would be wrong, or the file cannot be edited.
    """
    from tmtui.config.changing import plan_setting  # noqa: PLC0415  # loads pydantic and YAML

    try:
        changes = plan_setting(find_root(Path.cwd()), os.environ, values)
    except WrongValueError as wrong:
        raise CommandError(str(wrong), wrong.hint) from None
    _write(changes)
    if as_json:
        say_json({"changed": [change.shown for change in changes], "values": dict(values)})
    elif changes:
        say(*(line for change in changes for line in diff_lines(change)))
        say(*(Line(f"✓ {change.shown}: written", Tone.GOOD) for change in changes))
    else:
        say("The settings say so already. Nothing is changed.")
    return ExitCode.OK


def _write(changes: Sequence["Change"]) -> None:
    from tmtui.config.changing import write_change  # noqa: PLC0415  # as above

    for change in changes:
        try:
            write_change(change)
        except WrongValueError as wrong:
            raise CommandError(str(wrong), wrong.hint) from None
        except OSError as error:
            message = f"{change.shown} cannot be written: {error.strerror or error}"
            raise CommandError(message, "Check its permissions, and the disk.") from None


@click.command()
@click.option("--write", is_flag=True, help="Write the changes instead of only showing them.")
@json_option
def migrate(*, write: bool, as_json: bool) -> ExitCode:
    """Put current models in the place of those that no longer answer: shown as a diff, and written with --write."""
    from tmtui.config.changing import plan_migration  # noqa: PLC0415  # loads pydantic and YAML

    changes = plan_migration(find_root(Path.cwd()), os.environ)
    if write:
        _write(changes)
    if as_json:
        say_json({"files": [change.shown for change in changes], "written": write})
        return ExitCode.OK
    say(*(line for change in changes for line in diff_lines(change)))
    if not changes:
        say(Line("✓ every model that the settings name is current", Tone.GOOD))
    elif write:
        say(*(Line(f"✓ {change.shown}: written", Tone.GOOD) for change in changes))
    else:
        say("Nothing is written yet. Write it: tmtui config migrate --write")
    return ExitCode.OK


def diff_lines(change: "Change") -> list[Line]:
    """A change as a unified diff."""
    tones = {"+": Tone.GOOD, "-": Tone.BAD, "@": Tone.FAINT}
    before, after = change.before.splitlines(), change.after.splitlines()
    lines = unified_diff(before, after, change.shown, change.shown, n=1, lineterm="")
    return [Line(line, tones.get(line[:1], Tone.NONE)) for line in lines]
