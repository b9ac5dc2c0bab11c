"""`tmtui export`: a run, saved in another form."""

import sys
from pathlib import Path

import click

from tmtui.cli.errors import CommandError
from tmtui.cli.exit_codes import ExitCode
from tmtui.cli.options import run_argument
from tmtui.cli.output import as_text, say
from tmtui.cli.project import here, open_log, pick_run


@click.command()
@run_argument
@click.option(
    "--script",
    "target",
    type=click.Path(path_type=Path, allow_dash=True, dir_okay=False),
    required=True,
    help="The file to write; - prints it.",
)
@click.option("--force", is_flag=True, help="Overwrite the file.")
def export(run_id: str | None, *, target: Path, force: bool) -> ExitCode:
    """Save a run as a script that plays it again.

    The script does with real tools what the run's agent did, task by task: tmtui run PLAN --agent scripted:FILE
    """
    from tmtui.agents.script_writing import script_from_log  # noqa: PLC0415  # loads YAML

    with open_log(here()) as reader:
        run = pick_run(reader, run_id).run
        text = script_from_log(reader.events(run))
    if str(target) == "-":
        sys.stdout.write(as_text(text.splitlines()) if sys.stdout.isatty() else text)
        return ExitCode.OK
    try:
        with target.open("w" if force else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise CommandError(f"{target} is there already", "Name another file, or overwrite it with --force.") from None
    say(f"✓ {target}: written. Play it: tmtui run PLAN --agent scripted:{target}")
    return ExitCode.OK
