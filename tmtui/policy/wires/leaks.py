"""Commands that run what came from elsewhere, reach out, or give away what is secret."""

import re
from collections.abc import Iterator
from typing import Final

from tmtui.policy.command import Part
from tmtui.policy.programs import Program, Programs
from tmtui.policy.protected import credential
from tmtui.policy.python_code import reaches_out
from tmtui.policy.touched import argument_paths, looked_at
from tmtui.policy.wires.wire import Group, Tripwire, anywhere
from tmtui.policy.wrappers import SHELLS


_FETCHERS: Final = frozenset({"curl", "wget", "aria2c", "fetch", "http", "https", "lynx", "nc", "ncat"})
_SENDERS: Final = _FETCHERS | {"ssh", "scp", "sftp", "ftp", "rsync", "socat", "telnet", "netcat", "mail", "sendmail"}
_PYTHONS: Final = re.compile(r"(?:python|pypy)[\d.]*")
_INTERPRETERS: Final = SHELLS | {"perl", "ruby", "node", "php", "lua", "osascript"}
_INLINE: Final = re.compile(
    r"child_process|\bsystem\b|\bexec[lv]?[pe]*\b|\bpopen\b|\bspawn|socket|net\.connect|\bfetch\s*\(|\bqx\b|unlink|rmtree"
    r"|require\(['\"](?:node:)?(?:net|https?|fs|dgram)|FileUtils|File\.(?:delete|write)|`",
    re.IGNORECASE,
)


# What is fetched or unpacked, and run at once.


def _runs_what_it_fetched(programs: Programs) -> bool:
    if not any(map(_brings_code, programs.every)):
        return False
    piped = any(program.part.joint == "|" for program in programs.every)
    return any((piped and _takes_code_from_input(each)) or _takes_code_from_inside(each) for each in programs.every)


def _brings_code(program: Program) -> bool:
    if program.name in _FETCHERS:
        return True
    decodes = {"base64": ("-d", "-D", "--decode"), "base32": ("-d", "--decode"), "xxd": ("-r",), "openssl": ("-d",)}
    return program.has(*decodes.get(program.name, ("--never",)))


def _takes_code_from_input(program: Program) -> bool:
    arguments = [each for each in program.arguments if not each.startswith("-") or each in ("-c", "-m", "-e")]
    takes = program.name in _INTERPRETERS or _PYTHONS.fullmatch(program.name)
    return bool(takes) and (not arguments or program.has("-s"))


def _takes_code_from_inside(program: Program) -> bool:
    runs = program.name in _INTERPRETERS | {"eval", "source", "."} or _PYTHONS.fullmatch(program.name)
    return bool(runs) and any(
        _brings_code(Program(part.words, part, program.folders, direct=False)) for part in _inside(program.part)
    )


def _inside(part: Part) -> Iterator[Part]:
    for inner in part.inside:
        yield inner
        yield from _inside(inner)


def _runs_computed_code(program: Program) -> bool:
    if program.name == "eval":
        return any(word.value is None for word in program.words[1:])
    codes = zip(program.words[1:], program.words[2:], strict=False)
    return program.name in SHELLS and any(
        re.fullmatch(r"-[A-Za-z]*c", option.value or "") and code.value is None for option, code in codes
    )


def _code_reaches_out(program: Program) -> bool:
    options = {"perl": ("-e", "-E"), "ruby": ("-e",), "node": ("-e", "-p", "--eval", "--print"), "php": ("-r",)}
    python = _PYTHONS.fullmatch(program.name) is not None
    wanted = ("-c",) if python else options.get(program.name, ())
    fed = [each.target for each in program.part.redirects if each.operator.startswith("<<")]
    named = python or program.name in options
    codes = [code for option, code in zip(program.words, program.words[1:], strict=False) if option.value in wanted]
    check = reaches_out if python else _INLINE.search
    return any(code.value is None or check(code.value) for code in (*codes, *(fed if named else ())))


# What is secret.


def _reads_credentials(programs: Programs) -> bool:
    where = programs.where
    for program in programs.every:
        paths = (*argument_paths(program, where), *looked_at(program, where))
        if program.name not in {"echo", "printf", "mkdir", "true"} and any(p and credential(p, where) for p in paths):
            return True
    return False


def _sends_environment(programs: Programs) -> bool:
    tells = {"env", "printenv", "set", "export", "declare", "compgen"}
    shown = any(program.name in tells and len(program.words) <= 2 for program in programs.every)  # noqa: PLR2004 - a name
    return shown and any(program.name in _SENDERS for program in programs.every)


def _sends_files(program: Program) -> bool:
    if program.name == "curl":
        uploads = program.has("-T", "--upload-file") or any(
            re.match(r"(?:-d|-F|--data\S*=|--form=).*@", a) for a in program.arguments
        )
        pairs = zip(program.arguments, program.arguments[1:], strict=False)
        return uploads or any(o.startswith(("-d", "-F", "--data", "--form")) and "@" in v for o, v in pairs)
    if program.name == "wget":
        return program.has("--post-file", "--body-file")
    return program.name in {"scp", "rsync"} and any(re.match(r"[^/\s]+:", each) for each in program.arguments[-1:])


def _opens_connection(program: Program) -> bool:
    if program.name in {"nc", "ncat", "netcat"}:
        return program.has("-e", "-c", "--exec", "--sh-exec", "-l", "--listen")
    if program.name == "socat":
        return any(re.match(r"(?:exec|system|unix|unix-\w+):", each, re.IGNORECASE) for each in program.arguments)
    return program.name == "ssh" and program.has("-R", "-L", "-D", "-w")


def _names_network_device(programs: Programs) -> bool:
    return re.search(r"/dev/(?:tcp|udp)/", programs.reading.text) is not None


WIRES: Final = tuple(
    Tripwire(name, Group.DESTROYS, why, trips)
    for name, why, trips in (
        ("fetched code run", "runs what came from elsewhere, unseen", _runs_what_it_fetched),
        ("computed code run", "runs text that is only known when it runs", anywhere(_runs_computed_code)),
        ("code that reaches out", "starts programs, opens connections or removes files", anywhere(_code_reaches_out)),
        ("connection opened", "opens a way into this machine, or out of it", anywhere(_opens_connection)),
        ("network by device", "opens a connection past every tool that is watched", _names_network_device),
        ("credentials read", "reads what opens other doors", _reads_credentials),
        ("environment sent", "sends variables to somebody else", _sends_environment),
        ("files sent", "sends files to somebody else", anywhere(_sends_files)),
    )
)
"""The wires of this group."""
