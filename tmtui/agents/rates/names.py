"""The forms in which one model is named."""

import re
from typing import Final


_WRAPPINGS: Final = (
    re.compile(r"\[[^\]]*\]$"),  # `[1m]`: the context that was asked for
    re.compile(r"^.*/"),  # `openrouter/anthropic/`: who passes it on
    re.compile(r"^(?:[a-z-]+\.)?anthropic\.|-v\d+(?::\d+)?$"),  # Bedrock: `eu.anthropic.` and `-v1:0`
    re.compile(r"(?:-latest|[-@]\d{8}|-\d{4}-\d{2}-\d{2})$"),  # which issue of it
)


def forms(model: str) -> tuple[str, ...]:
    """How tables may list a model: as it is named, then without what is wrapped around its name, step by step."""
    name = model.strip().lower()
    found = {name: None}
    for wrapping in _WRAPPINGS:
        name = wrapping.sub("", name)
        found[name] = None
    return tuple(form for form in found if form)
