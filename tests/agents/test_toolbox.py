import hashlib
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from tmtui.agents.port import ToolCall, ToolResult
from tmtui.agents.toolbox import Toolbox
from tmtui.agents.tools.planned import Planned
from tmtui.domain.status import ToolStatus
from tmtui.events.tool import FileEffect
from tmtui.system.warden import Warden


EDITOR = "str_replace_based_edit_tool"
IDLE = Warden.__new__(Warden)
"""For what starts no command: this one could not."""


@pytest.fixture(name="root")
def _root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    (root / "src").mkdir(parents=True)
    (root / "src" / "a.py").write_text("one\ntwo\nthree\n")
    (tmp_path / "outside.txt").write_text("secret")
    return root


@pytest.fixture(name="toolbox")
def _toolbox(root: Path) -> Iterator[Toolbox]:
    with Toolbox(root, IDLE, {}, (".taskmaster",)) as toolbox:
        yield toolbox


@pytest.fixture(name="running")
async def _running(root: Path) -> AsyncIterator[Toolbox]:
    warden = await Warden.start(mark="tools")
    with Toolbox(root, warden, {"PATH": os.environ["PATH"]}, (".taskmaster",)) as toolbox:
        yield toolbox
    await warden.close()


async def use(toolbox: Toolbox, name: str, /, **given: Any) -> ToolResult:
    call = ToolCall(name, given)
    return await toolbox.execute(call, toolbox.plan(call), "job", lambda _: None)


async def edit(toolbox: Toolbox, command: str, path: str, **given: Any) -> ToolResult:
    return await use(toolbox, EDITOR, command=command, path=path, **given)


def plan(toolbox: Toolbox, name: str, /, **given: Any) -> Planned:
    return toolbox.plan(ToolCall(name, given))


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


# Viewing.


async def test_view_shows_lines_behind_their_numbers(toolbox: Toolbox) -> None:
    assert await edit(toolbox, "view", "src/a.py", view_range=[2, 3]) == ToolResult(
        ToolStatus.OK, "     2\ttwo\n     3\tthree\n"
    )


async def test_view_of_a_folder_lists_two_levels_and_nothing_hidden(toolbox: Toolbox, root: Path) -> None:
    (root / "src" / "deep" / "deeper").mkdir(parents=True)
    (root / "src" / "__pycache__").mkdir()
    (root / ".hidden").touch()

    result = await edit(toolbox, "view", ".")

    assert result.output.splitlines()[1:] == ["src/", "src/a.py", "src/deep/"]


async def test_an_absolute_path_below_the_root_is_understood(toolbox: Toolbox, root: Path) -> None:
    call = ToolCall(EDITOR, {"command": "create", "path": str(root / "b.txt"), "file_text": "x"})

    planned = toolbox.plan(call)

    assert planned.effect is not None
    assert planned.effect.path == "b.txt"


# Editing.


async def test_create_writes_a_file_and_its_folders(toolbox: Toolbox, root: Path) -> None:
    result = await edit(toolbox, "create", "new/folder/b.txt", file_text="hello\n")

    assert result == ToolResult(ToolStatus.OK, "new/folder/b.txt was created: 1 line\n")
    assert (root / "new/folder/b.txt").read_text() == "hello\n"


async def test_str_replace_edits_one_place_and_shows_it(toolbox: Toolbox, root: Path) -> None:
    result = await edit(toolbox, "str_replace", "src/a.py", old_str="two", new_str="2\n2")

    assert (root / "src/a.py").read_text() == "one\n2\n2\nthree\n"
    assert result.output == "src/a.py was edited:\n     1\tone\n     2\t2\n     3\t2\n     4\tthree\n"


async def test_insert_adds_lines_behind_a_line(toolbox: Toolbox, root: Path) -> None:
    await edit(toolbox, "insert", "src/a.py", insert_line=1, insert_text="1.5")

    assert (root / "src/a.py").read_text() == "one\n1.5\ntwo\nthree\n"


async def test_an_edit_keeps_line_ends_byte_order_mark_and_mode(toolbox: Toolbox, root: Path) -> None:
    path = root / "dos.bat"
    path.write_bytes(b"\xef\xbb\xbfone\r\ntwo\r\n")
    path.chmod(0o755)

    await edit(toolbox, "str_replace", "dos.bat", old_str="one\ntwo", new_str="1\n2")
    await edit(toolbox, "insert", "dos.bat", insert_line=2, insert_text="3\r\n")

    assert path.read_bytes() == b"\xef\xbb\xbf1\r\n2\r\n3\r\n"
    assert path.stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"command": "str_replace", "old_str": "o", "new_str": ""}, "src/a.py: 'old_str' was found 2 times"),
        ({"command": "str_replace", "old_str": "nine", "new_str": ""}, "found 0 times"),
        ({"command": "str_replace", "old_str": "two", "new_str": "two"}, "are the same"),
        ({"command": "insert", "insert_line": 9, "insert_text": "x"}, "no line 9: the file has 3"),
        ({"command": "view", "view_range": [7, 9]}, "the file has 3"),
        ({"command": "view", "path": "none.py"}, "none.py: No such file or directory"),
        ({"command": "view", "path": "binary"}, "NUL bytes"),
        ({"command": "view", "path": "latin"}, "no UTF-8"),
        ({"command": "view", "path": "large"}, "262145 bytes"),
        ({"command": "insert", "path": "large", "insert_line": 0, "insert_text": "x"}, "262145 bytes"),
        ({"command": "create", "file_text": "x" * 262_145}, "262,145 bytes"),
        ({"command": "create", "file_text": "\ud800"}, "half a character"),
        ({"command": "create", "path": "src", "file_text": "x"}, "no regular file but a folder"),
    ],
)
async def test_an_edit_that_does_not_fit_changes_nothing_and_says_why(
    toolbox: Toolbox, root: Path, given: dict[str, Any], words: str
) -> None:
    (root / "binary").write_bytes(b"a\0b")
    (root / "latin").write_bytes(b"caf\xe9")
    (root / "large").write_bytes(b"x" * 262_145)

    call = ToolCall(EDITOR, {"path": "src/a.py", **given})
    planned = toolbox.plan(call)
    result = await toolbox.execute(call, planned, "job", lambda _: None)

    assert planned.problem == ""
    assert planned.effect is None
    assert result.status is ToolStatus.ERROR
    assert words in result.output
    assert (root / "src/a.py").read_text() == "one\ntwo\nthree\n"


async def test_a_file_that_changed_since_it_was_planned_is_left_alone(toolbox: Toolbox, root: Path) -> None:
    call = ToolCall(EDITOR, {"command": "str_replace", "path": "src/a.py", "old_str": "two", "new_str": "2"})
    planned = toolbox.plan(call)
    (root / "src/a.py").write_text("two and more")

    result = await toolbox.execute(call, planned, "job", lambda _: None)

    assert result.status is ToolStatus.ERROR
    assert "changed in the meantime" in result.output
    assert (root / "src/a.py").read_text() == "two and more"


# What a crash in between leaves to be judged.


@pytest.mark.parametrize(
    ("call", "before", "after"),
    [
        ({"command": "create", "path": "b", "file_text": "new"}, "", sha("new")),
        ({"command": "create", "path": "src/a.py", "file_text": ""}, sha("one\ntwo\nthree\n"), sha("")),
        (
            {"command": "str_replace", "path": "src/a.py", "old_str": "two", "new_str": "2"},
            sha("one\ntwo\nthree\n"),
            sha("one\n2\nthree\n"),
        ),
        (
            {"command": "insert", "path": "src/a.py", "insert_line": 0, "insert_text": "0\n"},
            sha("one\ntwo\nthree\n"),
            sha("0\none\ntwo\nthree\n"),
        ),
    ],
)
async def test_the_file_shows_whether_an_edit_was_done(
    toolbox: Toolbox, root: Path, call: dict[str, Any], before: str, after: str
) -> None:
    asked = ToolCall(EDITOR, call)
    planned = toolbox.plan(asked)
    effect = planned.effect
    assert effect == FileEffect(call["path"], before, after)
    assert effect is not None

    assert toolbox.was_done(effect) is False
    await toolbox.execute(asked, planned, "job", lambda _: None)
    assert toolbox.was_done(effect) is True
    (root / call["path"]).write_text("something else")
    assert toolbox.was_done(effect) is None


async def test_looking_and_searching_have_no_effect_on_files(toolbox: Toolbox) -> None:
    assert plan(toolbox, EDITOR, command="view", path="src/a.py").effect is None
    assert plan(toolbox, "bash", command="rm -r .").effect is None
    assert toolbox.was_done(FileEffect("../outside.txt", "", "")) is None


# Staying inside.


@pytest.mark.parametrize(
    "path", ["../outside.txt", "/etc/passwd", "src/../../outside.txt", "link", "linked/outside.txt"]
)
@pytest.mark.parametrize("command", ["view", "create", "str_replace", "insert"])
async def test_nothing_outside_the_root_is_read_or_written(
    toolbox: Toolbox, root: Path, path: str, command: str
) -> None:
    (root / "link").symlink_to("../outside.txt")
    (root / "linked").symlink_to("..")
    more: dict[str, dict[str, Any]] = {
        "create": {"file_text": "x"},
        "str_replace": {"old_str": "secret", "new_str": "x"},
        "insert": {"insert_line": 0, "insert_text": "x"},
    }

    result = await edit(toolbox, command, path, **more.get(command, {}))

    assert result.status is ToolStatus.ERROR
    assert "secret" not in result.output
    assert (root.parent / "outside.txt").read_text() == "secret"


@pytest.mark.parametrize("path", ["..", "/", "linked"])
@pytest.mark.parametrize("tool", ["glob", "grep"])
async def test_nothing_outside_the_root_is_searched(toolbox: Toolbox, root: Path, path: str, tool: str) -> None:
    (root / "linked").symlink_to("..")

    result = await use(toolbox, tool, pattern="*" if tool == "glob" else "sec", path=path)

    assert result.status is ToolStatus.ERROR


@pytest.mark.parametrize("path", [".git/hooks/pre-commit", "src/.GIT/config", ".taskmaster/state.db"])
async def test_protected_paths_are_not_written(toolbox: Toolbox, root: Path, path: str) -> None:
    result = await edit(toolbox, "create", path, file_text="x")

    assert result.status is ToolStatus.ERROR
    assert not (root / path).exists()


async def test_a_pipe_is_refused_and_nobody_waits_for_it(toolbox: Toolbox, root: Path) -> None:
    os.mkfifo(root / "pipe")

    assert "FIFO" in (await edit(toolbox, "view", "pipe")).output


@pytest.mark.parametrize(
    "path", ["a\nb", "a\x1b[2J", "\u202egnp", " a", "a" * 5000, "a\0b"], ids=lambda path: ascii(path[:9])
)
def test_a_path_that_cannot_be_shown_as_it_is_makes_no_sense(root: Path, path: str) -> None:
    with Toolbox(root, IDLE, {}) as toolbox:
        assert "cannot be shown" in plan(toolbox, EDITOR, command="create", path=path, file_text="").problem


# Searching.


async def test_glob_finds_files_by_name(running: Toolbox, root: Path) -> None:
    (root / "src" / "deep").mkdir()
    (root / "src" / "deep" / "b.py").touch()
    (root / ".git").mkdir()
    (root / ".git" / "c.py").touch()

    assert (await use(running, "glob", pattern="**/*.py")).output == "src/a.py\nsrc/deep/b.py\n"
    assert (await use(running, "glob", pattern="*.py", path="src/deep")).output == "src/deep/b.py\n"
    assert (await use(running, "glob", pattern="./*", path="src")).output == "src/a.py\n"
    assert (await use(running, "glob", pattern="*.txt")).output == "no file fits\n"


async def test_glob_tells_at_most_two_hundred_files_and_says_so(running: Toolbox, root: Path) -> None:
    for number in range(201):
        (root / f"f{number:03}.txt").touch()

    lines = (await use(running, "glob", pattern="*.txt")).output.splitlines()

    assert lines[199:] == ["f199.txt", "[only the first 200 are shown]"]


async def test_grep_finds_lines_and_says_what_it_passed_over(running: Toolbox, root: Path) -> None:
    (root / "binary").write_bytes(b"one\0")
    (root / "large").write_bytes(b"one\n" * 100_000)
    (root / "long.txt").write_text("x" * 2_000 + "one")

    result = await use(running, "grep", pattern="^t|one$")

    assert result.output.splitlines() == [
        "src/a.py:1: one",
        "src/a.py:2: two",
        "src/a.py:3: three",
        "[not searched, because too large or no text: 2 files]",
    ]
    assert (await use(running, "grep", pattern="one", path="src/a.py", glob="*.txt")).output == "no line matches\n"
    assert (await use(running, "grep", pattern="tw[o]", path="src")).output == "src/a.py:2: two\n"


async def test_a_regular_expression_that_never_ends_is_ended(
    running: Toolbox, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tmtui.agents.tools.search.BUDGET", 0.5)
    (root / "trap.txt").write_text("a" * 1_000 + "b")

    result = await use(running, "grep", pattern="^(a+)+$")

    assert result.status is ToolStatus.TIMED_OUT
    assert "simpler pattern" in result.output


@pytest.mark.parametrize("pattern", ["(", "(" * 500 + ")" * 500, "a{99999999999999999999}", "[[a]"])
async def test_any_pattern_gets_an_answer(running: Toolbox, pattern: str) -> None:
    result = await use(running, "grep", pattern=pattern)

    assert "broke off" not in result.output


# Calls that make no sense.


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (ToolCall("fly", {}), "there is no tool 'fly'; there are bash, str_replace_based_edit_tool, glob, grep"),
        (ToolCall("bash", {}, "cut off"), "cut off"),
        (ToolCall("bash", {}), "'command' is missing"),
        (ToolCall(EDITOR, {}), "'command' must be one of view, create, str_replace, insert"),
        (ToolCall(EDITOR, {"command": "undo_edit", "path": "a"}), "must be one of"),
        (ToolCall(EDITOR, {"command": ["view"], "path": "a"}), "must be one of"),
        (ToolCall(EDITOR, {"command": "view"}), "'path' is missing"),
        (ToolCall(EDITOR, {"command": "view", "path": 3}), "'path' must be text, not a number"),
        (ToolCall(EDITOR, {"command": "view", "path": "a", "view_range": [1]}), "two line numbers"),
        (ToolCall(EDITOR, {"command": "create", "path": "a"}), "'file_text' is missing"),
        (ToolCall(EDITOR, {"command": "create", "path": "a", "file_text": None}), "'file_text' is missing"),
        (ToolCall(EDITOR, {"command": "insert", "path": "a", "insert_line": 1.5, "insert_text": ""}), "whole number"),
        (
            ToolCall(EDITOR, {"command": "insert", "path": "a", "insert_line": True, "insert_text": ""}),
            "whole number",
        ),
        (ToolCall("glob", {"pattern": ""}), "1 to 1000 characters"),
        (ToolCall("grep", {"pattern": "x" * 1001}), "1 to 1000 characters"),
        (ToolCall("grep", {"pattern": "x", "-i": True}), "no field '-i'; known are pattern, path, glob"),
    ],
)
async def test_a_call_that_makes_no_sense_is_a_problem_and_an_error(
    toolbox: Toolbox, call: ToolCall, words: str
) -> None:
    planned = toolbox.plan(call)
    result = await toolbox.execute(call, planned, "job", lambda _: None)

    assert words in planned.problem
    assert planned.effect is None
    assert result == ToolResult(ToolStatus.ERROR, planned.problem)


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    ["command", "path", "file_text", "old_str", "new_str", "insert_line", "insert_text", "view_range", "pattern", "x"]
)
COMMANDS = st.sampled_from(["view", "create", "str_replace", "insert"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["bash", EDITOR, "glob", "grep", ""]),
    st.dictionaries(FIELDS, st.one_of(JSON, st.just("src/a.py"), COMMANDS), max_size=5),
)
def test_whatever_a_model_sends_becomes_a_plan_with_a_safe_summary(
    root: Path, name: str, given_: dict[str, Any]
) -> None:
    with Toolbox(root, IDLE, {}) as toolbox:
        planned = toolbox.plan(ToolCall(name, given_))

    assert bool(planned.problem) is (planned.work is None)
    assert planned.summary.isprintable()
    assert planned.problem.isprintable()


@pytest.mark.parametrize(
    ("name", "given_", "summary"),
    [
        ("bash", {"command": "make\ntest"}, "$ make test"),
        (EDITOR, {"command": "view", "path": "src/a.py"}, "view src/a.py"),
        (EDITOR, {"command": "view", "path": "src/a.py", "view_range": [2, -1]}, "view src/a.py, lines 2 to the end"),
        (EDITOR, {"command": "create", "path": "b", "file_text": "1\n2"}, "create b (2 lines)"),
        (
            EDITOR,
            {"command": "str_replace", "path": "src/a.py", "old_str": "two", "new_str": "2\n2\n"},
            "edit src/a.py (-1 +2)",
        ),
        (
            EDITOR,
            {"command": "insert", "path": "src/a.py", "insert_line": 2, "insert_text": "x"},
            "insert 1 line into src/a.py behind line 2",
        ),
        (EDITOR, {"command": "str_replace", "path": "src/a.py", "old_str": "9", "new_str": ""}, "edit src/a.py"),
        ("glob", {"pattern": "*.py"}, "glob *.py"),
        ("grep", {"pattern": "a b", "path": "src"}, "grep 'a b' in src"),
        ("fly", {}, "fly"),
        ("bash", {"command": "echo \x1b]0;x\x07"}, "$ echo ␛]0;x␇"),
    ],
)
def test_each_call_has_a_line_for_people(root: Path, name: str, given_: dict[str, Any], summary: str) -> None:
    with Toolbox(root, IDLE, {}) as toolbox:
        assert toolbox.plan(ToolCall(name, given_)).summary == summary
