"""Secrets planted wherever a run takes something in, and looked for wherever it leaves something."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from tests.acceptance.project import Project
from tests.acceptance.terminal import Terminal


pytestmark = pytest.mark.slow  # it starts the program many times over


SECRETS = {
    "DEPLOY_TOKEN": "zq7-canary-deploy-51e0aa",
    "SHOP_PASSWORD": "p@ss/canary+94=b7 x&y%",
    "ANTHROPIC_API_KEY": "sk-ant-api03-canary-0123456789-abcdefghijkl",
    "SPOKEN_ABOUT": "wk2-canary-hook-77b3c9",
}
"""By the variables of the person who runs tmtui. The last is a secret by what the settings name after it."""

FILE_SECRET = "ghp_canary0123456789abcdefABCDEF012345"
"""Stands in a file that the agent copies. It has the shape of a key, and nobody named it."""

EVERY = (*SECRETS.values(), FILE_SECRET)

SCATTER = """\
import base64, os, sys, time
from urllib.parse import quote
for value in (os.environ["DEPLOY_TOKEN"], os.environ["SHOP_PASSWORD"], os.environ["API_SECRET"]):
    data = value.encode()
    forms = [value, base64.b64encode(data).decode(), base64.urlsafe_b64encode(b"x" + data).decode()]
    forms += [data.hex(), quote(value)]
    for form in forms:
        for place in range(0, len(form), 5):
            os.write(1, form[place : place + 5].encode())
            time.sleep(0.004)
        os.write(1, b"\\n")
print(f"AssertionError: expected {os.environ['DEPLOY_TOKEN']}", file=sys.stderr)
sys.exit(1)
"""
"""Prints secrets in several forms, in pieces, and fails with one in its last line."""

SETTINGS = """\
max_attempts_per_task: 2
detect_non_progress: false
hooks:
  scatter:
    command: '"$TMTUI_PYTHON" scatter.py'
    env: {DEPLOY_TOKEN: $DEPLOY_TOKEN, SHOP_PASSWORD: $SHOP_PASSWORD, API_SECRET: $SPOKEN_ABOUT}
"""


def encoded(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


def forms(value: str) -> set[bytes]:
    """How a value may stand somewhere."""
    data = value.encode()
    shifted = [base64.b64encode(bytes(shift) + data).decode()[4:-4] for shift in range(3)]
    texts = {value, quote(value), quote(value, safe=""), quote_plus(value), data.hex(), json.dumps(value)[1:-1]}
    return {
        text.encode() for text in (*texts, *shifted, *(each.replace("+", "-").replace("/", "_") for each in shifted))
    }


FORMS = {form for value in EVERY for form in forms(value)}


def found(data: bytes) -> list[bytes]:
    """The secrets in some bytes, in whatever form; also where lines of a narrow screen cut them."""
    whole = (data, data.replace(b"\r\n", b"").replace(b"\n", b""))
    return sorted(form for form in FORMS if any(form in each for each in whole))


def files() -> dict[str, str]:
    token, password = SECRETS["DEPLOY_TOKEN"], SECRETS["SHOP_PASSWORD"]
    steps = [
        {"text": f"The token is {token}, or {encoded(token)} encoded, and the password {password}."},
        {"thinking": f"I remember {password} and {SECRETS['ANTHROPIC_API_KEY']}."},
        {"create": {"path": "config.py", "content": f"TOKEN = '{token}'\nKEY = '{FILE_SECRET}'\n"}},
        {"bash": "cat keys.txt; cp keys.txt copy.txt"},
        {"bash": f"echo {token}; printf '%s' {token} | base64"},
        {"bash": f"echo {token[:9]} | tr -d '\\n'; sleep 0.1; echo {token[9:]}"},
        {"view": {"path": f"missing-{token}"}},
        {"tool": {"name": "unheard-of", "input": {"password": password}}},
    ]
    task = {
        "id": "a",
        "title": f"Deploy with {token}",
        "description": f"Use the password {password}, or url-encoded {quote(password, safe='')}.",
        "post_hooks": ["scatter"],
    }
    return {
        ".taskmaster.yml": SETTINGS,
        "tasks.yml": json.dumps({"tasks": [task]}),
        "a.agent.yml": json.dumps({"version": 1, "pace": 4000, "tasks": {"a": steps}}),
        "scatter.py": SCATTER,
        "keys.txt": f"{FILE_SECRET}\n{SECRETS['DEPLOY_TOKEN']}\n",
        ".gitignore": ".taskmaster/\n",
    }


WRITTEN_BY_PEOPLE = {".taskmaster.yml", "tasks.yml", "a.agent.yml", "scatter.py", "keys.txt"}
WRITTEN_BY_AGENT = {"config.py", "copy.txt"}
"""What the agent makes is the user's own file: it holds what it was told to."""

RUN = ("run", "tasks.yml", "--agent", "scripted:a.agent.yml", "--on-decision", "skip", "--verbose")


@pytest.fixture(name="project")
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    project = Project.of_files(files(), tmp_path)
    project.trust_agents()
    return project


def records(project: Project) -> Iterator[tuple[str, bytes]]:
    """What a run leaves beside the user's own files."""
    for path in project.state.rglob("*"):
        if path.is_file() and "shadow.git" not in path.parts:
            yield path.relative_to(project.root).as_posix(), path.read_bytes()


def test_what_is_kept_and_what_is_printed_holds_no_secret(project: Project) -> None:
    run = project.run(*RUN, "--plain")
    assert run.returncode == 1, run.stderr
    assert "[redacted]" in run.stdout
    leaks = {"--plain": found((run.stdout + run.stderr).encode())}
    leaks |= {name: found(data) for name, data in records(project)}
    latest = json.loads(project.run("runs", "--json").stdout)[0]["run"]
    words = (
        *(("status",), ("status", "--json"), ("debug",), ("debug", "--json"), ("receipt",), ("runs", "--json")),
        *(
            ("logs", "a"),
            ("logs", "a", "--json"),
            ("diff", "a", "--attempt", "1"),
            ("diff", "a", "--json"),
            ("replay", "--plain"),
        ),
        *(("replay", "--json"), ("config", "show"), ("cost-report",), ("export", latest, "--script", "saved.yml")),
        ("policy", "audit"),
    )
    for each in words:
        done = project.run(*each)
        assert done.returncode == 0, f"{each}: {done.stderr}"
        leaks[" ".join(each)] = found((done.stdout + done.stderr).encode())
    assert "+[redacted]" in project.run("diff", "a", "--attempt", "1").stdout
    leaks["export"] = found((project.root / "saved.yml").read_bytes())

    assert {name: leak for name, leak in leaks.items() if leak} == {}
    kinds = {event["kind"] for event in project.events()}
    assert {"agent.spoke", "agent.thought", "tool.printed", "hook.printed", "attempt.prompted"} <= kinds


@pytest.mark.parametrize("flag", ["--plain", "--json", "--quiet"])
def test_a_terminal_shows_no_secret(project: Project, flag: str) -> None:
    with Terminal(project.argv(*RUN, flag), cwd=project.root, env=project.env, columns=400) as terminal:
        terminal.until_exit()
        assert found(bytes(terminal.raw)) == []


def test_the_cockpit_shows_no_secret_in_any_tab(project: Project) -> None:
    command = project.argv("run", "tasks.yml", "--agent", "scripted:a.agent.yml")
    with Terminal(command, cwd=project.root, env=project.env, columns=220, rows=60) as terminal:
        terminal.until("needs you:")
        shown = [terminal.text]
        for key in "123456":
            terminal.press(key)
            terminal.read(0.5)
            terminal.until(lambda screen: bool(screen.strip()))
            shown.append(terminal.text)
        terminal.press("!")
        terminal.until("esc back")
        terminal.press("s")
        terminal.until("INCOMPLETE")
        terminal.press("q")
        terminal.until_exit()
        assert any("[redacted]" in screen for screen in shown)
        assert found(bytes(terminal.raw)) == []
        assert [leak for screen in shown for leak in found(screen.encode())] == []


def test_no_key_stands_on_a_command_line_or_in_a_childs_environment(project: Project) -> None:
    steps = [{"bash": "tr '\\0' '\\n' < /proc/self/environ > seen.txt; cat /proc/[0-9]*/cmdline >> seen.txt; true"}]
    (project.root / "a.agent.yml").write_text(json.dumps({"version": 1, "tasks": {"a": steps}}))
    project.run(*RUN, "--plain")
    assert found((project.root / "seen.txt").read_bytes()) == []
    assert not {"DEPLOY_TOKEN", "ANTHROPIC_API_KEY"} & {
        line.partition("=")[0] for line in (project.root / "seen.txt").read_text(errors="replace").splitlines()
    }
