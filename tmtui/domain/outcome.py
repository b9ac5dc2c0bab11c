"""How an effect ended: errors are values.

A kind is a word of the problem; what to do about it stands in `tmtui.resilience.taxonomy`.
"""

from enum import StrEnum

import msgspec


class Kind(StrEnum):
    """What an effect came to. One member for each row of the taxonomy."""

    OK = "ok"

    NET_CONNECT = "net_connect"
    TLS_CERT = "tls_cert"
    PROXY_AUTH = "proxy_auth"
    TIMEOUT_CONNECT = "timeout_connect"
    TIMEOUT_FIRST_BYTE = "timeout_first_byte"
    STALL_NOBYTES = "stall_nobytes"
    STALL_PINGS = "stall_pings"
    STREAM_INTERRUPTED = "stream_interrupted"
    STREAM_TRUNCATED = "stream_truncated"
    PROTOCOL_ERROR = "protocol_error"
    API_500 = "api_500"
    OVERLOADED = "overloaded"
    RATE_LIMITED = "rate_limited"
    LOCAL_RATE_LIMIT = "local_rate_limit"
    QUOTA_EXHAUSTED = "quota_exhausted"
    AUTH = "auth"
    MODEL_NOT_FOUND = "model_not_found"
    INVALID_REQUEST = "invalid_request"
    THINKING_BINDING = "thinking_binding"
    REQUEST_TOO_LARGE = "request_too_large"
    CONTEXT_TOO_LONG = "context_too_long"
    MAX_TOKENS = "max_tokens"
    REFUSAL = "refusal"
    EMPTY_RESPONSE = "empty_response"

    TOOL_INPUT_INVALID = "tool_input_invalid"
    TOOL_FAILED = "tool_failed"
    TOOL_TIMEOUT = "tool_timeout"
    TURN_LIMIT = "turn_limit"
    BUDGET_RUN = "budget_run"
    BUDGET_TASK = "budget_task"
    BUDGET_DAY = "budget_day"
    POLICY_INPUT = "policy_input"
    POLICY_TOOL = "policy_tool"
    POLICY_OUTPUT = "policy_output"

    AGENT_SPAWN = "agent_spawn"
    AGENT_CRASHED = "agent_crashed"
    AGENT_STALL = "agent_stall"
    NO_PROGRESS = "no_progress"
    SCHEMA_INVALID = "schema_invalid"

    HOOK_PRE_FAILED = "hook_pre_failed"
    HOOK_POST_FAILED = "hook_post_failed"
    HOOK_TIMEOUT = "hook_timeout"
    HOOK_SIGNALED = "hook_signaled"
    HOOK_RESOURCE_LIMIT = "hook_resource_limit"
    HOOK_NOT_FOUND = "hook_not_found"

    GIT_DIRTY = "git_dirty"
    GIT_CONFLICT = "git_conflict"
    CHECKPOINT_FAILED = "checkpoint_failed"

    CANCELED_USER = "canceled_user"
    INTERRUPTED_CRASH = "interrupted_crash"
    STORAGE_FULL = "storage_full"
    STORAGE_IO = "storage_io"
    STORAGE_CORRUPT = "storage_corrupt"
    STORAGE_BUSY = "storage_busy"
    LOCK_HELD = "lock_held"
    CONFIG_INVALID = "config_invalid"
    INTERNAL = "internal"
    FALLBACK_EXHAUSTED = "fallback_exhausted"


class Outcome(msgspec.Struct, frozen=True):
    """What an effect came to, with the words for a person."""

    kind: Kind
    message: str = ""
    """One sanitised line that says what happened, with its evidence."""
    retry_after: float | None = None
    """Seconds that the other side asked for before the next try."""

    @property
    def ok(self) -> bool:
        """True when nothing went wrong."""
        return self.kind is Kind.OK


OK = Outcome(Kind.OK)
