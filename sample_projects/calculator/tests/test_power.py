import pytest

from calculator.errors import CalculatorError
from calculator.powers import power


@pytest.mark.parametrize(("base", "exponent", "result"), [(2, 10, 1024), (5, 0, 1), (2, -2, 0.25), (-3, 3, -27)])
def test_power(base, exponent, result):
    assert power(base, exponent) == result


def test_zero_has_no_negative_power():
    with pytest.raises(CalculatorError, match="divide by zero"):
        power(0, -1)
