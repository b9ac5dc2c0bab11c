"""Prompts of one's own, and what of the project they tell."""

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


class PromptContext(msgspec.Struct, frozen=True, kw_only=True):
    """What of the project a prompt tells."""

    include_git_status: bool = True
    include_file_list: bool = True
    include_file_contents: bool = False
    max_files_listed: int = 20
    max_file_size: int = 10_000
    """Bytes."""
    include_patterns: tuple[str, ...] = ()
    """Only files that match one of these, when there are any."""
    exclude_patterns: tuple[str, ...] = ()
