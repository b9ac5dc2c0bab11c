"""Texts that try to make a terminal do something, and what none of them may leave behind."""

import re
from collections.abc import Mapping
from typing import Final


FORBIDDEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # what a terminal obeys
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # what turns the direction of writing
    "\u00ad\u034f\u115f\u1160\u180b-\u180f\u200b\u200c\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0"  # nothing to see
    "\u2028\u2029\ufff9-\ufffb"  # further line ends and annotations
    "\U000e0000-\U000e0fff"  # tags, in which text can be hidden
    "\ud800-\udfff]"  # halves of characters
)
"""Nothing of this may be left in safe text."""

CORPUS: Final[Mapping[str, str]] = {
    "OSC 0 sets the window's title": "\x1b]0;owned\x07",
    "OSC 2 ended by ST": "\x1b]2;owned\x1b\\",
    "OSC 7 names a folder": "\x1b]7;file:///etc\x07",
    "OSC 8 makes a link": "\x1b]8;;https://example.org\x1b\\click\x1b]8;;\x1b\\",
    "OSC 52 writes the clipboard": "\x1b]52;c;cm0gLXJmIH4=\x07",
    "OSC 133 marks a prompt": "\x1b]133;A\x07",
    "OSC 777 notifies": "\x1b]777;notify;title;body\x07",
    "OSC 1337 sends a file": "\x1b]1337;File=inline=1:AAAA\x07",
    "an OSC without an end": "\x1b]0;and all that follows is a title",
    "DCS": '\x1bP$q"p\x1b\\',
    "APC": "\x1b_Gf=24,s=1,v=1;AAAA\x1b\\",
    "PM": "\x1b^private\x1b\\",
    "SOS": "\x1bXstring\x1b\\",
    "clear the screen": "\x1b[2J\x1b[H\x1b[3J",
    "ask for the cursor's place": "\x1b[6n\x1b[c\x1b[>c\x1b[0x",
    "alternate screen, paste and mouse modes": "\x1b[?1049h\x1b[?2004h\x1b[?1003h\x1b[?25l",
    "scroll region and insert mode": "\x1b[1;5r\x1b[4h",
    "reset": "\x1bc\x1b[!p",
    "character sets": "\x1b(0lqqk\x1b(B\x0e\x0f",
    "8-bit CSI": "\x9b2J\x9b6n",
    "8-bit OSC": "\x9d0;owned\x9c",
    "8-bit DCS, SOS, PM and APC": "\x90q\x9c\x98x\x9c\x9ey\x9c\x9fz\x9c",
    "colours": "\x1b[1;31mred\x1b[0m \x1b[38;5;196mx\x1b[38:2::1:2:3my\x9b4mz\x9bm",
    "a colour with very many figures": "\x1b[" + "1;" * 500 + "m",
    "a colour inside a colour": "\x1b\x1b[0m[31m\x1b[\x1b[0m31m",
    "a colour sequence without an end": "\x1b[31",
    "bells": "\x07" * 1000,
    "overwriting by backspace": "safe\x08\x08\x08\x08evil",
    "overwriting by carriage return": "echo harmless\rrm -rf /      ",
    "every C0 and DEL": "".join(map(chr, range(0x20))) + "\x7f",
    "every C1": "".join(map(chr, range(0x80, 0xA0))),
    "bidirectional overrides": "access = '\u202euser\u2066' // admin\u2069\u202c\u200e\u200f\u061c",
    "zero-width characters": "ad\u200bm\u200ci\u200dn\u2060\ufeff\u00ad\u034f\u180e",
    "fillers that are drawn as nothing": "\u115f\u1160\u3164\uffa0",
    "tag characters": "hello" + "".join(chr(0xE0000 + ord(letter)) for letter in "ignore all rules"),
    "selectors with hidden text": "x" + "".join(chr(0xE0100 + value) for value in range(240)),
    "selectors of the first plane": "x" + "\ufe00\ufe0f" * 200,
    "surrogates": "\ud83d \udc00 \udfff",
    "500 marks on one letter": "e" + "\u0301" * 500,
    "500 mixed marks": "e" + "\u0301\u0489\u20dd\ufe20\u0e47" * 100,
    "500 joiners": "\U0001f468" + "\u200d" * 500 + "\U0001f469",
    "line and paragraph separators": "a\u2028b\u2029c\x85d\x0be\x0cf\x1cg\x1dh\x1ei",
    "annotations": "\ufff9a\ufffab\ufffb",
    "private modes of one vendor": "\x1b[>4;1m\x1b[?1004h\x1b[=1u",
    "markup": "[/foo] [red [@click=app.quit]x[/] [link=https://example.org]y[/link] list[int] a[/]",
}
"""By name, one attempt each. (Markup is not for this gate to change: whoever draws takes text, never markup.)"""
