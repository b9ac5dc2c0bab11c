"""Whatever a receipt is read by, its sum is the same."""

from hypothesis import given, strategies as st

from tmtui.domain.usage import Usage
from tmtui.events.base import Event, Recorded
from tmtui.events.money import MoneySpent
from tmtui.events.tool import ToolStarted
from tmtui.monitor.receipt import WORDS, Receipt, make_receipt


def told(*events: tuple[str, int, Event]) -> Receipt:
    return make_receipt(
        Recorded(seq, "run-1", 1, task, attempt, seq, seq, event)
        for seq, (task, attempt, event) in enumerate(events, start=1)
    )


def spent(micro: int | None, model: str = "m", source: str = "own rates", profile: str = "") -> MoneySpent:
    return MoneySpent(model, Usage(10, 5), micro, source, profile=profile, saved_micro=1)


def tool(name: str) -> ToolStarted:
    return ToolStarted(f"{name}:1", name, "{}", name)


def test_a_request_is_put_down_to_the_tools_that_it_called() -> None:
    found = told(
        ("a", 1, spent(100)),
        ("a", 1, tool("bash")),
        ("b", 1, spent(7)),
        ("a", 1, tool("grep")),
        ("a", 1, tool("bash")),
        ("a", 1, spent(50)),
        ("b", 1, tool("grep")),
        ("b", 1, spent(None)),
        ("b", 1, tool("glob")),
    )
    charges = {name: (each.calls, each.micro, each.unknown) for name, each in found.tools.items()}
    assert charges == {"bash": (2, 34 + 33, 0), "grep": (2, 33 + 7, 0), WORDS: (0, 50, 0), "glob": (1, 0, 1)}
    assert found.total.micro == 157


def test_each_part_has_its_own_sum() -> None:
    found = told(
        ("a", 1, spent(100, "opus", profile="analysis")),
        ("a", 2, spent(20, "haiku")),
        ("b", 1, spent(None, "haiku", "")),
    )
    assert {name: task.total.micro for name, task in found.tasks.items()} == {"a": 120, "b": 0}
    assert {number: each.micro for number, each in found.tasks["a"].attempts.items()} == {1: 100, 2: 20}
    assert {name: (each.micro, each.unknown) for name, each in found.models.items()} == {
        "opus": (100, 0),
        "haiku": (20, 1),
    }
    assert found.sources == {"own rates": 2, "": 1}
    assert (found.run, found.total.requests, found.total.saved_micro) == ("run-1", 3, 3)


def test_a_run_without_requests_has_an_empty_receipt() -> None:
    assert told(("a", 1, tool("bash"))).total.requests == 0


happenings = st.lists(
    st.tuples(
        st.sampled_from(["", "a", "b"]),
        st.integers(0, 2),
        st.one_of(
            st.builds(
                MoneySpent,
                st.sampled_from(["opus", "haiku"]),
                st.builds(Usage, st.integers(0, 10**6), st.integers(0, 10**6)),
                st.none() | st.integers(0, 10**9),
                estimated=st.booleans(),
                profile=st.sampled_from(["", "x"]),
            ),
            st.sampled_from(["bash", "grep", "glob"]).map(tool),
        ),
    ),
    max_size=30,
)


@given(happenings)
def test_all_views_of_a_receipt_have_the_same_sum(events: list[tuple[str, int, Event]]) -> None:
    found = told(*events)
    paid = [event for _, _, event in events if isinstance(event, MoneySpent)]
    whole = sum(event.micro or 0 for event in paid)
    assert found.total.micro == whole
    assert sum(task.total.micro for task in found.tasks.values()) == whole
    assert sum(each.micro for task in found.tasks.values() for each in task.attempts.values()) == whole
    assert sum(each.micro for each in found.models.values()) == whole
    assert sum(each.micro for each in found.profiles.values()) == whole
    assert sum(each.micro for each in found.tools.values()) == whole
    assert sum(found.sources.values()) == len(paid)
    assert sum(each.calls for each in found.tools.values()) == len(events) - len(paid)
