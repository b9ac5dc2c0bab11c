"""The kinds of value that people write."""

import pytest
from hypothesis import given, strategies as st

from tmtui.domain.problem import WrongValueError
from tmtui.domain.text import clean
from tmtui.system.documents.near import NearIds, did_you_mean, near
from tmtui.system.documents.values import parse_dollars, parse_seconds, relative_path, showable
from tmtui.system.variables import check_form, expand, expand_known, missing_variables, variables


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("300", 300),
        ("0", 0),
        ("1.5", 1.5),
        (90, 90),
        ("90s", 90),
        ("500ms", 0.5),
        ("5m", 300),
        (" 5 minutes ", 300),
        ("1 hour", 3600),
        ("1h30m", 5400),
        ("1h 30min 10 sec", 5410),
        ("2d", 172_800),
        ("0.5H", 1800),
    ],
)
def test_a_time_is_seconds_or_a_number_with_a_unit(written: object, seconds: float) -> None:
    assert parse_seconds(written) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "written", ["", " ", "soon", "5x", "m", "5 5m", "-5", "1e3", "nan", "inf", "31d", "5mm", True, None, "9" * 5000]
)
def test_what_is_no_time_is_refused_with_examples(written: object) -> None:
    with pytest.raises(WrongValueError) as caught:
        parse_seconds(written)
    assert "5m" in caught.value.hint


@pytest.mark.parametrize(
    ("written", "micro"),
    [("5", 5_000_000), ("$2.50", 2_500_000), ("$ 3", 3_000_000), (7, 7_000_000), (0.5, 500_000)],
)
def test_money_is_dollars(written: object, micro: int) -> None:
    assert parse_dollars(written) == micro


@pytest.mark.parametrize("written", ["", "0", "-1", "free", "1e9", "2000000", "1,5", "€5", "nan"])
def test_what_is_no_money_is_refused(written: str) -> None:
    with pytest.raises(WrongValueError):
        parse_dollars(written)


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("", ""),
        (".", ""),
        ("./backend", "backend"),
        ("services/api/", "services/api"),
        ("a/../b", "b"),
        ("..a/b..", "..a/b.."),
        ("a b/é", "a b/é"),
    ],
)
def test_a_path_below_the_root_is_made_short(written: str, path: str) -> None:
    assert relative_path(written) == path


@pytest.mark.parametrize(
    "written", ["..", "../x", "a/../../b", "/etc", "~", "~/x", "C:\\x", "c:/x", "a\x1bb", "a\u202eb"]
)
def test_a_path_that_leaves_the_root_is_refused(written: str) -> None:
    with pytest.raises(WrongValueError):
        relative_path(written)


@given(st.text("./ab~\\ ", max_size=20))
def test_no_path_that_is_taken_leads_out_of_the_root(written: str) -> None:
    try:
        path = relative_path(written)
    except WrongValueError:
        return
    assert not path.startswith(("/", "../", "~"))
    assert ".." not in path.split("/")


@given(st.text())
def test_what_is_used_as_written_is_safe_to_show_as_written(text: str) -> None:
    try:
        taken = showable(text)
    except WrongValueError:
        assert any(clean(character) != character for character in text)
    else:
        assert taken == text
        assert all(clean(character) == character for character in text if character != "\t")


ENV = {"NAME": "Ann", "EMPTY": "", "DOLLAR": "a $NAME ${NAME}"}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("$NAME", "Ann"),
        ("${NAME}!", "Ann!"),
        ("$NAME.x", "Ann.x"),
        ("${NONE:-b c}", "b c"),
        ("${EMPTY:-b}", "b"),
        ("${EMPTY}", ""),
        ("${NAME:-}", "Ann"),
        ("$$NAME", "$NAME"),
        ("$${NAME}", "${NAME}"),
        ("$$$NAME", "$Ann"),
        ("costs $5, or 5$", "costs $5, or 5$"),
        ("$DOLLAR", "a $NAME ${NAME}"),
        ("${DOLLAR}", "a $NAME ${NAME}"),
    ],
)
def test_variables_are_put_in_once(written: str, read: str) -> None:
    assert expand(written, ENV) == read


@pytest.mark.parametrize("written", ["${", "${}", "${1}", "${{ x }}", "${NAME", "${NAME:-${EMPTY}}", "${NAME-x}"])
def test_what_only_begins_like_a_variable_is_refused(written: str) -> None:
    with pytest.raises(WrongValueError, match="names no variable"):
        expand(written, ENV)
    with pytest.raises(WrongValueError):
        check_form(written)


def test_a_missing_variable_is_named_with_both_ways_out() -> None:
    with pytest.raises(WrongValueError, match="NO_SUCH") as caught:
        expand("x ${NO_SUCH}", ENV)
    assert "${NO_SUCH:-" in caught.value.hint
    assert missing_variables("$A ${B} ${C:-d} $$D $NAME $A", ENV) == ["A", "B"]
    assert variables("$A ${B:-x} $$C $A") == ["A", "B"]


def test_of_many_texts_those_without_their_variables_are_left_out() -> None:
    assert expand_known({"A": "x $NAME", "B": "$NONE", "C": "${NONE:-c}"}, ENV) == {"A": "x Ann", "C": "c"}


@given(st.text("ab", max_size=3), st.dictionaries(st.sampled_from(["A", "B_1"]), st.text(max_size=9)))
def test_text_without_a_dollar_is_never_touched(text: str, env: dict[str, str]) -> None:
    assert expand(text, env) == text


def test_the_nearest_words_are_suggested() -> None:
    assert near("hihg", ["high", "low", "medium"]) == ["high"]
    assert near("Tests", ["test", "lint"]) == ["test"]
    assert did_you_mean("tset", ["test", "lint"]) == "Did you mean `test`?"
    assert did_you_mean("xyz", ["test", "lint"]) == ""
    assert did_you_mean("x" * 100_000, ["x" * 100_000]) == ""


def test_suggestions_out_of_many_words_end_after_some_searches() -> None:
    many = NearIds([f"task-{number}" for number in range(300)], searches=2)
    found = [bool(many.did_you_mean("tusk-7")) for _ in range(4)]
    assert found == [True, True, False, False]
    few = NearIds(["task-1"], searches=0)
    assert few.did_you_mean("tusk-1")
