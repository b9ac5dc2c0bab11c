"""`tmtui init`: a first plan, first settings and a rehearsal of both, in the current folder."""

from collections.abc import Mapping
from pathlib import Path

import click

from tmtui.cli.exit_codes import ExitCode
from tmtui.cli.options import json_option
from tmtui.cli.output import Line, Tone, say, say_json


@click.command()
@json_option
def init(*, as_json: bool) -> ExitCode:
    """Write a first tasks.yml and .taskmaster.yml here.

    With them comes a script that rehearses the plan offline. What is there already stays as it is.
    """
    folder = Path.cwd()
    written = write_new(folder, starters(folder))
    if as_json:
        say_json({"folder": str(folder), "written": [name for name, new in written.items() if new]})
    else:
        say(*init_lines(folder, written))
    return ExitCode.OK


def starters(folder: Path) -> dict[str, str]:
    """The files that a project starts with, by name."""
    from tmtui.agents.starter import SCRIPT_NAME, STARTER_SCRIPT  # noqa: PLC0415  # only `init` needs them
    from tmtui.config.starter import SETTINGS_NAME, starter_settings  # noqa: PLC0415  # likewise
    from tmtui.plans.starter import PLAN_NAME, STARTER_PLAN  # noqa: PLC0415  # likewise

    present = [path.name for path in folder.iterdir()]
    return {PLAN_NAME: STARTER_PLAN, SETTINGS_NAME: starter_settings(present), SCRIPT_NAME: STARTER_SCRIPT}


def write_new(folder: Path, texts: Mapping[str, str]) -> dict[str, bool]:
    """Write those files that are not there yet, and say of each whether it was written."""
    written = {}
    for name, text in texts.items():
        try:
            with (folder / name).open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            written[name] = False
        else:
            written[name] = True
    return written


def init_lines(folder: Path, written: Mapping[str, bool]) -> list[Line]:
    """What was done, and what comes next."""
    lines = [
        Line(f"✓ {name}: written", Tone.GOOD) if new else Line(f"· {name}: was there already and stays as it is")
        for name, new in written.items()
    ]
    lines += [
        Line(""),
        Line(
            "Next: rehearse it with `tmtui run`, then edit tasks.yml. `tmtui run --dry-run` shows what would be done."
        ),
    ]
    if (folder / ".git").exists() and not _ignores_state(folder):
        lines.append(Line("Add .taskmaster/ to .gitignore: what tmtui records about its runs is kept there."))
    return lines


def _ignores_state(folder: Path) -> bool:
    try:
        text = (folder / ".gitignore").read_text(errors="replace")
    except OSError:
        return False
    return any(line.strip().strip("/") == ".taskmaster" for line in text.splitlines())
