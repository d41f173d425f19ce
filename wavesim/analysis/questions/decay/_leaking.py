"""Decay without a record: energy, width and lifetime of any well that leaks, by outgoing waves on elements, compared with shooting."""

from __future__ import annotations

import functools
import math
import time

from .... import theory
from ...._checks import named
from ...._typing import ENERGY, TIME
from ....ends import Axis
from ....errors import WavesimError
from ....potentials import AbstractPotential, LeakyWell, Unfolded, leaky_well_of, values_at
from ....problem import Problem
from ....states import Trapped
from ...bars import Estimate, Predictions, Quantity, Report
from .._without_record import report_without_record
from ._outgoing_elements import Leaking, leaking_state, outer_ends

# theory's outgoing waves begin this many times as far from the well as those of the elements
_ELSEWHERE = 1.2


def leaky(problem: Problem) -> LeakyWell:
    """The well of a trapped state.

    Raises:
        WavesimError: if the state is not trapped, or V has no well to trap it in.
    """
    if problem.potential.dimension > 1 or not problem.potential.static:
        raise WavesimError(
            f"a decay is that of one well at rest, in one dimension, but here is {named(problem.potential)}; take a static V(x)."
        )
    well = leaky_well_of(_beside_wall(problem), float(problem.mass))
    if well is None:
        raise WavesimError(
            f"a decay needs a well with a barrier on either side, but {named(problem.potential)} has no minimum between two higher places; "
            "raise a barrier beside the well."
        )
    if well.ends == (math.inf, math.inf):
        raise WavesimError(
            f"a decay needs a way out, but {named(problem.potential)} rises without end on both sides; ask for levels, or open one side."
        )
    if not isinstance(problem.state, Trapped):
        raise WavesimError(
            f"a decay begins with a particle shut in a well, but the state here is {named(problem.state)}; take state trapped."
        )
    return well


def _beside_wall(problem: Problem) -> AbstractPotential:
    """V, mirrored at a hard wall where one stands on the left.

    Raises:
        WavesimError: if a ring, or a wall on the right, leaves no way out there.
    """
    ends = problem.ends
    if ends is None:
        return problem.potential
    if isinstance(ends, Axis) or ends.both:
        raise WavesimError(
            "a decay needs a way out, but nothing leaves a ring, or the room between two walls; ask for levels, or leave out one wall."
        )
    if ends.left is None:
        raise WavesimError(
            "the well of a decay beside a wall must open to the right, but the wall stands on the right; write V of minus x, and the wall on the left."
        )
    return Unfolded.of(problem.potential, ends, float(problem.mass))


def leaking_report(problem: Problem, tolerance: float) -> Report:
    """Lifetime, energy and width with their bars; nothing is propagated."""
    begun = time.perf_counter()
    state = _state(problem)
    width, budget = state.width, state.budgets["width"]
    values = {
        "lifetime": (1 / width, TIME, {source: error / width**2 for source, error in budget.items()}),
        "resonance_energy": (state.energy, ENERGY, state.budgets["energy"]),
        "resonance_width": (width, ENERGY, budget),
    }
    known = leaking_theory(problem)
    quantities = {
        name: Quantity(name, value, math.fsum(errors.values()), dimension, errors, known.get(name, {}))
        for name, (value, dimension, errors) in values.items()
    }
    shortfall = "; V changes too abruptly for its elements"
    return report_without_record(quantities, tolerance, shortfall, begun, runs=3, notes=(_way_out(state),))


def _way_out(state: Leaking) -> str:
    left, right = state.opens
    side = "on both sides" if left and right else "to the left" if left else "to the right"
    return f"nothing was propagated: an outgoing wave {side}, on {state.elements} elements."


def leaking_theory(problem: Problem) -> Predictions:
    """Energy, width and lifetime by shooting with outgoing waves through cells (`wavesim.theory.siegert`)."""
    known = shot(problem)
    energy = Estimate(known.energy, known.error * max(abs(known.energy), _state(problem).width))
    return {
        "lifetime": {"resonance": Estimate(known.lifetime, known.error * known.lifetime)},
        "resonance_energy": {"resonance": energy},
        "resonance_width": {"resonance": Estimate(known.width, known.error * known.width)},
    }


def shot(problem: Problem) -> theory.Resonance:
    """The complex energy by shooting."""
    state = problem.state
    assert isinstance(state, Trapped)
    return _shot(leaky(problem), state.level)


def _state(problem: Problem) -> Leaking:
    state = problem.state
    well = leaky(problem)
    assert isinstance(state, Trapped)
    return leaking_state(well, state.level)


@functools.lru_cache(maxsize=32)
def _shot(well: LeakyWell, level: int) -> theory.Resonance:
    potential, mass, state = well.potential, well.survey.mass, leaking_state(well, level)
    left, right = outer_ends(well, state.start, _ELSEWHERE)
    inside = [pair for pair in well.survey.deltas if left < pair[0] < right]
    return theory.siegert(
        lambda x: values_at(potential, x, mass),
        left,
        right,
        start=state.energy - 0.5j * state.width,
        opens=state.opens,
        join=state.join,
        edges=[float(edge) for edge in potential.edges],
        deltas=([at for at, _ in inside], [strength for _, strength in inside]),
        mass=mass,
        scale=min(*well.heights, well.depth + 4 * abs(state.start - well.depth)) - well.depth,
    )
