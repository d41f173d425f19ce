"""Closed forms and other methods for single problems, numpy, scipy and mpmath alone: what the scenarios and the oracle itself are held against.

Units: eV, nm, fs and the constants of scipy (CODATA) where a scenario has units; hbar = m = 1 where it has none. Everywhere
c = hbar^2/(2 m), so that an energy is c k^2: 1/2 in natural units.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
from scipy import constants as si, fft
from scipy.integrate import solve_ivp
from scipy.linalg import eigh
from scipy.optimize import brentq, minimize_scalar
from scipy.special import airy

T = Callable[[Any], Any]

NATURAL = 0.5
HBAR = si.hbar / si.e * 1e15  # eV fs
NODES, WEIGHTS = np.polynomial.legendre.leggauss(40)


def kinetic(kilograms: float) -> float:
    """hbar^2/(2 m) in eV nm^2."""
    return si.hbar**2 / (2 * kilograms) / si.e * 1e18


ELECTRON = kinetic(si.m_e)
GALLIUM_ARSENIDE = kinetic(0.067 * si.m_e)
HYDROGEN = kinetic(1.008 * si.physical_constants["atomic mass constant"][0])


def average(transmission: T, energy: float, width: float, c: float, sharp_at: float = 0.0) -> float:
    """int T abs(phi(k))^2 dk of a Gaussian packet, by 64 panels of 40 Gauss points from the threshold to 9 standard deviations."""
    middle, spread = np.sqrt(energy / c), 1 / (2 * width)
    low = max(middle - 9 * spread, np.sqrt(max(sharp_at, 0.0) / c), 1e-9 * middle)
    # more panels towards the threshold, where a step's T rises as a root
    ends = low + (middle + 9 * spread - low) * np.linspace(0.0, 1.0, 65) ** 2
    k = ((ends[1:] + ends[:-1])[:, None] + (ends[1:] - ends[:-1])[:, None] * NODES) / 2
    weight = (ends[1:] - ends[:-1])[:, None] / 2 * WEIGHTS
    density = np.exp(-(((k - middle) / spread) ** 2) / 2) / (np.sqrt(2 * np.pi) * spread)
    return float(np.sum(np.asarray(transmission(c * k.ravel() ** 2)).reshape(k.shape) * density * weight))


def rectangular(height: float, width: float, c: float) -> T:
    """1/(1 + V^2 sinh^2(kappa a)/(4 E (V - E))), kappa imaginary above the top."""

    def transmission(energy: Any) -> Any:
        kappa = np.sqrt((height - energy) / c + 0j)
        return 1 / (1 + (height**2 * np.sinh(kappa * width) ** 2 / (4 * energy * (height - energy))).real)

    return transmission


def delta(strength: float) -> T:
    return lambda energy: 1 / (1 + strength**2 / (2 * energy))


def eckart(height: float, width: float, c: float) -> T:
    def transmission(energy: Any) -> Any:
        up = np.sinh(np.pi * np.sqrt(energy / c) * width) ** 2
        return up / (up + np.cosh(np.pi / 2 * np.sqrt(4 * height * width**2 / c - 1 + 0j)).real ** 2)

    return transmission


def exact_rectangular(energy: float, height: float, width: float, mass: float = 1.0) -> Any:
    """T of the rectangular barrier with 40 digits, by the sinh of a complex number."""
    with mpmath.workdps(40):
        e, v, a, m = (mpmath.mpf(float(z)) for z in (energy, height, width, mass))
        if e == v:
            return 1 / (1 + m * v * a**2 / 2)
        kappa = mpmath.sqrt(2 * m * (v - e))
        return mpmath.re(1 / (1 + v**2 * mpmath.sinh(kappa * a) ** 2 / (4 * e * (v - e))))


def exact_eckart(energy: float, height: float, width: float, mass: float = 1.0) -> Any:
    """T of V / cosh^2(x/a) with 40 digits, by the cosh of a complex number."""
    with mpmath.workdps(40):
        e, v, a, m = (mpmath.mpf(float(z)) for z in (energy, height, width, mass))
        up = mpmath.sinh(mpmath.pi * mpmath.sqrt(2 * m * e) * a) ** 2
        return mpmath.re(up / (up + mpmath.cosh(mpmath.pi / 2 * mpmath.sqrt(8 * m * v * a**2 - 1)) ** 2))


def step(height: float) -> T:
    def transmission(energy: Any) -> Any:
        k, q = np.sqrt(energy), np.sqrt(np.maximum(energy - height, 0.0))
        return 4 * k * q / (k + q) ** 2

    return transmission


def matched(pieces: list[tuple[float, float]], c: float) -> T:
    """Flat pieces (V, length): psi and psi' of the outgoing wave carried back to the left."""

    def transmission(energy: Any) -> Any:
        k = np.sqrt(energy / c)
        psi, slope = 1.0 + 0j, 1j * k
        for height, length in reversed(pieces):
            wave = np.sqrt((energy - height) / c + 0j)
            cos, sin = np.cos(wave * length), np.sin(wave * length)
            psi, slope = cos * psi - sin / wave * slope, wave * sin * psi + cos * slope
        return 1 / abs((psi + slope / (1j * k)) / 2) ** 2

    return transmission


def triangular(height: float, width: float, c: float) -> T:
    """V (1 - x/a): Ai and Bi of (V - E - F x)/(F l) matched to the outgoing wave at the foot, and at the top to what comes in."""
    force = height / width
    length = np.cbrt(c / force)

    def transmission(energy: Any) -> Any:
        k = np.sqrt(energy / c)
        a1, a1p, b1, b1p = airy(-energy / (force * length))
        a0, a0p, b0, b0p = airy((height - energy) / (force * length))
        # psi = p Ai + q Bi, dpsi/dx = -(p Ai' + q Bi')/l; the Wronskian Ai Bi' - Ai' Bi is 1/pi
        slope = -1j * k * length
        p, q = np.pi * (b1p - slope * b1), np.pi * (slope * a1 - a1p)
        psi, derivative = p * a0 + q * b0, -(p * a0p + q * b0p) / length
        return 1 / abs((psi + derivative / (1j * k)) / 2) ** 2

    return transmission


def integrated(potential: Callable[[float], float], left: float, right: float, c: float, steps: int = 4000) -> T:
    """psi'' = (V - E) psi/c by the classical Runge-Kutta method, from the outgoing wave back to the left; all energies at once."""
    h = (left - right) / steps

    def transmission(energy: Any) -> Any:
        k = np.sqrt(energy / c)
        psi, slope = np.ones_like(k) + 0j, 1j * k
        for n in range(steps):
            x = right + n * h
            w0, w1, w2 = ((potential(x + part * h) - energy) / c for part in (0.0, 0.5, 1.0))
            p1, s1 = slope, w0 * psi
            p2, s2 = slope + h / 2 * s1, w1 * (psi + h / 2 * p1)
            p3, s3 = slope + h / 2 * s2, w1 * (psi + h / 2 * p2)
            p4, s4 = slope + h * s3, w2 * (psi + h * p3)
            psi, slope = psi + h / 6 * (p1 + 2 * p2 + 2 * p3 + p4), slope + h / 6 * (s1 + 2 * s2 + 2 * s3 + s4)
        return 1 / abs((psi + slope / (1j * k)) / 2) ** 2

    return transmission


def peak(transmission: T, low: float, high: float) -> tuple[float, float]:
    """Where T is highest between low and high, and the full width at half of that."""

    def miss(energy: float, half: float = 0.0) -> float:
        return float(half - transmission(energy))

    found: Any = minimize_scalar(miss, bounds=(low, high), method="bounded", options={"xatol": 1e-12})
    top = float(found.x)
    half = float(transmission(top)) / 2
    sides = [float(np.asarray(brentq(miss, *ends, args=(half,), xtol=1e-14))) for ends in ((low, top), (top, high))]
    return top, sides[1] - sides[0]


def polynomial_gap(powers: dict[int, float], scale: float = 0.45, size: int = 140) -> float:
    """The gap of p^2/2 + sum of c x^n, n even, in oscillator functions of length `scale`, each parity alone."""
    n = np.arange(size + 8)
    lower = np.diag(np.sqrt(n[1:]), 1)
    x = scale * (lower + lower.T) / np.sqrt(2)
    h = -((lower - lower.T) @ (lower - lower.T)) / (4 * scale**2)
    h = h + sum(c * np.linalg.matrix_power(x, power) for power, c in powers.items())
    even, odd = (eigh(h[parity:size:2, parity:size:2], eigvals_only=True)[0] for parity in (0, 1))
    return float(odd - even)


def delta_in_a_field(field: float) -> tuple[float, float]:
    """Energy and lifetime of a particle in -delta(x) - F x: psi'/psi falls by 2 from Ai(z) to Bi(z) + i Ai(z), z = -(2F)^(1/3) (x + E/F)."""
    with mpmath.workdps(30):
        slope = mpmath.cbrt(2 * mpmath.mpf(field))

        def miss(energy: Any) -> Any:
            z = -slope * energy / mpmath.mpf(field)
            inside, out = mpmath.airyai(z), mpmath.airybi(z) + 1j * mpmath.airyai(z)
            inside_slope = mpmath.airyai(z, derivative=1)
            out_slope = mpmath.airybi(z, derivative=1) + 1j * inside_slope
            return 2 - slope * (out_slope / out - inside_slope / inside)

        start = mpmath.mpf(-0.5) - mpmath.mpf(5) / 8 * mpmath.mpf(field) ** 2
        width = mpmath.exp(-2 / (3 * mpmath.mpf(field)))
        energy = mpmath.findroot(miss, (mpmath.mpc(start, -width / 2), mpmath.mpc(start * 1.001, -width)))
        return float(energy.real), float(-1 / (2 * energy.imag))


class Oscillator:
    """Wave functions as sums of `size` oscillator functions of length `scale`; mass 1 or in c. The quartic well with a tilt."""

    def __init__(
        self, barrier: float, half: float, tilt: float = 0.0, c: float = NATURAL, scale: float = 0.5, size: int = 90
    ):
        n = np.arange(size + 8)
        lower = np.diag(np.sqrt(n[1:]), 1)
        self.scale, self.size = scale, size
        x = scale * (lower + lower.T) / np.sqrt(2)
        square = x @ x
        kinetic = -c / (2 * scale**2) * ((lower - lower.T) @ (lower - lower.T))
        h = kinetic + barrier * (square @ square / half**4 - 2 * square / half**2) + tilt * x / half
        self.x = x[:size, :size]
        if tilt:
            self.energies, vectors = eigh(h[:size, :size])
            self.energies = self.energies + barrier
            self.states = vectors.T
        else:
            found = []
            for parity in (0, 1):
                energies, vectors = eigh(h[parity:size:2, parity:size:2])
                for energy, vector in zip(energies, vectors.T, strict=True):
                    state = np.zeros(size)
                    state[parity::2] = vector
                    found.append((energy + barrier, state))
            found.sort(key=lambda pair: pair[0])
            self.energies, self.states = np.array([e for e, _ in found]), np.array([s for _, s in found])

    def left_overlaps(self, count: int) -> np.ndarray:
        """int_{-inf}^0 psi_m psi_n dx of the lowest states."""
        reach = self.scale * (np.sqrt(2 * self.size) + 6)
        ends = np.linspace(-reach, 0.0, 41)
        x = ((ends[1:] + ends[:-1])[:, None] + (ends[1:] - ends[:-1])[:, None] * NODES) / 2
        weight = ((ends[1:] - ends[:-1])[:, None] / 2 * WEIGHTS).ravel()
        y = x.ravel() / self.scale
        functions = [np.exp(-(y**2) / 2) / (np.pi**0.25 * np.sqrt(self.scale))]
        functions.append(np.sqrt(2) * y * functions[0])
        for n in range(2, self.size):
            functions.append(np.sqrt(2 / n) * y * functions[-1] - np.sqrt((n - 1) / n) * functions[-2])
        psi = self.states[:count] @ np.array(functions)
        return (psi * weight) @ psi.T

    def start(self) -> np.ndarray:
        """Coefficients of the combination of the two lowest states that lies farthest left: the lowest eigenvector of x among them."""
        places = self.states[:2] @ self.x @ self.states[:2].T
        return np.linalg.eigh(places)[1][:, 0]


def narrow_gap(barrier: float, half: float, scale: float, size: int = 60) -> float:
    """E_1 - E_0 of barrier ((x/half)^2 - 1)^2 with mass 1, each parity in `size` oscillator functions of length `scale`, to 30 digits.

    The lowest level of each block by Rayleigh's iteration from its eigenvector in double precision.
    """
    levels = []
    with mpmath.workdps(30):
        s2, two = mpmath.mpf(scale) ** 2, mpmath.mpf(2)
        for parity in (0, 1):
            h = mpmath.zeros(size)
            for row in range(size):
                n = 2 * row + parity
                h[row, row] = (n + 1 / two) / (2 * s2) + barrier * (
                    s2**2 * (6 * n * n + 6 * n + 3) / 4 / half**4 - 2 * s2 * (n + 1 / two) / half**2 + 1
                )
                if row + 1 < size:
                    root = mpmath.sqrt((n + 1) * (n + 2))
                    quartic, square = s2**2 * (4 * n + 6) * root / 4, s2 * root / 2
                    h[row, row + 1] = h[row + 1, row] = -root / (4 * s2) + barrier * (
                        quartic / half**4 - 2 * square / half**2
                    )
                if row + 2 < size:
                    root = mpmath.sqrt((n + 1) * (n + 2) * (n + 3) * (n + 4))
                    h[row, row + 2] = h[row + 2, row] = barrier * s2**2 * root / 4 / half**4
            energy, vectors = eigh(np.array(h.tolist(), dtype=float), subset_by_index=(0, 0))
            level, state = mpmath.mpf(energy[0]) - mpmath.mpf(10) ** -9, mpmath.matrix(vectors[:, 0].tolist())
            for _ in range(3):
                state = mpmath.lu_solve(h - level * mpmath.eye(size), state)
                state /= mpmath.norm(state)
                level = (state.T * h * state)[0]
            levels.append(level)
        return float(levels[1] - levels[0])


def driven_right_population(force: float, frequency: float, phase: float, duration: float) -> float:
    """Shaken wells of barrier 6 and half distance 1.6: the 16 lowest states, by an explicit method of order 8 with a tolerance of 1e-11."""
    well, count = Oscillator(6.0, 1.6), 16
    energies = well.energies[:count]
    x = well.states[:count] @ well.x @ well.states[:count].T
    start = np.zeros(count, complex)
    start[:2] = well.start()

    def slope(t: float, amplitudes: np.ndarray) -> np.ndarray:
        turn = np.exp(-1j * energies * t)
        return -1j * force * np.cos(frequency * t + phase) * turn.conj() * (x @ (turn * amplitudes))

    end = solve_ivp(slope, (0.0, duration), start, method="DOP853", rtol=1e-11, atol=1e-13).y[:, -1]
    end = np.exp(-1j * energies * duration) * end
    return float(1 - (end.conj() @ well.left_overlaps(count) @ end).real)


def square_gap(depth: float, width: float, separation: float, c: float) -> float:
    """Two square wells: k w = arctan(kappa/k) + arctan(kappa/k tanh or coth(kappa s/2)), with 30 digits; E_A - E_S of the lowest pair."""
    levels = []
    with mpmath.workdps(30):
        for inner in (mpmath.tanh, mpmath.coth):

            def mismatch(binding: Any, inner: Any = inner) -> Any:
                kappa, k = mpmath.sqrt(binding / c), mpmath.sqrt((depth - binding) / c)
                return k * width - mpmath.atan(kappa / k) - mpmath.atan(kappa / k * inner(kappa * separation / 2))

            levels.append(
                -mpmath.findroot(mismatch, (mpmath.mpf(depth) / 2, mpmath.mpf(depth) * 0.9999), solver="anderson")
            )
        return float(levels[1] - levels[0])


def leaky_square(depth: float, width: float, separation: float, c: float) -> tuple[float, float]:
    """(energy, width) of the lowest state of a square well that a barrier parts from a half space at the well's bottom."""
    with mpmath.workdps(30):

        def mismatch(binding: Any) -> Any:
            kappa, k = mpmath.sqrt(binding / c), mpmath.sqrt((depth - binding) / c)
            # psi'/psi: kappa at the left edge, through the well, and through the barrier to ik outside
            psi, slope = mpmath.mpf(1), kappa
            cos, sin = mpmath.cos(k * width), mpmath.sin(k * width)
            psi, slope = cos * psi + sin / k * slope, -k * sin * psi + cos * slope
            cosh, sinh = mpmath.cosh(kappa * separation), mpmath.sinh(kappa * separation)
            psi, slope = cosh * psi + sinh / kappa * slope, kappa * sinh * psi + cosh * slope
            return (slope - 1j * k * psi) / cosh

        found = mpmath.findroot(mismatch, 0.694 * depth + 1e-5j * depth)
        return float(-found.real), float(2 * abs(found.imag))


def delta_levels(separation: float) -> tuple[float, float]:
    """(E_S, E_A) of two delta wells, W = m = hbar = 1, from kappa a = a + LambertW(+-a exp(-a)), with 40 digits."""
    with mpmath.workdps(40):
        a = mpmath.mpf(separation)
        even, odd = (1 + mpmath.lambertw(sign * a * mpmath.exp(-a)).real / a for sign in (1, -1))
        return float(-(even**2) / 2), float(-(odd**2) / 2)


def henon_heiles(count: int, size: int = 26) -> np.ndarray:
    """(x^2 + y^2)/2 + (x^2 y - y^3/3)/sqrt 80 among the products of oscillator functions with up to `size` quanta."""
    n = np.arange(size + 4)
    lower = np.diag(np.sqrt(n[1:]), 1)
    x = (lower + lower.T) / np.sqrt(2)
    square, cube = x @ x, x @ x @ x
    pairs = [(i, j) for i in range(size) for j in range(size) if i + j < size]
    i, j = np.array(pairs).T
    h = (np.kron(square, x) - np.kron(np.eye(len(n)), cube) / 3) / np.sqrt(80)
    places = i * len(n) + j
    h = h[np.ix_(places, places)] + np.diag(i + j + 1.0)
    return eigh(h, eigvals_only=True, subset_by_index=(0, count - 1))


def double_slit(steps: int) -> tuple[float, float]:
    """(transmitted probability, distance of the bright fringes beside the central one / 2 in 1/nm) by Strang's splitting on one grid.

    A wall 4 eV exp(-x^2/(2 0.5^2)) with two slits of 0.7 nm, 4 nm apart; a packet of 1 eV, 2.5 by 4 nm wide, 50 fs after it starts 14 nm before.
    """
    points, lower, length = (250, 224), (-32.0, -28.0), (62.5, 56.0)
    x, y = (low + side / n * np.arange(n) for low, side, n in zip(lower, length, points, strict=True))
    kx, ky = (2 * np.pi * np.fft.fftfreq(n, side / n) for side, n in zip(length, points, strict=True))
    wall = 4 * np.exp(-((x[:, None] / 0.5) ** 2) / 2)
    for slit in (-2.0, 2.0):
        wall = wall * (1 - np.exp(-(((y - slit) / 0.7) ** 2) / 2))
    k0 = np.sqrt(1.0 / ELECTRON)
    psi = np.exp(-(((x + 14) / 5) ** 2) + 1j * k0 * x)[:, None] * np.exp(-((y / 8) ** 2))
    psi /= np.sqrt(np.sum(abs(psi) ** 2))
    turn = 50.0 / steps / HBAR
    half, free = np.exp(-0.5j * turn * wall), np.exp(-1j * turn * ELECTRON * (kx[:, None] ** 2 + ky**2))
    for _ in range(steps):
        psi = half * fft.ifft2(free * fft.fft2(half * psi))
    behind = psi[x > 2.0]
    momenta = 2 * np.pi * np.fft.fftfreq(16 * points[1], length[1] / points[1])
    pattern = np.sum(abs(np.asarray(fft.fft(behind, 16 * points[1], axis=1))) ** 2, axis=0)
    order = np.argsort(momenta)
    k, p = momenta[order], pattern[order]
    bright = 1 + np.flatnonzero((p[1:-1] > p[:-2]) & (p[1:-1] > p[2:]) & (p[1:-1] > 0.02 * p.max()))
    slope, bend = (p[bright + 1] - p[bright - 1]) / 2, p[bright + 1] - 2 * p[bright] + p[bright - 1]
    beside = np.sort(abs(k[bright] - slope / bend * (k[1] - k[0])))[1:3]
    return float(np.sum(abs(behind) ** 2)), float(np.mean(beside))
