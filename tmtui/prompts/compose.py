"""From a task and its history to what the agent is asked."""

import hashlib

import msgspec

from tmtui.domain.plan import Task
from tmtui.prompts.builtin import RETRY, SYSTEM, TASK
from tmtui.prompts.fence import fence
from tmtui.prompts.render import compile_template, render


class Failure(msgspec.Struct, frozen=True):
    """An earlier attempt that did not pass."""

    round: int
    reason: str
    """One line."""
    source: str = ""
    """Where the output comes from, such as `hook test`."""
    output: str = ""
    """The end of what the failing check printed."""
    changed: tuple[str, ...] = ()
    """The files that the attempt changed."""


class Prompt(msgspec.Struct, frozen=True):
    """What goes to an agent."""

    system: str
    text: str

    @property
    def digest(self) -> str:
        """SHA-256 of both parts, in hex."""
        return hashlib.sha256(f"{self.system}\0{self.text}".encode()).hexdigest()


def load_templates() -> None:
    """Load what `compose` works with ahead of time; the first prompt would otherwise wait for it."""
    compile_template(TASK)


def compose(task: Task, failures: tuple[Failure, ...], note: str, description: str, nonce: str) -> Prompt:
    """Say what is asked of the agent.

    Args:
        task: The task.
        failures: The earlier attempts that did not pass, oldest first.
        note: What a person adds; empty for nothing.
        description: Replaces the task's own when not empty.
        nonce: The word in the fences around foreign text; needed with failures only.

    Raises:
        ProblemsError: a template cannot be filled in.
    """
    variables = {
        "task_title": task.title,
        "task_description": description or task.description,
        "task_path": task.path,
        "task_requirements": _bullets((*task.acceptance_criteria, *task.definition_of_done)),
        "post_hooks": _bullets(tuple(f"{hook.name}: `{hook.command.strip()}`" for hook in task.post_hooks)),
        "note": note,
    }
    text = render(TASK, "task.txt", variables)
    if failures:
        *earlier, last = failures
        again = {
            **variables,
            "attempt_number": last.round,
            "failure_reason": fence(last.reason, "the run", nonce),
            "error_output": fence(last.output, last.source, nonce) if last.output else "",
            "earlier_attempts": fence(_bullets(tuple(map(_line, earlier))), "the run", nonce) if earlier else "",
            "fix_suggestions": _suggestion(last),
        }
        text = render(RETRY, "retry.txt", again) + "\n" + text
    return Prompt(render(SYSTEM, "system.txt", variables), text)


def _bullets(lines: tuple[str, ...]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _line(failure: Failure) -> str:
    changed = f" It changed {', '.join(failure.changed)}." if failure.changed else " It changed nothing."
    return f"Attempt {failure.round}: {failure.reason}{changed}"


def _suggestion(last: Failure) -> str:
    if not last.changed:
        return "Nothing was changed last time. Make the change that the task asks for, in the files themselves."
    return "Find the cause of the failure in what you changed, mend it, and make every check pass."
