"""A picture shown by the program that the system has for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from ._streams import complain

# seconds in which a program that can show nothing has said so
_PATIENCE = 3.0


def show_picture(path: Path, begun: float) -> None:
    """Open a picture; that there is none, or nothing to show it with, is said in one sentence.

    Args:
        path: of the picture.
        begun: when the run began that should have made it, in seconds since 1970: an older one is not shown for it.
    """
    if not path.is_file() or path.stat().st_mtime < begun:
        complain(f"{path.name} was not made, so there is nothing to open.")
        return
    program = _program()
    if program is None:
        complain(f"no program that shows pictures was found, so open {path} yourself.")
        return
    try:
        shown = _started(program, path.resolve())
    except OSError as error:
        complain(f"{program or 'the viewer'} does not start ({error.strerror or error}), so open {path} yourself.")
        return
    if not shown:
        complain(f"{program} found nothing that shows pictures, so open {path} yourself.")


def _started(program: str, path: Path) -> bool:
    """Start it; False where it says at once that it cannot."""
    if sys.platform == "win32":
        os.startfile(path)
        return True
    process = subprocess.Popen(
        [program, str(path)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # Ctrl-C here closes no window there
        start_new_session=True,
    )
    try:
        return process.wait(_PATIENCE) == 0
    except subprocess.TimeoutExpired:
        # it shows the picture itself: nobody waits for its end
        process.returncode = 0
        return True


def _program() -> str | None:
    """What opens a file as a double click would; "" where Python itself knows, None without any."""
    if sys.platform == "win32":
        return ""
    if sys.platform == "darwin":
        return shutil.which("open")
    # without a screen, xdg-open looks for a browser of text
    screen = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    return shutil.which("xdg-open") if screen else None
