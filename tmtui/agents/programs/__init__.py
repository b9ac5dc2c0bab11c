"""Agents that are programs of their own: Claude Code, Codex, and any command.

    Request ──Kind──► Start ──Launcher──► the program, under the warden
                                               │ bytes, in chunks
    Chunk ◄──Reading (claude_stream, codex_stream, plain text)◄──┘
    Stop  ◄──verdict◄── how it ended, and what it told of its result

- `program`: one such agent: started, listened to, ended.
- `listening`: both its outputs, with a clock that says when it has gone silent.
- `lines`, `records`: from bytes to lines that cannot fill the memory, and to JSON records without the noise.
- `claude_code`, `codex`, `command`: how each is started; `claude_stream`, `codex_stream`: what each tells.
- `tally`: tokens, each counted once.
- `verdict`: from an exit code and a result to an outcome.
- `written`: from settings to an agent.

Each runs in the project's root with an environment from an allow-list, the variables that the settings give, and the
one key that it needs. They lead their conversations and carry out their tools themselves, so our rules for calls do
not hold there: what bounds them is the sandbox, and the modes and rules of their own that they are started with.

In the sandbox they have the network, for they ask their models themselves, and may write their own folder below the
home folder, where they keep logins and conversations. The other programs' folders and all other credentials stay
hidden, and so does `.taskmaster`. `options: {sandbox: false}` takes one of them out, unless the settings say
`sandbox: required`; what a command of one's own has to write besides goes into `sandbox_writable`.
"""
