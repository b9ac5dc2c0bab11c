"""The README's picture, made by the cockpit itself from the sample's recorded run.

`python -m tests.readme.picture` draws it anew.
"""

import asyncio
import re
import shutil
import tempfile
from pathlib import Path

from tests.readme.key_table import README
from tests.tui.robot import Feed
from tmtui.events.agent import AgentSpoke
from tmtui.events.base import Recorded
from tmtui.events.commands import Command, Reply
from tmtui.events.decision import DecisionAnswered, DecisionOpened
from tmtui.store.reader import LogReader
from tmtui.tui.app import Cockpit
from tmtui.tui.ports import Rig


PICTURE = README.parent / ".github" / "cockpit.svg"
RECORDING = README.parent / "sample_projects" / "calculator" / "recorded" / "state.db"
SIZE = (118, 36)


def moment(events: list[Recorded]) -> list[Recorded]:
    """The run up to where one task asks and another one is being talked about."""
    asked = next(place for place, each in enumerate(events) if isinstance(each.event, DecisionOpened))
    later = [place for place, each in enumerate(events) if place > asked and isinstance(each.event, AgentSpoke)]
    answered = next(place for place, each in enumerate(events) if isinstance(each.event, DecisionAnswered))
    return events[: min([place for place in later if place < answered][-1:] or [asked]) + 1]


async def _nobody(_: Command) -> Reply:
    return Reply(ok=False)


async def draw() -> str:
    """The screen at that moment, as SVG without foreign fonts."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copyfile(RECORDING, Path(folder, "state.db"))
        with LogReader.open(Path(folder), idle=True) as reader:
            run = reader.runs()[0].run
            events = moment(list(reader.events(run)))
    rig = Rig(source=Feed(events, live=True), live=True, send=_nobody, now=lambda: events[-1].at_wall)
    cockpit = Cockpit(rig)
    async with cockpit.run_test(size=SIZE) as pilot:
        for _ in range(20):
            await pilot.pause(0.05)
        svg = cockpit.export_screenshot(title="tmtui run tasks.yml")
    return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)


if __name__ == "__main__":
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(asyncio.run(draw()))
