"""The absorber's profile, its design, and where it lies. What it does to waves: tests/physics/test_absorber.py."""

from __future__ import annotations

import dataclasses

import jax.numpy as jnp
import numpy as np
import pytest

from wavesim import Absorber, Grid, Problem, plan
from wavesim.analysis import absorber_leak
from wavesim.analysis.predictions._absorber_leak import layer_leak
from wavesim.errors import ArgumentError
from wavesim.potentials import GaussianBarrier
from wavesim.propagation import check
from wavesim.states import GaussianPacket

GRID = Grid.line(-10.0, 10.0, 200)


def test_the_profile_by_its_formula() -> None:
    """W = 0.58 E u^2/(1 - u)^2 within 3 of either end, u from 0 to 1; nothing in between; symmetric."""
    x, strength = np.asarray(GRID.x), np.asarray(Absorber(3.0, 0.5).sample(GRID))
    depth = np.maximum((np.abs(x) - 7.0) / 3.0, 0.0)
    inner = slice(1, None)
    assert strength[inner] == pytest.approx((0.58 * 0.5 * depth[inner] ** 2 / (1 - depth[inner]) ** 2), rel=1e-9)
    assert np.all(strength[np.abs(x) <= 7.0] == 0)
    assert np.all(np.isfinite(strength))
    assert strength[1:] == pytest.approx(strength[1:][::-1], rel=1e-6)


def test_the_strongest_absorption_is_finite_and_total() -> None:
    """At the very end of the box W is huge but finite, so that exp(-W dt) = 0 and not nan."""
    strength = Absorber(3.0, 0.5).sample(GRID)
    assert float(jnp.exp(-strength[0] * 1e-3)) == 0.0


@pytest.mark.parametrize(("reflection", "wavelengths"), [(0.5, 1.0), (8.1e-3, 1.0), (4.7e-5, 2.0), (1.6e-8, 4.0)])
def test_the_width_of_a_design(reflection: float, wavelengths: float) -> None:
    """Counted in wavelengths of the slowest wave, for any momentum and mass; the strength in its energy, less in thick layers."""
    for slowest, mass in ((1.0, 1.0), (0.3, 2.0)):
        absorber = Absorber.designed(slowest, reflection, mass)
        strength = min(1.0, (3.0 / wavelengths) ** 2.6)
        assert float(absorber.width) == pytest.approx(wavelengths * 2 * np.pi / slowest, rel=1e-12)
        assert float(absorber.energy) == pytest.approx(strength * slowest**2 / (2 * mass), rel=1e-12)


def test_designs_grow_with_what_is_asked() -> None:
    """Thicker for less reflection, without a jump, from one wavelength to eight and no further."""
    widths = np.array([float(Absorber.designed(2 * np.pi, r).width) for r in np.logspace(-1, -12, 60)])
    assert np.all(np.diff(widths) >= 0)
    assert np.max(np.diff(widths)) < 0.7
    assert (widths[0], widths[-1]) == (1.0, 8.0)


@pytest.mark.parametrize("reflection", np.logspace(-2.1, -10, 9))
def test_every_momentum_above_the_slowest_is_absorbed_as_promised(reflection: float) -> None:
    """R + T of the two layers back to back for k = 1 to 6 k_min, by the scattering of the complex potential.

    Formula: max R + T <= the reflection asked for, at any level, not only at those of the table.
    Budget: none; that the layers are not needlessly thick either: more than a fifth of it is reached.
    """
    absorber = Absorber.designed(0.8, reflection, mass=1.3)
    k = 0.8 * np.concatenate([np.linspace(1.0, 1.5, 26), np.linspace(1.6, 6.0, 15)])
    leak = absorber_leak(absorber, k, 1.3)
    assert 0.2 * reflection < leak.max() <= reflection


def test_axes() -> None:
    """Only the named axes absorb; corners add up."""
    grid = Grid.product(GRID, GRID)
    line = np.asarray(Absorber(3.0, 0.5).sample(GRID))
    one = np.asarray(Absorber(3.0, 0.5, axes=(1,)).sample(grid))
    both = np.asarray(Absorber(3.0, 0.5, axes=(0, 1)).sample(grid))
    assert np.array_equal(one, np.broadcast_to(line, (200, 200)))
    assert both == pytest.approx(line[:, None] + line[None, :], rel=1e-12)


def test_what_is_no_absorber_is_refused() -> None:
    with pytest.raises(ArgumentError, match="`width` must be positive"):
        Absorber(0.0, 1.0)
    with pytest.raises(ArgumentError, match="`energy` must be positive"):
        Absorber(1.0, -1.0)
    with pytest.raises(ArgumentError, match="must leave room between them"):
        Absorber(10.0, 1.0).sample(GRID)
    with pytest.raises(ArgumentError, match="must name axes of the grid"):
        Absorber(1.0, 1.0, axes=(1,)).sample(GRID)
    with pytest.raises(ArgumentError, match="`reflection` must be positive"):
        Absorber.designed(1.0, 0.0)


def test_leaks_read_off_a_table_are_those_of_the_layer() -> None:
    """Set-up: planned layers for three tolerances and masses, met by momenta from 0.8 to 8 times that of their slowest waves.

    Formula: a layer's leak depends on width x sqrt(2 mass energy) and on the momentum in that unit alone. Budget: it is part of a bar, and no smaller than
    the exact one by more than 5 % where that is above 1e-9; where it matters, above a hundredth of its largest, no more than twice as large.
    """
    for reflection, mass in ((1e-3, 1.0), (1e-5, 0.067), (1e-7, 1836.0)):
        layer = Absorber.designed(1.3, reflection, mass)
        k = np.geomspace(0.8 * 1.3, 8 * 1.3, 97)
        told, exact = layer_leak(layer, k, mass), absorber_leak(layer, k, mass)
        assert np.min((told / exact)[exact > 1e-9]) > 0.95
        assert np.max((told / exact)[exact > 0.01 * exact.max()]) < 2.0
        assert np.all(told[exact <= 0.01 * exact.max()] < 0.012 * exact.max())


def test_numerics_with_layers_that_meet_are_refused_before_a_run() -> None:
    problem = Problem(GaussianBarrier(1.0, 1.0), GaussianPacket(-15.0, 2.0, momentum=1.2))
    numerics = plan(problem, 1e-3).numerics
    length = float(numerics.grid.upper[0] - numerics.grid.lower[0])
    with pytest.raises(ArgumentError, match="must leave room between them"):
        check(problem, dataclasses.replace(numerics, absorber=Absorber(length / 2, 1.0)))
