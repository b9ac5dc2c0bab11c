"""The plan that `tmtui init` writes."""

from typing import Final


PLAN_NAME: Final = "tasks.yml"

STARTER_PLAN: Final = """\
# A plan for tmtui: `tmtui run tasks.yml` carries it out, `tmtui run tasks.yml --dry-run` shows what it would do.
# Only `id` and `title` must be there. What stands behind a '#' is an example.

name: My first plan

tasks:
  - id: hello
    title: Write a greeting
    description: |
      Create the file GREETING.md with one friendly sentence about this project.
    phase: First steps
    acceptance_criteria:
      - GREETING.md exists and has exactly one sentence.
    post_hooks:                    # in place of the default hooks; they judge the work
      - test -s GREETING.md

  - id: improve
    title: Improve the greeting
    description: |
      Say in GREETING.md how to run the project's tests, too.
    phase: First steps
    depends_on: [hello]            # runs when these are done
    # path: services/api           # the folder it is about
    # priority: high               # critical, high, medium, low, or a number
    # pre_hooks: [lint]            # names from `hooks:` in .taskmaster.yml, or commands
    # definition_of_done: [The tests pass.]
    # timeout: 20m                 # for the agent's part of one attempt
    # budget_usd: 0.50
    # max_attempts: 3
    # subtasks:                    # run before the task itself, as improve.1 and improve.2
    #   - Find out how the tests are run
    #   - title: Describe it
    #     depends_on: 1
"""
"""Loads with any settings: it refers to no hook by name."""
