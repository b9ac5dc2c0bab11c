"""The exit code that a run's own command ends with."""

from typing import Final

from tmtui.cli.exit_codes import ExitCode
from tmtui.domain.outcome import Kind
from tmtui.domain.status import RUN_ENDED, RunStatus, TaskStatus
from tmtui.state.model import State


CODES_BY_KIND: Final = {
    Kind.AUTH: ExitCode.AUTH,
    Kind.PROXY_AUTH: ExitCode.AUTH,
    Kind.TLS_CERT: ExitCode.AUTH,
    Kind.POLICY_INPUT: ExitCode.POLICY,
    Kind.POLICY_TOOL: ExitCode.POLICY,
    Kind.POLICY_OUTPUT: ExitCode.POLICY,
    Kind.STORAGE_FULL: ExitCode.STORAGE,
    Kind.STORAGE_IO: ExitCode.STORAGE,
    Kind.STORAGE_CORRUPT: ExitCode.STORAGE,
    Kind.STORAGE_BUSY: ExitCode.STORAGE,
}
"""The failures that have a code of their own."""


def code_of_run(state: State) -> ExitCode:
    """What became of the run, as an exit code. A failure with a code of its own says more than `INCOMPLETE`."""
    if state.status is RunStatus.SUCCEEDED:
        return ExitCode.OK
    for subject in state.tasks.values():
        last = subject.attempt
        if subject.status is TaskStatus.SUCCEEDED or last is None or last.outcome is None:
            continue
        if last.outcome.kind in CODES_BY_KIND:
            return CODES_BY_KIND[last.outcome.kind]
    if state.reason == "storage":
        return ExitCode.STORAGE
    return ExitCode.INCOMPLETE if state.status in RUN_ENDED else ExitCode.RESUMABLE
