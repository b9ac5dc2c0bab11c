"""Sums, differences and products."""


def add(a: float, b: float) -> float:
    """Return the sum of two numbers."""
    raise NotImplementedError("add")


def subtract(a: float, b: float) -> float:
    """Return what is left of the first number without the second."""
    raise NotImplementedError("subtract")


def multiply(a: float, b: float) -> float:
    """Return the product of two numbers."""
    raise NotImplementedError("multiply")
