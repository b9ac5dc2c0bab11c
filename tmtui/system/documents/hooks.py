"""Hooks as people write them, in settings and in plans alike.

A hook is defined under `hooks:` by its name, as a mapping or as its bare command. A task, or `hook_defaults`,
lists hooks; an item is one of three things, told apart by how it is written:

- a word: the name of a defined hook;
- text with a blank in it: a command of its own, such as `pytest -q`;
- a mapping with `command`: a hook of its own, with options. (A command of one word is written so.)

Variables in a hook's `env` are put in when the hook starts, by whoever starts it: a plan is recorded, and what
is secret must not be in it. A command is the shell's own business.
"""

import re
from collections.abc import Callable, Container, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Final

import msgspec

from tmtui.domain.hook import Hook
from tmtui.domain.problem import WrongValueError
from tmtui.system.documents.near import did_you_mean
from tmtui.system.documents.values import Command, Line, OneOrMany, Pause, RelativePath, Seconds, showable
from tmtui.system.documents.written import After, Between, Written
from tmtui.system.variables import check_form


_NAME: Final = re.compile(r"\w[\w.:-]{0,63}")
_PROGRAM: Final = re.compile(r"(?:cd\s+\S+\s*&&\s*|[A-Za-z_]\w*=\S*\s+|python[0-9.]*\s+-m\s+)*(?P<name>[\w./:-]+)")
"""What a command line runs, behind `cd folder &&`, variables and `python -m`."""
_VARIABLE_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def _hook_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise WrongValueError("must be 1 to 64 letters, digits, '.', ':', '_' or '-', without a blank")
    return name


def _variable_name(name: str) -> str:
    if not _VARIABLE_NAME.fullmatch(name):
        raise WrongValueError("must be the name of a variable", "It has letters, digits and '_', no digit first.")
    return name


def _variable_value(value: str) -> str:
    check_form(value)
    return showable(value)


HookName = Annotated[str, After(_hook_name)]
_VariableName = Annotated[str, After(_variable_name)]
_VariableValue = Annotated[str, After(_variable_value)]


class HookWritten(Written):
    """A shell command that checks or prepares the work of a task, with its rules."""

    command: Command | None = None
    """Text for `/bin/sh -c`; it may have several lines. A hook may also be written as its bare command."""
    description: Line | None = None
    """What it is for, in one line."""
    timeout: Seconds | None = None
    """Until it is ended, with all its processes: seconds, or text such as `5m`. The default is 10 minutes."""
    stop_on_failure: bool | None = None
    """Whether its failure fails the attempt, which is the default; otherwise it is shown as a warning."""
    continue_on_failure: bool | None = None
    """The opposite of `stop_on_failure`: write one of them."""
    working_dir: RelativePath | None = None
    """The folder that it runs in, relative to the project's root."""
    env: dict[_VariableName, _VariableValue] | None = None
    """Variables for it; `$VAR` and `${VAR:-default}` are read from tmtui's own environment when it starts."""
    retry_count: Annotated[int, Between(0, 100)] | None = None
    """How often it is run again after a failure, before the failure counts."""
    retry_delay: Pause | None = None
    """The pause between those runs: seconds, or text such as `5s`."""
    capture_output: bool | None = None
    """Whether its output is shown and fed back to the agent; the default is yes."""
    log_output: bool | None = None
    """Whether its output is written to the log folder; the default is yes."""
    quiet: bool | None = None
    """Whether it stays out of the plain output unless it fails."""
    sandbox: bool | None = None
    """Whether it may change nothing but the project, as an agent's commands; yes, if the settings say `sandbox:
    required`, otherwise no. A hook that runs what an agent wrote, such as tests, is safer with it."""
    network: bool | None = None
    """Whether it may use the network, which is the default. `false` confines it."""

    spellings: ClassVar[Mapping[str, str]] = {
        "environment": "env",
        "cwd": "working_dir",
        "dir": "working_dir",
        "run": "command",
        "cmd": "command",
        "retries": "retry_count",
    }

    @classmethod
    def spelled_out(cls, word: str) -> Any:
        """A bare command."""
        return {"command": word}

    def check(self) -> None:
        """There are two ways to say what a failure does, and they may not contradict each other."""
        stop, go_on = self.stop_on_failure, self.continue_on_failure
        if stop is not None and stop == go_on:
            raise WrongValueError("contradicts itself", "Write stop_on_failure or continue_on_failure.")

    def as_said(self) -> dict[str, Any]:
        """What is written, in the names and values of `Hook`; nothing that is left out."""
        said = Written.as_said(self)
        go_on = said.pop("continue_on_failure", None)
        if go_on is not None:
            said["stop_on_failure"] = not go_on
        return said


class HookUse(HookWritten):
    """An item of a list of hooks: see the module."""

    name: HookName | None = None
    """A defined hook's name; or, beside `command`, the name of this hook of its own."""

    spellings: ClassVar[Mapping[str, str]] = {**HookWritten.spellings, "hook": "name", "use": "name"}

    @classmethod
    def spelled_out(cls, word: str) -> Any:
        """A bare command, or the name of a defined hook."""
        return {"command": word} if len(word.split()) > 1 else {"name": word.strip()}

    def check(self) -> None:
        """Options belong to a command."""
        HookWritten.check(self)
        options = (name for name in self.__struct_fields__ if name != "name" and getattr(self, name) is not None)
        if self.command is None and any(options):
            hint = "Options of a defined hook are written where it is defined, under `hooks:`."
            raise WrongValueError("has options, and no `command`", hint)


class HookDefaultsWritten(Written):
    """The hooks of every task that names none of its own, by stage."""

    pre_hooks: OneOrMany[HookUse] | None = None
    """Before the agent."""
    post_hooks: OneOrMany[HookUse] | None = None
    """After the agent."""

    spellings: ClassVar[Mapping[str, str]] = {"pre": "pre_hooks", "post": "post_hooks"}


def make_hook(name: str, said: Mapping[str, Any]) -> Hook:
    """A hook from what `HookWritten.as_said` gives, which must include the command."""
    return msgspec.convert({**said, "name": name}, Hook)


def lay_over(hook: Hook, said: Mapping[str, Any]) -> Hook:
    """`hook` with what is said laid over it; variables are added to its own."""
    env = {**hook.env, **said.get("env", {})}
    return msgspec.structs.replace(hook, **{**said, "env": env})


Complain = Callable[[int, str, str], None]
"""Takes the number of an item, what is wrong with it, and a hint."""


def resolve_uses(uses: Sequence[HookUse], defined: Mapping[str, Hook], complain: Complain) -> tuple[Hook, ...]:
    """The hooks that a list stands for; an item that stands for none goes to `complain`."""
    found: dict[str, Hook] = {}
    for number, use in enumerate(uses):
        if use.command is not None:
            name = use.name or name_for(use.command, {*defined, *found})
            if name in defined:
                complain(number, f"a hook named `{name}` is defined already", "Give this one another name.")
            found[name] = make_hook(name, use.as_said())
        elif use.name is None:
            complain(number, "this item names no hook", "Write a hook's name, or a mapping with `command`.")
        elif use.name in defined:
            found[use.name] = defined[use.name]
        else:
            complain(number, f"no hook is named `{use.name}`", _hook_hint(use.name, defined))
    return tuple(found.values())


def _hook_hint(name: str, defined: Mapping[str, Hook]) -> str:
    if nearest := did_you_mean(name, defined):
        return nearest
    known = f"Defined are: {', '.join(list(defined)[:10])}. " if defined else "Define it under `hooks:`. "
    return f"{known}A command of one word is written {{command: {name}}}."


def name_for(command: str, taken: Container[str]) -> str:
    """A name for a command that was written without one: the program it runs, numbered when that is taken."""
    program = _PROGRAM.match(command.strip())
    name = re.sub(r"\W*(?:.*/)?", "", program["name"], count=1)[:56] if program else ""
    name = name if _NAME.fullmatch(name) else "command"
    number, result = 1, name
    while result in taken:
        number += 1
        result = f"{name}-{number}"
    return result
