"""From settings to an agent that is a program: what is missing or makes no sense is said before anything runs."""

import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path

from tmtui.agents.programs.claude_code import KEY_VARIABLES, MODES, MOST_TURNS, PROGRAM as CLAUDE, TOOLS, ClaudeCode
from tmtui.agents.programs.codex import ACCESS, KEY_VARIABLE, PROGRAM as CODEX, Codex
from tmtui.agents.programs.command import Command
from tmtui.agents.programs.program import LINGER, Launcher, Manners, Program, ProgramAgent
from tmtui.agents.registry import AgentSpecError, Surroundings
from tmtui.agents.written import WrittenOptions
from tmtui.domain.text import clean_line
from tmtui.resilience.defaults import AGENT_SILENCE_SECONDS


def claude_code(spec: str, model: str, around: Surroundings) -> ProgramAgent:
    """Claude Code.

    Raises:
        AgentSpecError: it is not there, or its settings make no sense.
    """
    given = WrittenOptions(around.provider, around.options)
    key = _key(given, around.env, KEY_VARIABLES)
    with_key = KEY_VARIABLES[0] in key
    config = around.env.get("CLAUDE_CONFIG_DIR", "")
    model = model or given.text("model")
    usual = ClaudeCode()
    program = ClaudeCode(
        provider=around.provider,
        profile=around.profile,
        command=_command(given, CLAUDE, around),
        args=given.texts("args"),
        model=model,
        effort=given.text("effort"),
        mode=given.one_of("permission_mode", MODES),
        allowed=given.texts("allowed_tools") or TOOLS,
        denied=given.texts("disallowed_tools"),
        max_turns=given.count("max_turns") or MOST_TURNS,
        bare=given.flag("bare", usual=with_key),
        setting_sources=given.text("setting_sources") or usual.setting_sources,
        own=(config,) if config else usual.own,
    )
    if url := given.text("base_url"):
        key["ANTHROPIC_BASE_URL"] = url
    return _agent(spec, model, program, given, around, key)


def codex(spec: str, model: str, around: Surroundings) -> ProgramAgent:
    """Codex.

    Raises:
        AgentSpecError: it is not there, or its settings make no sense.
    """
    given = WrittenOptions(around.provider, around.options)
    home = around.env.get("CODEX_HOME", "")
    model = model or given.text("model")
    usual = Codex()
    program = Codex(
        provider=around.provider,
        profile=around.profile,
        command=_command(given, CODEX, around),
        args=given.texts("args"),
        model=model,
        effort=given.text("effort"),
        access=given.one_of("access", ACCESS),
        own=(home,) if home else usual.own,
    )
    return _agent(spec, model, program, given, around, _key(given, around.env, (KEY_VARIABLE,)))


def command(spec: str, words: str, around: Surroundings) -> ProgramAgent:
    """Any command, as it is written behind the colon, or in the settings.

    Raises:
        AgentSpecError: there is none, or it is not there.
    """
    given = WrittenOptions(around.provider, around.options)
    written = given.texts("command")
    argv = _found(written or _split(words), around)
    program = Command(command=argv, args=given.texts("args"), model=given.text("model"))
    return _agent(spec, given.text("model"), program, given, around, {})


def _split(words: str) -> tuple[str, ...]:
    try:
        argv = tuple(shlex.split(words))
    except ValueError:
        raise AgentSpecError(f"the command holds a quote that is never closed: {clean_line(words, 80)}") from None
    if not argv:
        raise AgentSpecError("command needs a command line: write command:'mytool --flag', which reads the prompt")
    return argv


def _agent(
    spec: str, model: str, program: Program, given: WrittenOptions, around: Surroundings, key: Mapping[str, str]
) -> ProgramAgent:
    manners = Manners(
        provider=around.provider,
        env=around.env,
        given={**key, **given.variables("env")},
        confined=given.flag("sandbox", usual=True),
        silence=given.seconds("stall_seconds", AGENT_SILENCE_SECONDS.value),
        linger=given.seconds("linger_seconds", LINGER),
    )
    return ProgramAgent(spec, model, program, _launcher(around), manners)


def _launcher(around: Surroundings) -> Launcher:
    if around.launcher is None:
        raise AgentSpecError("programs cannot be started here")
    return around.launcher


def _key(given: WrittenOptions, env: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    """The one key that it gets, by the variable that it looks for; none where a login serves."""
    if written := given.text("api_key"):
        return {names[0]: written}
    return next(({name: env[name]} for name in names if env.get(name, "").strip()), {})


def _command(given: WrittenOptions, usual: str, around: Surroundings) -> tuple[str, ...]:
    return _found(given.texts("command") or (usual,), around)


def _found(argv: tuple[str, ...], around: Surroundings) -> tuple[str, ...]:
    """The command, with its program as an absolute path where that was relative to the root.

    Raises:
        AgentSpecError: there is no such program.
    """
    program, *rest = argv
    name = clean_line(program, 80)
    if "/" in program:
        place = around.root / Path(program).expanduser()
        if not place.is_file():
            raise AgentSpecError(f"there is no program {name}")
        return (str(place), *rest)
    if shutil.which(program, path=around.env.get("PATH")) is None:
        raise AgentSpecError(f"the program {name} is not on the PATH: install it, or name another as `command`")
    return argv
