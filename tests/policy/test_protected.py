"""What no mode allows by itself: protected paths, credentials, critical paths."""

import pytest

from tests.policy.places import WHERE
from tmtui.policy.critical import removes_critical_path
from tmtui.policy.programs import Programs
from tmtui.policy.protected import credential, protected


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (".git/config", ".git"),
        ("sub/.git/hooks/x", ".git"),
        (".GIT/config", ".git"),
        (".git./config", ".git"),
        (".vscode/settings.json", ".vscode"),
        (".claude/settings.json", ".claude"),
        (".taskmaster/state.db", ".taskmaster"),
        (".taskmaster.yml", ".taskmaster.yml"),
        (".envrc", ".envrc"),
        ("a/.npmrc", ".npmrc"),
        ("~/.bashrc", ".bashrc"),
        ("~/.config/git/config", ".config/git"),
        ("~/.ssh/authorized_keys", ".ssh"),
        ("../other/.husky/x", ".husky"),
        (".gitignore", ""),
        (".github/workflows/x.yml", ""),
        ("src/git/config", ""),
        (".git-blame", ""),
        ("config/git", ""),
    ],
)
def test_protected_paths(path: str, name: str) -> None:
    assert protected(WHERE.absolute(path), WHERE) == name


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("~/.ssh/id_rsa", ".ssh"),
        ("~/.aws/credentials", ".aws"),
        (".env", ".env"),
        ("a/.env.production", ".env.*"),
        ("keys/server.pem", "*.pem"),
        ("deploy_rsa", "*_rsa"),
        ("~/.docker/config.json", ".docker/config.json"),
        ("/etc/shadow", "/etc/shadow"),
        ("/proc/1/environ", "/proc/*/environ"),
        (".env*", ".env"),
        (".env.example", ""),
        ("src/env.py", ""),
        ("*.py", ""),
        ("/etc/passwd", ""),
    ],
)
def test_credentials(path: str, name: str) -> None:
    assert credential(WHERE.absolute(path), WHERE) == name


@pytest.mark.parametrize(
    "command",
    [
        "rm -rf /",
        "rm -rf /*",
        "rm -rf //",
        "rm -fr /etc",
        "rm -r /usr/",
        "rm -rf ~",
        "rm -rf ~/",
        "rm -rf ~/*",
        "rm -rf $HOME",
        'rm -rf "$HOME"/*',
        "rm -rf .",
        "rm -rf ./",
        "rm -rf ./*",
        "rm -rf *",
        "rm -rf ..",
        "rm -rf ../..",
        "rm -rf /home/ann/work",
        "rm -rf /home/ann/work/app",
        "rm -rf /home/*/work",
        'rm -rf "$X"/*',
        "rm -rf $X/*",
        "rm -rf ${X}/",
        "rm -rf `pwd`/*",
        "rmdir /home",
        "cd / && rm -rf *",
        "cd ~; rm -rf *",
        "cd src && cd .. && rm -rf *",
        "cd src || true; rm -rf ../*",
        "(cd /; rm -rf *)",
        "sudo rm -rf /",
        "env X=1 rm -rf /",
        "xargs rm -rf /",
        "echo $(rm -rf /)",
        "echo `rm -rf /`",
        "cat <(rm -rf /)",
        "bash -c 'rm -rf /'",
        "sh -c \"bash -c 'rm -rf /'\"",
        "bash <<E\nrm -rf /\nE\n",
        "find / -delete",
        "find ~ -type f -exec rm {} +",
        "find .. -delete",
        "rm -rf build /",
        "rm --recursive --force /",
        "rm -rf -- /",
        "/bin/rm -rf /",
        r"\rm -rf /",
        "busybox rm -rf /",
        "true && ! rm -rf /",
        "if true; then rm -rf /; fi",
        "f() { rm -rf /; }; f",
        "case x in *) rm -rf ~ ;; esac",
        "rm -rf /; echo 'unfinished",
        "for i in a b; do cd ..; rm -rf /; done",
    ],
)
def test_the_removal_of_what_everything_rests_on_is_seen(command: str) -> None:
    assert removes_critical_path(Programs.of(command, WHERE))


@pytest.mark.parametrize(
    "command",
    [
        "rm -rf build",
        "rm -rf ./build/*",
        "rm -rf /home/ann/work/app/build",
        "rm -rf /home/ann/work/other",
        "rm -rf /tmp/x",
        "rm -f *.pyc",
        "rm a b",
        "cd build && rm -rf *",
        "rm -rf src/..hidden",
        "rm -rf $X",
        "echo rm -rf /",
        "grep -r 'rm -rf /' .",
        "ls /",
        "find . -name '*.pyc' -delete",
        "find build -delete",
        "git rm -r --cached .",
        "rmdir build",
        "mv / x",
    ],
)
def test_other_removals_are_none_of_it(command: str) -> None:
    assert not removes_critical_path(Programs.of(command, WHERE))
