"""The form that a profile asks of an agent's last answer, and whether an answer has it."""

import json
import re
from pathlib import Path
from typing import Any, Final, Self

import msgspec

from tmtui.cli.errors import CommandError
from tmtui.config.settings import Profile
from tmtui.domain.text import clean_line


_FENCED: Final = re.compile(r"```(?:json)?\s*\n(.*?)\n\s*```", re.DOTALL)
_CITED: Final = re.compile(r"[\w./-]+\.\w+(?::\d+)?")
"""A file's name, with a line or without."""


class AnswerForm(msgspec.Struct, frozen=True):
    """What the last answer has to be."""

    json: bool = False
    schema: dict[str, Any] | None = None
    enforced: bool = False
    cites: bool = False

    @classmethod
    def of(cls, profile: Profile, root: Path) -> Self:
        """The form that a profile asks for.

        Raises:
            CommandError: its schema cannot be read, or is none.
        """
        schema = profile.output_schema
        return cls(
            json=profile.output_format == "json",
            schema=_load(root / schema, schema) if isinstance(schema, str) and schema else schema or None,
            enforced=profile.enforce_schema,
            cites=profile.citations_required,
        )

    @property
    def checked(self) -> bool:
        """Whether an answer of another form is sent back."""
        return self.cites or (self.enforced and (self.json or self.schema is not None))

    def problem(self, text: str) -> str:
        """What is wrong with an answer; empty for nothing."""
        if self.cites and not _CITED.search(text):
            return "it names no file that it speaks of"
        if not self.enforced:
            return ""
        try:
            value = json.loads(unfenced(text))
        except (json.JSONDecodeError, RecursionError) as error:
            return clean_line(f"it is no JSON: {error}")
        return _misfit(value, self.schema) if self.schema is not None else ""


def unfenced(text: str) -> str:
    """An answer without the fence that models like to put around JSON."""
    found = _FENCED.search(text)
    return found[1] if found else text


def _misfit(value: object, schema: dict[str, Any]) -> str:
    import jsonschema  # noqa: PLC0415  # heavy, and only some profiles have a schema

    try:
        jsonschema.validate(value, schema)
    except jsonschema.ValidationError as error:
        place = "/".join(str(step) for step in error.absolute_path) or "the whole"
        return clean_line(f"{place}: {error.message}")
    return ""


def _load(path: Path, shown: str) -> dict[str, Any]:
    import jsonschema  # noqa: PLC0415  # as above

    try:
        schema = json.loads(path.read_text(encoding="utf-8"))
        jsonschema.Draft202012Validator.check_schema(schema)
    except (OSError, ValueError, jsonschema.SchemaError) as error:
        raise CommandError(
            clean_line(f"the schema {shown} cannot be used: {error}"), "Mend the file, or name another one."
        ) from error
    if not isinstance(schema, dict):
        raise CommandError(f"the schema {shown} is no object", "Mend the file, or name another one.")
    return schema
