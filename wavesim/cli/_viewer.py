"""Pictures shown by the system's own viewer."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from ._streams import complain

# seconds within which a program without a viewer returns an error
_PATIENCE = 3.0


def show_picture(path: Path, started: float) -> None:
    """Open a picture, or print why it cannot be shown.

    Args:
        path: path of the picture.
        started: start of the run that should have made it, in seconds since 1970; an older picture is not shown.
    """
    if not path.is_file() or path.stat().st_mtime < started:
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
    """Start a program; False if it fails at once."""
    if sys.platform == "win32":
        os.startfile(path)
        return True
    process = subprocess.Popen(
        [program, str(path)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # so that Ctrl-C does not close its window
        start_new_session=True,
    )
    try:
        return process.wait(_PATIENCE) == 0
    except subprocess.TimeoutExpired:
        # it shows the picture itself: its end is not awaited
        process.returncode = 0
        return True


def _program() -> str | None:
    """The program that opens files as a double click does; "" if Python does so itself, None if there is none."""
    if sys.platform == "win32":
        return ""
    if sys.platform == "darwin":
        return shutil.which("open")
    # without a screen, xdg-open would start a text browser
    screen = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    return shutil.which("xdg-open") if screen else None
