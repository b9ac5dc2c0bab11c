from hypothesis import given, strategies as st

from tmtui.agents.tools.capped import Capped, capped


def fed(pieces: list[bytes], cap: int) -> Capped:
    output = Capped(cap)
    for piece in pieces:
        output.feed(piece)
    return output


@given(st.lists(st.binary(max_size=30)), st.integers(2, 80))
def test_what_fits_is_kept_and_what_does_not_is_counted(pieces: list[bytes], cap: int) -> None:
    whole = b"".join(pieces)
    half = cap // 2

    output = fed(pieces, cap)

    if len(whole) <= 2 * half:
        assert output.dropped == 0
        assert output.text() == whole.decode(errors="replace")
    else:
        assert output.dropped == len(whole) - 2 * half
        assert f"{output.dropped:,} bytes left out" in output.text()


@given(st.text(min_size=40), st.integers(8, 20))
def test_a_cut_never_splits_a_character(text: str, cap: int) -> None:
    text = text.encode(errors="replace").decode()

    head, _, tail = capped(text, cap).partition("\n… ")
    tail = tail.partition(" …\n")[2]

    assert text.startswith(head)
    assert text.endswith(tail)


def test_head_and_tail_stay_and_the_middle_goes() -> None:
    assert fed([b"abc", b"x" * 1_000_000, b"def"], 6).text() == "abc\n… 1,000,000 bytes left out …\ndef"
