"""What every test shares: the choice of long sweeps, and an environment without surprises."""

import os
import random

import pytest
from hypothesis import settings


settings.register_profile("tmtui", deadline=None)  # a busy machine is no fault of the code
settings.load_profile("tmtui")

SAMPLE = 6
"""Long tests that a sample holds."""


settings.register_profile("quick", max_examples=30, deadline=None)
settings.register_profile("thorough", max_examples=300, deadline=None)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("tmtui")
    group.addoption(
        "--slow",
        choices=("none", "sample", "all"),
        default="none",
        help="which of the long sweeps to run; a sample is chosen by --sweep-seed",
    )
    group.addoption("--sweep-seed", type=int, default=None, help="the seed of the sample and of the sweeps")


def pytest_configure(config: pytest.Config) -> None:
    if config.option.sweep_seed is None:
        config.option.sweep_seed = int(os.environ.get("TMTUI_SWEEP_SEED", "0")) or random.randrange(1, 100_000)
    settings.load_profile("thorough" if config.option.slow == "all" else "quick")
    os.environ["TMTUI_SWEEP_SEED"] = str(config.option.sweep_seed)


def pytest_report_header(config: pytest.Config) -> str:
    return f"sweeps: --slow={config.option.slow} --sweep-seed={config.option.sweep_seed}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    mode = config.option.slow
    if mode == "all":
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    chosen: list[pytest.Item] = []
    if mode == "sample":
        chosen = random.Random(config.option.sweep_seed).sample(slow, min(SAMPLE, len(slow)))
    left_out = [item for item in slow if item not in chosen]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No settings of the person who runs the tests, no state folder elsewhere, no colours, no animation."""
    monkeypatch.setenv("HOME", str(tmp_path_factory.getbasetemp()))
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    for name in list(os.environ):
        if name.startswith(("TASKMASTER_", "TMTUI_")) and name != "TMTUI_SWEEP_SEED":
            monkeypatch.delenv(name)
    for name in ("NO_COLOR", "FORCE_COLOR", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def _nothing_between(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy between a test and its server, and nothing that an SDK would read of the person who runs it."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name.startswith(("ANTHROPIC_", "OPENAI_")):
            monkeypatch.delenv(name)
