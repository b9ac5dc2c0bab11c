"""Texts that are made from the state for a tab: each is a function from values to `Lines`."""
