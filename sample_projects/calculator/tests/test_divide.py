import pytest

from calculator.division import divide
from calculator.errors import CalculatorError


def test_divide():
    assert divide(6, 3) == 2
    assert divide(1, 4) == 0.25


def test_divide_by_zero():
    with pytest.raises(CalculatorError, match="divide by zero"):
        divide(1, 0)
