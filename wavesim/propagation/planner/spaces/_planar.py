"""Space and time for a packet in two or three dimensions: a box that holds it until the end."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...._checks import named
from ...._cures import cure, product_cure
from ....absorbers import Absorber
from ....errors import NumericsError
from ....grid import Grid, fast_size
from ....potentials import AbstractPotential, Free, Separable, SmoothFunction
from ....problem import Problem
from ....states import AbstractPacket, Product
from .._shown import Shown
from ._confined import confined_space
from ._open import open_space, padded, speeds
from ._space import Space

# least share of a packet beyond its ranges of position and momentum
_TAIL = 1e-9
# fewest points across a structure at half its height
_ACROSS = 5


def dimension_of(problem: Problem) -> int:
    """The number of axes of a problem: the larger of its potential's and its state's."""
    factors = len(problem.state.factors) if isinstance(problem.state, Product) else 1
    return max(problem.potential.dimension, factors)


def planar_space(
    problem: Problem, tolerance: float, absorber: Any, finer: float, thicker: float, longer: float
) -> Space:
    """Box, spacing, duration for a product of packets.

    A separable V is planned axis by axis: scattering along the first axis as in one dimension, absorbers included, and axes along
    which V confines as confined ones. Otherwise:

    * box: along each axis, the free flight of the packet until the end, and the places that it may reach from the potential at its largest
      speed; no absorber, unless one is given;
    * spacing: 1.3 times the largest momentum, of all axes together if V couples them; five points across the wall;
    * duration: until the slowest part has passed along the first axis.
    """
    factors, terms, mass = _factors(problem), _terms(problem), float(problem.mass)
    ranges = [factor.momentum_range(max(tolerance / 100, _TAIL), mass) for factor in factors]
    fastest = [max(abs(low), abs(high)) for low, high in ranges]
    layer = absorber if isinstance(absorber, Absorber) else None
    deep, energy = _heights(problem)
    axes: list[Grid] = []
    if terms is not None and not isinstance(terms[0], Free) and _is_open(terms[0]):
        line = Problem(terms[0], factors[0], problem.duration, mass)
        first = open_space(line, tolerance, None, absorber, finer, thicker, longer)
        layer, duration, energy = first.absorber, first.duration, first.energy
        axes.append(first.grid)
    else:
        duration = _duration(problem, factors[0], tolerance, longer)
    if terms is None:
        fastest = [math.sqrt(sum(k**2 for k in fastest) + 2 * mass * deep)] * len(factors)
        energy = max(energy, fastest[0] ** 2 / (2 * mass))
    for axis in range(len(axes), len(factors)):
        factor, term = factors[axis], None if terms is None else terms[axis]
        if term is not None and not _is_open(term):
            confined = confined_space(Problem(term, factor, duration, mass), tolerance, None, finer)
            grid, share = confined.grid, confined.energy
        else:
            largest = math.sqrt(fastest[axis] ** 2 + (0.0 if term is None else 2 * mass * deep))
            span = _span(problem, factor, axis, term, max(tolerance / 100, _TAIL), largest / mass, duration, layer)
            spacing = _spacing(problem, axis, term, largest) / finer
            cells = fast_size((span[1] - span[0]) / spacing)
            grid = Grid((sum(span) / 2 - cells * spacing / 2,), (spacing,), (cells,))
            share = 0.0 if term is None else largest**2 / (2 * mass)
        axes.append(grid)
        energy += share
    grid = Grid.product(*axes)
    shown = Shown(problem)
    reasons = {
        "box": " x ".join(f"({shown.span(a, b)})" for a, b in zip(grid.lower, grid.upper, strict=True))
        + (
            ": holds the packet until the end"
            if layer is None
            else ": the packet's start, the potential and the absorbers"
        ),
        "spacing": ", ".join(shown.length(step, 5) for step in grid.spacing)
        + ": above the largest momentum along each axis",
        "absorber": "none"
        if layer is None
        else f"{shown.length(layer.width)} along {len(layer.axes)} of {len(axes)} axes",
        "duration": f"{shown.time(duration)}: "
        + ("given" if problem.duration is not None else "until the slowest part of the packet has left"),
    }
    speed = math.hypot(*fastest) / mass if terms is not None else fastest[0] / mass
    return Space(grid, layer, duration, max(energy, 1e-300), speed, reasons)


def _is_open(term: AbstractPotential) -> bool:
    return all(math.isfinite(end) for end in term.asymptotes())


def _factors(problem: Problem) -> tuple[AbstractPacket, ...]:
    state, dimension = problem.state, dimension_of(problem)
    if not isinstance(state, Product) or len(state.factors) != dimension:
        given = f"one of {len(state.factors)}" if isinstance(state, Product) else named(state)
        by_hand = cure(" [grid], dt in [run], and a duration", " grid, dt and duration yourself")
        # packets of one axis have no values on a grid of several
        more = "" if isinstance(state, AbstractPacket) else f", or give{by_hand}"
        raise NumericsError(
            f"in {dimension} dimensions the planner knows where a product of {dimension} packets goes, but the state is {given}; "
            f"{product_cure()}{more}."
        )
    if state.identical:
        raise NumericsError(
            f"the planner knows where two particles go that can be told apart, but here are {state.statistics}; "
            "give grid, dt and duration yourself, with two axes that are alike."
        )
    return state.factors


def _terms(problem: Problem) -> tuple[AbstractPotential, ...] | None:
    """The potential along each axis, None where it is not separable."""
    potential, dimension = problem.potential, dimension_of(problem)
    if isinstance(potential, Separable):
        return potential.terms
    planar = potential.dimension == 1 and not isinstance(potential, SmoothFunction)
    return (potential, *[Free()] * (dimension - 1)) if planar else None


def _structure(
    problem: Problem, axis: int, term: AbstractPotential | None, tolerance: float
) -> tuple[float, float] | None:
    if term is None:
        return problem.potential.extent(axis, tolerance)
    return None if isinstance(term, Free) else term.support(tolerance)


def _heights(problem: Problem) -> tuple[float, float]:
    """The depth of V below 0 and its height above 0, over its structure."""
    terms, mass = _terms(problem), float(problem.mass)
    if terms is not None:
        deep = high = 0.0
        for term in terms:
            x = np.linspace(*padded(*term.support(1e-3)), 513)
            values = np.asarray(term.value((x,), mass=mass))  # type: ignore[arg-type]
            deep, high = deep + max(0.0, -float(values.min())), high + max(0.0, float(values.max()))
        return deep, high
    spans = [problem.potential.extent(axis, 1e-2) or (0.0, 0.0) for axis in range(dimension_of(problem))]
    lines = [np.linspace(*padded(*span), 65) for span in spans]
    mesh = np.meshgrid(*lines, indexing="ij", sparse=True)
    values = np.asarray(problem.potential.value(tuple(mesh), mass=mass))  # type: ignore[arg-type]
    return max(0.0, -float(values.min())), max(0.0, float(values.max()))


def _duration(problem: Problem, first: AbstractPacket, tolerance: float, longer: float) -> float:
    if problem.duration is not None:
        return float(problem.duration)
    terms = _terms(problem)
    structure = _structure(problem, 0, None if terms is None else terms[0], min(1e-3, tolerance))
    if structure is None or not problem.open:
        raise NumericsError(
            "in two and three dimensions the duration must be given where nothing is to be passed along the first axis, but is not; "
            "set `duration`."
        )
    mass = float(problem.mass)
    slow, _ = speeds(first, tolerance / 20, mass)
    start = first.position_range(tolerance / 20)
    to_right = sum(first.momentum_range(0.1, mass)) > 0
    way = (structure[1] - start[0]) if to_right else (start[1] - structure[0])
    return longer * (way + (start[1] - start[0]) / 2) * mass / slow


def _span(
    problem: Problem,
    factor: AbstractPacket,
    axis: int,
    term: AbstractPotential | None,
    tail: float,
    speed: float,
    duration: float,
    layer: Absorber | None,
) -> tuple[float, float]:
    """The interval along an axis that the packet may reach until the end."""
    mass = float(problem.mass)
    start = factor.position_range(tail)
    absorbing = layer is not None and axis in layer.axes
    structure = _structure(problem, axis, term, 1e-3)
    if absorbing and layer is not None:
        inner = start if structure is None else (min(start[0], structure[0]), max(start[1], structure[1]))
        room = 0.1 * (inner[1] - inner[0]) + float(layer.width)
        return inner[0] - room, inner[1] + room
    slow, fast = factor.momentum_range(tail, mass)
    places = [*start, start[0] + slow / mass * duration, start[1] + fast / mass * duration]
    if structure is None and term is not None:
        return min(places), max(places)
    # after its front has met the potential, the packet may move in any direction
    after = duration - _meeting(problem, axis, term, speed)
    near = structure if structure is not None else start
    if after > 0:
        places += [near[0] - speed * after, near[1] + speed * after]
    if term is None and axis > 0:
        # waves that the potential scatters sideways start where the packet meets it
        places += [*near]
    return min(places), max(places)


def _meeting(problem: Problem, axis: int, term: AbstractPotential | None, speed: float) -> float:
    """The time at which the front of the packet meets the potential: along this axis if V is separable, else along the first."""
    along = axis if term is not None else 0
    structure = _structure(problem, along, term, 1e-3)
    if structure is None:
        return 0.0
    left, right = _factors(problem)[along].position_range(1e-4)
    return max(0.0, structure[0] - right, left - structure[1]) / speed


def _spacing(problem: Problem, axis: int, term: AbstractPotential | None, largest: float) -> float:
    spacing = math.pi / (1.3 * largest)
    inner = _structure(problem, axis if term is not None else 0, term, 0.5)
    return min(spacing, (inner[1] - inner[0]) / _ACROSS) if inner is not None and inner[1] > inner[0] else spacing
