"""The docstrings of a model's fields, read from its source.

Only a JSON Schema needs them, so they are read when one is asked for.
"""

import ast
import inspect
import itertools
import textwrap


def field_docstrings(model: type) -> dict[str, str]:
    """What stands under each field of a class and of those it is made from, by the field's name."""
    found: dict[str, str] = {}
    for each in reversed(model.__mro__):
        if each.__module__.startswith(("builtins", "msgspec", "typing")):
            continue
        found |= _in_source(textwrap.dedent(inspect.getsource(each)))
    return found


def _in_source(source: str) -> dict[str, str]:
    (definition,) = ast.parse(source).body
    body = definition.body if isinstance(definition, ast.ClassDef) else []
    return {
        field.target.id: inspect.cleandoc(said.value.value)
        for field, said in itertools.pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(said, ast.Expr)
        and isinstance(said.value, ast.Constant)
        and isinstance(said.value.value, str)
    }
