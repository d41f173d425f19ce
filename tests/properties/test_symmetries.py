"""Symmetries that hold for any numbers: translation, boost, parity, a constant in V, linearity, units."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from hypothesis import given, settings, strategies as st

from tests.exact import distance, last
from wavesim import Grid, Numerics, Problem
from wavesim.potentials import GaussianBarrier, SmoothFunction
from wavesim.schemes import SCHEMES
from wavesim.states import GaussianPacket

GRID = Grid.line(-16.0, 16.0, 96)
X = np.asarray(GRID.x)
RUN = Numerics(GRID, 0.05, 40, 1, SCHEMES["g6t4"])
FEW = settings(max_examples=8)

heights = st.floats(-2.0, 2.0)
centers = st.floats(-3.0, 3.0)
momenta = st.floats(-2.0, 2.0)
widths = st.floats(0.8, 1.6)


def shape(x: jnp.ndarray, p: dict[str, float]) -> jnp.ndarray:
    """A Gaussian barrier on a constant."""
    return p["height"] * jnp.exp(-((x - p["center"]) ** 2) / 2) + p["constant"]


def barrier(height: float, center: float, constant: float = 0.0) -> SmoothFunction:
    return SmoothFunction(shape, {"height": height, "center": center, "constant": constant})


def gaussian(center: float, width: float, momentum: float) -> np.ndarray:
    psi = np.exp(-(((X - center) / width) ** 2) / 4 + 1j * momentum * X)
    return psi / np.sqrt(np.sum(np.abs(psi) ** 2) * GRID.cell)


def run(height: float, center: float, psi: np.ndarray, constant: float = 0.0) -> np.ndarray:
    packet = GaussianPacket(center=0.0, width=1.0, momentum=0.0)
    return last(Problem(barrier(height, center, constant), packet), RUN, psi)


@FEW
@given(heights, centers, centers, momenta, widths)
def test_parity(height: float, place: float, center: float, momentum: float, width: float) -> None:
    """V(x) -> V(-x) and psi(x) -> psi(-x) for any barrier and packet: the end is the mirror image, to rounding.

    The grid's mirror image of x_j is x_(n-j); its first point, the box's end, is its own. Budget: 1e-12.
    """
    psi = gaussian(center, width, momentum)
    mirrored = np.roll(psi[::-1], 1)
    assert distance(np.roll(run(height, place, psi)[::-1], 1), run(height, -place, mirrored), GRID) < 1e-12


@FEW
@given(heights, st.integers(-12, 12), momenta, widths)
def test_translation_by_whole_cells(height: float, cells: int, momentum: float, width: float) -> None:
    """V and psi moved by the same number of cells: the end has moved as well.

    Budget: the barrier's tail at the box's end, exp(-(16 - 4)^2/2) = 5e-32, and rounding: 1e-12.
    """
    psi = gaussian(-1.0, width, momentum)
    moved = run(height, cells * GRID.spacing[0], np.roll(psi, cells))
    assert distance(np.roll(run(height, 0.0, psi), cells), moved, GRID) < 1e-12


@FEW
@given(heights, st.floats(-5.0, 5.0), momenta)
def test_a_constant_in_the_potential_is_a_phase(height: float, constant: float, momentum: float) -> None:
    """V + c: psi(t) exp(-i c t), t = 2, for any c. F and G do not see it. Budget: rounding of the phase, 1e-12."""
    psi = gaussian(-2.0, 1.0, momentum)
    phase = np.exp(-1j * constant * 2.0)
    assert distance(run(height, 0.5, psi) * phase, run(height, 0.5, psi, constant), GRID) < 1e-12


@FEW
@given(heights, st.complex_numbers(max_magnitude=2.0), st.complex_numbers(max_magnitude=2.0), momenta)
def test_linearity(height: float, alpha: complex, beta: complex, momentum: float) -> None:
    """U (alpha psi + beta chi) = alpha U psi + beta U chi for any complex alpha and beta. Budget: rounding, 1e-12."""
    psi, chi = gaussian(-2.0, 1.0, momentum), gaussian(1.5, 1.3, -0.7)
    together = run(height, 0.2, alpha * psi + beta * chi)
    assert distance(together, alpha * run(height, 0.2, psi) + beta * run(height, 0.2, chi), GRID) < 1e-12


@FEW
@given(st.integers(-10, 10), widths, momenta)
def test_galilean_boost(number: int, width: float, momentum: float) -> None:
    """A boost by p: psi(x) exp(ipx) ends as psi(x - pt, t) exp(ipx - ip^2 t/2), V = 0, t = 2, p = 2 pi number/32 (periodic).

    The shift by p t is done by the Fourier shift theorem, exact for band-limited psi. Budget: tails of the packet at the ends of the
    momentum grid, exp(-(9.4 - 4)^2 0.8^2) = 8e-9 at worst (width 0.8), 1e-7 asked for.
    """
    p = 2 * np.pi * number / 32.0
    psi = gaussian(0.0, width, momentum)
    rest = run(0.0, 0.0, psi)
    k = 2 * np.pi * np.fft.fftfreq(len(X), GRID.spacing[0])
    shifted = np.fft.ifft(np.exp(-1j * k * p * 2.0) * np.fft.fft(rest))
    assert distance(run(0.0, 0.0, psi * np.exp(1j * p * X)), shifted * np.exp(1j * (p * X - p**2)), GRID) < 1e-7


@FEW
@given(st.floats(0.3, 3.0), st.floats(0.5, 2.0))
def test_scaling_of_length_time_and_mass(scale: float, mass: float) -> None:
    """x -> s x, m -> mu m, t -> s^2 mu t, V -> V/(s^2 mu): the same physics in other units, with psi -> psi/sqrt s.

    Budget: rounding, 1e-12. It fails if a mass or a power of hbar is missing anywhere, F and G included.
    """
    packet = GaussianPacket(center=-3.0, width=1.0, momentum=1.2)
    psi = gaussian(-3.0, 1.0, 1.2)
    plain = last(Problem(GaussianBarrier(0.9, 0.8), packet), RUN, psi)
    grid = Grid.line(-16.0 * scale, 16.0 * scale, 96)
    energy, time = 1 / (scale**2 * mass), scale**2 * mass
    scaled = Problem(GaussianBarrier(0.9 * energy, 0.8 * scale), packet, mass=mass)
    numerics = Numerics(grid, 0.05 * time, 40, 1, SCHEMES["g6t4"])
    assert distance(last(scaled, numerics, psi / scale**0.5) * scale**0.5, plain, GRID) < 1e-12
