"""`wavesim explore` as a command: what it prints, what it refuses with which exit code, and how it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "wavesim", "explore"]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


def refused(*arguments: str) -> str:
    """The sentence on standard error of a command that ends as bad input."""
    done = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, env=ENVIRONMENT, check=False)
    assert done.returncode == 2 and "Traceback" not in done.stderr
    return done.stderr


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("no_such_barrier", "no scenario and no file"),
        ("#s=double_barrier&potential.width=99", "must lie between 1 and 3"),
        ("s=nothing", "must name a shipped scenario"),
    ],
)
def test_what_cannot_be_opened_is_bad_input(name: str, words: str) -> None:
    assert words in refused(name, "--no-browser")


def test_a_port_in_use_is_bad_input() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"port {port} must be free" in refused("rectangular_barrier", "--no-browser", "--port", str(port))


def test_it_prints_a_link_and_ends_by_ctrl_c() -> None:
    server = subprocess.Popen(
        [*COMMAND, "#s=step&potential.height=50", "--no-browser"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT,
    )  # fmt: skip
    assert server.stdout is not None and server.stderr is not None
    # before anything slow is loaded, and apart from the link, which is data
    assert server.stderr.readline() == "wavesim explore: starting; the link follows.\n"
    link, hint = server.stdout.readline(), server.stdout.readline()
    assert link.startswith("wavesim explore: http://127.0.0.1:") and link.strip().endswith(
        "&s=step&potential.height=50"
    )
    assert "Ctrl-C" in hint
    server.send_signal(signal.SIGINT)
    _, errors = server.communicate(timeout=60)
    assert "Traceback" not in errors and server.returncode in (0, 130)
