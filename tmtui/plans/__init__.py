"""Plans: from the files that people write to a `Plan`.

- `written`: the schema of the native format; `flatten`: phases and subtasks laid out as one list of tasks;
  `check`: what only the whole plan can tell (ids, dependencies, cycles); `native`: all of it in order.
- `starter`: the plan that `tmtui init` writes.
"""
