"""Waves where the mass depends on position: against a transfer matrix written here, an initial value problem, and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from wavesim import theory
from wavesim.errors import NumericsError

# GaAs and Al0.3Ga0.7As in atomic units: 0.25 eV, masses 0.067 and 0.092, layers of 3 and 5 nm
EV, NM = 1 / 27.211386245988, 1 / 0.0529177210903
LAYERS = ((3 * NM, 0.25 * EV, 0.092), (5 * NM, 0.0, 0.067), (3 * NM, 0.25 * EV, 0.092))


def by_transfer_matrices(energy: float, outside: float = 0.067) -> float:
    """T of `LAYERS`: amplitudes of exp(+-ikx) on either side of each interface joined by psi and psi'/m."""
    widths, heights, masses = zip(*LAYERS, strict=True)
    v, m = [0.0, *heights, 0.0], [outside, *masses, outside]
    k = [np.sqrt(2 * mass * (energy - height) + 0j) for mass, height in zip(m, v, strict=True)]
    total, x = np.eye(2, dtype=complex), 0.0
    for j in range(len(k) - 1):
        left = np.array(
            [[np.exp(1j * k[j] * x), np.exp(-1j * k[j] * x)], [1j * k[j] / m[j] * np.exp(1j * k[j] * x), -1j * k[j] / m[j] * np.exp(-1j * k[j] * x)]]
        )  # fmt: skip
        n = j + 1
        right = np.array(
            [[np.exp(1j * k[n] * x), np.exp(-1j * k[n] * x)], [1j * k[n] / m[n] * np.exp(1j * k[n] * x), -1j * k[n] / m[n] * np.exp(-1j * k[n] * x)]]
        )  # fmt: skip
        total = total @ np.linalg.solve(left, right)
        x += widths[j] if j < len(widths) else 0.0
    return float(1 / abs(total[0, 0]) ** 2)


def cells(finer: int = 1) -> theory.MassCells:
    ends = np.cumsum([0.0, *(layer[0] for layer in LAYERS)])

    def of(column: int, x: np.ndarray) -> np.ndarray:
        return np.array([layer[column] for layer in LAYERS])[np.clip(np.searchsorted(ends, x) - 1, 0, len(LAYERS) - 1)]

    return theory.mass_cells(
        lambda x: of(1, np.asarray(x)), lambda x: of(2, np.asarray(x)), 0.0, float(ends[-1]), edges=ends[1:-1],
        outside=(0.0, 0.0), masses=(0.067, 0.067), highest=0.5 * EV, finer=finer,
    )  # fmt: skip


def test_double_barrier_with_two_masses():
    """3 nm/5 nm/3 nm of 0.25 eV, m = 0.092 in the barriers and 0.067 elsewhere, 21 to 397 meV.

    Budget: 1e-11 of T, what a product of bare transfer matrices loses at kappa a = 2.5; the scattering matrices, 1e-13.
    """
    energies = np.linspace(21e-3, 0.397, 40) * EV
    known = np.array([by_transfer_matrices(energy) for energy in energies])
    waves = theory.mass_waves(cells(), energies)
    assert np.max(np.abs(np.exp(waves.log_transmission) / known - 1)) < 1e-11
    assert np.max(np.abs(np.exp(waves.log_transmission) + waves.reflection - 1)) < 1e-14
    widths, heights, masses = (np.array(column) for column in zip(*LAYERS, strict=True))
    logs, back = theory.stacked_transmission(
        widths, np.array([0.0, *heights, 0.0]), np.array([0.067, *masses, 0.067]), energies
    )
    assert np.max(np.abs(logs - waves.log_transmission)) < 1e-12
    assert np.max(np.abs(back - waves.reflection)) < 1e-12


def test_smooth_mass_and_field():
    """V = 1.3 exp(-x^2) + 0.3 x and m = 1 + tanh(x)/2 on (-2, 2), with -0.6 and 1/2 to the left, 0.6 and 1.4 to the right.

    By an initial value problem for (psi, psi'/m) at 1e-12 (DOP853). Budget: 1e-9, a thousand of its tolerances.
    """

    def v(x):
        return 1.3 * np.exp(-(x**2)) + 0.3 * x

    def m(x):
        return 1 + 0.5 * np.tanh(x)

    structure = theory.mass_cells(v, m, -2.0, 2.0, outside=(-0.6, 0.6), masses=(0.5, 1.4), highest=3.0)
    for energy in (0.7, 1.1, 2.5):
        right, left = np.sqrt(2 * (energy - 0.6) / 1.4), np.sqrt(2 * (energy + 0.6) / 0.5)
        psi, phi = solve_ivp(
            lambda x, y: [m(x) * y[1], 2 * (v(x) - energy) * y[0]],  # noqa: B023
            (2.0, -2.0), np.array([1.0, 1j * right]), rtol=1e-12, atol=1e-12, method="DOP853",
        ).y[:, -1]  # fmt: skip
        known = right / left / abs((psi - 1j * phi / left) / 2) ** 2
        found = np.exp(theory.mass_waves(structure, np.array([energy])).log_transmission[0])
        assert found == pytest.approx(known, rel=1e-9)


def test_rectangle_at_any_depth():
    """Height 1, width 2000, E = 1/2, m = 1: log T of the closed form is -3997.2, where T underflows. Budget: 1e-12 of it."""
    structure = theory.mass_cells(lambda x: 1.0 + 0 * x, 1.0, 0.0, 2000.0, outside=(0.0, 0.0), highest=1.0)
    waves = theory.mass_waves(structure, np.array([0.5]))
    assert waves.log_transmission[0] == pytest.approx(
        float(theory.log_rectangular_transmission(0.5, 1.0, 2000.0)), rel=1e-12
    )


def test_functional_derivative():
    """d log T for V + s exp(-x^2), m + s sin(x), E + s, and a rectangle's edge that moves, by differences over 2e-5.

    Budget: 1e-9, the differences' own rounding of 1e-15/1e-5 and second order of 1e-10.
    """
    energies, step = np.array([0.7, 1.4, 2.6]), 1e-5

    def logs(s=0.0, t=0.0, width=1.5, shift=0.0):
        inside = lambda x: ((x > 0) & (x < width)).astype(float)  # noqa: E731
        structure = theory.mass_cells(
            lambda x: inside(x) + s * np.exp(-(x**2)), lambda x: 1 + 0.3 * np.tanh(x) + t * np.sin(x), -3.0, 3.0,
            edges=(0.0, width), outside=(0.0, 0.2), masses=(0.8, 1.1), highest=3.0,
        )  # fmt: skip
        return theory.mass_waves(structure, energies + shift).log_transmission, structure

    known = theory.wave_derivatives(logs()[1], energies)
    x = known.places

    def difference(name):
        return (logs(**{name: step})[0] - logs(**{name: -step})[0]) / (2 * step)

    assert difference("s") == pytest.approx(known.of_v @ np.exp(-(x**2)), abs=1e-9)
    assert difference("t") == pytest.approx(known.of_m @ np.sin(x), abs=1e-9)
    assert difference("shift") == pytest.approx(known.of_energy, abs=1e-9)
    moved = (logs(width=1.5 + step)[0] - logs(width=1.5 - step)[0]) / (2 * step)
    edge = int(np.argmin(np.abs(known.ends - 1.5)))
    assert moved == pytest.approx(known.at_ends[:, edge], abs=1e-9)


def test_poles_of_one_mass_are_those_of_the_constant_mass():
    """Barriers of 1, 0.6 wide and 3 apart, m = 1: the resonances below the top by outgoing waves of each parity. Budget: 1e-12."""
    exact = theory.double_rectangular_resonances(1.0, 0.6, 3.0)
    coarse, fine = (
        theory.mass_cells(
            lambda x: (np.abs(np.abs(x) - 1.8) < 0.3).astype(float),
            1.0,
            -2.1,
            2.1,
            edges=(-1.5, 1.5),
            outside=(0.0, 0.0),
            highest=1.0,
            finer=finer,
        )  # fmt: skip
        for finer in (1, 2)
    )
    poles = theory.mass_poles(coarse, fine, 0.05, 0.95)
    assert len(poles) == len(exact)
    for pole, known in zip(poles, exact, strict=True):
        assert pole.energy == pytest.approx(known.real, abs=1e-12)
        assert pole.width == pytest.approx(-2 * known.imag, abs=1e-12)


def test_levels_of_a_well_with_another_mass():
    """Width 6, depth 1, m = 1/2 inside and 3/2 outside: k tan(k a/2)/m = kappa/M and -k cot(k a/2)/m = kappa/M by Brent's method.

    Budget: 1e-13, its tolerance. An oscillator of m = 1 cut off at 9: n + 1/2, to 1e-12.
    """
    from scipy.optimize import brentq

    half, inside, outside = 3.0, 0.5, 1.5

    def mismatch(energy, odd):
        k, kappa = np.sqrt(2 * inside * energy), np.sqrt(2 * outside * (1 - energy))
        c, s = np.cos(k * half), np.sin(k * half)
        return k / inside * c + kappa / outside * s if odd else k / inside * s - kappa / outside * c

    known = [brentq(mismatch, *ends, args=(odd,), xtol=1e-15) for ends, odd in (((0.05, 0.3), 0), ((0.3, 0.8), 1))]
    well = theory.mass_cells(
        lambda x: 0 * x, inside, -half, half, outside=(1.0, 1.0), masses=(outside, outside), highest=1.0, lowest=-0.01
    )
    assert theory.mass_levels(well, 2) == pytest.approx(known, abs=1e-13)
    assert theory.nodes_below(well, 0.999) == 2
    with pytest.raises(NumericsError, match="holds 2 below its rim"):
        theory.mass_levels(well, 3)
    oscillator = theory.mass_cells(lambda x: x**2 / 2, 1.0, -9.0, 9.0, outside=(40.5, 40.5), highest=10.0, lowest=0.0)
    assert theory.mass_levels(oscillator, 5) == pytest.approx(np.arange(5) + 0.5, abs=1e-12)
    delta = theory.mass_cells(
        lambda x: 0 * x, 1.0, -1.0, 1.0, spikes=(0.0,), strengths=(-1.0,), outside=(0.0, 0.0), highest=1.0, lowest=-1.0
    )
    assert theory.mass_levels(delta, 1) == pytest.approx([-0.5], abs=1e-13)
