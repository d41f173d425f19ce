"""The gap between the two lowest levels of any double well, by elements and by independent theories."""

from __future__ import annotations

import dataclasses
import functools
import math
import time

import numpy as np

from .... import theory
from ...._typing import DIMENSIONLESS, ENERGY, TIME, Dimension
from ....elements import Waves, reference
from ....potentials import TwoWells
from ....problem import Problem
from ....states import LeftLocalized
from ...bars import BoundStates, Estimate, Predictions, Quantity, Report
from ...predictions import level_theories, lowest_doublet, wkb_gap_of
from .._without_record import AGREEING, report_without_record
from ._element_levels import element_levels
from ._well_levels import WellLevels
from ._wells import beats_of, lowest_two, two_wells

_EPS = float(np.finfo(float).eps)
# quadrature error of a probability
_INTEGRALS = 1e-11


@dataclasses.dataclass(frozen=True)
class Gap:
    """E_1 - E_0 with its error budget [energy]."""

    value: float
    budget: dict[str, float]


def gap_of(problem: Problem) -> Gap:
    """The gap between the two lowest levels, which lie in two wells.

    In symmetric wells by Wronski's identity (E_A - E_S) int_c^inf psi_S psi_A dx = psi_S(c) psi_A'(c)/2m with the even and the odd part of the
    two states about the middle c, which loses no digits; else by subtraction.
    """
    wells, levels = two_wells(problem), lowest_two(problem)
    difference = float(levels.energies[1] - levels.energies[0])
    subtracted = Gap(difference, {"grid": float(levels.errors[:2].sum())})
    if not wells.symmetric:
        return subtracted
    exact, coarse = (_wronskian(waves, wells.divide, float(problem.mass)) for waves in (levels.waves, levels.coarser))
    amplitude = math.sqrt(abs(exact) * abs(difference_scale(levels)))
    # the slope of a polynomial of degree p has up to p^2 times the rounding of its values (Markov's inequality)
    rounding = levels.waves.degree**2 * _EPS * (abs(exact) + amplitude)
    identity = Gap(exact, {"grid": abs(exact - coarse), "rounding": rounding})
    return min(identity, subtracted, key=lambda gap: math.fsum(gap.budget.values()))


def difference_scale(levels: WellLevels) -> float:
    """Energy scale of the levels, for the rounding of an amplitude at the middle of the barrier [energy]."""
    return float(np.max(np.abs(levels.energies)))


def _wronskian(waves: Waves, center: float, mass: float) -> float:
    """The gap of symmetric wells by Wronski's identity at the middle."""
    waves = Waves(waves.nodes, waves.values[:2], waves.inner[:2])
    # even and odd part of both states about the middle; each state has one parity, except for mixing by rounding
    nodes = np.unique(np.concatenate([waves.nodes, 2 * center - waves.nodes]))
    nodes = nodes[
        (nodes >= max(waves.nodes[0], 2 * center - waves.nodes[-1]))
        & (nodes <= min(waves.nodes[-1], 2 * center - waves.nodes[0]))
    ]
    right = nodes[nodes >= center]
    if right[0] > center:
        right = np.concatenate([[center], right])
    right = right[np.concatenate([[True], np.diff(right) > 1e-13 * (right[-1] - right[0])])]
    element, length = reference(waves.degree), np.diff(right)
    x = np.ravel(right[:-1, None] + length[:, None] * (element.points + 1) / 2)
    weights = np.ravel(length[:, None] / 2 * element.weights)
    psi, mirrored = waves.at(x), waves.at(2 * center - x)
    even_parts, odd_parts = (psi + mirrored) / 2, (psi - mirrored) / 2
    symmetric, antisymmetric = _strongest(even_parts, weights), _strongest(odd_parts, weights)
    even, odd = symmetric @ even_parts, antisymmetric @ odd_parts
    middle = int(np.argmin(np.abs(waves.nodes - center)))
    value = float(symmetric @ waves.values[:, middle])
    after = Waves(waves.nodes[middle:], waves.values[:, middle:], waves.inner[:, middle:]).end_slopes()[:, 0]
    before = Waves(waves.nodes[: middle + 1], waves.values[:, : middle + 1], waves.inner[:, :middle]).end_slopes()[:, 1]
    # at a delta the slope of the even part jumps from minus to plus
    slope = float(antisymmetric @ (after + before)) / 2
    return abs(value * slope / (2 * mass * float(np.sum(even * odd * weights))))


def _strongest(parts: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Amplitudes of the two states in the combination whose part has the largest norm."""
    overlaps = (parts * weights) @ parts.T
    return np.linalg.eigh(overlaps)[1][:, -1]


@functools.lru_cache(maxsize=32)
def _theory_gap(wells: TwoWells, mass: float) -> Estimate | None:
    """The gap by theory; None where neither method applies.

    Half-grid matrices or shooting of each parity for an even V without deltas, else node counting.
    """
    doublet = lowest_doublet(Problem(wells.potential, LeftLocalized(), mass=mass))
    gap = None if doublet is None else Estimate(float(doublet.gap), float(doublet.gap_error))
    if gap is not None and gap.error < 1e-6 * gap:
        return gap
    levels = level_theories(wells.potential, mass, 2).get("levels")
    if levels is None or len(levels.energies) < 2:
        return gap
    by_counting = Estimate(float(levels.energies[1] - levels.energies[0]), float(levels.errors[:2].sum()))
    return by_counting if gap is None or by_counting.error < gap.error else gap


def counted_gap(problem: Problem) -> Estimate | None:
    """The gap by theory; None where no theory applies."""
    return _theory_gap(two_wells(problem), float(problem.mass))


def gap_theories(problem: Problem) -> Predictions:
    """Gap, period and levels by the theories' names; the first gap is exact."""
    exact = counted_gap(problem)
    gaps: dict[str, float] = {} if exact is None else {"levels": exact}
    doublet = lowest_doublet(problem)
    if doublet is not None:
        gaps["herring"] = theory.herring_gap(doublet)
    wkb = wkb_gap_of(problem)
    if wkb is not None:
        gaps["wkb"] = wkb
        if problem.potential.smooth:
            gaps["wkb_froman"] = wkb * theory.furry_factor()
    predictions: Predictions = {
        "gap": gaps,
        "tunneling_period": {
            name: Estimate(2 * math.pi / gap, 2 * math.pi * gap.error / gap**2)
            if isinstance(gap, Estimate)
            else 2 * math.pi / gap
            for name, gap in gaps.items()
        },
    }
    for kind, levels in level_theories(problem.potential, float(problem.mass), 2).items():
        for n, (energy, error) in enumerate(zip(levels.energies, levels.errors, strict=True)):
            predictions.setdefault(f"level_{n}", {})[kind] = Estimate(energy, error)
    return predictions


def split_report(problem: Problem, tolerance: float) -> Report:
    """Gap, period and the two levels of any double well, without propagation."""
    begun = time.perf_counter()
    gap, levels = gap_of(problem), lowest_two(problem)
    values = _periods(gap, ("gap", "tunneling_period")) | {
        f"level_{n}": (float(levels.energies[n]), ENERGY, {"grid": float(levels.errors[n])}) for n in range(2)
    }
    return _report(problem, tolerance, values, gap_theories(problem), begun)


def beating_report(problem: Problem, tolerance: float, predictions: Predictions) -> Report:
    """Beating of a localized start by the two levels, for wells whose record would be too long."""
    begun = time.perf_counter()
    beat, levels = beats_of(problem)["overlap_corrected"], lowest_two(problem)
    gap = gap_of(problem)
    swing, mean = abs(beat.swing), beat.mean
    # error of a population from two levels that rounding mixes
    mixed = {"grid": _INTEGRALS + float(levels.errors[:2].sum()) / gap.value}
    shares = {
        "contrast": (swing / mean, DIMENSIONLESS, mixed),
        "largest_transfer": (2 * swing, DIMENSIONLESS, mixed),
    }
    duration = 2 * math.pi / gap.value if problem.duration is None else float(problem.duration)
    left = float(beat.at(np.array([duration]))[0])
    final_budget = {"grid": mixed["grid"] + swing * duration * math.fsum(gap.budget.values())}
    ends = {
        "left_population": (left, DIMENSIONLESS, final_budget),
        "right_population": (1 - left, DIMENSIONLESS, final_budget),
    }
    values = _periods(gap, ("tunneling_period", "transfer_time", "gap")) | shares | ends
    # theory takes the populations from the same levels, which is no check: only gap and times are compared
    times = ("tunneling_period", "transfer_time", "gap")
    theories: Predictions = {
        name: {kind: n for kind, n in predictions.get(name, {}).items() if kind != "levels"} for name in times
    }
    exact = counted_gap(problem)
    if exact is not None:
        for name, (value, _, _) in _periods(Gap(float(exact), {}), times).items():
            theories[name] = {"levels": Estimate(value, exact.error / exact * value)} | theories[name]
    return _report(problem, tolerance, values, theories, begun)


# value, dimension and error budget by name
_Values = dict[str, tuple[float, Dimension, dict[str, float]]]


def _periods(gap: Gap, names: tuple[str, ...]) -> _Values:
    """The gap, and the times that follow from it, by name."""
    period = 2 * math.pi / gap.value
    relative = {source: error / gap.value for source, error in gap.budget.items()}
    numbers = {"gap": (gap.value, ENERGY), "tunneling_period": (period, TIME), "transfer_time": (period / 2, TIME)}
    return {
        name: (
            numbers[name][0],
            numbers[name][1],
            {source: share * numbers[name][0] for source, share in relative.items()},
        )
        for name in names
    }


def _report(problem: Problem, tolerance: float, values: _Values, theories: Predictions, begun: float) -> Report:
    """Report of these values, with the two states on a grid for pictures."""
    quantities = {
        name: Quantity(name, value, math.fsum(budget.values()), dimension, budget, theories.get(name, {}))
        for name, (value, dimension, budget) in values.items()
    }
    levels = element_levels(problem, 2)
    return report_without_record(
        quantities,
        tolerance,
        AGREEING,
        begun,
        runs=levels.rounds,
        states=BoundStates(problem, levels.states.grid, levels.energies, levels.states.psi),
        notes=("nothing was propagated: the two lowest levels, on elements.",),
    )
