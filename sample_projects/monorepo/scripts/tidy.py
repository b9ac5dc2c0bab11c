"""Complain about tabs, blanks at line ends and lines longer than 100 characters in the Python files of a folder."""

import sys
from pathlib import Path


def findings(path):
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if "\t" in line or line != line.rstrip():
            yield f"{path}:{number}: stray blanks"
        if len(line) > 100:
            yield f"{path}:{number}: {len(line)} characters"


if __name__ == "__main__":
    found = [line for path in sorted(Path(sys.argv[1]).rglob("*.py")) for line in findings(path)]
    print("\n".join(found) or "tidy")
    sys.exit(bool(found))
