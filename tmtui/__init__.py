"""tmtui: a flight deck for AI coding runs.

The rooms, from the ground up; imports point down only:

- `domain`: the words of the problem: ids, plans, statuses, money, time, text. Pure.
- `events`: what happened, what is asked for, and how both are written. Pure.
- `state`: events folded into a state, and the questions a screen asks of it. Pure.
- `prompts`, `resilience`: templates; the error taxonomy and backoff. Pure.
- `system`: processes, files, locks and sockets: the operating system, tamed.
- `agents`, `store`, `workspace`, `monitor`, `config`, `plans`: one outside thing each.
- `engine`: decides and does; the only place where time passes.
- `tui`: shows state and sends commands.
- `cli`: the composition root.
"""

__version__ = "0.1.0"
