"""Which commands of an engine are confined, and how far."""

from pathlib import Path

import pytest

from tmtui.cli.confining import Confining, choose_sandbox, degraded, probe_sandbox
from tmtui.config.settings import Settings
from tmtui.domain.problem import ProblemsError
from tmtui.system.child import Child, Spawn
from tmtui.system.sandbox.bubblewrap import Bubblewrap
from tmtui.system.sandbox.choose import Chosen
from tmtui.system.sandbox.limits import ResourceLimits
from tmtui.system.sandbox.probe import Probed
from tmtui.system.sandbox.wrapping import NoSandbox


class Heard(Exception):  # noqa: N818 - not an error
    """What a spawner was asked to start."""

    def __init__(self, spawn: Spawn) -> None:
        super().__init__(spawn)
        self.spawn = spawn


class Listening:
    async def spawn(self, spawn: Spawn, job: str) -> Child:
        raise Heard(spawn)


BWRAP = Chosen(sandbox=Bubblewrap(program="bwrap"))


def confining(settings: Settings, chosen: Chosen = BWRAP) -> Confining:
    root = Path("/srv/work")
    return Confining(Listening(), chosen, settings, root, root / ".taskmaster", Path("/tmp/own"), {"HOME": "/home/a"})


async def started(it: Confining, *, sandbox: bool | None = None, network: bool | None = None) -> Spawn:
    return await heard(it.for_hook(sandbox=sandbox, network=network))


async def heard(spawner: object) -> Spawn:
    with pytest.raises(Heard) as found:
        await spawner.spawn(Spawn(argv=("x",), cwd="/srv/work", env={"A": "1"}), "job")  # type: ignore[attr-defined] # any
    return found.value.spawn


def how(spawn: Spawn) -> str:
    if spawn.argv[0] != "bwrap":
        return "open"
    return "alone" if "--unshare-net" in spawn.argv else "confined"


@pytest.mark.parametrize(
    ("setting", "sandbox", "network", "outcome"),
    [
        ("auto", None, None, "open"),
        ("auto", None, True, "open"),
        ("auto", None, False, "alone"),
        ("auto", True, None, "confined"),
        ("auto", True, False, "alone"),
        ("auto", False, None, "open"),
        ("required", None, None, "confined"),
        ("required", None, False, "alone"),
        ("required", False, None, "open"),
    ],
)
async def test_how_a_hook_is_confined(setting: str, sandbox: bool | None, network: bool | None, outcome: str) -> None:
    found = await started(confining(Settings(sandbox=setting)), sandbox=sandbox, network=network)

    assert how(found) == outcome
    assert found.argv[-1] == "x"
    assert found.stays == (outcome != "open")


@pytest.mark.parametrize(("network", "outcome"), [(False, "alone"), (True, "confined")])
async def test_what_an_agent_runs_is_confined(network: bool, outcome: str) -> None:
    found = await heard(confining(Settings(sandbox_network=network, sandbox_writable=("~/.cache", ".git"))).tools)

    assert how(found) == outcome
    assert found.env == {"A": "1", "TMPDIR": "/tmp"}
    words = list(found.argv)
    for path in ("/srv/work", "/srv/work/.git", "/home/a/.cache"):
        assert words[words.index(path) - 1] == "--bind-try"


async def test_without_a_sandbox_everything_is_started_as_it_is() -> None:
    it = confining(Settings(), Chosen(sandbox=NoSandbox()))

    assert (
        await heard(it.tools)
        == await started(it, network=False)
        == Spawn(argv=("x",), cwd="/srv/work", env={"A": "1"})
    )


async def test_limits_hold_for_everything_and_inside_of_the_sandbox() -> None:
    it = confining(Settings(resource_limits=ResourceLimits(open_files=64)))

    for found in (await heard(it.tools), await started(it)):
        assert found.argv[-5:-3] == ("/bin/sh", "-c")
        assert "ulimit -n 64" in found.argv[-3]
        assert found.argv[-1] == "x"


async def test_nothing_is_tried_when_nothing_is_wanted() -> None:
    assert await probe_sandbox(Settings(sandbox="off")) is None


def test_a_run_that_requires_what_is_not_there_does_not_begin() -> None:
    settings = Settings(sandbox="required", origins={"sandbox": ".taskmaster.yml:2"})

    with pytest.raises(ProblemsError, match=r"\.taskmaster\.yml:2: no sandbox works here"):
        choose_sandbox(settings, Probed())


def test_what_is_not_kept_is_recorded() -> None:
    lacking = degraded(choose_sandbox(Settings(), Probed(tried=("landlock: none",), remedy="Get it.")))

    assert lacking is not None
    assert (lacking.what, lacking.remedy) == ("sandbox", "Get it.")
    assert "landlock: none" in lacking.why
    assert degraded(BWRAP) is None
