"""Documents held against a model: every fault is named, placed, and told once."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

import pytest

from tmtui.domain.hook import Hook
from tmtui.system.documents import parse_document
from tmtui.system.documents.hooks import HookUse, HookWritten, lay_over, make_hook, name_for, resolve_uses
from tmtui.system.documents.judged import json_schema
from tmtui.system.documents.schema import Reading, scalar_fields, snake_case
from tmtui.system.documents.values import OneOrMany, Seconds
from tmtui.system.documents.written import Between, Written


class Leg(Written):
    name: str | None = None
    length: Annotated[int, Between(1, 100)] | None = None
    pause: Seconds | None = None
    spellings: ClassVar[Mapping[str, str]] = {"metres": "length"}


class Walk(Written):
    title: str | None = None
    far: bool | None = None
    pace: Literal["slow", "fast"] | None = None
    legs: list[Leg] | None = None
    by_day: dict[str, Leg] | None = None
    friends: OneOrMany[str] | None = None
    best_leg: Leg | None = None
    notes: Any = None


def read(text: str) -> Reading[Walk]:
    return Reading(parse_document(text.encode(), "w.yml"), Walk)


def told(reading: Reading[Walk]) -> list[tuple[int, int, str]]:
    return [(each.line, each.column, each.message) for each in sorted(reading.problems)]


def test_text_fields_take_the_words_as_they_are_written() -> None:
    said = read("title: 012\nfriends: [no, 1e3, 2026-11-20, 1:30, true]\n").said
    assert said.title == "012"
    assert said.friends == ["no", "1e3", "2026-11-20", "1:30", "true"]


@pytest.mark.parametrize(
    ("word", "value"), [("yes", True), ("no", False), ("on", True), ("off", False), ("True", True)]
)
def test_a_field_for_yes_or_no_takes_the_words_that_yaml_had_for_it(word: str, value: bool) -> None:
    assert read(f"far: {word}\n").said.far is value


def test_keys_are_taken_in_every_usual_spelling() -> None:
    text = "legs: [{METRES: 1}, {length: 2}]\nbyDay: {Mon Day: {length: 3}}\nbest-leg: {Length: 4}\nx-own: 1\n"
    reading = read(text)
    assert reading.problems == []
    assert reading.said.as_said() == {
        "legs": [{"length": 1}, {"length": 2}],
        "by_day": {"Mon Day": {"length": 3}},
        "best_leg": {"length": 4},
    }
    assert [snake_case(key) for key in ("dependsOn", "depends-on", "DEPENDS_ON")] == ["depends_on"] * 3


def test_a_list_may_be_written_as_its_only_item() -> None:
    assert read("friends: Ann\n").said.friends == ["Ann"]
    assert read("friends:\n").said.friends is None
    assert told(read("friends: {a: 1}\n")) == [(1, 10, "item 1 of `friends` must be text, not a mapping")]


def test_a_key_without_a_value_is_as_good_as_not_written() -> None:
    assert read("title:\nfar: ~\nlegs: null\n").said.as_said() == {}


def test_a_field_for_anything_gets_plain_values() -> None:
    assert read("notes: {a: [1, 2.5, true, no, ~]}\n").said.notes == {"a": [1, 2.5, True, "no", None]}


def test_unknown_keys_are_warnings_that_name_the_nearest() -> None:
    reading = read("titel: x\nlegs:\n  - lenght: 3\n")
    assert told(reading) == [(1, 1, "unknown key `titel`"), (3, 5, "unknown key `lenght`")]
    assert all(problem.warning for problem in reading.problems)
    assert "`length`" in sorted(reading.problems)[1].hint


def test_every_fault_is_told_where_it_is_and_the_rest_is_kept() -> None:
    reading = read(
        "title: [x]\n"
        "far: maybe\n"
        "pace: fats\n"
        "legs:\n"
        "  - {name: a, length: many}\n"
        "  - [b]\n"
        "  - {name: c, length: 101, pause: soon}\n"
        "  - {name: d}\n"
        "byDay:\n"
        "  mon: 3\n"
        "  tue: {metres: 0}\n"
        "friends: [a, [b]]\n"
        "legz: 1\n"
    )
    assert told(reading) == [
        (1, 8, "`title` must be text, not a list"),
        (2, 6, "`far` must be true or false, not 'maybe'"),
        (3, 7, "`pace` must be one of slow, fast, not 'fats'"),
        (5, 23, "`length` must be a whole number, not 'many'"),
        (6, 5, "item 2 of `legs` must be a mapping, not a list"),
        (7, 23, "`length` must be at most 100, not '101'"),
        (7, 35, "`pause` must be a time, not 'soon'"),
        (10, 8, "`mon` must be a mapping, not '3'"),
        (11, 17, "`length` must be at least 1, not '0'"),
        (12, 14, "item 2 of `friends` must be text, not a list"),
        (13, 1, "unknown key `legz`"),
    ]
    assert sorted(reading.problems)[2].hint == "Did you mean `fast`?"
    assert reading.said.as_said() == {
        "legs": [{"name": "a"}, {}, {"name": "c"}, {"name": "d"}],
        "by_day": {"tue": {}},
    }
    assert reading.faulty(("legs", 1))
    assert not reading.faulty(("legs", 3))


@pytest.mark.parametrize("text", ["- a\n", "word\n", "3\n"])
def test_a_root_that_is_no_mapping_says_so(text: str) -> None:
    assert told(read(text))[0][2] == "the document must be a mapping of keys to values"


def test_the_same_thing_in_two_spellings_is_told() -> None:
    assert told(read("byDay: {}\nby_day: {}\n")) == [(2, 1, "`by_day` says once more what is said above as `by_day`")]


def test_places_are_found_by_field_names_and_by_what_is_written() -> None:
    reading = read("byDay:\n  mon: {metres: 1}\nfriends: Ann\n")
    assert reading.place(("by_day", "mon", "length")) == (2, 17)
    assert reading.place(("byDay", "mon", "metres"), at_key=True) == (2, 9)
    assert reading.place(("by_day", "tue")) == (2, 3)
    assert reading.place(("friends", 0)) == (3, 10)


def test_the_ways_to_single_values_can_be_listed() -> None:
    assert scalar_fields(Walk) == [
        ("title",), ("far",), ("pace",), ("best_leg", "name"), ("best_leg", "length"), ("best_leg", "pause")
    ]  # fmt: skip


def test_a_model_describes_itself_for_editors() -> None:
    properties = json_schema(HookWritten)["properties"]
    assert "/bin/sh" in properties["command"]["description"]
    assert {"number", "string"} <= set(properties["timeout"]["anyOf"][0]["type"])


class Book(Written):
    hooks: dict[str, HookWritten] | None = None
    uses: OneOrMany[HookUse] | None = None


def book(text: str) -> Reading[Book]:
    return Reading(parse_document(text.encode(), "h.yml"), Book)


def hook(text: str) -> Hook:
    reading = book(f"hooks:\n  h: {text}\n")
    assert reading.problems == []
    assert reading.said.hooks is not None
    return make_hook("h", reading.said.hooks["h"].as_said())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("make test", Hook(name="h", command="make test")),
        ("{command: make, timeout: 5m}", Hook(name="h", command="make", timeout=300)),
        ("{command: make, continue_on_failure: true}", Hook(name="h", command="make", stop_on_failure=False)),
        ("{command: make, stopOnFailure: no}", Hook(name="h", command="make", stop_on_failure=False)),
        ("{command: make, environment: {CI: 1}}", Hook(name="h", command="make", env={"CI": "1"})),
        ("{command: make, env: {V: 012, W: no}}", Hook(name="h", command="make", env={"V": "012", "W": "no"})),
        ("{command: make, workingDir: ./a/}", Hook(name="h", command="make", working_dir="a")),
        ("{command: make, retry_count: 2, retry_delay: 0}", Hook(name="h", command="make", retry_count=2)),
        ('{command: "a\\n\\tb $X ${Y"}', Hook(name="h", command="a\n\tb $X ${Y")),
    ],
)
def test_a_hook_is_taken_in_every_form(text: str, expected: Hook) -> None:
    assert hook(text) == expected


def test_a_secret_stays_a_variable_in_what_is_recorded() -> None:
    assert hook("{command: make, env: {TOKEN: '${GITHUB_TOKEN}'}}").env == {"TOKEN": "${GITHUB_TOKEN}"}


def resolved(text: str, defined: Mapping[str, Hook]) -> tuple[list[str], list[tuple[int, str, str]]]:
    found: list[tuple[int, str, str]] = []
    uses = book(f"uses: {text}\n").said.uses or []
    hooks = resolve_uses(uses, defined, lambda *told: found.append(told))
    return [f"{each.name}: {each.command}" for each in hooks], found


DEFINED = {"test": Hook(name="test", command="make test"), "lint": Hook(name="lint", command="ruff")}


@pytest.mark.parametrize(
    ("text", "hooks"),
    [
        ("test", ["test: make test"]),
        ("[lint, test]", ["lint: ruff", "test: make test"]),
        ("[{name: test}, {use: lint}]", ["test: make test", "lint: ruff"]),
        ("pytest -q", ["pytest: pytest -q"]),
        ("[pytest -q, pytest -x]", ["pytest: pytest -q", "pytest-2: pytest -x"]),
        ("[{command: make}]", ["make: make"]),
        ("[{name: build, command: make}]", ["build: make"]),
        ("[test -s X]", ["test-2: test -s X"]),
    ],
)
def test_an_item_is_a_name_a_command_or_a_hook_of_its_own(text: str, hooks: list[str]) -> None:
    assert resolved(text, DEFINED) == (hooks, [])


@pytest.mark.parametrize(
    ("text", "kept", "number", "words"),
    [
        ("[lint, tset]", ["lint: ruff"], 1, ("`tset`", "Did you mean `test`?")),
        ("[make]", [], 0, ("`make`", "{command: make}", "test, lint")),
        ("[{}]", [], 0, ("names no hook",)),
        ("[{name: test, command: x}]", ["test: x"], 0, ("defined already",)),
    ],
)
def test_an_item_that_is_none_is_told(text: str, kept: list[str], number: int, words: tuple[str, ...]) -> None:
    hooks, found = resolved(text, DEFINED)
    assert [each[0] for each in found] == [number]
    assert all(word in " ".join(map(str, found[0])) for word in words)
    assert hooks == kept


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("pytest -q", "pytest"),
        ("python -m pytest -q", "pytest"),
        ("cd services/api && npm test", "npm"),
        ("CI=1 DEBUG= ./scripts/check.sh -v", "check.sh"),
        ("/usr/bin/env true", "env"),
        ("[ -f x ]", "command"),
        ("! false", "command"),
        ("test -f x\nmake", "test"),
    ],
)
def test_a_command_is_named_by_what_it_runs(command: str, name: str) -> None:
    assert name_for(command, ()) == name
    assert name_for(command, {name}) == f"{name}-2"


def test_what_is_said_of_a_hook_is_laid_over_it() -> None:
    below = Hook(name="t", command="make", timeout=5, env={"A": "1", "B": "1"})
    above = lay_over(below, {"timeout": 9.0, "env": {"B": "2"}})
    assert above == Hook(name="t", command="make", timeout=9, env={"A": "1", "B": "2"})
