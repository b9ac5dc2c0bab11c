"""How the settings say what is confined and what may be used up."""

import pytest

from tmtui.config.load import combine
from tmtui.config.settings import Settings
from tmtui.domain.hook import Hook
from tmtui.system.documents.document import parse_document
from tmtui.system.sandbox.limits import ResourceLimits


def read(text: str) -> tuple[Settings, list[str]]:
    found, problems = combine([parse_document(text.encode(), ".taskmaster.yml")], {}, {})
    return found, [str(problem) for problem in problems]


def test_nothing_is_limited_and_nothing_allowed_unless_it_is_said() -> None:
    assert (Settings().sandbox, Settings().sandbox_network, Settings().sandbox_writable) == ("auto", False, ())
    assert Settings().resource_limits == ResourceLimits()


def test_all_of_it_is_taken_in_both_spellings() -> None:
    snake, _ = read(
        "sandbox: required\nsandbox_network: yes\nsandbox_writable: [~/.cache, .git]\n"
        "resource_limits: {cpu_time: 10m, memory_mb: 2000, file_size_mb: 100, open_files: 256, processes: 500}\n"
    )
    camel, _ = read(
        "sandbox: required\nsandboxNetwork: true\nsandboxWritable: [~/.cache, .git]\n"
        "resourceLimits: {cpuTime: 600, memoryMb: 2000, fileSizeMb: 100, openFiles: 256, processes: 500}\n"
    )

    limits = ResourceLimits(cpu_time=600.0, memory_mb=2000, file_size_mb=100, open_files=256, processes=500)
    for found in (snake, camel):
        assert (found.sandbox, found.sandbox_network, found.resource_limits) == ("required", True, limits)
        assert found.sandbox_writable == ("~/.cache", ".git")


def test_a_single_place_need_be_no_list() -> None:
    assert read("sandbox_writable: ~/.cache\n")[0].sandbox_writable == ("~/.cache",)


def test_a_hook_says_for_itself_how_it_is_confined() -> None:
    found, problems = read("hooks:\n  t: {command: x, sandbox: true, network: false}\n  u: {command: y}\n")

    assert problems == []
    assert found.hooks == {
        "t": Hook(name="t", command="x", sandbox=True, network=False),
        "u": Hook(name="u", command="y", sandbox=None, network=None),
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("resource_limits: {memory_mb: 0}\n", "at least 1"),
        ("resource_limits: {cpu_time: soon}\n", "must be a time"),
        ("resource_limits: {memory: 5}\n", "memory"),
        ("sandbox_network: perhaps\n", "true or false"),
        ("hooks: {t: {command: x, network: maybe}}\n", "true or false"),
    ],
)
def test_what_makes_no_sense_is_told(text: str, words: str) -> None:
    _, problems = read(text)

    assert len(problems) == 1
    assert words in problems[0]
