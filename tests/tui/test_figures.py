import pytest

from tmtui.tui.figures import bar, clock, percent, plural, small_money, tokens


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [(0, "0:00"), (38_400, "0:38"), (725_000, "12:05"), (3_734_000, "1:02:14"), (-5, "0:00")],
)
def test_times(milliseconds: int, text: str) -> None:
    assert clock(milliseconds) == text


@pytest.mark.parametrize(
    ("micro", "text"), [(0, ""), (110_000, "$.11"), (1_200_000, "$1.20"), (None, "$?"), (4_210, "$.0042")]
)
def test_money_beside_a_row(micro: int | None, text: str) -> None:
    assert small_money(micro) == text


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0"), (950, "950"), (12_345, "12.3k"), (123_456, "123k"), (1_234_567, "1.2M")]
)
def test_tokens(count: int, text: str) -> None:
    assert tokens(count) == text


@pytest.mark.parametrize(("part", "text"), [(0, "0%"), (0.001, "<1%"), (0.084, "8%"), (0.999, "99%"), (1.5, "150%")])
def test_parts_never_lie_about_nothing_and_all(part: float, text: str) -> None:
    assert percent(part) == text


@pytest.mark.parametrize("part", [0, 0.001, 0.3, 0.5, 1, 7])
def test_a_bar_keeps_its_width_and_shows_anything_at_all(part: float) -> None:
    full, empty = bar(part, 10)
    assert len(full + empty) == 10
    assert bool(full) == (part > 0)


def test_one_is_not_many() -> None:
    assert [plural(1, "try", "tries"), plural(3, "try", "tries"), plural(1_000, "task")] == [
        "1 try",
        "3 tries",
        "1,000 tasks",
    ]
