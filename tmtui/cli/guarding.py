"""What is watched during tool calls: all that the sandbox of this run would keep, and does not."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from tmtui.config.settings import Settings
from tmtui.system.sandbox.choose import Chosen
from tmtui.system.sandbox.confinement import GUARDED, lies_in, named_paths
from tmtui.workspace.guard import Guard, git_places, personal_places, settings_places


ASIDE = "kept"
"""The folder, in the state folder, for what stood in the way of putting something back."""


def make_guard(chosen: Chosen, settings: Settings, root: Path, state_dir: Path, env: Mapping[str, str]) -> Guard:
    """The guard of a run.

    A sandbox without gaps keeps all that is there. What is not there yet it cannot keep from being made.
    """
    writable = named_paths(settings.sandbox_writable, root, env.get("HOME", ""))
    places = _all_places(root, env) if chosen.lacking else _places_to_come(root)
    kept = [place for place in places if not any(lies_in(os.path.realpath(place), each) for each in writable)]
    return Guard(kept, root, Path(env.get("HOME", "/")), state_dir / ASIDE)


def closed_to_editors(settings: Settings, root: Path, state_dir: Path, env: Mapping[str, str]) -> tuple[str, ...]:
    """What file tools never write, as paths from the root: they are not in a sandbox, and keep to the same."""
    writable = named_paths(settings.sandbox_writable, root, env.get("HOME", ""))
    guarded = [name for name in GUARDED if os.path.realpath(root / name) not in writable]
    return (Path(os.path.relpath(state_dir, root)).as_posix(), *guarded)


def _all_places(root: Path, env: Mapping[str, str]) -> Iterator[Path]:
    yield from git_places(root)
    yield from settings_places(root)
    if home := env.get("HOME", ""):
        usual = Path(home, ".config")
        yield from personal_places(Path(home), dict.fromkeys((usual, Path(env.get("XDG_CONFIG_HOME") or usual))))


def _places_to_come(root: Path) -> Iterator[Path]:
    return (place for place in settings_places(root) if not os.path.lexists(place))
