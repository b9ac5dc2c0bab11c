"""The prompt templates of a project: found, read and checked before anything is spent.

A template is, the strongest first: the file that `prompt_templates` names, the one in `.taskmaster/prompts/`, the
built-in one. With a `prompt_version`, a file in the folder of that name beside it comes before each of the former.
"""

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from tmtui.config.settings import Settings
from tmtui.domain.problem import Problem, ProblemsError
from tmtui.domain.text import clean, clean_line
from tmtui.prompts.templates import BUILT_IN, FILLED_IN, Template, Templates, check_templates
from tmtui.system.documents.near import did_you_mean


FOLDER: Final = ".taskmaster/prompts"
"""Below the root."""

NAMES: Final = ("system", "task", "retry")

LARGEST: Final = 256 * 1024
"""Bytes of one template."""


def load_templates(root: Path, settings: Settings) -> Templates:
    """What prompts are made of in a project.

    Raises:
        ProblemsError: a file is missing or cannot be read, or a template asks for what is not there.
    """
    problems = [*_version_problems(root, settings), *_variable_problems(settings)]
    found: dict[str, Template] = {}
    for which in NAMES:
        try:
            found[which] = _template(root, settings, which)
        except ProblemsError as error:
            problems += error.problems
    templates = Templates(**found, variables=settings.prompt_templates.variables)
    problems += check_templates(templates)
    if problems:
        raise ProblemsError(tuple(problems))
    return templates


def _template(root: Path, settings: Settings, which: str) -> Template:
    named: str = getattr(settings.prompt_templates, which)
    for path in _candidates(settings.prompt_version, which, named):
        if path == named or os.path.lexists(root / path):
            return Template(_read(root / path, path, settings.origins.get(f"prompt_templates.{which}", "")), path)
    template: Template = getattr(BUILT_IN, which)
    return template


def _candidates(version: str, which: str, named: str) -> Iterator[str]:
    """Where a template may be, the strongest place first."""
    for path in (named, f"{FOLDER}/{which}.txt"):
        folder, _, name = path.rpartition("/")
        if path and version:
            yield f"{folder}/{version}/{name}".removeprefix("/")
        if path:
            yield path


def _read(path: Path, shown: str, origin: str) -> str:
    """The text of a template. Opened without blocking, so that a pipe cannot hold us.

    Raises:
        ProblemsError: there is no such file, or it is no text of a sensible size.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise _problem(shown, "this is no regular file")
            data = file.read(LARGEST + 1)
    except OSError as error:
        hint = f"It is named at {origin}." if origin else ""
        raise _problem(shown, f"the template cannot be read: {error.strerror or error}", hint) from None
    if len(data) > LARGEST:
        raise _problem(shown, f"the template is larger than {LARGEST // 1024} kB")
    try:
        return clean(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise _problem(shown, "the template is no UTF-8", "Save it as UTF-8.") from None


def _problem(shown: str, message: str, hint: str = "") -> ProblemsError:
    return ProblemsError((Problem(clean_line(shown), 0, 0, message, hint),))


def _version_problems(root: Path, settings: Settings) -> Iterator[Problem]:
    """A version of which there is no file at all is a slip."""
    version = settings.prompt_version
    if not version:
        return
    names = {which: getattr(settings.prompt_templates, which) for which in NAMES}
    places = [path for which, named in names.items() for path in _candidates(version, which, named)]
    if not any(f"/{version}/" in f"/{path}" and (root / path).is_file() for path in places):
        known = versions(root)
        hint = did_you_mean(version, known) or (f"There are: {', '.join(known)}." if known else f"Write {places[0]}.")
        yield _at(settings.origins, "prompt_version", f"there are no prompts of the version `{version}`", hint)


def versions(root: Path) -> list[str]:
    """The versions of prompts that a project has, by name."""
    try:
        with os.scandir(root / FOLDER) as entries:
            return sorted(clean_line(entry.name) for entry in entries if entry.is_dir())
    except OSError:
        return []


def _variable_problems(settings: Settings) -> Iterator[Problem]:
    for name in settings.prompt_templates.variables:
        key = f"prompt_templates.variables.{name}"
        if name in FILLED_IN:
            hint = "Give this one another name."
            yield _at(settings.origins, key, f"`{clean_line(name)}` is filled in for each task", hint)
        elif not name.isidentifier():
            yield _at(
                settings.origins, key, f"`{clean_line(name)}` cannot be a variable", "Write letters, digits, `_`."
            )


def _at(origins: Mapping[str, str], key: str, message: str, hint: str) -> Problem:
    """A fault of a setting, told where it was said."""
    path, _, line = origins.get(key, key).rpartition(":")
    return Problem(path or line, int(line) if path and line.isdigit() else 0, 1, message, hint)
