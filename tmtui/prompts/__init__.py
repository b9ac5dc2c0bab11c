"""What an agent is asked: templates, their rendering, and the fence around foreign text. Pure.

- `builtin`: the texts that come with tmtui; `templates`: which there are, and which variables each may use.
- `context`: what of the project is told; `compose`: all of it together; `render`, `fence`: how.
"""
