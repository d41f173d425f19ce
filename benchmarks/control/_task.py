"""The transfer as other codes take it: H(t) = E - u(t) W on the lowest levels, W being what lowers the barrier; and the pulses u(t) that they find.

Nothing but numpy is imported, so that a process of another code costs what that code costs.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np


def terms(t: np.ndarray | float, duration: float) -> tuple:
    """sin^2(pi t/T) and sin^2(2 pi t/T): what b and c multiply. numpy alone; whoever traces writes them out."""
    return np.sin(np.pi * t / duration) ** 2, np.sin(2 * np.pi * t / duration) ** 2


class Piece(NamedTuple):
    """A stretch of time in which u is smooth, and u(t) there."""

    begin: float
    end: float
    u: Callable[[float], float]


@dataclasses.dataclass(frozen=True)
class Pulse:
    """u(t), by b and c, or constant in slots of one length.

    Args:
        terms: b and c; empty where slots are given.
        slots: u in each.
        joined: whether straight lines join the middles of the slots, from 0 and to 0, as a smooth generator would play them.
    """

    terms: tuple[float, ...] = ()
    slots: tuple[float, ...] = ()
    joined: bool = False

    def pieces(self, duration: float) -> list[Piece]:
        """The whole of it, from 0 to `duration`."""
        if not self.slots:
            return [Piece(0.0, duration, lambda t: float(np.dot(self.terms, terms(t, duration))))]
        length = duration / len(self.slots)
        if not self.joined:
            return [Piece(n * length, (n + 1) * length, lambda _, u=u: u) for n, u in enumerate(self.slots)]
        places = [0.0, *((n + 0.5) * length for n in range(len(self.slots))), duration]
        values = [0.0, *self.slots, 0.0]
        return [
            Piece(begin, end, lambda t, begin=begin, u=u, slope=(v - u) / (end - begin): u + slope * (t - begin))
            for begin, end, u, v in zip(places[:-1], places[1:], values[:-1], values[1:], strict=True)
        ]


@dataclasses.dataclass(frozen=True)
class Task:
    """The transfer, on so many levels; natural units.

    Args:
        energies: shape (levels,).
        lowering: W, shape (levels, levels).
        right: what is right of the barrier, of the same shape.
        start, target: the states that lie in the left and in the right well, real, shape (levels,).
        duration: T.
        guess: b and c to start from.
        low, high: bounds of b and c.
        wanted: right population.
    """

    energies: np.ndarray
    lowering: np.ndarray
    right: np.ndarray
    start: np.ndarray
    target: np.ndarray
    duration: float
    guess: tuple[float, float]
    low: tuple[float, float]
    high: tuple[float, float]
    wanted: float

    def lowest(self, count: int) -> Task:
        """The same on fewer levels."""
        return dataclasses.replace(
            self,
            energies=self.energies[:count],
            lowering=self.lowering[:count, :count],
            right=self.right[:count, :count],
            start=self.start[:count],
            target=self.target[:count],
        )

    def save(self, path: Path) -> None:
        """To a file of numpy."""
        np.savez(path, **dataclasses.asdict(self))

    @classmethod
    def load(cls, path: Path) -> Task:
        """From such a file."""
        with np.load(path) as kept:
            return cls(
                **{
                    name: kept[name] if kept[name].ndim > 1 or kept[name].size > 2 else kept[name].tolist()
                    for name in kept
                }
            )
