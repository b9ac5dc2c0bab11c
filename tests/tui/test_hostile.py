"""Text that wants to be more than text: in every field, in every pane. It is drawn, and nothing else happens."""

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from tests.state.strategies import damaged_by
from tests.tui.recordings import Tape, needs_you
from tests.tui.robot import Robot, cockpit
from tmtui.domain.limits import LimitNotice, Quota
from tmtui.domain.plan import Plan, Task
from tmtui.events.agent import AgentNoticed, AgentSpoke, AgentThought
from tmtui.events.attempt import AttemptMeasured, AttemptPrompted, FileChange
from tmtui.events.base import Recorded
from tmtui.events.commands import Reply
from tmtui.events.decision import DecisionOpened
from tmtui.events.hook import HookPrinted
from tmtui.events.money import MoneyWarned
from tmtui.events.monitor import Degraded, Troubled
from tmtui.events.request import LimitsTold, RequestWaiting
from tmtui.events.resilience import ProviderBroken
from tmtui.events.run import RunWaiting
from tmtui.events.tool import ToolPrinted, ToolStarted
from tmtui.state.fold import fold_all
from tmtui.tui.intents import NextTab, NextThatNeedsMe, ShowHelp
from tmtui.tui.pages.diff import diff_lines, diff_page
from tmtui.tui.ports import DiffUnavailableError
from tmtui.tui.units import Unit
from tmtui.tui.widgets.header import header_spans
from tmtui.tui.widgets.pane import TABS


MARK = "pwn"
PAYLOADS = (
    f"\x1b]0;{MARK}\x07",
    f"\x1b]52;c;{MARK}\x07",
    f"\x1b[2J\x1b[H{MARK}",
    f"\x1bP1$r{MARK}\x1b\\",
    f"\x9b2J{MARK}\x9c",
    f"\u202e{MARK}\u2066\u200b",
    f"[@click=app.quit]{MARK}[/] [/nope] [red {MARK}[/red] [/tmp]",
    f"{MARK}\x00\x08\x7f\r\n\t{MARK}",
    "".join(chr(0x300 + index % 40) for index in range(60)) + MARK,
)
HOSTILE = " ".join(PAYLOADS)


def tape_of(text: str) -> Tape:
    """A run each of whose texts is `text`, as if nobody had cleaned it before it was recorded."""
    task = Task(
        id="a", title=text, description=text, phase=text, path=text, acceptance_criteria=(text,), estimate=text
    )
    other = Task(id="b", title=text, phase=text, depends_on=("a",))
    tape = Tape(Plan(path=text, name=text, tasks=(task, other), hash="0"), sandbox="none")
    tape.add(Degraded(text, text, text))
    tape.add(Troubled(text, text, text))
    for _ in range(2):
        tape.fail_attempt("a", note=text)
    tape.start("a", note=text)
    tape.on("a", AttemptPrompted(text, text, "d"))
    for event in (AgentSpoke(text), AgentThought(text), AgentNoticed(text)):
        tape.on("a", event)
    tape.on("a", ToolStarted("t", text, '{"command": "x"}', text))
    tape.on("a", ToolPrinted("t", text))
    tape.on("a", ToolStarted("u", text, text, ""))
    tape.hook("a", passed=False)
    tape.on("a", HookPrinted("a:3:h", text))
    tape.on("a", AttemptMeasured("t", progressed=True, files=(FileChange(text, text, 1, 1),)))
    quotas = (Quota(text, limit=10, remaining=1, reset_ms=tape.now_ms + 9_000),)
    tape.on("a", LimitsTold(text, text, LimitNotice(quotas)))
    tape.on("a", RequestWaiting(text, text, text, text, tape.now_ms + 9_000))
    tape.add(ProviderBroken(text, "open", text, tape.now_ms + 9_000))
    tape.add(MoneyWarned(text, text, 1, 2, text))
    tape.add(RunWaiting(text, tape.now_ms + 9_000, text, text))
    tape.on("a", DecisionOpened("d", text, text, (text, text), falls=("b",), evidence=text))
    return tape


def permission_of(text: str) -> Tape:
    """An agent asks for something by that name, with that rule."""
    tape = tape_of(text)
    tape.start("a")
    question = DecisionOpened(
        "p", text, text, choices=("once", "always"), evidence=text, about="permission", subject=text, rule=text
    )
    tape.on("a", question)
    return tape


def assert_harmless(robot: Robot) -> None:
    for strip in robot.app.screen._compositor.render_strips():
        for segment in strip:
            assert not segment.control
            assert not any(ord(each) < 0x20 or 0x7F <= ord(each) < 0xA0 for each in segment.text), segment
            assert not set(segment.text) & set("\u202e\u2066\u200b\u200d\ufe0f"), segment
            if segment.style and segment.style.meta:
                assert "@click" not in segment.style.meta


@pytest.mark.parametrize("live", [True, False])
async def test_every_pane_draws_it_and_nothing_else_happens(live: bool) -> None:
    async def diff(_: str, __: str) -> str:
        return f"diff --git a/{HOSTILE} b/{HOSTILE}\n@@ -1 +1 @@\n-{HOSTILE}\n+{HOSTILE}\n"

    async with cockpit(tape_of(HOSTILE), live=live, diff=diff, size=(150, 50)) as robot:
        robot.ticks += 600.0
        await robot.settle()
        await robot.do(NextThatNeedsMe)
        for _ in TABS:
            await robot.do(NextTab)
            await robot.settle()
            assert MARK in robot.pane
            assert_harmless(robot)
        await robot.do(ShowHelp)
        assert_harmless(robot)
        assert robot.app.is_running


async def test_errors_and_replies_are_text_too() -> None:
    async def diff(_: str, __: str) -> str:
        raise DiffUnavailableError(HOSTILE)

    async with cockpit(needs_you(), diff=diff) as robot:
        robot.reply = lambda _: Reply(ok=False, message=HOSTILE)
        await robot.do(NextThatNeedsMe)
        await robot.press("d", "r")
        await robot.sees(MARK)
        assert_harmless(robot)
        robot.feed.break_off(HOSTILE)
        await robot.sees("the log is lost")
        assert_harmless(robot)


async def test_what_is_asked_to_be_allowed_is_drawn_and_nothing_else_happens() -> None:
    async with cockpit(permission_of(HOSTILE), size=(120, 40)) as robot:
        await robot.do(NextThatNeedsMe)
        assert_harmless(robot)
        await robot.press("v")
        assert_harmless(robot)
        await robot.press("tab", "5", "c", "4", "Z", "M", "E")
        assert_harmless(robot)
        await robot.press("m")
        assert_harmless(robot)
        assert robot.sent == []


@pytest.mark.parametrize(
    "text",
    [
        "日本語のタイトル",
        "🎉👩\u200d💻❤\ufe0f🏳\ufe0f\u200d🌈",
        "שלום עולם",
        "e\u0301" * 30,
        "\uff46\uff55\uff4c\uff4c",
    ],
)
async def test_titles_of_every_script_keep_the_screen_in_shape(text: str) -> None:
    for size in ((120, 30), (43, 20)):
        async with cockpit(tape_of(text), size=size) as robot:
            widths = {strip.cell_length for strip in robot.app.screen._compositor.render_strips()}
            assert widths == {size[0]}
            assert_harmless(robot)


async def test_pasted_text_is_made_safe() -> None:
    from textual import events  # noqa: PLC0415  # beside what it is about

    async with cockpit(needs_you()) as robot:
        await robot.do(NextThatNeedsMe)
        await robot.press("n")
        assert robot.app.screen.focused is not None
        robot.app.screen.focused.post_message(events.Paste("use \x1b[2Jsqrt\nand more"))
        await robot.settle()
        await robot.press("enter")
        (sent,) = robot.sent
        assert msgspec.to_builtins(sent)["note"] == "use ␛[2Jsqrt and more"


async def test_what_is_copied_holds_nothing_that_a_terminal_obeys() -> None:
    async with cockpit(tape_of(HOSTILE)) as robot:
        await robot.press("tab", "y")
        assert MARK in robot.app.clipboard
        assert not any(ord(each) < 0x20 and each != "\n" for each in robot.app.clipboard)


@given(st.text(max_size=400))
def test_no_diff_is_too_strange(text: str) -> None:
    assert len(list(diff_lines(text))) <= len(text.splitlines())
    page = diff_page(AttemptMeasured("t", progressed=True), text)
    assert not any("\x1b" in line.text for line in page)


@settings(max_examples=6)
@given(st.integers(0, 10_000))
def test_no_log_is_too_strange_for_the_screen(seed: int) -> None:
    import asyncio  # noqa: PLC0415  # the law is not asynchronous, what it tries is

    async def show(events: list[Recorded]) -> None:
        tape = Tape()
        tape.events = events
        async with cockpit(tape) as robot:
            await robot.press("j", "6", "5", "exclamation_mark")
            assert_harmless(robot)

    asyncio.run(show(damaged_by(seed, 80)))


def test_a_header_never_leaves_its_line() -> None:
    class View:
        state = fold_all(tape_of(HOSTILE).events)
        live = engine_alive = True
        lost = ""
        unit = Unit.WINDOW

        def now_ms(self) -> int:
            return self.state.updated_ms

    for width in range(1, 160):
        spans = header_spans(View(), width)
        assert spans
