"""The grammar of permission rules, and what each kind of rule fits."""

import pytest
from hypothesis import given, strategies as st

from tests.policy.places import WHERE
from tmtui.domain.problem import WrongValueError
from tmtui.policy.globs import fits_command, fits_text
from tmtui.policy.rules import Rules, parse_rule


@pytest.mark.parametrize(
    ("text", "tool", "specifier", "parameter"),
    [
        ("Bash", "Bash", "", ""),
        (" Bash ", "Bash", "", ""),
        ("Bash(*)", "Bash", "", ""),
        ("Bash(npm run build)", "Bash", "npm run build", ""),
        ("Bash(npm run *)", "Bash", "npm run *", ""),
        ("Bash(npm run:*)", "Bash", "npm run *", ""),
        ("Bash(npm run test:unit)", "Bash", "npm run test:unit", ""),
        ("Bash(echo (a) b)", "Bash", "echo (a) b", ""),
        ("Bash(timeout:600)", "Bash", "600", "timeout"),
        ("Agent(model:opus*)", "Agent", "opus*", "model"),
        ("Read(./.env)", "Read", "./.env", ""),
        ("Write(src/**)", "Edit", "src/**", ""),
        ("MultiEdit", "Edit", "", ""),
        ("WebFetch(domain:example.org)", "WebFetch", "example.org", ""),
        ("mcp__server__*", "mcp__server__*", "", ""),
        ("*", "*", "", ""),
    ],
)
def test_a_rule_is_read(text: str, tool: str, specifier: str, parameter: str) -> None:
    rule = parse_rule(text)
    assert (rule.text, rule.tool, rule.specifier, rule.parameter) == (text.strip(), tool, specifier, parameter)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no permission rule"),
        ("Bash(ls", "no permission rule"),
        ("Bash ls", "no permission rule"),
        ("Bash()", "nothing in its parentheses"),
        ("bash(ls)", "no tool 'bash'"),
        ("webfetch", "no tool 'webfetch'"),
        ("Bash(command:rm *)", "main thing"),
        ("Agent(explore)", "parameter of Agent"),
        ("WebFetch(example.org)", "names no host"),
        ("mcp__a__*(x:y)", "a pattern for the tool"),
        ("Bash(" + "a" * 3_000 + ")", "no permission rule"),
    ],
)
def test_what_is_no_rule_is_told_with_a_hint(text: str, message: str) -> None:
    with pytest.raises(WrongValueError, match=message) as caught:
        parse_rule(text)
    assert caught.value.hint


def test_a_parameter_cannot_be_allowed() -> None:
    assert Rules.parse(deny=["Bash(timeout:600)"], ask=["Agent(model:opus)"]).deny[0].parameter == "timeout"
    with pytest.raises(WrongValueError, match="only be denied"):
        Rules.parse(allow=["Bash(timeout:600)"])


@pytest.mark.parametrize(
    ("rule", "fits", "misses"),
    [
        ("Bash(ls)", ["ls"], ["ls -l", "lsof"]),
        ("Bash(ls *)", ["ls", "ls -l"], ["lsof"]),
        ("Bash(ls:*)", ["ls", "ls -l"], ["lsof"]),
        ("Bash(ls*)", ["ls", "lsof", "ls -l"], ["a ls"]),
        ("Bash(npm * --dry-run)", ["npm publish --dry-run", "npm a b --dry-run"], ["npm --dry-run x", "npm"]),
        ("Bash(* --version)", ["node --version"], ["node --versions"]),
        ("Bash(git * main *)", ["git push main x", "git a b main", "git diff main"], ["git main", "git pushmain x"]),
    ],
)
def test_commands_fit_by_words(rule: str, fits: list[str], misses: list[str]) -> None:
    parsed = parse_rule(rule)
    assert [text for text in fits if not parsed.fits_command(text)] == []
    assert [text for text in misses if parsed.fits_command(text)] == []


@pytest.mark.parametrize(
    ("rule", "fits", "misses"),
    [
        ("Read(.env)", ["{}/.env", "{}/a/b/.env", "{}/.env/x"], ["{}/.envrc", "/home/ann/.env"]),
        ("Read(./.env)", ["{}/.env"], ["{}/a/.env"]),
        ("Edit(src/**)", ["{}/src/a", "{}/src/a/b"], ["{}/a/src/b", "{}/srcs"]),
        ("Edit(src)", ["{}/src", "{}/a/src/b"], ["{}/srcs"]),
        ("Edit(/src/*.py)", ["{}/src/a.py"], ["{}/src/a/b.py", "/src/a.py"]),
        ("Edit(*.py)", ["{}/a.py", "{}/x/y/a.py"], ["{}/a.pyc"]),
        ("Edit(**/test_?.py)", ["{}/test_a.py", "{}/x/test_b.py"], ["{}/test_ab.py"]),
        ("Edit(a/**/b)", ["{}/a/b", "{}/a/x/y/b"], ["{}/a/x"]),
        ("Edit(build/)", ["{}/build/x"], ["{}/builds/x"]),
        ("Read(//etc/**)", ["/etc/passwd"], ["{}/etc/passwd"]),
        ("Read(~/.ssh/**)", ["/home/ann/.ssh/id"], ["{}/.ssh/id"]),
        ("Read(.)", ["{}/a"], ["/etc"]),
        ("Read", ["/etc", "{}/a"], []),
    ],
)
def test_paths_fit_as_in_gitignore(rule: str, fits: list[str], misses: list[str]) -> None:
    parsed = parse_rule(rule)
    assert [path for path in fits if not parsed.fits_path(path.replace("{}", WHERE.root), WHERE)] == []
    assert [path for path in misses if parsed.fits_path(path.replace("{}", WHERE.root), WHERE)] == []


def test_case_counts_unless_one_says_otherwise() -> None:
    path = f"{WHERE.root}/.ENV"
    assert not parse_rule("Read(.env)").fits_path(path, WHERE)
    assert parse_rule("Read(.env)").fits_path(path, WHERE, caseless=True)


@pytest.mark.parametrize(
    ("rule", "url", "fits"),
    [
        ("WebFetch(domain:example.org)", "https://example.org/a", True),
        ("WebFetch(domain:example.org)", "https://docs.EXAMPLE.org:8080/", True),
        ("WebFetch(domain:example.org)", "example.org", True),
        ("WebFetch(domain:example.org)", "https://badexample.org", False),
        ("WebFetch(domain:example.org)", "https://example.org.evil.net", False),
        ("WebFetch(domain:example.org)", "https://x.net/?example.org", False),
        ("WebFetch(domain:example.org)", "https://example.org@evil.net/", False),
        ("WebFetch(domain:example.org)", "https://[", False),
        ("WebFetch(domain:*.example.org)", "https://a.example.org", True),
        ("WebFetch", "https://any.net", True),
    ],
)
def test_hosts_fit_with_those_below_them(rule: str, url: str, fits: bool) -> None:
    assert parse_rule(rule).fits_host(url) is fits


@pytest.mark.parametrize(
    ("rule", "kinds", "others"),
    [
        ("Read", ["Read", "Glob", "Grep"], ["Edit", "Bash"]),
        ("Grep", ["Grep"], ["Read"]),
        ("*", ["Read", "Bash", "mcp__a__b"], []),
        ("mcp__a__*", ["mcp__a__b"], ["mcp__b__a"]),
    ],
)
def test_a_rule_speaks_of_tools(rule: str, kinds: list[str], others: list[str]) -> None:
    parsed = parse_rule(rule)
    assert all(map(parsed.covers, kinds))
    assert not any(map(parsed.covers, others))


letters = st.text(st.sampled_from("ab "), max_size=12)


@given(st.lists(letters, min_size=1, max_size=5), st.lists(letters, max_size=5))
def test_a_pattern_fits_whatever_its_stars_are_replaced_by(pieces: list[str], fillings: list[str]) -> None:
    filled = pieces[0] + "".join(a + b for a, b in zip([*fillings, *[""] * 5], pieces[1:], strict=False))
    assert fits_text("*".join(pieces), filled)


@given(letters, letters)
def test_a_command_begins_at_a_word(begin: str, rest: str) -> None:
    assert fits_command(f"{begin} *", f"{begin} {rest}")
    assert fits_command(f"{begin} *", begin)


def test_hostile_patterns_end_in_time() -> None:
    assert not fits_text("*a" * 900 + "b", "a" * 100_000)
    assert not parse_rule("Read(" + "**/a/" * 300 + "b)").fits_path("/a" * 2_000, WHERE)
