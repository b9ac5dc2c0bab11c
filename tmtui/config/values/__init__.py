"""What settings come to: frozen values, one file for each part, with the built-in values as defaults.

They are light: nothing here loads pydantic or YAML. Amounts are micro-dollars and carry `_micro` in their name; in a
settings file, and wherever they are shown, the same field ends in `_usd`.
"""
