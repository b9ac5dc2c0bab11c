"""The README's table of keys, made from the commands: `python -m tests.readme.key_table` writes it."""

from pathlib import Path

from tmtui.tui.intents import INTENTS, Where
from tmtui.tui.keymap import key_label, keys_of


README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- keys -->\n", "<!-- /keys -->\n"


def key_table() -> str:
    """One table with a section for each place in which keys are pressed."""
    lines = ["| where | keys | id | what |", "|---|---|---|---|"]
    for place in Where:
        for intent in INTENTS.values():
            keys = " ".join(f"`{_escaped(key_label(key))}`" for key in keys_of(intent))
            if intent.WHERE is place and keys:
                lines.append(f"| {place.value} | {keys} | {intent.ID} | {_escaped(intent.help())} |")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def current(text: str) -> str:
    """The table that stands in a README."""
    return text.partition(BEGIN)[2].partition(END)[0]


if __name__ == "__main__":
    old = README.read_text()
    README.write_text(old.replace(BEGIN + current(old) + END, BEGIN + key_table() + END))
