import pytest

from calculator.geometry import hypotenuse


@pytest.mark.parametrize(("a", "b", "c"), [(3, 4, 5), (5, 12, 13), (0, 2, 2)])
def test_hypotenuse(a, b, c):
    assert hypotenuse(a, b) == c
