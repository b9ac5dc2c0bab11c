"""YAML, read event by event into a `Builder`: safe, one document, no tags but the plain ones."""

from typing import Any, Final

import yaml

from tmtui.domain.problem import ProblemsError
from tmtui.system.documents.builder import Builder, Place
from tmtui.system.documents.nodes import ListNode, MapNode, ScalarNode
from tmtui.system.documents.scalars import resolve


_STANDARD: Final = "tag:yaml.org,2002:"
_SCALAR_TAGS: Final[dict[str, tuple[type, ...]]] = {
    f"{_STANDARD}int": (int,),
    f"{_STANDARD}float": (int, float),
    f"{_STANDARD}bool": (bool,),
    f"{_STANDARD}null": (type(None),),
}
_TEXT_TAGS: Final = (f"{_STANDARD}str", "!")
_TAG_HINT: Final = "Take the tag away: files hold plain values only."


_OTHER_FAULTS: Final = {
    "did not find expected node content": (
        "a value is missing here",
        "Close the bracket before it, or take the last comma away.",
    ),
    "did not find expected <document start>": (
        "this stands outside of everything before it",
        "Check its indentation, and the brackets before it.",
    ),
    "found unknown escape character": (
        "an unknown escape",
        "Write \\\\ for a backslash, or put the text in single quotes.",
    ),
}
"""What libyaml says, and what that means."""


def read_yaml(text: str, build: Builder) -> None:
    """Report the events of `text` to `build`.

    Raises:
        ProblemsError: the text is no YAML, or is beyond a limit.
    """
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    documents = 0
    try:
        for event in yaml.parse(text, Loader=loader):
            documents += isinstance(event, yaml.DocumentStartEvent)
            if documents > 1:
                hint = "Keep one, and move the others to files of their own."
                raise build.fail(_place(event.start_mark), "a second document begins here", hint)
            _report(event, build)
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error, text, build) from None


def _report(event: Any, build: Builder) -> None:
    place = _place(event.start_mark)
    match event:
        case yaml.ScalarEvent():
            node = ScalarNode(*place, event.value, _value(event, place, build))
            build.scalar(node, event.anchor or "", merge=event.implicit[0] and event.value == "<<")
        case yaml.SequenceStartEvent():
            _check_tag(event, f"{_STANDARD}seq", place, build)
            build.open(ListNode(*place), event.anchor or "")
        case yaml.MappingStartEvent():
            _check_tag(event, f"{_STANDARD}map", place, build)
            build.open(MapNode(*place), event.anchor or "")
        case yaml.AliasEvent():
            build.alias(event.anchor or "", place)
        case yaml.CollectionEndEvent():
            build.close()


def _place(mark: Any) -> Place:
    return (mark.line + 1, mark.column + 1)


def _value(event: Any, place: Place, build: Builder) -> str | int | float | bool | None:
    text: str = event.value
    if event.implicit[0]:
        return resolve(text)
    if event.tag is None or event.tag in _TEXT_TAGS:
        return text
    value = resolve(text)
    wanted = _SCALAR_TAGS.get(event.tag)
    if wanted is None:
        build.note(place, f"the tag `{_shown_tag(event.tag)}` is not allowed", _TAG_HINT)
    elif not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
        build.note(place, f"`{text}` is no `{_shown_tag(event.tag)}`", _TAG_HINT)
    return value


def _check_tag(event: Any, plain: str, place: Place, build: Builder) -> None:
    if event.tag not in {None, "!", plain}:
        build.note(place, f"the tag `{_shown_tag(event.tag)}` is not allowed", _TAG_HINT)


def _shown_tag(tag: str) -> str:
    return "!!" + tag.removeprefix(_STANDARD) if tag.startswith(_STANDARD) else tag


def _syntax_error(error: yaml.MarkedYAMLError, text: str, build: Builder) -> ProblemsError:
    """What libyaml found wrong, in words that say what to do."""
    at: Any = error.problem_mark or error.context_mark
    began: Any = error.context_mark or at
    problem, context = error.problem or "this is no YAML", error.context or ""
    character = text[at.index] if at.index < len(text) else ""
    if "quoted scalar" in context and "end of stream" in problem:
        return build.fail(_place(began), "this quote is never closed", "Add the missing quote at its end.")
    if character == "\t":
        hint = "Indent with blanks: put two of them in place of the tab."
        return build.fail(_place(at), "a tab stands where YAML takes only blanks", hint)
    if "cannot start any token" in problem:
        message = f"a value cannot begin with `{character}`"
        return build.fail(_place(at), message, "Put the whole value in quotes.")
    if "mapping values are not allowed" in problem:
        hint = "Put text that holds a colon and a blank in quotes, or check the indentation."
        return build.fail(_place(at), "a colon stands where YAML takes no key", hint)
    if "flow" in context and began.index < at.index:
        hint = f"Close it, or put a comma between its items, before line {at.line + 1}, column {at.column + 1}."
        return build.fail(_place(began), "this bracket is not closed, or a comma is missing in it", hint)
    if "did not find expected" in problem and "block" in context:
        hint = f"Check its indentation against line {began.line + 1}, and its quotes."
        return build.fail(_place(at), f"this does not fit {context.removeprefix('while parsing ')}", hint)
    if problem in _OTHER_FAULTS:
        return build.fail(_place(at), *_OTHER_FAULTS[problem])
    return build.fail(_place(at), problem, f"It was found {context}." if context else "")
