"""The numbers that hold where nothing is configured: one table, each with its unit and where it comes from.

Every name in capitals below is a row of the table. The rooms that own a limit of their own kind (what a file may
hold, how a batch is cut) keep it where it acts; a test holds those and the rows here against each other.
"""

from collections.abc import Mapping
from typing import Final, Generic, TypeVar

import msgspec


Number = TypeVar("Number", int, float)


class Default(msgspec.Struct, Generic[Number], frozen=True):
    """One number, with what it counts and why it is that one."""

    value: Number
    unit: str
    source: str
    """A publication, a product whose habit it is, or `choice` with the reason."""


_AWS = "Exponential Backoff and Jitter, AWS Architecture Blog"
_CLAUDE_CODE = "Claude Code's rule"
_GUIDE = "the Task Master guides"
_POLLY = "resilience4j and Polly, for a few calls a minute"
_SDK = "the tool set of Anthropic's SDK"
_SRE = "Site Reliability Engineering, chapter 21"
_DBOS = "DBOS, which bounds recoveries likewise"

# A request.
CONNECT_SECONDS: Final = Default(10.0, "seconds", "choice: twice the SDK's 5, for slow networks")
FIRST_BYTE_SECONDS: Final = Default(120.0, "seconds", "choice: long prompts are read before a word is said")
NO_BYTES_SECONDS: Final = Default(60.0, "seconds", "choice: a living stream sends pings")
ONLY_PINGS_SECONDS: Final = Default(600.0, "seconds", "choice: thinking may take minutes")
REQUEST_SECONDS: Final = Default(1_800.0, "seconds", "choice: the longest answer, with room")
RESPONSE_BYTES: Final = Default(64 * 1024 * 1024, "bytes, decoded", "choice: far above the longest answer")
STREAM_EVENT_BYTES: Final = Default(8 * 1024 * 1024, "bytes", "choice: far above the largest tool call")

# Asking again.
TRANSIENT_RETRIES: Final = Default(4, "requests", "choice: past half a minute a fallback serves better")
STALL_RETRIES: Final = Default(1, "requests", _CLAUDE_CODE)
PROTOCOL_RETRIES: Final = Default(1, "requests", "choice: malformed twice is broken")
BACKOFF_BASE_SECONDS: Final = Default(0.5, "seconds", "the SDKs of Anthropic and OpenAI")
BACKOFF_CAP_SECONDS: Final = Default(30.0, "seconds", _GUIDE)
OVERLOAD_BASE_SECONDS: Final = Default(2.0, "seconds", "choice: an overloaded server needs more than a blink")
OVERLOAD_CAP_SECONDS: Final = Default(60.0, "seconds", "choice: an overloaded server needs more than a blink")
BACKOFF_MULTIPLIER: Final = Default(2.0, "times", _AWS)
HINT_JITTER: Final = Default(0.1, "of the server's hint, on top", _AWS)
LONGEST_HINT_SECONDS: Final = Default(86_400.0, "seconds", "choice: a server that asks for more is not believed")
RETRY_SHARE: Final = Default(0.1, "of requests", _SRE)
RETRY_SECONDS: Final = Default(120, "seconds the share is taken over", _SRE)
RETRY_LEAST: Final = Default(3, "retries that are always allowed", "choice: a quiet client may try again too")
RETRIES_PER_MINUTE: Final = Default(50, "retries of a run", "choice: a storm is not fed")
THROTTLE_K: Final = Default(2.0, "requests to each one accepted", _SRE)
THROTTLE_LEAST: Final = Default(10, "requests before it counts", "choice: a single failure says nothing")
THROTTLE_SECONDS: Final = Default(120, "seconds", _SRE)

# Waiting.
FALLBACK_IF_OVER_SECONDS: Final = Default(20.0, "seconds", "choice: a person notices longer waits")
PAUSE_OVER_SECONDS: Final = Default(300.0, "seconds", "choice: past this a run waits better asleep")
SLOW_START_IDLE_SECONDS: Final = Default(300.0, "seconds", "choice: acceleration limits look at a few minutes")

# The breaker.
BREAKER_FAILURES: Final = Default(5, "failures in a row", _GUIDE)
BREAKER_RATIO: Final = Default(0.5, "of calls", _POLLY)
BREAKER_RATIO_CALLS: Final = Default(10, "latest calls", _POLLY)
BREAKER_RATIO_LEAST: Final = Default(5, "calls before the ratio counts", _POLLY)
BREAKER_RATIO_SECONDS: Final = Default(120, "seconds the calls are taken over", _POLLY)
BREAKER_RESET_SECONDS: Final = Default(60, "seconds", _GUIDE)
BREAKER_LONGEST_SECONDS: Final = Default(
    600, "seconds, and as long closed to start over", "choice: an outage's length"
)
BREAKER_JITTER: Final = Default(0.2, "either way", "choice: clients that opened together do not probe together")
BREAKER_PROBES: Final = Default(2, "calls, one at a time", _GUIDE)
SLOW_CALL_WEIGHT: Final = Default(0.5, "of a failure", "choice: two slow calls are as bad as one that failed")

# Money.
WARN_PERCENT: Final = Default(80.0, "percent", _GUIDE)
CRITICAL_PERCENT: Final = Default(95.0, "percent", _GUIDE)
COST_GUARD: Final = Default(
    2.0, "times the first choice's price", "choice: a fallback must not double the bill unasked"
)
BURN_SECONDS: Final = Default(600, "seconds the burn rate is taken over", "choice: some requests, and still news")

# Tools, hooks and agents.
TOOL_SECONDS: Final = Default(120.0, "seconds", _SDK)
TOOL_OUTPUT_BYTES: Final = Default(100_000, "bytes to the model", _SDK)
OUTPUT_HEAD_BYTES: Final = Default(64 * 1024, "bytes stored", "choice: how it began")
OUTPUT_TAIL_BYTES: Final = Default(256 * 1024, "bytes stored", "choice: the end holds the failure")
FILE_BYTES: Final = Default(256 * 1024, "bytes", _SDK)
WALK_ENTRIES: Final = Default(50_000, "entries", _SDK)
GLOB_RESULTS: Final = Default(200, "paths", _SDK)
HOOK_SECONDS: Final = Default(600.0, "seconds", "choice: a slow test suite")
GRACE_SECONDS: Final = Default(5.0, "seconds between TERM and KILL", "choice: enough to tidy up")
PROMPT_SILENCE_SECONDS: Final = Default(45.0, "seconds", "choice: silence at what looks like a question")
PROMPT_CHECK_SECONDS: Final = Default(5.0, "seconds", _GUIDE)
AGENT_SILENCE_SECONDS: Final = Default(300.0, "seconds", "choice: a program that says nothing for so long hangs")
MAX_TURNS: Final = Default(100, "turns", "choice: a task that needs more is to be split")
MAX_ATTEMPTS: Final = Default(3, "attempts", _GUIDE)
MAX_NON_PROGRESS: Final = Default(2, "attempts in a row", _GUIDE)
MAX_CONSECUTIVE_FAILURES: Final = Default(2, "tasks in a row", _GUIDE)
MAX_RECOVERIES: Final = Default(3, "in a row", _DBOS)

# The log and the screen.
BATCH_ROWS: Final = Default(500, "events", "measured: more gains nothing")
BATCH_SECONDS: Final = Default(0.02, "seconds", "measured: nobody sees it")
WAL_ALARM_BYTES: Final = Default(64 * 1024 * 1024, "bytes", "choice: a reader holds the log back")
DISK_WARN_BYTES: Final = Default(200 * 1024 * 1024, "bytes free", "choice: a run's log and checkpoints, with room")
DISK_HOLD_BYTES: Final = Default(20 * 1024 * 1024, "bytes free", "choice: what is begun must still be written down")
CACHE_ANSWERS: Final = Default(500, "answers", "choice: a day of a busy project")
CACHE_BYTES: Final = Default(16 * 1024 * 1024, "bytes", "choice: nobody notices")
STREAM_HERTZ: Final = Default(10, "updates a second of one stream", "choice: faster cannot be read")
FRAME_SECONDS: Final = Default(0.05, "seconds, 95 of 100 frames", "choice: a key must feel answered at once")

# What people write.
DOCUMENT_BYTES: Final = Default(8 * 1024 * 1024, "bytes", "choice: no plan is longer")
DOCUMENT_DEPTH: Final = Default(64, "levels", "choice: no plan is deeper")
DOCUMENT_NODES: Final = Default(200_000, "nodes", "choice: stops what grows by aliases")
DOCUMENT_ALIASES: Final = Default(1_000, "aliases", "choice: stops what grows by aliases")
PLAN_TASKS: Final = Default(10_000, "tasks", "choice: what the cockpit was measured with")


DEFAULTS: Final[Mapping[str, Default[int] | Default[float]]] = {
    name: value for name, value in list(globals().items()) if isinstance(value, Default)
}
"""The table, by name, in the order above."""
