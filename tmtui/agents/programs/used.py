"""Tools that a program uses by itself, as they are shown: in one line, and not longer than anybody reads."""

from typing import Any, Final

from tmtui.domain.text import clean_line


TEXT_CAP: Final = 4_000
"""Characters of a text in a call's input."""
OUTPUT_CAP: Final = 30_000
"""Characters of what came of a call."""
SUMMARY_CAP: Final = 200

TELLING: Final = ("command", "file_path", "path", "pattern", "query", "url", "description", "prompt")
"""The fields that say what a call is about, the best first."""


def summary(name: str, given: dict[str, Any]) -> str:
    """A call in one line."""
    about = next((str(given[field]) for field in TELLING if given.get(field)), "")
    if about and "command" in given:
        return clean_line(f"$ {about}", SUMMARY_CAP)
    return clean_line(f"{name} {about}".strip(), SUMMARY_CAP)


def shortened(value: Any) -> Any:
    """The same with no text longer than anybody reads."""
    match value:
        case str() if len(value) > TEXT_CAP:
            return f"{value[:TEXT_CAP]}… ({len(value):,} characters)"
        case dict():
            return {str(name): shortened(each) for name, each in value.items()}
        case list():
            return [shortened(each) for each in value]
    return value
