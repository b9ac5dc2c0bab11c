"""What can go wrong, and what to do about it. Arithmetic on values: `now` and `rng` are arguments."""
