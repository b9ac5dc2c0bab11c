"""The audit of a list of rules finds what its author may not have meant, and leaves good rules alone."""

from collections.abc import Sequence

import pytest

from tmtui.policy.audit import Fault, audit
from tmtui.policy.rules import Rules


def faults(allow: Sequence[str] = (), ask: Sequence[str] = (), deny: Sequence[str] = ()) -> list[tuple[str, Fault]]:
    return [(remark.rule, remark.fault) for remark in audit(Rules.parse(allow=allow, ask=ask, deny=deny))]


@pytest.mark.parametrize(
    "rule",
    [
        "*",
        "Bash",
        "Bash(*)",
        "Edit",
        "Edit(//**)",
        "Read(~/**)",
        "Bash(* x)",
        "Bash(python *)",
        "Bash(python3:*)",
        "Bash(bash *)",
        "Bash(node *)",
        "Bash(env *)",
        "Bash(xargs *)",
        "Bash(sudo *)",
        "Bash(npx *)",
        "Bash(npm exec *)",
        "Bash(uv run *)",
        "Bash(docker *)",
        "Bash(git *)",
        "Bash(curl *)",
        "Bash(bash -c *)",
        "Bash(python -c *)",
        "Bash(pytest*)",
    ],
)
def test_what_allows_too_much_is_told(rule: str) -> None:
    assert (rule, Fault.TOO_BROAD) in faults(allow=[rule])
    assert (rule, Fault.TOO_BROAD) not in faults(deny=[rule])


@pytest.mark.parametrize(
    ("allow", "ask", "deny", "expected"),
    [
        (["Bash(npm test *)"], [], ["Bash(npm *)"], [("Bash(npm test *)", Fault.SHADOWED)]),
        (["Bash(npm test *)"], ["Bash(npm test *)"], [], [("Bash(npm test *)", Fault.SHADOWED)]),
        (["Edit(src/a.py)"], [], ["Edit"], [("Edit(src/a.py)", Fault.SHADOWED)]),
        (["Edit(src/a.py)"], [], ["Edit(./src/**)"], [("Edit(src/a.py)", Fault.SHADOWED)]),
        (["mcp__a__b"], [], ["mcp__a__*"], [("mcp__a__b", Fault.SHADOWED)]),
        (["Bash(npm test *)", "Bash(npm test -x)"], [], [], [("Bash(npm test -x)", Fault.REPEATED)]),
        (["Bash(npm test)", "Bash(npm test)"], [], [], [("Bash(npm test)", Fault.REPEATED)]),
        ([], [], ["Bash(timeout:5)", "Bash(timeout:5)"], [("Bash(timeout:5)", Fault.REPEATED)]),
        (["Grap"], [], [], [("Grap", Fault.NEVER)]),
        (["Bash(npm test && npm run *)"], [], [], [("Bash(npm test && npm run *)", Fault.NEVER)]),
        (["Bash(timeout 5 pytest *)"], [], [], [("Bash(timeout 5 pytest *)", Fault.NEVER)]),
        (["Bash(cd *)"], [], [], [("Bash(cd *)", Fault.FRAGILE)]),
        (["Bash(curl https://x.org/*)"], [], [], [("Bash(curl https://x.org/*)", Fault.FRAGILE)]),
        (["Bash(git push --force *)"], [], [], [("Bash(git push --force *)", Fault.DANGEROUS)]),
        (["Bash(cat .env)"], [], [], [("Bash(cat .env)", Fault.DANGEROUS)]),
    ],
)
def test_what_does_not_do_what_it_says_is_told(
    allow: list[str], ask: list[str], deny: list[str], expected: list[tuple[str, Fault]]
) -> None:
    assert faults(allow, ask, deny) == expected


def test_good_rules_are_left_alone() -> None:
    allow = [
        "Bash(npm run build)",
        "Bash(npm test *)",
        "Bash(python -m pytest *)",
        "Bash(git commit *)",
        "Bash(make test *)",
        "Bash(npm test && npm run build)",
        "Edit(src/**)",
        "Read(//usr/include/**)",
        "WebFetch(domain:example.org)",
        "mcp__server__*",
    ]
    assert faults(allow, ["Bash(git push *)"], ["Bash(sudo *)", "Read(./.env)", "Bash(run_in_background:true)"]) == []


def test_a_remark_says_what_to_do() -> None:
    remarks = audit(Rules.parse(allow=["Bash", "Bash(python *)", "Grap"], deny=["Bash(python *)"]))
    assert all(remark.message and remark.remedy for remark in remarks)
    assert {(remark.rule, remark.list) for remark in remarks} >= {("Bash", "allow"), ("Grap", "allow")}
