"""Gap between the two lowest levels between walls or on a ring, as of a hindered rotor."""

from __future__ import annotations

import math
import time

from ...._typing import ENERGY, TIME
from ....problem import Problem
from ...bars import Estimate, Predictions, Quantity, Report
from ...predictions import level_theories
from .._without_record import AGREEING, report_without_record
from ..levels import element_levels


def ended_split_report(problem: Problem, tolerance: float) -> Report:
    """Gap, period and the two lowest levels, without propagation.

    The gap is the difference of two levels, and its error the sum of theirs: a gap below 1e-14 of the levels is not resolved.
    """
    begun = time.perf_counter()
    solved = element_levels(problem, 2)
    gap = float(solved.energies[1] - solved.energies[0])
    budget = {source: sum(level[source] for level in solved.budgets) for source in solved.budgets[0]}
    # an unresolved gap is at most its error bar
    size = max(gap, math.fsum(budget.values()))
    values = {
        "gap": (gap, ENERGY, budget),
        "tunneling_period": (2 * math.pi / size, TIME, {s: 2 * math.pi * e / size**2 for s, e in budget.items()}),
    } | {f"level_{n}": (float(solved.energies[n]), ENERGY, solved.budgets[n]) for n in range(2)}
    theories = ended_split_theory(problem)
    quantities = {
        name: Quantity(name, value, math.fsum(parts.values()), dimension, parts, theories.get(name, {}))
        for name, (value, dimension, parts) in values.items()
    }
    return report_without_record(quantities, tolerance, AGREEING, begun, runs=solved.rounds, states=solved.states)


def ended_split_theory(problem: Problem) -> Predictions:
    """The same quantities from the levels by theory."""
    predictions: Predictions = {}
    for kind, levels in level_theories(problem.potential, float(problem.mass), 2, problem.ends).items():
        gap, error = float(levels.energies[1] - levels.energies[0]), float(levels.errors[:2].sum())
        predictions.setdefault("gap", {})[kind] = Estimate(gap, error)
        if gap > error:
            predictions.setdefault("tunneling_period", {})[kind] = Estimate(
                2 * math.pi / gap, 2 * math.pi * error / gap**2
            )
        for n in range(2):
            predictions.setdefault(f"level_{n}", {})[kind] = Estimate(
                float(levels.energies[n]), float(levels.errors[n])
            )
    return predictions
