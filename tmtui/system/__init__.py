"""The operating system, tamed: processes, files, locks, sockets and clocks.

- `documents`: bounded reading of the YAML and JSON that people write, with places.
- `warden`: runs commands as whole trees of processes. `child` is one of them and `pipe` its output; `warden_link` and
  `warden_words` are the line to the process that keeps them, `wardend`, with its `wardend_jobs` and `wardend_start`.
- `processes`: the table they all stand in. `sweep`: the end of those that lost their warden.
- `lock`: one engine to a state folder. `control`: the socket by which others speak to it.
- `state_dir`: where a project's state lives, and how its files are opened.
- `confined`, on top of `beneath`: files below one folder, and nothing else.
- `sandbox`: what keeps a command from the rest of the machine.
- `environment`: what a child may know. `variables`: `${VAR}` in what people write.
- `clock`: the machine's time. `machine`: which machine, since which start.
"""
