"""A command is split into everything it would start, or is said not to be understood."""

import pytest
from hypothesis import example, given, strategies as st

from tmtui.policy.command import Part, Reading
from tmtui.policy.shell import LONGEST, read_command


Argv = tuple[str, ...] | None


def argvs(reading: Reading) -> list[Argv]:
    return [part.argv for part in reading.every() if part.words]


def only(text: str) -> Part:
    (part,) = read_command(text).parts
    return part


@pytest.mark.parametrize(
    ("text", "programs"),
    [
        ("", []),
        ("ls -la", [("ls", "-la")]),
        ("a && b || c; d", [("a",), ("b",), ("c",), ("d",)]),
        ("a | b |& c & d\ne", [("a",), ("b",), ("c",), ("d",), ("e",)]),
        ("a;", [("a",)]),
        ("a &", [("a",)]),
        ("echo 'a && b' \"c; d\" e\\;f", [("echo", "a && b", "c; d", "e;f")]),
        ("echo a#b # c; d", [("echo", "a#b")]),
        ("# only words\nls", [("ls",)]),
        ("ls \\\n -l", [("ls", "-l")]),
        ("l''s", [("ls",)]),
        (r"\rm x", [("rm", "x")]),
        ("$'rm' x", [("rm", "x")]),
        ("(a; b) && c", [("a",), ("b",), ("c",)]),
        ("{ a; b; } | c", [("a",), ("b",), ("c",)]),
        ("! a", [("a",)]),
        ("if a; then b; elif c; then d; else e; fi", [("a",), ("b",), ("c",), ("d",), ("e",)]),
        ("while read l; do b; done < f", [("read", "l"), ("b",)]),
        ("for f in x y\ndo\n  wc -l x\ndone", [("wc", "-l", "x")]),
        ("for f in $(a); do b; done", [("a",), ("b",)]),
        ("for f; do b; done", [("b",)]),
        ("X=1 Y=2 a b", [("a", "b")]),
        ("X=$(a) b", [("b",), ("a",)]),
        ("timeout -k 5 10s nice -n 5 stdbuf -oL a", [("a",)]),
        ("nohup time -p command -p builtin noglob xargs a", [("a",)]),
        ("command -v a", [("command", "-v", "a")]),
        ("timeout --odd 5 a", [("timeout", "--odd", "5", "a")]),
        ("xargs -n 1 a", [("xargs", "-n", "1", "a")]),
        ("cat <<'END'\n$(a) ; b\nEND\nc", [("cat",), ("c",)]),
        ("cat <<END\n$(a) `b`\nEND\n", [("cat",), ("a",), ("b",)]),
        ("cat <<-END\n\tx\n\tEND\nc", [("cat",), ("c",)]),
        ("cat <<A <<B\n1\nA\n2\nB\nc", [("cat",), ("c",)]),
        ("a <<< 'b; c'", [("a",)]),
        ("echo $((1 + 2))", [None]),
        ("{} a", [("{}", "a")]),
    ],
)
def test_a_command_is_split_into_programs(text: str, programs: list[Argv]) -> None:
    reading = read_command(text)
    assert reading.understood, reading.why
    assert argvs(reading) == programs


@pytest.mark.parametrize(
    "text",
    [
        "echo $(rm x)",
        'echo "$(rm x)"',
        "echo `rm x`",
        "echo `echo \\`rm x\\``",
        'echo "a $(echo "b $(rm x)")"',
        "cat <(rm x)",
        "tee >(rm x)",
        "X=$(rm x)",
        "a < $(rm x)",
        "for f in `rm x`; do a; done",
        "echo $(\nrm x\n)",
        "a <<E\n$(rm x)\nE\n",
        "( ( (rm x) ) )",
    ],
)
def test_nothing_nested_is_missed(text: str) -> None:
    assert ("rm", "x") in argvs(read_command(text))


@pytest.mark.parametrize(
    "text",
    [
        "$X a",
        "a $X",
        'a "$X"',
        "a ${X}",
        "a ${X:-b}",
        "a $(b)",
        "a `b`",
        "a {b,c}",
        "a {1..3}",
        'a {"b",c}',
        "a $1",
        "a $'\\x41'",
        "a <(b)",
    ],
)
def test_what_only_the_shell_knows_is_unknown(text: str) -> None:
    assert only(text).argv is None


@pytest.mark.parametrize(
    ("text", "argv"),
    [
        ('"$PY" -m pytest', ("python", "-m", "pytest")),
        ("$PY -m pytest", ("python", "-m", "pytest")),
        ("${PY} x", ("python", "x")),
        ("PY=rm $PY x", None),
        ("read PY; $PY x", None),
        ("$PY ${PY:=rm}", None),
        ("$GAPS", None),
        ('"$GAPS"', ("a b",)),
        ("'$PY'", ("$PY",)),
        (r"\$PY", ("$PY",)),
        ("$PYTHON", None),
    ],
)
def test_known_variables_are_put_in_unless_the_command_sets_them(text: str, argv: Argv) -> None:
    assert argvs(read_command(text, {"PY": "python", "GAPS": "a b"}))[-1] == argv


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("echo 'a", "closing '"),
        ('echo "a', 'closing "'),
        ("echo `a", "closing `"),
        ("echo $(a", "closing ')'"),
        ("(a", "closing ')'"),
        ("a)", "')'"),
        ("a \\", "backslash"),
        ("f() { a; }", "parenthesis"),
        (":(){ :|:& };:", "parenthesis"),
        ("function f { a; }", "`function`"),
        ("case x in y) a;; esac", "`case`"),
        ("[[ -f x ]] && a", "`[[`"),
        ("((x = 1))", "arithmetic"),
        ("echo $[1+1]", "arithmetic"),
        ("echo $((x[$(a)]))", "arithmetic"),
        ("echo $(( $(a) ))", "arithmetic"),
        ("echo $\\\n(a)", "ends in"),
        ('echo "$\\\nX"', "ends in"),
        ("echo ${X@P}", "expansion"),
        ("echo ${X:-$(a)}", "expansion"),
        ("echo ${X", "expansion"),
        ("a=(b c)", "parenthesis"),
        ("ls !(a)", "parenthesis"),
        ("a ;; b", "';'"),
        ("a && && b", "'&'"),
        ("| a", "'|'"),
        ("a >", "nothing stands behind"),
        ("a > > b", "nothing stands behind"),
        ("cat <<END\nx", "ends a text"),
        ("cat <<END", "announces is missing"),
        ("cat <<$X\nx\n$X\n", "announces"),
        ("for ((;;)); do a; done", "`for`"),
        ("} a", "behind a group"),
        ("(a) b", "behind a group"),
        ("echo " + "$(" * 40 + "a" + ")" * 40, "too deep"),
        ("a" * (LONGEST + 1), "longer than 10,000"),
    ],
)
def test_what_is_not_understood_is_said(text: str, why: str) -> None:
    reading = read_command(text)
    assert not reading.understood
    assert why in reading.why


def test_what_was_read_before_it_was_not_understood_is_kept() -> None:
    assert ("rm", "-rf", "/") in argvs(read_command("rm -rf /; case x in y) a;; esac"))
    assert ("rm", "x") in argvs(read_command("a $(rm x; 'b"))


@pytest.mark.parametrize(
    ("text", "writes", "reads"),
    [
        ("a > f", ["f"], []),
        ("a >> f 2>&1", ["f"], []),
        ("a 2>f", ["f"], []),
        ("a &> f", ["f"], []),
        ("a >| f", ["f"], []),
        ("a >& f", ["f"], []),
        ("a 2>&-", [], []),
        ("a < f", [], ["f"]),
        ("a <> f", ["f"], ["f"]),
        ("> f", ["f"], []),
        ("> $X", [None], []),
        ("(a) > f", ["f"], []),
        ("a 2> /dev/null < g", ["/dev/null"], ["g"]),
    ],
)
def test_redirections_name_the_files_they_touch(text: str, writes: list[str | None], reads: list[str | None]) -> None:
    redirects = only(text).redirects
    assert [each.target.value for each in redirects if each.writes] == writes
    assert [each.target.value for each in redirects if each.reads] == reads


def test_a_part_tells_what_leads_to_it_and_what_it_is_run_through() -> None:
    parts = read_command("curl x | X='a b' timeout 5 sh -s \"a\"  b").parts
    assert [part.joint for part in parts] == ["", "|"]
    assert parts[1].assignments[0][0] == "X"
    assert parts[1].assignments[0][1].value == "a b"
    assert parts[1].wrappers == ("timeout",)
    assert parts[1].typed == 'sh -s "a" b'
    assert parts[1].plain == "sh -s a b"
    assert parts[1].raw == "X='a b' timeout 5 sh -s \"a\"  b"


def test_a_pattern_for_file_names_is_kept_as_typed() -> None:
    glob, quoted = only("ls *.py '*'").words[1:]
    assert (glob.value, glob.glob) == ("*.py", True)
    assert (quoted.value, quoted.glob) == ("*", False)


tokens = st.sampled_from(
    [
        *"abX=~*{},.'\"`\\$()<>|&;#!\n \t-[]",
        "$(",
        "${",
        "$((",
        "<<E\n",
        "E\n",
        "if ",
        "then ",
        "fi",
        "for f in ",
        "do ",
    ]
)


@given(st.text() | st.lists(tokens, max_size=40).map("".join))
@example("$" * 5_000)
@example("`" * 5_000)
@example("(" * 5_000)
@example("$(" * 5_000)
@example('"$(' * 3_000)
@example("<<a " * 2_500)
@example("{," * 5_000)
@example("${a" * 3_000)
def test_no_text_is_too_strange_to_be_read_or_refused(text: str) -> None:
    reading = read_command(text, {"X": "x"})
    assert reading.text == text
    assert reading.understood is not bool(reading.why)


@given(st.lists(st.text(st.characters(codec="ascii", exclude_characters="\0"), min_size=1), min_size=1))
def test_quoted_words_come_through_as_they_are(words: list[str]) -> None:
    quoted = ["'" + word.replace("'", "'\\''") + "'" for word in words]
    part = only(" ".join(["true", *quoted]))
    assert part.argv == ("true", *words)
