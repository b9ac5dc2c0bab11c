"""Prompts of one's own. What of the project they tell is in `tmtui.prompts.context`."""

import msgspec


class PromptTemplates(msgspec.Struct, frozen=True, kw_only=True):
    """Files, relative to the root, that take the place of the built-in prompts.

    Where one is empty, `.taskmaster/prompts/system.txt` (`task.txt`, `retry.txt`) counts, when there is one.
    """

    system: str = ""
    task: str = ""
    retry: str = ""
    variables: dict[str, str] = {}
    """What templates may refer to beside what a task gives."""
