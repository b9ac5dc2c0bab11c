"""A calculator. Each module is one kind of calculation."""
