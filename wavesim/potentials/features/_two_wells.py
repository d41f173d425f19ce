"""The two wells of a potential of any class and the barrier between them, located from values of V."""

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

# least depth of a well, as a share of the height of the barrier
_LEAST = 1e-6
# relative difference of V below which it counts as even
_EQUAL = 1e-9
# digits of the distance of the wells to which the middle is first rounded, as a guess for the center
_DIGITS = 3
# distance from the center at which V is balanced, as a share of the distance of the wells
_ARM = 0.31
# steps of the secant method for the balance
_SECANTS = 12
# refinements of a summit
_ROUNDS = 6
# degree of the Chebyshev series at a summit
_DEGREE = 16
# size of its last terms relative to the largest below which it has converged
_CONVERGED = 1e-13
# size of its non-constant terms relative to the largest below which V is flat
_FLAT = 1e-8
# half lengths of its interval, in spacings of samples: the longest one on which it converges loses the fewest digits
_WINDOWS = (64, 16, 4, 1)


@dataclasses.dataclass(frozen=True, eq=False)
class TwoWells:
    """The two wells of a static V.

    Attributes:
        potential: V, without a driving field.
        divide: the plane between the wells: the top of the barrier, or the potential's own `divide` [length].
        bottoms: positions of the lowest V in the left and in the right well [length].
        depths: V there; for a delta, its own level [energy].
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
        """The interval that contains V's structure [length]."""
        return self.potential.support(tolerance)


def two_wells_of(potential: AbstractPotential, mass: float = 1.0) -> TwoWells | None:
    """The two deepest wells of V and the barrier between them; None where V has no two wells, or more than one dimension.

    A well is a minimum of V, or a delta well; the second one is that behind the highest barrier. A driven V is taken without its
    uniform force, and any other moving V at t = 0.

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
        # the potential defines the plane between its wells
        divide = float(potential.divide)
        center = divide if _even(potential, survey, divide, mass) else None
    return TwoWells(
        potential=potential,
        divide=(divide if center is None else center) + 0.0,
        bottoms=bottoms,
        depths=(float(values[left.start]), float(values[right.start])),
        top=top,
        symmetric=center is not None,
    )


def minima(x: np.ndarray, values: np.ndarray) -> list[slice]:
    """Runs of equal samples that are lower than their neighbors on both sides, in order.

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
    """The place of the highest V: the middle of a plateau, or the refined summit between samples."""
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
        highest = np.flatnonzero(values >= values.max() - 1e-14 * max(float(np.max(np.abs(values))), 1e-300))
        if len(highest) > 4:
            break
        low, high = float(inner[max(highest[0] - 1, 0)]), float(inner[min(highest[-1] + 1, 32)])
    return (low + high) / 2


def _summit(potential: AbstractPotential, mass: float, low: float, high: float) -> float | None:
    """Zero of the slope of V, by its Chebyshev series on an interval; values alone give it only to the root of rounding.

    None where the series has not converged, as at kinks, or where the highest point is an end.
    """
    series = Chebyshev.interpolate(lambda x: values_at(potential, x, mass), _DEGREE, domain=[low, high])
    sizes = np.abs(series.coef)
    if (
        not np.all(np.isfinite(sizes))
        or np.max(sizes[-2:]) > _CONVERGED * np.max(sizes)
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
    distance = bottoms[1] - bottoms[0]
    middle = (bottoms[0] + bottoms[1]) / 2
    edges = [float(edge) for edge in (*potential.edges, *potential.spikes)]
    balanced = _balanced(potential, middle, distance, mass)
    guesses = [round(guess, _DIGITS - math.floor(math.log10(distance))) for guess in (middle, balanced)] + [balanced]
    if edges:
        guesses.insert(0, (min(edges) + max(edges)) / 2)
    for guess in guesses:
        if abs(guess - middle) <= 1e-2 * distance and _even(potential, survey, guess, mass):
            return float(guess) + 0.0
    return None


def _balanced(potential: AbstractPotential, middle: float, distance: float, mass: float) -> float:
    """Center with equal V at a fixed distance to the left and right: the plane of symmetry to rounding, if there is one."""

    def tilt(center: float) -> float:
        low, high = values_at(potential, center + _ARM * distance * np.array([-1.0, 1.0]), mass)
        return float(high - low)

    before, now = middle, middle + 1e-3 * distance
    last = tilt(before)
    for _ in range(_SECANTS):
        value = tilt(now)
        if value == last or not math.isfinite(value):
            break
        before, now, last = now, now - value * (now - before) / (value - last), value
    return now if abs(now - middle) < distance else middle


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
    right, left = values_at(potential, center + away, mass), values_at(potential, center - away, mass)
    finite = np.isfinite(right) & np.isfinite(left)
    height = np.minimum(np.maximum(np.abs(right), np.abs(left)), 1e99)[finite]
    scale = float(np.ptp(right[finite & (away < reach)])) if np.any(finite & (away < reach)) else 0.0
    equal = np.abs(right - left)[finite] <= _EQUAL * np.maximum(scale, height)
    return bool(np.array_equal(np.isfinite(right), np.isfinite(left)) and np.all(equal))
