"""Reads a shell command the way bash would, as far as that can be told without running it.

The reading is conservative. What can be read is split into the programs that would be started, with everything that
is nested in them; what cannot, such as a function or a `case`, makes the whole not understood, and whoever judges it
takes it for the worst. A text is walked through once, and no deeper than `DEPTH`, so hostile ones take no longer.
"""

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from tmtui.policy.command import Part, Reading, Redirect, Word
from tmtui.policy.wrappers import unwrapped


LONGEST: Final = 10_000
"""Characters of a command that is read."""
DEPTH: Final = 16
"""How deep commands may be nested in one another."""

_BLANK: Final = " \t"
_ENDS_WORD: Final = frozenset(" \t\n;&|<>()")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ASSIGNMENT: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?:\[\w+\])?\+?=")
_REDIRECT: Final = re.compile(r"\d{0,3}(&>>|&>|>>|>\||>&|<<<|<<-|<<|<&|<>|>(?!\()|<(?!\())")
_OPERATOR: Final = re.compile(r"&&|\|\||\|&|;(?!;)|\||&(?!>)|\n")
_PARAMETER: Final = re.compile(r"[!#]?(?:\w+|[@*#?!-])(?:\[[\w@*]*\])?(?:[:#%/,^+=?-][^`$\"'\\{}]*)?")
_SPLITS: Final = re.compile(r"[\s*?\[]")

_OPENERS: Final = frozenset({"if", "then", "elif", "else", "while", "until", "do", "!", "{"})
_CLOSERS: Final = frozenset({"fi", "done", "}"})
_UNREAD: Final = frozenset({"case", "esac", "select", "function", "coproc", "[["})


class _Puzzle(Exception):  # noqa: N818 - a state of affairs that the reader expects, not a fault
    """Something cannot be read; the text says what."""


def read_command(text: str, known: Mapping[str, str] | None = None) -> Reading:
    """Read a command. Never raises.

    Args:
        text: As it would be given to `bash -c`.
        known: Variables whose values are known. One that the command itself may set counts as unknown.
    """
    if len(text) > LONGEST:
        return Reading(text=text, understood=False, why=f"it is longer than {LONGEST:,} characters")
    reader = _Reader(text, _kept(known or {}, text), 0)
    try:
        parts = reader.commands("")
    except _Puzzle as puzzle:
        return Reading(text=text, parts=reader.so_far(), understood=False, why=str(puzzle))
    return Reading(text=text, parts=parts)


def _kept(known: Mapping[str, str], text: str) -> dict[str, str]:
    """The variables that are only ever used in the text."""
    return {
        name: value
        for name, value in known.items()
        if len(re.findall(rf"\b{name}\b", text)) == len(re.findall(rf"\$(?:{name}\b|\{{{name}\}})", text))
    }


class _Draft(msgspec.Struct):
    """A part while it is read."""

    start: int
    joint: str
    words: list[Word] = []
    redirects: list[Redirect] = []
    inside: list[Part] = []
    loops: tuple[tuple[str, Word], ...] = ()
    group: bool = False

    def is_empty(self) -> bool:
        return not (self.words or self.redirects or self.inside or self.loops or self.group)

    def part(self, text: str, end: int) -> Part:
        count = next((i for i, word in enumerate(self.words) if not _ASSIGNMENT.match(word.raw)), len(self.words))
        wrappers, words = unwrapped(tuple(self.words[count:]))
        return Part(
            raw=text[self.start : end].strip(),
            joint=self.joint,
            assignments=(*self.loops, *map(_assigned, self.words[:count])),
            wrappers=wrappers,
            words=words,
            redirects=tuple(self.redirects),
            inside=tuple(self.inside),
        )


def _parts(drafts: list[tuple[_Draft, int]], text: str) -> tuple[Part, ...]:
    return tuple(draft.part(text, end) for draft, end in drafts)


def _assigned(word: Word) -> tuple[str, Word]:
    match = _ASSIGNMENT.match(word.raw)
    name = match[1] if match else word.raw
    value = None if word.value is None else word.value.partition("=")[2]
    return name, Word(word.raw.partition("=")[2], value, word.glob)


class _Announced(msgspec.Struct):
    """A text that follows the line on which `<<` announces it."""

    draft: _Draft
    index: int
    """Which of the draft's redirects."""
    tabs: bool
    """Whether tabs at the beginning of its lines are dropped."""
    depth: int


class _Pieces:
    """A word while it is read."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.computed = False
        self.glob = False
        self.open = False
        """Whether a brace was opened."""
        self.listed = False
        """Whether what it holds is a list or a range."""

    def add(self, text: str) -> None:
        self.text.append(text)

    def add_plain(self, character: str) -> None:
        """Add one character that no quote protects."""
        self.add(character)
        if character in "*?[":
            self.glob = True
        elif character == "{":
            self.open = True
        elif character in ",.":
            self.listed = self.listed or (self.open and (character == "," or self.text[-2:] == [".", "."]))
        elif character == "}":
            self.computed = self.computed or self.listed

    def word(self, raw: str) -> Word:
        return Word(raw, None if self.computed else "".join(self.text), self.glob)


class _Reader:
    """Walks through one text."""

    def __init__(self, text: str, known: Mapping[str, str], depth: int) -> None:
        self._text = text
        self._known = known
        self._depth = depth
        self._at = 0
        self._read: list[Part] = []
        self._heredocs: list[_Announced] = []

    def so_far(self) -> tuple[Part, ...]:
        """The parts that were read, for a reading that was not finished."""
        return tuple(self._read)

    # Commands.

    def commands(self, closer: str) -> tuple[Part, ...]:
        """Read commands up to the closing character, or to the end of the text."""
        self._depth += 1
        if self._depth > DEPTH:
            raise _Puzzle("commands are nested too deep")
        drafts: list[tuple[_Draft, int]] = []
        try:
            self._fill(drafts, closer)
        except _Puzzle:
            self._read = [*self._read, *_parts(drafts, self._text)]
            raise
        self._depth -= 1
        return _parts(drafts, self._text)

    def _fill(self, drafts: list[tuple[_Draft, int]], closer: str) -> None:
        announced = len(self._heredocs)
        joint = ""
        while True:
            self._skip(lines=True)
            if self._ends(closer):
                break
            draft = self._command(joint)
            if not draft.is_empty():
                drafts.append((draft, self._at))
                joint = self._joint(closer)
        if len(self._heredocs) > announced:
            raise _Puzzle("a text that `<<` announces is missing")

    def _ends(self, closer: str) -> bool:
        if self._at >= len(self._text):
            if closer:
                raise _Puzzle(f"a closing {closer!r} is missing")
            return True
        if closer and self._text[self._at] == closer:
            self._at += 1
            return True
        return False

    def _joint(self, closer: str) -> str:
        self._skip(lines=False)
        if self._at >= len(self._text) or (closer and self._text[self._at] == closer):
            return ""
        match = _OPERATOR.match(self._text, self._at)
        if not match:
            raise _Puzzle(f"{self._text[self._at]!r} stands where no command goes on")
        if match.group() != "\n":
            self._at = match.end()
        return {"\n": ";", "|&": "|"}.get(match.group(), match.group())

    def _command(self, joint: str) -> _Draft:
        """Read one command with all that belongs to it; an empty one where only words like `then` stand."""
        draft = _Draft(self._at, joint)
        while True:
            self._skip(lines=False)
            if self._redirect(draft):
                continue
            if self._here("(") and not draft.words and not draft.group and not draft.loops:
                self._group(draft)
                continue
            word = self._word(draft)
            if word is None:
                break
            if draft.group:
                raise _Puzzle(f"{word.raw!r} stands behind a group")
            if not draft.words and self._reserved(word.raw, draft):
                if draft.loops or self._line_ends():
                    break
                continue
            draft.words.append(word)
        if draft.is_empty() and draft.start == self._at:
            raise _Puzzle(f"{self._text[self._at]!r} stands where a command should")
        return draft

    def _group(self, draft: _Draft) -> None:
        if self._text.startswith("((", self._at):
            raise _Puzzle("arithmetic in `((` is not read")
        self._at += 1
        draft.inside += self.commands(")")
        draft.group = True

    def _reserved(self, raw: str, draft: _Draft) -> bool:
        """Take a word of the shell's own grammar; whether it was one."""
        if raw in _UNREAD:
            raise _Puzzle(f"`{raw}` is not read")
        if raw in _CLOSERS:
            draft.group = True
            return True
        if raw == "for":
            self._loop(draft)
            return True
        return raw in _OPENERS

    def _loop(self, draft: _Draft) -> None:
        self._skip(lines=False)
        match = _NAME.match(self._text, self._at)
        if not match:
            raise _Puzzle("`for` without a name is not read")
        self._at = match.end()
        self._skip(lines=False)
        if not self._line_ends():
            first = self._word(draft)
            if first is None or first.raw != "in":
                raise _Puzzle("`for` without `in` is not read")
            self._skip(lines=False)
            while self._word(draft):
                self._skip(lines=False)
        draft.loops = ((match.group(), Word("", None)),)

    def _line_ends(self) -> bool:
        self._skip(lines=False)
        return self._at >= len(self._text) or self._text[self._at] in "\n;"

    def _redirect(self, draft: _Draft) -> bool:
        match = _REDIRECT.match(self._text, self._at)
        if not match:
            return False
        self._at = match.end()
        self._skip(lines=False)
        target = self._word(draft)
        if target is None:
            raise _Puzzle(f"nothing stands behind {match.group()!r}")
        operator = match[1]
        if operator in ("<<", "<<-"):
            self._heredocs.append(_Announced(draft, len(draft.redirects), operator == "<<-", self._depth))
            operator = "<<"
        draft.redirects.append(Redirect(operator, target))
        return True

    # Blanks, comments and what follows the end of a line.

    def _skip(self, *, lines: bool) -> None:
        text, at = self._text, self._at
        while at < len(text):
            if text[at] in _BLANK:
                at += 1
            elif text.startswith("\\\n", at):
                at += 2
            elif text[at] == "#" and (at == 0 or text[at - 1] in _ENDS_WORD):
                end = text.find("\n", at)
                at = end if end >= 0 else len(text)
            elif text[at] == "\n" and lines:
                self._at = at + 1
                self._take_heredocs()
                at = self._at
            else:
                break
        self._at = at

    def _take_heredocs(self) -> None:
        waiting, self._heredocs = self._heredocs, []
        for each in waiting:
            word = each.draft.redirects[each.index].target
            if word.value is None or each.depth != self._depth:
                raise _Puzzle("a text that `<<` announces cannot be told from what is around it")
            body = self._heredoc_body(word.value, tabs=each.tabs)
            literal = word.raw != word.value
            computed = not literal and self._inner(body).computes(each.draft)
            each.draft.redirects[each.index] = Redirect("<<", Word(body, None if computed else body))

    def _inner(self, text: str) -> "_Reader":
        return _Reader(text, self._known, self._depth)

    def _heredoc_body(self, end: str, *, tabs: bool) -> str:
        lines: list[str] = []
        while self._at < len(self._text):
            stop = self._text.find("\n", self._at)
            line = self._text[self._at : stop if stop >= 0 else None]
            self._at += len(line) + 1
            if (line.lstrip("\t") if tabs else line) == end:
                return "".join(lines)
            lines.append(f"{line}\n")
        raise _Puzzle(f"the line {end!r} that ends a text is missing")

    def computes(self, draft: _Draft) -> bool:
        """Read the text as if between quotes; whether anything in it is computed."""
        pieces = _Pieces()
        while self._at < len(self._text):
            self._quoted_character(pieces, draft)
        return pieces.computed

    # Words.

    def _here(self, text: str) -> bool:
        return self._text.startswith(text, self._at)

    def _word(self, draft: _Draft) -> Word | None:
        """Read one word; None when none begins here. What is nested in it goes to the draft."""
        start = self._at
        pieces = _Pieces()
        while self._at < len(self._text):
            character = self._text[self._at]
            if character in "<>" and self._text.startswith("(", self._at + 1):
                self._at += 2
                draft.inside += self.commands(")")
                pieces.computed = True
            elif character == "(":
                raise _Puzzle("a parenthesis inside a word, as of a function or a pattern, is not read")
            elif character in _ENDS_WORD:
                break
            else:
                self._unquoted(character, pieces, draft)
        return pieces.word(self._text[start : self._at]) if self._at > start else None

    def _unquoted(self, character: str, pieces: _Pieces, draft: _Draft) -> None:
        match character:
            case "\\":
                self._escape(pieces)
            case "'":
                pieces.add(self._until("'"))
            case '"':
                self._double_quoted(pieces, draft)
            case "$":
                self._dollar(pieces, draft, quoted=False)
            case "`":
                self._backticks(pieces, draft)
            case _:
                pieces.add_plain(character)
                self._at += 1

    def _escape(self, pieces: _Pieces) -> None:
        if self._at + 1 >= len(self._text):
            raise _Puzzle("it ends in a backslash")
        if self._text[self._at + 1] != "\n":
            pieces.add(self._text[self._at + 1])
        self._at += 2

    def _until(self, quote: str) -> str:
        """What stands between here and the next quote, which is passed over."""
        end = self._text.find(quote, self._at + 1)
        if end < 0:
            raise _Puzzle(f"a closing {quote} is missing")
        inside = self._text[self._at + 1 : end]
        self._at = end + 1
        return inside

    def _double_quoted(self, pieces: _Pieces, draft: _Draft) -> None:
        self._at += 1
        while not self._here('"'):
            if self._at >= len(self._text):
                raise _Puzzle('a closing " is missing')
            self._quoted_character(pieces, draft)
        self._at += 1

    def _quoted_character(self, pieces: _Pieces, draft: _Draft) -> None:
        """Read one character, or what it begins, between double quotes."""
        character = self._text[self._at]
        if character == "\\" and self._text[self._at + 1 : self._at + 2] in {"$", "`", '"', "\\", "\n"}:
            self._escape(pieces)
        elif character == "$":
            self._dollar(pieces, draft, quoted=True)
        elif character == "`":
            self._backticks(pieces, draft)
        else:
            pieces.add(character)
            self._at += 1

    # What the shell computes.

    def _dollar(self, pieces: _Pieces, draft: _Draft, *, quoted: bool) -> None:
        follows = self._text[self._at + 1 : self._at + 2]
        if follows == "(":
            self._substitution(pieces, draft)
        elif follows == "{":
            self._parameter(pieces, quoted=quoted)
        elif self._text.startswith("\\\n", self._at + 1):
            raise _Puzzle("a line that ends in `$\\` is not read")
        elif follows == "[":
            raise _Puzzle("arithmetic in `$[` is not read")
        elif follows in {"'", '"'} and not quoted:
            self._at += 1
            self._dollar_quote(pieces, draft)
        elif match := _NAME.match(self._text, self._at + 1):
            self._at = match.end()
            self._variable(match.group(), pieces, quoted=quoted)
        elif follows and follows in "0123456789@*#?$!-":
            self._at += 2
            pieces.computed = True
        else:
            self._at += 1
            pieces.add("$")

    def _dollar_quote(self, pieces: _Pieces, draft: _Draft) -> None:
        if self._here('"'):
            self._double_quoted(pieces, draft)
            return
        match = re.compile(r"'(?:[^'\\]|\\.)*'", re.DOTALL).match(self._text, self._at)
        if not match:
            raise _Puzzle("a closing ' is missing")
        self._at = match.end()
        pieces.add(match.group()[1:-1])
        pieces.computed = pieces.computed or "\\" in match.group()

    def _variable(self, name: str, pieces: _Pieces, *, quoted: bool) -> None:
        value = self._known.get(name)
        if value is None or (not quoted and (not value or _SPLITS.search(value))):
            pieces.computed = True
        else:
            pieces.add(value)

    def _parameter(self, pieces: _Pieces, *, quoted: bool) -> None:
        end = self._text.find("}", self._at)
        inside = self._text[self._at + 2 : end]
        if end < 0 or not _PARAMETER.fullmatch(inside):
            raise _Puzzle("an expansion in `${` is not read")
        self._at = end + 1
        self._variable(inside, pieces, quoted=quoted)

    def _substitution(self, pieces: _Pieces, draft: _Draft) -> None:
        pieces.computed = True
        if self._text.startswith("$((", self._at):
            self._arithmetic()
            return
        self._at += 2
        draft.inside += self.commands(")")

    def _arithmetic(self) -> None:
        end = self._text.find("))", self._at)
        inside = self._text[self._at + 3 : end]
        if end < 0 or not re.fullmatch(r"[\w\s+*/%<>=!&|^~?:,.$-]*", inside):
            raise _Puzzle("arithmetic that is not plain is not read")
        self._at = end + 2

    def _backticks(self, pieces: _Pieces, draft: _Draft) -> None:
        match = re.compile(r"`((?:[^`\\]|\\.)*)`", re.DOTALL).match(self._text, self._at)
        if not match:
            raise _Puzzle("a closing ` is missing")
        self._at = match.end()
        pieces.computed = True
        draft.inside += self._inner(re.sub(r"\\([`$\\])", r"\1", match[1])).commands("")


__all__ = ["DEPTH", "LONGEST", "Part", "Reading", "Redirect", "Word", "read_command"]
