"""Atomic files: written beside their place, flushed to the disk, renamed."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path


def put(target: Path, data: bytes, part: Path) -> None:
    """Write a file whole or not at all, also through a power cut.

    Args:
        target: where it is to be; what is there is replaced.
        data: its content.
        part: where it is written first, on the same file system.

    Raises:
        OSError: if it cannot be written; `target` is what it was.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, target)
    except OSError:
        discard(part)
        raise
    settle(target.parent)


def settle(folder: Path) -> None:
    """Flush the names in a folder to the disk, where the system can (Windows cannot, and does it by itself)."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def discard(path: Path) -> None:
    """Remove what a writer that died has left, file or folder."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A temporary path beside `path`, renamed to it at the end, removed on any error or interruption."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    part = Path(name)
    try:
        yield part
        # mkstemp makes private files; a movie has the permissions of any other new file
        mask = os.umask(0)
        os.umask(mask)
        part.chmod(0o666 & ~mask)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
