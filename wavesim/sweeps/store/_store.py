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

    A chunk is written column by column, `status` last, each file whole or not at all: a row exists once its status says so.
    Interrupted rows are computed again, with the same values. ``with Store.opened(...) as store:``

    Attributes:
        path: of the store.
        at_once: largest number of parts that wait to be written: more than one where a file holds many chunks.
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
        """Create the store at `path`, or resume an existing one.

        Args:
            path: the folder of the store, ``DIR/sweep.zarr``; the lock lies beside it.
            sweep, layout: the sweep, and its division into chunks.
            names: the quantities measured, the headline first.
            provenance: further text attributes: versions, device, precision. In a resumed store `wavesim` and
                `precision` must be unchanged; of the others all values are listed, ``"cpu, gpu"``.

        Raises:
            WavesimError: if another process writes there, the disk cannot be written, or `path` holds something else,
                the store of another sweep, or of another version.
        """
        target = Path(path)
        if target.exists():
            # before any file is written into a foreign folder
            read_description(target)
        lock = _locked(target)
        try:
            with _writable(target, _ELSEWHERE):
                discard(_part(target))
                sweep_leftovers(target.parent)
                if target.exists():
                    files, status, again = _resumed(target, sweep, layout, tuple(names), provenance)
                else:
                    files = _created(target, sweep, layout, tuple(names), provenance)
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
        """Release the lock for other writers, as the end of this process would."""
        self._lock.release()

    def write(self, parts: Sequence[Part]) -> None:
        """Write answers, each once. Files with waiting rows stay in memory too, for the next part.

        Raises:
            WavesimError: if the disk is full or cannot be written; rows written before stay valid.
        """
        parts = [part for part in parts if part.answers]
        keys = dict.fromkeys(self._layout.key_of(part.chunk) for part in parts)
        with _writable(self.path, _AGAIN):
            self._add_theories([answer for part in parts for answer in part.answers.values()])
            for part in parts:
                self._enter(part)
            for key in keys:
                for name in self._arrays:
                    put(self.path / name / key, self._files[f"{name}/{key}"].to_bytes(), _part(self.path))
        for part in parts:
            rows = self._layout.rows_of(part.chunk)
            self._status[[rows[place] for place in part.answers]] = [answer.status for answer in part.answers.values()]
        for key in keys:
            if not any(
                (self._status[self._layout.rows_of(chunk)] == Status.WAITING).any() for chunk in self._chunks[key]
            ):
                for name in self._arrays:
                    del self._files[f"{name}/{key}"]

    def _enter(self, part: Part) -> None:
        """Enter answers into the arrays in memory."""
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
        """The chunks with waiting rows."""
        return unfinished(self._status, self._layout)

    def rest(self, chunk: int) -> Rest:
        """The unanswered rows of a chunk."""
        status = self._status[self._layout.rows_of(chunk)]
        start = first_waiting(status)
        if (status == Status.WAITING)[start:].all():
            return Rest(start)
        runs = np.asarray(self._arrays["runs"][self._layout.block_of(chunk)]).ravel()
        return Rest(
            start, {place: int(runs[place]) for place in range(start, len(status)) if status[place] != Status.WAITING}
        )

    def statuses(self) -> dict[Status, int]:
        """Number of rows by status."""
        return counted(self._status)

    def dataset(self) -> xarray.Dataset:
        """The table as it is now, see `read`."""
        return read(self.path)

    def _add_theories(self, answers: Sequence[Answer]) -> None:
        """Add the names of new theories to the attributes."""
        known = {name: str(self._arrays[f"{name}_theory"].attrs.get("theory", "")) for name in self._names}
        fresh = {name: text for name, text in theories(answers, self._names, known).items() if text != known[name]}
        if not fresh:
            return
        for name, text in fresh.items():
            self._arrays[f"{name}_theory"].attrs["theory"] = text
        # readers use the group's file, the next writer the array's own: the group's is written first, so that it never lags behind
        put(self.path / "zarr.json", described(self._files), _part(self.path))
        for name in fresh:
            put(self.path / f"{name}_theory" / "zarr.json", described(self._files, f"{name}_theory"), _part(self.path))


def read(path: str | os.PathLike[str]) -> xarray.Dataset:
    """The table of a sweep from its store, also while another process writes it: ``read("out/sweep.zarr")``.

    One dimension for each axis; for each quantity Q, in the units of the sweep, ``Q``, ``Q_error`` and ``Q_theory`` (nan where
    there is none; its attribute ``theory`` names it); ``status`` (see `Status`), ``reason``, ``runs``, ``fft_pairs``. Where a file
    of the store is damaged or missing, a warning says so, and the rows of its chunk count as waiting.

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
        content = pieces.status.reshape(array.layout.shape) if name == "status" else values(pieces.group, name)
        if name in description.columns and waiting.any():
            # some of its files may be newer than its status
            content[waiting] = math.nan if content.dtype.kind == "f" else "" if content.dtype == object else 0
        return xr.Variable(array.dims, content, {k: v for k, v in array.attributes.items() if k != "coordinates"})

    return xr.Dataset(
        {name: variable(name) for name in description.columns},
        {name: variable(name) for name in description.labels},
        description.attributes,
    )


@contextlib.contextmanager
def _readable(target: Path) -> Iterator[None]:
    """Turn any error into one sentence on why a store cannot be read."""
    try:
        yield
    except WavesimError:
        raise
    except Exception as error:
        raise WavesimError(
            f"{target} must be a store that can be read, but is damaged ({said(error)}); copy it anew, or sweep into another folder."
        ) from None


def _created(
    target: Path, sweep: Sweep, layout: Layout, names: tuple[str, ...], provenance: Mapping[str, str]
) -> dict[str, Any]:
    """Create an empty store, whole or not at all; returns its description in memory."""
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
    """Resume a store: its description, with this writer added to its provenance, and unfinished files; the status of its rows;
    chunks that are computed again from their first row.

    Damaged or missing descriptions of arrays and labels are written again, for they follow from the sweep.
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
        # unfinished files are completed in memory
        rows = [row for chunk in chunks for row in layout.rows_of(chunk)]
        if (pieces.status[rows] == Status.WAITING).any():
            unfinished_files = {f"{name}/{key}": pieces.files.get(f"{name}/{key}") for name in columns(names, sweep)}
            files |= {place: content for place, content in unfinished_files.items() if content is not None}
    return files, pieces.status, pieces.again


def _mend_descriptions(target: Path, stored: Description, files: Mapping[str, Any]) -> list[str]:
    """Rewrite the arrays' own descriptions where they differ from the group's; returns those that were damaged."""
    mended = []
    for name, array in stored.arrays.items():
        file = target / name / "zarr.json"
        try:
            metadata = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            metadata = None
        if metadata != array.metadata:
            put(file, described(files, name), _part(target))
            # attributes may lag behind: the group's file is written first
            if not isinstance(metadata, dict) or metadata | {"attributes": array.attributes} != array.metadata:
                mended.append(f"{name}/zarr.json")
    return mended


def _part(path: Path) -> Path:
    """Path where files are written before they are moved into the store: beside it, on the same file system."""
    return path.with_name(f".{path.name}.part")


def _locked(path: Path) -> filelock.BaseFileLock:
    """Take the lock of the only writer, which the system releases when its process ends."""
    import filelock

    # shared by the threads of this process: one computes, another writes
    lock = filelock.FileLock(path.with_name(f".{path.name}.lock"), thread_local=False)
    with _writable(path, _ELSEWHERE):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(blocking=False)
        except filelock.Timeout:
            raise WavesimError(
                f"{path} must have one writer, but another process is writing it; wait for it, or choose another folder."
            ) from None
    return lock


@contextlib.contextmanager
def _writable(path: Path, cure: str) -> Iterator[None]:
    """Turn an error of the disk into one sentence."""
    try:
        yield
    except OSError as error:
        kind = BrokenOffError if cure == _AGAIN else WavesimError
        raise kind(
            f"{path} must be on a disk that can be written, but cannot be: {error.strerror or error}; {cure}."
        ) from None
