"""Mean motion of a Gaussian packet between walls, or around a ring: sums over stationary states (hbar = 1)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from wavesim.errors import NumericsError

from ._quadratic import QuadraticMotion

# widths of the packet, in position and in momentum, beyond which it is nothing
_FAR = 9.0
# waves more than the fastest needs, and how many more for the comparison at least
_MORE, _SPARE, _COMPARED = 1.25, 24, 1.3
_MOST_WAVES = 1600
# of each number: a change that more waves need not make smaller, for each twice as many take eight times as long
_SETTLED = 1e-6
# Gauss points of a panel, panels at least, waves of a panel at most, and points at a time
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
_PANELS, _WAVES, _POINTS = 64, 4.0, 4096
_EPS = float(np.finfo(float).eps)


@dataclass(frozen=True)
class Packet:
    """A Gaussian packet: its mean position and width (standard deviation of abs(psi)^2) [length], and mean momentum [1/length]."""

    center: float
    width: float
    momentum: float

    @property
    def fastest(self) -> float:
        """Largest momentum that it has [1/length]."""
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
    """Follow a Gaussian packet between two hard walls, V static: psi = sum of c_n sin(n pi (x - left)/L), H a matrix of these sines.

    The packet is the sum of its images in both walls, with alternating signs, so that each c_n is one integral over the whole line. Matrix
    elements of x, x^2 and p are closed forms; those of V are integrals by Gauss's rule on panels that end at its edges.

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
        mass: of the particle.

    Returns:
        a QuadraticMotion; an error is what fewer waves change, by as much as they may be behind.

    Raises:
        NumericsError: if more than 1600 waves are needed.

    Source: R. W. Robinett, Phys. Rep. 392, 1 (2004), section 4.
    """
    packet, length = Packet(center, width, momentum), right - left
    x, _ = _panels(left, right, edges, packet.fastest)
    values = np.asarray(potential(x), float)
    wave = np.sqrt(packet.fastest**2 + 2 * mass * float(np.ptp(values)))
    waves = int(_MORE * wave * length / np.pi) + _SPARE

    def follow(count: int) -> dict[str, np.ndarray]:
        # a product of two sines turns twice as fast as either, and Gauss's rule knows twice as much in a panel
        x, shares = _panels(left, right, edges, max(2 * wave, count * np.pi / length))
        values = np.asarray(potential(x), float)
        n = np.arange(1, count + 1)
        k = n * np.pi / length
        # sqrt(2/L) int sin(k (x - left)) g(x) dx over the whole line
        phase = np.exp(1j * k * (center - left))
        start = (phase * packet.amplitude(-k) - np.conj(phase) * packet.amplitude(k)) / 2j * np.sqrt(2 / length)
        start = start / np.linalg.norm(start)
        kinetic = np.diag(k**2 / (2 * mass))
        matrix = kinetic + _in_sines(x, values * shares, count, left, length)
        for place, strength in zip(*deltas, strict=True):
            sines = np.sin(k * (place - left)) * np.sqrt(2 / length)
            matrix += strength * np.outer(sines, sines)
        position, square, gradient = _moments(n, length)
        return _followed(times, matrix, start, position, square, gradient, left)

    return _compared(follow, waves)


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
    """Follow a Gaussian packet around a ring, V static, in the waves exp(2 pi i n x/period).

    Position and spread are those of R = <exp(2 pi i x/period)>: its argument, and sqrt(-2 ln abs(R)), as lengths.

    Args:
        times: t >= 0, increasing, shape (n,) [time].
        potential: V(x) within the period [energy].
        lower: where the period begins [length].
        period: of the ring [length].
        center: mean position at t = 0 [length].
        width: standard deviation of abs(psi)^2 at t = 0, much smaller than the period [length].
        momentum: mean momentum at t = 0 [1/length].
        edges: positions of jumps and kinks of V within the period [length].
        deltas: positions and strengths of deltas within it [length, energy x length].
        mass: of the particle.

    Returns:
        a QuadraticMotion; an error is what fewer waves change, by as much as they may be behind.

    Raises:
        NumericsError: if more than 1600 waves are needed.
    """
    packet = Packet(center, width, momentum)
    x, _ = _panels(lower, lower + period, edges, packet.fastest)
    values = np.asarray(potential(x), float)
    wave = np.sqrt(packet.fastest**2 + 2 * mass * float(np.ptp(values)))
    waves = 2 * int(_MORE * wave * period / (2 * np.pi)) + _SPARE

    def follow(count: int) -> dict[str, np.ndarray]:
        x, shares = _panels(lower, lower + period, edges, max(2 * wave, count * np.pi / period))
        values = np.asarray(potential(x), float)
        n = np.arange(count) - count // 2
        k = 2 * np.pi * n / period
        start = np.exp(-1j * k * (center - lower)) * packet.amplitude(k)
        start = start / np.linalg.norm(start)
        orders = np.arange(count)
        parts = np.zeros(count, complex)
        for first in range(0, len(x), _POINTS):
            here = slice(first, first + _POINTS)
            parts += np.exp(-2j * np.pi * np.outer(orders, x[here] - lower) / period) @ (values * shares)[here]
        for place, strength in zip(*deltas, strict=True):
            parts += strength * np.exp(-2j * np.pi * orders * (place - lower) / period)
        apart = n[:, None] - n
        matrix = np.where(apart >= 0, parts[np.abs(apart)], np.conj(parts[np.abs(apart)])) / period
        matrix = matrix + np.diag(k**2 / (2 * mass))
        energies, states = np.linalg.eigh(matrix)
        parts = np.conj(states.T) @ start
        psi = (np.exp(-1j * np.outer(times, energies)) * parts) @ states.T
        turned = np.sum(np.conj(psi[:, 1:]) * psi[:, :-1], axis=1)
        middle = lower + period / 2
        angle = np.angle(turned * np.exp(-2j * np.pi * (middle - lower) / period))
        weights = np.abs(psi) ** 2
        return {
            "position": middle + angle * period / (2 * np.pi),
            "momentum": weights @ k,
            "spread": np.sqrt(-2 * np.log(np.abs(turned))) * period / (2 * np.pi),
            "energy": np.full(len(times), float(np.abs(parts) ** 2 @ energies)),
        }

    return _compared(follow, waves)


def _panels(left: float, right: float, edges: Any, wave: float) -> tuple[np.ndarray, np.ndarray]:
    """Gauss points between two places, and their weights; panels end at edges."""
    count = max(_PANELS, int(wave * (right - left) / _WAVES))
    inner = np.ravel(np.asarray(edges, float))
    ends = np.unique(np.concatenate([np.linspace(left, right, count + 1), inner[(inner > left) & (inner < right)]]))
    half = np.diff(ends)[:, None] / 2
    return np.ravel((ends[:-1] + ends[1:])[:, None] / 2 + half * _NODES), np.ravel(half * _WEIGHTS)


def _in_sines(x: np.ndarray, weighted: np.ndarray, count: int, left: float, length: float) -> np.ndarray:
    """(2/L) int V sin sin dx, from cosines of the sum and of the difference of two orders."""
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
    total, apart = n[:, None] + n, n[:, None] - n
    odd, other = apart % 2 == 1, apart != 0
    safe = np.where(other, apart, 1)
    difference = np.where(other, 1.0 / safe**2, 0.0) - 1.0 / total**2
    position = np.where(odd, -2 * length / np.pi**2 * difference, 0.0) + np.diag(np.full(len(n), length / 2))
    square = np.where(other, 2 * length**2 / np.pi**2 * (-1.0) ** apart * difference, 0.0)
    square += np.diag(length**2 * (1 / 3 - 1 / (2 * np.pi**2 * n**2)))
    gradient = np.where(odd, 4.0 * n[:, None] * n / (length * np.where(other, safe * total, 1)), 0.0)
    return position, square, gradient


def _followed(
    times: np.ndarray,
    matrix: np.ndarray,
    start: np.ndarray,
    position: np.ndarray,
    square: np.ndarray,
    gradient: np.ndarray,
    left: float,
) -> dict[str, np.ndarray]:
    energies, states = np.linalg.eigh(matrix)
    parts = states.T @ start
    psi = (np.exp(-1j * np.outer(times, energies)) * parts) @ states.T

    def mean(operator: np.ndarray) -> np.ndarray:
        return np.einsum("tm,tm->t", np.conj(psi), psi @ operator.T)

    middle, wide = np.real(mean(position)), np.real(mean(square))
    return {
        "position": left + middle,
        "momentum": np.imag(mean(gradient)),
        "spread": np.sqrt(np.maximum(wide - middle**2, 0.0)),
        "energy": np.full(len(times), float(np.abs(parts) ** 2 @ energies)),
    }


def _compared(follow: Callable[[int], dict[str, np.ndarray]], waves: int) -> QuadraticMotion:
    """The motion in so many waves, or twice as many, and so on, until it settles or there may be no more.

    Waves that do not end at the edges of V converge slowly: what is left falls as the cube of their number for a jump, and as their number for a
    delta. So the error is the last change divided by what their number grew by, less 1: what a delta leaves, and seven times what a jump does.

    Raises:
        NumericsError: if there are too many.
    """
    if _COMPARED * waves > _MOST_WAVES:
        raise NumericsError(
            f"theory follows a packet in {_MOST_WAVES} waves at most, but needs {waves}; take a slower or wider packet."
        )
    fine = follow(waves)
    while True:
        more = min(2 * waves, _MOST_WAVES)
        rough, fine = fine, follow(more)
        left = {name: float(np.max(np.abs(fine[name] - rough[name]))) / min(more / waves - 1, 1.0) for name in fine}
        sizes = {name: float(np.max(np.abs(fine[name]))) for name in fine}
        if all(left[name] <= _SETTLED * sizes[name] for name in fine) or _COMPARED * more > _MOST_WAVES:
            break
        waves = more
    return QuadraticMotion(**fine, errors={name: left[name] + 1e3 * _EPS * sizes[name] for name in fine})
