"""Commands that leave a container, or hand it the machine."""

import re
from typing import Final

from tmtui.policy.programs import Program, Programs
from tmtui.policy.wires.wire import Group, Tripwire, anywhere, run


_WHOLE: Final = re.compile(
    r"(?:-v|--volume=)?(?:type=bind,)?(?:src=|source=)?/(?:etc|root|home|var|usr|proc|sys|dev|boot)?:.*"
)
_CONTAINERS: Final = frozenset({"docker", "podman", "nerdctl", "lxc", "docker-compose"})


def _hands_over_machine(program: Program) -> bool:
    if program.name not in _CONTAINERS:
        return False
    wide = any(
        each in ("--privileged", "--pid=host", "--net=host", "--network=host", "--ipc=host", "--userns=host")
        or each.startswith(("--cap-add", "--device", "--security-opt"))
        for each in program.arguments
    )
    mounts = any(_WHOLE.fullmatch(each) for each in program.arguments)
    return wide or mounts


def _names_engine_socket(programs: Programs) -> bool:
    return re.search(r"(?:docker|containerd|podman|crio)\.sock\b", programs.reading.text) is not None


def _speaks_to_sockets(program: Program) -> bool:
    return program.name == "curl" and program.has("--unix-socket", "--abstract-unix-socket")


WIRES: Final = tuple(
    Tripwire(name, Group.CROSSES, why, trips)
    for name, why, trips in (
        ("container with the machine", "gives a container the rights of the machine", anywhere(_hands_over_machine)),
        ("container engine", "speaks to what can start anything", _names_engine_socket),
        ("local socket", "speaks to a service of this machine", anywhere(_speaks_to_sockets)),
        ("other namespace", "leaves the place that it was put in", run("nsenter", "chroot", "unshare", "pivot_root")),
    )
)
"""The wires of this group."""
