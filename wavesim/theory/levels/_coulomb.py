"""Transmission out of a nucleus by Coulomb functions: square well inside, C/r outside, in closed form (hbar = 1)."""

import cmath
import math
from typing import NamedTuple

from wavesim.errors import ArgumentError

_ACCURACY = 1e-13
# the asymptotic series is used from 30 + eta^2 on: there its terms fall below rounding
_FAR = 30.0
# of a step from there inwards, in units of the local wavelength over 2 pi or of the length of decay
_STRIDE = 2.0
_TERMS = 200
# of the energy: what differences of fourth order are taken over; larger ones see how T bends, smaller ones the digits of the waves
_STEP = 2e-3
# by which the same is solved less accurately, to see what the accuracy leaves
_ROUGHER = 100.0


class CoulombExit(NamedTuple):
    """How a wave inside meets the barrier.

    Attributes:
        log_transmission: natural logarithm of T.
        round_trip: time from the center to the barrier and back, what the wave spends under the barrier included [time].
        error: relative, of T and of the time together.
    """

    log_transmission: float
    round_trip: float
    error: float


def coulomb_outgoing(eta: float, rho: float) -> tuple[complex, complex]:
    """H = G + iF of the repulsive Coulomb field for l = 0, and dH/d rho, but for a constant phase.

    H'' + (1 - 2 eta/rho) H = 0, H -> exp(i(rho - eta ln 2 rho)). The asymptotic series far outside, and from there inwards, in which
    direction G grows, Taylor series of the differential equation.

    Args:
        eta: Sommerfeld's C m/k > 0.
        rho: k r > 0.

    Returns:
        H and dH/d rho.

    Source:
        Abramowitz and Stegun, Handbook of Mathematical Functions, eq. 14.5.1 to 14.5.8.
    """
    return _outgoing(eta, rho, _ACCURACY)


def _outgoing(eta: float, rho: float, accuracy: float) -> tuple[complex, complex]:
    """The same to a relative accuracy of each step."""
    if not (eta > 0 and rho > 0):
        raise ArgumentError("eta", f"and `rho` must be positive, but are {eta:.6g} and {rho:.6g}.")
    far = max(rho, _FAR + eta**2)
    total, slope, term = 1.0 + 0.0j, 0.0 + 0.0j, 1.0 + 0.0j
    for n in range(60):
        following = term * complex((2 * n + 1) * eta, eta**2 - n * (n + 1)) / ((2 * n + 2) * far)
        if abs(following) > abs(term):
            break
        term = following
        total, slope = total + term, slope - (n + 1) * term / far
        if abs(term) < 1e-17:
            break
    turn = cmath.exp(1j * (far - eta * math.log(2 * far)))
    wave, derivative = turn * total, turn * (slope + 1j * (1 - eta / far) * total)
    if rho == far:
        return wave, derivative

    x = far
    while x > rho:
        # the series converges within x of x; of a quarter, and of two radians or two lengths of decay, few terms suffice
        step = min(x - rho, x / 4, _STRIDE / math.sqrt(max(abs(2 * eta / x - 1), 1.0)))
        wave, derivative = _moved(eta, x, -step, wave, derivative, 1e-3 * accuracy)
        x = rho if step == x - rho else x - step
    return wave, derivative


def _moved(
    eta: float, x: float, step: float, wave: complex, derivative: complex, accuracy: float
) -> tuple[complex, complex]:
    """H and its derivative at x + step, by the Taylor series at x: (n + 2)(n + 1) x a[n+2] = (2 eta - x) a[n] - a[n-1] - (n + 1) n a[n+1]."""
    # t[n] = a[n] step^n, and the sum of n t[n]
    before, here, after = 0.0j, wave, derivative * step
    total, slope, size = here + after, after, abs(here) + abs(after)
    for n in range(_TERMS):
        following = (
            step * (step * ((2 * eta - x) * here - step * before) - (n + 1) * n * after) / ((n + 2) * (n + 1) * x)
        )
        before, here, after = here, after, following
        total, slope = total + following, slope + (n + 2) * following
        if (n + 2) * (abs(here) + abs(after)) < accuracy * size:
            break
    return total, slope / step


def coulomb_exit(energy: float, depth: float, radius: float, coulomb: float, mass: float = 1.0) -> CoulombExit:
    """Transmission of an s wave out of a square well through a Coulomb barrier, and the time of one round trip inside.

    Inside exp(iKr) + B exp(-iKr), outside t H(kr), matched at R: T = 4 k K/|K H - i k H'|^2, and the phase of B exp(-2iKR), differentiated
    by the energy, is the delay at the barrier. A state that fits the well leaks at the rate T/round_trip, exactly as T -> 0.

    Args:
        energy: E > 0 far outside [energy].
        depth: V inside is minus this [energy].
        radius: R [length].
        coulomb: C = Z1 Z2 e^2 [energy length].
        mass: reduced mass.

    Returns:
        A CoulombExit.

    Source:
        Matching at R with the Coulomb functions of Abramowitz and Stegun, chapter 14; compare Gamow, Z. Phys. 51 (1928) 204.
    """
    step, phases = _STEP * energy, []
    log, here = _matched(energy, depth, radius, coulomb, mass)
    rough = _matched(energy, depth, radius, coulomb, mass, _ROUGHER * _ACCURACY)
    left = max(abs(log - rough[0]), abs(math.remainder(here - rough[1], 2 * math.pi))) + _ACCURACY
    for place in (-2, -1, 1, 2):
        phase = _matched(energy + place * step, depth, radius, coulomb, mass)[1]
        phases.append((phase - here + math.pi) % (2 * math.pi) - math.pi)
    far_below, below, above, far_above = phases
    second, fourth = (above - below) / (2 * step), (8 * (above - below) - (far_above - far_below)) / (12 * step)
    inside = 2 * radius * mass / math.sqrt(2 * mass * (energy + depth))
    # the next order is about the square of what this one changed
    error = (fourth - second) ** 2 / max(abs(fourth), abs(second), math.ulp(0.0)) + left / step
    return CoulombExit(log, inside + fourth, left + error / (inside + fourth))


def coulomb_log_transmission(energy: float, depth: float, radius: float, coulomb: float, mass: float = 1.0) -> float:
    """log T alone, at a sixth of the cost of `coulomb_exit`, which says what goes in and where it comes from; no error is told."""
    return _matched(energy, depth, radius, coulomb, mass)[0]


def _matched(
    energy: float, depth: float, radius: float, coulomb: float, mass: float, accuracy: float = _ACCURACY
) -> tuple[float, float]:
    """log T, and the phase of B exp(-2iKR)."""
    k, inner = math.sqrt(2 * mass * energy), math.sqrt(2 * mass * (energy + depth))
    wave, slope = _outgoing(coulomb * mass / k, k * radius, accuracy)
    incoming, reflected = inner * wave - 1j * k * slope, inner * wave + 1j * k * slope
    return math.log(4 * k * inner) - 2 * math.log(abs(incoming)), cmath.phase(reflected / incoming)
