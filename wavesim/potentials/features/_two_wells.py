"""The two wells of a potential and the barrier between them, found from V itself, whatever class it is of."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from numpy.polynomial import Chebyshev

from ..._arrays import AnyArray
from .._base import AbstractPotential, Position
from .._combined import Driven
from .._exact import values_at
from ..shapes import AbstractDoubleWell
from ._survey import Survey, surveyed_line

# of the height of the barrier: a dip that is shallower is no well, and V that differs by less is alike
_LEAST, _ALIKE = 1e-6, 1e-9
# digits of the distance of the wells to which the middle is first taken for a round number; arms of the balance, in that distance
_DIGITS, _ARM, _SECANTS, _ROUNDS = 3, 0.31, 12, 6
# degree of the series that tells a summit, what its last terms may be of the largest, and what all but the constant must be
_DEGREE, _ENDED, _FLAT = 16, 1e-13, 1e-8
# intervals that it is tried on, in the distance of samples: the longest one on which it ends loses the fewest digits
_WINDOWS = (64, 16, 4, 1)


@dataclasses.dataclass(frozen=True, eq=False)
class TwoWells:
    """The two wells of a static V.

    Attributes:
        potential: V, without what drives it.
        divide: the plane between the wells, the top of the barrier, or what the potential itself calls so [length].
        bottoms: positions of the lowest V in the left and in the right well [length].
        depths: V there, that of a delta being its own level [energy].
        top: the highest V between the wells, infinite for a delta [energy].
        symmetric: whether V is even about the divide.
    """

    potential: AbstractPotential
    divide: float
    bottoms: tuple[float, float]
    depths: tuple[float, float]
    top: float
    symmetric: bool

    @property
    def smooth(self) -> bool:
        """Whether V has neither edges nor deltas."""
        return self.potential.smooth

    @property
    def edges(self) -> tuple[float, ...]:
        """Where V jumps or bends [length]."""
        return self.potential.edges

    def value(self, position: Position, *, mass: float = 1.0) -> AnyArray:
        """V itself [energy]."""
        return self.potential.value(position, mass=mass)

    def support(self, tolerance: float) -> tuple[float, float]:
        """The interval that holds V's structure [length]."""
        return self.potential.support(tolerance)


def two_wells_of(potential: AbstractPotential, mass: float = 1.0) -> TwoWells | None:
    """The two deepest wells of V and the barrier between them; None where V has no two wells, or more than one dimension.

    A well is a minimum of V, or a delta well; the second one is that which the highest barrier sets apart. A driven V is looked at without its
    uniform force, and what moves otherwise as it is at t = 0.

    Args:
        potential: of plain numbers, not traced.
        mass: of the particle, which oscillators and deltas need.
    """
    inner = potential.potential if isinstance(potential, Driven) else potential
    if inner.dimension > 1:
        return None
    memory = vars(inner).setdefault("_two_wells", {})
    if float(mass) not in memory:
        memory[float(mass)] = _wells(inner, float(mass))
    return memory[float(mass)]


def _wells(potential: AbstractPotential, mass: float) -> TwoWells | None:
    survey = surveyed_line(potential, mass)
    x, values = survey.profile
    lows = minima(x, values)
    if len(lows) < 2:
        return None
    deepest = lows[int(np.argmin([values[low.start] for low in lows]))]
    best, height = None, 0.0
    for low in lows:
        if low is deepest:
            continue
        first, last = min(low, deepest, key=_start), max(low, deepest, key=_start)
        top = float(np.max(values[first.stop : last.start]))
        if top - values[low.start] > height:
            best, height = (first, last, top), top - values[low.start]
    inside = values[(x >= survey.core[0]) & (x <= survey.core[1]) & (values < 1e99)]
    if best is None or not height > _LEAST * float(np.ptp(inside)):
        return None
    left, right, top = best
    bottoms = (_middle(x, left), _middle(x, right))
    between = slice(left.stop, right.start)
    highest = np.flatnonzero(
        values[between] >= top - 1e-12 * abs(height) if math.isfinite(top) else values[between] == top
    )
    plateau = slice(between.start + int(highest[0]), between.start + int(highest[-1]) + 1)
    divide = _top(potential, mass, x, plateau) if math.isfinite(top) else _middle(x, plateau)
    center = _center(potential, survey, bottoms, mass)
    if isinstance(potential, AbstractDoubleWell):
        # what the potential itself calls the plane between its wells
        own = float(potential.divide)
        center = own if _even(potential, survey, own, mass) else None
        divide = own
    return TwoWells(
        potential=potential,
        divide=(divide if center is None else center) + 0.0,
        bottoms=bottoms,
        depths=(float(values[left.start]), float(values[right.start])),
        top=top,
        symmetric=center is not None,
    )


def minima(x: np.ndarray, values: np.ndarray) -> list[slice]:
    """Runs of equal samples that are lower than what is beside them on both sides, in order.

    Args:
        x: increasing positions, shape (n,) [length].
        values: V there [energy].
    """
    finite = values[np.isfinite(values) & (np.abs(values) < 1e99)]
    noise = 1e-13 * np.maximum(np.abs(values[1:]), np.abs(values[:-1])) if len(finite) else 0.0
    with np.errstate(invalid="ignore"):
        step = np.diff(values)
        step = np.where(np.abs(step) <= np.where(np.isfinite(noise), noise, 0.0), 0.0, step)
    moves = np.flatnonzero(~(step == 0))
    signs = np.sign(np.where(np.isnan(step[moves]), 0.0, step[moves]))
    turns = np.flatnonzero((signs[:-1] < 0) & (signs[1:] > 0))
    return [slice(int(moves[turn]) + 1, int(moves[turn + 1]) + 1) for turn in turns]


def _start(run: slice) -> int:
    return run.start


def _middle(x: np.ndarray, run: slice) -> float:
    return float(x[run.start] + x[run.stop - 1]) / 2


def _top(potential: AbstractPotential, mass: float, x: np.ndarray, run: slice) -> float:
    """The place of the highest V: the middle of a plateau, or the summit between samples by closer looks."""
    if run.stop - run.start > 2:
        return _middle(x, run)
    low, high = float(x[max(run.start - 1, 0)]), float(x[min(run.stop, len(x) - 1)])
    middle, half = (low + high) / 2, (high - low) / 2
    for wider in _WINDOWS:
        summit = _summit(potential, mass, middle - wider * half, middle + wider * half)
        if summit is not None:
            return summit
    for _ in range(_ROUNDS):
        inner = np.linspace(low, high, 33)
        values = values_at(potential, inner, mass)
        tall = np.flatnonzero(values >= values.max() - 1e-14 * max(float(np.max(np.abs(values))), 1e-300))
        if len(tall) > 4:
            break
        low, high = float(inner[max(tall[0] - 1, 0)]), float(inner[min(tall[-1] + 1, 32)])
    return (low + high) / 2


def _summit(potential: AbstractPotential, mass: float, low: float, high: float) -> float | None:
    """Where the slope of V vanishes, by its Chebyshev series on an interval: values alone tell a summit to the root of rounding only.

    None where the series has not ended, as at kinks, or where the highest point is an end.
    """
    series = Chebyshev.interpolate(lambda x: values_at(potential, x, mass), _DEGREE, domain=[low, high])
    sizes = np.abs(series.coef)
    if (
        not np.all(np.isfinite(sizes))
        or np.max(sizes[-2:]) > _ENDED * np.max(sizes)
        or sizes[1:].max() < _FLAT * sizes.max()
    ):
        return None
    slopes = series.deriv().roots()
    inside = np.real(
        slopes[(np.abs(np.imag(slopes)) < 1e-8 * (high - low)) & (np.real(slopes) > low) & (np.real(slopes) < high)]
    )
    if not len(inside):
        return None
    best = float(inside[np.argmax(series(inside))])
    return best if series(best) >= max(series(low), series(high)) else None


def _center(potential: AbstractPotential, survey: Survey, bottoms: tuple[float, float], mass: float) -> float | None:
    """The plane about which V is even, None if there is none."""
    apart = bottoms[1] - bottoms[0]
    middle = (bottoms[0] + bottoms[1]) / 2
    edges = [float(edge) for edge in (*potential.edges, *potential.spikes)]
    balanced = _balanced(potential, middle, apart, mass)
    guesses = [round(guess, _DIGITS - math.floor(math.log10(apart))) for guess in (middle, balanced)] + [balanced]
    if edges:
        guesses.insert(0, (min(edges) + max(edges)) / 2)
    for guess in guesses:
        if abs(guess - middle) <= 1e-2 * apart and _even(potential, survey, guess, mass):
            return float(guess) + 0.0
    return None


def _balanced(potential: AbstractPotential, middle: float, apart: float, mass: float) -> float:
    """Where V is the same at some distance to the left and to the right: the plane of symmetry to rounding, where there is one."""

    def tilt(center: float) -> float:
        low, high = values_at(potential, center + _ARM * apart * np.array([-1.0, 1.0]), mass)
        return float(high - low)

    before, now = middle, middle + 1e-3 * apart
    last = tilt(before)
    for _ in range(_SECANTS):
        value = tilt(now)
        if value == last or not math.isfinite(value):
            break
        before, now, last = now, now - value * (now - before) / (value - last), value
    return now if abs(now - middle) < apart else middle


def _even(potential: AbstractPotential, survey: Survey, center: float, mass: float) -> bool:
    places = np.array([at for at, _ in survey.deltas])
    strengths = np.array([w for _, w in survey.deltas])
    if len(places):
        mirrored = 2 * center - places[::-1]
        width = max(survey.width, float(np.max(np.abs(places - center))))
        if np.any(np.abs(mirrored - places) > 1e-9 * width) or np.any(strengths != strengths[::-1]):
            return False
    reach = max(center - survey.core[0], survey.core[1] - center, survey.width / 2)
    # beside edges the mirror image may fall on the other side of a jump by rounding
    away = reach * (np.arange(2048) + 0.437) / 1024
    here, there = values_at(potential, center + away, mass), values_at(potential, center - away, mass)
    known = np.isfinite(here) & np.isfinite(there)
    height = np.minimum(np.maximum(np.abs(here), np.abs(there)), 1e99)[known]
    scale = float(np.ptp(here[known & (away < reach)])) if np.any(known & (away < reach)) else 0.0
    alike = np.abs(here - there)[known] <= _ALIKE * np.maximum(scale, height)
    return bool(np.array_equal(np.isfinite(here), np.isfinite(there)) and np.all(alike))
