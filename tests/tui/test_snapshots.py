"""A few moments as pictures. `--snapshot-update` takes them anew, after somebody has looked at them."""

import pytest
from pytest_textual_snapshot import SVGImageExtension
from syrupy.assertion import SnapshotAssertion

from tests.tui.recordings import Tape, finished, needs_you, running, troubled
from tests.tui.robot import cockpit
from tmtui.tui.intents import NextDecision, NextThatNeedsMe, PlayOrHold


@pytest.fixture(name="picture")
def _picture(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(SVGImageExtension)


async def test_running(picture: SnapshotAssertion) -> None:
    async with cockpit(running(), size=(120, 40)) as robot:
        assert robot.app.export_screenshot() == picture


async def test_needs_you(picture: SnapshotAssertion) -> None:
    async with cockpit(needs_you(), size=(120, 40)) as robot:
        await robot.do(NextThatNeedsMe)
        assert robot.app.export_screenshot() == picture


async def test_finished(picture: SnapshotAssertion) -> None:
    async with cockpit(finished(), size=(80, 24)) as robot:
        assert robot.app.export_screenshot() == picture


async def test_replay_held_at_a_question(picture: SnapshotAssertion) -> None:
    async with cockpit(finished(), size=(120, 40), live=False) as robot:
        await robot.do(PlayOrHold)
        await robot.do(NextDecision)
        assert robot.app.export_screenshot() == picture


@pytest.mark.parametrize("theme", ["tmtui-dark", "tmtui-light"])
async def test_forty_columns(picture: SnapshotAssertion, theme: str) -> None:
    async with cockpit(needs_you(), size=(40, 24), theme=theme) as robot:
        assert robot.app.export_screenshot() == picture


async def test_poor_surroundings(picture: SnapshotAssertion) -> None:
    async with cockpit(troubled(), size=(120, 30), theme="color-blind") as robot:
        assert robot.app.export_screenshot() == picture


async def test_before_there_is_anything(picture: SnapshotAssertion) -> None:
    tape = Tape()
    async with cockpit(tape, size=(80, 24), upto=0) as robot:
        assert robot.app.export_screenshot() == picture
