"""Who may speak to the server: pages of this machine that were opened with today's link, and nobody else."""

from __future__ import annotations

import hmac
import secrets
from typing import Any

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

# what a page may send at most, and how many pages there may be
LARGEST_MESSAGE, MOST_PAGES = 64_000, 16
# reasons for which a socket is closed
BAD_MESSAGE, BAD_TOKEN, TOO_MANY = 4400, 4401, 4429


class Guard:
    """Refuses what does not come from this machine's own page.

    The name of the host must be one of two (DNS rebinding), the origin, where one is sent, equal to one of two (a foreign page that opens a
    socket); every answer forbids the page to load anything from elsewhere, or to be put into a frame.
    """

    def __init__(self, app: ASGIApp, port: int) -> None:
        self.app = app
        self.hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self.origins = {f"http://{host}" for host in self.hosts}
        sockets = " ".join(f"ws://{host}" for host in sorted(self.hosts))
        self.headers = {
            "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src blob:; "
            f"connect-src 'self' {sockets}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            "x-content-type-options": "nosniff",
            "x-frame-options": "DENY",
            "referrer-policy": "no-referrer",
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
            "cache-control": "no-cache",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        given = {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]}
        status = 421 if given.get("host") not in self.hosts else 0
        if not status and "origin" in given and given["origin"] not in self.origins:
            status = 403
        if not status and scope["type"] == "http" and scope["method"] not in ("GET", "HEAD"):
            status = 405
        if status and scope["type"] == "websocket":
            await _refuse_socket(status, receive, send)
        elif status:
            words = {421: "another host", 403: "another origin", 405: "not read"}[status]
            await PlainTextResponse(f"refused: {words}\n", status)(scope, receive, self._with_headers(send))
        else:
            await self.app(scope, receive, self._with_headers(send))

    def _with_headers(self, send: Send) -> Send:
        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start":
                more = [(key.encode(), value.encode()) for key, value in self.headers.items()]
                message = {**message, "headers": [*message.get("headers", []), *more]}
            await send(message)

        return sending


async def _refuse_socket(status: int, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.http.response.start", "status": status, "headers": []})
    await send({"type": "websocket.http.response.body", "body": b""})


def new_token() -> str:
    """256 bits that only this server and the link that it prints know."""
    return secrets.token_urlsafe(32)


def same_token(given: object, token: str) -> bool:
    """Whether a page has today's token; the comparison takes as long for any wrong one."""
    return isinstance(given, str) and hmac.compare_digest(given.encode(), token.encode())
