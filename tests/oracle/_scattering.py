"""Scattering by elements whose inner nodes are eliminated, and packets projected on the states that leave to one side."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from ._line import NODES, ORDER, Line, Mesh

_GAUSS, _GAUSS_WEIGHTS = np.polynomial.legendre.leggauss(16)
_AT_ONCE = 400
# rounding of all shares together
_SUMMED = 2e-14
# how far beyond the packet's own momenta energies are followed where it starts in V
_REACHES = (1.0, 1.6, 2.5, 4.0, 6.0)


@dataclasses.dataclass(frozen=True)
class Waves:
    """psi of unit incoming amplitude on a mesh; energies along the first axis.

    Attributes:
        psi: at the nodes, shape (energies, elements, nodes), or None where it was not asked for.
        reflected, transmitted: amplitudes; outside psi = exp(ik(x - left)) + r exp(-ik(x - left)), and t exp(iq(x - right)).
        near, far: momenta on the side it comes from and on the other; the far one is imaginary below its threshold.
    """

    psi: np.ndarray | None
    reflected: np.ndarray
    transmitted: np.ndarray
    near: np.ndarray
    far: np.ndarray

    @property
    def transmission(self) -> np.ndarray:
        """T(E)."""
        return abs(self.transmitted) ** 2 * np.real(self.far) / np.real(self.near)


@dataclasses.dataclass(frozen=True)
class Condensed:
    """A mesh from which the inner nodes can be eliminated at any energy.

    psi on an element is a straight line between its ends plus functions that vanish there. Between the two there is no kinetic
    energy, so that nothing cancels, however short the element.

    Attributes:
        mesh: the elements.
        levels, vectors: of H among the functions that vanish at the ends, shapes (elements, k) and (elements, nodes, k).
        above, beside: int V u line and int u line, shape (elements, 2, k).
        ends: kinetic energy plus V, and overlap, of the two straight lines: (11, 12, 22), shape (2, 3, elements).
    """

    mesh: Mesh
    levels: np.ndarray
    vectors: np.ndarray
    above: np.ndarray
    beside: np.ndarray
    ends: np.ndarray

    @classmethod
    def of(cls, mesh: Mesh) -> Condensed:
        """Diagonalize the inner part of each element."""
        inner = slice(1, ORDER)
        root = 1 / np.sqrt(mesh.weights[:, inner])
        block = mesh.stiffness[:, inner, inner] * root[:, :, None] * root[:, None, :]
        levels, vectors = np.linalg.eigh(block)
        vectors = root[:, :, None] * vectors
        lines = np.stack([(1 - NODES) / 2, (1 + NODES) / 2])
        weighted = lines[None] * mesh.weights[:, None, :]
        above = (weighted * mesh.potential[:, None, :])[:, :, inner] @ vectors
        beside = weighted[:, :, inner] @ vectors
        pairs = ((0, 0), (0, 1), (1, 1))
        slope = np.array([1.0, -1.0, 1.0])[:, None] / (2 * mesh.mass * np.diff(mesh.ends))
        height = [np.sum(weighted[:, i] * lines[j] * mesh.potential, axis=1) for i, j in pairs]
        overlap = [np.sum(weighted[:, i] * lines[j], axis=1) for i, j in pairs]
        return cls(mesh, levels, vectors, above, beside, np.array([slope + np.array(height), overlap]))

    def ends_at(self, energy: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """H - E between the ends of each element, (11, 12, 22), each of shape (energies, elements)."""
        e = energy[:, None]
        resolvent = 1 / (self.levels[None] - energy[:, None, None])
        out = []
        for n, (i, j) in enumerate(((0, 0), (0, 1), (1, 1))):
            a, b = self.above, self.beside
            terms = (a[:, i] * a[:, j], a[:, i] * b[:, j] + a[:, j] * b[:, i], b[:, i] * b[:, j])
            zero, one, two = (np.einsum("nek,ek->ne", resolvent, term) for term in terms)
            out.append(self.ends[0, n] - e * self.ends[1, n] - (zero - e * (one - e * two)))
        return out[0], out[1], out[2]

    def inside(self, energy: np.ndarray, ends: np.ndarray) -> np.ndarray:
        """psi at all nodes from psi at the ends of the elements, shape (energies, elements + 1)."""
        resolvent = 1 / (self.levels[None] - energy[:, None, None])
        e = energy[:, None, None]
        first, second = (self.above[:, i] - e * self.beside[:, i] for i in (0, 1))
        pull = ends[:, :-1, None] * first + ends[:, 1:, None] * second
        psi = ends[:, :-1, None] * (1 - NODES) / 2 + ends[:, 1:, None] * (1 + NODES) / 2
        psi[:, :, 1:-1] -= np.einsum("eik,nek->nei", self.vectors, resolvent * pull)
        return psi


class Scatterer:
    """Stationary states of a line with two open ends.

    psi is eliminated element by element from the side where it only leaves, where -psi'/psi = -iq is known; every pivot then has an
    imaginary part, and T keeps its relative digits however small. Energies are counted as V is. Deltas add to the ends.
    """

    def __init__(self, line: Line, mass: float, highest: float, order: int = 1):
        pad = 0.0 if line.reach[1] > line.reach[0] else 1.0 / np.sqrt(2 * mass * max(highest, 1e-300))
        left, right = line.reach[0] - pad, line.reach[1] + pad
        mesh = Mesh.over(line, left, right, mass, highest)
        if order > 1:
            # every element halved: the same numbers by another mesh
            mesh = Mesh.on(line, np.sort(np.concatenate([mesh.ends, (mesh.ends[1:] + mesh.ends[:-1]) / 2])), mass)
        self.line, self.mass, self.mesh, self.parts = line, mass, mesh, Condensed.of(mesh)
        self.left, self.right = float(mesh.ends[0]), float(mesh.ends[-1])

    def momentum(self, energy: Any, side: str) -> np.ndarray:
        """sqrt(2 m (E - V)) far out on one side; imaginary below the threshold."""
        end = self.line.ends[0 if side == "left" else 1]
        return np.sqrt(2 * self.mass * (np.asarray(energy) - end) + 0j)

    def waves(self, energy: Any, come_from: str = "left", inside: bool = False) -> Waves:
        """The state of unit incoming amplitude from one side at each energy."""
        energy = np.atleast_1d(np.asarray(energy, float))
        chunks = [self._waves(energy[n : n + _AT_ONCE], come_from, inside) for n in range(0, len(energy), _AT_ONCE)]
        if len(chunks) == 1:
            return chunks[0]
        psi = np.concatenate([c.psi for c in chunks if c.psi is not None]) if inside else None
        return Waves(
            psi, *(np.concatenate([getattr(c, name) for c in chunks]) for name in ("reflected", "transmitted", "near", "far"))
        )  # fmt: skip

    def _waves(self, energy: np.ndarray, come_from: str, inside: bool) -> Waves:
        first, across, last = self.parts.ends_at(energy)
        spikes = self.mesh.spikes
        mirrored = come_from == "right"
        if mirrored:
            first, across, last = last[:, ::-1], across[:, ::-1], first[:, ::-1]
            spikes = spikes[::-1]
        sides = ("right", "left") if mirrored else ("left", "right")
        near, far = (self.momentum(energy, side) for side in sides)
        count = across.shape[1]
        below = -1j * far / (2 * self.mass) + spikes[-1]
        shares = np.empty((len(energy), count), complex)
        for n in range(count - 1, -1, -1):
            pivot = last[:, n] + below
            shares[:, n] = -across[:, n] / pivot
            below = first[:, n] - across[:, n] ** 2 / pivot + spikes[n]
        start = 2j * near / (1j * near - 2 * self.mass * below)
        ends = np.concatenate([start[:, None], start[:, None] * np.cumprod(shares, axis=1)], axis=1)
        psi = None
        if inside:
            psi = self.parts.inside(energy, ends[:, ::-1] if mirrored else ends)
        return Waves(psi, start - 1, ends[:, -1], near, far)

    def transmission(self, kinetic: Any, to_right: bool = True) -> np.ndarray:
        """T at kinetic energies on the incoming side."""
        shape = np.shape(kinetic)
        end = self.line.ends[0 if to_right else 1]
        waves = self.waves(np.ravel(kinetic) + end, "left" if to_right else "right")
        return waves.transmission.reshape(shape)


def adaptive(
    function: Callable[[np.ndarray], np.ndarray], breaks: Any, tolerance: float, most: int = 200_000
) -> tuple[float, float]:
    """int function dx over the panels between `breaks`, by 16 points a panel, panels halved until two halves agree; (value, error)."""
    breaks = np.unique(np.asarray(breaks, float))
    low, high = breaks[:-1], breaks[1:]

    def panels(low: np.ndarray, high: np.ndarray) -> np.ndarray:
        half = (high - low)[:, None] / 2
        x = (low + high)[:, None] / 2 + half * _GAUSS
        return np.sum(function(x.ravel()).reshape(x.shape) * half * _GAUSS_WEIGHTS, axis=1)

    whole, total, error, used = panels(low, high), 0.0, 0.0, 0
    while len(low):
        middle = (low + high) / 2
        halves = panels(low, middle), panels(middle, high)
        apart = abs(halves[0] + halves[1] - whole)
        used += 32 * len(low)
        settled = apart < np.maximum(
            tolerance * np.maximum((high - low) / (breaks[-1] - breaks[0]), 0.01), 1e-13 * abs(whole)
        )
        if used > most:
            settled[:] = True
        total += float(np.sum(halves[0][settled] + halves[1][settled]))
        error += float(np.sum(apart[settled]))
        again = ~settled
        low, high = (
            np.concatenate([low[again], middle[again]]),
            np.concatenate([middle[again], high[again]]),
        )
        whole = np.concatenate([halves[0][again], halves[1][again]])
    return total, error


@dataclasses.dataclass(frozen=True)
class Gaussian:
    """sum over packets of c (2 pi w^2)^(-1/4) exp(-(x - x0)^2/(4 w^2) + i k (x - x0)), normalized."""

    packets: tuple[tuple[complex, float, float, float], ...]  # (c, x0, w, k)

    @functools.cached_property
    def norm(self) -> float:
        """Of the sum before it is normalized."""
        total = 0.0
        for c, x0, w, k in self.packets:
            for d, y0, v, q in self.packets:
                # int conj(psi) phi of two Gaussians
                a = 1 / (4 * w**2) + 1 / (4 * v**2)
                b = x0 / (2 * w**2) + y0 / (2 * v**2) + 1j * (q - k)
                constant = -(x0**2) / (4 * w**2) - y0**2 / (4 * v**2) + 1j * (k * x0 - q * y0)
                total += np.real(
                    np.conj(c)
                    * d
                    * ((2 * np.pi * w * v) ** -0.5 * np.sqrt(np.pi / a) * np.exp(b**2 / (4 * a) + constant))
                )
        return float(total)

    def psi(self, x: np.ndarray) -> np.ndarray:
        """Amplitudes at x."""
        total = sum(
            c * (2 * np.pi * w**2) ** -0.25 * np.exp(-(((x - x0) / w) ** 2) / 4 + 1j * k * (x - x0))
            for c, x0, w, k in self.packets
        )
        return np.asarray(total) / np.sqrt(self.norm)

    @property
    def extent(self) -> tuple[float, float]:
        """Interval outside which the amplitude is below 1e-15."""
        return min(x0 - 12 * w for _, x0, w, _ in self.packets), max(x0 + 12 * w for _, x0, w, _ in self.packets)

    @property
    def momenta(self) -> tuple[float, float]:
        """The same for momenta."""
        return min(k - 6 / w for *_, w, k in self.packets), max(k + 6 / w for *_, w, k in self.packets)


@dataclasses.dataclass(frozen=True)
class Shares:
    """What becomes of a packet as it was written: probabilities that leave to the right and to the left, the rest stays bound; with errors."""

    right: float
    left: float
    error: float
    transmitted: float
    reflected: float


def shares(line: Line, mass: float, packet: Gaussian, tolerance: float = 1e-14, bound: float = 0.0) -> Shares:
    """int abs(<psi_q|packet>)^2 dq over the states that leave to the right (left) with momentum q alone, tails included.

    A state that only leaves to the right is the conjugate of the one that comes in from there. For a packet that starts far from V this
    is the average of T over its momenta. What starts inside V holds energies that the packet alone does not: the range grows until right,
    left and bound make one. What is missing then is high up, where a tail goes either way alike; half of it counts as the error.

    Args:
        line: V, flat on both sides.
        mass: of the particle.
        packet: as written.
        tolerance: absolute, of the quadrature.
        bound: what of the packet is in bound states.
    """
    largest = max(abs(momentum) for momentum in packet.momenta)
    right = left = error = missing = 0.0
    before, touches = 0.0, False
    for factor in _REACHES:
        top = (factor * largest) ** 2 / (2 * mass)
        scatterer = Scatterer(line, mass, max(line.ends) + top)
        side = [_Leaving(scatterer, packet, name) for name in ("right", "left")]
        (more_right, first), (more_left, second) = (one.between(before, top, tolerance) for one in side)
        right, left, error, before = right + more_right, left + more_left, error + first + second, top
        missing = 1.0 - right - left - bound
        touches = any(one.touches for one in side)
        if abs(missing) < 1e-12 or not touches:
            break
    # beside what is missing, rounding of so many shares
    error += abs(missing) / 2 + (_SUMMED if touches else 0.0)
    if abs(missing) > 1e-12:
        right, left = right + missing / 2, left + missing / 2
    moves_right = sum(abs(c) ** 2 * k for c, _, _, k in packet.packets) > 0
    through, back = (right, left) if moves_right else (left, right)
    return Shares(right, left, error, through, back)


class _Leaving:
    """abs(<psi_q|packet>)^2 of the states that leave to one side."""

    def __init__(self, scatterer: Scatterer, packet: Gaussian, side: str):
        self.scatterer, self.packet, self.side = scatterer, packet, side
        ends = scatterer.line.ends
        self.here, self.there = ends if side == "left" else ends[::-1]
        self.inner = packet.psi(scatterer.mesh.x) * scatterer.mesh.weights
        self.touches = bool(np.max(abs(self.inner)) > 1e-15 * np.max(scatterer.mesh.weights))
        low, high = packet.extent
        left, right = scatterer.left, scatterer.right
        fastest = np.sqrt(2 * scatterer.mass * (max(ends) - min(ends)) + max(abs(k) for k in packet.momenta) ** 2)
        narrowest = min(w for _, _, w, _ in packet.packets)
        # places and weighted amplitudes of the packet outside the mesh
        self.outside = {}
        for name, (a, b) in (("left", (low, min(high, left))), ("right", (max(low, right), high))):
            if b > a:
                count = int(np.ceil((b - a) * (4 * fastest + 6 / narrowest) / 12)) + 1
                cuts = np.linspace(a, b, count + 1)
                half = np.diff(cuts)[:, None] / 2
                x = ((cuts[1:] + cuts[:-1])[:, None] / 2 + half * _GAUSS).ravel()
                self.outside[name] = x, packet.psi(x) * (half * _GAUSS_WEIGHTS).ravel()

    def density(self, q: np.ndarray) -> np.ndarray:
        """Probability for each momentum q that it leaves with."""
        scatterer, total = self.scatterer, np.empty(len(q))
        energy = self.here + q**2 / (2 * scatterer.mass)
        for n in range(0, len(q), _AT_ONCE):
            part = slice(n, n + _AT_ONCE)
            waves = scatterer.waves(energy[part], self.side, inside=self.touches)
            amplitude = np.zeros(len(waves.near), complex)
            if waves.psi is not None:
                amplitude += np.einsum("nei,ei->n", waves.psi, self.inner)
            for name, (x, weighted) in self.outside.items():
                depth = scatterer.left - x if name == "left" else x - scatterer.right
                if name == self.side:
                    phase = np.exp(-1j * waves.near[:, None] * depth)
                    amplitude += phase @ weighted + waves.reflected * (phase.conj() @ weighted)
                else:
                    amplitude += waves.transmitted * (np.exp(1j * waves.far[:, None] * depth) @ weighted)
            total[part] = abs(amplitude) ** 2 / (2 * np.pi)
        return total

    def between(self, low: float, high: float, tolerance: float) -> tuple[float, float]:
        """The probability, and the error of the quadrature, of energies between two, counted from the higher end."""
        mass, edge = self.scatterer.mass, max(self.scatterer.line.ends)
        threshold = np.sqrt(2 * mass * (edge - self.here))
        value = error = 0.0
        # towards a threshold amplitudes turn as roots do: q = threshold +- u^2 makes them smooth
        if threshold > 0 and low == 0:
            value, error = adaptive(
                lambda u: 2 * u * self.density(threshold - u**2), np.linspace(0, np.sqrt(threshold), 9), tolerance
            )
        first, last = (np.sqrt(2 * mass * (edge - self.here + energy)) for energy in (low, high))
        q = self._panels(first, last)
        above, wrong = adaptive(
            lambda u: 2 * u * self.density(threshold + u**2), np.sqrt(np.maximum(q - threshold, 0.0)), tolerance
        )
        return value + above, error + wrong

    def _panels(self, first: float, last: float) -> np.ndarray:
        """Ends of panels in q: fine where the packet's own momenta are."""
        scatterer = self.scatterer
        ends, middle = scatterer.line.ends, (scatterer.left + scatterer.right) / 2
        q = [np.linspace(first, last, 5)]
        for _, x0, w, k in self.packet.packets:
            start = ends[0] if x0 < middle else ends[1]
            momenta = np.linspace(max(abs(k) - 6 / w, 0.0), abs(k) + 6 / w, 33)
            square = momenta**2 + 2 * scatterer.mass * (start - self.here)
            q.append(np.sqrt(square[square > first**2]))
        found = np.unique(np.concatenate(q))
        return found[(found >= first) & (found <= last)]
