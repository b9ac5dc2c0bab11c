from typing import Any

from tests.loopback.cache import PromptCache
from tests.loopback.script import Tokens


def asked(*texts: str, marks: tuple[int, ...] = ()) -> dict[str, Any]:
    """A request with one block to each text, some of them marked."""
    blocks: list[dict[str, Any]] = [{"type": "text", "text": text * 100} for text in texts]
    for mark in marks:
        blocks[mark]["cache_control"] = {"type": "ephemeral"}
    return {"model": "m", "messages": [{"role": "user", "content": blocks}]}


def test_what_was_written_at_a_mark_is_found_there() -> None:
    cache = PromptCache()
    first = cache.read(asked("a", "b", marks=(1,)), 1)
    second = cache.read(asked("a", "b", "c", marks=(1, 2)), 1)

    assert (first.cache_read, first.input) == (0, 0)
    assert second.cache_read == first.cache_write
    assert second.cache_write > 0


def test_it_is_found_up_to_twenty_blocks_before_a_mark() -> None:
    for more, found in ((19, True), (21, False)):
        cache = PromptCache()
        cache.read(asked("a", marks=(0,)), 1)
        assert bool(cache.read(asked("a", *"b" * more, marks=(more,)), 1).cache_read) == found


def test_another_prefix_or_another_model_finds_nothing() -> None:
    cache = PromptCache()
    cache.read(asked("a", "b", marks=(1,)), 1)

    assert cache.read(asked("x", "b", marks=(1,)), 1).cache_read == 0
    assert cache.read({**asked("a", "b", marks=(1,)), "model": "n"}, 1).cache_read == 0


def test_without_marks_nothing_is_kept() -> None:
    cache = PromptCache()
    assert cache.read(asked("a"), 7) == Tokens(input=cache.read(asked("a"), 7).input, output=7)
