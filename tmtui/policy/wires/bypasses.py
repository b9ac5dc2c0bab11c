"""Commands that go around somebody's look at the work."""

from typing import Final

from tmtui.policy.programs import Program
from tmtui.policy.wires.wire import Group, Tripwire, anywhere, either, git, git_does, run, says


def _skips_hooks(program: Program) -> bool:
    verb, _ = git(program)
    return bool(verb) and (program.has("--no-verify") or (verb == "commit" and program.has("-n")))


WIRES: Final = tuple(
    Tripwire(name, Group.BYPASSES, why, trips)
    for name, why, trips in (
        ("hooks skipped", "skips the checks of the repository", anywhere(_skips_hooks)),
        (
            "package published",
            "publishes something that cannot be taken back",
            either(
                says("npm pnpm yarn cargo gem poetry uv flit hatch lerna vsce", "publish|push"),
                says("twine", "upload"),
                says("docker podman", "push"),
                says("python python3", "-m twine upload"),
            ),
        ),
        (
            "merged or released",
            "changes what others see without their look",
            either(
                says("gh", "pr merge"),
                says("gh", "release create|delete"),
                says("gh", "repo delete|edit"),
                says("gh", "api|secret"),
            ),
        ),
        ("tmtui itself", "decides about its own work", run("tmtui", "taskmaster", "task-master")),
        ("another author", "takes another's name", git_does("commit", "--author")),
    )
)
"""The wires of this group."""
