"""Whole screens: they lay widgets out, hear what widgets and keys ask for, and tell widgets what to show."""
