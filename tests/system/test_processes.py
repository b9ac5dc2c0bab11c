import errno
import math
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given, strategies as st

from tests.system.commands import Sleeper
from tmtui.system.processes import (
    LABEL,
    Process,
    descend,
    family,
    holds_pipe,
    label_of,
    listed_children,
    look_at,
    own_children,
    parse_ps,
    parse_stat,
    process_table,
    send_signal,
)
from tmtui.system.wardend_jobs import Job, Jobs


REST = b"0 -1 4194560 1 0 0 0 0 0 0 0 20 0 %d 0 777 1000 1"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"10 (sh) S 9 8 7 " + REST % 1, Process(10, 9, 8, 7, 777)),
        (b"10 (a b) c) R) S 9 8 7 " + REST % 1, Process(10, 9, 8, 7, 777)),
        (b"10 () R 9 8 7 " + REST % 3, Process(10, 9, 8, 7, 777)),
        (b"10 (sh) Z 9 8 7 " + REST % 1, None),
        (b"10 (sh) X 9 8 7 " + REST % 0, None),
        (b"10 (first thread ended) Z 9 8 7 " + REST % 2, Process(10, 9, 8, 7, 777)),
    ],
)
def test_a_line_of_the_process_table(line: bytes, expected: Process | None) -> None:
    assert parse_stat(line) == expected


def test_a_table_as_ps_prints_it() -> None:
    printed = "    1     0     1 Ss\n  210     1   210 S+\n  211   210   210 Z\n"

    assert parse_ps(printed) == {1: Process(1, 0, 1, 1, 0), 210: Process(210, 1, 210, 210, 0)}


@given(st.dictionaries(st.integers(1, 30), st.integers(0, 30)), st.sets(st.integers(0, 30)))
def test_a_descent_finds_all_that_can_be_reached_and_each_once(parents: Mapping[int, int], roots: set[int]) -> None:
    def look(pid: int) -> Process | None:
        return Process(pid, parents[pid], 0, 0, 0) if pid in parents else None

    def children(pid: int) -> list[int]:
        return [child for child, parent in parents.items() if parent == pid]

    found = [process.pid for process in descend(roots, look, children)]
    reachable = {root for root in roots if root in parents}
    while more := {child for pid in reachable for child in children(pid)} - reachable:
        reachable |= more

    assert sorted(found) == sorted(reachable)


@pytest.fixture(name="shell")
def _shell(sleeper: Sleeper) -> Iterator["subprocess.Popen[bytes]"]:
    command = f"setsid {sleeper.command} & {sleeper.awaited(1)}; echo ready; wait"
    with subprocess.Popen(
        ["/bin/sh", "-c", command], stdout=subprocess.PIPE, env={"PATH": os.defpath, LABEL: "mark:job"}
    ) as shell:
        assert shell.stdout
        shell.stdout.readline()
        yield shell
        for process in family([shell.pid]):
            send_signal(process, signal.SIGKILL)


def test_a_family_is_a_process_and_all_below_it(shell: "subprocess.Popen[bytes]") -> None:
    parents = {process.pid: process.parent for process in family([shell.pid])}
    below = set(parents) - {shell.pid}

    assert len(below) == 1
    assert parents[shell.pid] == os.getpid()
    assert {parents[pid] for pid in below} == {shell.pid}


def test_three_ways_to_look_agree(shell: "subprocess.Popen[bytes]") -> None:
    assert process_table()[shell.pid] == look_at(shell.pid)
    assert shell.pid in listed_children(os.getpid())
    assert shell.pid in own_children()


def test_a_kernel_that_keeps_no_lists_of_children_is_asked_for_the_whole_table(
    shell: "subprocess.Popen[bytes]", monkeypatch: pytest.MonkeyPatch
) -> None:
    by_lists = family([shell.pid])
    monkeypatch.setattr("tmtui.system.processes.LISTS_CHILDREN", False)

    assert sorted(family([shell.pid])) == sorted(by_lists)
    assert shell.pid in own_children()


def test_without_a_subreaper_a_job_is_its_leaders_group(shell: "subprocess.Popen[bytes]") -> None:
    group = [process for process in process_table().values() if process.group == os.getpgrp()]
    job = Job(1, "mark:job", math.inf, 5.0)
    job.pid = os.getpgrp()
    jobs = Jobs(subreaper=False)
    jobs.add(job)

    orphans = jobs.orphans()

    assert orphans.all_reaped
    assert shell.pid in {process.pid for process in orphans.living}
    assert {process.group for process in orphans.living} == {process.group for process in group}
    assert shell.pid in {process.pid for process in jobs.members(job, orphans.living)}


def test_a_process_tells_its_label_and_its_pipes(shell: "subprocess.Popen[bytes]") -> None:
    assert shell.stdout
    inode = os.fstat(shell.stdout.fileno()).st_ino

    assert label_of(shell.pid) == "mark:job"
    assert holds_pipe(shell.pid, inode)
    assert not holds_pipe(shell.pid, inode + 1)


def test_a_process_that_is_gone_tells_nothing() -> None:
    with subprocess.Popen(["true"]) as process:
        process.wait()

    assert look_at(process.pid) is None
    assert label_of(process.pid) == ""
    assert listed_children(process.pid) == []
    assert not holds_pipe(process.pid, 1)


def test_a_signal_reaches_the_process_that_was_looked_at_and_no_other(shell: "subprocess.Popen[bytes]") -> None:
    now = look_at(shell.pid)
    assert now

    assert not send_signal(now._replace(start=now.start - 1), signal.SIGKILL)
    assert look_at(shell.pid) == now
    assert send_signal(now, signal.SIGTERM)
    assert shell.wait() == -signal.SIGTERM
    assert not send_signal(now, signal.SIGTERM)


def test_a_kernel_without_handles_on_processes_delivers_signals_all_the_same(
    shell: "subprocess.Popen[bytes]", monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(_: int) -> int:
        raise OSError(errno.ENOSYS, "no such call")

    monkeypatch.setattr("os.pidfd_open", missing)
    now = look_at(shell.pid)
    assert now

    assert not send_signal(now._replace(start=now.start - 1), signal.SIGKILL)
    assert send_signal(now, signal.SIGTERM)
    assert shell.wait() == -signal.SIGTERM
