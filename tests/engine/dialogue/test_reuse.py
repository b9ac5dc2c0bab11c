"""What a question is known by: all that its answer depends on, and nothing that merely differs each time."""

from tests.engine.dialogue.known_model import KnownModel
from tmtui.engine.dialogue.reuse import key_of
from tmtui.engine.ports import Chain, Manner
from tmtui.prompts.compose import Prompt
from tmtui.prompts.fence import fence


def chain(model: str = "m", provider: str = "p", **manner: object) -> Chain:
    return Chain(name="c", models=(KnownModel(provider, model),), manner=Manner(**manner))  # type: ignore[arg-type]  # fields of a manner


QUESTION = Prompt("Be brief.", "How risky is it?")
KEY = key_of(QUESTION, chain(), "t" * 40)


def test_the_same_question_has_the_same_key() -> None:
    assert key_of(Prompt("Be brief.", "How risky is it?"), chain(), "t" * 40) == KEY
    assert len(KEY) == 64


def test_whatever_the_answer_depends_on_makes_another_key() -> None:
    others = [
        key_of(Prompt("Be brief!", "How risky is it?"), chain(), "t" * 40),
        key_of(Prompt("Be brief.", "How risky is this?"), chain(), "t" * 40),
        key_of(Prompt("Be brief.How risky", " is it?"), chain(), "t" * 40),
        key_of(QUESTION, chain("other"), "t" * 40),
        key_of(QUESTION, chain(provider="other"), "t" * 40),
        key_of(QUESTION, chain(profile="analysis"), "t" * 40),
        key_of(QUESTION, chain(effort="high"), "t" * 40),
        key_of(QUESTION, chain(schema={"type": "object"}), "t" * 40),
        key_of(QUESTION, chain(), "u" * 40),
        key_of(QUESTION, chain(), ""),
    ]
    assert len({KEY, *others}) == len(others) + 1


def test_the_word_in_the_fences_makes_no_difference_and_what_stands_in_them_does() -> None:
    keys = [
        key_of(Prompt("", fence(text, "file a.py", nonce)), chain(), "")
        for text, nonce in (("x = 1", "01234567"), ("x = 1", "89abcdef"), ("x = 2", "01234567"))
    ]
    assert keys[0] == keys[1] != keys[2]


def test_the_order_of_a_schema_s_names_makes_no_difference() -> None:
    schemas: tuple[dict[str, object], ...] = ({"a": {}, "b": {}}, {"b": {}, "a": {}})
    assert len({key_of(QUESTION, chain(schema=schema), "") for schema in schemas}) == 1
