"""Numbers in the space of a cell: times, money, tokens, parts of a whole."""

from datetime import datetime
from typing import Final

from tmtui.domain.money import format_usd, tell_usd
from tmtui.state.model import Spending


_THOUSAND: Final = 1_000
_HOUR_S: Final = 3_600
_EIGHTHS: Final = " ▏▎▍▌▋▊▉"


def clock(milliseconds: int) -> str:
    """A length of time: `0:38`, `12:05`, `1:02:14`."""
    seconds = max(0, milliseconds) // 1000
    hours, rest = divmod(seconds, _HOUR_S)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def time_of_day(moment_ms: int) -> str:
    """`10:15:02`, in the time of the place; blank when the moment is not known."""
    return f"{datetime.fromtimestamp(moment_ms / 1000).astimezone():%H:%M:%S}" if moment_ms else ""


def date_and_time(moment_ms: int) -> str:
    """`2026-11-20 10:15:02`, in the time of the place."""
    return f"{datetime.fromtimestamp(moment_ms / 1000).astimezone():%Y-%m-%d %H:%M:%S}" if moment_ms else "not known"


def money(micro: int | None) -> str:
    """An amount in full: `$0.42`."""
    return format_usd(micro)


def small_money(micro: int | None) -> str:
    """An amount beside a row: `$.42`, `$1.20`; nothing where nothing was spent."""
    if micro == 0:
        return ""
    text = format_usd(micro)
    return text.replace("$0.", "$.", 1)


def told_money(spending: Spending) -> str:
    """What was paid, and how well that is known: `$0.42`, `~$0.42`, `at least $0.42`."""
    unknown, amount = spending.unknown > 0, spending.micro_or_unknown
    return tell_usd(amount, partly=unknown, estimated=spending.estimated > 0)


def tokens(count: int) -> str:
    """`950`, `12.3k`, `1.2M`."""
    if count < _THOUSAND:
        return str(count)
    if count < _THOUSAND**2:
        return f"{count / _THOUSAND:.1f}k" if count < 100 * _THOUSAND else f"{count // _THOUSAND}k"
    return f"{count / _THOUSAND**2:.1f}M"


def percent(part: float) -> str:
    """`8%`; what is more than nothing is never 0 %, and what is less than all never 100 %."""
    if 0 < part < 0.01:  # noqa: PLR2004  # below one percent
        return "<1%"
    if 0.99 < part < 1:  # noqa: PLR2004  # above ninety-nine
        return "99%"
    return f"{part * 100:.0f}%"


def bar(part: float, width: int) -> tuple[str, str]:
    """A bar's full and empty cells, in eighths of a cell; anything at all fills at least one eighth."""
    eighths = round(max(0.0, min(1.0, part)) * width * 8)
    if part > 0:
        eighths = max(1, eighths)
    full, rest = divmod(eighths, 8)
    filled = "█" * full + (_EIGHTHS[rest] if rest else "")
    return filled, " " * (width - len(filled))


def plural(count: int, noun: str, many: str = "") -> str:
    """`1 task`, `3 tasks`."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"
