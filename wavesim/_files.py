"""Atomic file writes: to a temporary file beside the target, flushed and renamed; leftovers of dead processes are removed."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

# prefix of all temporary files of wavesim, and of no others
PREFIX = ".wavesim-part-"
# temporary files of this process, to be removed if it is ended at once
_UNFINISHED: set[Path] = set()


def put(target: Path, data: bytes, part: Path) -> None:
    """Write a file whole or not at all, also through a power cut.

    Args:
        target: path of the file; an existing file is replaced.
        data: its content.
        part: temporary path on the same file system, written first.

    Raises:
        OSError: if it cannot be written; `target` is what it was.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    _UNFINISHED.add(part)
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, target)
    except BaseException:
        discard(part)
        raise
    finally:
        _UNFINISHED.discard(part)
    settle(target.parent)


def put_whole(target: Path, data: bytes) -> None:
    """Write a file whole or not at all, through a temporary file of unique name, for folders with several writers.

    Raises:
        OSError: if it cannot be written; `target` is what it was.
    """
    with whole_file(target) as part:
        part.write_bytes(data)


def settle(folder: Path) -> None:
    """Flush the entries of a folder to the disk; not on Windows, which does so by itself."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def discard(path: Path) -> None:
    """Remove the leftover of an unfinished write, file or folder."""
    with contextlib.suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def discard_unfinished() -> None:
    """Remove every temporary file of this process, before it ends."""
    for part in list(_UNFINISHED):
        discard(part)


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A temporary path beside `path`, flushed and renamed to it at the end, removed on any error or interruption.

    It is locked while its process lives, so that `sweep_leftovers` can distinguish it from an abandoned one.

    Raises:
        OSError: if it cannot be written; `path` is what it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, part = _locked_part(path)
    _UNFINISHED.add(part)
    try:
        yield part
        # mkstemp makes private files; a movie has the permissions of any other new file
        mask = os.umask(0)
        os.umask(mask)
        part.chmod(0o666 & ~mask)
        # another program may have written the file by its name, not through our handle
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(part, path)
        settle(path.parent)
    finally:
        os.close(handle)
        discard(part)
        _UNFINISHED.discard(part)


def sweep_leftovers(folder: Path) -> None:
    """Remove the temporary files in `folder` whose processes have died; those of living ones are locked and stay."""
    if fcntl is None:
        return
    with contextlib.suppress(OSError):
        for part in [item for item in folder.iterdir() if item.name.startswith(PREFIX)]:
            with contextlib.suppress(OSError):
                # wavesim makes no links or pipes: those are left alone
                handle = os.open(part, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    part.unlink(missing_ok=True)
                finally:
                    os.close(handle)


def _locked_part(path: Path) -> tuple[int, Path]:
    """An empty temporary file beside `path`, open and locked."""
    while True:
        handle, name = tempfile.mkstemp(prefix=PREFIX, suffix=path.suffix, dir=path.parent)
        if fcntl is not None:
            # not every network file system locks; there leftovers stay
            with contextlib.suppress(OSError):
                fcntl.flock(handle, fcntl.LOCK_EX)
        if os.fstat(handle).st_nlink:
            return handle, Path(name)
        # another process removed it before it was locked
        os.close(handle)
