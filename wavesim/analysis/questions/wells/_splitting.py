"""Tunneling splitting of a double well, from a record, from levels, and by formulas."""

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

# curve of the amplitude in the other well
PASSED = "passed_amplitude"

# length of the record in units of 1/(barrier top - level): ten to thirty oscillations within one well
_RECORD = 100.0
# largest length of the record, in tunneling periods
_PERIOD_SHARE = 0.5
# least angle gap t at which populations change visibly; below it only the amplitude is shown
_VISIBLE_ANGLE = 0.5
# angle below which the rounding of a split step's phase tables matters; a Chebyshev series has none
_CHEBYSHEV_ANGLE = 1e-5
# amplitude in the other well from rounding: in any run, and with each FFT pair of a split step (measured: 8e-16, and up to 4e-17)
_BASE_ROUNDING, _PAIR_ROUNDING = 2e-15, 5e-17


@register_dataclass
@dataclasses.dataclass(frozen=True)
class MirrorCorrelation(AbstractObservable):
    """<M psi(0)|psi(t)> with the mirror image M about `divide`: amplitude of the particle in the other well.

    It contains no tails, since the two localized states are orthogonal: sin(gap t/2) for a start in the doublet, to rounding. The grid must
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
    """The gap between the two lowest levels of a double well, from a short record or from levels.

    From a localized state the amplitude in the other well grows as sin(gap t/2): its rate gives the gap to a relative accuracy even where the
    levels agree to ten digits and the period is too long to propagate. Wells found in a formula, a table or a sum, and unequal wells, are
    answered by their two lowest levels on elements, without propagation; wells in two or three dimensions by those on grids. From a packet, the
    levels of each parity come from a matrix pencil (`period_from_short_record`). Headline: the gap, to a relative tolerance;
    `tunneling_period` is 2 pi/gap.

    Theories, each where it applies: ``levels`` (Wronskian identity, or closed form); Herring's formula with the exact states
    (``herring``) and with those of one well (``herring_one_well``); ``wkb``, and with Furry's and Froman's factor (``wkb_froman``);
    ``instanton`` for the quartic well, ``weak_coupling`` for deltas; and ``grid_levels``, the difference of two energies, which loses digits first.
    """

    def planned(self, problem: Problem, tolerance: float, **fixed: Any) -> Plan | None:
        if problem.potential.dimension > 1 or problem.ends is not None or not _on_record(problem):
            return None
        return _Rate().course(_with_duration(problem), tolerance, **fixed)

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
        problem = _with_duration(problem)
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
        source_names = {
            "gap": "gap",
            "tunneling_period": "tunneling_period",
            "level_0": "energy_symmetric",
            "level_1": "energy_antisymmetric",
        }
        quantities = {
            name: dataclasses.replace(report.quantities[source], name=name, theory=formulas[name])
            for name, source in source_names.items()
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
        predictions: Predictions = {
            "gap": gaps,
            "tunneling_period": {name: 2 * math.pi / gap for name, gap in gaps.items()},
            "level_0": {"levels": levels.energy_symmetric},
            "level_1": {"levels": levels.energy_antisymmetric},
        }
        if duration is not None and isinstance(problem.state, LeftLocalized | RightLocalized):
            curves = _Rate().curve_predictions(problem, np.array([duration]))
            for name in curves:
                if name != PASSED:
                    predictions[name] = {kind: float(values[0]) for kind, values in curves[name].items()}
        return predictions


def _on_record(problem: Problem) -> bool:
    """Whether the gap follows from a record and not from levels.

    As for a symmetric built-in double well, whose grid keeps its symmetry.
    """
    return isinstance(problem.potential, AbstractDoubleWell) and lowest_doublet(problem) is not None


def _with_duration(problem: Problem) -> Problem:
    """The problem with a duration of several oscillations within one well.

    For a localized start it is at most half a tunneling period.
    """
    gap, scale = _scales(problem)
    if problem.duration is not None:
        return problem
    duration = _RECORD / scale
    if isinstance(problem.state, LeftLocalized | RightLocalized):
        duration = min(duration, _PERIOD_SHARE * 2 * math.pi / gap)
    return dataclasses.replace(problem, duration=float(duration))


@dataclasses.dataclass(frozen=True)
class _Rate(AbstractRecordQuestion):
    """The gap from the amplitudes in both wells, for a start in the doublet.

    With a = <psi(0)|psi(t)> and b = <M psi(0)|psi(t)>, (a + b)(a - b)* = exp(i gap t), whose angle is proportional to time.
    """

    relative: ClassVar[bool] = True
    cuts: ClassVar[bool] = True

    def planned_for(self, problem: Problem) -> dict[str, Any]:
        assert problem.duration is not None
        return {"scheme": "chebyshev"} if _doublet_of(problem).gap * float(problem.duration) < _CHEBYSHEV_ANGLE else {}

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
        # largest deviation from proportionality, as if it were all a drift, and rounding of the amplitude in the other well
        error = (3 * float(np.max(np.abs(angle - gap * times))) + 2 * _rounding_amplitude(result)) / float(times[-1])
        period, energy = 2 * math.pi / gap, float(np.mean(result.series["energy"]))
        drift = float(np.ptp(result.series["energy"])) + error
        numbers = {
            "gap": Reading(gap, ENERGY, {"fit": error}, scale=gap),
            "tunneling_period": Reading(period, TIME, {"fit": period * error / gap}, scale=period),
            "level_0": Reading(energy - gap / 2, ENERGY, {"fit": drift}, scale=abs(energy)),
            "level_1": Reading(energy + gap / 2, ENERGY, {"fit": drift}, scale=abs(energy)),
        }
        if _populations_change(result.problem, float(result.numerics.duration)):
            for name, (values, dimension) in population_curves(result).items():
                numbers[name] = Reading(float(values[-1]), dimension)
        return numbers

    def curves(self, result: Result) -> dict[str, tuple[np.ndarray, Dimension]]:
        if _populations_change(result.problem, float(result.numerics.duration)):
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
        if not _populations_change(problem, float(times[-1])):
            gaps = splitting_formulas(well, float(problem.mass))
            return {PASSED: {name: np.sin(gap * times / 2) for name, gap in gaps.items()}}
        return both_sides({name: beat.at(times) for name, beat in beats(problem).items()})


def _populations_change(problem: Problem, duration: float) -> bool:
    """Whether the record is long enough for a visible change of the populations."""
    return _doublet_of(problem).gap * duration > _VISIBLE_ANGLE


def _angle(result: Result) -> np.ndarray:
    """gap t at every frame, from the amplitudes in both wells, without loss of digits where it is small."""
    stays, passes = result.series["stays"], result.series["passes"]
    sine = 2 * np.imag(passes * np.conj(stays))
    return np.unwrap(np.arctan2(sine, np.abs(stays) ** 2 - np.abs(passes) ** 2))


def _rounding_amplitude(result: Result) -> float:
    """Amplitude in the other well from rounding, which acts like an additional gap.

    The phase tables of a split step have a fixed rounding, so that it grows with the FFT pairs. A diagonalization is exact for a matrix with a
    rounding of eps times the span of H, so that it grows with time. In a Chebyshev series the rounding of the terms is random.
    """
    numerics = result.numerics
    if not numerics.method.steps:
        low, top = spectral_bounds(result.problem, numerics.grid)
        return _BASE_ROUNDING + float(np.finfo(float).eps) * (top - low) * float(numerics.duration)
    return _BASE_ROUNDING + (0.0 if numerics.method.exact else _PAIR_ROUNDING * numerics.fft_pairs)


def _doublet_of(problem: Problem) -> theory.Doublet:
    """The two lowest levels of a symmetric built-in double well; raises a WavesimError for any other."""
    well = problem.potential
    levels = lowest_doublet(problem) if isinstance(well, AbstractDoubleWell) else None
    if levels is None:
        raise WavesimError(
            f"a splitting is that of a symmetric double well with two bound levels, but this {type(well).__name__} is none; take the tilt "
            "away, or move the wells apart."
        )
    return levels


def _scales(problem: Problem) -> tuple[float, float]:
    """The gap, and the depth of the doublet below the barrier, or the gap if that is larger."""
    levels = _doublet_of(problem)
    well, mass = problem.potential, problem.mass
    assert isinstance(well, AbstractDoubleWell)
    top = float(np.asarray(well.value((np.array([well.divide]),), mass=mass))[0])  # type: ignore[arg-type]
    middle = (levels.energy_symmetric + levels.energy_antisymmetric) / 2
    return levels.gap, max(abs(top - middle), levels.gap)


@functools.lru_cache(maxsize=32)
def splitting_formulas(well: AbstractDoubleWell, mass: float) -> dict[str, float]:
    """Gap of a symmetric double well by every formula that applies; the first is exact."""
    levels = _doublet_of(Problem(well, LeftLocalized(), mass=mass))
    formulas = {"levels": levels.gap, "herring": theory.herring_gap(levels)}
    if isinstance(well, DoubleDeltaWell):
        formulas["weak_coupling"] = 2 * float(theory.weak_delta_coupling(well.strength, well.separation, mass))
        return formulas
    half = half_length(well, mass)
    edges = tuple(edge - well.divide for edge in well.edges if edge > well.divide)

    def value(x: Any) -> Any:
        return well.value((x + well.divide,), mass=mass)

    wkb = wkb_gap_of(Problem(well, LeftLocalized(), mass=mass))
    if wkb is not None:
        formulas["wkb"] = wkb
        if well.smooth:
            formulas["wkb_froman"] = wkb * theory.furry_factor()
    if isinstance(well, QuarticDoubleWell):
        formulas["instanton"] = float(theory.instanton_gap(well.barrier, well.half_distance, mass))
    if wkb is not None:
        formulas["herring_one_well"] = theory.one_well_herring_gap(value, half, edges=edges, mass=mass)
    if well.smooth:
        pair = theory.grid_levels(value, -half, half, points=256, mass=mass)
        formulas["grid_levels"] = float(pair.energies[1] - pair.energies[0])
    return formulas
