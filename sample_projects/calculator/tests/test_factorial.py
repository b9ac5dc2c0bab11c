import pytest

from calculator.counting import factorial
from calculator.errors import CalculatorError


@pytest.mark.parametrize(("number", "result"), [(0, 1), (1, 1), (5, 120), (20, 2432902008176640000)])
def test_factorial(number, result):
    assert factorial(number) == result


@pytest.mark.parametrize("number", [-1, 2.5])
def test_only_whole_numbers_that_are_not_negative(number):
    with pytest.raises(CalculatorError, match="whole number"):
        factorial(number)
