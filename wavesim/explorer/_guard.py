"""Access control of the server: only pages on this machine, opened with the current link, may connect."""

from __future__ import annotations

import hmac
import secrets
from typing import Any

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

# largest message from a page [bytes]
LARGEST_MESSAGE = 64_000
# pages open at the same time
MOST_PAGES = 16
# codes with which a socket is closed
BAD_MESSAGE, BAD_TOKEN, TOO_MANY = 4400, 4401, 4429


class Guard:
    """Refuses requests that do not come from this machine's own page.

    The host must be one of two names (against DNS rebinding), and so must the origin if one is sent (against a foreign page that opens a
    socket). Every response forbids loading anything from elsewhere and embedding in a frame.
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
    """A random token of 256 bits, known only to this server and in the link that it prints."""
    return secrets.token_urlsafe(32)


def same_token(given: object, token: str) -> bool:
    """Whether a page sent this server's token, compared in constant time."""
    return isinstance(given, str) and hmac.compare_digest(given.encode(), token.encode())
