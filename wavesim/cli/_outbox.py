"""The folder that a run writes into: found writable before the run; each file is put there when it is finished, whole, and nothing is removed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

from .._files import put_whole, sweep_leftovers, whole_file
from .._text import described, first_line
from ..errors import MissingPackage, WavesimError
from ._streams import complain
from ._warned import warned

# as `wavesim.sweeps.STORE`, which is not imported for its name alone
_ROWS = "sweep.zarr"


class Outbox:
    """Files are put into place one by one, each in the stead of an older one of its name; what is not made leaves the older one alone.

    ``with Outbox(path) as box: box.put("report.json", data); box.attempt("summary.png", make)``

    Attributes:
        made: names of the files that were put there.
        missing: names of those that could not be made.

    Raises:
        WavesimError: on entering, if the folder cannot be made or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.made: list[str] = []
        self.missing: list[str] = []
        self._folders: list[Path] = []

    def __enter__(self) -> Outbox:
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
        """Put a file into the folder; that it cannot be written is said in one sentence."""
        self.attempt(name, lambda: put_whole(self.path / name, data))

    def attempt(self, name: str, make: Callable[[], Path | None]) -> None:
        """Make a file, which puts itself into place; whatever stands against it is said in one sentence."""
        made = attempted(name, make)
        if isinstance(made, Path):
            self.made.append(made.name)
            return
        self.missing.append(name)
        old = " (the one there is older)" if (self.path / name).exists() else ""
        complain(f"{name} is left out{old}: {made}")

    def older(self, names: tuple[str, ...]) -> list[str]:
        """Those of `names` that lie in the folder, but were not made this time."""
        return [name for name in names if name not in (*self.made, *self.missing) and (self.path / name).exists()]

    def _forget(self) -> None:
        """Remove the folders that were made for this run, as far as they are empty."""
        for folder in reversed(self._folders):
            with contextlib.suppress(OSError):
                folder.rmdir()


def attempted(name: str, make: Callable[[], Path | None]) -> Path | str:
    """Make a file: where it was made, or why it could not be. What is warned of on the way is said."""
    try:
        with warned(name):
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
    """Raise where a sweep lies, whose summary.png a run would take the place of.

    Raises:
        WavesimError: if there is a store of rows.
    """
    if (folder / _ROWS).exists():
        raise WavesimError(
            f"the folder {folder} must not hold the rows of a sweep, but {_ROWS} lies there; choose another with --out."
        )


def refuse_unwritable(folder: Path) -> None:
    """Raise unless a file can be made in a folder that exists.

    Raises:
        WavesimError: with the reason.
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
    """Raises:
    OSError: if no file can be made in `folder`.
    """
    with contextlib.suppress(_Tried), whole_file(folder / "try"):
        raise _Tried


class _Tried(Exception):
    """A file could be begun, which is all that was to be known."""
