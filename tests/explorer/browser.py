"""A server of one's own and Debian's chromium: headless, with an empty profile, and nobody else on the network."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-extensions", "--disable-default-apps", "--disable-dev-shm-usage", "--no-first-run", "--metrics-recording-only",
    "--disable-features=OptimizationHints,MediaRouter,Translate", "--mute-audio",
)  # fmt: skip
# seconds after which a page is given up, on a machine with much else to do
PATIENCE = 60.0


def require_browser() -> tuple[str, str]:
    """The paths of chromium and its driver.

    Without them a developer's machine skips, with the reason; with CI=true that is a failure.
    """
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if browser and driver:
        return browser, driver
    reason = (
        "chromium and chromedriver must be installed for the page's tests: apt-get install chromium chromium-driver"
    )
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@dataclasses.dataclass(frozen=True)
class Server:
    """A `wavesim explore` that runs: the link that it has printed, and its process."""

    link: str
    pid: int


@contextlib.contextmanager
def served(name: str) -> Iterator[Server]:
    """`wavesim explore` on a scenario."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "wavesim", "explore", name, "--no-browser"]
    server = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, cwd=ROOT
    )
    try:
        assert server.stdout is not None and server.stderr is not None
        line = server.stdout.readline()
        assert "http://127.0.0.1:" in line, server.stderr.read()
        yield Server(line.split()[-1], server.pid)
    finally:
        server.terminate()
        server.communicate(timeout=PATIENCE)


class Browser:
    """One window, and what is asked of it."""

    def __init__(self, link: str, folder: Path) -> None:
        from selenium import webdriver

        browser, driver = require_browser()
        options = webdriver.ChromeOptions()
        options.binary_location = browser
        self.profile = tempfile.TemporaryDirectory(prefix="wavesim-browser-")
        for flag in (*FLAGS, f"--user-data-dir={self.profile.name}", "--window-size=1440,900"):
            options.add_argument(flag)
        options.add_experimental_option("prefs", {"download.default_directory": str(folder)})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        service = webdriver.ChromeService(driver)
        # nothing is looked up, and nothing fetched, for a driver that is given
        os.environ["SE_OFFLINE"] = "true"
        self.driver = webdriver.Chrome(options=options, service=service)
        self.link, self.folder = link, folder
        self.driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(folder)})

    def close(self) -> None:
        """End it, with its profile."""
        self.driver.quit()
        self.profile.cleanup()

    def run(self, script: str, *arguments: Any) -> Any:
        """The value of a script."""
        return self.driver.execute_script(script, *arguments)

    def until(self, what: str, *arguments: Any) -> Any:
        """The value of an expression, once it is true."""
        end, value = time.monotonic() + PATIENCE, None
        while time.monotonic() < end:
            value = self.run(f"return {what}", *arguments)
            if value:
                return value
            time.sleep(0.05)
        raise AssertionError(f"never came true: {what} ({value!r})")

    def wait(self, true: Callable[[], Any]) -> Any:
        """The value of a function, once it is true."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if value := true():
                return value
            time.sleep(0.05)
        raise AssertionError("never came true")

    def open(self, state: str = "") -> None:
        """The page, anew, in that state."""
        self.driver.get("about:blank")
        self.driver.get(self.link.partition("&")[0] + (f"&{state}" if state else ""))
        self.until("window.wavesim && window.wavesim.state.scene && window.wavesim.measures.drawn > 0")

    def media(self, **features: str) -> None:
        """What the system prefers: colors, motion."""
        wanted = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": wanted})

    def size(self, width: int, height: int, mobile: bool = False) -> None:
        """The size of the window, in CSS pixels."""
        facts = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", facts)

    def picture(self) -> int:
        """A number that tells pictures apart."""
        return self.run(
            "const c = document.getElementById('picture'), d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
            "let h = 0; for (let n = 0; n < d.length; n += 97) h = (h * 31 + d[n]) | 0; return h"
        )
