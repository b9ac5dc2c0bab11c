"""Each status with its sign, its word and its ink. A sign never stands without words that say the same."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from tmtui.domain.status import AttemptStatus, HookStatus, TaskStatus
from tmtui.state.selectors import RunWord
from tmtui.tui.paint import Ink


class Mark(NamedTuple):
    """How a status is shown."""

    sign: str
    word: str
    ink: Ink


TASK_MARKS: Final[Mapping[TaskStatus, Mark]] = {
    TaskStatus.PENDING: Mark("○", "pending", Ink.PENDING),
    TaskStatus.READY: Mark("▷", "ready", Ink.READY),
    TaskStatus.RUNNING: Mark("▶", "running", Ink.RUNNING),
    TaskStatus.NEEDS_YOU: Mark("?", "needs you", Ink.NEEDS_YOU),
    TaskStatus.SUCCEEDED: Mark("✓", "done", Ink.SUCCEEDED),
    TaskStatus.FAILED: Mark("✗", "failed", Ink.FAILED),
    TaskStatus.SKIPPED: Mark("»", "skipped", Ink.SKIPPED),
    TaskStatus.ABORTED: Mark("■", "given up", Ink.ABORTED),
    TaskStatus.BLOCKED: Mark("⊘", "blocked", Ink.BLOCKED),
}

ATTEMPT_MARKS: Final[Mapping[AttemptStatus, Mark]] = {
    AttemptStatus.RUNNING: Mark("▶", "running", Ink.RUNNING),
    AttemptStatus.SUCCEEDED: Mark("✓", "succeeded", Ink.SUCCEEDED),
    AttemptStatus.FAILED: Mark("✗", "failed", Ink.FAILED),
    AttemptStatus.INTERRUPTED: Mark("↯", "interrupted", Ink.WARN),
    AttemptStatus.CANCELED: Mark("■", "canceled", Ink.ABORTED),
}

HOOK_SIGNS: Final[Mapping[HookStatus, str]] = {
    HookStatus.RUNNING: "▶",
    HookStatus.PASSED: "✓",
    HookStatus.FAILED: "✗",
    HookStatus.TIMED_OUT: "✗",
    HookStatus.SIGNALED: "✗",
    HookStatus.NOT_FOUND: "✗",
    HookStatus.CANCELED: "■",
    HookStatus.INTERRUPTED: "↯",
}

RUN_MARKS: Final[Mapping[RunWord, Mark]] = {
    "starting": Mark("○", "starting", Ink.MUTED),
    "planned": Mark("○", "planned", Ink.PENDING),
    "running": Mark("▶", "running", Ink.RUNNING),
    "pausing": Mark("‖", "pausing", Ink.WARN),
    "paused": Mark("‖", "paused", Ink.WARN),
    "stopped": Mark("■", "stopped", Ink.WARN),
    "waiting": Mark("‖", "waiting", Ink.WARN),
    "interrupted": Mark("↯", "interrupted", Ink.BAD),
    "succeeded": Mark("✓", "succeeded", Ink.SUCCEEDED),
    "incomplete": Mark("»", "incomplete", Ink.SKIPPED),
    "failed": Mark("✗", "failed", Ink.FAILED),
    "aborted": Mark("■", "given up", Ink.ABORTED),
}
