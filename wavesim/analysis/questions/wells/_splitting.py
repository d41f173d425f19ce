"""The tunneling splitting of a double well: the rate at which a particle passes over, beside every formula for it."""

from __future__ import annotations

import dataclasses
import functools
import math
from typing import Any, ClassVar

import numpy as np

from .... import theory
from ...._arrays import xp as jnp
from ...._jax import jax
from ...._pytree import register_dataclass
from ...._typing import DIMENSIONLESS, ENERGY, TIME, Dimension, Length
from ....absorbers import Absorber
from ....errors import WavesimError
from ....grid import Grid
from ....hamiltonian import Hamiltonian
from ....observables import AbstractObservable, Autocorrelation, Energy, Snapshot
from ....potentials import AbstractDoubleWell, DoubleDeltaWell, QuarticDoubleWell
from ....problem import Problem
from ....propagation import Batch, Plan, Result, spectral_bounds
from ....states import LeftLocalized, RightLocalized
from ...bars import (
    AbstractQuestion,
    AbstractRecordQuestion,
    CurvePredictions,
    Measurement,
    Predictions,
    Reading,
    Report,
)
from ...predictions import beats, half_length, lowest_doublet, wkb_gap_of
from .._given import given_by_hand, refuse_by_hand
from ..levels import gap_theories, split_report
from ._ended_split import ended_split_report, ended_split_theory
from ._planar_populations import planar_split_report
from ._populations import both_sides, population_curves, population_observables
from ._short_record import short_record

PASSED = "passed_amplitude"

# the record's length in units of 1/(barrier top - level): some ten to thirty swings within one well
_SWINGS = 100.0
# and at most this share of the tunneling period
_SHARE = 0.5
# an angle gap t from which on populations change visibly; before, the amplitude alone tells
_VISIBLE = 0.5
# an angle below which the rounding of a splitting's phase tables would be seen: a Chebyshev series has none
_FAINT = 1e-5
# amplitude that rounding carries over: at all, and with each pair of a splitting (measured: 8e-16, and up to 4e-17)
_BASE, _EACH_PAIR = 2e-15, 5e-17


@register_dataclass
@dataclasses.dataclass(frozen=True)
class MirrorCorrelation(AbstractObservable):
    """<M psi(0)|psi(t)>, M the mirror image about `divide`: the amplitude with which the particle has passed to the other well.

    Free of tails, for the two localized states are orthogonal: sin(gap t/2) for a start in the doublet, down to rounding. The grid must
    have `divide` on a point or midway between two, as planned grids do.
    """

    dimension: ClassVar[Dimension] = DIMENSIONLESS

    divide: Length

    def prepare(self, grid: Grid, hamiltonian: Hamiltonian, initial: jax.Array) -> Any:
        mirror = jnp.round(2 * (self.divide - grid.lower[0]) / grid.spacing[0]).astype(int)
        return jnp.conj(initial[(mirror - jnp.arange(grid.points[0])) % grid.points[0]]) * grid.cell

    def measure(self, prepared: Any, snapshot: Snapshot) -> jax.Array:
        return jnp.sum(prepared * snapshot.psi)


@dataclasses.dataclass(frozen=True)
class Splitting(AbstractQuestion):
    """The gap between the two lowest levels of a double well; in a symmetric one on a record that may be far shorter than the period.

    From a localized state the amplitude in the other well grows as sin(gap t/2): its rate gives the gap, relative to itself, also where
    the levels agree to ten digits and the period could never be waited for. Wells that are found in a formula, a table or a sum, and wells that are
    not alike, are answered by their two lowest levels on elements, with nothing propagated; wells in the plane by those on grids. From a packet, each parity's levels come from a matrix
    pencil (`period_from_short_record`). Headline: the gap, to a relative tolerance; `tunneling_period` is 2 pi/gap.

    Theories, each where it applies: ``levels`` (Wronskian identity, or closed form); Herring's formula with the exact states
    (``herring``) and with one well's (``herring_one_well``); ``wkb``, and with Furry's and Froman's factor (``wkb_froman``); ``instanton``
    for the quartic, ``weak_coupling`` for deltas; and ``grid_levels``, the difference of two energies, which loses its digits first.
    """

    def planned(self, problem: Problem, tolerance: float, **fixed: Any) -> Plan | None:
        if problem.potential.dimension > 1 or problem.ends is not None or not _on_record(problem):
            return None
        return _Rate().course(_lasting(problem), tolerance, **fixed)

    def measuring(
        self, problem: Problem, tolerance: float, *, batch: Batch | None = None, **fixed: Any
    ) -> Measurement[Report]:
        if problem.potential.dimension > 1:
            return (yield from planar_split_report(problem, tolerance, fixed.get("grid")))
        if problem.ends is not None:
            refuse_by_hand(problem, "splitting", fixed)
            return ended_split_report(problem, tolerance)
        if not _on_record(problem):
            refuse_by_hand(problem, "splitting", fixed)
            return split_report(problem, tolerance)
        problem = _lasting(problem)
        if isinstance(problem.state, LeftLocalized | RightLocalized):
            return (yield from _Rate().measuring(problem, tolerance, batch=batch, **fixed))
        if fixed:
            raise WavesimError(
                f"the splitting of a packet's record is measured on a grid of its own, but {', '.join(fixed)} is given; leave it out, "
                "or start from left_localized."
            )
        assert problem.duration is not None
        report = yield from short_record(problem, float(problem.duration), tolerance)
        formulas = self.predictions(problem, None)
        old = {
            "gap": "gap",
            "tunneling_period": "tunneling_period",
            "level_0": "energy_symmetric",
            "level_1": "energy_antisymmetric",
        }
        quantities = {
            name: dataclasses.replace(report.quantities[known], name=name, theory=formulas[name])
            for name, known in old.items()
        }
        return dataclasses.replace(report, quantities=quantities)

    def predictions(self, problem: Problem, duration: float | None) -> Predictions:
        if problem.potential.dimension > 1:
            return {}
        if problem.ends is not None:
            return ended_split_theory(problem)
        if not _on_record(problem):
            return gap_theories(problem)
        levels = _doublet_of(problem)
        well = problem.potential
        assert isinstance(well, AbstractDoubleWell)
        gaps = splitting_formulas(well, float(problem.mass))
        chosen: Predictions = {
            "gap": gaps,
            "tunneling_period": {name: 2 * math.pi / gap for name, gap in gaps.items()},
            "level_0": {"levels": levels.energy_symmetric},
            "level_1": {"levels": levels.energy_antisymmetric},
        }
        if duration is not None and isinstance(problem.state, LeftLocalized | RightLocalized):
            curves = _Rate().curve_predictions(problem, np.array([duration]))
            for name in curves:
                if name != PASSED:
                    chosen[name] = {kind: float(values[0]) for kind, values in curves[name].items()}
        return chosen


def _on_record(problem: Problem) -> bool:
    """Whether the gap is read off a record: of a built-in double well that is symmetric, whose grid keeps its symmetry; else off the levels."""
    return isinstance(problem.potential, AbstractDoubleWell) and lowest_doublet(problem) is not None


def _lasting(problem: Problem) -> Problem:
    """The problem with a duration: some swings within one well, but never more than part of a period if a rate is to be told."""
    gap, scale = _scales(problem)
    if problem.duration is not None:
        return problem
    swings = _SWINGS / scale
    if isinstance(problem.state, LeftLocalized | RightLocalized):
        swings = min(swings, _SHARE * 2 * math.pi / gap)
    return dataclasses.replace(problem, duration=float(swings))


@dataclasses.dataclass(frozen=True)
class _Rate(AbstractRecordQuestion):
    """The gap from the amplitudes that stay and that pass over, of a start in the doublet.

    With a = <psi(0)|psi(t)> and b = <M psi(0)|psi(t)>, (a + b)(a - b)* = exp(i gap t): the angle grows in proportion to time.
    """

    relative: ClassVar[bool] = True
    cuts: ClassVar[bool] = True

    def planned_for(self, problem: Problem) -> dict[str, Any]:
        assert problem.duration is not None
        return {"scheme": "chebyshev"} if _doublet_of(problem).gap * float(problem.duration) < _FAINT else {}

    def without_run(self, problem: Problem, tolerance: float, plan: Plan | None, **fixed: Any) -> Report | None:
        return split_report(problem, tolerance) if plan is None and not given_by_hand(fixed) else None

    def observables(self, problem: Problem) -> dict[str, AbstractObservable]:
        well = problem.potential
        assert isinstance(well, AbstractDoubleWell)
        amplitudes = {"stays": Autocorrelation(), "passes": MirrorCorrelation(well.divide), "energy": Energy()}
        return population_observables(problem) | amplitudes

    def readings(self, result: Result) -> dict[str, Reading]:
        times, angle = result.times, _angle(result)
        gap = float(np.sum(times * angle) / np.sum(times**2))
        # what departs from proportion, as if all of it were a drift, and what rounding adds to the amplitude that passes
        own = (3 * float(np.max(np.abs(angle - gap * times))) + 2 * _passed_by_rounding(result)) / float(times[-1])
        period, energy = 2 * math.pi / gap, float(np.mean(result.series["energy"]))
        drift = float(np.ptp(result.series["energy"])) + own
        numbers = {
            "gap": Reading(gap, ENERGY, {"fit": own}, scale=gap),
            "tunneling_period": Reading(period, TIME, {"fit": period * own / gap}, scale=period),
            "level_0": Reading(energy - gap / 2, ENERGY, {"fit": drift}, scale=abs(energy)),
            "level_1": Reading(energy + gap / 2, ENERGY, {"fit": drift}, scale=abs(energy)),
        }
        if _swings_in(result.problem, float(result.numerics.duration)):
            for name, (values, dimension) in population_curves(result).items():
                numbers[name] = Reading(float(values[-1]), dimension)
        return numbers

    def curves(self, result: Result) -> dict[str, tuple[np.ndarray, Dimension]]:
        if _swings_in(result.problem, float(result.numerics.duration)):
            return population_curves(result)
        return {PASSED: (np.sin(_angle(result) / 2), DIMENSIONLESS)}

    def leak(self, problem: Problem, absorber: Absorber) -> float:
        # nothing reaches the ends of a double well
        del problem, absorber
        return 0.0

    def predictions(self, problem: Problem, duration: float | None) -> Predictions:
        return Splitting().predictions(problem, duration)

    def curve_predictions(self, problem: Problem, times: np.ndarray) -> CurvePredictions:
        well = problem.potential
        assert isinstance(well, AbstractDoubleWell)
        if not _swings_in(problem, float(times[-1])):
            gaps = splitting_formulas(well, float(problem.mass))
            return {PASSED: {name: np.sin(gap * times / 2) for name, gap in gaps.items()}}
        return both_sides({name: beat.at(times) for name, beat in beats(problem).items()})


def _swings_in(problem: Problem, duration: float) -> bool:
    """Whether the record is long enough for the populations to be seen changing."""
    return _doublet_of(problem).gap * duration > _VISIBLE


def _angle(result: Result) -> np.ndarray:
    """gap t at every frame, from the amplitudes of staying and passing; no digits are lost where it is small."""
    stays, passes = result.series["stays"], result.series["passes"]
    sine = 2 * np.imag(passes * np.conj(stays))
    return np.unwrap(np.arctan2(sine, np.abs(stays) ** 2 - np.abs(passes) ** 2))


def _passed_by_rounding(result: Result) -> float:
    """Amplitude that rounding carries into the other well, which looks like a gap of its own.

    The phase tables of a splitting are rounded once and for all: it grows with the FFT pairs. A diagonalization is exact for a matrix that is
    off by its rounding, eps times the span of H: it grows with the time. A Chebyshev series leaves what each term rounds, at random.
    """
    numerics = result.numerics
    if not numerics.method.steps:
        low, top = spectral_bounds(result.problem, numerics.grid)
        return _BASE + float(np.finfo(float).eps) * (top - low) * float(numerics.duration)
    return _BASE + (0.0 if numerics.method.exact else _EACH_PAIR * numerics.fft_pairs)


def _doublet_of(problem: Problem) -> theory.Doublet:
    well = problem.potential
    levels = lowest_doublet(problem) if isinstance(well, AbstractDoubleWell) else None
    if levels is None:
        raise WavesimError(
            f"a splitting is that of a symmetric double well with two bound levels, but this {type(well).__name__} is none; take the tilt "
            "away, or move the wells apart."
        )
    return levels


def _scales(problem: Problem) -> tuple[float, float]:
    """The gap, and how far the doublet lies below the barrier (or the gap, where that is more)."""
    levels = _doublet_of(problem)
    well, mass = problem.potential, problem.mass
    assert isinstance(well, AbstractDoubleWell)
    top = float(np.asarray(well.value((np.array([well.divide]),), mass=mass))[0])  # type: ignore[arg-type]
    middle = (levels.energy_symmetric + levels.energy_antisymmetric) / 2
    return levels.gap, max(abs(top - middle), levels.gap)


@functools.lru_cache(maxsize=32)
def splitting_formulas(well: AbstractDoubleWell, mass: float) -> dict[str, float]:
    """The gap of a symmetric double well by every formula that applies to it; the first is exact."""
    levels = _doublet_of(Problem(well, LeftLocalized(), mass=mass))
    found = {"levels": levels.gap, "herring": theory.herring_gap(levels)}
    if isinstance(well, DoubleDeltaWell):
        found["weak_coupling"] = 2 * float(theory.weak_delta_coupling(well.strength, well.separation, mass))
        return found
    half = half_length(well, mass)
    edges = tuple(edge - well.divide for edge in well.edges if edge > well.divide)

    def value(x: Any) -> Any:
        return well.value((x + well.divide,), mass=mass)

    wkb = wkb_gap_of(Problem(well, LeftLocalized(), mass=mass))
    if wkb is not None:
        found["wkb"] = wkb
        if well.smooth:
            found["wkb_froman"] = wkb * theory.furry_factor()
    if isinstance(well, QuarticDoubleWell):
        found["instanton"] = float(theory.instanton_gap(well.barrier, well.half_distance, mass))
    if wkb is not None:
        found["herring_one_well"] = theory.one_well_herring_gap(value, half, edges=edges, mass=mass)
    if well.smooth:
        pair = theory.grid_levels(value, -half, half, points=256, mass=mass)
        found["grid_levels"] = float(pair.energies[1] - pair.energies[0])
    return found
