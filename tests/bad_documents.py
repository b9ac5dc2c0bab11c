"""Plans and settings that must be refused, with what must be said of each and in which line.

The tests of the rooms read them from memory; the tests of the command line write each to its file and run the
program on it.
"""

import codecs
from typing import Final, NamedTuple


class BadDocument(NamedTuple):
    """One file that must end in an error, never in a traceback."""

    name: str
    file: str
    """Its name below the project's root; `tasks.*` is a plan, anything else settings."""
    data: bytes
    line: int
    """Where the error is told; 0 when it is the file's as a whole."""
    words: tuple[str, ...]
    """What the message or the hint must say."""

    @property
    def is_plan(self) -> bool:
        return self.file.startswith("tasks.")


def _plan(name: str, text: str | bytes, line: int, *words: str) -> BadDocument:
    return BadDocument(name, "tasks.yml", text.encode() if isinstance(text, str) else text, line, words)


def _json_plan(name: str, text: str, line: int, *words: str) -> BadDocument:
    return BadDocument(name, "tasks.json", text.encode(), line, words)


def _settings(name: str, text: str | bytes, line: int, *words: str) -> BadDocument:
    return BadDocument(name, ".taskmaster.yml", text.encode() if isinstance(text, str) else text, line, words)


def _json_settings(name: str, text: str, line: int, *words: str) -> BadDocument:
    return BadDocument(name, ".taskmaster/config.json", text.encode(), line, words)


def _with_id(task_id: str) -> str:
    return f"tasks:\n  - title: x\n    id: {task_id}\n"


def _many_laughs(levels: int = 9) -> str:
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "\n".join(lines) + "\n"


NO_TEXT: Final = (
    _plan("binary", b"\x89PNG\r\n\x1a\n\xff\xfe\x80", 1, "UTF-8"),
    _plan("a NUL byte", b"tasks:\n  - id: a\n    title: 'x\0y and enough text around it'\n", 3, "NUL"),
    _plan("UTF-16", codecs.BOM_UTF16_LE + "tasks: []".encode("utf-16-le"), 1, "UTF-16", "UTF-8"),
    _plan("UTF-16 without a mark", "tasks: [{id: a, title: b}]".encode("utf-16-be"), 1, "UTF-16", "UTF-8"),
    _plan("UTF-32", codecs.BOM_UTF32_LE + "tasks: []".encode("utf-32-le"), 1, "UTF-32", "UTF-8"),
    _plan("Latin-1", "tasks:\n  - id: a\n    title: Caf\xe9\n".encode("latin-1"), 3, "0xe9", "UTF-8"),
    _plan("an escape character", "tasks:\n  - id: a\n    title: a\x1b]52;c;aGk=\x07\n", 3, "U+001B"),
    _plan("empty", "", 0, "empty", "tmtui init"),
    _plan("comments only", "# nothing\n\n# here\n", 0, "empty"),
)

LIMITS: Final = (
    _plan("billion laughs", _many_laughs(), 6, "200,000", "aliases"),
    _plan("a thousand aliases", f"a: &a x\nb: [{', '.join(['*a'] * 1001)}]\n", 2, "1,000 aliases"),
    _plan("1200 levels", "[" * 1200 + "]" * 1200, 1, "64 levels"),
    _plan("1200 levels of blocks", "- " * 1200 + "x", 1, "64 levels"),
    _json_plan("1200 levels of JSON", "[" * 1200 + "]" * 1200, 1, "64 levels"),
    _plan("levels by aliases", f"- &a {'[' * 40}{']' * 40}\n- {'[' * 40}*a{']' * 40}\n", 2, "64 levels"),
    _plan("a million values", "- x\n" * 250_000, 200_000, "200,000"),
    _plan("too large", b"#" * (8 * 1024 * 1024 + 1), 0, "too large", "8.4 MB"),
    _plan("20000 tasks", "".join(f"- {{id: t{n}, title: x}}\n" for n in range(20_000)), 1, "20,000", "10,000"),
    _plan("an alias of what it stands in", "tasks: &a [*a]\n", 1, "*a"),
    _plan("an alias of nothing", "tasks:\n  - *nobody\n", 2, "*nobody", "&nobody"),
)

SYNTAX: Final = (
    _plan("a tab", "tasks:\n\t- id: a\n", 2, "tab", "blanks"),
    _plan("a tab in a block", "tasks:\n  - id: a\n    title: |\n\t  x\n", 4, "tab"),
    _plan("an open quote", 'tasks:\n  - id: a\n    title: "never closed\n', 3, "quote", "closed"),
    _plan("an open bracket", "tasks: [{id: a, title: x}\n\nname: y", 1, "bracket"),
    _plan("a colon in a title", "tasks:\n  - id: a\n    title: Add: one\n", 3, "colon", "quotes"),
    _plan("a value that begins with @", "tasks:\n  - id: a\n    title: @me\n", 3, "`@`", "quotes"),
    _plan("wrong indentation", "tasks:\n  - id: a\n   title: x\n", 3, "indentation"),
    _plan("text behind a quote", "tasks:\n  - id: a\n    title: 'it's'\n", 3, "quotes"),
    _plan("two documents", "tasks: []\n---\ntasks: []\n", 2, "second document"),
    _plan("a list as a key", "? [a, b]\n: x\n", 1, "key"),
    _plan("an unknown escape", 'tasks:\n  - id: a\n    title: "\\q"\n', 3, "escape"),
    _json_plan("JSON cut off", '{"tasks": [\n  {"id": "a"', 2, "`}`"),
    _json_plan("a comma too many", '{"tasks": [\n  {"id": "a", "title": "x"},\n]}', 3, "comma"),
    _json_plan("a comment in JSON", '// plan\n{"tasks": []}', 1, "comments"),
    _json_plan("half a surrogate", '[{"id": "a",\n"title": "\\ud800"}]', 2, "surrogate"),
    _json_plan("NaN", '[{"id": "a", "title": "x", "timeout": NaN}]', 1, "NaN"),
    _json_plan("single quotes", "{'tasks': []}", 1, "double quotes"),
)

TYPES: Final = (
    _plan("a Python object", "tasks: !!python/object/apply:os.system ['id']\n", 1, "tag", "python"),
    _plan("a custom tag", "tasks:\n  - !task\n    id: a\n    title: x\n", 2, "`!task`"),
    _plan("a key twice", "tasks:\n  - id: a\n    title: x\n    id: b\n", 4, "`id`", "line 2"),
    _json_plan("a key twice in JSON", '[{"id": "a",\n"title": "x",\n"id": "b"}]', 3, "`id`", "line 1"),
    _plan("a key in two spellings", "- id: a\n  title: x\n  depends_on: []\n  dependsOn: []\n", 4, "`depends_on`"),
    _plan("a merge of no mapping", "- <<: [1]\n  id: a\n  title: x\n", 1, "`<<`"),
    _plan("a root that is text", "just text\n", 1, "mapping"),
    _plan("no tasks", "name: x\ntasks: []\n", 1, "no tasks"),
    _plan("tasks as a mapping", "tasks:\n  a: {title: x}\n", 2, "`tasks`", "list"),
    _plan("a task that is a list", "tasks:\n  - id: a\n    title: x\n  - [b]\n", 4, "item 2", "mapping"),
    _plan("a title that is a list", "tasks:\n  - id: a\n    title: [x]\n", 3, "`title`", "text"),
    _plan("no title", "tasks:\n  - id: a\n", 2, "`title`"),
    _plan("a title without a value", "tasks:\n  - id: a\n    title:\n", 3, "`title`"),
    _plan("no id", "tasks:\n  - title: x\n", 2, "`id`"),
    _plan("a timeout in words", "- id: a\n  title: x\n  timeout: soon\n", 3, "`timeout`", "soon", "5m"),
    _plan("a timeout of nothing", "- id: a\n  title: x\n  timeout: 0\n", 3, "`timeout`", "more than 0"),
    _plan("a budget in words", "- id: a\n  title: x\n  budget_usd: lots\n", 3, "`budget_usd`", "$2.50"),
    _plan("half an attempt", "- id: a\n  title: x\n  max_attempts: 1.5\n", 3, "`max_attempts`", "whole number"),
    _plan("a priority that is none", "- id: a\n  title: x\n  priority: asap\n", 3, "`priority`", "high"),
)

IDS: Final = (
    _plan("an id that climbs", _with_id("../../etc/x"), 3, "../../etc/x", "letters"),
    _plan("an absolute id", _with_id("/abs"), 3, "/abs"),
    _plan("an id of dots", _with_id("'..'"), 3, ".."),
    _plan("an id with a slash", _with_id("a/b"), 3, "a/b"),
    _plan("an id for a device", _with_id("con"), 3, "reserved"),
    _plan("an id for a device with a dot", _with_id("CON.txt"), 3, "reserved"),
    _plan("an id that ends with a dot", _with_id("abc."), 3, "end with '.'"),
    _plan("an id of 300 characters", _with_id("a" * 300), 3, "64"),
    _plan("an id with a Cyrillic letter", _with_id("t\u0430sk"), 3, "t\u0430sk"),
    _plan("an id that is a time", _with_id("1:30"), 3, "1:30"),
    _plan("an id with an escape", _with_id('"a\\e[31m"'), 3, "letters"),
    _plan("an id twice", "- {id: a, title: x}\n- {id: b, title: x}\n- {id: a, title: x}\n", 3, "two tasks"),
    _plan("ids that differ in case", "- {id: Task, title: x}\n- {id: task, title: x}\n", 2, "case"),
    _plan("a path that climbs", "- id: a\n  title: x\n  path: src/../../etc\n", 3, "`path`", "root"),
    _plan("an absolute path", "- id: a\n  title: x\n  path: /etc\n", 3, "`path`", "root"),
)

GRAPH: Final = (
    _plan("a cycle", "- {id: a, title: x, depends_on: b}\n- {id: b, title: x, depends_on: a}\n", 1, "a -> b -> a"),
    _plan("a task that needs itself", "- id: a\n  title: x\n  depends_on: [a]\n", 3, "itself"),
    _plan(
        "an unknown task", "- {id: setup, title: x}\n- {id: b, title: x, depends_on: setpu}\n", 2, "setpu", "`setup`"
    ),
    _plan("an unknown task in the map", "tasks: [{id: a, title: x}]\ndependencies:\n  a: [zz]\n", 3, "`zz`"),
    _plan("an unknown task as a key", "tasks: [{id: ab, title: x}]\ndependencies:\n  abc: []\n", 3, "`abc`", "`ab`"),
    _plan("an unknown parent", "- {id: a, title: x, parent: nobody}\n", 1, "nobody"),
    _plan("its own parent", "- id: a\n  title: x\n  parent: a\n", 3, "own parent"),
    _plan(
        "a subtask that waits for its parent",
        "- id: p\n  title: x\n  subtasks: [{id: 1, title: y, depends_on: p}]\n",
        3,
        "p.1",
    ),
    _plan(
        "a circle of 9000",
        "".join(f"- {{id: t{n}, title: x, depends_on: t{(n + 1) % 9000}}}\n" for n in range(9000)),
        1,
        "t0 -> t1",
        "8993 more",
    ),
)

HOOKS: Final = (
    _plan(
        "an unknown hook",
        "hooks: {test: make test}\ntasks:\n  - {id: a, title: x, post_hooks: [tset]}\n",
        3,
        "tset",
        "`test`",
    ),
    _plan(
        "a hook without a command", "hooks:\n  t: {timeout: 5}\ntasks:\n  - {id: a, title: x}\n", 2, "`t`", "command"
    ),
    _plan(
        "options without a command", "- id: a\n  title: x\n  post_hooks:\n    - {name: t, timeout: 5}\n", 4, "command"
    ),
    _plan("a command with an escape", '- id: a\n  title: x\n  post_hooks: ["make \\e[2J"]\n', 3, "U+001B"),
    _plan("a command that reorders", "- id: a\n  title: x\n  post_hooks: ['make \u202etest']\n", 3, "U+202E"),
    _settings(
        "an unknown default hook",
        "hooks: {test: make}\nhook_defaults:\n  post_hooks: [tests]\n",
        3,
        "`tests`",
        "`test`",
    ),
    _settings("no command", "hooks:\n  test:\n    timeout: 60\n", 3, "`test`", "command"),
    _settings("an empty command", "hooks:\n  test: ' '\n", 2, "`command`", "empty"),
    _settings("a blank in a name", "hooks:\n  my test: make\n", 2, "my test", "blank"),
    _settings(
        "a contradiction",
        "hooks:\n  t: {command: x, stop_on_failure: true, continue_on_failure: yes}\n",
        2,
        "contradicts",
    ),
    _settings(
        "a folder that climbs", "hooks:\n  t:\n    command: x\n    working_dir: ../..\n", 4, "`working_dir`", "root"
    ),
    _settings("no name of a variable", "hooks:\n  t:\n    command: x\n    env: {A-B: 1}\n", 4, "A-B"),
    _settings(
        "retries that are none",
        "hooks:\n  t:\n    command: x\n    retry_count: -1\n",
        4,
        "`retry_count`",
        "at least 0",
    ),
    _settings("maybe", "hooks:\n  t:\n    command: x\n    quiet: maybe\n", 4, "`quiet`", "true or false"),
)

SETTINGS: Final = (
    _settings("settings that are a list", "- max_parallel: 2\n", 1, "mapping"),
    _settings("settings that are text", "fast please\n", 1, "mapping"),
    _settings("no number", "theme: dark\nmax_parallel: two\n", 2, "`max_parallel`", "whole number", "two"),
    _settings("too many", "max_parallel: 1000\n", 1, "at most 128"),
    _settings("none at all", "max_parallel: 0\n", 1, "at least 1"),
    _settings("an unknown choice", "sandbox: requird\n", 1, "`sandbox`", "`required`"),
    _settings("an unknown answer", "unattended:\n  on_decision: ask\n", 2, "`on_decision`", "retry"),
    _settings("an answer without a choice", "unattended:\n  answers:\n    a: {note: x}\n", 3, "`choice`"),
    _settings(
        "a missing variable",
        "theme: dark\nagent: ${NO_SUCH_VARIABLE_OF_TMTUI}\n",
        2,
        "NO_SUCH_VARIABLE_OF_TMTUI",
        ":-",
    ),
    _settings("no variable", "theme: dark\nagent: 'x ${{ secrets.KEY }}'\n", 2, "`agent`", "$$"),
    _settings("a template outside", "prompt_templates:\n  system: /etc/passwd\n", 2, "`system`", "root"),
    _settings("a provider that is text", "providers:\n  claude: yes please\n", 2, "`claude`", "mapping"),
    _settings("settings with an open quote", "agent: 'scripted:x\n", 1, "quote"),
    _settings("settings in UTF-16", codecs.BOM_UTF16_BE + b"\0a", 1, "UTF-16"),
    _json_settings("JSON settings cut off", '{"slos": {', 1, "key"),
    _json_settings("JSON settings of no mapping", "[1]", 1, "mapping"),
)

BAD_DOCUMENTS: Final = (*NO_TEXT, *LIMITS, *SYNTAX, *TYPES, *IDS, *GRAPH, *HOOKS, *SETTINGS)
BAD_PLANS: Final = tuple(bad for bad in BAD_DOCUMENTS if bad.is_plan)
BAD_SETTINGS: Final = tuple(bad for bad in BAD_DOCUMENTS if not bad.is_plan)
