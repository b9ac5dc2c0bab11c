"""Attempts that go on with each other: a crash cuts one off, and the next continues its conversation."""

from tmtui.state.model import AttemptState, TaskState


def chain_of_attempts(subject: TaskState, attempt: AttemptState) -> list[int]:
    """The numbers of the attempts whose conversation this one is, oldest first, itself included."""
    numbers = [attempt.number]
    while attempt.continues:
        attempt = subject.attempts[attempt.continues - 1]
        numbers.append(attempt.number)
    return numbers[::-1]
