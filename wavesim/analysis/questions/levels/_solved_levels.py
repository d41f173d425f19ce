"""Result of every method for levels, for the report."""

from __future__ import annotations

import dataclasses

import numpy as np

from ...bars import BoundStates


@dataclasses.dataclass(frozen=True)
class SolvedLevels:
    """Levels with their error budgets.

    Attributes:
        energies: increasing, shape (count,) [energy].
        kinetic: mean kinetic energies, shape (count,) [energy].
        budgets: sources of the error of each level [energy].
        states: states for pictures.
        rounds: number of diagonalizations of H.
    """

    energies: np.ndarray
    kinetic: np.ndarray
    budgets: list[dict[str, float]]
    states: BoundStates
    rounds: int
