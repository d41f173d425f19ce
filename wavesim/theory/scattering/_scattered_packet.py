"""Transmitted probability of a sum of Gaussians, wherever it starts, also inside the potential (hbar = 1)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from ..methods import CellWaves, Terrain, faddeeva, integrated, on_panels

# distance from its center, in widths, beyond which the probability of a Gaussian is below 1e-26 and interference terms below 1e-13
REACH = 10.7
# range of momenta in standard deviations, beyond which the amplitude is below 1e-17
_SPREADS = 12.6
# largest range, needed where T rises as fast as the Gaussian falls
_MOST_SPREADS = 80.0
# logarithm of the smallest probability density, exp(-39) = 1e-17 of the largest
_FAINT = -39.0
# smallest probability of slow waves
_LEAST_SHARE = 1e-17
# samples of a band with a search for resonances, and without
_GRID, _FEW = 513, 48
# initial number of panels of a band
_FIRST_PANELS = 16
# largest change of phase between two samples: even the narrowest resonance changes the transmitted phase by pi
_TURN = 0.7
# most bisections in the search for resonances
_MOST_HALVINGS = 44
# largest number of matrix entries computed at once
_MOST_ENTRIES = 300_000
# relative contribution of another octave of momenta below which the band is not doubled
_SHARE = 1e-11
# most doublings of the band
_MOST_OCTAVES = 6
# absolute accuracy of the integral
_ABSOLUTE = 1e-14
# logarithm of the probability below which the accuracy is relative
_SMALL_LOG = -20.0
# smallest logarithm whose exponential does not underflow
_LEAST_LOG = -700.0


@dataclass(frozen=True)
class Gaussian:
    """amplitude (2 pi width^2)^(-1/4) exp(-(x - center)^2/(4 width^2) + i momentum (x - center)).

    Attributes:
        center: mean position [length].
        width: standard deviation of abs(psi)^2 [length].
        momentum: mean momentum [1/length].
        amplitude: coefficient in a superposition.
    """

    center: float
    width: float
    momentum: float
    amplitude: complex = 1.0

    @property
    def mirrored(self) -> Gaussian:
        """psi(-x)."""
        return replace(self, center=-self.center, momentum=-self.momentum)

    def at(self, x: np.ndarray) -> np.ndarray:
        """psi at x."""
        y = x - self.center
        size = self.amplitude * (2 * np.pi * self.width**2) ** -0.25
        return size * np.exp(-((y / self.width) ** 2) / 4 + 1j * self.momentum * y)

    def up_to(self, edge: float, k: np.ndarray) -> np.ndarray:
        """int_(-inf)^edge exp(-ik(x - edge)) psi(x) dx for k real or imaginary, by the error function.

        Source: int_(-inf)^d exp(-z^2/4w^2 + i b z/w) dz = w sqrt(pi) exp(-b^2) erfc(-d/2w + i b).
        """
        a, b = (edge - self.center) / (2 * self.width), self.width * (self.momentum - k)
        place = -a + 1j * b
        direct = place.real >= 0
        tail = np.exp(-a * a + 2j * a * self.width * self.momentum) * faddeeva(np.where(direct, 1j, -1j) * place)
        bulk = np.where(direct, 0.0, b)
        whole = 2 * np.exp(2j * a * self.width * np.where(direct, 0.0, k) - bulk * bulk)
        part = np.where(direct, tail, whole - tail)
        return self.amplitude * (2 * np.pi * self.width**2) ** -0.25 * self.width * math.sqrt(math.pi) * part

    def log_spectrum(self, k: np.ndarray) -> np.ndarray:
        """Logarithm of abs(phi(k))^2 without the amplitude."""
        return math.log(2 * self.width**2 / math.pi) / 2 - 2 * (self.width * (k - self.momentum)) ** 2


class Share(NamedTuple):
    """A probability, a bound on its error, and its logarithm, which is finite also where the probability underflows."""

    value: float
    error: float
    log: float


def transmitted_share(terrain: Terrain, packet: tuple[Gaussian, ...], mass: float) -> Share:
    """Probability that the packet finally moves away to the right.

    P = int dk |<k|psi>|^2 over the states with the single outgoing wave exp(ikx) on the right. Each is the complex conjugate of the state u
    incident from the right, which is proportional to exp(-iqx) on the left, so P is int T abs(phi)^2 dk for a packet in front of the
    potential. The parts inside and behind interfere and are added with their phases. Where V is lower on the right, states with E below V on
    the left are exp(kappa x) there, which overlaps with the slow waves of a packet at any distance.

    Args:
        terrain: V.
        packet: psi, a sum of Gaussians.
        mass: particle mass.

    Returns:
        a Share. Its error is the change from cells half as wide, the change from bisected panels of momenta, and rounding.

    Source: Newton, Scattering Theory of Waves and Particles (1982), section 6.3 (states with a given outgoing wave).
    """
    parts = _near(terrain, packet, mass) if reaches(terrain, packet) else _far(terrain, packet, mass)
    peak = max((part.log_scale for part in parts), default=-np.inf)
    if not math.isfinite(peak):
        return Share(0.0, 1e-16, -np.inf)
    total, error = 0.0, 0.0
    for part in parts:
        factor = math.exp(part.log_scale - peak)
        total, error = total + part.value * factor, error + part.error * factor
    log = peak + math.log(total) if total > 0 else -np.inf
    scale = math.exp(peak) if peak > _LEAST_LOG else 0.0
    return Share(total * scale, error * scale + 1e-15 * min(1.0, 10 * total * scale), log)


def standing_share(part: Gaussian) -> float:
    """Interference of opposite momenta in a Gaussian, exp(-2 w^2 p^2) = int_0^inf 2 abs(phi(k) phi(-k)) dk: a bound on a probability.

    It bounds the difference between int T abs(phi)^2 dk over k > 0 and the transmitted probability of a packet that starts in front of the
    potential, if V is lower behind it than in front. Reflected waves then interfere with the components k < 0 that move away from the start.

    Args:
        part: one Gaussian of amplitude one.

    Returns:
        a probability.

    When not to use:
        For sums of Gaussians, whose waves also interfere with each other.

    Derived here: with abs(phi(k))^2 = (2 w^2/pi)^(1/2) exp(-2 w^2 (k - p)^2), and a reflected amplitude of at most one.
    """
    return math.exp(-2 * (part.width * part.momentum) ** 2)


def reaches(terrain: Terrain, packet: tuple[Gaussian, ...]) -> bool:
    """Whether a non-negligible part of the packet starts inside or behind the potential."""
    return any(terrain.ends[0] - part.center < REACH * part.width for part in packet)


class _Part(NamedTuple):
    """value exp(log_scale) and its error; settled if the end of the band contributes nothing."""

    value: float
    error: float
    log_scale: float
    settled: bool

    @property
    def probability(self) -> float:
        """The value with its scale; 0 where that underflows."""
        return self.value * math.exp(self.log_scale) if self.log_scale > _LEAST_LOG else 0.0


class _Band(NamedTuple):
    """Energies between or above the thresholds, parametrized by s, in which the momenta on both sides are smooth.

    Attributes:
        first, last: s runs from one to the other.
        squares: k_left^2 and k_right^2 at s.
        measure: dk_right/ds.
    """

    first: float
    last: float
    squares: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
    measure: Callable[[np.ndarray], np.ndarray]


def _above(terrain: Terrain, mass: float, first: float, last: float) -> _Band:
    """Both sides open: s is the smaller of the two momenta."""
    over = 2 * mass * (terrain.v_right - terrain.v_left)
    above, below = max(over, 0.0), max(-over, 0.0)
    return _Band(
        first,
        last,
        lambda s: (s**2 + above, s**2 + below),
        lambda s: s / np.sqrt(s**2 + below) if below else np.ones_like(s),
    )


def _closed_on_the_left(over: float) -> _Band:
    """Energies between V on the right and V on the left: k_right = K sin s, kappa_left = K cos s."""
    return _Band(
        0.0,
        math.pi / 2,
        lambda s: (over * np.cos(s) ** 2, -over * np.sin(s) ** 2),
        lambda s: math.sqrt(-over) * np.cos(s),
    )


def _far(terrain: Terrain, packet: tuple[Gaussian, ...], mass: float) -> list[_Part]:
    """P for a packet in front of V: its relevant momenta, and the overlap of slow waves with states closed on the left."""
    over = 2 * mass * (terrain.v_right - terrain.v_left)
    slow = over < 0 and any(standing_share(part) > _LEAST_SHARE for part in packet)
    below = [_part(terrain, packet, mass, _closed_on_the_left(over), True)] if slow else []
    over, reach = max(over, 0.0), _SPREADS
    while True:
        fastest = max(part.momentum + reach / (2 * part.width) for part in packet)
        if fastest > 0 and fastest**2 > over:
            part = _part(terrain, packet, mass, _above(terrain, mass, 0.0, math.sqrt(fastest**2 - over)), False)
            if part.settled or reach > _MOST_SPREADS:
                return [*below, part]
        elif reach > _MOST_SPREADS:
            return below
        reach *= 1.6


def _near(terrain: Terrain, packet: tuple[Gaussian, ...], mass: float) -> list[_Part]:
    """P for a packet partly inside or behind V, where it overlaps with states of all energies."""
    over = 2 * mass * (terrain.v_right - terrain.v_left)
    fastest = max(abs(part.momentum) + _SPREADS / (2 * part.width) for part in packet)
    last, parts = math.sqrt(fastest**2 + max(-over, 0.0)), []
    if over < 0:
        parts.append(_part(terrain, packet, mass, _closed_on_the_left(over), True))
    parts.append(_part(terrain, packet, mass, _above(terrain, mass, 0.0, last), True))
    for _ in range(_MOST_OCTAVES):
        total = sum(part.probability for part in parts)
        aim = max(_ABSOLUTE, _SHARE * total)
        part = _part(terrain, packet, mass, _above(terrain, mass, last, 2 * last), True, aim)
        parts.append(part)
        last *= 2
        if part.probability < aim:
            break
    # dP/dk falls as k^-6 behind an edge, so the neglected tail is below a thirtieth of the last octave
    return [*parts[:-1], parts[-1]._replace(error=parts[-1].error + parts[-1].value / 16)]


def _part(
    terrain: Terrain, packet: tuple[Gaussian, ...], mass: float, band: _Band, inside: bool, aim: float | None = None
) -> _Part:
    """The integral over one band of energies, accurate to `aim`; by default to rounding, with a search for resonances."""
    low, high = band.first, band.last
    energies = terrain.v_left + band.squares(np.array([low, high]))[0] / (2 * mass)

    def psi(x: np.ndarray) -> np.ndarray:
        return sum((part.at(x) for part in packet), np.zeros_like(x, complex))

    coarse, fine = (
        CellWaves.over(terrain, (energies[0], energies[1]), mass, psi if inside else None, finer) for finer in (1, 2)
    )

    def density(waves: CellWaves, s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Logarithm of dP/ds, and exp(i arg) of the incoming amplitude."""
        log, turn = _overlap(waves, packet, *band.squares(s), inside)
        with np.errstate(divide="ignore"):
            return log + np.log(band.measure(s)), turn

    count = _GRID if aim is None else _FEW
    grid = low + (high - low) * (np.arange(count) + 0.5) / count
    log, turn = density(coarse, grid)
    peak = float(np.max(log))
    if not math.isfinite(peak):
        return _Part(0.0, 0.0, -np.inf, True)
    relevant = np.flatnonzero(log > peak + _FAINT)
    settled = bool(relevant[-1] < count - 1)
    if aim is None:
        low, high = grid[relevant[0] - 1] if relevant[0] else low, grid[relevant[-1] + 1] if settled else high
        seeds = _resonances(lambda s: density(coarse, s)[1], grid, turn, (float(low), float(high)))
        first = np.unique(np.concatenate([np.linspace(low, high, _FIRST_PANELS + 1), seeds]))
    else:
        first = np.linspace(low, high, 5)

    def scaled(waves: CellWaves) -> Callable[[np.ndarray], np.ndarray]:
        return lambda s: np.exp(np.minimum(density(waves, s)[0] - peak, -_LEAST_LOG))

    if aim is None:
        absolute = _ABSOLUTE / math.exp(peak) if peak > _SMALL_LOG else 0.0
    else:
        absolute = aim / math.exp(max(peak, _LEAST_LOG))
    rough = integrated(scaled(coarse), first, absolute, 1e-11)
    value = float(on_panels(scaled(fine), rough.starts, rough.stops).sum())
    return _Part(value, abs(value - rough.value) + rough.error + 1e-14 * abs(value), peak, settled)


def _overlap(
    waves: CellWaves, packet: tuple[Gaussian, ...], left: np.ndarray, right: np.ndarray, inside: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Logarithm of dP/dk_right at given squares of the momenta, and exp(i arg) of the amplitude incoming from the right."""
    terrain, mass = waves.terrain, waves.mass
    energies = terrain.v_left + left / (2 * mass)
    q, k = np.sqrt(left + 0j), np.sqrt(right)
    parts = []
    block = max(256, _MOST_ENTRIES // (6 * (terrain.ends.size - 1)))
    for i in range(0, q.size, block):
        block_slice = slice(i, i + block)
        # exp(-iqx) on the left, exp(kappa x) where that side is closed
        parts.append(waves.to_right(np.ones_like(q[block_slice]), -1j * q[block_slice], energies[block_slice]))
    psi, slope, within, log = (np.concatenate(piece) for piece in zip(*parts, strict=True))
    incoming, outgoing = (k * psi + 1j * slope) / 2, (k * psi - 1j * slope) / 2
    turn = incoming / np.maximum(np.abs(incoming), 1e-300)
    with np.errstate(divide="ignore"):
        log_in = 2 * (log + np.log(np.abs(incoming) / k))
        if not inside and len(packet) == 1:
            return packet[0].log_spectrum(np.real(q)) - log_in, turn
        before = sum(part.up_to(terrain.ends[0], q) for part in packet)
        mirrored = [part.mirrored for part in packet]
        behind = sum(
            incoming * part.up_to(-terrain.ends[-1], -k + 0j) + outgoing * part.up_to(-terrain.ends[-1], k + 0j)
            for part in mirrored
        )
        total = before * np.exp(-log) + within + behind / k
        return 2 * (np.log(np.abs(total)) + log) - log_in - math.log(2 * math.pi), turn


def _resonances(
    turn_at: Callable[[np.ndarray], np.ndarray], grid: np.ndarray, turn: np.ndarray, within: tuple[float, float]
) -> np.ndarray:
    """Positions around which a phase changes fast, by bisection from both sides."""
    a, b, first, second = grid[:-1], grid[1:], turn[:-1], turn[1:]
    marks = [np.zeros(0)]
    for _ in range(_MOST_HALVINGS):
        fast = (np.abs(np.angle(second * first.conj())) > _TURN) & (b > within[0]) & (a < within[1])
        a, b, first, second = a[fast], b[fast], first[fast], second[fast]
        if not a.size:
            break
        marks += [a, b]
        middle = (a + b) / 2
        between = turn_at(middle)
        a, b = np.stack([a, middle], axis=1).ravel(), np.stack([middle, b], axis=1).ravel()
        first, second = (np.stack(pair, axis=1).ravel() for pair in ((first, between), (between, second)))
    positions = np.unique(np.concatenate(marks))
    return positions[(positions > within[0]) & (positions < within[1])]
