"""Few short rows are done by NumPy before a program is there that they would share, and say the same."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import pytest

from wavesim import Problem, plan
from wavesim.potentials import Driven, EckartBarrier, GaussianBarrier
from wavesim.propagation import go_alone
from wavesim.propagation.runs import _batch
from wavesim.schemes import Spectral
from wavesim.states import GaussianPacket
from wavesim.sweeps import sweep

PROBLEM = Problem(EckartBarrier(0.5, 1.0), GaussianPacket(-20.0, 4.0, momentum=1.0))


@pytest.mark.filterwarnings("error")
def test_they_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set-up: four heights, by NumPy and by programs of rows. Formula: the same steps. Budget: rounding, 1e-10 of numbers and a thousandth of bars."""
    axes: dict[str, Sequence[float]] = {"potential.height": [0.4, 0.5, 0.6, 0.7]}
    one = sweep(PROBLEM, axes, "transmitted_probability", tolerance=1e-3)
    monkeypatch.setattr(_batch, "_PROGRAM", 0.0)
    other = sweep(PROBLEM, axes, "transmitted_probability", tolerance=1e-3)
    for part, budget in (("", 1e-10), ("_error", 1e-3)):
        first, second = (np.asarray(table["transmitted_probability" + part]) for table in (one, other))
        assert first == pytest.approx(second, rel=budget)


def test_many_rows_long_runs_and_moving_potentials_are_not_few() -> None:
    numerics = dataclasses.replace(plan(PROBLEM, 1e-3).numerics, save_psi=False)
    assert go_alone([PROBLEM] * 3, [numerics] * 3)
    assert not go_alone([PROBLEM] * 3000, [numerics] * 3000)
    # a program that a thousand times as many rows share is worth its time
    assert not go_alone([PROBLEM] * 3, [numerics] * 3, sharing=1000)
    assert not go_alone([PROBLEM], [dataclasses.replace(numerics, steps=1000 * numerics.steps)])
    assert not go_alone([PROBLEM], [dataclasses.replace(numerics, method=Spectral(), absorber=None)])
    driven = dataclasses.replace(PROBLEM, potential=Driven(GaussianBarrier(0.5, 1.0), force=0.01, frequency=0.3))
    assert not go_alone([driven], [numerics])
