"""A person at the cockpit: presses keys, reads the screen, waits for what it shows. Never for time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Self

from textual import events
from textual.pilot import Pilot
from textual.widget import Widget

from tests.tui.recordings import Tape
from tmtui.events.base import Recorded
from tmtui.events.commands import Command, Reply
from tmtui.state.fold import fold_all
from tmtui.state.model import State
from tmtui.state.timeline import Surveyed, survey_of
from tmtui.tui.app import Cockpit
from tmtui.tui.intents import Intent
from tmtui.tui.keymap import keys_of
from tmtui.tui.ports import CockpitExit, DiffOf, Habits, Rig, SourceLostError
from tmtui.tui.screens.run import RunScreen
from tmtui.tui.widgets.canvas import Canvas


DIFF = """diff --git a/calc.py b/calc.py
index 111..222 100644
--- a/calc.py
+++ b/calc.py
@@ -10,3 +10,5 @@ def divide(a, b):
 def divide(a, b):
-    pass
+    if b == 0:
+        raise ValueError("division by zero")
+    return a / b

"""

TRIES = 400
"""Rounds of the loop after which something is not going to happen."""


class Feed:
    """A source that a test holds in its hand."""

    def __init__(self, events: list[Recorded], *, live: bool) -> None:
        self.events = list(events)
        self._live = live
        self._more: asyncio.Queue[list[Recorded] | SourceLostError] = asyncio.Queue()
        self.fetched: list[tuple[str, int]] = []
        self.hold_fetches = asyncio.Event()
        self.hold_fetches.set()

    async def open(self) -> AsyncIterator[list[Recorded]]:
        """What there is, then, for a live run, what comes."""
        yield list(self.events)
        while self._live:
            more = await self._more.get()
            if isinstance(more, SourceLostError):
                raise more
            yield more

    async def fetch(self, task: str, attempt: int, upto: int, last: int = 0) -> list[Recorded]:
        """The events of one attempt."""
        found = [each for each in self.events if each.task == task and each.attempt == attempt and each.seq <= upto]
        found = found[-last:]
        self.fetched.append((task, attempt))
        await self.hold_fetches.wait()
        return found

    async def survey(self) -> AsyncIterator[Surveyed]:
        """When everything happened."""
        yield survey_of(self.events)

    async def state_at(self, seq: int) -> State:
        """The state behind an event."""
        return fold_all(each for each in self.events if each.seq <= seq)

    async def between(self, after: int, upto: int) -> list[Recorded]:
        """The events of a stretch."""
        return [each for each in self.events if after < each.seq <= upto]

    def push(self, events: list[Recorded]) -> None:
        """Something happens."""
        self.events += events
        self._more.put_nowait(list(events))

    def break_off(self, why: str) -> None:
        """The log cannot be read any more."""
        self._more.put_nowait(SourceLostError(why))


async def _diff(_: str, __: str) -> str:
    return DIFF


class Robot:
    """One cockpit with somebody in front of it."""

    app: Cockpit
    pilot: Pilot[CockpitExit]

    def __init__(self, feed: Feed, tape: Tape) -> None:
        self.feed = feed
        self.tape = tape
        self.sent: list[Command] = []
        self.kept: list[Habits] = []
        self.reply: Callable[[Command], Reply] = lambda _: Reply(ok=True)
        self.alive = True
        self.ticks = 0.0

    @property
    def screen(self) -> RunScreen:
        """The run's screen, whatever lies above it."""
        return next(each for each in self.app.screen_stack if isinstance(each, RunScreen))

    @property
    def state(self) -> State:
        """What is known of the run."""
        return self.screen.bridge.state

    @property
    def text(self) -> str:
        """What the terminal shows, a line to a line."""
        return "\n".join(strip.text.rstrip() for strip in self.app.screen._compositor.render_strips())

    def at(self, kind: type[Widget]) -> bool:
        """Whether that is who has the keys."""
        return type(self.app.screen.focused) is kind

    def of(self, widget: Canvas) -> str:
        """What one widget shows."""
        return "\n".join(widget.render_line(y).text.rstrip() for y in range(widget.size.height))

    @property
    def pane(self) -> str:
        """What stands on the right, within the frame."""
        lines = self.of(self.screen.pane).split("\n")[1:-1]
        return "\n".join(line[1:-1].rstrip() for line in lines)

    # Doing.

    async def settle(self) -> Self:
        """Let everything happen that is on its way, and draw it."""
        for _ in range(3):
            await self.pilot.pause(0)
            if self.app.is_running and any(isinstance(each, RunScreen) for each in self.app.screen_stack):
                self.screen._draw()
        await self.pilot.pause(0)
        return self

    async def press(self, *keys: str) -> Self:
        """Press keys, one after the other."""
        for key in keys:
            await self.pilot.press(key)
            await self.settle()
        return self

    async def burst(self, *keys: str) -> Self:
        """Press keys so fast that all of them are there before the first is looked at."""
        for key in keys:
            self.app.post_message(events.Key(key, key if len(key) == 1 else None))
        for _ in keys:
            await self.settle()
        return self

    async def do(self, intent: type[Intent]) -> Self:
        """Press a command's own key."""
        return await self.press(keys_of(intent, self.screen.keymap)[0])

    async def type(self, text: str) -> Self:
        """Type a text."""
        return await self.press(*("space" if each == " " else each for each in text))

    async def happen(self, *, before: int | None = None) -> Self:
        """Have everything that the tape holds beyond what was fed happen now."""
        self.feed.push(self.tape.events[len(self.feed.events) : before])
        return await self.settle()

    async def until(self, condition: Callable[[], object]) -> Self:
        """Wait until something is so."""
        for _ in range(TRIES):
            if condition():
                return self
            await self.settle()
            await asyncio.sleep(0)
        raise AssertionError(f"it did not come to be; the screen is:\n{self.text}")

    async def sees(self, *texts: str) -> Self:
        """Wait until the screen shows all of these."""
        return await self.until(lambda: all(text in self.text for text in texts))


@asynccontextmanager
async def cockpit(
    tape: Tape,
    *,
    size: tuple[int, int] = (120, 40),
    live: bool = True,
    upto: int | None = None,
    theme: str = "",
    keymap: Mapping[str, str] | None = None,
    starting: Awaitable[None] | None = None,
    sends: bool = True,
    read_only: bool = False,
    diff: DiffOf | None = _diff,
    habits: Habits = Habits(),  # noqa: B008  # a value
) -> AsyncIterator[Robot]:
    """Open a cockpit on what was recorded, or on the first `upto` events of it; the clock stands where they end."""
    feed = Feed(tape.events[:upto], live=live)
    robot = Robot(feed, tape)

    async def send(command: Command) -> Reply:
        robot.sent.append(command)
        return robot.reply(command)

    rig = Rig(
        source=feed,
        live=live,
        send=send if live and sends and not read_only else None,
        read_only=read_only,
        diff=diff,
        engine_alive=lambda: robot.alive,
        starting=starting,
        now=lambda: feed.events[-1].at_wall if feed.events else 0,
        ticks=lambda: robot.ticks,
        theme=theme,
        keymap=dict(keymap or {}),
        habits=habits,
        keep=robot.kept.append,
    )
    robot.app = Cockpit(rig)
    async with robot.app.run_test(size=size, notifications=True) as pilot:
        robot.pilot = pilot
        await robot.settle()
        yield robot
