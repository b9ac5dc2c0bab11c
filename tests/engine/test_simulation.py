"""Any seed's weather, crashes, budgets and meddling: the auditor finds nothing wrong, and the run comes to its end.

A seed that fails says its number; `python -m tests.engine.stormy NUMBER` lives it again, and tells it.
"""

import pytest

from tests.engine.stormy import live_and_judge


SEEDS = 1_000
CHUNK = 50


@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
def test_whatever_befalls_a_run_the_auditor_finds_nothing(first: int) -> None:
    found = {seed: problems for seed in range(first, first + CHUNK) if (problems := live_and_judge(seed)[1])}
    for seed, problems in found.items():
        print(f"seed {seed}:", *problems, sep="\n  ")
    assert not found


def test_a_seed_lives_the_same_life_again() -> None:
    lives = [[recorded.event for recorded in live_and_judge(7)[0].events] for _ in range(2)]
    assert lives[0] == lives[1]
