from pathlib import Path

import pytest

from tests.agents.playing import script
from tmtui.agents.port import ToolCall
from tmtui.agents.script import Fault, Manner, Pay, Say, Step, Think, Use, Wait
from tmtui.agents.script_reading import FORMS, load_script
from tmtui.domain.outcome import Kind, Outcome
from tmtui.domain.problem import ProblemsError
from tmtui.domain.usage import Usage


EDITOR = "str_replace_based_edit_tool"


def step(text: str) -> Step:
    steps = script(f"tasks: {{t: [{text}]}}").steps("t", 1)
    assert steps is not None
    (only,) = steps
    return only


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("text: hello", Say("hello")),
        ("thinking: {text: hm}", Think("hm")),
        ("view: a.py", Use(ToolCall(EDITOR, {"command": "view", "path": "a.py"}))),
        (
            "view: {path: a.py, range: [1, 20]}",
            Use(ToolCall(EDITOR, {"command": "view", "path": "a.py", "view_range": [1, 20]})),
        ),
        (
            "create: {path: a.py, content: x}",
            Use(ToolCall(EDITOR, {"command": "create", "path": "a.py", "file_text": "x"})),
        ),
        (
            "replace: {path: a.py, old: x, new: y}",
            Use(ToolCall(EDITOR, {"command": "str_replace", "path": "a.py", "old_str": "x", "new_str": "y"})),
        ),
        (
            "insert: {path: a.py, line: 0, text: x}",
            Use(ToolCall(EDITOR, {"command": "insert", "path": "a.py", "insert_line": 0, "insert_text": "x"})),
        ),
        ('glob: "**/*.py"', Use(ToolCall("glob", {"pattern": "**/*.py"}))),
        ("grep: {pattern: 'def ', path: src}", Use(ToolCall("grep", {"pattern": "def ", "path": "src"}))),
        ("bash: make test", Use(ToolCall("bash", {"command": "make test"}))),
        ("bash: {command: make, timeout: 5}", Use(ToolCall("bash", {"command": "make", "timeout": 5}))),
        ("tool: {name: fly, input: {to: the moon}}", Use(ToolCall("fly", {"to": "the moon"}))),
        ("usage: {input_tokens: 3, usd: 0.011}", Pay(Usage(3), 11_000)),
        ("delay: 0.5", Wait(0.5)),
        ("fault: hang", Fault(manner=Manner.HANG)),
        ("fault: {kind: cut, times: 1}", Fault(manner=Manner.CUT, times=1)),
        (
            "fault: {kind: overloaded, message: busy, retry_after: 3, times: 2}",
            Fault(manner=Manner.STOP, outcome=Outcome(Kind.OVERLOADED, "busy", 3), times=2),
        ),
    ],
)
def test_each_kind_of_step(text: str, expected: Step) -> None:
    assert step(text) == expected


def test_every_kind_of_step_is_tested_here() -> None:
    (mark,) = (mark for mark in test_each_kind_of_step.pytestmark if mark.name == "parametrize")  # type: ignore[attr-defined]  # pytest adds it

    assert {text.partition(":")[0] for text, _ in mark.args[1]} == set(FORMS)


BAD = """\
version: 2
modle: x
pace: fast
tasks:
  a:
  - tex: hello
  - text: [1]
  - text: hello
    view: a.py
  - replace: {path: a.py, old: x}
  - replace: a.py
  - just words
  b:
  - steps: [view: {path: a.py, range: 3}]
  - text: not an entry
  - {when: later, steps: []}
  c:
  - {when: note, steps: [bash: 1]}
  d: {steps: []}
  e:
  - fault: overlooded
  - fault: {kind: hang, message: why}
  - usage: {input_tokens: -1, usd: free}
"""


def test_all_problems_are_told_at_once_each_with_its_place() -> None:
    with pytest.raises(ProblemsError) as caught:
        script(BAD)

    told = [(problem.line, problem.message, problem.hint) for problem in caught.value.problems]
    expected = [
        (1, "no version", "write 1"),
        (2, "`modle` is not known here", "`model`"),
        (3, "this must be a number", ""),
        (6, "`tex` is not known here", "`text`"),
        (7, "this must be text, and it is a list", ""),
        (8, "a step is a mapping with one key", "kinds: text, thinking"),
        (10, "`replace` needs `new`", "fields: path, old, new"),
        (11, "`replace` is a mapping", "fields: path, old, new"),
        (12, "a step is a mapping with one key", "kinds"),
        (14, "two line numbers", ""),
        (15, "a step among entries", "steps:"),
        (16, "`when` cannot be 'later'", "when: note"),
        (17, "nothing is said for an attempt without a note", "without `when`"),
        (18, "this must be text, and it is 1", "in quotes"),
        (19, "this must be a list, and it is a mapping", "dash"),
        (21, "the name of a fault, and it is 'overlooded'", "`overloaded`"),
        (22, "`message` says nothing about the fault `hang`", "leave it out"),
        (23, "a whole number that is not negative, and it is -1", ""),
        (23, "a number that is not negative, and it is 'free'", ""),
    ]
    assert [line for line, _, _ in told] == [line for line, _, _ in expected]
    for (_, message, hint), (_, part, hinted) in zip(told, expected, strict=True):
        assert part in message
        assert hinted in hint


@pytest.mark.parametrize("text", ["", "[]", "hello", "tasks: 3", "version: 1"])
def test_a_file_that_is_no_script_is_refused(text: str) -> None:
    with pytest.raises(ProblemsError):
        script(text)


def test_two_entries_for_notes_are_one_too_many() -> None:
    with pytest.raises(ProblemsError, match="only one entry"):
        script("tasks: {t: [{steps: []}, {when: note, steps: []}, {when: note, steps: []}]}")


def test_a_problem_shows_no_control_characters() -> None:
    with pytest.raises(ProblemsError) as caught:
        script('tasks: {t: ["\\e]52;c;x\\a": 1]}')

    assert "\x1b" not in str(caught.value)


def test_a_missing_file_is_a_problem_with_the_name_it_was_asked_by(tmp_path: Path) -> None:
    with pytest.raises(ProblemsError) as caught:
        load_script(tmp_path / "none.yml", shown="none.yml")

    assert caught.value.problems[0].path == "none.yml"
