"""Decides and does. The only place where time passes.

`decide`, `schedule` and `recover` are functions of values; `attempt` and what it calls (`hooks`, `conversation`,
`tools`) have effects, each recorded by the `journal` before it happens; `runner` holds them together.
"""
