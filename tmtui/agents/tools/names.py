"""What the tools are called. The first two are names that models were trained on."""

from typing import Final


BASH: Final = "bash"
EDITOR: Final = "str_replace_based_edit_tool"
GLOB: Final = "glob"
GREP: Final = "grep"
