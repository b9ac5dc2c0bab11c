import pytest

from calculator.__main__ import main


@pytest.mark.parametrize(
    ("words", "answer"),
    [("6 + 2", "8"), ("6 - 2", "4"), ("6 x 2", "12"), ("6 / 4", "1.5"), ("2 ^ 8", "256")],
)
def test_answers(words, answer, capsys):
    assert main(words.split()) == 0
    assert capsys.readouterr().out == f"{answer}\n"


def test_says_what_went_wrong(capsys):
    assert main(["6", "/", "0"]) == 1
    assert "divide by zero" in capsys.readouterr().err


def test_says_how_it_is_used(capsys):
    assert main(["6", "+"]) == 2
    assert "usage" in capsys.readouterr().err
