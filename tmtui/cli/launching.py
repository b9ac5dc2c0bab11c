"""Starting agents that are programs: they are chosen before there is a warden, and started when there is one."""

from tmtui.cli.confining import Confining
from tmtui.system.child import Child, Spawn


class ProgramLauncher:
    """`agents.programs.program.Launcher`, of use from `open` on."""

    def __init__(self) -> None:
        self._confining: Confining | None = None

    def open(self, confining: Confining) -> None:
        """From here on programs can be started."""
        self._confining = confining

    async def launch(self, spawn: Spawn, job: str, *, own: tuple[str, ...], confined: bool) -> Child:
        """Start a program with the network, and with leave to change its own files.

        Raises:
            RuntimeError: it is too early.
        """
        if self._confining is None:
            raise RuntimeError("a program was to be started before there is a warden")
        spawner = self._confining.for_program(spawn.argv[0], own, confined=confined)
        return await spawner.spawn(spawn, job)
