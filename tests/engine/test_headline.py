"""The one line of an output that says what went wrong, and the last line of one that waits for somebody."""

import pytest
from hypothesis import given, strategies as st

from tests.domain.hostile import CORPUS, FORBIDDEN
from tmtui.engine.headline import WIDTH, headline, looks_like_a_question


PYTEST = """\
============================= test session starts ==============================
collected 3 items

tests/test_ops.py ..F                                                    [100%]

=================================== FAILURES ===================================
__________________________________ test_root ___________________________________

    def test_root():
>       assert root(-1) is None
E       ZeroDivisionError: division by zero

calculator/ops.py:7: ZeroDivisionError
=========================== short test summary info ============================
FAILED tests/test_ops.py::test_root - ZeroDivisionError: division by zero
========================= 1 failed, 2 passed in 0.03s ==========================
"""

SUMMARY_ONLY = """\
FAILED tests/test_ops.py::TestRoot::test_zero[0-1] - assert 1 == 2
1 failed in 0.03s
"""

TRACEBACK = """\
Traceback (most recent call last):
  File "app.py", line 3, in <module>
    import nothing
ModuleNotFoundError: No module named 'nothing'
"""


@pytest.mark.parametrize(
    ("output", "line"),
    [
        (PYTEST, "ZeroDivisionError: division by zero in test_root"),
        (SUMMARY_ONLY, "assert 1 == 2 in TestRoot::test_zero[0-1]"),
        ("E       assert 1 == 2\nE        +  where 1 = f()\n", "assert 1 == 2"),
        ("E   AssertionError: no 'good' in a\n", "AssertionError: no 'good' in a"),
        ("E   my.own.StrangeError\n", "my.own.StrangeError"),
        ("ERROR tests/test_ops.py - ImportError: cannot import name 'f'\n", "ImportError: cannot import name 'f'"),
        (TRACEBACK, "ModuleNotFoundError: No module named 'nothing'"),
        ("json.decoder.JSONDecodeError: Expecting value\n", "json.decoder.JSONDecodeError: Expecting value"),
        ("main.c:3:1: error: expected ';'\n1 error generated.\n", "main.c:3:1: error: expected ';'"),
        ("error[E0425]: cannot find value `x`\n", "error[E0425]: cannot find value `x`"),
        ("fatal: not a git repository\n", "fatal: not a git repository"),
        ("Build FAILED: see above\nbye\n", "Build FAILED: see above"),
        ("all is well\n\nreally\n\n", "really"),
        ("sh: 1: nope: not found", "sh: 1: nope: not found"),
        ("   \n\n", ""),
        ("", ""),
    ],
)
def test_the_most_telling_line_is_found(output: str, line: str) -> None:
    assert headline(output) == line


@given(
    st.lists(st.sampled_from(["E   ", "Error", "error: ", "FAILED a::b - ", "\n", "x" * 300, *CORPUS.values()])).map(
        "".join
    )
)
def test_a_headline_is_one_safe_line_of_bounded_length(output: str) -> None:
    line = headline(output)
    assert "\n" not in line
    assert len(line) <= WIDTH
    assert not FORBIDDEN.search(line)


@pytest.mark.parametrize(
    "shape", ["E " + " " * 4_000, "a." * 2_000, "FAILED " + "x" * 4_000, "error " * 700, "x" * 4_000, "::" * 2_000]
)
def test_no_output_takes_long_to_look_through(shape: str) -> None:
    assert len(headline(shape + "\n" + shape)) <= WIDTH
    assert not looks_like_a_question(shape)


@pytest.mark.parametrize(
    "line",
    [
        "Password:",
        "Password for 'https://deck@example.org': ",
        "Enter passphrase for key '/home/deck/.ssh/id_ed25519': ",
        "[sudo] password for deck: ",
        "Overwrite? [y/N] ",
        "Proceed ([y]/n)? ",
        "Do you want to continue? [Y/n]",
        "Remove it? (yes/no)",
        "Continue?",
        "Press any key to continue . . .",
        "Press ENTER to go on",
        "Are you sure you want to continue connecting (yes/no/[fingerprint])? ",
        "Username for 'https://example.org': ",
        "login:",
        "OTP code: ",
    ],
)
def test_a_line_that_waits_for_an_answer_looks_like_one(line: str) -> None:
    assert looks_like_a_question(line)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "3 passed in 0.02s",
        "All tests passed",
        "Downloading 34%",
        "password.py ........",
        "Compiling login v1.0",
        "waiting for the server",
        "y/n",
        "[100%]",
    ],
)
def test_a_line_that_only_takes_its_time_does_not(line: str) -> None:
    assert not looks_like_a_question(line)


def test_only_the_end_of_a_line_is_looked_at() -> None:
    assert looks_like_a_question("x" * 100_000 + " Password: ")
    assert not looks_like_a_question("Password: " + "x" * 100_000)
