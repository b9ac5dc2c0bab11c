"""How the commands of an engine are started: what is confined, and what is not.

What an agent runs is confined to the project, without a network. Hooks are the user's own commands, and build,
install and publish: they have the user's rights, unless the settings say `sandbox: required` or the hook itself says
otherwise.
"""

import asyncio
import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from tmtui.config.settings import Settings
from tmtui.domain.problem import Problem, ProblemsError
from tmtui.events.monitor import Degraded
from tmtui.system.control import socket_path
from tmtui.system.sandbox.choose import OFF, REQUIRED, Chosen, choose
from tmtui.system.sandbox.confined import ConfinedSpawner, LimitedSpawner, Spawner
from tmtui.system.sandbox.confinement import confine_to
from tmtui.system.sandbox.limits import NO_LIMITS
from tmtui.system.sandbox.probe import Probed, probe
from tmtui.system.sandbox.wrapping import NONE


async def probe_sandbox(settings: Settings) -> Probed | None:
    """Find out what works here, unless the settings want none."""
    return None if settings.sandbox == OFF else await asyncio.to_thread(probe, dict(os.environ))


def choose_sandbox(settings: Settings, probed: Probed | None) -> Chosen:
    """What the settings make of it.

    Raises:
        ProblemsError: the settings require a sandbox, and none works.
    """
    chosen = choose(settings.sandbox, probed, place=settings.origins.get("sandbox", ""))
    if isinstance(chosen, Problem):
        raise ProblemsError((chosen,))
    return chosen


def degraded(chosen: Chosen) -> Degraded | None:
    """What is said when not everything is kept."""
    return Degraded("sandbox", chosen.lacking, chosen.remedy) if chosen.lacking else None


class Confining:
    """Starts the commands of one engine, each as it should be.

    Args:
        warden: Starts them.
        chosen: The sandbox.
        settings: Say who is confined and how far.
        root: The project's folder.
        state_dir: Out of reach of everything confined.
        temporary: For the temporary files of what is confined.
        env: What commands get of the environment.

    Raises:
        ControlError: the folder for the engine's socket is not the user's alone.
    """

    def __init__(
        self,
        warden: Spawner,
        chosen: Chosen,
        settings: Settings,
        root: Path,
        state_dir: Path,
        temporary: Path,
        env: Mapping[str, str],
    ) -> None:
        self._warden = warden
        self._chosen = chosen
        self._settings = settings
        self._env = env
        self._confine = partial(
            confine_to,
            root,
            temporary=temporary,
            state_dir=state_dir,
            hidden=(str(socket_path(state_dir).parent),),
        )
        self._open = _limited(warden, settings)
        self._hooks_are_confined = settings.sandbox == REQUIRED
        self._with_network, self._alone = self._spawner(network=True), self._spawner(network=False)
        self.tools = self._with_network if settings.sandbox_network else self._alone
        """Starts what an agent runs."""

    def for_hook(self, *, sandbox: bool | None, network: bool | None) -> Spawner:
        """What starts a hook; see `tmtui.domain.hook.Hook` for what it says of itself."""
        if network is False:
            return self._alone
        confined = self._hooks_are_confined if sandbox is None else sandbox
        return self._with_network if confined else self._open

    def for_program(self, program: str, own: Sequence[str], *, confined: bool) -> Spawner:
        """What starts an agent that is a program, which asks its models by itself.

        Args:
            program: The program; where it lies stays in reach.
            own: Where it keeps its own files, which it may change: absolute, or below `~`.
            confined: Whether it is to be confined, where the settings do not require it.
        """
        if not confined and self._settings.sandbox != REQUIRED:
            return self._open
        return self._spawner(network=True, own=own, program=program)

    def _spawner(self, *, network: bool, own: Sequence[str] = (), program: str = "") -> Spawner:
        if self._chosen.sandbox.kind == NONE:
            return self._open
        env = {**self._env, "PATH": ":".join((self._env.get("PATH", ""), *_folders(program)))}
        confinement = self._confine(env=env, writable=(*self._settings.sandbox_writable, *own), network=network)
        return _limited(ConfinedSpawner(self._warden, self._chosen.sandbox, confinement), self._settings)


def _folders(program: str) -> tuple[str, ...]:
    """Where a program lies that is named by its path, and where that leads."""
    path = Path(program)
    return (str(path.parent), str(path.resolve().parent)) if "/" in program else ()


def _limited(spawner: Spawner, settings: Settings) -> Spawner:
    return spawner if settings.resource_limits == NO_LIMITS else LimitedSpawner(spawner, settings.resource_limits)
