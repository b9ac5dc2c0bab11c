"""Tokens, each counted once, in whatever order they are told."""

from hypothesis import given, strategies as st

from tmtui.agents.programs.tally import Tally, more
from tmtui.domain.usage import Usage


USAGES = st.builds(Usage, st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
TELLINGS = st.lists(st.tuples(st.sampled_from("abc"), USAGES), max_size=12)


def spent(tellings: list[tuple[str, Usage]], totals: dict[str, Usage] | None = None) -> list[tuple[str, Usage]]:
    tally = Tally()
    paid = [pay for message, usage in tellings for pay in tally.told(message, "m", usage)]
    return [*paid, *tally.finish(totals), *tally.finish(totals)]


def total(paid: list[tuple[str, Usage]]) -> Usage:
    return sum((usage for _, usage in paid), Usage())


@given(TELLINGS)
def test_each_message_counts_as_the_most_that_was_told_of_it(tellings: list[tuple[str, Usage]]) -> None:
    most = {name: [usage for message, usage in tellings if message == name] for name in "abc"}
    fields = Usage.__struct_fields__
    expected = sum(
        (
            Usage(*(max(getattr(usage, field) for usage in told) for field in fields))
            for told in most.values()
            if told
        ),
        Usage(),
    )

    assert total(spent(tellings)) == expected


@given(TELLINGS, st.dictionaries(st.sampled_from(["m", "helper"]), USAGES))
def test_totals_add_what_was_not_seen_and_nothing_twice(
    tellings: list[tuple[str, Usage]], totals: dict[str, Usage]
) -> None:
    seen = total(spent(tellings))
    told = sum(totals.values(), Usage())

    assert more(total(spent(tellings, totals)), seen) == more(told, seen)


def test_what_helpers_used_is_theirs() -> None:
    totals = {"m": Usage(10, 5), "helper": Usage(3, 1)}

    assert spent([("a", Usage(10, 5))], totals) == [("m", Usage(10, 5)), ("helper", Usage(3, 1))]


def test_a_message_is_passed_on_when_the_next_begins() -> None:
    tally = Tally()

    assert list(tally.told("a", "m", Usage(1))) == []
    assert list(tally.told("a", "m", Usage(1, 5))) == []
    assert list(tally.told("b", "m", Usage(2))) == [("m", Usage(1, 5))]
    assert list(tally.told("a", "m", Usage(1, 7))) == [("m", Usage(2))]
    assert list(tally.finish()) == [("m", Usage(0, 2))]
