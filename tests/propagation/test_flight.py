"""Live runs: a flight gives what `propagate` records, compiles once for each size, and goes on in another potential."""

from __future__ import annotations

import dataclasses
from typing import Literal

import numpy as np
import pytest

from tests.compilations import Compilations
from wavesim import Grid, Problem, plan, propagate
from wavesim.errors import NumericsError
from wavesim.observables import Norm, ProbabilityIn
from wavesim.potentials import Driven, EckartBarrier, GaussianBarrier, QuarticDoubleWell, RectangularBarrier
from wavesim.propagation import Numerics, flight, scheme_named
from wavesim.propagation.runs import _flight
from wavesim.regions import Beyond
from wavesim.schemes import Spectral
from wavesim.states import GaussianPacket, LeftLocalized

PACKET = GaussianPacket(-12.0, 2.0, 1.5)
BARRIER = Problem(
    RectangularBarrier(1.0, 1.0), PACKET, measure={"norm": Norm(), "beyond": ProbabilityIn(Beyond(1.0))}, duration=16.0
)
WELLS = Problem(QuarticDoubleWell(3.0, 1.5), LeftLocalized(), duration=20.0)


def numerics_of(problem: Problem, points: int = 320) -> Numerics:
    """A plan by series, on a box of so many points."""
    planned = plan(problem, 1e-3, scheme="chebyshev", frames=24).numerics
    spacing = planned.grid.spacing[0]
    more = (points - planned.grid.points[0]) // 2
    return dataclasses.replace(planned, grid=Grid((planned.grid.lower[0] - more * spacing,), (spacing,), (points,)))


def test_a_flight_gives_what_is_recorded() -> None:
    """The same steps by two loops: frames, observables and absorbed probability differ by rounding alone, 24 steps x 1e-15 x some terms."""
    numerics = numerics_of(BARRIER)
    record = propagate(BARRIER, numerics)
    begun = flight(BARRIER, numerics)
    frames, after = begun.frames(numerics.frames, numerics.steps // numerics.frames)
    assert frames.psi is not None
    np.testing.assert_allclose(begun.psi, record.psi[0], atol=1e-15)
    np.testing.assert_allclose(frames.psi, record.psi[1:], atol=1e-12)
    np.testing.assert_allclose(frames.series["beyond"], record.series["beyond"][1:], atol=1e-12)
    np.testing.assert_allclose(frames.absorbed, record.absorbed[1:], atol=1e-12)
    assert after.time == pytest.approx(float(record.times[-1]), rel=1e-14)
    assert begun.step == 0 and after.step == numerics.steps


@pytest.mark.parametrize("method", ["g6t4", "spectral"])
def test_other_methods_fly_too(method: str) -> None:
    """By a splitting scheme and by eigenstates: the same loop as `propagate`, to rounding."""
    chosen = Spectral() if method == "spectral" else scheme_named(method)
    numerics = Numerics(Grid.line(-4.0, 4.0, 48), 0.01, 60, 6, chosen)
    record = propagate(WELLS, numerics)
    frames, _ = flight(WELLS, numerics).frames(6, 10)
    np.testing.assert_allclose(np.asarray(frames.psi), record.psi[1:], atol=1e-10)


@pytest.mark.parametrize("method", ["chebyshev", "g6t4"])
@pytest.mark.parametrize("precision", ["double", "single"])
def test_compiled_steps_fly_as_those_of_jax(
    method: str, precision: Literal["double", "single"], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same by JAX's own steps: frames, and a quench from the last one, differ by rounding alone, 24 steps x 1e-15 or 1e-7 x some terms."""
    smooth = dataclasses.replace(BARRIER, potential=EckartBarrier(1.0, 1.0))
    numerics = dataclasses.replace(numerics_of(smooth), precision=precision)
    if method == "g6t4":
        numerics = dataclasses.replace(numerics, dt=numerics.dt / 16, method=scheme_named(method))
    higher = dataclasses.replace(BARRIER, potential=EckartBarrier(1.3, 1.0))
    found = []
    for lanes in (True, False):
        if not lanes:
            monkeypatch.setattr(_flight, "has_lanes", lambda numerics, static: False)
        frames, after = flight(smooth, numerics).frames(24)
        quenched, _ = after.within(higher).frames(4)
        found.append((frames.psi, frames.absorbed, frames.series["beyond"], quenched.psi))
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-12 if precision == "double" else 2e-5)


def test_skipping_reaches_the_same_moment() -> None:
    numerics = numerics_of(BARRIER)
    frames, _ = flight(BARRIER, numerics).frames(20)
    assert frames.psi is not None
    after = flight(BARRIER, numerics).skip(19).skip(0).skip(1)
    np.testing.assert_allclose(after.psi, frames.psi[-1], atol=1e-12)


def test_floats_compile_nothing() -> None:
    """Another height, width, packet, mass, even another class of static V: the tables are data of one program."""
    first = flight(BARRIER, numerics_of(BARRIER), terms=120)
    first.frames(2)[1].skip(3).within(BARRIER.replace("potential.height", 0.5)).frames(17)
    others = [
        BARRIER.replace(path, value)
        for path, value in (
            ("potential.height", 1.3),
            ("potential.width", 0.8),
            ("potential.center", 0.1),
            ("state.momentum", 1.6),
            ("state.width", 2.1),
            ("mass", 1.1),
            ("potential", EckartBarrier(1.0, 0.5)),
            ("potential", GaussianBarrier(0.9, 0.5)),
        )
    ]
    flights = [flight(problem, numerics_of(problem), terms=120) for problem in others]
    compilations = Compilations()
    for each in flights:
        _, after = each.frames(2)
        after.skip(3).frames(17)
    assert compilations.count == 0


def test_a_moving_potential_compiles_once_a_class() -> None:
    numerics = Numerics(Grid.line(-4.0, 4.0, 48), 0.05, 60, 6, scheme_named("g6t4"))
    problem = dataclasses.replace(WELLS, potential=Driven(WELLS.potential, 0.1, 0.4))
    flight(problem, numerics).frames(3)
    compilations = Compilations()
    frames, _ = flight(problem.replace("potential.force", 0.3), numerics).frames(3)
    assert compilations.count == 0
    record = propagate(problem.replace("potential.force", 0.3), numerics)
    first, _ = flight(problem.replace("potential.force", 0.3), numerics).frames(1, 10)
    assert frames.psi is not None and first.psi is not None
    np.testing.assert_allclose(first.psi[0], record.psi[1], atol=1e-12)


@pytest.mark.parametrize("method", ["chebyshev", "g6t4", "spectral"])
def test_a_quench_keeps_the_wave(method: str) -> None:
    """At the moment of the change psi, the clock and the norm are what they were; from there on the other H has them, whose energy it keeps."""
    wells = dataclasses.replace(WELLS, measure={"norm": Norm()})
    planned = plan(wells, 1e-3, scheme="chebyshev", frames=24, grid=Grid.line(-4.0, 4.0, 48)).numerics
    chosen = {"chebyshev": planned.method, "g6t4": scheme_named("g6t4"), "spectral": Spectral()}[method]
    before = flight(wells, Numerics(planned.grid, 0.02, 24, 24, chosen)).skip(7)
    higher = wells.replace("potential.barrier", 4.0)
    quenched = before.within(higher)
    assert quenched.step == 7 and quenched.time == before.time
    np.testing.assert_allclose(quenched.psi, before.psi, atol=1e-12)
    frames, after = quenched.frames(50)
    np.testing.assert_allclose(frames.series["norm"], 1.0, atol=1e-10)
    energies = [float(higher.hamiltonian(planned.grid).energy(psi)) for psi in (before.psi, after.psi)]  # type: ignore[arg-type]
    assert energies[1] == pytest.approx(energies[0], abs=1e-5)
    assert abs(np.vdot(after.psi, before.psi)) < abs(np.vdot(before.psi, before.psi)) * (1 - 1e-6)


def test_a_quench_beyond_the_series_finds_new_bounds() -> None:
    numerics = numerics_of(BARRIER)
    wall = flight(BARRIER, numerics, terms=400).skip(4).within(BARRIER.replace("potential.height", 30.0))
    frames, _ = wall.frames(4)
    np.testing.assert_allclose(
        np.asarray(frames.series["norm"]) + np.asarray(frames.absorbed).sum(axis=1), 1.0, atol=1e-9
    )


def test_an_unstable_step_is_refused() -> None:
    """A Chebyshev table that is cut short: psi grows beyond all numbers, and the flight says so."""
    numerics = numerics_of(BARRIER)
    begun = flight(BARRIER, numerics)
    stepper = begun.apparatus.stepper
    broken = dataclasses.replace(stepper, coefficients=1e9 * stepper.coefficients)  # type: ignore[union-attr]
    with pytest.raises(NumericsError, match="not finite"):
        dataclasses.replace(begun, apparatus=begun.apparatus._replace(stepper=broken)).frames(64)
