"""A small linter: every file parses, no tabs, no trailing blanks, no long lines; with --docs, no function without a docstring."""

import ast
import sys
from pathlib import Path

LONGEST_LINE = 120


def lint(path, text):
    for number, line in enumerate(text.splitlines(), 1):
        if "\t" in line:
            yield f"{path}:{number}: a tab"
        if line != line.rstrip():
            yield f"{path}:{number}: blanks at the end of the line"
        if len(line) > LONGEST_LINE:
            yield f"{path}:{number}: {len(line)} characters, more than {LONGEST_LINE}"


def undocumented(path, tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is None:
            yield f"{path}:{node.lineno}: the function {node.name} has no docstring"


def main(arguments):
    folders = [word for word in arguments if word != "--docs"]
    found = []
    files = sorted(path for folder in folders for path in Path(folder).rglob("*.py"))
    for path in files:
        text = path.read_text(encoding="utf-8")
        try:
            tree = ast.parse(text)
        except SyntaxError as error:
            found.append(f"{path}:{error.lineno}: {error.msg}")
            continue
        found += undocumented(path, tree) if "--docs" in arguments else lint(path, text)
    print(*found, sep="\n", end="\n" if found else "")
    print(f"{len(files)} files, {len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
