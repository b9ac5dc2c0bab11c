"""A run in a browser: over real HTTP and websockets, and once in a real browser."""

import asyncio
import re
import shutil
import signal
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import aiohttp
import psutil
import pytest

from tests.cli import story
from tests.cli.conftest import Done, Teller
from tests.cli.engine import Listener
from tests.cli.served import chromium, client, served, tab
from tmtui.cli.project import Project
from tmtui.cli.web.access import Access
from tmtui.cli.web.address import Address, listen
from tmtui.cli.web.page import ASSETS, REFUSAL, asset, page, security_headers
from tmtui.cli.web.viewer import screen_size
from tmtui.events.commands import Answer, AnyCommand, Reply


pytestmark = pytest.mark.slow  # real servers, real processes and a real browser


Run = Callable[..., Done]


# Where it listens, and which names it answers to.


@pytest.mark.parametrize(
    ("host", "asked", "answered"),
    [
        ("127.0.0.1", "127.0.0.1:8000", True),
        ("127.0.0.1", "localhost:8000", True),
        ("127.0.0.1", "LocalHost:8000", True),
        ("127.0.0.1", "127.0.0.1:8001", False),
        ("127.0.0.1", "127.0.0.1", False),
        ("127.0.0.1", "evil.example:8000", False),
        ("127.0.0.1", "127.0.0.1.evil.example:8000", False),
        ("127.0.0.1", "10.0.0.7:8000", False),
        ("127.0.0.1", "evil@127.0.0.1:8000", False),
        ("127.0.0.1", "127.0.0.1:8000/", False),
        ("127.0.0.1", "", False),
        ("::1", "[::1]:8000", True),
        ("::1", "evil.example:8000", False),
        ("0.0.0.0", "10.0.0.7:8000", True),
        ("0.0.0.0", "[fe80::7]:8000", True),
        ("0.0.0.0", f"{socket.gethostname()}:8000", True),
        ("0.0.0.0", "evil.example:8000", False),
        ("box.example", "box.example:8000", True),
        ("box.example", "evil.example:8000", False),
    ],
)
def test_a_server_answers_to_names_that_nobody_else_can_own(host: str, asked: str, *, answered: bool) -> None:
    assert Address(host, 8000).answers_to(asked) is answered


@pytest.mark.parametrize(
    ("address", "authority", "private"),
    [
        (Address("127.0.0.1", 8000), "127.0.0.1:8000", True),
        (Address("127.0.0.1", 80), "127.0.0.1", True),
        (Address("::1", 8000), "[::1]:8000", True),
        (Address("0.0.0.0", 8000), f"{socket.gethostname()}:8000", False),
        (Address("box.example", 8000), "box.example:8000", False),
    ],
)
def test_an_address_knows_how_it_is_written_and_who_reaches_it(
    address: Address, authority: str, private: bool
) -> None:
    assert (address.authority, address.is_private) == (authority, private)
    assert address.answers_to(authority)


def test_the_name_of_this_machine_is_taken_as_its_number() -> None:
    taken, address = listen("localhost", 0)
    with taken:
        assert address == Address("127.0.0.1", taken.getsockname()[1])


# Who may look.


def test_a_token_is_changed_into_a_key_once() -> None:
    access = Access()
    key = access.redeem(access.token)
    assert key is not None
    assert access.knows(key)
    assert access.redeem(access.token) is None
    assert access.knows(key)


def test_nothing_else_is_a_token_or_a_key() -> None:
    access = Access()
    assert not access.knows("")
    assert all(access.redeem(each) is None for each in ("", "x", access.token[:-1], f"{access.token}x", "é\udc80"))
    assert not any(access.knows(each) for each in ("", access.token, "é\udc80"))
    assert len({access.token, access.redeem(access.token), access.folder, Access().token}) == 4


# What is sent.


def test_the_page_holds_nothing_of_elsewhere_and_no_script_of_its_own() -> None:
    text = page('"><script>alert(1)</script>', "ws://127.0.0.1:1/x/screen")
    assert re.findall(r"<script[^>]*>(.*?)</script>", text) == [""]
    assert set(re.findall(r'(?:src|href)="([^"]*)"|url\("([^"]*)"\)', text)) == {
        ("data:,", ""), ("assets/xterm.css", ""), ("assets/textual.js", ""), ("", "assets/upright.ttf"),
        ("", "assets/italic.ttf"), ("", ""),
    }  # fmt: skip


def test_only_the_named_files_are_there() -> None:
    assert asset(Path("/lib"), "xterm.css") == Path("/lib/static/css/xterm.css")
    assert asset(Path("/lib"), "../server.py") is None


def test_whoever_gets_nothing_may_load_nothing() -> None:
    assert security_headers("")["Content-Security-Policy"].startswith("default-src 'none'; base-uri 'none'")
    assert "connect-src 'self' ws://127.0.0.1:1;" in security_headers("127.0.0.1:1")["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("asked", "given"), [((120, 40), (120, 40)), ((0, -5), (1, 1)), ((10**9, 10**9), (500, 200))]
)
def test_a_screen_has_a_size_that_can_be_drawn(asked: tuple[int, int], given: tuple[int, int]) -> None:
    assert screen_size(*asked) == given


# The command line.


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("watch", "--port", "8000"), "--port and --host go with --web"),
        (("replay", "--host", "0.0.0.0"), "--port and --host go with --web"),
        (("watch", "--write"), "--write goes with --web"),
        (("watch", "--web", "--write", "--read-only"), "not with --read-only"),
        (("watch", "--web", "--json"), "does not go with --plain, --quiet or --json"),
        (("replay", "--web", "--port", "65536"), "65536"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    arguments: tuple[str, ...], said: str, tell: Teller, command: Run
) -> None:
    tell(story.finished())
    done = command(*arguments)
    assert done.code == 2
    assert said in done.err


def test_without_the_library_it_says_how_to_get_it(
    tell: Teller, command: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(story.finished())
    monkeypatch.setitem(sys.modules, "textual_serve", None)
    done = command("watch", "--web")
    assert done.code == 2
    assert "Install it: pip install 'tmtui[web]'" in done.err


def test_a_port_that_is_taken_is_told(tell: Teller, command: Run) -> None:
    tell(story.finished())
    taken, address = listen("127.0.0.1", 0)
    with taken:
        done = command("replay", "--web", "--port", str(address.port))
    assert done.code == 2
    assert f"127.0.0.1, port {address.port}: address already in use" in done.err


def test_a_host_that_does_not_exist_is_told(tell: Teller, command: Run) -> None:
    tell(story.finished())
    done = command("watch", "--web", "--host", "no such host")
    assert done.code == 2
    assert "tmtui: no such host: " in done.err


# The gate.


@pytest.fixture
async def finished(tell: Teller) -> Project:
    """A project whose run is over."""
    return await asyncio.to_thread(tell, story.finished())


async def refused(
    session: aiohttp.ClientSession, method: str, url: str, headers: Mapping[str, str] | None = None
) -> bool:
    """Whether that is answered with the refusal and nothing else, and with nothing allowed."""
    async with session.request(method, url, allow_redirects=False, headers=headers) as response:
        body = await response.text()
        assert response.headers["X-Frame-Options"] == "DENY"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Content-Security-Policy"].startswith("default-src 'none'; base-uri")
        return response.status == 403 and body in ("", REFUSAL) and "Set-Cookie" not in response.headers


async def test_whoever_has_no_key_gets_nothing(finished: Project) -> None:
    async with served("watch", cwd=finished.root) as server, client(server, let_in=False) as stranger:
        for address in (
            server.folder, f"{server.folder}?token=", f"{server.folder}?token=x", f"{server.origin}/", server.origin,
            f"{server.folder}assets/textual.js", f"{server.folder}screen", f"{server.origin}/screen",
            f"{server.origin}/static/js/textual.js", f"{server.origin}/download/x",
            f"{server.origin}/?token={server.link.partition('=')[2]}",
        ):  # fmt: skip
            assert await refused(stranger, "GET", address), address
        for method in ("HEAD", "POST", "PUT", "DELETE", "OPTIONS"):
            assert await refused(stranger, method, server.link), method
        async with stranger.get(server.link) as response:
            assert response.status == 200


async def test_the_token_is_worth_a_cookie_and_the_second_time_nothing(finished: Project) -> None:
    async with served("watch", cwd=finished.root) as server, client(server, let_in=False) as first:
        async with first.get(server.link, allow_redirects=False) as response:
            assert (response.status, response.headers["Location"]) == (303, server.folder.removeprefix(server.origin))
            cookie = response.cookies["tmtui"]
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Strict")
        assert f"{server.origin}{cookie['path']}" == server.folder
        async with client(server, let_in=False) as second:
            assert await refused(second, "GET", server.link)
            assert await refused(second, "GET", server.folder)
        for address in (server.link, server.folder):
            async with first.get(address) as response:
                assert (response.status, str(response.url)) == (200, server.folder)


async def test_a_name_of_somewhere_else_leads_nowhere(finished: Project) -> None:
    async with served("watch", cwd=finished.root) as server, client(server, let_in=False) as session:
        lent = {"Host": f"evil.example:{server.origin.rpartition(':')[2]}"}
        assert await refused(session, "GET", server.link, headers=lent)
        async with session.get(server.link) as response:
            assert response.status == 200
        assert await refused(session, "GET", server.folder, headers=lent)


async def test_what_is_sent_is_sent_for_this_page_alone(finished: Project) -> None:
    async with served("watch", cwd=finished.root) as server, client(server) as session:
        for name in ("", *(f"assets/{each}" for each in ASSETS)):
            async with session.get(f"{server.folder}{name}") as response:
                assert response.status == 200, name
                assert len(await response.read()) > 500
                policy = response.headers["Content-Security-Policy"]
                assert "script-src 'self';" in policy
                assert "frame-ancestors 'none'" in policy
                assert response.headers["X-Frame-Options"] == "DENY"
                assert response.headers["X-Content-Type-Options"] == "nosniff"
                assert response.headers["Cache-Control"] == "no-store"
                assert "Python" not in response.headers["Server"]
        for name in ("assets/", "assets/..%2fserver.py", "assets/server.py", "download/x", "static/js/textual.js"):
            async with session.get(f"{server.folder}{name}") as response:
                assert response.status == 404, name


async def test_a_websocket_of_another_page_is_refused(finished: Project) -> None:
    async with served("watch", cwd=finished.root) as server, client(server) as session:
        secure = server.origin.replace("http", "https")
        strange = ("http://evil.example", "null", "http://127.0.0.1:1", "http://localhost", secure)
        async with client(server, let_in=False) as stranger:
            attempts = [(session, {"Origin": each}) for each in strange]
            for who, headers in [*attempts, (session, {}), (stranger, {"Origin": server.origin})]:
                with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
                    await who.ws_connect(server.screen, headers=headers)
                assert refusal.value.status == 403, headers
        assert server.cockpits() == []


async def test_what_is_no_request_is_not_reported_to_the_terminal(finished: Project) -> None:
    async with served("watch", cwd=finished.root) as server:
        for junk in (b"\x16\x03\x01\x1b[2J\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"):
            reader, writer = await asyncio.open_connection(*server.origin.removeprefix("http://").split(":"))
            writer.write(junk)
            assert (await reader.read()).startswith(b"HTTP/1.0 400")
            writer.close()
            await writer.wait_closed()
        await server.end()
        assert server.process.stdout is not None
        assert await server.process.stdout.read() == b""
    assert (finished.state_dir / "logs/web.log").read_bytes() == b""


# What a tab shows, and what it can do.


async def test_a_tab_shows_the_cockpit_until_it_is_left(finished: Project) -> None:
    async with (
        served("watch", cwd=finished.root, env={"ANTHROPIC_API_KEY": "sk-ant-planted"}) as server,
        client(server) as session,
        tab(server, session) as first,
    ):
        await first.until("Implement 2FA")
        assert "READ-ONLY" in first.text
        leaving = server.cockpits()
        async with tab(server, session) as second:
            await second.until("Implement 2FA")
            (staying,) = set(server.cockpits()) - set(leaving)
            assert "ANTHROPIC_API_KEY" not in staying.environ()
            await first.press("q")
            await first.until_closed()
            assert await asyncio.to_thread(gone, leaving)
            await second.press("?")
            await second.until("Anywhere")


async def test_a_replay_is_played_in_a_tab(finished: Project) -> None:
    async with (
        served("replay", "--speed", "1000", cwd=finished.root) as server,
        client(server) as session,
        tab(server, session) as only,
    ):
        await only.until("REPLAY")
        await only.until("Implement 2FA")
        await only.until("5/5")


async def test_a_tab_steers_nothing_and_says_so(tell: Teller) -> None:
    project = await asyncio.to_thread(tell, story.asking())
    with Listener(project.state_dir) as engine:
        async with served("watch", cwd=project.root) as server, client(server) as session:
            assert "read-only" in server.told
            async with tab(server, session) as only:
                await only.until("this screen is read-only")
                await only.press("!r")
                await only.until("nothing is steered from here")
    assert engine.heard == []
    assert not (project.state_dir / "habits.json").exists()


async def test_a_tab_steers_where_that_was_asked_for(tell: Teller) -> None:
    project = await asyncio.to_thread(tell, story.asking())
    heard = threading.Event()

    def reply(_: AnyCommand) -> Reply:
        heard.set()
        return Reply(ok=True, run=story.RUN, seq=1)

    with Listener(project.state_dir, reply=reply) as engine:
        async with served("watch", "--write", cwd=project.root) as server, client(server) as session:
            assert "can be steered" in server.told
            async with tab(server, session) as only:
                await only.until("to answer")
                await only.press("!r")
                assert await asyncio.to_thread(heard.wait, 60)
    assert engine.heard == [Answer("task-3:1", "retry")]


async def test_nonsense_closes_the_tab_and_only_that(finished: Project) -> None:
    async with served("watch", cwd=finished.root) as server, client(server) as session:
        for nonsense in ("", "{}", "[]", '["stdin"]', '["stdin", 5]', '["open", "x"]', '["resize", {}]'):
            async with tab(server, session) as odd:
                await odd.socket.send_str(nonsense)
                assert await odd.until_closed() == aiohttp.WSCloseCode.UNSUPPORTED_DATA, nonsense
        async with session.get(server.folder) as response:
            assert response.status == 200


async def test_other_machines_are_let_in_with_a_warning_only(finished: Project) -> None:
    async with served("watch", "--host", "0.0.0.0", cwd=finished.root) as server:
        assert "nothing is encrypted" in server.told
        assert socket.gethostname() in server.link


# Its end.


def gone(cockpits: list[psutil.Process]) -> bool:
    """Whether these processes end, or have ended."""
    return psutil.wait_procs(cockpits, timeout=60)[1] == []


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)])
async def test_the_cockpits_end_with_the_server(number: signal.Signals, code: int, finished: Project) -> None:
    async with (
        served("watch", cwd=finished.root) as server,
        client(server) as session,
        tab(server, session) as only,
    ):
        await only.until("Implement 2FA")
        cockpits = server.cockpits()
        assert cockpits
        assert await server.end(number) == code
        assert await asyncio.to_thread(gone, cockpits)
    assert (finished.state_dir / "logs/web.log").read_bytes() == b""


async def test_a_cockpit_that_is_stuck_ends_with_its_tab(finished: Project) -> None:
    async with served("watch", cwd=finished.root) as server, client(server) as session:
        async with tab(server, session) as only:
            await only.until("Implement 2FA")
            (cockpit,) = server.cockpits()
            cockpit.suspend()
        assert await asyncio.to_thread(gone, [cockpit])


async def test_a_cockpit_that_fails_is_told_on_the_terminal(finished: Project) -> None:
    async with served("watch", cwd=finished.root) as server, client(server) as session:
        (finished.state_dir / "state.db").write_bytes(b"no log " * 1000)
        async with tab(server, session) as only:
            await only.until_closed()
        assert server.process.stdout is not None
        assert b"a cockpit in the browser has failed" in await server.process.stdout.readline()
        assert b"web.log" in await server.process.stdout.readline()


# In a browser.

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")


@pytest.mark.skipif(not CHROMIUM, reason="chromium is not installed")
async def test_a_browser_draws_the_tree_and_asks_nobody_else(finished: Project, tmp_path: Path) -> None:
    async with (
        served("replay", "--speed", "1000", cwd=finished.root) as server,
        chromium(CHROMIUM, tmp_path / "chromium") as browser,
    ):
        await browser.do("Page.navigate", url=server.link)
        await browser.until("document.body?.classList.contains('-first-byte')")
        await browser.until_selected(story.TITLES["task-5"])
        assert await browser.run("location.href") == server.folder
        assert not await browser.run("document.cookie")
        assert await browser.run("document.fonts.check('15px \"Roboto Mono\"')")
        assert {url.startswith((server.folder, "data:")) for url in browser.asked} == {True}
        assert not [line for line in browser.console if "Content Security Policy" in line]
