"""What is found on a machine, and what the settings make of it."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from tmtui.domain.problem import Problem
from tmtui.system.sandbox import probe as probing
from tmtui.system.sandbox.bubblewrap import Bubblewrap
from tmtui.system.sandbox.choose import Chosen, choose
from tmtui.system.sandbox.landlock import Landlock
from tmtui.system.sandbox.probe import Probed, probe
from tmtui.system.sandbox.temporary import temporary_folder
from tmtui.system.sandbox.wrapping import BUBBLEWRAP, LANDLOCK, NONE, NoSandbox


BWRAP = Probed(sandbox=Bubblewrap(program="/usr/bin/bwrap"), version="0.8.0")
POOR = Probed(
    sandbox=Landlock(abi=4, namespaces=False), version="ABI 4", gaps=("only TCP is denied",), remedy="Install it."
)
NOTHING = Probed(tried=("bubblewrap: not found on PATH", "landlock: the kernel has none"), remedy="Install it.")


@pytest.mark.parametrize("setting", ["required", "auto"])
@pytest.mark.parametrize("probed", [BWRAP, POOR])
def test_what_works_is_used(setting: str, probed: Probed) -> None:
    found = choose(setting, probed)

    assert isinstance(found, Chosen)
    assert found.sandbox == probed.sandbox
    assert (found.lacking, found.remedy) == ("; ".join(probed.gaps), probed.remedy)


def test_without_any_a_run_goes_on_and_says_so() -> None:
    found = choose("auto", NOTHING)

    assert isinstance(found, Chosen)
    assert found.sandbox.kind == NONE
    assert "all your rights" in found.lacking
    assert "not found on PATH" in found.lacking
    assert found.remedy == "Install it."


def test_without_any_a_run_that_requires_one_does_not_begin() -> None:
    found = choose("required", NOTHING, place=".taskmaster.yml:3")

    assert isinstance(found, Problem)
    assert str(found).startswith(".taskmaster.yml:3: no sandbox works here: bubblewrap: not found on PATH")
    assert "sandbox: auto" in found.hint
    assert not found.warning


@pytest.mark.parametrize("probed", [None, BWRAP])
def test_who_wants_none_gets_none_and_it_is_said(probed: Probed | None) -> None:
    found = choose("off", probed)

    assert isinstance(found, Chosen)
    assert found.sandbox == NoSandbox()
    assert "sandbox: off" in found.lacking


@pytest.mark.skipif(sys.platform != "linux", reason="they are Linux's")
def test_bubblewrap_comes_before_landlock_and_landlock_before_nothing(tmp_path: Path) -> None:
    with_it, without = probe(os.environ), probe({"PATH": str(tmp_path)})

    assert with_it.kind in ((BUBBLEWRAP, LANDLOCK, NONE) if shutil.which("bwrap") else (LANDLOCK, NONE))
    assert without.kind in (LANDLOCK, NONE)
    assert without.tried[0] == "bubblewrap: not found on PATH"
    assert without.kind in without.detail


@pytest.mark.skipif(sys.platform != "linux", reason="it is Linux's")
@pytest.mark.parametrize(
    ("script", "why"),
    [
        (
            "echo 'bwrap: No permissions to create new namespace' >&2; exit 1",
            "No permissions to create new namespace",
        ),
        ("exit 7", "code 7"),
        ('while [ "$1" != -- ]; do shift; done; shift; exec "$@"', "it does not keep outside, root/guarded/file"),
    ],
    ids=["it is forbidden", "it fails silently", "it confines nothing"],
)
def test_a_program_that_is_there_and_does_not_keep_its_word_is_not_used(
    tmp_path: Path, script: str, why: str
) -> None:
    program = tmp_path / "bwrap"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)

    found = probe({"PATH": str(tmp_path)})

    assert found.kind != BUBBLEWRAP
    assert why in found.tried[0]


@pytest.mark.parametrize(
    ("values", "cures"),
    [
        ({}, []),
        ({"kernel/apparmor_restrict_unprivileged_userns": "1"}, ["kernel.apparmor_restrict_unprivileged_userns=0"]),
        ({"kernel/apparmor_restrict_unprivileged_userns": "0"}, []),
        ({"user/max_user_namespaces": "0"}, ["user.max_user_namespaces=15000"]),
    ],
)
def test_what_forbids_namespaces_is_told_with_its_cure(values: dict[str, str], cures: list[str]) -> None:
    assert probing._forbidden(lambda place: values.get(place, "")) == cures


def test_the_folder_for_temporary_files_goes_with_its_engine_and_with_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "tmtui-mine-left" / "a").mkdir(parents=True)
    (tmp_path / "tmtui-other-left").mkdir()

    with temporary_folder("mine") as folder:
        (folder / "file").touch()
        assert sorted(path.name for path in tmp_path.iterdir()) == sorted([folder.name, "tmtui-other-left"])

    assert [path.name for path in tmp_path.iterdir()] == ["tmtui-other-left"]
