"""The server: pages from the package, and one socket for each page, bound to this machine alone."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import json
import os
import socket
import threading
import webbrowser
from collections.abc import Callable, Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from .._text import clean
from ..errors import WavesimError
from ._guard import BAD_MESSAGE, BAD_TOKEN, LARGEST_MESSAGE, MOST_PAGES, TOO_MANY, Guard, new_token, same_token
from ._opening import Opening, of_link
from ._session import Session
from ._wire import VERSION

_KINDS = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
# seconds within which a page must send its first message
_HELLO_S = 5.0
# bytes of an acknowledgement
_ACK = 4
First = tuple[Opening, dict[str, float]]


class Worker:
    """The job queue of all sessions: one thread, one job after another."""

    def __init__(self) -> None:
        self._threads = concurrent.futures.ThreadPoolExecutor(1, "wavesim-desk")

    def submit(self, job: Callable[[], None]) -> None:
        """Queue a job; ignored after `close`."""
        with contextlib.suppress(RuntimeError):
            self._threads.submit(job)

    def close(self) -> None:
        """Drop the jobs that have not begun."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class _Socket:
    """A session's channel to its page: threads hand messages to the server's loop, which sends them in order."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop, self.outbox = loop, asyncio.Queue()

    def send_json(self, message: dict[str, Any]) -> None:
        """Send a message as JSON."""
        self._put(json.dumps(message))

    def send_bytes(self, data: bytes) -> None:
        """Send bytes."""
        self._put(data)

    def _put(self, item: str | bytes | None) -> None:
        # the loop may be closed already
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self.outbox.put_nowait, item)


def application(first: First, token: str, port: int, worker: Worker) -> Any:
    """The ASGI application.

    Args:
        first: shown by a page whose link names nothing else.
        token: that a page must send.
        port: of the server.
        worker: runs long jobs.
    """
    slots = threading.BoundedSemaphore(os.cpu_count() or 1)
    pages: set[Session] = set()

    async def serve_socket(websocket: WebSocket) -> None:
        await websocket.accept()
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await _serve_page(websocket, first, token, worker, slots, pages)

    def page(request: Any) -> Response:
        name = request.path_params.get("name", "index.html")
        content = page_files().get(name)
        if content is None:
            return PlainTextResponse("there is no such page\n", 404)
        return Response(content, media_type=_KINDS[os.path.splitext(name)[1]])

    routes = [Route("/", page), WebSocketRoute("/socket", serve_socket), Route("/{name:path}", page)]
    return Guard(Starlette(routes=routes), port)


def page_files() -> dict[str, bytes]:
    """The files of the page by their path in its folder: ``main.js``, ``canvas/stage.js``."""
    return dict(_files_in(files("wavesim.explorer") / "page", ""))


def _files_in(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for item in folder.iterdir():
        if item.is_dir():
            yield from _files_in(item, f"{path}{item.name}/")
        elif os.path.splitext(item.name)[1] in _KINDS:
            yield path + item.name, item.read_bytes()


async def _serve_page(
    websocket: WebSocket, first: First, token: str, worker: Worker, slots: Any, pages: set[Session]
) -> None:
    try:
        hello = json.loads(await asyncio.wait_for(websocket.receive_text(), _HELLO_S))
        given, state = hello["token"], hello.get("state", "")
    except (TimeoutError, ValueError, TypeError, KeyError):
        await websocket.close(BAD_MESSAGE, "a hello must come first")
        return
    if not same_token(given, token):
        await websocket.close(BAD_TOKEN, "open today's link: the token is another server's")
        return
    if hello.get("version") != VERSION:
        await websocket.close(BAD_MESSAGE, "load the page again: it is of another version")
        return
    if len(pages) >= MOST_PAGES:
        await websocket.close(TOO_MANY, f"{MOST_PAGES} pages are open; close one")
        return
    channel = _Socket(asyncio.get_running_loop())
    begin, refused = first, ""
    if isinstance(state, str) and state:
        try:
            begin = of_link(state[:4000])
        except WavesimError as error:
            refused = str(error)
    session = Session(channel, worker, begin, home=first)
    pages.add(session)
    thread = threading.Thread(target=_run_session, args=(session, slots, channel), name="wavesim-page", daemon=True)
    writer = asyncio.create_task(_write(websocket, channel))
    thread.start()
    if refused:
        channel.send_json({"type": "sorry", "path": "", "sentence": clean(refused), "generation": 0})
    try:
        await _read(websocket, session)
    finally:
        session.close()
        pages.discard(session)
        writer.cancel()


async def _read(websocket: WebSocket, session: Session) -> None:
    while True:
        message = await websocket.receive()
        if message["type"] == "websocket.disconnect":
            return
        data, text = message.get("bytes"), message.get("text")
        if data is not None and len(data) == _ACK:
            session.acknowledge(int.from_bytes(data, "little"))
            continue
        try:
            content = json.loads(text or "")
            if not isinstance(content, dict) or not isinstance(content.get("type"), str):
                raise ValueError
        except (ValueError, RecursionError):
            await websocket.close(BAD_MESSAGE, "a message must be a JSON object with a type")
            return
        session.receive(content)


async def _write(websocket: WebSocket, channel: _Socket) -> None:
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        while True:
            item = await channel.outbox.get()
            if item is None:
                await websocket.close(1011, "the session broke off")
                return
            await (websocket.send_text(item) if isinstance(item, str) else websocket.send_bytes(item))


def _run_session(session: Session, slots: Any, channel: _Socket) -> None:
    try:
        session.run(slots)
    except Exception:
        # the page must be told that its session failed
        session.close()
        channel._put(None)
        raise


def explore(first: First, port: int, open_browser: bool, say: Callable[[str], None]) -> None:
    """Serve until Ctrl-C.

    Args:
        first: shown at first.
        port: 0 for any free port.
        open_browser: whether to open the page.
        say: prints a line.

    Raises:
        WavesimError: if the port is in use, or no browser can be opened.
    """
    token, listener = new_token(), _bind(port)
    port = listener.getsockname()[1]
    opening, values = first
    link = f"http://127.0.0.1:{port}/#token={token}" + (f"&{opening.link(values)}" if opening.shipped else "")
    worker = Worker()
    config = uvicorn.Config(
        application(first, token, port, worker),
        log_level="error",
        ws="websockets-sansio",
        ws_max_size=LARGEST_MESSAGE,
        ws_per_message_deflate=False,
        lifespan="off",
        timeout_graceful_shutdown=1,
    )
    say(f"wavesim explore: {link}")
    say("Ctrl-C ends it.")
    if open_browser and not _open(link):
        listener.close()
        raise WavesimError(
            f"a browser must open {link.partition('#')[0]}, but none was found; use --no-browser and open the link yourself (from elsewhere: ssh -L {port}:127.0.0.1:{port})."
        )
    try:
        # Ctrl-C is the normal end, not an error
        with contextlib.suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])
    finally:
        worker.close()
        listener.close()


def _open(link: str) -> bool:
    try:
        return webbrowser.open(link)
    except webbrowser.Error:
        return False


def _bind(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(64)
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or error
        raise WavesimError(
            f"port {port} must be free, but cannot be used ({reason}); leave out --port, and any free one is taken."
        ) from None
    return listener
