"""The entry point of `tmtui`, `taskmaster` and `python -m tmtui`.

Asking for the version is the one thing that scripts do by the hundred, so it is answered before anything is imported.
"""

import os
import sys

from tmtui import __version__


STANDARD_OUTPUT = 1


def main() -> int:
    """Run the program with the process's arguments and return its exit code."""
    if sys.argv[1:] in (["--version"], ["-V"]) and _told(f"tmtui {__version__}\n"):
        return 0
    import gc  # noqa: PLC0415  # a version costs nothing

    # What modules, plans and states are made of lives to the end. To search it for rings again and again would be a
    # tenth of a short run.
    gc.set_threshold(20_000, 20, 50)
    from tmtui.cli.main import run_program  # noqa: PLC0415  # likewise

    code = run_program(sys.argv[1:])
    # The interpreter, on its way out, would search all that is left for rings, which the end of the process frees.
    gc.freeze()
    return code


def _told(text: str) -> bool:
    """Write a short text past Python's buffers; False when that fails, and the long way will say why."""
    try:
        return os.write(STANDARD_OUTPUT, text.encode()) == len(text)
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
