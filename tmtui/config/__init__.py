"""Settings: from files, the environment and flags to one value, each part of it with its origin.

- `written`: the schema of what people write; `settings`: what the engine gets; `load`: from the one to the other.
- `layers`: which files there are, what the environment says, and how layers are laid over each other.
- `secrets`: what must not be shown; `describe`: settings as rows for people.
- `starter`: the file that `tmtui init` writes.

`settings` is light; everything else loads YAML.
"""
