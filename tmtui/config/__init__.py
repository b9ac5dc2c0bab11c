"""Settings: from files, the environment and flags to one value, each part of it with its origin.

- `written`: the schema of what people write; `settings`: what the engine gets; `load`: from the one to the other.
- `values`: what the larger parts come to, light; `blocks`: their schemas, each loaded when somebody writes the part;
  `parts`: what shows only once all layers are together, such as a model that ends.
- `choosing`: which profile, provider and model a task gets; `templates`: the prompts of a project.
- `keys`, `editing`, `changing`: a setting found by its name, changed in its text, and written.
- `layers`: which files there are, what the environment says, and how layers are laid over each other.
- `secrets`: what must not be shown; `describe`: settings as rows for people.
- `starter`: the file that `tmtui init` writes.

`settings`, `values` and `choosing` are light; everything else loads YAML.
"""
