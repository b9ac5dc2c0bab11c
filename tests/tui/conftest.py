"""Pilots that wait for messages, not for an idle machine."""

import asyncio

import pytest


@pytest.fixture(autouse=True)
def _waits_for_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Textual's pilot waits for the processor to be idle; the robot waits until every message was handled."""

    async def give_way(*__: float) -> None:
        for _ in range(5):
            await asyncio.sleep(0)

    monkeypatch.setattr("textual.app.wait_for_idle", give_way)
    monkeypatch.setattr("textual.pilot.wait_for_idle", give_way)
