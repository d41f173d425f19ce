"""Superpositions of packets as packets, for planners."""

from __future__ import annotations

import dataclasses
import functools
import math

import numpy as np

from .._jax import jax
from ..grid import Grid
from ..hamiltonian import Hamiltonian
from ._base import AbstractPacket, AbstractState
from ._packets import Superposition

# largest number of points of the line on which the norm of a sum is computed
_MOST_POINTS = 1 << 18
_TAIL = 1e-12


@dataclasses.dataclass(frozen=True)
class Together(AbstractPacket):
    """A superposition of packets of one axis as a packet, for a particle of known mass.

    Its ranges contain those of all its terms; for a tail near 1/2 they are the mean of theirs, the mean position and momentum of the sum.
    Where terms cancel, the normalized sum has larger tails, and the ranges are wider accordingly.
    """

    whole: Superposition
    mass: float

    @property
    def _terms(self) -> tuple[AbstractPacket, ...]:
        return tuple(packet for term in self.whole.terms if (packet := as_packet(term, self.mass)) is not None)

    @functools.cached_property
    def _shares(self) -> np.ndarray:
        """Share of each term in the sum of their probabilities."""
        squares = np.array([abs(complex(a)) ** 2 for a in self.whole.amplitudes])
        return squares / squares.sum()

    @functools.cached_property
    def _growth(self) -> float:
        """Largest factor between tails of the sum and of its terms: (sum of abs(c))^2 / norm^2."""
        ranges = [term.position_range(_TAIL) for term in self._terms]
        momenta = [term.momentum_range(_TAIL, self.mass) for term in self._terms]
        low, high = min(a for a, _ in ranges), max(b for _, b in ranges)
        fastest = max(max(map(abs, ends)) for ends in momenta)
        points = math.ceil((high - low) * 1.2 * fastest / math.pi) + 16
        total = sum(abs(complex(a)) for a in self.whole.amplitudes)
        if points > _MOST_POINTS:
            # packets this far apart cannot cancel
            return total**2 / float(sum(abs(complex(a)) ** 2 for a in self.whole.amplitudes))
        line = Grid.line(low, high, points)
        flat = Hamiltonian(line, np.zeros(points), self.mass)  # type: ignore[arg-type]
        psi = sum(a * np.asarray(t.sample(line, flat)) for a, t in zip(self.whole.amplitudes, self._terms, strict=True))
        norm = float(np.sum(np.abs(psi) ** 2)) * float(line.cell)
        return total**2 / max(norm, 1e-12 * total**2)

    @property
    def rough(self) -> bool:
        return any(term.rough for term in self._terms)

    def sample(self, grid: Grid, hamiltonian: Hamiltonian) -> jax.Array:
        return self.whole.sample(grid, hamiltonian)

    def check_fit(self, grid: Grid, mass: float) -> None:
        for term in self._terms:
            term.check_fit(grid, mass)

    def position_range(self, tail: float) -> tuple[float, float]:
        return self._range(tail, [term.position_range(self._inner(tail)) for term in self._terms])

    def momentum_range(self, tail: float, mass: float) -> tuple[float, float]:
        return self._range(tail, [term.momentum_range(self._inner(tail), mass) for term in self._terms])

    def momentum_density(self, k: np.ndarray, mass: float) -> np.ndarray:
        parts = [term.momentum_density(k, mass) for term in self._terms]
        return np.einsum("t,t...->...", self._shares, np.array(parts))

    def _inner(self, tail: float) -> float:
        return tail if tail > 0.1 else tail / self._growth

    def _range(self, tail: float, ranges: list[tuple[float, float]]) -> tuple[float, float]:
        if tail > 0.1:
            low, high = np.asarray(self._shares) @ np.array(ranges)
            return float(low), float(high)
        return min(low for low, _ in ranges), max(high for _, high in ranges)


def as_packet(state: AbstractState, mass: float) -> AbstractPacket | None:
    """A moving state as a packet, superpositions of packets included; None for all others."""
    if isinstance(state, AbstractPacket):
        return state
    if not isinstance(state, Superposition) or any(as_packet(term, mass) is None for term in state.terms):
        return None
    return Together(state, float(mass))
