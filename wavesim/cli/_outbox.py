"""The folder that a run writes into: found writable before the run, filled only when there is something whole to put in."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

from ..errors import WavesimError

OUTPUTS = ("report.json", "result.nc", "summary.png", "movie.mp4", "movie.gif")


class Outbox:
    """Files are made in a hidden folder inside the target and moved into place at the end; without `deliver` nothing is left.

    ``with Outbox(path) as box: ... write into box.part ...; box.deliver()``

    Raises:
        WavesimError: on entering, if the folder cannot be made or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.part = path
        self._made: list[Path] = []

    def __enter__(self) -> Outbox:
        missing = [folder for folder in (self.path, *self.path.parents) if not folder.exists()]
        try:
            for folder in reversed(missing):
                folder.mkdir(exist_ok=True)
                self._made.append(folder)
            self.part = Path(tempfile.mkdtemp(prefix=".part-", dir=self.path))
        except OSError as error:
            self._forget()
            raise WavesimError(
                f"the folder {self.path} must be one that can be written, but {error.strerror or error}; choose another with --out."
            ) from None
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.part, ignore_errors=True)
        self._forget()

    def deliver(self) -> list[str]:
        """Move the files into place, and remove those of an earlier run that this one did not make again."""
        made = sorted(item.name for item in self.part.iterdir())
        for name in made:
            os.replace(self.part / name, self.path / name)
        earlier = {*OUTPUTS, *(item.name for item in self.path.glob("result_*.nc"))}
        for name in earlier.difference(made):
            (self.path / name).unlink(missing_ok=True)
        return made

    def _forget(self) -> None:
        """Remove the folders that were made for this run, as far as they are empty."""
        for folder in reversed(self._made):
            with contextlib.suppress(OSError):
                folder.rmdir()
