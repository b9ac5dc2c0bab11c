"""Columns of text and figures."""

from collections.abc import Sequence


GAP = "  "


def table(head: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> list[str]:
    """Lines with the head and the rows in columns: the first `left` ones flush left, the others flush right."""
    every = [head, *rows]
    widths = [max(len(row[column]) for row in every) for column in range(len(head))]
    return [GAP.join(_cells(row, widths, left)).rstrip() for row in every]


def _cells(row: Sequence[str], widths: Sequence[int], left: int) -> list[str]:
    return [
        text.ljust(width) if column < left else text.rjust(width)
        for column, (text, width) in enumerate(zip(row, widths, strict=True))
    ]
