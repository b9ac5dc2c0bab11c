"""Each status with its sign and its word. A sign never stands without the word or the text that says the same."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from tmtui.cli.output import Tone
from tmtui.domain.status import RunStatus, TaskStatus


class Mark(NamedTuple):
    """How a status is shown."""

    glyph: str
    word: str
    tone: Tone


TASK_MARKS: Final[Mapping[TaskStatus, Mark]] = {
    TaskStatus.PENDING: Mark("○", "pending", Tone.NONE),
    TaskStatus.READY: Mark("○", "ready", Tone.NONE),
    TaskStatus.RUNNING: Mark("→", "running", Tone.STRONG),
    TaskStatus.NEEDS_YOU: Mark("?", "needs you", Tone.WARN),
    TaskStatus.SUCCEEDED: Mark("✓", "done", Tone.GOOD),
    TaskStatus.FAILED: Mark("✗", "failed", Tone.BAD),
    TaskStatus.SKIPPED: Mark("»", "skipped", Tone.WARN),
    TaskStatus.ABORTED: Mark("■", "given up", Tone.BAD),
    TaskStatus.BLOCKED: Mark("⊘", "blocked", Tone.FAINT),
}

RUN_MARKS: Final[Mapping[RunStatus, Mark]] = {
    RunStatus.PLANNED: Mark("○", "planned", Tone.NONE),
    RunStatus.RUNNING: Mark("▶", "running", Tone.STRONG),
    RunStatus.WAITING: Mark("⏸", "waiting", Tone.WARN),
    RunStatus.SUCCEEDED: Mark("✓", "succeeded", Tone.GOOD),
    RunStatus.INCOMPLETE: Mark("»", "incomplete", Tone.WARN),
    RunStatus.FAILED: Mark("✗", "failed", Tone.BAD),
    RunStatus.ABORTED: Mark("■", "given up", Tone.BAD),
}
