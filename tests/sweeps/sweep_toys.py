"""A sweep whose rows nobody computes, and answers made up from the row's number."""

from __future__ import annotations

import json
import math

import numpy as np
import xarray as xr

from wavesim.scenario.sweep_files._sweep_axes import SweepAxis
from wavesim.sweeps._answer import Answer, Status
from wavesim.sweeps._file import Sweep
from wavesim.sweeps._layout import Layout
from wavesim.sweeps._parts import Part
from wavesim.sweeps._rows import FromScenario
from wavesim.units import UnitSystem, eV, fs

NAMES = ("tunneling_period", "gap")
UNITS = UnitSystem()
FACTS = {"wavesim": "0.1.0", "jax": "0.10.2", "precision": "double", "device": "cpu"}

# a sweep of a real barrier, in one chunk
FIVE_ROWS = """
format = 1
title = "Five rows"
measure = ["transmitted_probability"]
[scenario]
format = 1
title = "Small"
units = "natural"
potential = { kind = "gaussian_barrier", height = 1.0, width = 1.0 }
state = { kind = "gaussian_packet", center = -12.0, width = 2.0, momentum = 2.0 }
accuracy = { tolerance = 1e-2 }
[axes]
"potential.height" = [0.5, 0.7, 0.9, 1.1, 1.3]
"""


def made(axes: tuple[SweepAxis, ...], layout: Layout, units: UnitSystem = UNITS) -> Sweep:
    """A sweep over those axes, whose rows nobody asks."""
    told = {"axes": {path: list(axis.values(path)) for axis in axes for path in axis.paths}}
    return Sweep("A toy", "toy", json.dumps(told), NAMES, (), axes, units, layout, FromScenario("toy", {}))


def toy(heights: int = 5, names: tuple[str, ...] = ("left", "right")) -> tuple[Sweep, Layout]:
    """A sweep over text and numbers, a second label tied to the numbers, in chunks of two rows (the last of one)."""
    values = tuple(f"{0.1 * (n + 1)} eV" for n in range(heights))
    tied = tuple(10.0 * n for n in range(heights))
    kind = SweepAxis("kind", ("potential.kind",), ("kind",), (names,), ("1",))
    height = SweepAxis("height", ("potential.height", "state.tied"), ("height", "tied"), (values, tied), ("eV", "nm"))
    layout = Layout((len(names), heights), (1, 2))
    return made((kind, height), layout), layout


def answered(layout: Layout, chunk: int) -> list[Answer]:
    """The answers of a chunk: the same ones whenever they are asked for; every fifth row failed, every seventh missed."""
    return [_answer(row) for row in layout.rows_of(chunk)]


def parts_of(layout: Layout, chunk: int) -> list[Part]:
    """The same, to be written."""
    answers = dict(enumerate(answered(layout, chunk)))
    return [Part(chunk, answers, len(answers), True)]


def _answer(row: int) -> Answer:
    if row % 5 == 4:
        return Answer.failed(f"row {row} must have a positive width, but is a toy; \u03c8 stays at home.")
    digits = np.random.default_rng(row).normal(size=4)
    theory = {} if row % 3 else {"gap": {"wkb" if row % 2 else "levels": digits[2] * eV}}
    return Answer(
        values={"tunneling_period": digits[0] * fs, "gap": digits[1] * eV},
        errors={"tunneling_period": 1e-3 * fs, "gap": math.inf if row % 7 == 6 else 1e-4 * eV},
        theories=theory,
        status=Status.MISSED if row % 7 == 6 else Status.GOOD,
        reason="the bar is above the tolerance." if row % 7 == 6 else "",
        runs=row,
        fft_pairs=1000 * row,
    )


def same_values(one: xr.Dataset, other: xr.Dataset) -> bool:
    """Whether two tables have the same variables with the same bytes, nan included, and the same attributes but for the date."""
    if list(one.data_vars) != list(other.data_vars) or set(one.coords) != set(other.coords) or one.sizes != other.sizes:
        return False
    for name in one.variables:
        mine, theirs = one[name], other[name]
        if mine.dims != theirs.dims or mine.attrs != theirs.attrs or mine.dtype != theirs.dtype:
            return False
        if mine.dtype.kind in "OTU":
            if mine.values.tolist() != theirs.values.tolist():
                return False
        elif mine.values.tobytes() != theirs.values.tobytes():
            return False
    facts, others = dict(one.attrs), dict(other.attrs)
    return facts | {"created": ""} == others | {"created": ""}
