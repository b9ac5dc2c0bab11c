"""Every command is reached: by its key, from the palette, and from the footer with the mouse."""

import inspect
import re
from collections.abc import Callable

import pytest
from textual.app import App, ComposeResult
from textual.command import CommandPalette
from textual.message import Message
from textual.message_pump import MessagePump
from textual.widget import Widget
from textual.widgets import Input

from tests.tui.recordings import Tape, asks_permission, needs_you, running, two_questions, waiting
from tests.tui.robot import Robot, cockpit
from tmtui.tui.app import Cockpit
from tmtui.tui.intents import INTENTS, GoOnNow, Intent, Needs, RetryAll, SkipAll, TakeFallback, Where
from tmtui.tui.keymap import keys_of
from tmtui.tui.palette import Commands, ThemeChoices
from tmtui.tui.screens.help import HelpPage, HelpScreen
from tmtui.tui.screens.run import RunScreen
from tmtui.tui.steering import ABORT, QUIT, STOP
from tmtui.tui.widgets.pane import Tab


AT_A_PERMISSION = [each for each in INTENTS.values() if each.ASKED == "permission"]
OF_SEVERAL = [RetryAll, SkipAll]
OF_A_WAIT = [GoOnNow, TakeFallback]
ELSEWHERE = (Where.CIRCUITS, Where.RUNS)
"""Keys of screens of their own, which have tests of their own."""
ORDINARY = [each for each in INTENTS.values() if each.WHERE not in (Where.QUESTION, *ELSEWHERE)]
ANSWERS = [each for each in INTENTS.values() if each.WHERE is Where.QUESTION]


async def go_to(robot: Robot, where: Where) -> None:
    """Give the focus to the pane whose keys these are."""
    screen = robot.screen
    owner = {Where.TREE: screen.tasks, Where.PANE: screen.pane, Where.DECISION: screen.decision}.get(where)
    if owner is not None:
        owner.focus()
        await robot.settle()


@pytest.fixture(name="heard")
def _heard(monkeypatch: pytest.MonkeyPatch) -> list[type[Message]]:
    """Every command that anybody posts, in order; none of them is carried out."""
    heard: list[type[Message]] = []
    for owner in (Widget, MessagePump):
        original = owner.post_message

        def post(self: Widget, message: Message, original: Callable[..., bool] = original) -> bool:
            if isinstance(message, Intent):
                heard.append(type(message))
                return True
            return original(self, message)

        monkeypatch.setattr(owner, "post_message", post)
    carry_out = RunScreen.perform

    def perform(self: RunScreen, intent: type[Intent]) -> None:
        if not intent.AT_ONCE:
            carry_out(self, intent)
        elif self.offers(intent):
            heard.append(intent)

    monkeypatch.setattr(RunScreen, "perform", perform)
    return heard


@pytest.mark.parametrize("live", [True, False])
async def test_every_command_is_reached_by_each_of_its_keys(live: bool, heard: list[type[Message]]) -> None:
    rest = [each for each in ORDINARY if each not in (*AT_A_PERMISSION, *OF_SEVERAL, *OF_A_WAIT)]
    for tape, intents in (
        (needs_you(), rest),
        (two_questions(), OF_SEVERAL),
        (waiting(), OF_A_WAIT),
        (asks_permission(), AT_A_PERMISSION),
    ):
        await every_key_reaches(tape, intents, heard, live=live)


async def every_key_reaches(
    tape: Tape, intents: list[type[Intent]], heard: list[type[Message]], *, live: bool
) -> None:
    strange = (Needs.REPLAY,) if live else (Needs.ENGINE, Needs.LIVE)
    async with cockpit(tape, live=live) as robot:
        robot.ticks += 600.0
        await robot.settle()
        for intent in intents:
            for key in keys_of(intent):
                await go_to(robot, intent.WHERE)
                heard.clear()
                await robot.pilot.press(key)
                if intent.NEEDS in strange:
                    assert intent not in heard, f"{key} for {intent.ID}"
                else:
                    assert heard == [intent], f"{key} for {intent.ID}"


@pytest.mark.parametrize("intent", ANSWERS, ids=lambda intent: intent.ID)
async def test_every_answer_is_reached_while_its_question_stands(
    intent: type[Intent], heard: list[type[Message]]
) -> None:
    async with cockpit(needs_you()) as robot:
        for question in (ABORT, STOP, QUIT):
            robot.screen.question.ask(question)
            await robot.settle()
            heard.clear()
            await robot.pilot.press(keys_of(intent)[0])
            if intent.ASKED in ("", question.name):
                assert heard == [intent]
            else:
                assert intent not in heard


async def test_every_hint_in_the_footer_works_with_the_mouse(heard: list[type[Message]]) -> None:
    async with cockpit(needs_you()) as robot:
        line = robot.of(robot.screen.footer)
        for hint in (*robot.screen.footer._hints, *robot.screen.footer._kept):
            at = line.find(f"{hint.key} {hint.word}")
            assert at >= 0, f"{hint} is not in {line!r}"
            heard.clear()
            await robot.pilot.click("Footer", offset=(at, 0))
            await robot.settle()
            assert heard == [hint.intent]


async def test_the_palette_offers_what_means_something_and_does_it() -> None:
    async with cockpit(running()) as robot:
        await robot.press("ctrl+p")
        assert isinstance(robot.app.screen, CommandPalette)
        await robot.type("show hooks")
        await robot.until(lambda: "Show hooks  (3)" in robot.text)
        await robot.press("enter")
        await robot.until(lambda: robot.screen.pane.tab is Tab.HOOKS)


async def test_the_palette_knows_every_command_that_is_not_a_mere_movement() -> None:
    for tape, live in ((needs_you(), True), (waiting(), True), (needs_you(), False)):
        async with cockpit(tape, live=live) as robot:
            offered = {intent for intent, _ in Commands(robot.screen)._offered()}
            strange = (Needs.REPLAY,) if live else (Needs.ENGINE, Needs.LIVE)
            all_but_runs = [each for each in INTENTS.values() if each.WHERE not in (Where.QUESTION, Where.RUNS)]
            wanted = {each for each in all_but_runs if each.PALETTE and each.NEEDS not in strange}
            unasked = {INTENTS["needs-me"]} if not robot.state.open_decisions else set()
            not_waiting = set(OF_A_WAIT) if not robot.state.holds else set()
            assert offered == wanted - unasked - not_waiting


async def test_the_page_of_keys_begins_with_those_of_the_pane_one_came_from() -> None:
    async with cockpit(running()) as robot:
        await robot.press("tab", "question_mark")
        assert isinstance(robot.app.screen, HelpScreen)
        lines = [line.strip(" │┃") for line in robot.of(robot.app.screen.query_one(HelpPage)).split("\n")]
        headings = [line for line in lines if line in {where.value for where in Where}]
        assert headings[0] == Where.PANE.value
        await robot.press("G")
        assert "Drag to select text" in robot.text
        await robot.press("escape")
        assert isinstance(robot.app.screen, RunScreen)


async def test_a_theme_is_chosen_and_worn() -> None:
    async with cockpit(running()) as robot:
        before = robot.screen.tasks.inks
        await robot.press("T")
        await robot.until(lambda: "Ink on paper" in robot.text)
        await robot.type("tmtui-light")
        await robot.until(lambda: "tmtui-dark" not in robot.text)
        await robot.press("enter")
        await robot.until(lambda: robot.app.theme == "tmtui-light")
        await robot.settle()
        assert robot.screen.tasks.inks is not before
        assert not robot.app.current_theme.dark
        assert set(robot.app.themes_to_choose()) >= {"ansi", "color-blind", "high-contrast", "nord"}
        assert ThemeChoices(robot.screen)._themes()


async def test_a_theme_that_cannot_be_had_is_told_and_the_default_worn() -> None:
    async with cockpit(running(), theme="neon") as robot:
        await robot.sees("there is no such theme")
        assert robot.app.theme == "tmtui-dark"


async def test_without_colour_nothing_is_coloured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with cockpit(needs_you()) as robot:
        strips = robot.app.screen._compositor.render_strips()
        styles = [segment.style for strip in strips for segment in strip if segment.style]
        assert {style.color and style.color.name for style in styles} <= {"default", None}
        assert {style.bgcolor and style.bgcolor.name for style in styles} <= {"default", None}
        assert "? calc-5" in robot.text


async def test_keys_can_be_given_to_other_keys() -> None:
    async with cockpit(running(), keymap={"run.pause": "f5", "tab.info": "i"}) as robot:
        await robot.press("p")
        assert robot.sent == []
        await robot.press("i")
        assert robot.screen.pane.tab is Tab.INFO
        assert "f5 pause".upper()[:2] in robot.of(robot.screen.footer)
        await robot.press("f5")
        assert len(robot.sent) == 1


async def test_a_bad_keymap_is_told() -> None:
    async with cockpit(running(), keymap={"run.pause": "x", "nonsense": "y"}) as robot:
        await robot.sees("the key x is given to both", "the keymap names 'nonsense'")


def our_classes() -> set[type]:
    """Every app, screen and widget of ours."""

    def below(kind: type[object]) -> set[type]:
        found: set[type] = set()
        for sub in kind.__subclasses__():
            found |= {sub, *below(sub)}
        return found

    return {kind for kind in below(MessagePump) if kind.__module__.startswith("tmtui.")}


def test_no_class_of_ours_takes_a_name_of_textuals_by_accident() -> None:
    meant = {
        "ALLOW_SELECT", "AUTO_FOCUS", "BINDINGS", "BLANK", "COMMANDS", "CSS_PATH", "DEFAULT_CSS",
        "ENABLE_COMMAND_PALETTE", "HORIZONTAL_BREAKPOINTS", "VERTICAL_BREAKPOINTS", "TITLE", "can_focus",
        "can_focus_children", "check_action", "compose", "get_selection", "handle_bindings_clash",
        "notify_style_update", "render_line", "render_lines", "refresh", "selection_updated", "_on_paste", "notify",
        "get_default_screen",
    }  # fmt: skip
    made_by_textual = {
        "_computes", "_css_type_name", "_css_type_names", "_decorated_handlers", "_inherit_bindings",
        "_inherit_component_classes", "_inherit_css", "_merged_bindings", "_reactives",
    }  # fmt: skip

    assert {Cockpit, RunScreen, HelpScreen} <= our_classes()
    for kind in our_classes():
        theirs = {name for base in kind.__mro__ if not base.__module__.startswith("tmtui.") for name in vars(base)}
        taken = {name for name in vars(kind) if not name.startswith("__")} & theirs
        assert taken <= meant | made_by_textual, kind


async def test_no_attribute_of_ours_takes_the_place_of_one_of_textuals() -> None:
    class Plain(App[None]):
        def compose(self) -> ComposeResult:
            yield Input()

    app = Plain()
    async with app.run_test():
        theirs = {name for each in (app, app.screen, app.query_one(Input)) for name in (*vars(each), *dir(each))}
    for kind in our_classes():
        assigned = set(re.findall(r"self\.(\w+)(?:: [^=\n]+)? = ", inspect.getsource(kind)))
        assert assigned & theirs <= {"display", "theme", "error_console"}, kind
