"""Secrets do not come through: whatever form they take, and wherever the text is cut."""

import base64
import json
import urllib.parse

import pytest
from hypothesis import example, given, strategies as st

from tmtui.policy.redact import MARK, Redactor, names_secret, secrets_in_env


SECRET = "c4nary/Zq+9$wörld='x'"
PLAIN = "c4nary-0123456789"
LINES = "-----BEGIN THING-----\nfirst line of the thing\nsecond line of the thing\n-----END THING-----"

REDACTOR = Redactor([SECRET, PLAIN, LINES, "short"])

FORMS = {
    "itself": SECRET,
    "in JSON": json.dumps({"key": SECRET}),
    "in JSON with all letters": json.dumps({"key": SECRET}, ensure_ascii=False),
    "as Python shows it": repr(SECRET),
    "in an address": f"https://example.org/?q={urllib.parse.quote(SECRET, safe='')}",
    "in a form": urllib.parse.urlencode({"q": SECRET}),
    "in hex": SECRET.encode().hex(),
    "in capital hex": SECRET.encode().hex().upper(),
    "in base64": base64.b64encode(SECRET.encode()).decode(),
    "in base64 for addresses": base64.urlsafe_b64encode(SECRET.encode()).decode(),
    "in base64 behind one byte": base64.b64encode(b":" + SECRET.encode()).decode(),
    "in base64 behind two bytes": base64.b64encode(b"u:" + SECRET.encode() + b"tail").decode(),
    "in base64 behind a name": base64.b64encode(b"user:" + SECRET.encode()).decode(),
    "its first half": SECRET[: len(SECRET) // 2],
    "its second half": SECRET[len(SECRET) // 2 :],
    "one of its lines": "  | second line of the thing",
}

LOOKS = {
    "an Anthropic key": "sk-ant-api03-" + "aB3_" * 8,
    "an OpenAI key": "sk-proj-" + "aB3_" * 8,
    "a GitHub token": "ghp_" + "aB3x" * 9,
    "a fine-grained GitHub token": "github_pat_" + "aB3x" * 9,
    "an AWS key id": "AKIA" + "ABCD" * 4,
    "a Slack token": "xoxb-123456789012-abcdef",
    "a Google key": "AIza" + "aB3_x" * 7,
    "a JSON web token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "a private key": "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\nAA==\n-----END OPENSSH PRIVATE KEY-----",
    "a private key in JSON": r"-----BEGIN PRIVATE KEY-----\nb3BlbnNzaC1rZXk\nAAAA==\n-----END PRIVATE KEY-----",
    "an encrypted private key": (
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,A1B2\n\nb3BlbnN"
    ),
    "a password in an address": "postgres://joe:tr0ub4dor@db/x",
    "a bearer token": "authorization: Bearer abcdef0123456789",
    "basic credentials": "Authorization: Basic am9lOnBhc3N3MHJk",
    "an assigned password": "password = 'correct-h0rse'",
    "a named key in JSON": '"API_KEY": "abcd1234efgh"',
    "an exported token": "export GITHUB_TOKEN=abcd1234efgh",
}
HARMLESS = [
    "",
    "a plain line\n",
    "token = next(tokens)",
    "password: str",
    "secret = os.environ['X']",
    "max_tokens=4096",
    "the task-list-of-many-different-things-to-do",
    "https://example.org/a:b@c/d",
    "git@github.com:owner/name.git",
    "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
    "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----",
    "bearer of good news from everywhere",
    "the short one",
    "sk-short",
]

words = st.sampled_from(
    [
        *FORMS.values(),
        *LOOKS.values(),
        *HARMLESS,
        SECRET[:9],
        SECRET[3:],
        "token",
        "=",
        "://",
        ":",
        "@",
        "-",
        "1",
        "\n",
    ]
)
texts = st.lists(words | st.text(max_size=5), max_size=6).map("".join)


@st.composite
def cut_texts(draw: st.DrawFn) -> tuple[str, list[str]]:
    text = draw(texts)
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=6)))
    return text, [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_known_value_is_found_in_every_form(form: str) -> None:
    text = f"before {form} after"
    redacted = REDACTOR.redact(text)
    assert MARK in redacted
    assert redacted.startswith("before ")
    assert redacted.endswith(" after")
    assert form not in redacted
    assert not REDACTOR.finds(redacted)
    assert REDACTOR.redact_bytes(text.encode()).decode() == redacted


KEYS = ("b3BlbnNzaC1rZXk", "tr0ub4dor", "abcdef0123456789", "am9lOnBhc3N3MHJk", "correct-h0rse", "abcd1234efgh")
"""The secret part of those looks that have another."""


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_what_looks_like_a_secret_is_found(look: str) -> None:
    redactor = Redactor()
    redacted = redactor.redact(f'say "{look}" twice')
    assert MARK in redacted
    assert redacted.startswith('say "')
    assert redacted.endswith(" twice")
    assert not [key for key in KEYS if key in redacted]
    assert look not in redacted
    assert not redactor.finds(redacted)


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("password = 'correct-h0rse'", "password = '[redacted]'"),
        ("postgres://joe:tr0ub4dor@db/x", "postgres://[redacted]@db/x"),
        ("Authorization: Bearer abcdef0f1e2d3c4b.x", "Authorization: Bearer [redacted]"),
        ("a sk-ant-aaaaaaaaaaaaaaaaaaaaaaaa, b", "a [redacted], b"),
        (f"{PLAIN}{PLAIN}", "[redacted][redacted]"),
    ],
)
def test_what_stands_around_stays_readable(text: str, redacted: str) -> None:
    assert REDACTOR.redact(text) == redacted


@pytest.mark.parametrize("text", HARMLESS)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert REDACTOR.redact(text) == text
    assert not REDACTOR.finds(text)


def test_a_guess_at_source_code_can_be_left_out() -> None:
    line = "password = 'correct-h0rse'"
    assert Redactor(guess=False).redact(line) == line
    assert MARK in Redactor(guess=False).redact(LOOKS["a GitHub token"])


@given(texts)
@example("[redacted]")
def test_redacting_twice_changes_nothing(text: str) -> None:
    once = REDACTOR.redact(text)
    assert REDACTOR.redact(once) == once


@given(texts, st.sampled_from(list(FORMS.values())), texts)
def test_no_known_value_survives(before: str, form: str, after: str) -> None:
    assert SECRET not in REDACTOR.redact(before + form + after)
    assert SECRET.encode() not in REDACTOR.redact_bytes((before + form + after).encode("utf-8", "surrogatepass"))


@given(cut_texts())
@example(("İtoken=abcd1234", ["İtoken=abcd1", "234"]))
@example(("xsk-" + "a" * 30, ["x", "sk-" + "a" * 30]))
def test_pieces_come_out_as_the_whole_does(cut: tuple[str, list[str]]) -> None:
    text, pieces = cut
    stream = REDACTOR.stream()
    assert "".join([*map(stream.feed, pieces), stream.flush()]) == REDACTOR.redact(text)


@given(cut_texts())
def test_pieces_of_bytes_come_out_as_the_whole_does(cut: tuple[str, list[str]]) -> None:
    data = cut[0].encode("utf-8", "surrogatepass")
    stream = REDACTOR.byte_stream()
    pieces = [stream.feed(data[start : start + 7]) for start in range(0, len(data), 7)]
    assert b"".join([*pieces, stream.flush()]) == REDACTOR.redact_bytes(data)


@given(st.binary())
def test_bytes_that_are_no_text_stay_as_they_are(data: bytes) -> None:
    assert Redactor([PLAIN]).redact_bytes(data) == data or Redactor([PLAIN]).finds(data)


def test_every_place_of_a_cut_is_as_good_as_any_other() -> None:
    text = " · ".join([*FORMS.values(), *LOOKS.values()])
    whole = REDACTOR.redact(text)
    for place in range(0, len(text), 11):
        stream = REDACTOR.stream()
        assert stream.feed(text[:place]) + stream.feed(text[place:]) + stream.flush() == whole


def test_a_long_text_is_redacted_as_short_ones_are() -> None:
    line = f"{'x' * 61} {PLAIN} {LOOKS['a bearer token']}\n"
    count = 800
    assert REDACTOR.redact(line * count) == REDACTOR.redact(line) * count


def test_a_clean_piece_is_not_held_back() -> None:
    stream = REDACTOR.stream()
    assert stream.feed("the answer is 42.") == "the answer is 42."


def test_a_mark_comes_as_soon_as_a_secret_is_sure_and_the_rest_of_it_is_swallowed() -> None:
    stream = REDACTOR.stream()
    assert stream.feed("sk-ant-" + "a" * 20) == MARK
    assert stream.feed("b" * 1_000) == ""
    assert stream.feed("b! done.") == "! done."


@pytest.mark.parametrize("unit", ["sk-", "token", "token = ", "://a:", "eyJ", "-----BEGIN ", "bearer ", " ", "a"])
def test_hostile_text_takes_no_more_time_than_its_length_deserves(unit: str) -> None:
    text = unit * 30_000
    assert len(REDACTOR.redact(text)) <= len(text)


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("GITHUB_TOKEN", True),
        ("ANTHROPIC_API_KEY", True),
        ("AWS_SECRET_ACCESS_KEY", True),
        ("dbPassword", True),
        ("TOKENS", True),
        ("TOKEN_2", True),
        ("DATABASE_URL", True),
        ("api-key", True),
        ("MAX_TOKENS_PER_DAY", False),
        ("PATH", False),
        ("KEYBOARD", False),
        ("AUTHOR", False),
        ("SSH_AUTH_SOCK", False),
    ],
)
def test_names_tell_secrets(name: str, secret: bool) -> None:
    assert names_secret(name) is secret


def test_the_environment_gives_the_values_of_secret_names() -> None:
    env = {
        "PATH": "/usr/bin:/usr/local/bin",
        "API_KEY": "abcdefgh",
        "MY_TOKEN": "abcdefghi",
        "A_TOKEN": "short",
        "B_TOKEN": "1234567890",
        "C_TOKEN": "/run/secrets/token",
        "D_SECRET": "abcdefgh",
    }
    assert secrets_in_env(env) == ("abcdefgh", "abcdefghi")
