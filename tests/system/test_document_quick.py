"""What is read without pydantic is what pydantic reads: the law that allows to do without it."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from tests.written_data import check_that_both_read_alike, data_for
from tmtui.domain.problem import WrongValueError
from tmtui.system.documents.hooks import HookDefaultsWritten, HookUse, HookWritten
from tmtui.system.documents.quick import Doubt, read_plainly
from tmtui.system.documents.values import Command, Dollars, Line, OneOrMany, Pause, RelativePath, Seconds, Text
from tmtui.system.documents.written import After, Between, Written


def _no_digits(text: str) -> str:
    if any(character.isdigit() for character in text):
        raise WrongValueError("must have no digits")
    return text


class Everything(Written):
    kind: Literal["one", "two"]
    text: str | None = None
    whole: int | None = None
    few: Annotated[int, Between(-3, 100)] | None = None
    switch: bool | None = None
    seconds: Seconds | None = None
    pause: Pause | None = None
    dollars: Dollars | None = None
    path: RelativePath | None = None
    line: Line | None = None
    long: Text | None = None
    command: Command | None = None
    both: Annotated[Line, After(_no_digits)] | None = None
    many: OneOrMany[Line] | None = None
    by_name: dict[Annotated[str, After(_no_digits)], OneOrMany[int]] | None = None
    parts: list["Everything"] | None = None
    anything: Any = None

    @classmethod
    def spelled_out(cls, word: str) -> Any:
        return {"kind": word}

    def check(self) -> None:
        if self.text is not None and self.text == self.line:
            raise WrongValueError("says it twice")


MODELS: Sequence[type[Written]] = (Everything, HookWritten, HookUse, HookDefaultsWritten)


@pytest.mark.parametrize("model", MODELS)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_what_is_plainly_right_is_right_for_pydantic_too(model: type[Written], data: st.DataObject) -> None:
    check_that_both_read_alike(model, data.draw(data_for(model)))


@pytest.mark.parametrize(
    "data",
    [
        {"kind": "one", "text": "012", "whole": "-7", "few": "100", "switch": "yes", "seconds": "5m", "pause": "0"},
        {"kind": "two", "many": "Ann", "by_name": {"ann": ["1", "2"]}, "parts": ["one", {"kind": "two"}]},
        {"kind": "one", "anything": {"a": [1, 2.5, None]}, "both": "no digits", "dollars": "$2.50", "path": "./src"},
        "one",
    ],
)
def test_what_people_usually_write_is_plainly_right(data: Any) -> None:
    assert isinstance(read_plainly(Everything, data), Everything)
    check_that_both_read_alike(Everything, data)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"kind": "three"},
        {"kind": "one", "unknown": "x"},
        {"kind": "one", "few": "101"},
        {"kind": "one", "whole": "1.0"},
        {"kind": "one", "switch": "maybe"},
        {"kind": "one", "seconds": "soon"},
        {"kind": "one", "text": ["x"]},
        {"kind": "one", "text": "\ud800"},
        {"kind": "one", "many": [["x"]]},
        {"kind": "one", "text": "twice", "line": "twice"},
        {"kind": "one", "parts": [{"kind": "one"}, []]},
    ],
)
def test_anything_else_is_doubted(data: Any) -> None:
    with pytest.raises(Doubt):
        read_plainly(Everything, data)
