"""The entry point of `tmtui`, `taskmaster` and `python -m tmtui`.

Asking for the version is the one thing that scripts do by the hundred, so it is answered before anything is imported.
"""

import sys


def main() -> int:
    """Run the program with the process's arguments and return its exit code."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from tmtui import __version__  # noqa: PLC0415  # the fast path

        sys.stdout.write(f"tmtui {__version__}\n")
        return 0
    from tmtui.cli.main import run_program  # noqa: PLC0415  # the slow path

    return run_program(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
