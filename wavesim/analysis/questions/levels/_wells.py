"""Checks that V has two wells to tunnel between, and theory for a localized start in them."""

from __future__ import annotations

import numpy as np

from ...._checks import named
from ....errors import NumericsError, WavesimError
from ....potentials import AbstractDoubleWell, Driven, TwoWells, two_wells_of
from ....problem import Problem
from ....states import LeftLocalized, RightLocalized
from ...predictions import Beat, beats, double_well
from ._well_levels import WellLevels, well_levels

# least share of a localized state in its own well; it is smaller where both levels lie in one well
_HALF = 0.5


def two_wells(problem: Problem) -> TwoWells:
    """The two wells of a problem.

    Raises:
        WavesimError: if V has no two wells in one dimension.
    """
    inner = problem.potential.potential if isinstance(problem.potential, Driven) else problem.potential
    if inner.dimension > 1:
        raise WavesimError(
            f"two wells are told apart along one axis, but {named(inner)} has {inner.dimension}; ask for levels, or take a region as [measure]."
        )
    wells = two_wells_of(inner, float(problem.mass))
    if wells is None:
        raise WavesimError(
            f"tunneling from well to well needs two minima of V with a barrier between them, and {named(inner)} does not have them; "
            "take a double well, or ask for motion or transmission."
        )
    return wells


def lowest_two(problem: Problem) -> WellLevels:
    """The two lowest levels of wells that hold one level each.

    Raises:
        WavesimError: if the wells hold fewer than two levels, or the two lowest levels lie in one well.
    """
    wells = two_wells(problem)
    try:
        levels = well_levels(wells, float(problem.mass), 2)
    except NumericsError:
        raise WavesimError(
            f"tunneling from well to well needs two bound levels, but the wells of {named(wells.potential)} hold one level together, or none; "
            "make them deeper, or move the wells apart."
        ) from None
    shares = levels.shares()
    if min(shares) < _HALF:
        side = "left" if shares[0] > shares[1] else "right"
        raise WavesimError(
            f"tunneling from well to well needs a level in each, but the two lowest levels share the {side} well; "
            "make the wells more alike, or start with a gaussian_packet in one of them and ask for populations."
        )
    return levels


def beats_of(problem: Problem) -> dict[str, Beat]:
    """Beating of a localized start in static wells, by theory's name.

    By `beats` in built-in wells, else by the two levels on elements.
    """
    if isinstance(double_well(problem), AbstractDoubleWell):
        return beats(problem)
    levels, side = lowest_two(problem), 0 if isinstance(problem.state, LeftLocalized) else 1
    start = levels.localized()[:, side]
    swing = float(2 * start[0] * start[1] * levels.left[0, 1])
    gap = float(levels.energies[1] - levels.energies[0])
    theories = {"overlap_corrected": Beat(gap, float(np.sum(start**2 * np.diag(levels.left))), swing)}
    if two_wells(problem).symmetric:
        theories["textbook"] = Beat(gap, 0.5, -0.5 if side else 0.5)
    return theories


def localized(problem: Problem) -> bool:
    """Whether the state is the left or the right localized combination of the two lowest levels."""
    return isinstance(problem.state, LeftLocalized | RightLocalized)
