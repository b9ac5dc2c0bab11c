"""What may be done, what must not be shown, and which rule says so. Decisions are functions of values.

- `verdict` judges one call: allow, ask or deny, with the rule that decided.
- `redact` takes secrets out of text and bytes, whole or in pieces.
- `scan` looks through what goes to a model by the rules of the settings.
- `audit` reads a list of rules for what its author may not have meant.

All of this is the third line. The first is the sandbox, the second the checkpoint before each attempt: a reading of
commands by patterns misses what it was not told of.
"""
