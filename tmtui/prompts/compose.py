"""From a task and its history to what the agent is asked."""

import hashlib
import re
from typing import Final

import msgspec

from tmtui.domain.plan import Task
from tmtui.domain.text import clean_line
from tmtui.prompts.builtin import FENCES, TASK
from tmtui.prompts.context import Context, FileText
from tmtui.prompts.fence import fence
from tmtui.prompts.render import compile_template, render
from tmtui.prompts.templates import BUILT_IN, PROJECT, Templates, names_in


_ITEM: Final = re.compile(r"\s*(?:[-*+]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?(?P<text>\S.*)")

NOTHING: Final = Context()
"""Of a project of which nothing is told."""


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


def load_renderer() -> None:
    """Load what `compose` works with ahead of time; the first prompt would otherwise wait for it."""
    compile_template(TASK)


def compose(
    task: Task,
    failures: tuple[Failure, ...],
    note: str,
    description: str,
    nonce: str,
    context: Context = NOTHING,
    templates: Templates = BUILT_IN,
) -> Prompt:
    """Say what is asked of the agent.

    Args:
        task: The task.
        failures: The earlier attempts that did not pass, oldest first.
        note: What a person adds; empty for nothing.
        description: Replaces the task's own when not empty.
        nonce: The word in the fences around foreign text.
        context: What of the project is told.
        templates: What the prompt is made of.

    Raises:
        ProblemsError: a template cannot be filled in.
    """
    about = {**dict.fromkeys(PROJECT, ""), **_project(context), **templates.variables}
    of_task = {**about, **_of_task(task, note, description, context, nonce)}
    text = render(templates.task.text, templates.task.name, of_task)
    if failures:
        again = {**of_task, **_of_failures(failures, context.previous_response, nonce)}
        retry = render(templates.retry.text, templates.retry.name, again)
        text = retry if _tells_task(templates.retry.text) else retry + "\n" + text
    system = render(templates.system.text, templates.system.name, about)
    return Prompt(system if FENCES in system else f"{system}\n{FENCES}", text)


def _project(context: Context) -> dict[str, str]:
    """What the project's folder says about itself, a line each: part of the system prompt, and so no more."""
    return {"project_name": clean_line(context.project_name, 80), "language": clean_line(context.language, 40)}


def _of_task(task: Task, note: str, description: str, context: Context, nonce: str) -> dict[str, str]:
    criteria = _bullets((*task.acceptance_criteria, *task.definition_of_done))
    contents = "\n\n".join(fence(_marked(file), f"file {file.path}", nonce) for file in context.contents)
    return {
        "task_id": task.id,
        "task_title": task.title,
        "task_description": description or task.description,
        "task_path": task.path or ".",
        "task_requirements": criteria or _listed_in(description or task.description),
        "acceptance_criteria": criteria,
        "git_status": _fenced(context.git_status, "git status", nonce),
        "file_list": _fenced(_file_list(context), "file names", nonce),
        "file_contents": contents,
        "post_hooks": _bullets(tuple(f"{hook.name}: `{hook.command.strip()}`" for hook in task.post_hooks)),
        "note": note,
    }


def _of_failures(failures: tuple[Failure, ...], said: str, nonce: str) -> dict[str, str | int]:
    *earlier, last = failures
    return {
        "attempt_number": last.round,
        "previous_response": _fenced(said, "your last answer", nonce),
        "failure_reason": fence(last.reason, "the run", nonce),
        "error_output": _fenced(last.output, last.source, nonce),
        "earlier_attempts": _fenced(_bullets(tuple(map(_line, earlier))), "the run", nonce),
        "fix_suggestions": _suggestion(last),
    }


def _tells_task(retry: str) -> bool:
    """Whether a retry's template says itself what the task is, so that it need not be told behind it."""
    return "task_description" in names_in(retry)


def _fenced(text: str, source: str, nonce: str) -> str:
    return fence(text, source, nonce) if text else ""


def _file_list(context: Context) -> str:
    more = (f"… and {context.files_left_out:,} more",) if context.files_left_out else ()
    return "\n".join((*context.files, *more))


def _marked(file: FileText) -> str:
    return f"{file.text}\n… the file goes on" if file.cut else file.text


def _listed_in(description: str) -> str:
    """The items of the lists in a description: its requirements, where nothing else says them."""
    items = (_ITEM.match(line) for line in description.splitlines())
    return _bullets(tuple(item["text"].strip() for item in items if item))


def _bullets(lines: tuple[str, ...]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _line(failure: Failure) -> str:
    changed = f" It changed {', '.join(failure.changed)}." if failure.changed else " It changed nothing."
    return f"Attempt {failure.round}: {failure.reason}{changed}"


def _suggestion(last: Failure) -> str:
    if not last.changed:
        return "Nothing was changed last time. Make the change that the task asks for, in the files themselves."
    return "Find the cause of the failure in what you changed, mend it, and make every check pass."
