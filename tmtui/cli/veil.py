"""What is shown without having passed the log: it has not met the log's redaction, so it meets the same here."""

import os

from tmtui.policy.redact import Redactor, secrets_in_env


def veiled(data: bytes) -> bytes:
    """The bytes without the secrets of this environment, and without what looks like one."""
    return Redactor(secrets_in_env(os.environ)).redact_bytes(data)
