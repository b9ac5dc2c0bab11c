import os

import pytest


@pytest.fixture(autouse=True)
def _nothing_between(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy between a test and its server, and nothing that the SDK would read of the person who runs it."""
    for name in os.environ:
        if name.lower().endswith("_proxy") or name.startswith("ANTHROPIC_"):
            monkeypatch.delenv(name)
