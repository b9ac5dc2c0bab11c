from pathlib import Path

import pytest
import yaml
from rich.style import Style
from textual.color import Color

from tests.tui.recordings import running
from tests.tui.robot import cockpit
from tmtui.domain.problem import Problem
from tmtui.tui.paint import Ink
from tmtui.tui.themes import (
    COLOR_NAMES,
    DEFAULT_INKS,
    DEFAULT_THEME,
    NO_COLOR_INKS,
    NO_COLOR_THEME,
    STATUS_INKS,
    ThemeError,
    ThemeFile,
    ink_style,
    load_theme,
    load_themes,
    palette,
    parse_theme,
    read_flat,
    textual_theme,
    theme_folders,
)


FILES = sorted((Path(__file__).parents[2] / "themes").glob("*.yml"))
GROUNDS = ("background", "surface", "panel", "selection")
READABLE = 4.5
"""The contrast that text needs (WCAG AA)."""

GOOD = (Path(__file__).parents[2] / "themes" / "high-contrast.yml").read_text()


def contrast(front: Color, back: Color) -> float:
    def light(color: Color) -> float:
        parts = [part / 255 for part in color.rgb]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dark = sorted((light(front), light(back)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def front_of(style: Style) -> Color:
    assert style.color is not None
    return Color.from_rich_color(style.color)


THEMES = [parse_theme(path.read_text(), str(path)) for path in FILES]

each_theme = pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
each_colored_theme = pytest.mark.parametrize(
    "theme", [theme for theme in THEMES if not theme.ansi], ids=lambda theme: theme.name
)
"""In the others the terminal chooses what the sixteen colours look like."""


def test_there_are_light_dark_strong_safe_and_plain_ones() -> None:
    names = {path.stem for path in FILES}
    assert names >= {"tmtui-dark", "tmtui-light", "high-contrast", "color-blind", "ansi"}
    assert names >= {"high-contrast-light", "color-blind-light", "nord", "gruvbox"}
    assert {DEFAULT_THEME, NO_COLOR_THEME} <= names


@each_colored_theme
def test_every_status_can_be_read_on_every_ground(theme: ThemeFile) -> None:
    colors = palette(theme)
    inks = (
        *STATUS_INKS,
        Ink.TEXT,
        Ink.MUTED,
        Ink.GOOD,
        Ink.BAD,
        Ink.WARN,
        Ink.KEY,
        Ink.TITLE,
        Ink.THOUGHT,
        Ink.ADDED,
    )
    for ink in inks:
        for ground in GROUNDS:
            ratio = contrast(front_of(colors[ink]), Color.parse(theme.colors[ground]))
            assert ratio >= READABLE, f"{ink} on {ground}: {ratio:.1f}"


@pytest.mark.parametrize("ink", [Ink.BADGE, Ink.ALARM, Ink.MATCH, Ink.MATCH_HERE])
@each_colored_theme
def test_what_has_a_ground_of_its_own_can_be_read_on_it(theme: ThemeFile, ink: Ink) -> None:
    style = palette(theme)[ink]
    assert style.bgcolor is not None
    assert contrast(front_of(style), Color.from_rich_color(style.bgcolor)) >= READABLE


@each_theme
def test_our_own_files_need_no_yaml_and_mean_the_same_with_it(theme: ThemeFile) -> None:
    path = next(path for path in FILES if path.stem == theme.name)
    flat = read_flat(path.read_text())
    assert flat is not None
    assert flat == yaml.safe_load(path.read_text())


@each_theme
def test_every_theme_can_be_given_to_textual(theme: ThemeFile) -> None:
    colors = textual_theme(theme).to_color_system().generate()
    assert colors["background"]
    assert colors["ansi-background"]
    assert set(theme.colors) == set(COLOR_NAMES)
    assert theme.about


def test_a_file_of_ones_own_may_use_all_of_yaml() -> None:
    text = GOOD.replace("about: ", "# mine\nabout: >-\n  ") + "  accent: &a bold $primary\n"
    assert read_flat(text) is None
    assert parse_theme(text, "mine.yml").inks[Ink.ACCENT] == "bold $primary"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 0, "`name` is missing"),
        ("- a\n", 0, "a theme is a mapping"),
        ("name: Big Name\n", 1, "`name` is missing, or holds more"),
        ("name: x\ncolours:\n  a: b\n", 2, "unknown key 'colours'"),
        ("name: x\ncolors: 7\n", 2, "`colors` is not a mapping"),
        ("name: x\ncolors:\n  background: red\n", 2, "`colors` lacks surface"),
        (GOOD.replace("#d0d0d0", "no-such-colour"), 9, "'no-such-colour' is no colour"),
        (GOOD.replace("bold $warning", "bold $nothing"), 20, "'$nothing' is neither"),
        (GOOD + "  muted: red blue\n", 21, "'blue' is one word too many"),
        (GOOD + "  glow: red\n", 21, "unknown key 'glow'"),
        ("name: [\n", 2, "expected the node content"),
        ("name: \x1b[2J: [\n", 0, "this is not YAML"),
    ],
)
def test_a_bad_file_is_refused_with_its_place(text: str, line: int, message: str) -> None:
    with pytest.raises(ThemeError) as caught:
        parse_theme(text, "bad.yml")
    problem = caught.value.problem
    assert (problem.path, problem.line) == ("bad.yml", line)
    assert message in problem.message
    assert "\x1b" not in str(problem)


@pytest.mark.parametrize(
    "words", ["bold", "red on blue", "$primary", "bold italic $a on #112233", "on $a", "", "dim"]
)
def test_an_inks_words_are_attributes_a_colour_and_a_ground(words: str) -> None:
    ink_style(words, {"primary": "#ffffff", "a": "ansi_red"})


@pytest.mark.parametrize("words", ["bold bald", "red blue", "red on", "on red blue", "$b"])
def test_other_words_are_refused(words: str) -> None:
    with pytest.raises(ValueError, match="is"):
        ink_style(words, {"a": "red"})


def test_every_ink_has_a_style_and_without_colour_what_matters_still_stands_out() -> None:
    assert set(DEFAULT_INKS) == set(Ink)
    bare = palette(THEMES[0], no_color=True)
    assert all(bare[ink].color is None and bare[ink].bgcolor is None for ink in Ink)
    for ink in (Ink.CURSOR, Ink.ALARM, Ink.NEEDS_YOU, Ink.FAILED, Ink.MATCH_HERE):
        assert bare[ink] != Style()
        assert ink in NO_COLOR_INKS


def test_a_theme_of_ones_own_wins_and_a_bad_one_is_a_problem(tmp_path: Path) -> None:
    mine = tmp_path / ".config" / "tmtui" / "themes"
    mine.mkdir(parents=True)
    (mine / "tmtui-dark.yml").write_text(
        GOOD.replace("name: high-contrast", "name: tmtui-dark").replace("#1a1a1a", "#010203")
    )
    (mine / "broken.yml").write_text("name: broken\n")
    (mine / "bytes.yml").write_bytes(b"\xff\xfe")
    folders = theme_folders(tmp_path)
    found = load_theme("tmtui-dark", folders)
    assert isinstance(found, ThemeFile)
    assert found.colors["panel"] == "#010203"
    themes, problems = load_themes(folders)
    assert themes["tmtui-dark"] == found
    assert sorted(Path(problem.path).name for problem in problems) == ["broken.yml", "bytes.yml"]
    assert isinstance(load_theme("broken", folders), Problem)


@pytest.mark.parametrize("name", ["nothing", "../../etc/passwd", "\x1b[2J", ""])
def test_a_theme_that_does_not_exist_is_a_problem_that_names_those_that_do(name: str, tmp_path: Path) -> None:
    found = load_theme(name, theme_folders(tmp_path))
    assert isinstance(found, Problem)
    assert "tmtui-dark" in found.hint


# Editing the theme that is worn.


async def test_an_edited_theme_is_worn_at_once_and_a_bad_edit_keeps_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "tmtui" / "themes"
    folder.mkdir(parents=True)
    mine = GOOD.replace("name: high-contrast", "name: mine")
    (folder / "mine.yml").write_text(mine)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    async with cockpit(running(), theme="mine") as robot:
        robot.app._look_at_theme()
        assert robot.app.theme == "mine"
        (folder / "mine.yml").write_text(mine.replace('"#66d9ff"', '"#123456"'))
        robot.app._look_at_theme()
        await robot.settle()
        assert robot.app.current_theme.primary == "#123456"
        assert robot.app.theme_name == "mine"
        assert front_of(robot.screen.tasks.inks.style(Ink.TITLE)).hex == "#123456"
        (folder / "mine.yml").write_text(mine.replace('"#66d9ff"', "no colour at all"))
        robot.app._look_at_theme()
        await robot.sees("is no colour")
        assert robot.app.current_theme.primary == "#123456"
        robot.app._look_at_theme()
        (folder / "mine.yml").write_text(mine)
        robot.app._look_at_theme()
        assert robot.app.current_theme.primary == "#66d9ff"
