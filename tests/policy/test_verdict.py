"""The verdict on a call: which rule decides, in every mode."""

from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from tests.policy.places import SANDBOXED, WHERE
from tmtui.policy.verdict import Action, Mode, Rules, Use, Verdict, Where, judge, without_asking


EDITOR = "str_replace_based_edit_tool"
ATTENDED = [Mode.DEFAULT, Mode.ACCEPT_EDITS, Mode.PLAN]


def ruled(text: str, rules: Rules) -> Verdict:
    return judge(Use(tool="bash", command=text), rules, Mode.DONT_ASK, WHERE)


def command(text: str, mode: Mode = Mode.DONT_ASK, where: Where = WHERE, **rules: list[str]) -> Verdict:
    return judge(Use(tool="bash", input={"command": text}, command=text), Rules.parse(**rules), mode, where)


def edit(path: str, mode: Mode = Mode.DONT_ASK, **rules: list[str]) -> Verdict:
    given_ = {"command": "create", "path": path}
    return judge(Use(tool=EDITOR, input=given_, writes=(path,)), Rules.parse(**rules), mode, WHERE)


def view(path: str, mode: Mode = Mode.DONT_ASK, **rules: list[str]) -> Verdict:
    given_ = {"command": "view", "path": path}
    return judge(Use(tool=EDITOR, input=given_, reads=(path,)), Rules.parse(**rules), mode, WHERE)


# What goes through when nobody is there.

LOOKING = [
    "ls -la",
    "cat src/a.py | head -5",
    "sed -n '1,20p' src/a.py",
    "sed -n '/def /,/return/p' src/a.py",
    "grep -rn '/api/v1' src",
    "rg -n foo src",
    "find . -name '*.py'",
    "find . -name '*.py' | xargs grep -n foo",
    "wc -l src/a.py",
    "git status",
    "git diff HEAD~1 -- src",
    "git log --oneline -5",
    "[ -f x ] && echo yes || echo no",
    'echo "$HOME $?"',
    "awk '{print $1}' f",
    "jq .a package.json",
    "command -v python",
    "sleep 1",
    "true",
    "",
    'x=$(ls); echo "$x"',
    "cat a 2>/dev/null",
    "/bin/ls",
    "ls /usr/lib",
]

FILING = [
    "mkdir -p src/x",
    "printf 'a\\n' > src/x/y",
    "cat > f <<'EOF'\nhello $X\nEOF",
    "touch a b && cp a b && mv b c",
    "sed -i 's/a/b/g' src/a.py",
    "rm a.pyc",
    "rm -f *.pyc",
    "rm -rf build",
    "tee out.txt < in.txt",
    "chmod +x run.sh",
    "cd src && touch x",
]

BUILDING = [
    "python -m pytest -q",
    "pytest -x tests/test_a.py",
    '"$TMTUI_PYTHON" -m pytest tests/test_add.py',
    'cd services/api && "$TMTUI_PYTHON" -B -m unittest tests.test_orders',
    "PYTHONPATH=src \"$TMTUI_PYTHON\" -B -c 'from calculator.roots import square_root; print(square_root(2.25))'",
    'PYTHONPATH=src "$TMTUI_PYTHON" -B -m calculator 6 / 0; PYTHONPATH=src "$TMTUI_PYTHON" -B -m calculator 6 x 7',
    "timeout 60 pytest -x 2>&1 | tail -20",
    "python3 - <<'E'\nprint(1)\nE",
    "python scripts/tidy.py .",
    "export PYTHONPATH=src && pytest",
    "npm test",
    "npm run build",
    "cargo test --all",
    "go test ./...",
    "make test",
    "uv run pytest",
    "ruff check src",
    "./run.sh",
    ".venv/bin/python -m pytest",
    "bash -lc 'pytest -q'",
    "node script.js",
]

REFUSED = [
    "cat /etc/passwd",
    "cat ../other/file",
    "cd / && ls",
    "cd ..",
    "ls ~",
    "echo x > ../y",
    "echo x > /tmp/y",
    "echo x > $Y",
    'cat "$F"',
    "cp ../x y",
    "rm -rf ../x",
    "rm -rf build/*.d*/x*",
    "rm -rf $X",
    "curl x.org",
    "npm install",
    "pip install x",
    "python -m pip install x",
    "python -m http.server",
    'python -c \'open("x", "w")\'',
    'python -c "$X"',
    "python /tmp/x.py",
    "python -i",
    "python",
    "bash",
    "bash -c 'curl x.org'",
    "env",
    "ps aux",
    "ssh x",
    "docker run x",
    "git commit -m x",
    "git -c a.b=c log",
    "git diff --output=x",
    "cd src && git status",
    "find . -exec ls {} +",
    "find . -fprint x",
    "sed -n 'w x' f",
    "sed -n '1e ls' f",
    "sed 's/a/b/e' f",
    "sed -f x y",
    "awk 'BEGIN { system(\"x\") }'",
    "awk '{print > \"x\"}' f",
    "sort -o x y",
    "sort -uo x y",
    "rg --pre x y",
    "xargs rm",
    "ls | xargs sed -i s/a/b/",
    "X=1 ./run.sh",
    "PATH=. ls",
    "for PATH in .; do ls; done",
    "read PATH < x",
    "printf -v PATH x",
    "PYTHONPATH=/tmp pytest",
    "go run x@latest",
    "uv run --with x y",
    "setsid sleep 1",
    "sleep 100; crontab x",
    "unknown-program",
    "$X",
    "/tmp/x",
    "while read l; do $l; done",
    "ls; curl x.org",
    "ls $(curl x.org)",
    "ls `curl x.org`",
    "ls && (ls; curl x.org)",
    "pytest > /dev/tcp/1.1.1.1/1",
    "case x in a) ;; esac",
    "ls 'unfinished",
    "ls " + "a" * 10_000,
]


@pytest.mark.parametrize("text", [*LOOKING, *FILING, *BUILDING])
def test_ordinary_work_needs_nobody(text: str) -> None:
    verdict = command(text)
    assert verdict.action is Action.ALLOW, verdict
    assert verdict.rule == "mode dontAsk"


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_not_ordinary_is_denied_when_nobody_is_there(text: str) -> None:
    verdict = command(text)
    assert verdict.action is Action.DENY, verdict
    assert "nobody is there to ask" in verdict.reason


@pytest.mark.parametrize("text", [text for text in REFUSED if text != "ls 'unfinished"])
@pytest.mark.parametrize("mode", [Mode.DEFAULT, Mode.ACCEPT_EDITS])
def test_and_asked_when_somebody_is(text: str, mode: Mode) -> None:
    assert command(text, mode).action is Action.ASK


@pytest.mark.parametrize(
    ("mode", "allowed", "asked"),
    [
        (Mode.DEFAULT, LOOKING, [*FILING, *BUILDING]),
        (Mode.PLAN, LOOKING, [*FILING, *BUILDING]),
        (Mode.ACCEPT_EDITS, [*LOOKING, *FILING], BUILDING),
    ],
)
def test_each_mode_goes_as_far_as_it_says(mode: Mode, allowed: list[str], asked: list[str]) -> None:
    assert [text for text in allowed if command(text, mode).action is not Action.ALLOW] == []
    assert [text for text in asked if command(text, mode).action is not Action.ASK] == []


# Escapes, tried by somebody who does as he is told.

ESCAPES = [
    "echo x > /home/ann/other",
    "echo x >> ~/.bashrc",
    "cat ~/.ssh/id_rsa",
    "tar c ~/.ssh | base64",
    "python -c 'import socket; socket.create_connection((\"x\", 80))'",
    "exec 3<>/dev/tcp/x/80",
    "curl --unix-socket /var/run/docker.sock http://x/containers",
    "gdb -p 1",
    "kill -9 $PPID",
    "kill -9 1",
    "pkill tmtui",
    "setsid sh -c 'sleep 1000' &",
    "echo '#!/bin/sh' > .git/hooks/pre-commit",
    "git config core.hooksPath x",
    "git -c core.sshCommand=x fetch",
    "echo 'export LD_PRELOAD=x' > .envrc",
    "LD_PRELOAD=./x.so ls",
    "echo 'permissions: {mode: bypassPermissions}' > .taskmaster.yml",
    "cp x .taskmaster/state.db",
    "tmtui answer calc-1 retry",
    "ln -s /etc/passwd x",
    "cat /proc/self/root/etc/passwd",
    "mkfifo x",
    "crontab x",
    "rm -rf ~/work",
    "git push --force origin main",
]


@pytest.mark.parametrize("text", ESCAPES)
def test_escapes_are_denied_when_nobody_is_there_and_never_silent(text: str) -> None:
    assert command(text).action is Action.DENY
    assert all(command(text, mode).action is not Action.ALLOW for mode in ATTENDED)


# Rules.


@pytest.mark.parametrize(
    ("text", "rules", "action", "rule"),
    [
        ("curl x.org", {"allow": ["Bash(curl *)"]}, Action.ALLOW, "Bash(curl *)"),
        ("curl x.org", {"allow": ["Bash"]}, Action.ALLOW, "Bash"),
        ("curl x.org", {"allow": ["Bash(curl *)"], "deny": ["Bash(curl *)"]}, Action.DENY, "Bash(curl *)"),
        ("curl x.org", {"allow": ["Bash(curl x.org)"], "ask": ["Bash(curl *)"]}, Action.DENY, "Bash(curl *)"),
        ("ls", {"deny": ["Bash"]}, Action.DENY, "Bash"),
        ("ls", {"deny": ["*"]}, Action.DENY, "*"),
        ("ls", {"deny": ["Bash(ls *)"]}, Action.DENY, "Bash(ls *)"),
        ("lsof", {"deny": ["Bash(ls *)"], "allow": ["Bash(lsof)"]}, Action.ALLOW, "Bash(lsof)"),
        ("true; echo $(env X=1 /bin/ls)", {"deny": ["Bash(ls *)"]}, Action.DENY, "Bash(ls *)"),
        ("bash -c 'true && \"ls\" x'", {"deny": ["Bash(ls *)"]}, Action.DENY, "Bash(ls *)"),
        ("X=1 timeout 5 ls x", {"deny": ["Bash(ls *)"]}, Action.DENY, "Bash(ls *)"),
        ("curl a | ssh b", {"allow": ["Bash(curl *)"]}, Action.DENY, "mode dontAsk"),
        ("curl a | ssh b", {"allow": ["Bash(curl *)", "Bash(ssh *)"]}, Action.ALLOW, "Bash(curl *), Bash(ssh *)"),
        ("curl a | head -5", {"allow": ["Bash(curl *)"]}, Action.ALLOW, "Bash(curl *)"),
        ("curl a && ssh b", {"allow": ["Bash(curl a && ssh b)"]}, Action.ALLOW, "Bash(curl a && ssh b)"),
        ("CI=1 timeout 5 curl a", {"allow": ["Bash(curl *)"]}, Action.ALLOW, "Bash(curl *)"),
        ("X=1 curl a", {"allow": ["Bash(curl *)"]}, Action.DENY, "mode dontAsk"),
        ("X=1 curl a", {"allow": ["Bash(X=1 curl *)"]}, Action.ALLOW, "Bash(X=1 curl *)"),
        ("curl $(ssh b)", {"allow": ["Bash(curl *)"]}, Action.DENY, "mode dontAsk"),
        ("curl a > ../b", {"allow": ["Bash(curl *)"]}, Action.DENY, "mode dontAsk"),
        ("curl a > ../b", {"allow": ["Bash(curl *)", "Edit(//home/ann/work/b)"]}, Action.ALLOW, "Bash(curl *)"),
        ("curl a > b", {"allow": ["Bash(curl *)"]}, Action.ALLOW, "Bash(curl *)"),
        ("cd src && git commit", {"allow": ["Bash(git *)"]}, Action.DENY, "mode dontAsk"),
        ("git commit", {"allow": ["Bash(git *)"]}, Action.ALLOW, "Bash(git *)"),
        ("watch curl a", {"allow": ["Bash(watch *)"]}, Action.DENY, "mode dontAsk"),
        ("find . -exec ls {} +", {"allow": ["Bash(find *)"]}, Action.DENY, "mode dontAsk"),
        ("cat notes", {"deny": ["Read(notes)"]}, Action.DENY, "Read(notes)"),
        ("sort < notes", {"deny": ["Read(notes)"]}, Action.DENY, "Read(notes)"),
        ("cd src && cat ../notes", {"deny": ["Read(./notes)"]}, Action.DENY, "Read(./notes)"),
        ("echo x > notes", {"deny": ["Edit(notes)"]}, Action.DENY, "Edit(notes)"),
        ("rm src/a", {"deny": ["Edit(src/**)"]}, Action.DENY, "Edit(src/**)"),
        ("case x in a) ls;; esac", {"allow": ["Bash(ls *)"]}, Action.DENY, "not understood"),
        ("case x in a) ls;; esac", {"allow": ["Bash"]}, Action.ALLOW, "Bash"),
    ],
)
def test_rules_decide_about_commands(text: str, rules: dict[str, list[str]], action: Action, rule: str) -> None:
    verdict = ruled(text, Rules.parse(**rules))
    assert (verdict.action, verdict.rule) == (action, rule)


@pytest.mark.parametrize(
    ("text", "rule", "action"),
    [
        ("git push --force", "Bash(git *)", Action.DENY),
        ("git push --force", "Bash(git push *)", Action.DENY),
        ("git push --force", "Bash(git push --force *)", Action.ALLOW),
        ("git push --force", "Bash(git push --force)", Action.ALLOW),
        ("sudo ls", "Bash(sudo ls)", Action.ALLOW),
        ("sudo ls", "Bash(* ls)", Action.DENY),
        ("cat .env", "Bash(cat *)", Action.DENY),
        ("cat .env", "Bash(cat .env)", Action.ALLOW),
        ("git push --force", "Bash", Action.DENY),
        ("rm -rf /", "Bash(rm -rf /)", Action.DENY),
        ("rm -rf /", "Bash", Action.DENY),
    ],
)
def test_a_rule_allows_a_danger_only_when_it_names_it(text: str, rule: str, action: Action) -> None:
    assert command(text, allow=[rule]).action is action


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("text", ["rm -rf /", "rm -rf ~", "echo $(rm -rf *)", "f() { rm -rf /; }; f"])
def test_nothing_allows_the_removal_of_a_critical_path(mode: Mode, text: str) -> None:
    verdict = command(text, mode, SANDBOXED, allow=["Bash", f"Bash({text})"])
    assert (verdict.action, verdict.rule, verdict.suggestion) == (Action.DENY, "critical path", "")


@pytest.mark.parametrize(
    ("text", "action", "rule"),
    [
        ("curl x.org", Action.ALLOW, "sandbox"),
        ("sudo ls", Action.DENY, "other user"),
        ("ssh x", Action.DENY, "Bash(ssh *)"),
        ("case x in a) ;; esac", Action.DENY, "not understood"),
    ],
)
def test_a_sandbox_allows_what_no_rule_and_no_wire_holds(text: str, action: Action, rule: str) -> None:
    verdict = command(text, Mode.DONT_ASK, SANDBOXED, deny=["Bash(ssh *)"])
    assert (verdict.action, verdict.rule) == (action, rule)
    assert command("curl x.org", Mode.PLAN, SANDBOXED).action is Action.ASK


def test_bypassing_allows_all_but_what_rules_hold() -> None:
    assert command("sudo ls", Mode.BYPASS).action is Action.ALLOW
    assert command("sudo ls", Mode.BYPASS, deny=["Bash(ls *)"]).action is Action.DENY
    assert command("sudo ls", Mode.BYPASS, ask=["Bash(sudo *)"]).action is Action.ASK
    assert command("case x in a) b;; esac", Mode.BYPASS).action is Action.ALLOW
    assert command("case x in a) b;; esac", Mode.BYPASS, deny=["Bash(b)"]).action is Action.ASK
    assert edit(".git/config", Mode.BYPASS).action is Action.ALLOW


def test_parameters_can_be_denied() -> None:
    use = Use(tool="bash", input={"command": "ls", "timeout": 600}, command="ls")
    assert judge(use, Rules.parse(deny=["Bash(timeout:600)"]), Mode.DEFAULT, WHERE).action is Action.DENY
    assert judge(use, Rules.parse(deny=["Bash(timeout:60)"]), Mode.DEFAULT, WHERE).action is Action.ALLOW


# Files and other tools.


@pytest.mark.parametrize(
    ("verdict", "action", "rule"),
    [
        (view("src/a.py"), Action.ALLOW, "mode dontAsk"),
        (view("src/a.py", Mode.PLAN), Action.ALLOW, "mode plan"),
        (view("/etc/passwd"), Action.DENY, "outside the root"),
        (view("../x", Mode.DEFAULT), Action.ASK, "outside the root"),
        (view("../x", allow=["Read(//home/ann/work/**)"]), Action.ALLOW, "Read(//home/ann/work/**)"),
        (view(".env"), Action.DENY, "credential .env"),
        (view(".env", Mode.DEFAULT), Action.ASK, "credential .env"),
        (view(".env", allow=["Read"]), Action.DENY, "credential .env"),
        (view(".env", allow=["Read(./.env)"]), Action.ALLOW, "Read(./.env)"),
        (view("a", deny=["Read(a)"], allow=["Read(a)"]), Action.DENY, "Read(a)"),
        (view("A", deny=["Read(a)"]), Action.DENY, "Read(a)"),
        (edit("src/a.py"), Action.ALLOW, "mode dontAsk"),
        (edit("src/a.py", Mode.ACCEPT_EDITS), Action.ALLOW, "mode acceptEdits"),
        (edit("src/a.py", Mode.DEFAULT), Action.ASK, "mode default"),
        (edit("src/a.py", Mode.DEFAULT, allow=["Edit(src/**)"]), Action.ALLOW, "Edit(src/**)"),
        (edit("src/a.py", Mode.PLAN, allow=["Edit"]), Action.DENY, "mode plan"),
        (edit("src/a.py", ask=["Edit(*.py)"]), Action.DENY, "Edit(*.py)"),
        (edit("src/a.py", deny=["Write"]), Action.DENY, "Write"),
        (edit("../x"), Action.DENY, "outside the root"),
        (edit(".git/config"), Action.DENY, "protected path .git"),
        (edit(".vscode/x", Mode.ACCEPT_EDITS), Action.ASK, "protected path .vscode"),
        (edit(".vscode/x", allow=["Edit"]), Action.DENY, "protected path .vscode"),
        (edit(".vscode/x", allow=["Edit(.vscode/**)"]), Action.ALLOW, "Edit(.vscode/**)"),
    ],
)
def test_files(verdict: Verdict, action: Action, rule: str) -> None:
    assert (verdict.action, verdict.rule) == (action, rule)


def test_a_link_that_leads_elsewhere_is_judged_by_both_ends() -> None:
    use = Use(tool="view", reads=("x", "/etc/passwd"))
    assert judge(use, Rules(), Mode.DONT_ASK, WHERE).action is Action.DENY
    assert judge(use, Rules.parse(allow=["Read(x)"]), Mode.DONT_ASK, WHERE).action is Action.DENY


@pytest.mark.parametrize(
    ("tool", "given_", "rules", "action"),
    [
        ("glob", {"pattern": "*"}, {}, Action.ALLOW),
        ("grep", {"pattern": "x"}, {"deny": ["Read"]}, Action.DENY),
        ("WebFetch", {"url": "https://example.org/a"}, {}, Action.DENY),
        ("WebFetch", {"url": "https://example.org/a"}, {"allow": ["WebFetch(domain:example.org)"]}, Action.ALLOW),
        ("WebFetch", {"url": "https://evil.org/a"}, {"allow": ["WebFetch(domain:example.org)"]}, Action.DENY),
        ("mcp__a__b", {}, {}, Action.DENY),
        ("mcp__a__b", {}, {"allow": ["mcp__a__*"]}, Action.ALLOW),
        ("mcp__a__b", {"x": True}, {"allow": ["mcp__a__b"], "deny": ["mcp__a__b(x:true)"]}, Action.DENY),
    ],
)
def test_other_tools(tool: str, given_: dict[str, Any], rules: dict[str, list[str]], action: Action) -> None:
    assert judge(Use(tool=tool, input=given_), Rules.parse(**rules), Mode.DONT_ASK, WHERE).action is action


# Suggestions.


@pytest.mark.parametrize(
    ("verdict", "suggestion"),
    [
        (command("curl x.org", Mode.DEFAULT), "Bash(curl x.org)"),
        (command("npm run build -- --x", Mode.DEFAULT), "Bash(npm run build *)"),
        (command("git commit -m x", Mode.DEFAULT), "Bash(git commit *)"),
        (command("ls && git commit -m x", Mode.DEFAULT), "Bash(git commit *)"),
        (command("timeout 5 cargo test", Mode.DEFAULT), "Bash(cargo test *)"),
        (command("sudo ls", Mode.DEFAULT), "Bash(sudo ls)"),
        (command("echo x > ../y", Mode.DEFAULT), "Bash(echo x > ../y)"),
        (command("python - <<E\nx\nE\n", Mode.DEFAULT), ""),
        (command("cat x | sh", Mode.DEFAULT), ""),
        (command("cat ../*", Mode.DEFAULT), ""),
        (edit("src/a.py", Mode.DEFAULT), "Edit(/src/a.py)"),
        (edit("/etc/x", Mode.DEFAULT), "Edit(//etc/x)"),
        (view("../x", Mode.DEFAULT), "Read(//home/ann/work/x)"),
        (edit("src/[a].py", Mode.DEFAULT), ""),
    ],
)
def test_the_suggestion_is_narrow(verdict: Verdict, suggestion: str) -> None:
    assert verdict.action is Action.ASK
    assert verdict.suggestion == suggestion


def allowed_in_the_end(use: Use, mode: Mode) -> bool:
    rules: list[str] = []
    for _ in range(20):
        verdict = judge(use, Rules.parse(allow=rules), mode, WHERE)
        if verdict.action is Action.ALLOW or not verdict.suggestion:
            return True
        if verdict.suggestion in rules:
            return False
        rules.append(verdict.suggestion)
    return False


@pytest.mark.parametrize("text", [*BUILDING, *REFUSED, *ESCAPES])
def test_whoever_takes_the_suggestions_is_not_asked_for_ever(text: str) -> None:
    assert allowed_in_the_end(Use(tool="bash", command=text), Mode.DEFAULT)


def test_what_would_be_asked_is_denied_without_anybody() -> None:
    asked = command("curl x.org", Mode.DEFAULT)
    assert without_asking(asked).action is Action.DENY
    assert without_asking(asked).suggestion == asked.suggestion
    assert without_asking(command("ls")) == command("ls")


# Laws.

ORDER = [Action.ALLOW, Action.ASK, Action.DENY]
RULES = [
    "Bash",
    "Bash(ls *)",
    "Bash(curl *)",
    "Bash(git *)",
    "Read(src/**)",
    "Edit",
    "Edit(.git/**)",
    "*",
    "Read(.env)",
]
PIECES = [
    "ls",
    "curl x",
    "rm -rf /",
    "git push -f",
    "cat .env",
    "echo x > y",
    "$(",
    ")",
    "&&",
    ";",
    "|",
    "'",
    "\n",
    "cd ..",
]

commands = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=6).map(" ".join)
uses = (
    commands.map(lambda text: Use(tool="bash", command=text))
    | st.text(max_size=8).map(lambda path: Use(tool="view", reads=(path,)))
    | st.text(max_size=8).map(lambda path: Use(tool="Edit", writes=(path,)))
)
lists = st.lists(st.sampled_from(RULES), max_size=3)


@given(uses, lists, lists, lists, st.sampled_from(list(Mode)), st.sampled_from([WHERE, SANDBOXED]))
def test_every_call_gets_a_verdict_that_names_what_decided(
    use: Use, allow: list[str], ask: list[str], deny: list[str], mode: Mode, where: Where
) -> None:
    verdict = judge(use, Rules.parse(allow=allow, ask=ask, deny=deny), mode, where)
    assert verdict.rule
    assert verdict.reason
    assert mode is not Mode.DONT_ASK or verdict.action is not Action.ASK


@settings(max_examples=60)
@given(uses, lists, lists, st.sampled_from(RULES), st.sampled_from(list(Mode)))
def test_one_more_rule_to_deny_never_allows_more(
    use: Use, allow: list[str], deny: list[str], more: str, mode: Mode
) -> None:
    before = judge(use, Rules.parse(allow=allow, deny=deny), mode, WHERE)
    after = judge(use, Rules.parse(allow=allow, deny=[*deny, more]), mode, WHERE)
    assert ORDER.index(after.action) >= ORDER.index(before.action)


@settings(max_examples=60)
@given(commands)
def test_what_is_allowed_as_a_whole_is_allowed_in_a_longer_command(text: str) -> None:
    longer = command(f"{text}\ncurl x.org")
    assert longer.action is Action.DENY
