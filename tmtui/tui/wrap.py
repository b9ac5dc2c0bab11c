"""Where a line breaks when it is wider than the pane."""

from typing import Final

from rich.cells import cell_len, get_character_cell_size


_MIN_WIDTH: Final = 4


def breaks(text: str, width: int, hang: int = 0) -> tuple[int, ...]:
    """Where each row of `text` begins, in characters: at words where that wastes less than half a row.

    A line that fits has one row; an empty one too. Rows behind the first are narrower by `hang` cells.
    """
    width = max(width, _MIN_WIDTH)
    if len(text) <= width and cell_len(text) <= width:
        return (0,)
    full, starts = width, [0]
    single = text.isascii()
    while (start := starts[-1]) < len(text):
        if start:
            width = max(full - hang, _MIN_WIDTH)
        hard = min(start + width, len(text)) if single else _fill(text, start, width)
        if hard >= len(text):
            break
        space = text.rfind(" ", start + width // 2, hard + 1)
        following = space + 1 if space > start else hard
        if following >= len(text):
            break
        starts.append(following)
    return tuple(starts)


def _fill(text: str, start: int, width: int) -> int:
    """The first character behind `start` that does not fit into `width` cells."""
    used = 0
    for index in range(start, len(text)):
        used += get_character_cell_size(text[index])
        if used > width:
            return max(index, start + 1)
    return len(text)
