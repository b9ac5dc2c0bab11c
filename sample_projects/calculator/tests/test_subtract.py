from calculator.arithmetic import multiply, subtract


def test_subtract():
    assert subtract(5, 3) == 2
    assert subtract(3, 5) == -2


def test_multiply():
    assert multiply(6, 7) == 42
    assert multiply(6, 0) == 0
