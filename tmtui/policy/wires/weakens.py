"""Commands that weaken what protects the machine and the account."""

import re
from collections.abc import Iterator
from typing import Final

from tmtui.policy.programs import Program, Programs
from tmtui.policy.protected import protected
from tmtui.policy.touched import changed
from tmtui.policy.use import is_below
from tmtui.policy.wires.wire import Group, Tripwire, anywhere, git, git_does, run


_OPEN_MODE: Final = re.compile(
    r"0?[0-7]?[0-7]{2}[2367]|[ugoa]*[oa][ugoa]*[+=][rxXst]*w[rwxXst]*|\+[rx]*w|[ugo]*\+s|[4267][0-7]{3}"
)
_PRELOADED: Final = re.compile(
    r"LD_(?:PRELOAD|LIBRARY_PATH|AUDIT)|DYLD_\w+|BASH_ENV|ENV|PROMPT_COMMAND|PYTHONSTARTUP|PYTHONINSPECT|PYTHONHOME"
    r"|PERL5OPT|PERL5LIB|RUBYOPT|NODE_OPTIONS|JAVA_TOOL_OPTIONS|GIT_(?:SSH|SSH_COMMAND|EXTERNAL_DIFF|PAGER|EDITOR"
    r"|ASKPASS|CONFIG\w*|EXEC_PATH|TEMPLATE_DIR|SEQUENCE_EDITOR|PROXY_COMMAND)|IFS|PS4|SHELLOPTS|BASHOPTS"
)
_SYSTEM: Final = (
    "/bin",
    "/sbin",
    "/usr",
    "/etc",
    "/lib",
    "/lib64",
    "/opt",
    "/boot",
    "/root",
    "/var",
    "/sys",
    "/proc",
)
_OWN: Final = ("bin", ".local/bin", ".config/systemd", ".config/autostart", "Library/LaunchAgents")
_RISKY_KEYS: Final = re.compile(
    r"core\.(?:hookspath|fsmonitor|sshcommand|pager|editor|askpass|gitproxy)|alias\..*|filter\..*|diff\..*|merge\..*"
    r"|credential\..*|url\..*|http\..*|include.*\.path|init\.templatedir|protocol\..*|gpg\..*|safe\.directory",
    re.IGNORECASE,
)


def _opens_modes(program: Program) -> bool:
    return program.name == "chmod" and any(map(_OPEN_MODE.fullmatch, program.arguments))


def _changes_owner(program: Program) -> bool:
    return program.name in {"chown", "chgrp"} and program.has("-R", "--recursive")


def _configures_git(program: Program) -> bool:
    verb, arguments = git(program)
    wide = verb == "config" and program.has("--global", "--system")
    settings = [*arguments] if verb == "config" else []
    settings += [value for option, value in _pairs(program) if option == "-c"] if program.name == "git" else []
    return wide or any(_RISKY_KEYS.fullmatch(each.partition("=")[0]) for each in settings)


def _pairs(program: Program) -> Iterator[tuple[str, str]]:
    return zip(program.arguments, program.arguments[1:], strict=False)


def _preloads(program: Program) -> bool:
    set_here = [name for name, _ in program.part.assignments]
    if program.name in {"env", "export", "declare", "typeset"}:
        set_here += [each.partition("=")[0] for each in program.arguments if "=" in each]
    return any(map(_PRELOADED.fullmatch, set_here))


def _writes_where_programs_lie(programs: Programs) -> bool:
    where = programs.where
    own = [where.absolute(each, where.home) for each in _OWN]
    return any(
        path is not None and not where.holds(path) and any(is_below(path, each) for each in (*_SYSTEM, *own))
        for program in programs.every
        for path in changed(program, where)
    )


def _writes_protected(programs: Programs) -> bool:
    return any(
        path is not None and protected(path, programs.where)
        for program in programs.every
        for path in changed(program, programs.where)
    )


def _traces(program: Program) -> bool:
    return program.name in {"gdb", "lldb", "strace", "ltrace", "ptrace"} and program.has("-p", "--pid", "--attach")


WIRES: Final = tuple(
    Tripwire(name, Group.WEAKENS, why, trips)
    for name, why, trips in (
        ("protected path", "changes what decides which programs run", _writes_protected),
        ("opened to everybody", "lets everybody write, or run as somebody else", anywhere(_opens_modes)),
        ("owner changed", "changes to whom whole folders belong", anywhere(_changes_owner)),
        (
            "other user",
            "acts with the rights of somebody else",
            run("sudo", "doas", "su", "runuser", "pkexec", "setpriv"),
        ),
        ("git configured", "changes which programs git runs", anywhere(_configures_git)),
        ("remote changed", "changes where work is sent to", git_does("remote", words="set-url|add|rename|remove|rm")),
        (
            "service or schedule",
            "starts something that outlives the task",
            run(
                "crontab",
                "systemctl",
                "launchctl",
                "service",
                "at",
                "batch",
                "systemd-run",
                "update-rc.d",
                "chkconfig",
            ),
        ),
        ("program detached", "goes on after the task is over", run("setsid", "disown", "daemonize", "daemon")),
        ("program preloaded", "makes other programs run its own code", anywhere(_preloads)),
        ("write to a program folder", "changes what other programs are", _writes_where_programs_lie),
        ("process traced", "reads or changes another process", anywhere(_traces)),
        (
            "defences changed",
            "changes the firewall or what is watched",
            run(
                "iptables",
                "ip6tables",
                "nft",
                "ufw",
                "setenforce",
                "auditctl",
                "sysctl",
                "insmod",
                "modprobe",
                "spctl",
            ),
        ),
    )
)
"""The wires of this group."""
