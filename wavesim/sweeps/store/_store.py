"""The store of a sweep on disk: one zarr array for each column, written chunk by chunk, resumable after any interruption."""

from __future__ import annotations

import contextlib
import json
import math
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..._files import discard, put, settle, sweep_leftovers
from ..._text import described as said
from ...errors import BrokenOffError, WavesimError
from .._answer import Answer, Status
from .._parts import Part, Rest
from ._description import Description, read_description
from ._pieces import Pieces, gathered, must_have_labels, named, values
from ._resume import must_fit, must_match
from ._table import attributes, columns, counted, entries, first_waiting, theories, unfinished
from ._zarr import arrays, described, template

if TYPE_CHECKING:
    import filelock
    import xarray

    from .._file import Sweep
    from .._layout import Layout

_ELSEWHERE = "choose another folder"
_AGAIN = "what was written stays valid: make room and run the same again to go on"


class Store:
    """The rows of a sweep on disk, and the only writer of them; any number of readers need no lock (`read`).

    A file is written column by column, that of `status` last, each whole or not at all: a row exists when its status says so. What
    was interrupted is done again, with the same values. ``with Store.opened(...) as store:``

    Attributes:
        path: of the store.
        at_once: parts that may wait to be written: more than one where a file holds many chunks.
    """

    def __init__(
        self,
        path: Path,
        sweep: Sweep,
        layout: Layout,
        names: tuple[str, ...],
        lock: filelock.BaseFileLock,
        files: dict[str, Any],
        status: np.ndarray,
        again: Sequence[int] = (),
    ) -> None:
        self.path, self.at_once = path, 1 if layout.inside == 1 else 256
        self._sweep, self._layout, self._names, self._lock = sweep, layout, names, lock
        # zarr encodes into memory; only `put` touches the disk
        self._files, self._chunks = files, layout.files()
        self._arrays = arrays(files, columns(names, sweep))
        self._status = status
        for chunk in again:
            status[layout.rows_of(chunk)] = Status.WAITING
            self._arrays["status"][layout.block_of(chunk)] = Status.WAITING

    @classmethod
    def opened(
        cls,
        path: str | os.PathLike[str],
        sweep: Sweep,
        layout: Layout,
        names: Sequence[str],
        provenance: Mapping[str, str],
    ) -> Store:
        """Make the store at `path`, or go on with the one that is there.

        Args:
            path: the folder of the store, ``DIR/sweep.zarr``; the lock lies beside it.
            sweep, layout: what is asked, and how its rows are cut into chunks.
            names: the quantities measured, the headline first.
            provenance: further text attributes: versions, device, precision. Where a store is gone on with, `wavesim` and
                `precision` must be what they were; of the others all values are kept, ``"cpu, gpu"``.

        Raises:
            WavesimError: if another process writes there, the place cannot be written, or what is there is something else,
                the store of another sweep, or of another version.
        """
        target = Path(path)
        if target.exists():
            # before anything is left in a folder that is somebody else's
            read_description(target)
        lock = _locked(target)
        try:
            with _told(target, _ELSEWHERE):
                discard(_part(target))
                sweep_leftovers(target.parent)
                if target.exists():
                    files, status, again = _resumed(target, sweep, layout, tuple(names), provenance)
                else:
                    files = _made(target, sweep, layout, tuple(names), provenance)
                    status, again = np.full(layout.rows, Status.WAITING, np.uint8), ()
            return cls(target, sweep, layout, tuple(names), lock, files, status, again)
        except BaseException:
            lock.release()
            raise

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let another process write. It happens by itself when a process ends, in whatever way."""
        self._lock.release()

    def write(self, parts: Sequence[Part]) -> None:
        """Write answers, each once. Files whose chunks are not all done stay in memory too, for the next part.

        Raises:
            WavesimError: if the disk is full or cannot be written; what was written before stays valid.
        """
        parts = [part for part in parts if part.answers]
        keys = dict.fromkeys(self._layout.key_of(part.chunk) for part in parts)
        with _told(self.path, _AGAIN):
            self._tell_theories([answer for part in parts for answer in part.answers.values()])
            for part in parts:
                self._enter(part)
            for key in keys:
                for name in self._arrays:
                    put(self.path / name / key, self._files[f"{name}/{key}"].to_bytes(), _part(self.path))
        for part in parts:
            rows = self._layout.rows_of(part.chunk)
            self._status[[rows[place] for place in part.answers]] = [one.status for one in part.answers.values()]
        for key in keys:
            if not any(
                (self._status[self._layout.rows_of(chunk)] == Status.WAITING).any() for chunk in self._chunks[key]
            ):
                for name in self._arrays:
                    del self._files[f"{name}/{key}"]

    def _enter(self, part: Part) -> None:
        """Put answers among the arrays in memory."""
        block = self._layout.block_of(part.chunk)
        shape = [side.stop - side.start for side in block]
        places = list(part.answers)
        for name, numbers in entries(list(part.answers.values()), self._names, self._sweep).items():
            array = self._arrays[name]
            whole = np.asarray(array[block]).ravel()
            if array.dtype.kind not in "fiu":
                whole = whole.astype(object)
            whole[places] = numbers
            array[block] = whole.reshape(shape)

    def waiting(self) -> list[int]:
        """The chunks that are still to be done."""
        return unfinished(self._status, self._layout)

    def rest(self, chunk: int) -> Rest:
        """What is left of a chunk."""
        status = self._status[self._layout.rows_of(chunk)]
        start = first_waiting(status)
        if (status == Status.WAITING)[start:].all():
            return Rest(start)
        runs = np.asarray(self._arrays["runs"][self._layout.block_of(chunk)]).ravel()
        return Rest(
            start, {place: int(runs[place]) for place in range(start, len(status)) if status[place] != Status.WAITING}
        )

    def statuses(self) -> dict[Status, int]:
        """How many rows have which status."""
        return counted(self._status)

    def dataset(self) -> xarray.Dataset:
        """The table as it is now, see `read`."""
        return read(self.path)

    def _tell_theories(self, answers: Sequence[Answer]) -> None:
        """Put the names of theories that were not met before into the attributes."""
        known = {name: str(self._arrays[f"{name}_theory"].attrs.get("theory", "")) for name in self._names}
        fresh = {name: text for name, text in theories(answers, self._names, known).items() if text != known[name]}
        if not fresh:
            return
        for name, text in fresh.items():
            self._arrays[f"{name}_theory"].attrs["theory"] = text
        # readers go by the group's file, the next writer by the array's own: what that one has heard of, readers have too
        put(self.path / "zarr.json", described(self._files), _part(self.path))
        for name in fresh:
            put(self.path / f"{name}_theory" / "zarr.json", described(self._files, f"{name}_theory"), _part(self.path))


def read(path: str | os.PathLike[str]) -> xarray.Dataset:
    """The table of a sweep from its store, also while another process writes it: ``read("out/sweep.zarr")``.

    One dimension for each axis; for each quantity Q, in the units of the sweep, ``Q``, ``Q_error`` and ``Q_theory`` (nan where
    there is none; its attribute ``theory`` names it); ``status`` (see `Status`), ``reason``, ``runs``, ``fft_pairs``. Where a file
    of the store is damaged or missing, a warning says so, and the rows of its chunk are waiting ones without numbers.

    Raises:
        WavesimError: if it is no store of a sweep, or cannot be read.
    """
    target = Path(path)
    if not target.exists():
        raise WavesimError(f"{target} must be the store of a sweep, but there is none; check the path.")
    with _readable(target):
        pieces = gathered(target)
        must_have_labels(target, pieces)
        table = _dataset(pieces)
    if pieces.damaged:
        warnings.warn(
            f"{target} must be whole, but {named(pieces.damaged)}: {pieces.lost:,} rows wait again; run the same sweep into it once more to have them computed.",
            stacklevel=2,
        )
    return table


def _dataset(pieces: Pieces) -> xarray.Dataset:
    import xarray as xr

    description = pieces.description
    waiting = (pieces.status == Status.WAITING).reshape(description.arrays["status"].layout.shape)

    def variable(name: str) -> xr.Variable:
        array = description.arrays[name]
        found = pieces.status.reshape(array.layout.shape) if name == "status" else values(pieces.group, name)
        if name in description.columns and waiting.any():
            # some of its files may be newer than its status
            found[waiting] = math.nan if found.dtype.kind == "f" else "" if found.dtype == object else 0
        return xr.Variable(array.dims, found, {k: v for k, v in array.attributes.items() if k != "coordinates"})

    return xr.Dataset(
        {name: variable(name) for name in description.columns},
        {name: variable(name) for name in description.labels},
        description.attributes,
    )


@contextlib.contextmanager
def _readable(target: Path) -> Iterator[None]:
    """Say in one sentence why a store cannot be read."""
    try:
        yield
    except WavesimError:
        raise
    except Exception as error:
        raise WavesimError(
            f"{target} must be a store that can be read, but is damaged ({said(error)}); copy it anew, or sweep into another folder."
        ) from None


def _made(
    target: Path, sweep: Sweep, layout: Layout, names: tuple[str, ...], provenance: Mapping[str, str]
) -> dict[str, Any]:
    """An empty store in its place, whole or not at all, and its description in memory."""
    files = template(sweep, layout, names, attributes(sweep, names, provenance))
    part = _part(target)
    for key in files:
        content = described(files, key.removesuffix("zarr.json").rstrip("/")) if key.endswith("zarr.json") else None
        put(part / key, content or files[key].to_bytes(), part.with_name(f"{part.name}.file"))
    os.replace(part, target)
    settle(target.parent)
    return {key: content for key, content in files.items() if key.endswith("zarr.json")}


def _resumed(
    target: Path, sweep: Sweep, layout: Layout, names: tuple[str, ...], provenance: Mapping[str, str]
) -> tuple[dict[str, Any], np.ndarray, Sequence[int]]:
    """The store that is there: its description, with this writer among its provenance, and files that are not done; the status of its
    rows; chunks that are done again from their first row.

    Descriptions of arrays and labels that are damaged or missing are written again, for they follow from the sweep.
    """
    with _readable(target):
        pieces = gathered(target)
    stored = pieces.description
    must_match(target, stored, sweep, names, provenance)
    must_fit(target, stored, layout)
    facts = dict(stored.attributes)
    for key, value in provenance.items():
        seen = str(facts.get(key, value)).split(", ")
        facts[key] = ", ".join(sorted({*seen, value}))
    files = template(sweep, layout, names, facts)
    for column, array in arrays(files, [f"{name}_theory" for name in names]).items():
        array.attrs.update(stored.arrays[column].attributes)
    mended = [*pieces.labels, *_mend_descriptions(target, stored, files)]
    for key in pieces.labels:
        put(target / key, files[key].to_bytes(), _part(target))
    if facts != stored.attributes:
        put(target / "zarr.json", described(files), _part(target))
    if mended or pieces.damaged:
        cure = f"{pieces.lost:,} rows are computed again" if pieces.lost else "written again"
        warnings.warn(
            f"{target} must be whole, but {named([*mended, *pieces.damaged])}: {cure}.",
            stacklevel=4,
        )
    files = {key: content for key, content in files.items() if key.endswith("zarr.json")}
    for key, chunks in layout.files().items():
        # what is not done is gone on with
        rows = [row for chunk in chunks for row in layout.rows_of(chunk)]
        if (pieces.status[rows] == Status.WAITING).any():
            found = {f"{name}/{key}": pieces.files.get(f"{name}/{key}") for name in columns(names, sweep)}
            files |= {place: content for place, content in found.items() if content is not None}
    return files, pieces.status, pieces.again


def _mend_descriptions(target: Path, stored: Description, files: Mapping[str, Any]) -> list[str]:
    """Write the arrays' own descriptions again where they are not what the group says of them; which ones."""
    mended = []
    for name, array in stored.arrays.items():
        file = target / name / "zarr.json"
        try:
            told = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            told = None
        if told != array.metadata:
            put(file, described(files, name), _part(target))
            # attributes may lag behind: the group's file is written first
            if not isinstance(told, dict) or told | {"attributes": array.attributes} != array.metadata:
                mended.append(f"{name}/zarr.json")
    return mended


def _part(path: Path) -> Path:
    """Where things are made before they are moved into the store: beside it, on the same file system."""
    return path.with_name(f".{path.name}.part")


def _locked(path: Path) -> filelock.BaseFileLock:
    """The lock of the one writer, which the system opens again when its process ends."""
    import filelock

    # threads of one process share it: one computes, another writes
    lock = filelock.FileLock(path.with_name(f".{path.name}.lock"), thread_local=False)
    with _told(path, _ELSEWHERE):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(blocking=False)
        except filelock.Timeout:
            raise WavesimError(
                f"{path} must have one writer, but another process is writing it; wait for it, or choose another folder."
            ) from None
    return lock


@contextlib.contextmanager
def _told(path: Path, cure: str) -> Iterator[None]:
    """Say in one sentence why the disk refused."""
    try:
        yield
    except OSError as error:
        kind = BrokenOffError if cure == _AGAIN else WavesimError
        raise kind(
            f"{path} must be on a disk that can be written, but cannot be: {error.strerror or error}; {cure}."
        ) from None
