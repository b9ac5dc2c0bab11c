"""The cockpit in a browser: a small server on this machine, and a cockpit process for each tab.

Textual has a driver that speaks over pipes instead of a terminal, and textual-serve has the page that turns its bytes
into a screen. What lies between is here, because a screen that shows code, prompts and commands is not for everybody
who can reach a port: whoever has no key gets nothing, and what a tab shows cannot steer unless that was asked for.

- `address`: where it listens, and which names it answers to.
- `access`: the token that works once, and the cookie that it is changed into.
- `page`: what a browser is sent before anything is shown.
- `viewer`, `leash`: the process behind a tab, seen from the server and from within.
- `server`: the routes, and the gate before all of them.
- `faults`: where the web library's own reports go.
- `start`: what the command line asks for.
"""
