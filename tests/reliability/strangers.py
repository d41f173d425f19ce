"""``python -m tests.reliability.strangers``: stores, results and scenarios that mean harm; nothing in them is executed, each ends in a sentence.

Each of them would leave a file, the flag, if any of it ran.
"""

from __future__ import annotations

import json
import pickle
import shutil
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import xarray as xr

from tests.reliability.flip_bits import result, store
from tests.reliability.records import in_double_precision, record
from tests.scenario_files import SMALL
from wavesim.errors import WavesimError
from wavesim.io import attributes, load
from wavesim.io._netcdf import netcdf, variables_of
from wavesim.scenario import load_scenario
from wavesim.sweeps.store._description import sealed
from wavesim.sweeps.store._store import read


class Bomb:
    """What makes a file when it is unpickled."""

    def __init__(self, flag: Path) -> None:
        self.flag = flag

    def __reduce__(self) -> Any:
        return (Path.touch, (self.flag,))


def pickled(path: Path, flag: Path) -> None:
    """An array of zarr's second format with a pickle for a codec, inside the description that readers open first, its digest made anew."""
    content = json.loads((path / "zarr.json").read_text())
    content["consolidated_metadata"]["metadata"]["reason"] = {
        "zarr_format": 2, "shape": [2, 11], "chunks": [2, 11], "dtype": "|O", "fill_value": None, "order": "C", "compressor": None,
        "filters": [{"id": "pickle", "protocol": 5}], "node_type": "array", "attributes": {"_ARRAY_DIMENSIONS": ["kind", "height"]},
    }  # fmt: skip
    (path / "zarr.json").write_text(json.dumps(sealed(content)))
    (path / "reason" / ".zarray").write_text(json.dumps(content["consolidated_metadata"]["metadata"]["reason"]))
    for name in ("0.0", "c/0/0"):
        (path / "reason" / name).write_bytes(pickle.dumps(Bomb(flag)))


def described(change: Callable[[dict[str, Any]], object]) -> Callable[[Path, Path], object]:
    """A description changed in some way, its digest made anew."""

    def make(path: Path, flag: Path) -> None:
        del flag
        content = json.loads((path / "zarr.json").read_text())
        change(content)
        (path / "zarr.json").write_text(json.dumps(sealed(content)))

    return make


def _metadata(content: dict[str, Any]) -> dict[str, Any]:
    return content["consolidated_metadata"]["metadata"]


STORES: dict[str, Callable[[Path, Path], object]] = {
    "a pickle codec": pickled,
    "another codec": described(lambda told: _metadata(told)["gap"]["codecs"].insert(0, {"name": "numcodecs.pickle"})),
    "no checksum": described(lambda told: _metadata(told)["gap"]["codecs"].pop()),
    "objects": described(lambda told: _metadata(told)["gap"].update(data_type="object")),
    "a path for a name": described(lambda told: _metadata(told).update({"../../evil": _metadata(told)["gap"]})),
    "1e9 rows": described(lambda told: _metadata(told)["status"].update(shape=[2, 10**9])),
    "no shape": described(lambda told: _metadata(told)["status"].update(shape=[])),
    "negative": described(lambda told: _metadata(told)["status"].update(shape=[-1, 11])),
    "a list for attributes": described(lambda told: _metadata(told)["status"].update(attributes=[1])),
    "no status": described(lambda told: _metadata(told).pop("status")),
    "no hash": described(lambda told: told["attributes"].pop("hash")),
    "nothing measured": described(lambda told: told["attributes"].update(measured=[["gap"]])),
    "content that is none": described(lambda told: told["attributes"].update(content=7)),
    "deep": lambda path, flag: (path / "zarr.json").write_text('{"attributes": ' + "[" * 100_000),
    "a list": lambda path, flag: (path / "zarr.json").write_text("[]"),
    "empty": lambda path, flag: (path / "zarr.json").write_text(""),
}  # fmt: skip


def rewritten(change: Callable[[xr.Dataset], xr.Dataset]) -> Callable[[Path, Path], object]:
    """A result changed in some way, its digest made anew."""

    def make(path: Path, flag: Path) -> None:
        del flag
        with xr.open_dataset(path, engine="h5netcdf", decode_times=False) as dataset:
            changed = change(dataset.load())
        path.write_bytes(netcdf(variables_of(changed), changed.attrs))

    return make


def said(**texts: Any) -> Callable[[Path, Path], object]:
    """A result with other attributes."""
    return rewritten(lambda dataset: dataset.assign_attrs(texts))


def numerics(change: Callable[[dict[str, Any]], object]) -> Callable[[Path, Path], object]:
    """A result whose numerics are changed."""

    def changed(dataset: xr.Dataset) -> xr.Dataset:
        told = json.loads(dataset.attrs["numerics"])
        change(told)
        return dataset.assign_attrs(numerics=json.dumps(told))

    return rewritten(changed)


def linked(path: Path, flag: Path) -> None:
    """psi lies in another file."""
    del flag
    with h5py.File(path, "r+") as file:
        del file["psi"]
        file["psi"] = h5py.ExternalLink("/etc/passwd", "/psi")


def elsewhere(path: Path, flag: Path) -> None:
    """psi's bytes are those of another file."""
    del flag
    with h5py.File(path, "r+") as file:
        shape = file["psi"].shape  # type: ignore[union-attr]
        del file["psi"]
        file.create_dataset("psi", shape, "f8", external=[("/etc/passwd", 0, h5py.h5f.UNLIMITED)])


def objects(path: Path, flag: Path) -> None:
    """psi is text."""
    del flag
    with h5py.File(path, "r+") as file:
        del file["psi"]
        file["psi"] = ["text", "of", "any", "length"]


RESULTS: dict[str, Callable[[Path, Path], object]] = {
    "a class of Python's": said(problem='{"class": "os.system", "command": "true"}'),
    "a class that imports": said(problem='{"class": "__import__", "name": "os"}'),
    "no class": said(problem='{"kind": "Problem"}'),
    "a list for a problem": said(problem="[1, 2]"),
    "no JSON": said(problem="{"),
    "deep JSON": said(problem="[" * 20_000 + "]" * 20_000),
    "numbers for texts": said(problem=7, numerics=7),
    "numerics for a problem": rewritten(lambda d: d.assign_attrs(problem=d.attrs["numerics"])),
    "1e9 points": numerics(lambda told: told["grid"].update(points=[10**9])),
    "7 points": numerics(lambda told: told["grid"].update(points=[7])),
    "text for points": numerics(lambda told: told["grid"].update(points="many")),
    "no steps": numerics(lambda told: told.update(steps=0, frames=0)),
    "NaN": rewritten(lambda d: d.assign(psi=d["psi"] * np.nan)),
    "nothing": rewritten(lambda d: d.assign(psi=d["psi"] * 0)),
    "no psi": rewritten(lambda d: d.drop_vars("psi")),
    "no times": rewritten(lambda d: d.drop_vars("time")),
    "an odd unit": said(units='{"length": "parsec"}'),
    "a unit of code": said(units='{"evil": 1}'),
    "a stride of 0": said(run='{"stride": 0, "complete": true, "wall_s": 1, "device": "cpu"}'),
    "a stride of text": said(run='{"stride": "x", "complete": true, "wall_s": 1, "device": "cpu"}'),
    "a list for a run": said(run="[]"),
    "another format": said(wavesim_format=99),
    "a link": linked,
    "bytes of another file": elsewhere,
    "objects": objects,
    "a pickle": lambda path, flag: path.write_bytes(pickle.dumps(Bomb(flag))),
    "empty": lambda path, flag: path.write_bytes(b""),
}  # fmt: skip

FORMULAS = (
    "__import__('os').system('touch FLAG')", "open('FLAG', 'w')", "(lambda: 1)()", "x.__class__", "[x for x in (1,)]", "exec('1')", "x if x else 1",
    "f'{x}'", "x; y", "getattr(x, 'real')", "x[0]", "eval('1')", "globals()", "x := 1", "print(x)",
)  # fmt: skip


def scenario(folder: Path, flag: Path, formula: str) -> str:
    """A scenario whose potential is that formula: what came of it."""
    file = folder / "formula.toml"
    text = formula.replace("FLAG", str(flag)).replace('"', "'")
    file.write_text(
        SMALL.replace(
            'kind = "gaussian_barrier"\nheight = 1.0\nwidth = 1.0', f'kind = "expression"\nformula = "{text}"'
        )
    )
    try:
        load_scenario(file)
    except WavesimError as error:
        return "" if str(error).isprintable() else f"not one line: {error}"
    return "understood"


def trouble(folder: Path) -> list[str]:
    """What is not as it has to be: nothing executed, a sentence for each."""
    flag, bad = folder / "flag", list[str]()
    whole, run = store(folder), result(folder)
    for name, make in STORES.items():
        path = folder / "evil" / "sweep.zarr"
        shutil.copytree(whole, path)
        make(path, flag)
        bad += [f"store, {name}: {told}" for told in [refusal(lambda path=path: read(path))] if told]
        shutil.rmtree(path.parent)
    for name, make in RESULTS.items():
        file = folder / "evil.nc"
        shutil.copy(run, file)
        make(file, flag)
        bad += [
            f"result, {name}: {told}" for told in [refusal(lambda file=file: (attributes(file), load(file)))] if told
        ]
    bad += [f"formula {formula}: {told}" for formula in FORMULAS if (told := scenario(folder, flag, formula))]
    if flag.exists():
        bad.append("something was executed")
    return bad


def refusal(reading: Callable[[], object]) -> str:
    """ "" if it is refused in one sentence; else what came instead."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reading()
    except WavesimError as error:
        return "" if "\n" not in str(error) and str(error).isprintable() else f"not one line: {error}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "read"


if __name__ == "__main__":
    in_double_precision()
    with tempfile.TemporaryDirectory() as name:
        found = trouble(Path(name))
    print("\n".join(found))
    count = len(STORES) + len(RESULTS) + len(FORMULAS)
    record("strangers", 0, {"files": count, "not as they have to be": len(found), "executed": "executed" in str(found)})
    print(f"{len(STORES) + len(RESULTS) + len(FORMULAS)} files, {len(found)} not as they have to be")
