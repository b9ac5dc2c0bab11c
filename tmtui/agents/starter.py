"""The script that `tmtui init` writes, so that the first plan can be rehearsed at once, offline."""

from typing import Final


SCRIPT_NAME: Final = "tasks.agent.yml"

STARTER_SCRIPT: Final = """\
# What the scripted agent says and does for tasks.yml: a rehearsal, offline, with real tools.
# Name another agent with `agent:` in .taskmaster.yml once you have one.

version: 1
pace: 200                        # characters a second; 0 is at once
tasks:
  hello:
    - text: I write one friendly sentence.
    - create: {path: GREETING.md, content: "Welcome, and thank you for looking at this project.\\n"}
  improve:
    - view: GREETING.md
    - insert: {path: GREETING.md, line: 1, text: "Its tests run with the command that .taskmaster.yml names.\\n"}
    - text: The greeting says now how the tests are run.
  "*":                           # every other task
    - text: The script has nothing for this task, so nothing is changed.
"""
