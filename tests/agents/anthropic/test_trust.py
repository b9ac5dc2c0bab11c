"""Who stands between us and the API: a certificate that nobody vouches for, a proxy that wants to know who we are."""

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from tests.agents.anthropic.asking import KEY, MODEL, model_of, replied, saying
from tests.loopback import Failure, Loopback, Page
from tmtui.agents.anthropic.client import Account
from tmtui.agents.anthropic.model import AnthropicModel
from tmtui.domain.outcome import Kind


@pytest.fixture(name="certified")
def _certified(tmp_path: Path) -> ssl.SSLContext:
    """A server's side of TLS, with a certificate of its own making."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl makes the certificate")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1"]
    subprocess.run([*made, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


async def test_a_certificate_that_nobody_vouches_for_is_not_trusted(certified: ssl.SSLContext) -> None:
    async with Loopback(saying("never"), tls=certified) as server, model_of(server) as model:
        outcome = (await replied(model)).outcome

        assert outcome.kind is Kind.TLS_CERT
        assert "self-signed certificate" in outcome.message
        assert server.record.requests == []


async def test_tls_where_none_is_spoken_is_no_matter_of_trying_again() -> None:
    async with Loopback([]) as server:
        model = AnthropicModel(MODEL, Account(KEY, server.url.replace("http:", "https:")))
        outcome = (await replied(model)).outcome
        await model.close()

    assert outcome.kind is Kind.TLS_CERT


@pytest.mark.parametrize("answer", [Page(407), Failure(407, "x")])
async def test_a_proxy_that_wants_a_name_is_told_of(answer: Page | Failure, monkeypatch: pytest.MonkeyPatch) -> None:
    async with Loopback([answer]) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        model = AnthropicModel(MODEL, Account(KEY, "https://api.example.org"))
        outcome = (await replied(model)).outcome
        await model.close()

        assert outcome.kind is Kind.PROXY_AUTH
        assert "api.example.org" in outcome.message
        assert [received.method for received in proxy.record.requests] == ["CONNECT"]
