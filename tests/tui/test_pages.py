"""The pages that are made from the state, and the lines above and below them."""

from tests.tui.recordings import Tape, failed, finished, needs_you, running
from tmtui.domain.outcome import OK
from tmtui.domain.usage import Usage
from tmtui.events.attempt import AttemptMeasured, FileChange
from tmtui.events.money import MoneySpent
from tmtui.events.request import ModelSwitched, RequestFinished, RequestStarted
from tmtui.state.fold import fold_all
from tmtui.state.lines import LineKind
from tmtui.state.model import State
from tmtui.tui.pages.attempts import attempts_page, line_of
from tmtui.tui.pages.diff import DIFF_CAP, diff_lines, diff_page
from tmtui.tui.pages.info import info_page
from tmtui.tui.paint import Spans
from tmtui.tui.units import Unit
from tmtui.tui.widgets.header import header_spans


class View:
    live = True
    engine_alive = True
    lost = ""
    unit = Unit.MONEY

    def __init__(self, state: State) -> None:
        self.state = state

    def now_ms(self) -> int:
        return self.state.updated_ms


def plain(spans: Spans) -> str:
    return "".join(span.text for span in spans)


def state_of(tape: Tape) -> State:
    return fold_all(tape.events)


# A diff.


def kinds(diff: str) -> list[tuple[str, str]]:
    return [(line.kind.value, line.text) for line in diff_lines(diff)]


def test_a_hunk_is_read_by_its_own_counts() -> None:
    diff = (
        "diff --git a/x.sql b/x.sql\nindex 1..2\n--- a/x.sql\n+++ b/x.sql\n"
        "@@ -1,3 +1,3 @@ head\n-- old\n+- new\n same\n \n\\ No newline at end of file\n"
    )
    assert kinds(diff) == [
        ("file", "x.sql"),
        ("hunk", "@@ -1,3 +1,3 @@ head"),
        ("removed", "-- old"),
        ("added", "+- new"),
        ("context", " same"),
        ("context", " "),
        ("note", "\\ No newline at end of file"),
    ]


def test_a_removed_line_that_looks_like_a_head_is_a_removed_line() -> None:
    assert kinds("@@ -1,2 +0,0 @@\n--- a/x\n-+++ b\n") == [
        ("hunk", "@@ -1,2 +0,0 @@"),
        ("removed", "--- a/x"),
        ("removed", "-+++ b"),
    ]


def test_a_hunk_that_promises_too_much_ends_with_the_next_file() -> None:
    diff = "@@ -1,9 +1,9 @@\n a\ndiff --git a/y b/y\nnew file mode 100644\nBinary files differ\n"
    assert [kind for kind, _ in kinds(diff)] == ["hunk", "context", "file", "note", "note"]


def test_the_files_stand_above_with_their_counts() -> None:
    files = (FileChange("a.py", "modified", 3, 1), FileChange("long/name.py", "added", 12, 0), FileChange("x", "odd"))
    page = diff_page(AttemptMeasured("t", progressed=True, files=files, files_total=5), "")
    assert [line.text for line in page] == [
        "M a.py          +3 -1",
        "A long/name.py  +12 -0",
        "? x             +0 -0",
        "… and 2 more files",
    ]
    assert [line.text for line in diff_page(AttemptMeasured("t", progressed=False), "")] == ["The tree is as it was."]


def test_a_huge_diff_is_cut() -> None:
    diff = f"@@ -0,0 +1,{DIFF_CAP + 9} @@\n" + "+x\n" * (DIFF_CAP + 9)
    page = diff_page(AttemptMeasured("t", progressed=True), diff)
    assert page[page.end - 1].kind is LineKind.WARN


# Attempts and facts.


def test_each_attempt_has_its_line() -> None:
    subject = state_of(needs_you()).tasks["calc-5"]
    page = attempts_page(subject, 0)
    assert page.text(0).split() == ["#", "try", "status", "served", "by", "hooks", "files", "money", "time"]
    for number in (1, 2, 3):
        cells = page.text(line_of(number)).split()
        assert cells[:5] == [str(number), f"{number}/3", "failed", "claude-sonnet-5-5", "✗test"]
        assert page[line_of(number)].kind is LineKind.BAD
    assert "No attempt has begun." in [line.text for line in attempts_page(state_of(running()).tasks["calc-4"], 0)]


def test_facts_name_what_a_task_needs_and_who_needs_it() -> None:
    state = state_of(finished())
    page = [line.text for line in info_page(state, state.tasks["calc-5"], state.updated_ms)]
    assert any(line.startswith("status") and "» skipped" in line for line in page)
    assert any(line.startswith("answered") and "skip" in line for line in page)
    assert any(line.startswith("needs ") and "✓ calc-2 Multiply · done" in line for line in page)
    assert any(line.startswith("before 3") and "refs/tmtui/" in line for line in page)
    assert any(line.startswith("tokens") and "7.2k in · 930 out" in line for line in page)


def test_a_task_without_a_request_has_no_receipt() -> None:
    state = state_of(Tape())
    page = [line.text for line in info_page(state, state.tasks["calc-1"], 0)]
    assert any("no request was recorded" in line for line in page)


# The header.


def spend(tape: Tape, micro: int | None) -> Tape:
    if not tape.has_begun("calc-1"):
        tape.start("calc-1")
    tape.on("calc-1", MoneySpent("m", Usage(10, 5), micro))
    return tape


def test_an_unknown_price_is_told_beside_the_known_ones() -> None:
    tape = spend(running(), None)
    assert "+1 unpriced" in plain(header_spans(View(state_of(tape)), 160))
    assert "$?" in plain(header_spans(View(state_of(spend(Tape(), None))), 160))


def test_the_header_gives_way_from_the_least_to_the_most_important() -> None:
    view = View(state_of(needs_you()))
    seen = [width for width in range(200, 20, -1) if "/min" in plain(header_spans(view, width))]
    progress = [width for width in range(200, 20, -1) if "2/6" in plain(header_spans(view, width))]
    needs = [width for width in range(200, 20, -1) if "needs you" in plain(header_spans(view, width))]
    assert min(seen) > min(progress) > min(needs)


def test_a_failed_run_says_so() -> None:
    assert "✗ FAILED" in plain(header_spans(View(state_of(failed())), 100))


# Who served an attempt.


def test_the_facts_tell_what_served_the_attempt_and_how_well_its_price_is_known() -> None:
    tape = running()
    tape.on("calc-3", RequestStarted("r1", "anthropic", "haiku", 1, estimated_tokens=900))
    tape.on("calc-3", ModelSwitched("opus", "haiku", 1, "opus is overloaded"))
    tape.on("calc-3", RequestFinished("r1", OK, served_by="haiku-4-5", request_id="req_017", context=200_000))
    tape.on("calc-3", MoneySpent("haiku-4-5", Usage(10, 5), 1_000_000, estimated=True))
    state = state_of(tape)
    subject = state.tasks["calc-3"]
    page = [line.text for line in info_page(state, subject, state.updated_ms, subject.attempt, ["req_017"])]
    for label, value in (
        ("served by", "haiku-4-5"),
        ("why this one", "number 2 of its chain of models: opus is overloaded"),
        ("paid", "~$1.03"),
        ("request ids", "req_017"),
        ("sandbox", "bubblewrap"),
    ):
        assert any(line.startswith(label) and value in line for line in page), (label, page)
    assert "↪ haiku-4-5" in attempts_page(subject, 0).text(line_of(2))
