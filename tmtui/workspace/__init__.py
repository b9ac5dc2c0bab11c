"""The user's files under version: what they were before an attempt, what changed, and the way back.

Bottom up:

- `git`: runs git so that nothing of a hostile repository is executed.
- `repository`: where a root's objects, refs and HEAD are.
- `shadow`: the private git dir through which the engine looks at the files.
- `seed`: what the private index starts from.
- `recorder`: the files of the root as one tree id, fast.
- `changes`: what differs between two trees, as values.
- `restore`: a tree put back without destroying what no tree holds.
- `diff`: the unified diff of two trees, for the engine and for any other process.
- `checkpoint`: `Workspace`, which makes an attempt's events of all this.
- `guard`: what no attempt may change, watched during each call where no sandbox keeps it.
- `context`: what prompts may tell of the files (`languages`, `secret_files`).
"""
