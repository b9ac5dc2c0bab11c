"""What a browser is sent before anything is shown: a page without scripts of its own, and the files of textual-serve.

All of it comes from this machine. The page that textual-serve brings asks a public host for its letters, and has
scripts in its text, which the policy below would have to allow.
"""

import html
from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import Final


ASSETS: Final[Mapping[str, str]] = {
    "textual.js": "static/js/textual.js",
    "xterm.css": "static/css/xterm.css",
    "upright.ttf": "static/fonts/RobotoMono-VariableFont_wght.ttf",
    "italic.ttf": "static/fonts/RobotoMono-Italic-VariableFont_wght.ttf",
}
"""The files that a page may ask for, and where textual-serve has them."""

REFUSAL: Final = "403: open the address that tmtui has printed. It works once, in one browser.\n"

_PAGE: Final = Template("""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>$title</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="assets/xterm.css">
<style>
@font-face { font-family: "Roboto Mono"; font-weight: 100 700; src: url("assets/upright.ttf"); }
@font-face { font-family: "Roboto Mono"; font-weight: 100 700; font-style: italic; src: url("assets/italic.ttf"); }
html, body { margin: 0; height: 100%; overflow: hidden; background: #0c181f; color: #e8eef2; }
body { font-family: "Roboto Mono", monospace; }
.textual-terminal { position: absolute; inset: 0; }
.xterm .xterm-viewport { overflow-y: hidden; }
.word { position: absolute; inset: 0; display: grid; place-content: center; text-align: center; gap: 1em; }
.word a { color: inherit; }
.over, .-first-byte .coming, .-closed .coming { display: none; }
.-closed .over { display: grid; z-index: 1; background: #0c181fe6; }
</style>
<script src="assets/textual.js"></script>
</head>
<body>
<div class="word coming">Opening the cockpit…</div>
<div class="textual-terminal" data-session-websocket-url="$socket" data-font-size="15"></div>
<div class="word over"><div>The cockpit was left.</div><a href="">Open it again</a></div>
</body>
</html>
""")


def page(title: str, socket: str) -> str:
    """The page of one tab.

    Args:
        title: What the tab is called.
        socket: The address of the websocket that brings the screen.
    """
    return _PAGE.substitute(title=html.escape(title), socket=html.escape(socket))


def asset(library: Path, name: str) -> Path | None:
    """The file behind a name in `ASSETS`; None for every other name.

    Args:
        library: The folder of textual-serve.
        name: As the page asks for it.
    """
    place = ASSETS.get(name)
    return None if place is None else library / place


def security_headers(authority: str) -> dict[str, str]:
    """What a browser is told not to do with whatever it is sent.

    Args:
        authority: Host and port by which the page was asked for; empty where nothing is shown.
    """
    # Some browsers do not take a websocket to be of the page's own origin, so it is named. The terminal of the page
    # lays itself out with styles that it writes.
    shown = (
        f"script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; "
        f"connect-src 'self' ws://{authority}; "
    )
    return {
        "Content-Security-Policy": f"default-src 'none'; {shown if authority else ''}base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'",
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
        "Server": "tmtui",
    }
