"""Which sandbox works on this machine, found by trying.

That a program is installed or a kernel new enough says little: containers and distributions forbid parts of it. So a
command is run confined, which writes where it may and where it may not, and then one looks at what has happened.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import msgspec

from tmtui.domain.text import clean_line
from tmtui.system.sandbox.bubblewrap import PROGRAM as BWRAP, Bubblewrap
from tmtui.system.sandbox.confinement import Confinement
from tmtui.system.sandbox.landlock import Landlock
from tmtui.system.sandbox.seatbelt import PROGRAM as SANDBOX_EXEC, Seatbelt
from tmtui.system.sandbox.wrapping import BUBBLEWRAP, LANDLOCK, SEATBELT, NoSandbox, Sandbox
from tmtui.system.wardend_start import find_program


PATIENCE: Final = 10.0
"""Seconds for one attempt."""

INSTALL: Final = "Install bubblewrap: `apt install bubblewrap`, `dnf install bubblewrap` or the like."
_NEEDS: Final = "Linux with bubblewrap or Landlock, or macOS, is needed for it."
_SWITCHES: Final = (
    ("kernel/apparmor_restrict_unprivileged_userns", "1", "kernel.apparmor_restrict_unprivileged_userns=0"),
    ("kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone=1"),
    ("user/max_user_namespaces", "0", "user.max_user_namespaces=15000"),
)
"""What keeps users from namespaces: the place below `/proc/sys`, its forbidding value, and how to set it right."""


class Probed(msgspec.Struct, frozen=True, kw_only=True):
    """What was found."""

    sandbox: Sandbox = NoSandbox()
    version: str = ""
    """Such as `0.8.0`, or `ABI 7`."""
    gaps: tuple[str, ...] = ()
    """What it cannot keep."""
    tried: tuple[str, ...] = ()
    """Which better ones do not work here, and why. Safe to show."""
    remedy: str = ""
    """How to get a better one; empty when there is none."""

    @property
    def kind(self) -> str:
        """Its name."""
        return self.sandbox.kind

    @property
    def detail(self) -> str:
        """All of it in one line."""
        name = f"{self.kind} {self.version}".rstrip()
        return "; ".join((name, *self.gaps, *self.tried))


def probe(env: Mapping[str, str]) -> Probed:
    """Find the best sandbox that works here. Takes some hundredths of a second, and blocks meanwhile.

    Args:
        env: Names the PATH on which programs are looked for.
    """
    candidates = {"linux": (_try_bubblewrap, _try_landlock), "darwin": (_try_seatbelt,)}.get(sys.platform, ())
    tried: list[str] = []
    for attempt in candidates:
        found = attempt(env)
        if isinstance(found, Probed):
            remedy = _remedy(env) if found.gaps else ""
            return msgspec.structs.replace(found, tried=tuple(tried), remedy=remedy)
        tried.append(clean_line(found))
    return Probed(tried=tuple(tried), remedy=_remedy(env) if candidates else _NEEDS)


def _try_bubblewrap(env: Mapping[str, str]) -> Probed | str:
    try:
        program = find_program(BWRAP, env.get("PATH", os.defpath))
    except OSError as error:
        return f"{BUBBLEWRAP}: {error.strerror}"
    sandbox = Bubblewrap(program=program, as_root=os.geteuid() == 0)
    if why := _try(sandbox):
        return f"{BUBBLEWRAP}: {why}"
    said = _said([program, "--version"]).split()
    return Probed(sandbox=sandbox, version=clean_line(said[-1]) if said else "")


def _try_landlock(_: Mapping[str, str]) -> Probed | str:
    from tmtui.system.sandbox.kernel import landlock_abi  # noqa: PLC0415 - there is no such kernel elsewhere

    abi = landlock_abi()
    if not abi:
        return f"{LANDLOCK}: the kernel has none, or has it switched off"
    why = ""
    for sandbox in (Landlock(abi=abi, namespaces=True), Landlock(abi=abi, namespaces=False)):
        why = _try(sandbox, within=sandbox.namespaces)
        if not why:
            return Probed(sandbox=sandbox, version=f"ABI {abi}", gaps=sandbox.gaps)
    return f"{LANDLOCK}: {why}"


def _try_seatbelt(_: Mapping[str, str]) -> Probed | str:
    if not os.access(SANDBOX_EXEC, os.X_OK):
        return f"{SEATBELT}: {SANDBOX_EXEC} is not there"
    why = _try(Seatbelt())
    return f"{SEATBELT}: {why}" if why else Probed(sandbox=Seatbelt())


_COMMAND: Final = """\
cd "$1" || exit
for file in outside root/inside root/guarded/file; do { echo > "$file"; } 2>/dev/null; done
cat root/hidden/file > root/read 2>/dev/null
true
"""


def _try(sandbox: Sandbox, *, within: bool = True) -> str:
    """Try a sandbox for real. Returns what is wrong with it.

    Args:
        sandbox: What to try.
        within: Whether it should keep places that lie within what may be written.
    """
    folder = Path(os.path.realpath(tempfile.mkdtemp(prefix="tmtui-probe-")))
    try:
        return _try_in(folder, sandbox, within=within)
    except (OSError, subprocess.SubprocessError) as error:
        return str(error)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _try_in(folder: Path, sandbox: Sandbox, *, within: bool) -> str:
    for name in ("root/guarded", "root/hidden", "temporary"):
        (folder / name).mkdir(parents=True)
    (folder / "root/hidden/file").write_text("secret")
    confinement = Confinement(
        root=f"{folder}/root",
        temporary=f"{folder}/temporary",
        read_only=(f"{folder}/root/guarded",) if within else (),
        hidden=(f"{folder}/root/hidden",) if within else (),
    )
    done = _run(sandbox.wrap(("/bin/sh", "-c", _COMMAND, "sh", str(folder)), confinement))
    if not (folder / "root/inside").exists():
        said = [line for line in done.stderr.decode(errors="replace").splitlines() if line.strip()]
        return said[-1] if said else f"it ends commands with code {done.returncode}"
    broken = [name for name in ("outside", *(("root/guarded/file",) if within else ())) if (folder / name).exists()]
    broken += ["root/hidden/file"] if within and (folder / "root/read").read_bytes() else []
    return f"it does not keep {', '.join(broken)}" if broken else ""


def _run(argv: tuple[str, ...] | list[str]) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(argv, cwd="/", stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False)


def _said(argv: list[str]) -> str:
    try:
        return _run(argv).stdout.decode(errors="replace")
    except (OSError, subprocess.SubprocessError):
        return ""


def _remedy(env: Mapping[str, str]) -> str:
    if sys.platform != "linux":
        return _NEEDS
    parts = [] if _is_installed(env) else [INSTALL]
    parts += [f"Let users make namespaces: `sysctl -w {cure}`." for cure in _forbidden(_sysctl)]
    return " ".join(parts) or "In a container, allow it user namespaces; or run tmtui outside of it."


def _is_installed(env: Mapping[str, str]) -> bool:
    try:
        return bool(find_program(BWRAP, env.get("PATH", os.defpath)))
    except OSError:
        return False


def _forbidden(read: Callable[[str], str]) -> list[str]:
    return [cure for place, forbidding, cure in _SWITCHES if read(place) == forbidding]


def _sysctl(place: str) -> str:
    try:
        return (Path("/proc/sys") / place).read_text().strip()
    except OSError:
        return ""
