"""What can go wrong in a calculation."""


class CalculatorError(ValueError):
    """The calculation has no answer, and the message says why."""
