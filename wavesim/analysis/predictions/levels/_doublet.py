"""Lowest levels of a double well by independent methods, for checks."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable

import numpy as np

from .... import theory
from ....errors import WavesimError
from ....potentials import (
    AbstractDoubleWell,
    DoubleDeltaWell,
    Driven,
    QuarticDoubleWell,
    TwoWells,
    two_wells_of,
    values_at,
)
from ....problem import Problem
from ....states import LeftLocalized, RightLocalized

# int kappa dx from a well to a wall beyond which its lowest states are negligible
_WALL_EXPONENT = 18.0
# points at which that integral is summed
_EXPONENT_POINTS = 4001
# grid points for the level that enters it
_LEVEL_POINTS = 255
# quadrature of the states of two delta wells: decay lengths behind a well, Gauss nodes on each, and rounding
_DECAY_LENGTHS = 20
_NODES = 24
_ROUNDING = 1e-14


@dataclasses.dataclass(frozen=True)
class Beat:
    """Left population of two levels, mean + swing cos(gap t); `swing_error` is None if not estimated."""

    gap: float
    mean: float
    swing: float
    swing_error: float | None = None

    def at(self, times: np.ndarray) -> np.ndarray:
        """Left population at `times`."""
        return self.mean + self.swing * np.cos(self.gap * np.asarray(times))


def double_well(problem: Problem) -> AbstractDoubleWell | TwoWells | None:
    """The double well without its drive, built in or found in V; None where V has no two wells."""
    inner = problem.potential.potential if isinstance(problem.potential, Driven) else problem.potential
    return inner if isinstance(inner, AbstractDoubleWell) else two_wells_of(inner, float(problem.mass))


def tunnels(problem: Problem) -> bool:
    """Whether the problem is a localized start in a double well, driven or not."""
    if not isinstance(problem.state, LeftLocalized | RightLocalized):
        return False
    return problem.potential.dimension > 1 or double_well(problem) is not None


def lowest_doublet(problem: Problem) -> theory.Doublet | None:
    """Two lowest levels of a symmetric double well by an independent method.

    None for a tilted well, for wells found in a V with edges, and where there are fewer than two wells or bound levels.
    """
    well = double_well(problem)
    if well is None or (isinstance(well, QuarticDoubleWell) and float(well.tilt) != 0):
        return None
    if isinstance(well, TwoWells):
        if not well.symmetric or not well.smooth:
            return None
        try:
            return _doublet(well, float(problem.mass))
        except WavesimError:
            # fewer than two bound levels
            return None
    if isinstance(well, DoubleDeltaWell):
        return _delta_doublet(well, float(problem.mass))
    return _doublet(well, float(problem.mass))


def beats(problem: Problem) -> dict[str, Beat]:
    """Beating of a localized start in undriven wells, by theory's name; empty without two levels.

    ``overlap_corrected`` uses the two levels and their states, tails included; ``textbook`` is cos^2, and for tilted wells the
    generalized Rabi formula with the gap of the untilted wells and the detuning to first order in the tilt.
    """
    well = double_well(problem)
    assert well is not None
    side = "left" if isinstance(problem.state, LeftLocalized) else "right"
    sign = 1.0 if side == "left" else -1.0
    levels = lowest_doublet(problem)
    if levels is not None:
        error = None
        if isinstance(well, DoubleDeltaWell):
            error = abs(levels.overlap - _delta_overlap(well, float(problem.mass))) / 2 + _ROUNDING
        return {
            "overlap_corrected": Beat(levels.gap, 0.5, sign * levels.overlap / 2, error),
            "textbook": Beat(levels.gap, 0.5, sign / 2),
        }
    if not isinstance(well, QuarticDoubleWell):
        return {}
    tilted = few_levels_of(problem, 2)
    start = theory.localized_start(tilted, side)
    mean = float(np.sum(start**2 * np.diag(tilted.left)))
    swing = float(2 * start[0] * start[1] * tilted.left[0, 1])
    detuning, coupling = detuning_of(problem), _doublet(dataclasses.replace(well, tilt=0.0), float(problem.mass)).gap
    rabi = math.hypot(coupling, detuning)
    share = (coupling / rabi) ** 2 / 2
    return {
        "overlap_corrected": Beat(float(tilted.energies[1] - tilted.energies[0]), mean, swing),
        "textbook": Beat(rabi, 1 - share if side == "left" else share, sign * share),
    }


def detuning_of(problem: Problem) -> float:
    """Detuning E_right - E_left to first order in the tilt: 2 tilt <S|x|A>/half_distance [energy]."""
    well = double_well(problem)
    if not isinstance(well, QuarticDoubleWell):
        return 0.0
    return 2 * float(well.tilt) * dipole_of(problem) / float(well.half_distance)


def dipole_of(problem: Problem) -> float:
    """<S|x|A> of the untilted, undriven wells: distance of a localized particle from the middle [length]."""
    well = double_well(problem)
    assert well is not None
    if isinstance(well, QuarticDoubleWell):
        well = dataclasses.replace(well, tilt=0.0)
    levels = _doublet(well, float(problem.mass))
    step = levels.x[1] - levels.x[0]
    return float(np.sum(levels.psi_symmetric * levels.x * levels.psi_antisymmetric)) * step


def few_levels_of(problem: Problem, count: int) -> theory.FewLevels:
    """Lowest levels of a smooth double well without its drive, with x from the dividing plane."""
    well = double_well(problem)
    assert well is not None and well.smooth
    return _few_levels(well, float(problem.mass), count)


def driven_wells_of(problem: Problem, times: np.ndarray) -> theory.DrivenWells:
    """Left population of a localized start in smooth driven wells, in a basis of enough levels, and its error."""
    well, mass, drive = double_well(problem), float(problem.mass), problem.potential
    assert well is not None and well.smooth and isinstance(drive, Driven)
    force, phase = float(drive.force), float(drive.phase)

    def value(x: np.ndarray) -> np.ndarray:
        return values_at(drive.potential, x + well.divide, mass)

    return theory.driven_wells(
        value,
        _box_half_width(value, 1.1 * half_length(well, mass), abs(force * math.cos(phase)), mass),
        times,
        side="left" if isinstance(problem.state, LeftLocalized) else "right",
        force=force,
        frequency=float(drive.frequency),
        phase=phase,
        mass=mass,
    )


def _box_half_width(value: Callable[[np.ndarray], np.ndarray], widest: float, force: float, mass: float) -> float:
    """Half-width of a box for the two lowest levels: int kappa dx = 18 beyond the wells.

    It ends short of where the force lets the particle escape.
    """
    level = float(theory.grid_levels(value, -widest, widest, count=2, points=_LEVEL_POINTS, mass=mass).energies[1])
    x = np.linspace(0.0, widest, _EXPONENT_POINTS)
    walls = []
    for side in (-1, 1):
        above = value(side * x) - force * x - level
        allowed = np.flatnonzero(above < 0)
        # only positions inside the barrier's top: farther out the force may open an escape
        inner = allowed[allowed <= int(np.argmax(above[1:])) + 1]
        turning_point = int(inner[-1]) if inner.size else 0
        exponent = np.cumsum(np.sqrt(2 * mass * np.maximum(above[turning_point:], 0.0))) * (x[1] - x[0])
        wall = turning_point + int(np.searchsorted(exponent, _WALL_EXPONENT))
        escape = allowed[allowed > turning_point]
        if escape.size and wall >= escape[0]:
            # halfway between the top and the escape
            wall = (turning_point + int(np.argmax(above[turning_point:])) + int(escape[0])) // 2
        walls.append(float(x[min(wall, _EXPONENT_POINTS - 1)]))
    return max(walls)


@functools.lru_cache(maxsize=16)
def _few_levels(well: AbstractDoubleWell | TwoWells, mass: float, count: int) -> theory.FewLevels:
    half = 1.1 * half_length(well, mass)
    return theory.few_levels(
        lambda x: well.value((x + well.divide,), mass=mass), -half, half, count=count, points=256, mass=mass
    )


def wkb_gap_of(problem: Problem) -> float | None:
    """Textbook gap (2/t_a) exp(-S); None for tilted wells, for deltas, which have no t_a, and above the barrier."""
    well, mass = double_well(problem), float(problem.mass)
    levels = lowest_doublet(problem)
    if well is None or levels is None or isinstance(well, DoubleDeltaWell):
        return None
    middle = (levels.energy_symmetric + levels.energy_antisymmetric) / 2
    if not middle < float(np.asarray(well.value((np.array([well.divide]),), mass=mass))[0]):  # type: ignore[arg-type]
        return None
    edges = tuple(edge - well.divide for edge in well.edges if edge > well.divide)
    half = half_length(well, mass)
    try:
        gap = theory.wkb_gap(lambda x: well.value((x + well.divide,), mass=mass), middle, half, edges=edges, mass=mass)
    except WavesimError:
        # a dip between the wells splits the barrier
        return None
    return float(gap)


@functools.lru_cache(maxsize=16)
def _doublet(well: AbstractDoubleWell | TwoWells, mass: float) -> theory.Doublet:
    half = half_length(well, mass)
    if well.smooth:
        return theory.doublet(lambda x: well.value((x + well.divide,), mass=mass), half, points=192, mass=mass)
    edges = tuple(edge - well.divide for edge in well.edges if edge > well.divide)
    return theory.doublet_by_shooting(lambda x: well.value((x + well.divide,), mass=mass), half, edges=edges, mass=mass)


def _delta_doublet(well: DoubleDeltaWell, mass: float) -> theory.Doublet | None:
    """Closed form; None where the wells are too close to hold an antisymmetric state."""
    levels = theory.delta_doublet(well.strength, well.separation, mass)
    if not math.isfinite(float(levels.gap)):
        return None
    x = np.linspace(-2.0, 2.0, 401) * float(well.separation)
    symmetric, antisymmetric = theory.delta_doublet_states(x, well.strength, well.separation, mass)
    return theory.Doublet(
        energy_symmetric=float(levels.energy_symmetric),
        energy_antisymmetric=float(levels.energy_antisymmetric),
        gap=float(levels.gap),
        gap_error=0.0,
        overlap=float(levels.overlap),
        x=x,
        psi_symmetric=np.asarray(symmetric),
        psi_antisymmetric=np.asarray(antisymmetric),
    )


def _delta_overlap(well: DoubleDeltaWell, mass: float) -> float:
    """2 int_0^inf psi_S psi_A dx of two delta wells by quadrature, independent of the closed form."""
    levels = theory.delta_doublet(well.strength, well.separation, mass)
    position, length = float(well.separation) / 2, 1 / float(levels.kappa_antisymmetric)
    inner = np.linspace(0.0, position, 1 + math.ceil(position / length))
    panels = np.concatenate([inner, position + length * np.arange(1, _DECAY_LENGTHS + 1)])
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    half = np.diff(panels)[:, None] / 2
    x = (panels[:-1, None] + half * (nodes + 1)).ravel()
    symmetric, antisymmetric = theory.delta_doublet_states(x, well.strength, well.separation, mass)
    return 2 * float(np.sum((half * weights).ravel() * np.asarray(symmetric) * np.asarray(antisymmetric)))


def half_length(well: AbstractDoubleWell | TwoWells, mass: float) -> float:
    """Distance from the dividing plane to int kappa dx = 40 outside the outermost well [length].

    The lowest states are below rounding there.
    """
    left, right = well.support(1e-3)
    if isinstance(well, TwoWells):
        # the two wells need not be alike
        right = max(right - well.divide, well.divide - left)
        lowest, highest = min(well.depths), min(well.top, *well.potential.asymptotes())
    else:
        right -= well.divide
        lowest = float(np.min(np.asarray(well.value((np.linspace(0, right, 513) + well.divide,), mass=mass))))  # type: ignore[arg-type]
        highest = float(np.asarray(well.value((np.array([well.divide]),), mass=mass))[0])  # type: ignore[arg-type]
    level = lowest + 0.9 * (highest - lowest)
    step = right / 200
    x = right + step * np.arange(1, 20_001)
    value = np.asarray(well.value((x + well.divide,), mass=mass))  # type: ignore[arg-type]
    exponent = np.cumsum(step * np.sqrt(2 * mass * np.maximum(value - level, 1e-3 * (highest - lowest))))
    return float(x[min(int(np.searchsorted(exponent, 40.0)), x.size - 1)])
