"""Starting commands confined, by whoever starts commands."""

from typing import Protocol

import msgspec

from tmtui.system.child import Child, Spawn
from tmtui.system.sandbox.confinement import Confinement
from tmtui.system.sandbox.limits import ResourceLimits, limited
from tmtui.system.sandbox.wrapping import Sandbox


class Spawner(Protocol):
    """Starts commands: a warden, or something before it."""

    async def spawn(self, spawn: Spawn, job: str) -> Child:
        """Start a command, see `tmtui.system.warden.Warden.spawn`."""
        ...


class ConfinedSpawner:
    """Starts every command in a sandbox."""

    def __init__(self, spawner: Spawner, sandbox: Sandbox, confinement: Confinement) -> None:
        self._spawner = spawner
        self._sandbox = sandbox
        self._confinement = confinement

    async def spawn(self, spawn: Spawn, job: str) -> Child:
        """Start a command, see `tmtui.system.warden.Warden.spawn`."""
        return await self._spawner.spawn(confine(spawn, self._sandbox, self._confinement), job)


def confine(spawn: Spawn, sandbox: Sandbox, confinement: Confinement) -> Spawn:
    """The same command, confined."""
    env = {**spawn.env, "TMPDIR": sandbox.temporary_in(confinement)}
    argv = sandbox.wrap(spawn.argv, confinement)
    return msgspec.structs.replace(spawn, argv=argv, env=env, stays=sandbox.stays)


class LimitedSpawner:
    """Starts every command with limits on what it may use up."""

    def __init__(self, spawner: Spawner, limits: ResourceLimits) -> None:
        self._spawner = spawner
        self._limits = limits

    async def spawn(self, spawn: Spawn, job: str) -> Child:
        """Start a command, see `tmtui.system.warden.Warden.spawn`."""
        argv = limited(spawn.argv, self._limits)
        return await self._spawner.spawn(msgspec.structs.replace(spawn, argv=argv), job)
