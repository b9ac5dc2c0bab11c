"""A few moments as pictures. `--snapshot-update` takes them anew, after somebody has looked at them."""

import pytest
from pytest_textual_snapshot import SVGImageExtension
from syrupy.assertion import SnapshotAssertion

from tests.tui.recordings import Tape, asks_permission, finished, needs_you, running, troubled
from tests.tui.robot import cockpit
from tmtui.domain.limits import LimitNotice, Quota
from tmtui.domain.plan import Plan, Task
from tmtui.events.money import MoneyWarned
from tmtui.events.request import LimitsTold
from tmtui.events.resilience import ProviderBroken
from tmtui.events.run import RunWaiting
from tmtui.tui.intents import Compare, FoldAll, NextDecision, NextThatNeedsMe, OpenTask, PlayOrHold, ShowAttempts


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


def hemmed_in() -> Tape:
    """A run that waits for a limit while a circuit is open and a budget nearly used up."""
    tape = running()
    quotas = (
        Quota("requests", limit=50, remaining=0, reset_ms=tape.now_ms + 38_000),
        Quota("input_tokens", limit=400_000, remaining=310_000, reset_ms=tape.now_ms + 38_000),
    )
    tape.on("calc-3", LimitsTold("anthropic", "claude-sonnet-5-5", LimitNotice(quotas)))
    tape.add(ProviderBroken("anthropic/claude-opus-5", "open", "5 failures in a minute", tape.now_ms + 22_000))
    tape.add(MoneyWarned("day", "critical", 9_100_000, 10_000_000))
    wait = RunWaiting("rate_limit", tape.now_ms + 38_000, "anthropic/claude-sonnet-5-5", "50 of 50 requests")
    tape.add(wait)
    return tape


def many_scripts() -> Tape:
    """Titles that are wide, joined, or written from the right."""
    titles = (
        "日本語のタイトルを直す",
        "Emoji 🎉 and 👩\u200d💻",
        "שלום עולם",
        "A title that is far too long for its row",
    )
    tasks = tuple(Task(id=f"t-{n}", title=title, phase="Ünïcode") for n, title in enumerate(titles))
    return Tape(Plan(path="tasks.yml", name="scripts", tasks=tasks, hash="0"))


@pytest.mark.parametrize("theme", ["tmtui-dark", "high-contrast-light"])
async def test_a_permission_is_asked(picture: SnapshotAssertion, theme: str) -> None:
    async with cockpit(asks_permission(), size=(120, 36), theme=theme) as robot:
        await robot.do(NextThatNeedsMe)
        assert robot.app.export_screenshot() == picture


@pytest.mark.parametrize("width", [60, 120, 200])
async def test_waiting_for_a_limit_beside_an_open_circuit(picture: SnapshotAssertion, width: int) -> None:
    async with cockpit(hemmed_in(), size=(width, 36), theme="nord") as robot:
        assert robot.app.export_screenshot() == picture


async def test_two_attempts_side_by_side(picture: SnapshotAssertion) -> None:
    async with cockpit(needs_you(), size=(160, 40), theme="gruvbox") as robot:
        await robot.press("G", "k")
        await robot.do(ShowAttempts)
        await robot.do(OpenTask)
        await robot.do(Compare)
        assert robot.app.export_screenshot() == picture


async def test_calls_folded(picture: SnapshotAssertion) -> None:
    async with cockpit(running(), size=(120, 30), theme="color-blind-light") as robot:
        await robot.do(OpenTask)
        await robot.do(FoldAll)
        assert robot.app.export_screenshot() == picture


async def test_titles_of_every_script(picture: SnapshotAssertion) -> None:
    async with cockpit(many_scripts(), size=(80, 20)) as robot:
        assert robot.app.export_screenshot() == picture


async def test_without_colour(picture: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with cockpit(needs_you(), size=(100, 30)) as robot:
        await robot.do(NextThatNeedsMe)
        assert robot.app.export_screenshot() == picture
