"""Commands that destroy work, data or machines."""

import re
from typing import Final

from tmtui.policy.programs import Program, Programs
from tmtui.policy.wires.wire import Group, Tripwire, anywhere, either, git, git_does, run, says


_DEVICE: Final = re.compile(r"/dev/(?!null$|zero$|stdin$|stdout$|stderr$|tty$|fd/|shm/).+")
_DATABASES: Final = frozenset(
    {"psql", "mysql", "mariadb", "sqlite3", "sqlcmd", "clickhouse-client", "duckdb", "mongosh", "cqlsh"}
)
_STATEMENT: Final = re.compile(
    r"\bdrop\s+(?:table|database|schema)\b|\btruncate\b|\bdelete\s+from\b(?!.*\bwhere\b)", re.IGNORECASE | re.DOTALL
)
_FORK_BOMB: Final = re.compile(r"(?P<name>[\w:.]{1,40})\s*\(\)\s*\{[^{}]*(?P=name)\s*\|\s*(?P=name)[^{}]*&[^{}]*\}")


def _finds_to_remove(program: Program) -> bool:
    runs = {"-exec", "-execdir", "-ok", "-okdir"} & set(program.arguments)
    removes = "-delete" in program.arguments or (runs and {"rm", "shred", "unlink"} & set(program.arguments))
    return program.name == "find" and bool(removes)


def _pushes_by_force(program: Program) -> bool:
    verb, arguments = git(program)
    options = ("-f", "--force", "--force-with-lease", "--force-if-includes", "--mirror", "--delete", "-d", "--prune")
    return verb == "push" and (program.has(*options) or any(re.match(r"[+:].", each) for each in arguments))


def _writes_device(program: Program) -> bool:
    targets = [each.target.value or "" for each in program.part.redirects if each.writes]
    targets += [word[3:] for word in program.arguments if program.name == "dd" and word.startswith("of=")]
    targets += program.arguments if program.name in {"shred", "tee", "cp"} else ()
    return any(map(_DEVICE.match, targets))


def _kills_wide(program: Program) -> bool:
    if program.name == "kill":
        return program.arguments[-1:] in (("-1",), ("0",), ("1",)) or any(
            "PPID" in each for each in program.arguments
        )
    ours = any(name in each for name in ("tmtui", "taskmaster") for each in program.arguments)
    return program.name in {"pkill", "killall", "skill"} and (ours or program.has("-u", "--user", "--uid"))


def _deletes_data(program: Program) -> bool:
    if program.name not in _DATABASES:
        return False
    fed = (each.target.value or each.target.raw for each in program.part.redirects if each.operator.startswith("<<"))
    return any(_STATEMENT.search(statement) for statement in ";".join((*program.arguments, *fed)).split(";"))


def _removes_traces(program: Program) -> bool:
    if program.name == "journalctl":
        return any(each.startswith("--vacuum") for each in program.arguments)
    if program.name == "history":
        return program.has("-c", "-d", "-w")
    return program.name in {"rm", "truncate", "shred"} and any(
        "/var/log" in each or each.endswith("_history") for each in program.arguments
    )


def _is_fork_bomb(programs: Programs) -> bool:
    return _FORK_BOMB.search(programs.reading.text) is not None


WIRES: Final = tuple(
    Tripwire(name, Group.DESTROYS, why, trips)
    for name, why, trips in (
        ("find that removes", "removes every file that it finds", anywhere(_finds_to_remove)),
        ("forced push", "overwrites or removes what others may have", anywhere(_pushes_by_force)),
        (
            "push to a protected branch",
            "changes the branch that others build on",
            git_does("push", words=r"(?:HEAD:)?(?:refs/heads/)?(?:main|master|trunk|production|prod|release\S*)"),
        ),
        ("hard reset", "drops uncommitted work", git_does("reset", "--hard")),
        ("git clean", "removes files that git does not know", git_does("clean", "-f", "--force", "-x", "-X")),
        ("history rewritten", "changes every commit", git_does("filter-branch|filter-repo|replace")),
        ("branch removed", "drops commits that are nowhere else", git_does("branch", "-D", "--delete", "-d")),
        ("ref removed", "drops commits that are nowhere else", git_does("update-ref", "-d", "--stdin")),
        ("reflog removed", "drops the way back", git_does("reflog", words="expire|delete")),
        ("git objects pruned", "drops the way back", either(git_does("gc", "--prune"), git_does("prune"))),
        ("stash dropped", "drops work that was put aside", git_does("stash", words="drop|clear")),
        ("write to a device", "overwrites a disk", anywhere(_writes_device)),
        (
            "disk made anew",
            "destroys what is on a disk",
            either(
                run("fdisk", "sfdisk", "parted", "wipefs", "mkswap", "cryptsetup", "diskutil"),
                anywhere(lambda program: program.name.partition(".")[0] == "mkfs"),
            ),
        ),
        ("mount", "changes what lies where", run("mount", "umount", "losetup")),
        (
            "machine stopped",
            "ends everything on this machine",
            either(run("shutdown", "reboot", "halt", "poweroff"), says("init telinit", "[06]")),
        ),
        ("fork bomb", "starts processes until nothing is left", _is_fork_bomb),
        ("wide kill", "ends processes that it did not start", anywhere(_kills_wide)),
        ("data deleted", "deletes a table, or every row of it", anywhere(_deletes_data)),
        ("traces removed", "removes what tells of the past", anywhere(_removes_traces)),
        (
            "infrastructure changed",
            "removes or changes what runs elsewhere",
            either(
                says("kubectl oc", "delete|drain|apply|replace"),
                says("terraform tofu terragrunt", "destroy|apply"),
                says("aws", "delete.*|terminate.*|rb|rm|remove-.*"),
                says("gcloud az gsutil doctl flyctl heroku", "delete|destroy|rm|rb|.*:destroy"),
                says("helm", "uninstall|delete"),
                says("pulumi cdk serverless", "destroy|remove|up|deploy"),
                says("docker podman", "prune"),
            ),
        ),
    )
)
"""The wires of this group."""
