"""Files that by their names hold secrets. They are told to nobody, not even by name."""

from fnmatch import fnmatchcase
from typing import Final


SECRET: Final = (
    ".env",
    ".env.*",
    "*.env",
    ".envrc",
    "*.pem",
    "*.key",
    "*.p12",
    "*.pfx",
    "*.jks",
    "*.keystore",
    "*.kdbx",
    "*.ppk",
    "*.gpg",
    "id_rsa*",
    "id_dsa*",
    "id_ecdsa*",
    "id_ed25519*",
    ".netrc",
    ".npmrc",
    ".pypirc",
    ".pgpass",
    ".htpasswd",
    ".git-credentials",
    "credentials",
    "credentials.*",
    "secrets",
    "secrets.*",
    "service-account*.json",
    "*.tfstate",
    "*.tfvars",
)
"""Patterns of names; case does not count."""

FOLDERS: Final = frozenset({".ssh", ".aws", ".gnupg", ".kube", ".azure", ".docker"})
"""Folders all of whose files are secret."""

EXAMPLES: Final = (".example", ".sample", ".template", ".dist")
"""Endings of files that only show what a secret one looks like."""


def looks_secret(path: str) -> bool:
    """Whether the name of a file, or of a folder above it, says that there is a secret in it."""
    *folders, name = path.lower().split("/")
    if FOLDERS.intersection(folders):
        return True
    return not name.endswith(EXAMPLES) and any(fnmatchcase(name, pattern) for pattern in SECRET)
