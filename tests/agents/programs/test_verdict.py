"""How a program's part ended, by what it told and how it exited."""

import pytest

from tmtui.agents.programs.verdict import verdict
from tmtui.domain.outcome import OK, Kind, Outcome
from tmtui.system.child import Ended


@pytest.mark.parametrize(
    ("ended", "kind"),
    [
        (Ended(exit_code=0), Kind.PROTOCOL_ERROR),
        (Ended(exit_code=1), Kind.AGENT_CRASHED),
        (Ended(exit_code=126), Kind.AGENT_SPAWN),
        (Ended(exit_code=127), Kind.AGENT_SPAWN),
        (Ended(exit_code=137), Kind.AGENT_CRASHED),
        (Ended(exit_code=143), Kind.CANCELED_USER),
        (Ended(signal=15), Kind.CANCELED_USER),
        (Ended(signal=9), Kind.AGENT_CRASHED),
        (Ended(lost=True), Kind.AGENT_CRASHED),
        (Ended(spawn_error="claude: not found on PATH"), Kind.AGENT_SPAWN),
    ],
)
def test_without_a_result_the_exit_says_it(ended: Ended, kind: Kind) -> None:
    assert verdict("it", ended, None, needs_result=True).kind is kind
    assert verdict("it", ended, OK, needs_result=True) is OK


def test_one_that_tells_no_result_has_succeeded_when_it_exits_well() -> None:
    assert verdict("it", Ended(exit_code=0), None, needs_result=False) is OK
    assert verdict("it", Ended(exit_code=3), None, needs_result=False).kind is Kind.AGENT_CRASHED


def test_a_result_counts_whatever_the_exit_was() -> None:
    told = Outcome(Kind.TURN_LIMIT, "its turns are used up")

    assert verdict("it", Ended(exit_code=1), told, b"noise", needs_result=True) is told


def test_what_it_said_last_is_the_evidence_on_one_safe_line() -> None:
    said = b"first\nsecond\x1b[31m" + b"x" * 5_000 + b"\xff\n\n"
    message = verdict("it", Ended(exit_code=2), None, said, needs_result=True).message

    assert message.startswith("it ended with exit code 2: second")
    assert message.isprintable()
    assert len(message) < 400


def test_a_sandbox_that_could_not_run_it_says_so() -> None:
    said = b"bwrap: execvp /opt/claude: No such file or directory\n"

    assert verdict("it", Ended(exit_code=1), None, said, needs_result=True).kind is Kind.AGENT_SPAWN
