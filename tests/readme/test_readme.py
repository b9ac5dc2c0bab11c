"""The README says what is so."""

import re
from pathlib import Path

import pytest

from tests.readme.key_table import README, current, key_table
from tmtui.agents.script_reading import load_script
from tmtui.cli.exit_codes import ExitCode
from tmtui.cli.verbs import VERBS
from tmtui.config.load import load_settings
from tmtui.config.written import SettingsWritten
from tmtui.plans.native import load_plan


TEXT = README.read_text()
BLOCKS = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)


def test_its_keys_are_the_commands_keys() -> None:
    """Write the table anew with `python -m tests.readme.key_table`."""
    assert current(TEXT) == key_table()


def test_its_plan_settings_and_script_load(tmp_path: Path) -> None:
    plan, settings, unattended, providers, script = BLOCKS
    (tmp_path / ".taskmaster.yml").write_text(settings + unattended + providers)
    (tmp_path / "tasks.yml").write_text(plan)
    (tmp_path / "rehearsal.agent.yml").write_text(script)
    loaded, warnings = load_settings(tmp_path, {}, {})
    understood, more = load_plan(tmp_path / "tasks.yml", root=tmp_path, hooks=loaded.hooks)
    load_script(tmp_path / "rehearsal.agent.yml")
    assert not [*warnings, *more]
    assert [task.id for task in understood.tasks] == ["login", "reset"]


@pytest.mark.parametrize("verb", [name for name, verb in VERBS.items() if not verb.hidden])
def test_every_verb_is_named(verb: str) -> None:
    assert re.search(rf"`{verb}\b", TEXT)


@pytest.mark.parametrize("code", [code.value for code in ExitCode])
def test_every_exit_code_is_explained(code: int) -> None:
    rows = re.findall(r"^\| ([\d, ]+) \|", TEXT, re.MULTILINE)
    assert code in {int(number) for row in rows for number in row.split(",")}


def test_every_setting_of_its_table_exists() -> None:
    table = TEXT.split("| key | default | meaning |")[1].split("\n\n")[0]
    named = set(re.findall(r"`(\w+)`", "\n".join(row.split("|")[1] for row in table.splitlines() if "|" in row)))
    assert named <= set(SettingsWritten.__struct_fields__)
