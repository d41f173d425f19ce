"""Fourier transforms: forward FFTs only, physical amplitudes, derivatives and interpolation."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from wavesim import Grid
from wavesim.fourier import at_point, derivative, forward, inverse, momentum_amplitude


@pytest.mark.parametrize("shape", [(64,), (63,), (16, 18), (8, 10, 12)])
def test_forward_and_inverse_are_those_of_numpy(shape: tuple[int, ...], rng: np.random.Generator) -> None:
    """On random complex arrays of one to three dimensions, odd sizes too; the round trip is exact to 1e-14."""
    psi = rng.normal(size=shape) + 1j * rng.normal(size=shape)
    phi = forward(jnp.asarray(psi), len(shape))
    assert np.max(np.abs(np.asarray(phi) - np.fft.fftn(psi))) < 1e-12
    assert np.max(np.abs(np.asarray(inverse(phi, len(shape))) - psi)) < 1e-14


def test_leading_axes_are_a_batch(rng: np.random.Generator) -> None:
    """`dimension` counts from the last axis: 5 waves of 32 points are transformed one by one."""
    batch = jnp.asarray(rng.normal(size=(5, 32)) + 0j)
    assert np.asarray(forward(batch, 1)[3]) == pytest.approx(np.fft.fft(np.asarray(batch[3])), abs=1e-13)
    assert np.max(np.abs(inverse(forward(batch, 1), 1) - batch)) < 1e-15


def test_the_amplitude_of_a_gaussian() -> None:
    """psi = (2 pi w^2)^(-1/4) exp(-(x - c)^2/4w^2 + ip(x - c)): phi(k) = (2w^2/pi)^(1/4) exp(-w^2 (k - p)^2 - ikc).

    Budget: w = 0.9 on a box of 24 with 128 points: tails below 1e-15.
    """
    grid = Grid.line(-11.0, 13.0, 128)
    x, k = np.asarray(grid.x), np.asarray(grid.momentum[0])
    w, c, p = 0.9, 0.7, 1.3
    psi = (2 * np.pi * w**2) ** -0.25 * np.exp(-(((x - c) / (2 * w)) ** 2) + 1j * p * (x - c))
    exact = (2 * w**2 / np.pi) ** 0.25 * np.exp(-(w**2) * (k - p) ** 2 - 1j * k * c)
    phi = np.asarray(momentum_amplitude(jnp.asarray(psi), grid))
    assert np.max(np.abs(phi - exact)) < 1e-13
    assert np.sum(np.abs(phi) ** 2) * 2 * np.pi / 24 == pytest.approx(1.0, abs=1e-13)


def test_parseval_in_two_dimensions(rng: np.random.Generator) -> None:
    """int |phi|^2 dk = int |psi|^2 dx for anything."""
    grid = Grid.product(Grid.line(-1.0, 2.0, 12), Grid.line(0.0, 5.0, 10))
    psi = rng.normal(size=grid.points) + 1j * rng.normal(size=grid.points)
    phi = momentum_amplitude(jnp.asarray(psi), grid)
    volume = (2 * np.pi) ** 2 / (3.0 * 5.0)
    assert np.sum(np.abs(phi) ** 2) * volume == pytest.approx(np.sum(np.abs(psi) ** 2) * grid.cell, rel=1e-13)


def test_derivatives_of_a_gaussian_along_each_axis() -> None:
    """d/dx exp(-x^2 - y^2/2 + 2iy) by hand. Budget: spectral, 1e-11."""
    grid = Grid.product(Grid.line(-7.0, 7.0, 72), Grid.line(-9.0, 9.0, 80))
    x, y = np.asarray(grid.position[0]), np.asarray(grid.position[1])
    psi = np.exp(-(x**2) - y**2 / 2 + 2j * y)
    assert np.max(np.abs(derivative(jnp.asarray(psi), grid, 0) - (-2 * x) * psi)) < 1e-11
    assert np.max(np.abs(derivative(jnp.asarray(psi), grid, 1) - (2j - y) * psi)) < 1e-11


def test_the_unpaired_component_has_no_derivative() -> None:
    """(-1)^j is the real part of waves to the right and to the left alike: its derivative is zero; a real psi keeps a real one."""
    grid = Grid.line(0.0, 1.0, 16)
    assert np.max(np.abs(derivative(jnp.asarray((-1.0 + 0j) ** np.arange(16)), grid))) < 1e-12
    bump = jnp.asarray(np.eye(16)[3] + 0j)
    assert np.max(np.abs(jnp.imag(derivative(bump, grid)))) < 1e-12


def test_interpolation_between_points() -> None:
    """A Gaussian times a plane wave, read between the points and at one of them. Budget: 1e-13."""
    grid = Grid.line(-8.0, 8.0, 96)
    psi = np.exp(-(np.asarray(grid.x) ** 2) + 1.5j * np.asarray(grid.x))
    for place in (0.123456, -1.7, float(grid.x[40])):
        exact = np.exp(-(place**2) + 1.5j * place)
        assert abs(complex(at_point(jnp.asarray(psi), grid, place)) - exact) < 1e-13
