"""What a process holds is its own: tried in one of its own, since it cannot be taken back."""

import subprocess
import sys

import pytest


ASK = """\
import ctypes, resource
from tmtui.system.private_memory import keep_memory_private
keep_memory_private()
print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), resource.getrlimit(resource.RLIMIT_CORE)[0])
"""

AS_NOBODY = """\
import os, subprocess, sys
from tmtui.system.private_memory import keep_memory_private
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
keep_memory_private()
read = "import sys; print(open(f'/proc/{sys.argv[1]}/environ').read())"
sys.exit(subprocess.run([sys.executable, "-S", "-c", read, str(os.getpid())], stderr=subprocess.DEVNULL).returncode)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such switch")
def test_it_is_not_dumpable_and_leaves_no_core_file() -> None:
    done = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "0"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such switch")
def test_another_process_of_the_same_user_cannot_read_its_environment() -> None:
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY], env={"KEY": "canary-5d"}, capture_output=True, text=True, check=False
    )
    if "PermissionError" in done.stderr and "setg" in done.stderr:
        pytest.skip("only root can become somebody else")
    assert "canary-5d" not in done.stdout
    assert done.returncode != 0
