"""The words of the problem. No I/O, no clock, no randomness."""
