"""The output folder of a run: checked before the run; files appear when they are complete, and no file is removed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

from .._files import put_whole, sweep_leftovers, whole_file
from .._text import described, first_line
from ..errors import MissingPackage, WavesimError
from ._libraries import print_warnings
from ._streams import complain

# as `wavesim.sweeps.STORE`, which is not imported for its name alone
_ROWS = "sweep.zarr"


class OutputFolder:
    """A folder of output files. A complete file replaces an older one of its name; if it cannot be made, the older one stays.

    ``with Outbox(path) as box: box.put("report.json", data); box.attempt("summary.png", make)``

    Attributes:
        made: names of the files that were written.
        missing: names of the files that could not be made.

    Raises:
        WavesimError: on entering, if the folder cannot be made or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.made: list[str] = []
        self.missing: list[str] = []
        self._folders: list[Path] = []

    def __enter__(self) -> OutputFolder:
        try:
            missing = [folder for folder in (self.path, *self.path.parents) if not folder.exists()]
            for folder in reversed(missing):
                folder.mkdir(exist_ok=True)
                self._folders.append(folder)
            sweep_leftovers(self.path)
            _try_to_write(self.path)
        except (OSError, ValueError) as error:
            self._forget()
            raise _unwritable(self.path, error) from None
        return self

    def __exit__(self, *_: object) -> None:
        self._forget()

    def put(self, name: str, data: bytes) -> None:
        """Write a file into the folder, or print why it cannot be written."""
        self.attempt(name, lambda: put_whole(self.path / name, data))

    def attempt(self, name: str, make: Callable[[], Path | None]) -> None:
        """Make a file with `make`, which writes it, or print why it cannot be made."""
        made = try_to_make(name, make)
        if isinstance(made, Path):
            self.made.append(made.name)
            return
        self.missing.append(name)
        old = " (the one there is older)" if (self.path / name).exists() else ""
        complain(f"{name} is left out{old}: {made}")

    def older(self, names: tuple[str, ...]) -> list[str]:
        """Those of `names` in the folder that are older than this run."""
        return [name for name in names if name not in (*self.made, *self.missing) and (self.path / name).exists()]

    def _forget(self) -> None:
        """Remove the folders that were made for this run, if they are empty."""
        for folder in reversed(self._folders):
            with contextlib.suppress(OSError):
                folder.rmdir()


def try_to_make(name: str, make: Callable[[], Path | None]) -> Path | str:
    """Make a file; the path, or the reason why it could not be made. Warnings are printed."""
    try:
        with print_warnings(name):
            return make() or Path(name)
    except MissingPackage as error:
        return str(error)
    except ModuleNotFoundError as error:
        return f"it needs the package {error.name}, which is not installed; pip install {error.name}."
    except WavesimError as error:
        return str(error)
    except OSError as error:
        return f"{error.strerror or first_line(error)}."
    except MemoryError:
        return "there is not enough memory for it."
    except Exception as error:
        return f"{described(error)}."


def refuse_sweep(folder: Path) -> None:
    """Refuse the folder of a sweep, whose summary.png a run would replace.

    Raises:
        WavesimError: if the folder holds a store of rows.
    """
    if (folder / _ROWS).exists():
        raise WavesimError(
            f"the folder {folder} must not hold the rows of a sweep, but {_ROWS} lies there; choose another with --out."
        )


def refuse_unwritable(folder: Path) -> None:
    """Refuse a folder in which no file can be made.

    Raises:
        WavesimError: if no file can be made, with the reason.
    """
    try:
        _try_to_write(folder)
    except OSError as error:
        raise _unwritable(folder, error) from None


def _unwritable(folder: Path, error: Exception) -> WavesimError:
    reason = getattr(error, "strerror", None) or error
    return WavesimError(
        f"the folder {folder} must be one that can be written, but cannot be: {reason}; choose another with --out."
    )


def _try_to_write(folder: Path) -> None:
    """Make and remove a file, to test whether the folder can be written.

    Raises:
        OSError: if no file can be made in `folder`.
    """
    with contextlib.suppress(_Tried), whole_file(folder / "try"):
        raise _Tried


class _Tried(Exception):
    """A file could be created; raised to discard it."""
