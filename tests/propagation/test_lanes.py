"""Steps compiled for many problems side by side say what JAX's own say, to rounding."""

from __future__ import annotations

import dataclasses
import importlib.util
import shutil
import sys
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from wavesim import Absorber, Grid, Numerics, Problem
from wavesim.potentials import AbstractPotential, Driven, Free, GaussianBarrier
from wavesim.propagation import chebyshev_for, evolve_many
from wavesim.propagation.lanes import _library, has_lanes
from wavesim.propagation.planner import _pilot
from wavesim.propagation.runs import _batch
from wavesim.propagation.stepping import (
    ChebyshevStepper,
    Loop,
    SplitStepper,
    _in_lanes,
    advance_adjoint,
    advance_and_record,
    in_lanes,
    in_lanes_if_any,
    set_up,
)
from wavesim.schemes import SCHEMES, STRANG, Scheme
from wavesim.states import GaussianPacket

PROBLEM = Problem(GaussianBarrier(0.8, 1.0), GaussianPacket(center=-6.0, width=1.5, momentum=1.2))
LAYER = Absorber(width=4.0, energy=0.3)

pytestmark = pytest.mark.skipif(not _library.registered(False), reason="no C compiler here: JAX's own steps are used")


def numerics_of(
    method: str, points: int = 60, absorber: Absorber | None = LAYER, precision: str = "double"
) -> Numerics:
    grid, dt = Grid.line(-15.0, 15.0, points), 0.05 if method == "strang" else 0.2
    chosen = chebyshev_for(PROBLEM, grid, dt) if method == "chebyshev" else SCHEMES[method]
    return Numerics(grid, dt, 12, 3, chosen, absorber, precision)


def waves(count: int, points: int, dtype: type = complex) -> jax.Array:
    rng = np.random.default_rng(1)
    parts = rng.normal(size=(2, count, points))
    return jnp.asarray((parts[0] + 1j * parts[1]) / np.sqrt(2 * points), dtype)


@pytest.mark.parametrize("method", ["chebyshev", *SCHEMES])
@pytest.mark.parametrize("absorber", [LAYER, None], ids=["absorbing", "closed"])
def test_steps_forward_and_backward_are_the_same(method: str, absorber: Absorber | None) -> None:
    """Set-up: four steps of each method past a barrier, and three gradients back through them. Formula: the same steps. Budget: rounding, 1e-13."""
    apparatus, carry, _ = set_up(PROBLEM, numerics_of(method, absorber=absorber))
    other, begun = in_lanes(apparatus, carry)
    assert type(other.stepper) is not type(apparatus.stepper)
    phi, share = waves(3, 60), jnp.asarray(np.linspace(0.0, 0.1, 3)[:, None] * np.ones(60))
    found = []
    for stepper, first in ((apparatus.stepper, carry), (other.stepper, begun)):
        assert isinstance(stepper, SplitStepper | ChebyshevStepper)
        after, psi, kept = advance_and_record(jax.device_put(stepper), jax.device_put(first), jnp.asarray(4), 4)
        damping, undamped = stepper.damping, dataclasses.replace(stepper, damping=None)
        shares = (kept, share) if damping is not None else (None, None)
        back = jax.jit(advance_adjoint)(undamped, damping, phi, *shares, 4, 0)
        found.append((psi, after.absorbed, kept, back))
    for ours, theirs in zip(*found, strict=True):
        assert np.max(np.abs(np.asarray(ours) - np.asarray(theirs))) < 1e-13


@pytest.mark.parametrize("points", [16, 27, 50, 98, 120, 210])
@pytest.mark.parametrize("count", [1, 4, 11])
def test_any_number_of_problems_and_every_radix(points: int, count: int) -> None:
    """Set-up: problems that differ in height, as many as fill no vector, one, or more, the rest one by one. Formula: each by itself, by JAX. Budget: rounding, 1e-13."""
    rows = [dataclasses.replace(PROBLEM, potential=GaussianBarrier(0.5 + 0.1 * n, 1.0)) for n in range(count)]
    numerics = numerics_of("chebyshev", points)

    def ends(lanes: bool) -> np.ndarray:
        structure, leaves = _batch.laid_out(rows, [numerics] * count)
        return np.asarray(_batch._run(structure, None, lanes, 4, leaves).final)

    assert np.max(np.abs(ends(True) - ends(False))) < 1e-13


@pytest.mark.parametrize("scheme", SCHEMES.values(), ids=lambda scheme: scheme.name)
@pytest.mark.parametrize(
    "potential", [PROBLEM.potential, Driven(PROBLEM.potential, 0.3, 1.1)], ids=["at rest", "driven"]
)
def test_pilot_runs_are_the_same(scheme: Scheme, potential: AbstractPotential, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set-up: 24 steps with absorption, looked at thrice, in blocks of a few. Formula: NumPy's loop. Budget: rounding, 1e-12."""
    problem = dataclasses.replace(PROBLEM, potential=potential)
    pilot = _pilot.Pilot.of(problem, Grid.line(-15.0, 15.0, 64), LAYER)
    monkeypatch.setattr(_pilot, "_BLOCK", 5 * 64 * len(scheme.merged()[0]))
    ours = pilot.run(scheme, 2.4, 24, 3)
    monkeypatch.setattr(_pilot, "has_concrete_steps", lambda points: False)
    assert np.max(np.abs(ours - pilot.run(scheme, 2.4, 24, 3))) < 1e-12


@pytest.mark.parametrize("method", ["chebyshev", "g6t4"])
def test_single_precision_has_its_own(method: str) -> None:
    """Set-up: the same in single precision. Formula: JAX's steps. Budget: rounding, 1e-6 a step and a half."""
    numerics = numerics_of(method, precision="single")
    assert has_lanes(numerics, static=True)
    (one,) = evolve_many([PROBLEM], [numerics])
    structure, leaves = _batch.laid_out([PROBLEM], [numerics])
    other = _batch._run(structure, None, False, 4, leaves)
    assert one.final.dtype == np.complex64
    assert np.max(np.abs(one.final - np.asarray(other.final)[0])) < 2e-6


def test_what_it_cannot_do_is_left_to_jax(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Set-up: eleven as a factor, V that moves, and a machine whose compiler fails, makes another transform, or is not wanted."""
    numerics = numerics_of("strang")
    assert has_lanes(numerics, static=True)
    assert not has_lanes(numerics, static=False)
    assert not has_lanes(numerics_of("strang", points=66), static=True)
    assert not has_lanes(dataclasses.replace(numerics, grid=Grid.product(numerics.grid, numerics.grid)), static=True)
    unsure = _library.library.__wrapped__
    with monkeypatch.context() as changed:
        changed.setattr(_library, "_BOUND", {False: 0.0, True: 0.0})
        assert unsure(False) is None
    with monkeypatch.context() as changed:
        changed.setenv("WAVESIM_LANES", "off")
        assert unsure(False) is None
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("CC", "false")
    assert unsure(False) is None
    assert not list(tmp_path.rglob("*.so"))
    monkeypatch.delenv("CC")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    for spec, command in ((None, ()), (object(), (sys.executable, "-m", "ziglang", "cc"))):
        monkeypatch.setattr(importlib.util, "find_spec", lambda name, spec=spec: spec)
        assert _library._compiler() == command
    monkeypatch.setattr(_library, "library", lambda single: None)
    assert "set CC" in _library.status()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert "pip install ziglang" in _library.status()


def test_a_row_without_end_leaves_the_others_alone() -> None:
    """Set-up: three rows, the second with a barrier of 1e300. Formula: the others as by themselves. Budget: rounding, 1e-13."""
    numerics = numerics_of("chebyshev")
    rows = [dataclasses.replace(PROBLEM, potential=GaussianBarrier(height, 1.0)) for height in (0.5, 1e300, 0.7)]
    first, wild, last = evolve_many(rows, [numerics] * 3)
    assert not np.all(np.isfinite(wild.final))
    for ours, row in ((first, rows[0]), (last, rows[2])):
        (alone,) = evolve_many([row], [numerics])
        assert np.max(np.abs(ours.final - alone.final)) < 1e-13


class Flat(Free):
    """The same number everywhere, given once."""

    def sample(self, grid: Grid, *, mass: Any = 1.0, time: Any = 0.0) -> Any:
        return np.asarray(0.3)


@pytest.mark.parametrize("method", ["chebyshev", "srkn11b"])
def test_one_number_for_all_points(method: str) -> None:
    """Set-up: V of one's own, a single number. Formula: NumPy's own steps. Budget: rounding, 1e-13."""
    numerics = numerics_of(method, absorber=None)
    apparatus, carry, _ = set_up(dataclasses.replace(PROBLEM, potential=Flat()), numerics)
    other, begun = in_lanes(apparatus, carry)
    plain, ours = Loop(apparatus.stepper, False).advance(carry, 4), Loop(other.stepper, False).advance(begun, 4)
    assert np.max(np.abs(np.asarray(ours[1]) - np.asarray(plain[1]))) < 1e-13


def test_gradients_go_through_jax_alone() -> None:
    """Set-up: one step of `STRANG`. Formula: the program for gradients holds no compiled step. Budget: none."""
    apparatus, carry, _ = set_up(PROBLEM, numerics_of("strang"))
    other, begun = in_lanes(apparatus, carry)
    plain, ours = apparatus.stepper, other.stepper
    assert isinstance(plain, SplitStepper)
    assert isinstance(ours, SplitStepper)
    assert plain.scheme is STRANG
    names = str(jax.make_jaxpr(lambda one: plain.step(one).wave)(jax.device_put(carry)))
    assert "ffi_call" not in names
    assert "ffi_call" in str(jax.make_jaxpr(lambda one: ours.step(one).wave)(jax.device_put(begun)))


@pytest.mark.parametrize("method", ["chebyshev", "srkn11b", "g6t4"])
@pytest.mark.parametrize("points", [45, 60, 126, 160])
@pytest.mark.parametrize("absorber", [LAYER, None], ids=["absorbing", "closed"])
def test_known_numbers_need_no_program(
    method: str, points: int, absorber: Absorber | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Set-up: a run by NumPy's tables; one wave goes through all lanes that divide its points, three steps a call where nothing is absorbed.

    Formula: NumPy's own steps. Budget: rounding, 1e-13.
    """
    numerics = numerics_of(method, points, absorber)
    monkeypatch.setattr(_in_lanes, "_MOST", 3 * points * numerics.pairs)
    apparatus, carry, _ = set_up(PROBLEM, numerics)
    other, begun = in_lanes_if_any(apparatus, carry, numerics)
    plain, ours = Loop(apparatus.stepper, False).advance(carry, 4), Loop.of(other, numerics).advance(begun, 4)
    assert isinstance(ours[1], np.ndarray)
    assert np.max(np.abs(ours[1] - plain[1])) < 1e-13
    assert np.max(np.abs(ours[0].absorbed - plain[0].absorbed)) < 1e-13
