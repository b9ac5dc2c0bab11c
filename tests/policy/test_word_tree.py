"""The expression for many words finds exactly the places where one of them stands, or begins at the end."""

import re

import pytest
from hypothesis import given, strategies as st

from tmtui.policy.word_tree import word_tree


letters = st.text("ab.-", max_size=12)
words = st.lists(st.text("ab.-", min_size=1, max_size=4), min_size=1, max_size=6)


@pytest.mark.parametrize("open_end", [True, False])
@given(words=words, text=letters)
def test_it_matches_where_a_word_stands(words: list[str], text: str, open_end: bool) -> None:
    expression = re.compile(word_tree(words, open_end=open_end))
    for place in range(len(text)):
        stands = any(text.startswith(word, place) for word in words)
        begins = open_end and any(word.startswith(text[place:]) for word in words)
        assert bool(expression.match(text, place)) == (stands or begins)
