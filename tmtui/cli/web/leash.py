"""A cockpit in a browser ends with its server, whatever becomes of either.

Its standard input is a pipe from the server, and that is the sign: a pipe whose other end is gone says so, to whoever
waits for nothing else, however the server has ended. The one who waits is a thread, so that it counts even where the
cockpit itself is stuck; and it takes along what the cockpit has started.
"""

import os
import select
import signal
import threading


def end_with_server(pipe: int = 0) -> None:
    """From here on this process ends when nobody holds the other end of `pipe`, its standard input."""
    threading.Thread(target=_wait, args=(pipe,), name="leash", daemon=True).start()


def _wait(pipe: int) -> None:
    hung_up = select.poll()
    hung_up.register(pipe, 0)
    hung_up.poll()
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(128 + signal.SIGHUP)
