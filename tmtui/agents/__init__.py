"""Who does the work. One port (`port`), one module for each kind of agent, none of which knows another.

- `port`: what an agent is asked, what it yields, and how its tool calls are carried out.
- `model`: the other port, of a model that is asked turn by turn; `anthropic` is Claude over the API.
- `registry`: from the name of an agent or a model to it.
- `scripted`: the agent that plays a script (`script`), read by `script_reading`, written by `script_writing`.
- `toolbox`: the tools, carried out for real; `tools` has one module for each.
"""
