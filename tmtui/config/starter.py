"""The settings file that `tmtui init` writes."""

from collections.abc import Collection
from typing import Final


SETTINGS_NAME: Final = ".taskmaster.yml"

_TESTS: Final = (
    ("pyproject.toml", "python -m pytest -q"),
    ("setup.py", "python -m pytest -q"),
    ("package.json", "npm test"),
    ("Cargo.toml", "cargo test"),
    ("go.mod", "go test ./..."),
    ("Makefile", "make test"),
)
"""How a project that has this file is most likely tested; the first one that is found counts."""

_TEMPLATE: Final = """\
# Settings of tmtui for this project. Everything may be left out; what stands behind a '#' is the built-in value.
# `tmtui config show` lists every setting with its origin, `tmtui config validate` checks this file.

# Who does the work. `scripted:FILE` plays a script, offline.
agent: scripted:tasks.agent.yml
# agent_timeout: 30m

# max_parallel: 1               # tasks at the same time
# max_attempts_per_task: 3      # failed attempts before you are asked
# max_consecutive_failures: 2   # failed tasks in a row before the run stops; 0 is no limit
# detect_non_progress: true     # ask when attempts change nothing and checks still fail
# budget_usd: 5                 # no limit unless it is set

# Commands that check the work. What a failing one prints goes back to the agent with its next attempt.
hooks:
  test:
    command: {test}
    timeout: 10m
    description: Run the tests
  # lint:
  #   command: ruff check .
  #   stop_on_failure: false    # shown as a warning; the task goes on
  #   working_dir: .
  #   env:
  #     CI: "true"
  #   retry_count: 0
  #   retry_delay: 5s

# The hooks of every task that names none of its own.
hook_defaults:
  pre_hooks: []
  post_hooks: [test]

# What is answered when nobody is there to ask.
# unattended:
#   on_decision: skip           # retry, skip or abort
"""


def starter_settings(files: Collection[str]) -> str:
    """A commented settings file for a project whose root holds `files`."""
    test = next((command for name, command in _TESTS if name in files), "echo 'Write your test command here.'")
    return _TEMPLATE.format(test=test)
