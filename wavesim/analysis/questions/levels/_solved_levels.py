"""Levels as every method hands them over, for the report."""

from __future__ import annotations

import dataclasses

import numpy as np

from ...bars import BoundStates


@dataclasses.dataclass(frozen=True)
class SolvedLevels:
    """Levels with the budget of each bar.

    Attributes:
        energies: increasing, shape (count,) [energy].
        kinetic: mean kinetic energies, shape (count,) [energy].
        budgets: sources of the error of each level [energy].
        states: for pictures.
        rounds: how often H was diagonalized.
    """

    energies: np.ndarray
    kinetic: np.ndarray
    budgets: list[dict[str, float]]
    states: BoundStates
    rounds: int
