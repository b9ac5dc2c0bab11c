"""An attempt held against the one before it: what came of each, and what was asked differently."""

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Final

from tmtui.events.attempt import FileChange
from tmtui.state.lines import LineKind, Lines
from tmtui.state.model import AttemptState
from tmtui.state.selectors import attempt_ms
from tmtui.tui.figures import clock, tokens, told_money
from tmtui.tui.marks import ATTEMPT_MARKS, HOOK_SIGNS


LABEL: Final = 12
COLUMN: Final = 34
"""Cells for a value."""
LINES_CAP: Final = 4_000
"""Lines of a prompt that are compared."""

_CONTEXT: Final = 2


def attempts_compared(before: AttemptState, after: AttemptState, now_ms: int) -> Lines:
    """Two attempts side by side, a fact to a row; a row whose values differ is marked."""
    lines = Lines()
    lines.add(LineKind.HEAD, _row("", f"attempt {before.number}", f"attempt {after.number}"), lead=LABEL)
    for label, one, other in _facts(before, after, now_ms):
        sign = "≠ " if one != other else "  "
        lines.add(LineKind.FIELD, sign + _row(label, one, other), lead=LABEL + 2)
    _outcomes(lines, before, after)
    return lines


def _row(label: str, one: str, other: str) -> str:
    return f"{label:<{LABEL}}{one:<{COLUMN}}{other}".rstrip()


def _facts(before: AttemptState, after: AttemptState, now_ms: int) -> Iterator[tuple[str, str, str]]:
    both = before, after

    def fact(label: str, values: list[str]) -> tuple[str, str, str]:
        return label, values[0], values[1]

    yield fact("status", [f"{ATTEMPT_MARKS[each.status].sign} {ATTEMPT_MARKS[each.status].word}" for each in both])
    yield fact("model", [each.served_by or each.model or each.agent for each in both])
    yield fact("why it", [each.switched or "the first of its chain" for each in both])
    yield fact("turns", [str(each.turns) if each.turns else "-" for each in both])
    yield fact("context", [tokens(each.prompt_tokens) if each.prompt_tokens else "-" for each in both])
    yield fact("time", [clock(attempt_ms(each, now_ms)) for each in both])
    yield fact("paid", [told_money(each.spending) if each.spending.requests else "-" for each in both])
    yield fact("tokens", [tokens(each.spending.usage.total) if each.spending.requests else "-" for each in both])
    yield fact("calls", [str(len(each.tools)) for each in both])
    yield fact("tree after", [each.measured.tree[:10] if each.measured else "-" for each in both])
    for name in dict.fromkeys(hook.name for each in both for hook in each.hooks):
        yield fact(name, [_hook(each, name) for each in both])
    for path in sorted({file.path for each in both for file in _files(each)}):
        yield fact("file", [_file(each, path) for each in both])


def _hook(attempt: AttemptState, name: str) -> str:
    ran = [each for each in attempt.hooks if each.name == name]
    if not ran:
        return "-"
    last = ran[-1]
    return f"{HOOK_SIGNS[last.status]} {last.status.replace('_', ' ')} · {last.seconds:.1f} s"


def _files(attempt: AttemptState) -> tuple[FileChange, ...]:
    return attempt.measured.files if attempt.measured else ()


def _file(attempt: AttemptState, path: str) -> str:
    found = next((each for each in _files(attempt) if each.path == path), None)
    short = path if len(path) < COLUMN - 10 else "…" + path[-(COLUMN - 11) :]
    return f"{short} +{found.added} -{found.removed}" if found else "-"


def _outcomes(lines: Lines, before: AttemptState, after: AttemptState) -> None:
    for attempt in (before, after):
        if attempt.outcome is None or attempt.outcome.ok:
            continue
        lines.gap()
        lines.add(LineKind.HEAD, f"Why attempt {attempt.number} failed")
        lines.add(LineKind.BAD, attempt.outcome.message or str(attempt.outcome.kind))


def prompts_compared(before: Lines, after: Lines, number: int) -> Lines:
    """What attempt `number` was asked that the one before was not (`+`), and the other way round (`-`)."""
    old, new = _texts(before), _texts(after)
    lines = Lines()
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    groups = list(matcher.get_grouped_opcodes(_CONTEXT))
    fresh = sum(stop - start for group in groups for tag, _, _, start, stop in group if tag in ("insert", "replace"))
    gone = sum(stop - start for group in groups for tag, start, stop, _, _ in group if tag in ("delete", "replace"))
    lines.add(LineKind.HEAD, f"Against the prompt of attempt {number - 1}: {fresh} lines more, {gone} fewer")
    if not groups:
        lines.add(LineKind.NOTE, "Both were asked the same, word for word.")
    for group in groups:
        lines.gap()
        for tag, old_start, old_stop, new_start, new_stop in group:
            if tag == "equal":
                _add(lines, LineKind.CONTEXT, "  ", new[new_start:new_stop])
                continue
            _add(lines, LineKind.REMOVED, "- ", old[old_start:old_stop])
            _add(lines, LineKind.ADDED, "+ ", new[new_start:new_stop])
    return lines


def _texts(lines: Lines) -> list[str]:
    return [lines.text(number) for number in range(lines.first, min(lines.end, lines.first + LINES_CAP))]


def _add(lines: Lines, kind: LineKind, sign: str, texts: list[str]) -> None:
    for text in texts:
        lines.add(kind, sign + text)
