"""Who does the work. One port (`port`), one module for each kind of agent, none of which knows another.

- `port`: what an agent is asked, what it yields, and how its tool calls are carried out.
- `registry`: from an agent's name to the agent.
- `scripted`: the agent that plays a script (`script`), read by `script_reading`, written by `script_writing`.
- `toolbox`: the tools, carried out for real; `tools` has one module for each.
"""
