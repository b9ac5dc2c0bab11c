"""The word that has to be typed before one's own rate limits are set aside."""

import os
from typing import Final

import click

from tmtui.cli.errors import CommandError
from tmtui.cli.output import Line, Tone, say_error


WORD: Final = "ignore"

WARNING: Final = (
    "⚠ Your own rate limits are about to be set aside for this run.",
    "",
    "This can lead to:",
    "  - Unexpected API bills",
    "  - Account suspension",
    "  - Service degradation",
    "",
    "Budgets still hold, and so do the provider's own limits. It is recorded with the run.",
)


def confirm_override(*, given: bool) -> None:
    """Have the word typed, unless it was given on the command line.

    Raises:
        CommandError: nobody is there to type it, or another word was typed.
    """
    if given:
        return
    if not (os.isatty(0) and os.isatty(2)):
        raise CommandError(
            "--ignore-config-limits has to be confirmed, and there is no terminal",
            "Give --yes-ignore-limits as well, if you mean it.",
        )
    say_error(*(Line(line, Tone.WARN if line.startswith("⚠") else Tone.NONE) for line in WARNING))
    typed = click.prompt(f"Type {WORD} to go on", prompt_suffix=": ", default="", show_default=False, err=True)
    if typed.strip().lower() != WORD:
        raise CommandError(
            "nothing was started: the limits hold", "Leave --ignore-config-limits out to run with them."
        )
