"""Many gradients by one program: psi and phi of each row equal those of its own run there and back."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from wavesim import Absorber, Grid, Numerics, Problem
from wavesim.errors import NumericsError, WavesimError
from wavesim.observables import Norm, ProbabilityIn
from wavesim.potentials import Driven, EckartBarrier, QuarticDoubleWell, RectangularBarrier
from wavesim.propagation import FrameSum, Result, chebyshev_for, evolve_many_with_adjoints, propagate_with_adjoint
from wavesim.propagation.runs import _batch, _batch_adjoint
from wavesim.regions import Beyond
from wavesim.schemes import SCHEMES, STRANG
from wavesim.states import GaussianPacket

GRID = Grid.line(-12.0, 12.0, 64)
PACKET = GaussianPacket(center=-4.0, width=1.0, momentum=1.5)
MEASURE = {"norm": Norm(), "beyond": ProbabilityIn(Beyond(1.0))}
FRAMES = 6
# read off the end, with what was absorbed, and off the middle
LAST = FrameSum.at(FRAMES, FRAMES, {"beyond": 1.0, "norm": -0.5}, (0.25, 1.0))
MIDDLE = FrameSum.at(3, FRAMES, {"beyond": 1.0}, (0.0, 1.0))


def sharp(count: int) -> tuple[list[Problem], list[Numerics]]:
    problems = [Problem(RectangularBarrier(h, 2.0), PACKET, measure=MEASURE) for h in np.linspace(0.5, 1.5, count)]
    series = chebyshev_for(problems[-1], GRID, 0.25)
    absorbers = [Absorber(3.0, strength) for strength in np.linspace(1.0, 2.0, count)]
    return problems, [Numerics(GRID, 0.25, 18, FRAMES, series, absorber) for absorber in absorbers]


def smooth(count: int, scheme: str) -> tuple[list[Problem], list[Numerics]]:
    problems = [Problem(EckartBarrier(h, 1.0), PACKET, measure=MEASURE) for h in np.linspace(0.5, 1.5, count)]
    return problems, [Numerics(GRID, 0.05, 24, FRAMES, SCHEMES[scheme], Absorber(3.0, 1.0))] * count


def driven(count: int) -> tuple[list[Problem], list[Numerics]]:
    well = QuarticDoubleWell(1.0, 1.8)
    problems = [
        Problem(Driven(well, force=0.3, frequency=0.5 + i), dataclasses.replace(PACKET, momentum=0.5), measure=MEASURE)
        for i in range(count)
    ]
    return problems, [Numerics(Grid.line(-6, 6, 48), 0.02, 12, FRAMES, STRANG)] * count


CASES: dict[str, tuple[list[Problem], list[Numerics]]] = {
    "chebyshev, absorber": sharp(3),
    "strang, absorber": smooth(2, "strang"),
    "srkn11b, absorber": smooth(2, "srkn11b"),
    "strang, driven, nothing absorbs": driven(2),
}


def told(row: int) -> Callable[[Result], dict[str, FrameSum]]:
    """Rows with one number and rows with two."""
    return lambda record: {"last": LAST} if row % 2 else {"middle": MIDDLE, "last": LAST}


def whole(row: int, result: Result) -> tuple[int, Result]:
    return row, result


@pytest.mark.parametrize("case", CASES)
def test_each_row_equals_its_own_run_there_and_back(case: str) -> None:
    """Set-up: rows that differ in the potential, the absorber or the drive, some with one number and some with two.

    Formula: the same operations on the same numbers, compared as amplitudes. Budget: rounding, 1e-12.
    """
    problems, numerics = CASES[case]
    rows = list(evolve_many_with_adjoints(problems, numerics, [told(row) for row in range(len(problems))], whole))
    for place, row in enumerate(rows):
        assert not isinstance(row, WavesimError)
        number, result = row
        alone = propagate_with_adjoint(problems[place], numerics[place], told(place))
        assert number == place and list(result.adjoints) == list(alone.adjoints)
        assert np.max(np.abs(result.psi - alone.psi)) < 1e-12
        assert np.max(np.abs(result.absorbed - alone.absorbed)) < 1e-12
        for name, adjoint in result.adjoints.items():
            assert np.array_equal(adjoint.times, alone.adjoints[name].times)
            assert np.max(np.abs(adjoint.psi - alone.adjoints[name].psi)) < 1e-12
            assert np.max(np.abs(adjoint.phi - alone.adjoints[name].phi)) < 1e-12
            assert np.max(np.abs(adjoint.phi)) > 1e-3


def test_the_bytes_do_not_depend_on_chunks_and_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set-up: seven rows in chunks of two, on one thread and on three. Formula: equal bytes, in order."""
    problems, numerics = sharp(7)
    monkeypatch.setattr(_batch, "_CPU_CHUNK", 2 * 2 * 64 * 16)
    numbers = [told(row) for row in range(7)]
    some, others = (
        list(evolve_many_with_adjoints(problems, numerics, numbers, whole, threads=threads)) for threads in (1, 3)
    )
    for one, other in zip(some, others, strict=True):
        assert not isinstance(one, WavesimError) and not isinstance(other, WavesimError)
        assert one[0] == other[0]
        for name, adjoint in one[1].adjoints.items():
            assert np.array_equal(adjoint.phi, other[1].adjoints[name].phi)


def test_a_row_that_overflows_leaves_the_others_alone() -> None:
    """Set-up: the middle one of three rows has bounds that do not hold its spectrum, so that its series explodes."""
    problems, numerics = sharp(3)
    narrow = dataclasses.replace(numerics[1].method, lowest=0.0, highest=0.5)
    broken = [numerics[0], dataclasses.replace(numerics[1], method=narrow, dt=1000.0), numerics[2]]
    rows = list(evolve_many_with_adjoints(problems, broken, [told(0)] * 3, whole))
    good = list(evolve_many_with_adjoints(problems[::2], broken[::2], [told(0)] * 2, whole))
    assert isinstance(rows[1], NumericsError)
    for row, other in zip(rows[::2], good, strict=True):
        assert not isinstance(row, WavesimError) and not isinstance(other, WavesimError)
        assert np.max(np.abs(row[1].adjoints["last"].phi - other[1].adjoints["last"].phi)) < 1e-12


def test_rows_that_would_keep_too_much_go_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set-up: no row may keep psi at its steps. Formula: the same numbers, from runs that make these steps again. Budget: 1e-12."""
    problems, numerics = sharp(2)
    numbers = [told(row) for row in range(2)]
    together = list(evolve_many_with_adjoints(problems, numerics, numbers, whole))
    monkeypatch.setattr(_batch_adjoint, "_KEPT", 0)
    monkeypatch.setattr(_batch_adjoint, "_forward_counted", lambda *_: pytest.fail("the program of a chunk was taken"))
    apart = list(evolve_many_with_adjoints(problems, numerics, numbers, whole))
    for one, other in zip(together, apart, strict=True):
        assert not isinstance(one, WavesimError) and not isinstance(other, WavesimError)
        assert np.max(np.abs(one[1].adjoints["last"].phi - other[1].adjoints["last"].phi)) < 1e-12
