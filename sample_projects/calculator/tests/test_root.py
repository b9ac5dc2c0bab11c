import pytest

from calculator.errors import CalculatorError
from calculator.roots import square_root


@pytest.mark.parametrize(("number", "root"), [(9, 3), (2.25, 1.5), (0, 0)])
def test_square_root(number, root):
    assert square_root(number) == root


def test_negative_numbers_have_no_root_here():
    with pytest.raises(CalculatorError, match="negative"):
        square_root(-4)
