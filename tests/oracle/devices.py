"""Devices, rates, qubits and times, computed again without the package: eV, nm, K and GHz, constants from CODATA."""

from __future__ import annotations

import math
from collections.abc import Callable

import mpmath
import numpy as np
from scipy import constants as si
from scipy.integrate import quad

from . import closed as i


def diode_current(bias: float, fermi: float = 0.0544, temperature: float = 25.0, slices: int = 60) -> float:
    """A/cm^2 through 5 nm/5 nm/5 nm of 0.23 eV, masses 0.092 and 0.067, by bare transfer matrices of flat slices and the trapezoidal rule.

    The energies lie evenly in the angle of the Lorentzian that is found by the largest T of a scan.
    """
    sides, thickness = np.array([0.0, 5.0, 10.0, 15.0]), 15.0
    ends = np.append(np.concatenate([np.linspace(a, a + 5, slices, endpoint=False) for a in sides[:-1]]), 15.0)
    middle = (ends[1:] + ends[:-1]) / 2
    layer = np.clip(np.searchsorted(sides, middle) - 1, 0, 2)
    v = np.array([0.23, 0.0, 0.23])[layer] - bias * middle / thickness
    m = np.array([0.092, 0.067, 0.092])[layer]

    def transmission(energy: np.ndarray) -> np.ndarray:
        c = i.ELECTRON
        left, right = (np.sqrt(0.067 * (energy - end) / c) for end in (0.0, -bias))
        psi, phi = np.ones(energy.size, complex), 1j * right / 0.067
        for h, height, mass in zip(np.diff(ends)[::-1], v[::-1], m[::-1], strict=True):
            k = np.sqrt(mass * (energy - height) / c + 0j)
            cosine, sine = np.cos(k * h), np.sin(k * h) / k
            psi, phi = cosine * psi - mass * sine * phi, cosine * phi + k**2 / mass * sine * psi
        return right / left / np.abs((psi - 1j * phi * 0.067 / left) / 2) ** 2

    kt = si.k * temperature / si.e
    top = fermi + 40 * kt
    scan = np.linspace(1e-6, top, 40001)
    seen = transmission(scan)
    place = float(scan[int(np.argmax(seen))])
    fine = place + np.linspace(-1e-5, 1e-5, 2001)
    fine = fine[fine > 0]
    peak = float(fine[int(np.argmax(transmission(fine)))])
    beyond = scan[(scan > peak) & (seen < seen.max() / 2)]
    width = 2 * (float(beyond[0]) - peak)
    energies = peak + width / 2 * np.tan(np.linspace(-math.pi / 2, math.pi / 2, 6001)[1:-1])
    energies = np.unique(np.concatenate([energies[(energies > 1e-9) & (energies < top)], scan]))
    supply = kt * (np.logaddexp(0, (fermi - energies) / kt) - np.logaddexp(0, (fermi - energies - bias) / kt))
    integral = np.trapezoid(transmission(energies) * supply, energies) * si.e**2
    return float(si.e * 0.067 * si.m_e / (2 * math.pi**2 * si.hbar**3) * integral * 1e-4)


def through_masses(layers: tuple[tuple[float, float, float], ...], c: float) -> i.T:
    """T(E) of layers (width, height, mass over that outside): psi and psi'/m carried back from the wave that leaves."""

    def transmission(energy: np.ndarray) -> np.ndarray:
        k = np.sqrt(np.asarray(energy) / c)
        psi, slope = np.ones(k.shape, complex), 1j * k
        for width, height, mass in layers[::-1]:
            q = np.sqrt(mass * (energy - height) / c + 0j)
            turned, swung = np.cos(q * width), np.sin(q * width)
            psi, slope = psi * turned - mass / q * swung * slope, slope * turned + q / mass * swung * psi
        return 4 / np.abs(psi + slope / (1j * k)) ** 2

    return transmission


def fowler_nordheim(field: float, work: float) -> float:
    """A/cm^2 at a field in V/nm, by the first and second Fowler-Nordheim constants."""
    first = si.e**3 / (8 * math.pi * si.h) / si.e
    second = 8 * math.pi * math.sqrt(2 * si.m_e) / (3 * si.e * si.h) * si.e**1.5
    return first * (field * 1e9) ** 2 / work * math.exp(-second * work**1.5 / (field * 1e9)) * 1e-4


def eckart_correction(height: float, width: float, mass_u: float, temperature: float) -> float:
    """int T exp(-E/kT) dE/kT over exp(-V0/kT), by adaptive quadrature."""
    kt = si.k * temperature / si.e
    transmission = i.eckart(height, width, i.kinetic(mass_u * si.physical_constants["atomic mass constant"][0]))
    ends = np.linspace(0.0, height + 40 * kt, 41)
    parts = [
        quad(lambda e: float(transmission(e)) * math.exp((height - e) / kt), a, b, epsrel=1e-11)[0]
        for a, b in zip(np.maximum(ends[:-1], 1e-9), ends[1:], strict=True)
    ]
    return math.fsum(parts) / kt


def flux_qubit_gap(flux: float, charging: float, inductive: float, josephson: float, count: int = 240) -> float:
    """GHz between the two lowest levels of 4 E_C n^2 + E_L (phi + pi - 2 pi f)^2/2 + E_J cos phi, in the oscillator's states."""
    size = 2 * count
    lowering = np.diag(np.sqrt(np.arange(1, size)), 1)
    phi = (8 * charging / inductive) ** 0.25 * (lowering + lowering.T) / math.sqrt(2)
    places, waves = np.linalg.eigh(phi)
    cosine = (waves * np.cos(places + 2 * math.pi * (flux - 0.5))) @ waves.T
    oscillator = np.diag(math.sqrt(8 * charging * inductive) * (np.arange(size) + 0.5))
    levels = np.linalg.eigvalsh((oscillator + josephson * cosine)[:count, :count])
    return float(levels[1] - levels[0])


def cubic_lifetime(bias: float, josephson: float, charging: float, count: int = 120, turn: float = 0.35) -> float:
    """ns that the phase stays in E_J (sqrt(1 - s^2) x^2/2 - s x^3/6), by a rotation of x into the complex plane in the oscillator's states."""
    root = math.sqrt(1 - bias**2)
    omega = math.sqrt(8 * charging * josephson * root)
    size = math.sqrt(8 * charging / omega)
    lowering = np.diag(np.sqrt(np.arange(1, count + 4)), 1)
    x = size * (lowering + lowering.T) / math.sqrt(2)
    square, cube = (x @ x)[:count, :count], (x @ x @ x)[:count, :count]
    kinetic = np.diag(omega * (np.arange(count) + 0.5)) - josephson * root / 2 * square
    z = np.exp(1j * turn)
    hamiltonian = kinetic / z**2 + josephson * (root / 2 * square * z**2 - bias / 6 * cube * z**3)
    levels = np.linalg.eigvals(hamiltonian)
    ground = levels[int(np.argmin(np.abs(levels - omega / 2)))]
    # GHz are cycles
    return float(1 / (-2 * ground.imag * 2 * math.pi))


def rectangle_delay(width: float, energy: float = 0.4, height: float = 1.0) -> float:
    """d(arg t)/dE of the rectangle with psi = 1 at both ends, arg t = -atan((kappa^2 - k^2) tanh(kappa a)/(2 k kappa)), with 30 digits."""
    with mpmath.workdps(30):

        def phase(e: mpmath.mpf) -> mpmath.mpf:
            k, kappa = mpmath.sqrt(2 * e), mpmath.sqrt(2 * (height - e))
            return -mpmath.atan((kappa**2 - k**2) / (2 * k * kappa) * mpmath.tanh(kappa * width))

        return float(mpmath.diff(phase, mpmath.mpf(energy)))


def packet_delays(width: float, energy: float, spread: float) -> tuple[float, float]:
    """Through a rectangle 1 high: <1/k> and <d(arg t)/dE + width/k> of a Gaussian packet, over abs(phi(k) t(k))^2, by quad; m = 1.

    arg t + k a = -atan((kappa^2 - k^2) tanh(kappa a)/(2 k kappa)) in closed form, differentiated by complex steps.
    """
    mean = math.sqrt(2 * energy)

    def waves(k: float) -> tuple[float, float]:
        e = complex(k**2 / 2, 1e-30)
        p, kappa = np.sqrt(2 * e), np.sqrt(2 * (1 - e))
        turn = (kappa**2 - p**2) / (2 * p * kappa) * np.tanh(kappa * width)
        delay = -np.arctan(turn).imag / 1e-30
        through = 1 / (np.cosh(kappa * width) ** 2 * (1 + turn**2)).real
        return through * math.exp(-2 * (spread * (k - mean)) ** 2), delay

    low, high = mean - 9 / (2 * spread), mean + 9 / (2 * spread)

    def mean_of(value: Callable[[float, float], float]) -> float:
        def integrand(k: float) -> float:
            weight, delay = waves(k)
            return weight * value(k, delay)

        return quad(integrand, low, high, points=[mean, math.sqrt(2)], epsrel=1e-12, epsabs=0.0, limit=400)[0]

    share = mean_of(lambda k, delay: 1.0)
    return mean_of(lambda k, delay: 1 / k) / share, mean_of(lambda k, delay: delay) / share
