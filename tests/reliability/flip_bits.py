"""``python -m tests.reliability.flip_bits 1000``: one bit flipped in a store or a result, as often as that; no wrong number may be shown.

A trial is good if the file is refused in a sentence, or if what is read is what was written; rows of a damaged chunk may wait.
"""

from __future__ import annotations

import random
import sys
import tempfile
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
import xarray as xr

from tests.reliability.records import in_double_precision, record
from tests.sweeps.sweep_toys import FACTS, NAMES, parts_of, toy
from wavesim import Grid, Problem, propagate
from wavesim.errors import WavesimError
from wavesim.io import load, save
from wavesim.potentials import EckartBarrier
from wavesim.propagation import Result
from wavesim.states import GaussianPacket
from wavesim.sweeps._answer import Status
from wavesim.sweeps.store._store import Store, read

SEED = 11


def store(folder: Path) -> Path:
    """A finished store of 22 rows."""
    path = folder / "sweep.zarr"
    sweep, layout = toy(heights=11)
    with Store.opened(path, sweep, layout, NAMES, FACTS) as written:
        for chunk in written.waiting():
            written.write(parts_of(layout, chunk))
    return path


def result(folder: Path) -> Path:
    """A small result.nc."""
    problem = Problem(EckartBarrier(1.0, 1.0), GaussianPacket(center=-4.0, width=1.0, momentum=2.0), duration=0.2)
    run = propagate(problem, grid=Grid.line(-16.0, 16.0, 64), dt=0.05, scheme="strang", absorber=None, frames=2)
    return save(run, folder / "result.nc")


def flipped(file: Path, chance: random.Random) -> bytes:
    """Flip one bit of a file; what it held before."""
    before = file.read_bytes()
    place = chance.randrange(8 * len(before))
    changed = bytearray(before)
    changed[place // 8] ^= 1 << place % 8
    file.write_bytes(changed)
    return before


def store_trial(path: Path, whole: xr.Dataset, chance: random.Random) -> str:
    """Flip a bit anywhere in a store: what came of reading it."""
    file = chance.choice(sorted(item for item in path.rglob("*") if item.is_file() and item.stat().st_size))
    before = flipped(file, chance)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return verdict(read(path), whole)
    except WavesimError:
        return "refused"
    finally:
        file.write_bytes(before)


def verdict(table: xr.Dataset, whole: xr.Dataset) -> str:
    """Whether every row that has an answer has that of the undamaged store, labels and units included."""
    there = table["status"].values != Status.WAITING
    if list(map(str, table.variables)) != list(map(str, whole.variables)) or table.attrs != whole.attrs:
        return "WRONG"
    for name, theirs in whole.variables.items():
        mine = table.variables[name]
        if mine.attrs != theirs.attrs or mine.dims != theirs.dims:
            return "WRONG"
        cells = there if mine.shape == there.shape else slice(None)
        if mine.values[cells].tolist() != theirs.values[cells].tolist() and not _same(
            mine.values[cells], theirs.values[cells]
        ):
            return "WRONG"
    return "the same" if there.all() else "rows wait"


def _same(mine: np.ndarray, theirs: np.ndarray) -> bool:
    return mine.dtype == theirs.dtype and mine.dtype != object and mine.tobytes() == theirs.tobytes()


def result_trial(file: Path, whole: Result, chance: random.Random) -> str:
    """Flip a bit anywhere in a result: what came of loading it."""
    before = flipped(file, chance)
    try:
        found = load(file)
        arrays = ((found.psi, whole.psi), (found.times, whole.times), (found.final, whole.final))
        same = found.numerics == whole.numerics and all(np.array_equal(mine, theirs) for mine, theirs in arrays)
        return "the same" if same and str(found.problem) == str(whole.problem) else "WRONG"
    except WavesimError:
        return "refused"
    finally:
        file.write_bytes(before)


def trials(count: int, folder: Path) -> dict[str, Counter[str]]:
    """How often what came of it, for stores and for results: `count` flips each."""
    chance = random.Random(SEED)
    path, file = store(folder), result(folder)
    whole, run = read(path), load(file)
    return {
        "store": Counter(store_trial(path, whole, chance) for _ in range(count)),
        "result": Counter(result_trial(file, run, chance) for _ in range(count)),
    }


if __name__ == "__main__":
    in_double_precision()
    with tempfile.TemporaryDirectory() as name:
        found = {what: dict(counts) for what, counts in trials(int(sys.argv[1]), Path(name)).items()}
    print(found)
    record("flip_bits", SEED, found)
