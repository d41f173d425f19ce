"""Mean motion of a Gaussian packet between walls or around a ring, by expansion in stationary states (hbar = 1)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from wavesim.errors import NumericsError

from ._quadratic import QuadraticMotion

# standard deviations of the packet's momentum beyond which it is neglected
_FAR = 9.0
# basis size relative to the number of waves up to the largest wave number
_FACTOR = 1.25
# number of waves in addition
_EXCESS = 24
# smallest growth of the basis for an error estimate
_GROWTH = 1.3
_MOST_WAVES = 1600
# accepted relative error; each doubling of the basis takes eight times as long
_TOLERANCE = 1e-6
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
# smallest number of panels
_PANELS = 64
# largest phase across a panel
_PHASE = 4.0
# points summed at once
_POINTS = 4096
_EPS = float(np.finfo(float).eps)


@dataclass(frozen=True)
class Packet:
    """A Gaussian packet: its mean position and width (standard deviation of abs(psi)^2) [length], and mean momentum [1/length]."""

    center: float
    width: float
    momentum: float

    @property
    def fastest(self) -> float:
        """Largest momentum that is not neglected [1/length]."""
        return abs(self.momentum) + _FAR / (2 * self.width)

    def amplitude(self, k: np.ndarray) -> np.ndarray:
        """int exp(-i k (x - center)) psi dx at wave numbers k [length^(1/2)]."""
        return (8 * np.pi * self.width**2) ** 0.25 * np.exp(-((k - self.momentum) ** 2) * self.width**2)


def walled_motion(
    times: np.ndarray,
    potential: Callable[[Any], Any],
    left: float,
    right: float,
    *,
    center: float,
    width: float,
    momentum: float,
    edges: Any = (),
    deltas: Any = ((), ()),
    mass: float = 1.0,
) -> QuadraticMotion:
    """Follow a Gaussian packet between two hard walls, V static: psi = sum of c_n sin(n pi (x - left)/L), H a matrix in this basis.

    The packet is the sum of its images in both walls, with alternating signs, so each c_n is one integral over the whole line. Matrix
    elements of x, x^2 and p are closed forms; those of V are Gauss-Legendre integrals on panels that end at its edges.

    Args:
        times: t >= 0, increasing, shape (n,) [time].
        potential: V(x), finite between the walls [energy].
        left: left wall [length].
        right: right wall [length].
        center: mean position at t = 0 [length].
        width: standard deviation of abs(psi)^2 at t = 0 [length].
        momentum: mean momentum at t = 0 [1/length].
        edges: positions of jumps and kinks of V between the walls [length].
        deltas: positions and strengths of deltas between them [length, energy x length].
        mass: mass of the particle.

    Returns:
        a QuadraticMotion, whose errors are estimated from half as many waves.

    Raises:
        NumericsError: if more than 1600 waves are needed.

    Source: R. W. Robinett, Phys. Rep. 392, 1 (2004), section 4.
    """
    packet, length = Packet(center, width, momentum), right - left
    x, _ = _panels(left, right, edges, packet.fastest)
    values = np.asarray(potential(x), float)
    wave = np.sqrt(packet.fastest**2 + 2 * mass * float(np.ptp(values)))
    waves = int(_FACTOR * wave * length / np.pi) + _EXCESS
    at, strengths = (np.array(values, float) for values in deltas)

    def follow(count: int) -> dict[str, np.ndarray]:
        # a product of two sines has twice the wave number, and Gauss's rule integrates twice the degree
        x, weights = _panels(left, right, edges, max(2 * wave, count * np.pi / length))
        values = np.asarray(potential(x), float)
        n = np.arange(1, count + 1)
        k = n * np.pi / length
        # sqrt(2/L) int sin(k (x - left)) g(x) dx over the whole line
        phase = np.exp(1j * k * (center - left))
        start = (phase * packet.amplitude(-k) - np.conj(phase) * packet.amplitude(k)) / 2j * np.sqrt(2 / length)
        start = start / np.linalg.norm(start)
        smooth = np.diag(k**2 / (2 * mass)) + _sine_matrix(x, values * weights, count, left, length)
        sines = np.sin(np.outer(at - left, k)) * np.sqrt(2 / length)
        angles = np.pi / length * (at - left)
        pairs = angles[:, None] - angles, angles[:, None] + angles
        difference, total = (np.real(_inverse_squares(pair, np.concatenate([-n, n]))) for pair in pairs)
        outside = mass * length / np.pi**2 * (difference - total)
        matrix = smooth + sines.T @ _couplings(strengths, outside) @ sines
        energy = start.conj() @ smooth @ start + strengths @ np.abs(sines @ start) ** 2
        position, square, gradient = _moments(n, length)
        return _means(times, matrix, start, position, square, gradient, left, float(np.real(energy)))

    return _converged(follow, waves)


def ring_motion(
    times: np.ndarray,
    potential: Callable[[Any], Any],
    lower: float,
    period: float,
    *,
    center: float,
    width: float,
    momentum: float,
    edges: Any = (),
    deltas: Any = ((), ()),
    mass: float = 1.0,
) -> QuadraticMotion:
    """Follow a Gaussian packet around a ring, V static, in the basis exp(2 pi i n x/period).

    Position and spread are the circular mean and deviation arg R and sqrt(-2 ln abs(R)) of R = <exp(2 pi i x/period)>, times period/(2 pi).

    Args:
        times: t >= 0, increasing, shape (n,) [time].
        potential: V(x) within the period [energy].
        lower: lower end of the period [length].
        period: circumference of the ring [length].
        center: mean position at t = 0 [length].
        width: standard deviation of abs(psi)^2 at t = 0, much smaller than the period [length].
        momentum: mean momentum at t = 0 [1/length].
        edges: positions of jumps and kinks of V within the period [length].
        deltas: positions and strengths of deltas within it [length, energy x length].
        mass: mass of the particle.

    Returns:
        a QuadraticMotion, whose errors are estimated from half as many waves.

    Raises:
        NumericsError: if more than 1600 waves are needed.
    """
    packet = Packet(center, width, momentum)
    x, _ = _panels(lower, lower + period, edges, packet.fastest)
    values = np.asarray(potential(x), float)
    wave = np.sqrt(packet.fastest**2 + 2 * mass * float(np.ptp(values)))
    waves = 2 * int(_FACTOR * wave * period / (2 * np.pi)) + _EXCESS
    at, strengths = (np.array(values, float) for values in deltas)

    def follow(count: int) -> dict[str, np.ndarray]:
        x, weights = _panels(lower, lower + period, edges, max(2 * wave, count * np.pi / period))
        values = np.asarray(potential(x), float)
        n = np.arange(count) - count // 2
        k = 2 * np.pi * n / period
        start = np.exp(-1j * k * (center - lower)) * packet.amplitude(k)
        start = start / np.linalg.norm(start)
        orders = np.arange(count)
        parts = np.zeros(count, complex)
        for first in range(0, len(x), _POINTS):
            here = slice(first, first + _POINTS)
            parts += np.exp(-2j * np.pi * np.outer(orders, x[here] - lower) / period) @ (values * weights)[here]
        difference = n[:, None] - n
        fourier = parts[np.abs(difference)]
        smooth = np.where(difference >= 0, fourier, np.conj(fourier)) / period + np.diag(k**2 / (2 * mass))
        plane = np.exp(1j * np.outer(at - lower, k)) / np.sqrt(period)
        angles = 2 * np.pi / period * (at[:, None] - at)
        outside = mass * period / (2 * np.pi**2) * _inverse_squares(angles, n)
        matrix = smooth + plane.conj().T @ _couplings(strengths, outside) @ plane
        energy = start.conj() @ smooth @ start + strengths @ np.abs(plane @ start) ** 2
        energies, states = np.linalg.eigh(matrix)
        amplitudes = np.conj(states.T) @ start
        psi = (np.exp(-1j * np.outer(times, energies)) * amplitudes) @ states.T
        circular = np.sum(np.conj(psi[:, 1:]) * psi[:, :-1], axis=1)
        middle = lower + period / 2
        angle = np.angle(circular * np.exp(-2j * np.pi * (middle - lower) / period))
        density = np.abs(psi) ** 2
        return {
            "position": middle + angle * period / (2 * np.pi),
            "momentum": density @ k,
            "spread": np.sqrt(-2 * np.log(np.abs(circular))) * period / (2 * np.pi),
            "energy": np.full(len(times), float(np.real(energy))),
        }

    return _converged(follow, waves)


def _couplings(strengths: np.ndarray, outside: np.ndarray) -> np.ndarray:
    """The matrix S (1 + R S)^-1 of effective strengths of deltas in a finite basis, S their strengths.

    R = sum of phi(x_i) phi(x_j)*/E over the waves outside of the basis, which follow the others adiabatically. The error due to the kink of psi
    at a delta then falls as the inverse cube of the number of waves instead of as its inverse.

    Source: P.-O. Loewdin, J. Chem. Phys. 19, 1396 (1951), for waves of far more energy than the packet's.
    """
    return np.linalg.solve(np.eye(len(strengths)) + strengths[:, None] * outside, np.diag(strengths))


def _inverse_squares(angles: np.ndarray, orders: np.ndarray) -> np.ndarray:
    """Sum of exp(i n angle)/n^2 over all integers n except 0 and these orders.

    Over all integers except 0 it is pi^2/3 - pi angle + angle^2/2, for angles from 0 to 2 pi.
    """
    turn = np.mod(angles, 2 * np.pi)
    n = orders[orders != 0]
    return np.pi**2 / 3 - np.pi * turn + turn**2 / 2 - np.sum(np.exp(1j * angles[..., None] * n) / n**2, axis=-1)


def _panels(left: float, right: float, edges: Any, wave: float) -> tuple[np.ndarray, np.ndarray]:
    """Gauss points between two positions and their weights, on panels that end at edges."""
    count = max(_PANELS, int(wave * (right - left) / _PHASE))
    inner = np.ravel(np.asarray(edges, float))
    ends = np.unique(np.concatenate([np.linspace(left, right, count + 1), inner[(inner > left) & (inner < right)]]))
    half = np.diff(ends)[:, None] / 2
    return np.ravel((ends[:-1] + ends[1:])[:, None] / 2 + half * _NODES), np.ravel(half * _WEIGHTS)


def _sine_matrix(x: np.ndarray, weighted: np.ndarray, count: int, left: float, length: float) -> np.ndarray:
    """(2/L) int V sin(k_m x) sin(k_n x) dx, from cosines of the sum and of the difference of k_m and k_n."""
    if not np.any(weighted):
        return np.zeros((count, count))
    orders, parts = np.arange(2 * count + 1), np.zeros(2 * count + 1)
    for first in range(0, len(x), _POINTS):
        here = slice(first, first + _POINTS)
        parts += np.cos(np.outer(orders, x[here] - left) * np.pi / length) @ weighted[here]
    n = np.arange(1, count + 1)
    return (parts[np.abs(n[:, None] - n)] - parts[n[:, None] + n]) / length


def _moments(n: np.ndarray, length: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """<m|u|n>, <m|u^2|n> and <m|d/du|n> of the sines, u from wall to wall; the last one is antisymmetric."""
    total, difference = n[:, None] + n, n[:, None] - n
    odd, off_diagonal = difference % 2 == 1, difference != 0
    divisor = np.where(off_diagonal, difference, 1)
    inverses = np.where(off_diagonal, 1.0 / divisor**2, 0.0) - 1.0 / total**2
    position = np.where(odd, -2 * length / np.pi**2 * inverses, 0.0) + np.diag(np.full(len(n), length / 2))
    square = np.where(off_diagonal, 2 * length**2 / np.pi**2 * (-1.0) ** difference * inverses, 0.0)
    square += np.diag(length**2 * (1 / 3 - 1 / (2 * np.pi**2 * n**2)))
    gradient = np.where(odd, 4.0 * n[:, None] * n / (length * np.where(off_diagonal, divisor * total, 1)), 0.0)
    return position, square, gradient


def _means(
    times: np.ndarray,
    matrix: np.ndarray,
    start: np.ndarray,
    position: np.ndarray,
    square: np.ndarray,
    gradient: np.ndarray,
    left: float,
    energy: float,
) -> dict[str, np.ndarray]:
    energies, states = np.linalg.eigh(matrix)
    amplitudes = states.T @ start
    psi = (np.exp(-1j * np.outer(times, energies)) * amplitudes) @ states.T

    def mean(operator: np.ndarray) -> np.ndarray:
        return np.einsum("tm,tm->t", np.conj(psi), psi @ operator.T)

    first, second = np.real(mean(position)), np.real(mean(square))
    return {
        "position": left + first,
        "momentum": np.imag(mean(gradient)),
        "spread": np.sqrt(np.maximum(second - first**2, 0.0)),
        "energy": np.full(len(times), energy),
    }


def _converged(follow: Callable[[int], dict[str, np.ndarray]], waves: int) -> QuadraticMotion:
    """Double the number of waves until the motion converges or the number is at its limit.

    The basis does not match the edges of V, so the error falls only as 1/n^3 in n waves. The error bound is the last change divided by the
    relative growth of n, which is right for 1/n and seven times too large here.

    Raises:
        NumericsError: if more than 1600 waves are needed.
    """
    if _GROWTH * waves > _MOST_WAVES:
        raise NumericsError(
            f"theory follows a packet in {_MOST_WAVES} waves at most, but needs {waves}; take a slower or wider packet."
        )
    fine = follow(waves)
    while True:
        larger = min(2 * waves, _MOST_WAVES)
        coarse, fine = fine, follow(larger)
        growth = min(larger / waves - 1, 1.0)
        errors = {name: float(np.max(np.abs(fine[name] - coarse[name]))) / growth for name in fine}
        sizes = {name: float(np.max(np.abs(fine[name]))) for name in fine}
        if all(errors[name] <= _TOLERANCE * sizes[name] for name in fine) or _GROWTH * larger > _MOST_WAVES:
            break
        waves = larger
    return QuadraticMotion(**fine, errors={name: errors[name] + 1e3 * _EPS * sizes[name] for name in fine})
