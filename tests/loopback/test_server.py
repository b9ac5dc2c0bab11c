"""The server, asked by the real clients: in the test's own process, and in one of its own."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest

from tests.loopback import Answer, Call, Cut, Fail, Failure, Loopback, Reply, Say, Tokens
from tests.loopback.script import Rules, Script, read_script


ROOT = Path(__file__).parents[2]
HEADERS = {"authorization": "Bearer k", "anthropic-version": "2026-10-21"}
REQUEST: dict[str, Any] = {
    "model": "claude-sonnet-5-5",
    "max_tokens": 9,
    "messages": [{"role": "user", "content": "Hi"}],
}


async def post(url: str, path: str = "/v1/messages", body: Any = None, **headers: str) -> httpx2.Response:
    async with httpx2.AsyncClient(trust_env=False) as client:
        return await client.post(url + path, json=REQUEST if body is None else body, headers={**HEADERS, **headers})


def test_a_script_can_be_written_as_json() -> None:
    written = {
        "by": "turn",
        "rules": {"window": 5000},
        "replies": [
            {"kind": "reply", "steps": [{"kind": "say", "text": "Hi"}, {"kind": "call", "name": "bash"}]},
            {"kind": "failure", "status": 529, "type": "overloaded_error"},
            {"kind": "reply", "fault": {"kind": "cut", "at": 97}},
            {"kind": "silence"},
        ],
    }
    read = read_script(json.dumps(written).encode())

    assert read.replies[0] == Reply([Say("Hi"), Call("bash")])
    assert read.replies[2] == Reply(fault=Cut(at=97))
    assert (read.by, read.rules) == ("turn", Rules(window=5000))


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/v1/messages", {}, 200),
        ("/v1/messages?beta=true", {}, 200),
        ("/v1/messages", {"authorization": ""}, 401),
        ("/v1/messages", {"authorization": "", "x-api-key": "k"}, 200),
        ("/v1/messages", {"authorization": "Bearer other"}, 401),
        ("/v2/messages", {}, 404),
        ("/v1/messages/count_tokens", {}, 200),
    ],
)
async def test_who_is_answered_where(path: str, headers: dict[str, str], status: int) -> None:
    async with Loopback([Reply([Say("Hi")])], rules=Rules(keys=("k",))) as server:
        assert (await post(server.url, path, **headers)).status_code == status


async def test_a_request_that_is_too_large_or_no_json_is_refused() -> None:
    async with Loopback([], rules=Rules(largest=10)) as server:
        assert (await post(server.url)).status_code == 413
    async with Loopback([]) as server:
        assert (await post(server.url, body=[1])).status_code == 400
        assert server.record.complaints == ["400 The request body is not valid JSON"]


async def test_a_model_can_be_asked_about() -> None:
    async with Loopback([]) as server, httpx2.AsyncClient(trust_env=False) as client:
        told = (await client.get(f"{server.url}/v1/models/claude-3-opus-20240229", headers=HEADERS)).json()

    assert (told["id"], told["lifecycle"]) == ("claude-3-opus-20240229", "retired")


async def test_when_the_script_is_at_its_end_that_is_an_error() -> None:
    async with Loopback([]) as server:
        assert "holds no answer" in (await post(server.url)).text


async def test_by_turn_a_request_that_is_made_again_is_answered_the_same() -> None:
    later = {
        **REQUEST,
        "messages": [*REQUEST["messages"], {"role": "assistant", "content": "1"}, *REQUEST["messages"]],
    }
    async with Loopback([Reply([Say("one")]), Reply([Say("two")])], by_turn=True) as server:
        texts = [(await post(server.url, body=body)).text for body in (REQUEST, REQUEST, later, REQUEST)]

    assert [("one" in text, "two" in text) for text in texts] == [(True, False)] * 2 + [(False, True), (True, False)]


async def test_the_record_tells_of_every_request(tmp_path: Path) -> None:
    path = tmp_path / "record.jsonl"
    async with Loopback([Reply([Say("Hi")]), Failure(529, "overloaded_error")], record=path) as server:
        await asyncio.gather(post(server.url), post(server.url))
        first, second = server.record.requests
        assert server.record.busiest == 2
        assert (first.whole, first.sent > 100) == (True, True)
        assert {first.status, second.status} == {200, 529}

    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["moment"] for line in lines].count("received") == 2
    assert json.loads(lines[0]["body"]) == REQUEST


async def test_a_fault_of_a_function_that_chooses_answers_is_raised() -> None:
    def choose(_: object) -> Answer:
        raise ValueError("no idea")

    server = Loopback(choose)
    await server.start()
    with pytest.raises(httpx2.RemoteProtocolError):
        await post(server.url)
    with pytest.raises(BaseExceptionGroup):
        await server.stop()


# In a process of its own.


@asynccontextmanager
async def child(script: Script, folder: Path) -> AsyncIterator[tuple[str, asyncio.subprocess.Process]]:
    path = folder / "script.json"
    path.write_bytes(msgspec.json.encode(script))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.loopback", str(path), str(folder / "record.jsonl")),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(await process.stdout.readline())}", process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_it_serves_a_script_in_a_process_of_its_own_and_leaves_a_record(tmp_path: Path) -> None:
    async with child(Script((Reply([Say("Hello.")], tokens=Tokens(1, 2)),)), tmp_path) as (url, process):
        assert "Hello." in (await post(url)).text
        assert (
            await post(url, "/v1/messages/count_tokens")
        ).status_code == 200  # by then the first is recorded whole
        process.send_signal(signal.SIGKILL)
        await process.wait()

    moments = [json.loads(line)["moment"] for line in (tmp_path / "record.jsonl").read_text().splitlines()]
    assert moments[:3] == ["received", "done", "received"]


# The other tongue.


@pytest.fixture(name="openai")
def _openai() -> Any:
    return pytest.importorskip("openai")


async def chat(openai: Any, answer: Answer) -> list[Any]:
    async with Loopback([answer]) as server:
        http = httpx2.AsyncClient(trust_env=False)
        client = openai.AsyncOpenAI(api_key="k", base_url=f"{server.url}/v1", max_retries=0, http_client=http)
        async with client:
            stream = await client.chat.completions.create(
                model="gpt-5.4-mini",
                messages=[{"role": "user", "content": "Hi"}],
                stream=True,
                stream_options={"include_usage": True},
            )
            return [chunk async for chunk in stream]


async def test_the_same_reply_is_told_in_the_other_tongue(openai: Any) -> None:
    reply = Reply([Say("Hello.", 2), Call("bash", {"command": "ls"}, size=4)], tokens=Tokens(5, 7, cache_read=3))
    chunks = await chat(openai, reply)

    deltas = [choice.delta for chunk in chunks for choice in chunk.choices]
    calls = [call.function for delta in deltas for call in delta.tool_calls or []]
    assert "".join(delta.content or "" for delta in deltas) == "Hello."
    assert [call.name for call in calls if call.name] == ["bash"]
    assert json.loads("".join(call.arguments or "" for call in calls)) == {"command": "ls"}
    assert [choice.finish_reason for chunk in chunks for choice in chunk.choices][-1] == "tool_calls"
    assert (chunks[-1].usage.prompt_tokens, chunks[-1].usage.completion_tokens) == (8, 7)


async def test_errors_are_told_in_the_other_tongue(openai: Any) -> None:
    with pytest.raises(openai.RateLimitError) as refused:
        await chat(openai, Failure(429, "insufficient_quota", code="credit_balance_exhausted"))
    assert refused.value.code == "credit_balance_exhausted"
    with pytest.raises(openai.APIError):
        await chat(openai, Reply([Say("Hi"), Fail("server_error")]))
