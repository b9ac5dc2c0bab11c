"""An agent that is a program: started in the project's root, listened to, and ended with all that it started.

The conversation's name is chosen and recorded before the program starts, where the program lets us choose it, so that
even one that died before its first word can be asked to go on. When it knows nothing of the conversation it is to go
on with, it is asked afresh, once.

A program that goes silent is ended. One that has told its result and does not end is given a moment, and then ended
too: what it told counts.
"""

from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from typing import Final, Protocol

import msgspec

from tmtui.agents.port import Chunk, Notice, Request, Session, Stop, Tools
from tmtui.agents.programs.listening import Listening, SilentError
from tmtui.agents.programs.verdict import verdict
from tmtui.domain.outcome import Kind, Outcome
from tmtui.domain.text import clean_line
from tmtui.resilience.defaults import AGENT_SILENCE_SECONDS
from tmtui.system.child import Child, Ended, Spawn
from tmtui.system.environment import child_env


LINGER: Final = 15.0
"""Seconds for a program that has told its result: it may still be putting its things away."""

NETWORK_VARIABLES: Final = (
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "NODE_EXTRA_CA_CERTS",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
)
"""What a program needs that asks its models by itself, besides what every child gets."""


NOT_BEGUN: Final = frozenset({Kind.AGENT_CRASHED, Kind.PROTOCOL_ERROR})
"""How a program ends that does not know the conversation it is to go on with."""


class UnfitError(Exception):
    """A request does not go into the form in which the program takes it. The message is one line for a person."""


class Launcher(Protocol):
    """Starts programs, confined as the settings say."""

    async def launch(self, spawn: Spawn, job: str, *, own: tuple[str, ...], confined: bool) -> Child:
        """Start a program with the network.

        Args:
            spawn: What to run.
            job: Names it; unique among those that run.
            own: Where it keeps its own files, which it may change: absolute, or below `~`.
            confined: Whether it is to be confined, where the settings leave that open.
        """
        ...


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """How a program is started for one request."""

    argv: tuple[str, ...]
    stdin: bytes = b""
    session: str = ""
    """The name of the conversation, where it is known before the program says it."""


class Reading(Protocol):
    """Makes sense of what a program prints, from one start to its end."""

    outcome: Outcome | None
    """The result, once it was told."""
    session: str
    """The name of the conversation, once it was told."""
    begun: bool
    """Whether the program got as far as asking its model."""

    @property
    def noise(self) -> bytes:
        """The last line that made no sense."""
        ...

    def feed(self, data: bytes) -> list[Chunk]:
        """The next bytes."""
        ...

    def finish(self) -> list[Chunk]:
        """The end of them."""
        ...


class Program(Protocol):
    """One kind of program."""

    @property
    def name(self) -> str:
        """The program's, for people."""
        ...

    @property
    def needs_result(self) -> bool:
        """Whether it tells a result when all is well."""
        ...

    @property
    def variables(self) -> tuple[str, ...]:
        """What it needs of the environment, besides what every child gets."""
        ...

    @property
    def own(self) -> tuple[str, ...]:
        """Where it keeps its own files."""
        ...

    def start(self, request: Request, session: str) -> Start:
        """How it is started; `session` names the conversation that it is to go on with.

        Raises:
            UnfitError: it cannot be asked that.
        """
        ...

    def reading(self, session: str) -> Reading:
        """Somebody who makes sense of what it prints."""
        ...


class Manners(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for a program whatever kind it is."""

    provider: str
    """Its name in the settings."""
    env: Mapping[str, str] = {}
    """This process's environment, of which it gets a part."""
    given: Mapping[str, str] = {}
    """Variables that it gets in any case: its key, and those of the settings."""
    confined: bool = True
    silence: float = AGENT_SILENCE_SECONDS.value
    """Seconds without a sign of life after which it is taken to hang."""
    linger: float = LINGER


class ProgramAgent:
    """A program as an agent.

    Args:
        name: How it was asked for.
        model: The model that it is to use; empty leaves it to the program.
        program: What kind of program it is.
        launcher: Starts it.
        manners: What holds whatever kind it is.
    """

    def __init__(self, name: str, model: str, program: Program, launcher: Launcher, manners: Manners) -> None:
        self.name = name
        self.model = model
        self.provider = manners.provider
        self._program = program
        self._launcher = launcher
        self._manners = manners

    async def run(self, request: Request, tools: Tools) -> AsyncGenerator[Chunk, None]:  # noqa: ARG002  # it has its own
        """Work on `request`, yielding what happens. Cancelling the iteration ends the program and all it started."""
        for session in dict.fromkeys((request.session, "")):
            reading = self._program.reading(session)
            stop = Stop(Outcome(Kind.INTERNAL, f"{self._program.name} was not listened to"))
            async with aclosing(self._once(request, session, reading)) as chunks:
                async for chunk in chunks:
                    if isinstance(chunk, Stop):
                        stop = chunk
                    else:
                        yield chunk
            if not session or reading.begun or stop.outcome.kind not in NOT_BEGUN:
                yield stop
                return
            yield Notice(f"{self._program.name} could not go on with the earlier conversation; it begins afresh")

    async def _once(self, request: Request, session: str, reading: Reading) -> AsyncGenerator[Chunk, None]:
        """Start the program once; the last chunk says how it ended."""
        try:
            start = self._program.start(request, session)
        except UnfitError as error:
            yield Stop(Outcome(Kind.CONFIG_INVALID, clean_line(str(error))))
            return
        if start.session and start.session != request.session:
            yield Session(start.session)
        listening = Listening(await self._launch(request, start), self._manners.silence)
        ended: Ended | None = None
        try:
            async with aclosing(self._hear(listening, reading, start.session)) as chunks:
                async for chunk in chunks:
                    yield chunk
            ended = await listening.ended()
        except SilentError:
            pass
        finally:
            silent = ended is None
            if ended is None:
                ended = await listening.end()
        for chunk in self._last(listening, reading, ended, silent=silent):
            yield chunk

    async def _hear(self, listening: Listening, reading: Reading, session: str) -> AsyncGenerator[Chunk, None]:
        """What it prints, until the end of it."""
        while (piece := await listening.next()) is not None:
            for chunk in reading.feed(piece):
                yield chunk
            if reading.session and reading.session != session:
                session = reading.session
                yield Session(session)
            if reading.outcome is not None:
                listening.hurry(self._manners.linger)

    def _last(self, listening: Listening, reading: Reading, ended: Ended, *, silent: bool) -> Iterator[Chunk]:
        """What is said at the end."""
        name = self._program.name
        yield from reading.finish()
        if silent and reading.outcome is None:
            words = f"{name} said nothing for {self._manners.silence:g} s and was ended"
            yield Stop(Outcome(Kind.AGENT_STALL, words))
            return
        if silent:
            yield Notice(f"{name} told its result and did not end; it was ended")
        elif ended.survivors:
            yield Notice(f"what {name} left running ({ended.survivors}) was ended")
        said = listening.errors if listening.errors.strip() else reading.noise
        yield Stop(verdict(name, ended, reading.outcome, said, needs_result=self._program.needs_result))

    async def _launch(self, request: Request, start: Start) -> Child:
        allowed = (*NETWORK_VARIABLES, *self._program.variables)
        spawn = Spawn(
            argv=start.argv,
            cwd=request.root,
            env=child_env(self._manners.given, allowed, self._manners.env),
            stdin=start.stdin,
            split_stderr=True,
        )
        job = f"{request.task.id}:{request.attempt}:agent"
        return await self._launcher.launch(spawn, job, own=self._program.own, confined=self._manners.confined)
