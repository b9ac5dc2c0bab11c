"""Which machine this is, which start of it, and who uses it."""

import getpass
import platform
from pathlib import Path


def host_name() -> str:
    """The machine's name; empty when it has none."""
    return platform.node()


def boot_id() -> str:
    """A word that differs after each start of the machine; empty where the system does not tell."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def user_name() -> str:
    """The name of the user whose process this is; empty when the system does not know it."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""
