"""The page in a notebook: the same files to the byte, a session behind the kernel's channel, and its loader in a real browser."""

from __future__ import annotations

import functools
import http.server
import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest

import wavesim as ws
from tests.explorer.browser import Browser
from wavesim.errors import ArgumentError, ScenarioError
from wavesim.explorer._server import page_files
from wavesim.explorer._widget import _CellWorker
from wavesim.explorer._wire import ARRAYS, picture_of


class Heard(ws.Explorer):
    """An Explorer whose messages are kept instead of sent to a kernel that is not there."""

    def __init__(self, scenario: str) -> None:
        self.said: list[tuple[dict[str, Any], list[bytes]]] = []
        super().__init__(scenario)

    def send(self, content: Any, buffers: Any = None) -> None:
        """The kernel's channel."""
        self.said.append((content, list(buffers or [])))

    def until(self, true: Any) -> Any:
        """What a function finds, once it finds something."""
        for _ in range(1200):
            if found := true():
                return found
            time.sleep(0.05)
        raise AssertionError("never came true")


def test_a_cell_shows_the_page_and_its_run() -> None:
    cell = Heard("gaussian_barrier")
    assert {name: text.encode() for name, text in cell.files.items()} == page_files()
    cell._handle(cell, {"type": "hello"}, [])
    words = cell.until(lambda: [json.loads(c["text"]) for c, _ in cell.said if "text" in c])
    assert words[0]["type"] == "scenario" and words[0]["name"] == "gaussian_barrier"

    def frames() -> list[Any]:
        return [picture_of(b[0]) for _, b in cell.said if b and b[0][0] != ARRAYS]

    first = cell.until(frames)
    cell.until(lambda: len(frames()) >= 6)
    cell._handle(cell, {"type": "ack", "seq": frames()[-1].seq}, [])
    cell.until(lambda: len(frames()) >= 8)
    assert first[0].frame == 0
    cell._handle(cell, {"type": "bye"}, [])
    assert cell._session is None


def test_what_cannot_be_shown_is_refused() -> None:
    with pytest.raises(ScenarioError, match="no scenario"):
        ws.Explorer("no_such_thing")
    with pytest.raises(ArgumentError, match="must lie between 300 and 2000 pixels"):
        ws.Explorer("gaussian_barrier", height=10)
    with pytest.raises(ScenarioError, match="has masses of its own; take layers, or make a film"):
        ws.Explorer("effective_mass")


PAGE = """<!doctype html><title>notebook</title><div id="cell"></div><script type="module">
import widget from "./widget.js";
const files = await (await fetch("files.json")).json();
window.sent = [];
const model = { get: (name) => ({ files, height: 700 })[name], on() {}, off() {}, send: (message) => window.sent.push(message) };
widget.render({ model, el: document.getElementById("cell") });
</script>"""


# VS Code shows what cells put out in a webview: a frame with these rights, and no policy of its own unless an experimental setting asks for one
WEBVIEW = """<!doctype html><title>editor</title><iframe id="webview" style="width: 100%; height: 750px"
sandbox="allow-same-origin allow-pointer-lock allow-scripts allow-downloads allow-forms" src="cell.html"></iframe>"""


@pytest.mark.browser
@pytest.mark.parametrize("in_webview", [False, True], ids=["jupyterlab", "vscode"])
def test_the_loader_opens_the_page_in_an_iframe(tmp_path: Path, in_webview: bool) -> None:
    """Modules become blobs in order, the page says hello through the notebook's channel, and its own styles hold."""
    (tmp_path / "index.html").write_text(WEBVIEW if in_webview else PAGE)
    (tmp_path / "cell.html").write_text(PAGE)
    (tmp_path / "widget.js").write_text(str(ws.Explorer._esm))
    (tmp_path / "files.json").write_text(json.dumps({name: text.decode() for name, text in page_files().items()}))
    handler = functools.partial(_Quiet, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        window = Browser(f"http://127.0.0.1:{server.server_port}/", tmp_path)
        try:
            window.driver.get(window.link)
            if in_webview:
                window.driver.switch_to.frame("webview")
            window.until("window.sent && window.sent.some((m) => m.type === 'hello')")
            inside = "document.querySelector('iframe').contentDocument"
            window.until(
                f"{inside}.getElementById('stage-card') && getComputedStyle({inside}.querySelector('.card')).borderRadius === '15px'"
            )
            window.run(f"{inside}.getElementById('play').click()")
            window.until("window.sent.some((m) => m.type === 'play')")
            assert [
                e for e in window.driver.get_log("browser") if e["level"] == "SEVERE" and "favicon" not in e["message"]
            ] == []
        finally:
            window.close()
            server.shutdown()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on standard error."""


def test_a_job_that_fails_leaves_the_worker_to_the_others() -> None:
    """The thread that all cells share goes on after an error, which is logged."""
    done = threading.Event()

    def fails() -> None:
        raise OSError("no ffmpeg")

    worker = _CellWorker()
    worker.submit(fails)
    worker.submit(done.set)
    assert done.wait(10)
