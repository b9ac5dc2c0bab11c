"""The keys: one for each command, none for two, none that destroys beside those that move."""

import re

import pytest
from textual.binding import Binding

from tmtui.tui.intents import INTENTS, Intent, Needs, Where, bindings
from tmtui.tui.keymap import clashes, key_label, keys_of, problems, sections


DESTRUCTIVE = {
    "run.stop",
    "decision.skip",
    "decision.abort",
    "answer.abort",
    "answer.stop",
    "answer.stop-now",
    "answer.stop-quit",
    "answer.stop-task",
    "task.stop",
}
MOVEMENTS = set("hjklgGnN") | {"up", "down", "left", "right", "home", "end", "pageup", "pagedown", "space", "enter"}


@pytest.mark.parametrize("intent", INTENTS.values(), ids=INTENTS)
def test_every_command_explains_itself(intent: type[Intent]) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*(\.[a-z]+(-[a-z]+)*)?", intent.ID)
    assert re.fullmatch(r"[A-Z].*\.", intent.help())
    assert intent.title()
    assert keys_of(intent)
    binding = intent.binding()
    assert (binding.id, binding.tooltip) == (intent.ID, intent.help())


def test_no_key_means_two_things_at_once() -> None:
    assert [str(clash) for clash in clashes()] == []


def test_nothing_is_destroyed_by_a_key_that_moves() -> None:
    assert set(INTENTS) >= DESTRUCTIVE
    held = {key for name in DESTRUCTIVE for key in keys_of(INTENTS[name])}
    assert not held & MOVEMENTS


def test_ctrl_c_ends_nothing() -> None:
    owners = [each.ID for each in INTENTS.values() if "ctrl+c" in keys_of(each)]
    assert owners == ["copy.selection"]


def test_a_tasks_fate_is_decided_only_in_the_bar_that_asks() -> None:
    for name in ("decision.retry", "decision.skip", "decision.abort"):
        assert INTENTS[name].WHERE is Where.DECISION
        assert INTENTS[name].NEEDS is Needs.ENGINE


def test_a_persons_keymap_is_checked() -> None:
    assert problems({"run.pause": "f5"}) == []
    assert problems({"no.such": "f5"}) == ["the keymap names 'no.such', and there is no such command"]
    (clash,) = problems({"run.pause": "x"})
    assert clash == "the key x is given to both 'run.pause' and 'run.stop'"


def test_the_same_key_may_mean_something_else_in_another_pane() -> None:
    assert problems({"decision.retry": "w"}) == []
    assert problems({"tree.down": "w"}) == []
    assert problems({"tab.next": "w"}) != []
    assert problems({"replay.step": "p"}) == []


@pytest.mark.parametrize(
    ("key", "label"),
    [
        ("ctrl+p", "^p"),
        ("shift+tab", "⇧tab"),
        ("exclamation_mark", "!"),
        ("question_mark", "?"),
        ("f1", "F1"),
        ("f", "f"),
        ("left", "←"),
        ("super+c", "⌘c"),
    ],
)
def test_keys_are_written_as_people_write_them(key: str, label: str) -> None:
    assert key_label(key) == label


def test_the_page_of_keys_holds_every_command_that_can_be_meant() -> None:
    live = [title for title, keys, _ in sections(Where, live=True) if keys]
    assert len(live) == sum(each.NEEDS is not Needs.REPLAY for each in INTENTS.values())
    played = {title for title, keys, _ in sections(Where, live=False) if keys}
    assert "Stop run" not in played
    assert "Next failure" in played


def test_bindings_are_made_from_the_commands() -> None:
    made = bindings(Where.TREE)
    assert {each.id for each in made if isinstance(each, Binding)} == {
        each.ID for each in INTENTS.values() if each.WHERE is Where.TREE
    }
