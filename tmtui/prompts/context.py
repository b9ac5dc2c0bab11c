"""What of the project goes into a prompt: what is wished for, and what was found. All of it is foreign text."""

import msgspec


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


class FileText(msgspec.Struct, frozen=True):
    """What stands in one file."""

    path: str
    text: str
    cut: bool = False
    """Whether there is more of it."""


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What was found when a task was about to be worked on. Raw: `compose` cleans and fences it."""

    project_name: str = ""
    language: str = ""
    """The language that most of the files are written in; empty when there is none."""
    git_status: str = ""
    files: tuple[str, ...] = ()
    """Paths from the root on, as many as are listed."""
    files_left_out: int = 0
    """Files beyond those."""
    contents: tuple[FileText, ...] = ()
    previous_response: str = ""
    """The end of what the agent said in its last attempt."""
