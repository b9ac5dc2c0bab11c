"""One-liners that look at the project, told from those that reach out of it."""

import pytest
from hypothesis import given, strategies as st

from tmtui.policy.python_code import looks_only, reaches_out


@pytest.mark.parametrize(
    "code",
    [
        "print(1)",
        "from calculator.arithmetic import add; print(add(2, 3))",
        "import sys; print(sys.version)",
        "import json; print(json.load(open('package.json'))['name'])",
        "print('/'.join('ab'))",
        "",
    ],
)
def test_code_that_looks_only(code: str) -> None:
    assert looks_only(code)
    assert not reaches_out(code)


@pytest.mark.parametrize(
    "code",
    [
        "import os; os.system('x')",
        "from os import system; system('x')",
        "import subprocess",
        "from socket import socket",
        "import urllib.request",
        "__import__('os').system('x')",
        "exec('x')",
        "eval(input())",
        "import shutil; shutil.rmtree('x')",
        "import pathlib; pathlib.Path('x').unlink()",
        "import os; os.kill(1, 9)",
        "import importlib",
        "import subprocess as (",
    ],
)
def test_code_that_reaches_out(code: str) -> None:
    assert reaches_out(code)
    assert not looks_only(code)


@pytest.mark.parametrize(
    "code",
    [
        "import os; print(os.sep)",
        "open('x', 'w')",
        "open('x', mode='a')",
        "print(open('/etc/passwd').read())",
        "print(open('../x').read())",
        "from pathlib import Path; Path('x').write_text('y')",
        "getattr(x, '__class__')",
        "print((",
    ],
)
def test_code_that_is_neither(code: str) -> None:
    assert not looks_only(code)


@given(st.text())
def test_no_code_is_too_strange(code: str) -> None:
    assert not (looks_only(code) and reaches_out(code))


@pytest.mark.parametrize("code", ["(" * 5_000, "-" * 20_000, "a." * 5_000 + "b", "\0", "\ud800"])
def test_hostile_code_is_refused(code: str) -> None:
    assert looks_only(code) in (True, False)
