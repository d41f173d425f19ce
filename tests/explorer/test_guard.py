"""Who may speak to the server: by Starlette's own client, each danger of the design by name."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest
from starlette.testclient import TestClient

from wavesim.errors import WavesimError
from wavesim.explorer import _server
from wavesim.explorer._guard import BAD_MESSAGE, BAD_TOKEN, MOST_PAGES, TOO_MANY, new_token, same_token
from wavesim.explorer._opening import opened
from wavesim.explorer._server import Worker, application, explore

PORT, TOKEN = 8123, "the-token"
HOST = f"127.0.0.1:{PORT}"


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(application(opened("gaussian_barrier"), TOKEN, PORT, Worker()), base_url=f"http://{HOST}")


def closed_with(client: TestClient, *messages: str) -> int:
    """The code with which a socket is closed after these messages."""
    with client.websocket_connect("/socket", headers={"host": HOST}) as page:
        for message in messages:
            page.send_text(message)
        while (answer := page.receive())["type"] != "websocket.close":
            pass
    return answer["code"]


def hello(**more: Any) -> str:
    return json.dumps({"type": "hello", "token": TOKEN, "version": 1, "state": ""} | more)


def test_pages_are_served_with_their_headers(client: TestClient) -> None:
    answer = client.get("/")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/html")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "script-src 'self'" in policy and "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-frame-options"] == "DENY" and answer.headers["referrer-policy"] == "no-referrer"
    assert client.get("/main.js").headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize(
    "path", ["/nothing.js", "/_server.py", "/../_server.py", "/%2e%2e/_guard.py", "/..%2f_guard.py"]
)
def test_nothing_else_is_served(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("host", ["evil.example", f"evil.example:{PORT}", "127.0.0.1:1", "127.0.0.1"])
def test_another_host_is_misdirected(client: TestClient, host: str) -> None:
    """DNS rebinding: the name in the address bar leads here, but is not one of ours."""
    assert client.get("/", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:1", f"https://{HOST}", "null"])
def test_a_foreign_page_is_refused(client: TestClient, origin: str) -> None:
    assert client.get("/", headers={"origin": origin}).status_code == 403
    with pytest.raises(Exception) as refused:  # noqa: SIM117
        with client.websocket_connect("/socket", headers={"host": HOST, "origin": origin}):
            raise AssertionError("it was let in")
    assert not isinstance(refused.value, AssertionError)


def test_nothing_can_be_written(client: TestClient) -> None:
    for method in ("post", "put", "delete", "patch"):
        assert getattr(client, method)("/").status_code == 405


def test_a_wrong_token_is_closed(client: TestClient) -> None:
    assert closed_with(client, hello(token="another")) == BAD_TOKEN
    assert closed_with(client, hello(token=None)) == BAD_TOKEN
    assert closed_with(client, hello(token=["the-token"])) == BAD_TOKEN


def test_malformed_messages_are_closed(client: TestClient) -> None:
    assert closed_with(client, "no json") == BAD_MESSAGE
    assert closed_with(client, "[]") == BAD_MESSAGE
    assert closed_with(client, hello(version=99)) == BAD_MESSAGE
    assert closed_with(client, hello(), "no json") == BAD_MESSAGE
    assert closed_with(client, hello(), json.dumps({"no": "type"})) == BAD_MESSAGE
    assert closed_with(client, hello(), "[" * 9000) == BAD_MESSAGE


def test_a_page_is_served_and_a_seventeenth_is_not(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is lowered to one here; the constant is sixteen."""
    assert MOST_PAGES == 16
    monkeypatch.setattr(_server, "MOST_PAGES", 1)
    with client.websocket_connect("/socket", headers={"host": HOST, "origin": f"http://{HOST}"}) as first:
        first.send_text(hello(state="s=nowhere"))
        words = json.loads(first.receive_text())
        assert words["type"] == "sorry" and "must name a shipped scenario" in words["sentence"]
        assert json.loads(first.receive_text())["type"] == "scenario"
        assert closed_with(client, hello()) == TOO_MANY


def test_tokens_are_long_and_compared_whole() -> None:
    token = new_token()
    assert len(token) >= 43 and token != new_token()
    assert same_token(token, token) and not same_token(token[:-1], token) and not same_token(7, token)


def test_a_port_in_use_is_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(WavesimError, match=f"port {port} must be free"):
            explore(opened("gaussian_barrier"), port, False, lambda line: None)


def test_a_missing_browser_is_said_with_the_link(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_server, "_open", lambda link: False)
    lines: list[str] = []
    with pytest.raises(WavesimError, match="--no-browser"):
        explore(opened("gaussian_barrier"), 0, True, lines.append)
    assert "#token=" in lines[0] and "s=gaussian_barrier" in lines[0]
