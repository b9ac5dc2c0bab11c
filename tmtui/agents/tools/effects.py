"""What a call does to one file, told by the file's digest before and after.

A crash between the record of a call and the record of its result leaves one question, and the file answers it.
"""

import hashlib

from tmtui.events.tool import FileEffect
from tmtui.system.confined import ConfinedFolder, PathRefused


def digest_of(data: bytes | None) -> str:
    """SHA-256 in hex; empty for a file that is not there."""
    return "" if data is None else hashlib.sha256(data).hexdigest()


def was_done(effect: FileEffect, folder: ConfinedFolder) -> bool | None:
    """Whether the write that `effect` tells of has happened; a write that changes nothing has.

    None when the file is neither what it was nor what it was to become, or cannot be looked at.
    """
    try:
        found = folder.digest(effect.path)
    except (PathRefused, OSError):
        return None
    if found == effect.after:
        return True
    return False if found == effect.before else None
