"""Energy and width of a state that leaks, on elements that fit V, with outgoing waves beyond them."""

from __future__ import annotations

import dataclasses
import functools
import math
from typing import NamedTuple

import numpy as np
import scipy

from .... import theory
from ...._amounts import amount
from ...._typing import ENERGY
from ....elements import ElementHamiltonian, gauss_points
from ....errors import NumericsError
from ....potentials import LeakyWell
from ..levels import DEGREE, TAIL, Outlook, Profile, meshed, strengths_at

# degree of the coarser solution, whose whole difference is a part of the bar
_LESS = 2
_MOST_ELEMENTS = 6000
# k'/k^2 from which on an outgoing wave is known by its series, and what the series may leave out, of psi'/psi
_SLOW, _MISSED = 1e-3, 1e-13
# a second solution takes that much more room beyond the barriers, less where V falls too steeply for it
_FARTHER = (1.4, 1.1, 1.02)
# share of the distance from the well by which the search for the series' beginning moves out
_OUTWARDS = 0.1
# share of the structure's width between its last edge and the end: an element is no shorter
_CLEAR = 0.02
_ITERATIONS, _SETTLED, _NOISE = 40, 2e-16, 1e-9
# energies a hair apart, in heights of the barrier, for the slope of what leaves
_HAIR = 1e-5
# share of the barrier's height by which a held level must lie below its top
_NEAR = 3e-3
# rounding of an energy in units of the machine's precision times its size, and of the amplitude that gets through, for each unit of int kappa dx
_ROUNDING, _THROUGH = 8.0, 32.0
_EPS = float(np.finfo(float).eps)
# rounding of the amplitude at an end by the elements alone, relative: 2e-13 to 9e-13 for five deltas before a wall, whose widths have a closed form
_AT_END = 1e-12


@dataclasses.dataclass(frozen=True)
class Leaking:
    """A state that leaks.

    Attributes:
        energy: real part of its complex energy [energy].
        width: -2 times the imaginary part, by the flux that leaves over the probability inside [energy].
        budgets: sources of the error of each, by its name.
        start: level of the same well behind barriers that stay at their tops for ever [energy].
        opens: whether it leaks to the left, and to the right.
        ends: the interval that was solved [length].
        join: where the held state is largest [length].
        elements: how many there were.
    """

    energy: float
    width: float
    budgets: dict[str, dict[str, float]]
    start: float
    opens: tuple[bool, bool]
    ends: tuple[float, float]
    join: float
    elements: int


class _Solution(NamedTuple):
    energy: float
    width: float
    size: float
    elements: int


class _HeldProfile(Profile):
    """V between the tops of the barriers, and the tops beyond."""

    def __init__(self, well: LeakyWell) -> None:
        super().__init__(well.potential, well.survey.mass)
        self.well = well

    def __call__(self, x: np.ndarray) -> np.ndarray:
        values = super().__call__(x)
        for outside, height in zip((x < self.well.tops[0], x > self.well.tops[1]), self.well.heights, strict=True):
            if math.isfinite(height):
                values = np.where(outside, height, values)
        return values


@functools.lru_cache(maxsize=32)
def leaking_state(well: LeakyWell, level: int) -> Leaking:
    """The state number `level` of a well, 0 for the lowest, and how fast it leaks.

    The state of the held well is followed into the complex plane by Newton's method on the matrix of the nodes, to which each open end adds
    psi'/psi of the wave that leaves (`wavesim.theory.outgoing_slope`). Re E is the eigenvalue's; the width is the flux through the ends over the
    probability between them, which keeps its digits where -2 Im E has lost them.

    Raises:
        NumericsError: if the well holds no such state, it lies below V outside, or no state leaks near it.
    """
    start, join = _held_level(well, level)
    opens = well.opens(start)
    if not any(opens):
        raise NumericsError(
            f"a trapped state must lie above V outside, {amount(min(well.ends), ENERGY)}, to get out, but level {level} lies at {amount(start, ENERGY)} and "
            "stays for ever; ask for a higher level, or for levels."
        )
    ends = outer_ends(well, start, 1.0)
    fine = _solved(well, ends, start, join, DEGREE)
    # the wave may leave at another energy than the one that the ends were chosen for
    if well.opens(fine.energy) != opens:
        raise NumericsError(
            f"level {level} of the well lies at {amount(start, ENERGY)}, V outside at {amount(max(end for end in well.ends if end < math.inf), ENERGY)}, too near to "
            "tell whether it leaks; make the well narrower, or shallower."
        )
    coarse = _solved(well, ends, start, join, DEGREE - _LESS, fine)
    moved = _moved(well, start, join, fine)
    thick, slow = _barriers(well, ends, fine.energy)
    rounding = _ROUNDING * _EPS * fine.size
    budgets = {
        "energy": {
            "grid": abs(fine.energy - coarse.energy),
            "box": abs(fine.energy - moved.energy),
            "rounding": rounding,
        },
        "width": {
            "grid": abs(fine.width - coarse.width),
            "box": abs(fine.width - moved.width),
            "rounding": fine.width * (_AT_END + _THROUGH * _EPS * (1 + thick) + slow * rounding),
        },
    }
    return Leaking(fine.energy, fine.width, budgets, start, opens, ends, join, fine.elements)


def _moved(well: LeakyWell, start: float, join: float, near: _Solution) -> _Solution:
    """The same with its ends farther out."""
    for room in _FARTHER[:-1]:
        try:
            return _solved(well, outer_ends(well, start, room), start, join, DEGREE, near)
        except NumericsError:
            # V has fallen so far there that the wave needs too many elements
            continue
    return _solved(well, outer_ends(well, start, _FARTHER[-1]), start, join, DEGREE, near)


def _held_level(well: LeakyWell, level: int) -> tuple[float, float]:
    """The level of the held well, and where its state is largest."""
    x, values = well.held
    spikes = tuple(at for at, _ in well.survey.deltas if well.tops[0] <= at <= well.tops[1])
    walls = (
        float(x[0]) if values[0] >= 1e99 or well.wall is not None else None,
        float(x[-1]) if values[-1] >= 1e99 else None,
    )
    # a delta that is a top holds as a wall does
    for side, top in enumerate(well.tops):
        if top in spikes and top in (x[0], x[-1]):
            walls = (top, walls[1]) if side == 0 else (walls[0], top)
    strength = sum(abs(each) for at, each in well.survey.deltas if at in spikes)
    mass = well.survey.mass
    view = Outlook(
        core=(max(well.survey.around[0], float(x[0])), min(well.survey.around[1], float(x[-1]))),
        x=x,
        values=values,
        spikes=spikes[:1] + spikes[-1:],
        walls=walls,
        mass=mass,
        depth_of_deltas=mass * strength**2 / 2,
    )
    rim, profile = min(well.heights), _HeldProfile(well)
    # what lies this near to the top is not held by it
    energy = rim - _NEAR * (rim - view.floor) if math.isfinite(rim) else view.highest(level + 2)
    nodes = meshed(profile, view, view.box(energy), energy)
    held = ElementHamiltonian(
        nodes, profile(gauss_points(nodes, DEGREE)), strengths_at(profile.potential, nodes), mass, DEGREE
    )
    if math.isfinite(rim) and int(held.count_below(np.array([energy]))[0]) <= level:
        raise NumericsError(
            f"a trapped state must lie below the top of its barrier, {amount(rim, ENERGY)}, but level {level} does not; "
            "make the well wider or deeper, or ask for a lower level."
        )
    levels = held.lowest(level + 1, energy)
    nodes, values = levels.waves.nodes, levels.waves.values[level]
    inside = (nodes >= well.tops[0]) & (nodes <= well.tops[1])
    return float(levels.energies[level]), float(nodes[inside][np.argmax(np.abs(values[inside]))])


def outer_ends(well: LeakyWell, energy: float, room: float) -> tuple[float, float]:
    """Where V is a wall to the state, or the wave that leaves is known by its series; `room` times as far from the well."""
    x, values = well.survey.x, well.survey.values
    mirrored = _outer_end(well, -x[::-1], values[::-1], energy, -1.0, room)
    return -mirrored, _outer_end(well, x, values, energy, 1.0, room)


def _outer_end(well: LeakyWell, x: np.ndarray, values: np.ndarray, energy: float, side: float, room: float) -> float:
    """The end on one side, outwards counted."""
    mass, bottom, opened = well.survey.mass, side * well.bottom, well.opens(energy)[0 if side < 0 else 1]
    marks = [side * place for place in (*well.potential.edges, *(at for at, _ in well.survey.deltas))]
    if side < 0 and well.wall is not None:
        return -well.wall
    if not opened:
        allowed = np.flatnonzero((values < energy) | (x <= max(bottom, max((m for m in marks), default=bottom))))
        last = int(allowed[-1])
        kappa = np.sqrt(2 * mass * np.maximum(values[last:] - energy, 0.0))
        action = np.cumsum(np.minimum(kappa[1:], kappa[:-1]) * np.diff(x[last:]))
        return float(x[min(last + 1 + int(np.searchsorted(action, room * TAIL)), len(x) - 1)])
    top = side * well.tops[0 if side < 0 else 1]
    momentum = np.sqrt(2 * mass * np.maximum(energy - values, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        fast = ~(mass * np.abs(np.gradient(values, x)) <= _SLOW * momentum**3)
    first = int(np.flatnonzero(fast)[-1]) + 1 if fast.any() else 0
    first = max(first, int(np.searchsorted(x, max([top, bottom, *marks]), side="right")))
    # a table, or pieces, end at one place, and what is beyond is flat
    changes = np.flatnonzero(values != values[-1])
    if len(changes) and x[changes[-1]] <= max(side * end for end in well.survey.core) + 2 * well.survey.width:
        first = max(first, int(changes[-1]) + 1)
    profile = Profile(well.potential, mass)
    place = max(float(x[min(first, len(x) - 1)]), max([top, *marks]) + _CLEAR * well.survey.width)
    while place < x[-1]:
        wave = theory.outgoing_slope(profile, side * place, energy, side=side, mass=mass)
        if wave.error <= _MISSED * float(np.abs(wave.value)):
            return bottom + room * (place - bottom)
        place += _OUTWARDS * (place - bottom)
    raise NumericsError(
        "the wave that leaves a well must become simple far away, but V does not settle, nor fall smoothly; shorten its tail, or give a table of it."
    )


def _solved(
    well: LeakyWell, ends: tuple[float, float], start: float, join: float, degree: int, near: _Solution | None = None
) -> _Solution:
    """The complex energy near a start by inverse iteration on the matrix of the nodes, which depends on the energy."""
    profile, mass, opens = Profile(well.potential, well.survey.mass), well.survey.mass, well.opens(start)
    view = Outlook(well.survey.around, well.survey.x, well.survey.values, (), (None, None), mass, 0.0)
    nodes = meshed(profile, view, ends, start)
    if len(nodes) > _MOST_ELEMENTS:
        raise NumericsError(
            f"the state must fit {_MOST_ELEMENTS} elements, but needs {len(nodes)}; take a well whose level lies higher above V outside."
        )
    strengths = strengths_at(profile.potential, nodes)
    if well.wall is not None:
        strengths[0] = 0.0
    matrix = ElementHamiltonian(nodes, profile(gauss_points(nodes, degree)), strengths, mass, degree)
    free = slice(0 if opens[0] else 1, len(nodes) if opens[1] else len(nodes) - 1)
    energy = complex(start) if near is None else near.energy - 0.5j * near.width
    values = np.exp(-((nodes - join) ** 2) / (2 * max(well.tops[1] - join, join - well.tops[0], 1e-300) ** 2))[free]
    values = np.where((nodes[free] > well.tops[0]) & (nodes[free] < well.tops[1]), values, 0.0).astype(complex)
    reach = min(well.heights) - well.depth if math.isfinite(min(well.heights)) else abs(start - well.depth)
    whole, before = np.zeros(len(nodes), complex), math.inf
    for count in range(_ITERATIONS):
        at = matrix.at_energy(energy)
        beyond = [_Beyond.of(profile, nodes, n, energy, reach) for n in (0, -1) if opens[n]]
        diagonal, slope = at.diagonal.copy(), at.diagonal_slope.copy()
        for end in beyond:
            diagonal[end.node] -= end.value / (2 * mass)
            slope[end.node] -= end.change / (2 * mass)
        try:
            values = _divided(diagonal[free], at.off, free, _times(slope[free], at.off_slope, free, values))
        except np.linalg.LinAlgError:
            # the energy is the eigenvalue to the last digit
            break
        values = values / np.sqrt(np.sum(np.abs(values) ** 2))
        whole[free] = values
        # the first steps turn the start into the state, at the start's energy
        if count < 2:
            continue
        # stationary in psi: what the solution leaves wrong in it counts by its square
        functional, size = matrix.stationary(whole, energy)
        out = sum(whole[end.node] ** 2 * end.value for end in beyond) / (2 * mass)
        change = sum(whole[end.node] ** 2 * end.change for end in beyond) / (2 * mass)
        step = complex((functional - out) / (size + change))
        energy += step
        if abs(step) <= _SETTLED * reach or (abs(step) >= before and abs(step) < _NOISE * reach):
            break
        before = abs(step)
    _, parts = matrix.wave(whole, energy)
    middles = (nodes[1:] + nodes[:-1]) / 2
    inside = (middles > well.tops[0]) & (middles < well.tops[1])
    ends_of = [_Beyond.of(profile, nodes, n, energy, reach) for n in (0, -1) if opens[n]]
    flux = sum(abs(whole[end.node]) ** 2 * end.value.imag / mass for end in ends_of)
    width = float(flux / np.sum(parts))
    if not width > 0 or not abs(energy.real - start) < reach or not np.isfinite(energy):
        raise NumericsError(
            f"a state must leak near the level {amount(start, ENERGY)} of the closed well, but none does; raise or thicken the barrier, or ask for a lower level."
        )
    held = np.sum(parts[inside] * np.abs(matrix.potential[inside]).mean(axis=1)) / max(
        float(np.sum(parts[inside])), 1e-300
    )
    return _Solution(float(energy.real), width, abs(energy.real) + 2 * float(held) + reach, len(nodes) - 1)


class _Beyond(NamedTuple):
    """psi'/psi of the wave that leaves through an end node, outwards counted, and its derivative with respect to the energy."""

    node: int
    value: complex
    change: complex

    @classmethod
    def of(cls, profile: Profile, nodes: np.ndarray, node: int, energy: complex, reach: float) -> _Beyond:
        """At the first (0) or the last (-1) node."""
        hair = _HAIR * reach
        energies = energy + hair * np.array([-1.0, 0.0, 1.0])
        side = -1.0 if node == 0 else 1.0
        slopes = theory.outgoing_slope(profile, float(nodes[node]), energies, side=side, mass=profile.mass).value
        return cls(node, complex(slopes[1]), complex((slopes[2] - slopes[0]) / (2 * hair)))


def _times(diagonal: np.ndarray, off: np.ndarray, free: slice, values: np.ndarray) -> np.ndarray:
    beside = off[free.start : free.stop - 1]
    product = diagonal * values
    product[:-1] += beside * values[1:]
    product[1:] += beside * values[:-1]
    return product


def _divided(diagonal: np.ndarray, off: np.ndarray, free: slice, load: np.ndarray) -> np.ndarray:
    beside = off[free.start : free.stop - 1]
    banded = np.zeros((3, len(diagonal)), complex)
    banded[0, 1:], banded[1], banded[2, :-1] = beside, diagonal, beside
    return scipy.linalg.solve_banded((1, 1), banded, load)


def _barriers(well: LeakyWell, ends: tuple[float, float], energy: float) -> tuple[float, float]:
    """int kappa dx through all barriers, and 2 int m/kappa dx, by which ln Gamma changes with the energy."""
    x, values = well.survey.x, well.survey.values
    inside = (x[1:] < ends[1]) & (x[:-1] > ends[0])
    middle = np.minimum((values[1:] + values[:-1]) / 2, 1e99) - energy
    step = np.diff(x)
    barrier = inside & (middle > 0)
    kappa = np.sqrt(2 * well.survey.mass * middle[barrier])
    return float(np.sum(kappa * step[barrier])), float(2 * np.sum(well.survey.mass / kappa * step[barrier]))
