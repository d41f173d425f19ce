"""Transmission out of a nucleus by Coulomb functions: square well inside, C/r outside, in closed form (hbar = 1)."""

import cmath
import math
from typing import NamedTuple

from wavesim.errors import ArgumentError

# relative accuracy of the waves
_ACCURACY = 1e-13
# the asymptotic series is used from rho = 30 + eta^2 on, where its terms fall below rounding
_FAR = 30.0
# longest step from there inwards, in units of the local wavelength over 2 pi or of the decay length
_STRIDE = 2.0
# most terms of a Taylor series
_TERMS = 200
# step of the fourth-order differences, relative to the energy: larger ones have truncation errors, smaller ones rounding errors
_STEP = 2e-3
# factor on the accuracy in a second solution, which estimates the error
_ROUGHER = 100.0


class CoulombExit(NamedTuple):
    """Transmission through the barrier, and the time of a round trip inside.

    Attributes:
        log_transmission: natural logarithm of T.
        round_trip: time from the center to the barrier and back, the delay at the barrier included [time].
        error: relative error of T and of the time together.
    """

    log_transmission: float
    round_trip: float
    error: float


def coulomb_outgoing(eta: float, rho: float) -> tuple[complex, complex]:
    """H = G + iF of the repulsive Coulomb field for l = 0, and dH/d rho, up to a constant phase.

    H'' + (1 - 2 eta/rho) H = 0, H -> exp(i(rho - eta ln 2 rho)). The asymptotic series is used far outside; from there H is propagated
    inwards, the direction in which G grows, by Taylor series of the differential equation.

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
    """`coulomb_outgoing` to a relative accuracy of each step."""
    if not (eta > 0 and rho > 0):
        raise ArgumentError("eta", f"and `rho` must be positive, but are {eta:.6g} and {rho:.6g}.")
    far = max(rho, _FAR + eta**2)
    total, slope, term = 1.0 + 0.0j, 0.0 + 0.0j, 1.0 + 0.0j
    for n in range(60):
        next_term = term * complex((2 * n + 1) * eta, eta**2 - n * (n + 1)) / ((2 * n + 2) * far)
        if abs(next_term) > abs(term):
            break
        term = next_term
        total, slope = total + term, slope - (n + 1) * term / far
        if abs(term) < 1e-17:
            break
    turn = cmath.exp(1j * (far - eta * math.log(2 * far)))
    wave, derivative = turn * total, turn * (slope + 1j * (1 - eta / far) * total)
    if rho == far:
        return wave, derivative

    x = far
    while x > rho:
        # the radius of convergence is x; for a quarter of it, and two radians or two decay lengths, few terms suffice
        step = min(x - rho, x / 4, _STRIDE / math.sqrt(max(abs(2 * eta / x - 1), 1.0)))
        wave, derivative = _taylor_step(eta, x, -step, wave, derivative, 1e-3 * accuracy)
        x = rho if step == x - rho else x - step
    return wave, derivative


def _taylor_step(
    eta: float, x: float, step: float, wave: complex, derivative: complex, accuracy: float
) -> tuple[complex, complex]:
    """H and its derivative at x + step, by the Taylor series at x: (n + 2)(n + 1) x a[n+2] = (2 eta - x) a[n] - a[n-1] - (n + 1) n a[n+1]."""
    # t[n] = a[n] step^n, and the sum of n t[n]
    before, here, after = 0.0j, wave, derivative * step
    total, slope, size = here + after, after, abs(here) + abs(after)
    for n in range(_TERMS):
        next_term = (
            step * (step * ((2 * eta - x) * here - step * before) - (n + 1) * n * after) / ((n + 2) * (n + 1) * x)
        )
        before, here, after = here, after, next_term
        total, slope = total + next_term, slope + (n + 2) * next_term
        if (n + 2) * (abs(here) + abs(after)) < accuracy * size:
            break
    return total, slope / step


def coulomb_exit(energy: float, depth: float, radius: float, coulomb: float, mass: float = 1.0) -> CoulombExit:
    """Transmission of an s wave out of a square well through a Coulomb barrier, and the time of one round trip inside.

    exp(iKr) + B exp(-iKr) inside and t H(kr) outside are matched at R: T = 4 k K/|K H - i k H'|^2, and the energy derivative of the phase of
    B exp(-2iKR) is the delay at the barrier. A resonance of the well decays at the rate T/round_trip, exact in the limit T -> 0.

    Args:
        energy: E > 0 far outside [energy].
        depth: depth of the well, V = -depth inside [energy].
        radius: R [length].
        coulomb: C = Z1 Z2 e^2 [energy length].
        mass: reduced mass.

    Returns:
        A CoulombExit.

    Source:
        Matching at R with the Coulomb functions of Abramowitz and Stegun, chapter 14; compare Gamow, Z. Phys. 51 (1928) 204.
    """
    step, phases = _STEP * energy, []
    log, center = _matched(energy, depth, radius, coulomb, mass)
    rough = _matched(energy, depth, radius, coulomb, mass, _ROUGHER * _ACCURACY)
    rounding = max(abs(log - rough[0]), abs(math.remainder(center - rough[1], 2 * math.pi))) + _ACCURACY
    for place in (-2, -1, 1, 2):
        phase = _matched(energy + place * step, depth, radius, coulomb, mass)[1]
        phases.append((phase - center + math.pi) % (2 * math.pi) - math.pi)
    far_below, below, above, far_above = phases
    second, fourth = (above - below) / (2 * step), (8 * (above - below) - (far_above - far_below)) / (12 * step)
    inside = 2 * radius * mass / math.sqrt(2 * mass * (energy + depth))
    # the next order is about the square of the change due to this one
    error = (fourth - second) ** 2 / max(abs(fourth), abs(second), math.ulp(0.0)) + rounding / step
    return CoulombExit(log, inside + fourth, rounding + error / (inside + fourth))


def coulomb_log_transmission(energy: float, depth: float, radius: float, coulomb: float, mass: float = 1.0) -> float:
    """log T alone, without its error, at a sixth of the cost of `coulomb_exit`; for arguments and source see there."""
    return _matched(energy, depth, radius, coulomb, mass)[0]


def _matched(
    energy: float, depth: float, radius: float, coulomb: float, mass: float, accuracy: float = _ACCURACY
) -> tuple[float, float]:
    """log T, and the phase of B exp(-2iKR)."""
    k, inner = math.sqrt(2 * mass * energy), math.sqrt(2 * mass * (energy + depth))
    wave, slope = _outgoing(coulomb * mass / k, k * radius, accuracy)
    incoming, reflected = inner * wave - 1j * k * slope, inner * wave + 1j * k * slope
    return math.log(4 * k * inner) - 2 * math.log(abs(incoming)), cmath.phase(reflected / incoming)
