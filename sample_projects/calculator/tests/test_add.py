import pytest

from calculator.arithmetic import add


@pytest.mark.parametrize(("a", "b", "total"), [(2, 3, 5), (-1, 1, 0), (0.5, 0.25, 0.75)])
def test_add(a, b, total):
    assert add(a, b) == total


def test_order_does_not_matter():
    assert add(7, 35) == add(35, 7)
