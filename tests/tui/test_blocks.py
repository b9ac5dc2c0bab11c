"""Calls that are folded, code among words, and what reads like an error."""

import pytest
from hypothesis import given, strategies as st

from tests.tui.recordings import Tape, needs_you, running
from tests.tui.robot import cockpit
from tmtui.events.agent import AgentSpoke
from tmtui.state.lines import LineKind, Lines
from tmtui.tui.blocks import Blocks, Fences, Folds
from tmtui.tui.intents import (
    Copy,
    FoldAll,
    FoldCall,
    NextCall,
    NextError,
    OpenInEditor,
    OpenTask,
    PreviousCall,
    Search,
    ShowAttempts,
    ShowHooks,
    TextTop,
    ToggleProse,
)
from tmtui.tui.mishaps import looks_wrong
from tmtui.tui.paint import shown
from tmtui.tui.prose import prose
from tmtui.tui.viewport import Viewport
from tmtui.tui.widgets.pane import Tab


KINDS = {
    "c": LineKind.CALL,
    "i": LineKind.INPUT,
    "p": LineKind.PRINTED,
    "g": LineKind.GOOD,
    "b": LineKind.BAD,
    "s": LineKind.SAID,
    "w": LineKind.WARN,
    "-": LineKind.BLANK,
}


def text_of(kinds: str) -> Lines:
    lines = Lines()
    for number, each in enumerate(kinds):
        lines.add(KINDS[each], f"{each}{number}")
    return lines


def seen(view: Viewport) -> str:
    return "".join(row.text[0] for row in view.rows())


def test_a_call_goes_from_its_head_to_its_verdict() -> None:
    blocks = Blocks(text_of("ss-cipppg-scpb-c"))
    assert blocks.heads() == [3, 11, 15]
    assert [blocks.head_of(number) for number in (0, 2, 3, 5, 8, 9, 10, 12, 13, 15)] == [
        None, None, 3, 3, 3, None, None, 11, 11, 15,
    ]  # fmt: skip
    assert blocks.stop_of(3) == 8
    assert [blocks.beside(9, step) for step in (1, -1)] == [11, 3]
    assert [blocks.beside(3, -1), blocks.beside(15, 1)] == [None, None]


def test_a_call_that_still_runs_grows() -> None:
    lines = text_of("cip")
    blocks = Blocks(lines)
    assert blocks.stop_of(0) == 3
    lines.add(LineKind.PRINTED, "p")
    assert blocks.stop_of(0) == 4
    lines.add(LineKind.GOOD, "g")
    assert blocks.stop_of(0) == 4


def test_what_is_folded_takes_one_row_and_says_how_much_it_hides() -> None:
    view = Viewport(text_of("s-cipppg-s"), tails=True)
    view.resize(40, 20)
    view.folds.turn(2)
    rows = [row for row in view.rows() if row.kind is not LineKind.BLANK]
    assert [(row.kind.value, row.hidden) for row in rows] == [("said", 0), ("call", 4), ("good", 0), ("said", 0)]
    view.folds.turn(2)
    assert len(view.rows()) == 10


def test_a_call_without_a_body_is_not_folded() -> None:
    folds = Folds(Blocks(text_of("cg")))
    folds.turn_all()
    assert not folds.folded(0)


def test_going_to_a_hidden_line_unfolds_its_call() -> None:
    view = Viewport(text_of("cppppppg-s"), tails=True)
    view.resize(40, 4)
    view.folds.turn_all()
    view.to_line(4)
    assert any(row.number == 4 for row in view.rows())


@given(st.text("cipgsb-w", max_size=60), st.sets(st.integers(0, 59)), st.integers(1, 7), st.booleans())
def test_a_walk_down_meets_what_is_not_hidden_and_a_walk_up_the_same(
    kinds: str, turned: set[int], height: int, every: bool
) -> None:
    view = Viewport(text_of(kinds), tails=True)
    view.resize(30, height)
    if every:
        view.folds.turn_all()
    for each in turned:
        if each < len(kinds) and kinds[each] == "c":
            view.folds.turn(each)
    wanted = [number for number in range(len(kinds)) if view.folds.hiding(number) is None]
    view.to_top()
    down = [row.number for row in view.rows()]
    while not view.at_end:
        view.scroll(1)
        down += [row.number for row in view.rows() if row.number > down[-1]]
    assert down == wanted
    up = [row.number for row in view.rows()]
    while view.rows() and view.rows()[0].number > wanted[0]:
        view.scroll(-1)
        up[:0] = [row.number for row in view.rows() if row.number < up[0]]
    assert up == wanted


def test_code_goes_from_fence_to_fence_within_one_message() -> None:
    lines = Lines()
    lines.write(LineKind.SAID, "see\n```python\nx = **y**\n```\nthen\n```\nopen\n")
    lines.gap()
    lines.write(LineKind.SAID, "**another** message\n")
    fences = Fences(lines)
    code = [number for number in range(lines.end) if fences.code_at(number)]
    assert code == [1, 2, 3, 5, 6]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("## The plan", "The plan"),
        ("# **Bold** head", "Bold head"),
        ("- one", "• one"),
        ("  * `two` and **three**", "  • two and three"),
        ("1. first", "1. first"),
        ("> quoted", "▏ quoted"),
        ("use `math.sqrt` here", "use math.sqrt here"),
        ("__init__ and a_b_c stay", "__init__ and a_b_c stay"),
        ("2 * 3 * 4 and ** alone", "2 * 3 * 4 and ** alone"),
        ("#hashtag", "#hashtag"),
        ("a `b", "a `b"),
        ("", ""),
    ],
)
def test_the_signs_of_markdown_become_looks(written: str, read: str) -> None:
    assert prose(written).text == read


def test_code_is_left_as_it_is() -> None:
    assert prose("x = **kwargs", code=True).text == "x = **kwargs"


@given(st.text(max_size=80).map(shown), st.booleans())
def test_no_line_grows_and_every_look_lies_within_it(text: str, code: bool) -> None:
    made = prose(text, code=code)
    assert len(made.text) <= len(text)
    for each in made.inks:
        assert 0 <= each.start <= each.stop <= len(made.text)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("E   ZeroDivisionError: division by zero", True),
        ("FAILED tests/test_calc.py::test_root", True),
        ("Traceback (most recent call last):", True),
        ("ValueError: bad", True),
        ("src/main.c:12:5: error: expected ';'", True),
        ("error[E0308]: mismatched types", True),
        ("npm ERR! code 1", True),
        ("5 passed in 0.11s", False),
        ("0 errors", False),
        ("errors: 0", False),
        ("failed: 0", False),
        ("Everything is fine", False),
        ("", False),
    ],
)
def test_errors_are_told_from_other_output(text: str, wrong: bool) -> None:
    assert looks_wrong(text) is wrong


async def test_a_call_is_pointed_at_folded_and_copied() -> None:
    async with cockpit(running()) as robot:
        await robot.do(OpenTask)
        await robot.do(PreviousCall)
        await robot.do(Copy)
        assert robot.app.clipboard.startswith("$ python -m pytest -q\n....F")
        assert robot.app.clipboard.endswith("exit code 1 · 1.2 s")
        await robot.do(FoldCall)
        assert "▸ $ python -m pytest -q  … 3 lines" in robot.pane
        assert "ZeroDivisionError" not in robot.pane
        assert "✗ exit code 1" in robot.pane
        await robot.do(PreviousCall)
        await robot.do(NextCall)
        await robot.do(FoldCall)
        assert "ZeroDivisionError" in robot.pane


async def test_every_call_folds_at_once_and_a_search_unfolds_what_it_finds() -> None:
    async with cockpit(running()) as robot:
        await robot.do(OpenTask)
        await robot.do(FoldAll)
        assert "+ return a / b" not in robot.pane
        assert "ZeroDivisionError" not in robot.pane
        await robot.do(Search)
        await robot.type("division by")
        await robot.press("enter")
        assert "ZeroDivisionError: division by zero" in robot.pane
        assert "+ return a / b" not in robot.pane


async def test_a_click_folds_a_call() -> None:
    async with cockpit(running()) as robot:
        await robot.do(OpenTask)
        row = next(y for y, line in enumerate(robot.of(robot.screen.pane).split("\n")) if "● edit" in line)
        await robot.pilot.click("Pane", offset=(6, row))
        await robot.settle()
        assert "▸ edit calc.py  … 3 lines" in robot.pane


async def test_the_first_error_is_a_key_away_and_then_the_next() -> None:
    async with cockpit(needs_you()) as robot:
        await robot.press("G", "k")
        await robot.do(ShowHooks)
        await robot.do(OpenTask)
        await robot.do(NextError)
        pane = robot.screen.pane
        assert pane.view.text(pane.match) == "E   ZeroDivisionError: division by zero"
        await robot.do(NextError)
        assert pane.view.text(pane.match).startswith("pytest exited with code 1")
        await robot.do(NextError)
        assert pane.view.text(pane.match) == "E   ZeroDivisionError: division by zero"


async def test_where_nothing_went_wrong_that_is_said() -> None:
    tape = Tape()
    tape.start("calc-1")
    async with cockpit(tape) as robot:
        await robot.do(OpenTask)
        await robot.do(NextError)
        await robot.sees("nothing here reads like an error")


async def test_words_are_shown_as_they_are_read_or_as_they_were_written() -> None:
    tape = running()
    tape.on("calc-3", AgentSpoke("## Next\n- handle **zero**\n```\nif b == **0**:\n```\n"))
    async with cockpit(tape) as robot:
        for part in ("Next", "• handle zero", "if b == **0**:"):
            assert part in robot.pane
        assert "## Next" not in robot.pane
        await robot.do(OpenTask)
        await robot.do(ToggleProse)
        assert "## Next" in robot.pane
        assert "- handle **zero**" in robot.pane


async def test_an_attempts_row_opens_its_output() -> None:
    async with cockpit(needs_you()) as robot:
        await robot.press("G", "k")
        await robot.do(ShowAttempts)
        await robot.do(OpenTask)
        await robot.press("k")
        await robot.do(FoldCall)
        assert robot.screen.pane.tab is Tab.OUTPUT
        await robot.until(lambda: "attempt 2 of 3" in robot.pane)


async def test_the_text_opens_in_an_editor_at_the_line_in_sight(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[tuple[str, str, int]] = []

    def edit(_: object, text: str, name: str, line: int) -> str:
        opened.append((text, name, line))
        return text

    monkeypatch.setattr("tmtui.tui.editor.edit", edit)
    async with cockpit(running()) as robot:
        await robot.do(OpenTask)
        await robot.do(TextTop)
        await robot.press("j", "j")
        await robot.do(OpenInEditor)
        ((text, name, line),) = opened
        assert name == "calc-3-output.txt"
        assert line == 1 or text.split("\n")[line - 1] in robot.pane
        assert "ZeroDivisionError" in text
        assert robot.sent == []
