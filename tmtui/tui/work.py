"""Work beside the screen: reading the log, asking for a diff, sending a command."""

from collections.abc import Callable, Coroutine
from typing import Any, cast

from textual.dom import DOMNode


def start(
    owner: DOMNode, work: Callable[[], Coroutine[Any, Any, object]], group: str, *, latest: bool = False
) -> None:
    """Do `work` without waiting for it; it ends with its owner. With `latest`, what its group did before is ended.

    It is given as a function, since work that is superseded at once is never begun.
    """
    owner.run_worker(cast("Any", work), group=group, exclusive=latest)
