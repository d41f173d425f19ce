"""Decay of a particle in a well that leaks: survival, lifetime, energy and width of the resonance."""

from __future__ import annotations

import dataclasses
import functools
import math
from typing import Any, ClassVar

import numpy as np

from .... import theory
from ...._typing import DIMENSIONLESS, ENERGY, TIME, Dimension
from ....absorbers import Absorber
from ....errors import NumericsError
from ....observables import AbstractObservable, Autocorrelation, Norm, ProbabilityIn
from ....potentials import AbstractMetastable, CoulombBarrier
from ....problem import Problem
from ....propagation import Result, leak_of
from ....regions import Before, Between
from ...bars import AbstractRecordQuestion, CurvePredictions, Predictions, Reading, Report
from ...fits import DecayFit, Modes, fit_decay, matrix_pencil
from ...predictions import absorber_leak
from .._given import given_by_hand, refuse_by_hand
from ._leaking import leaking_report, leaking_theory, leaky, shot

# modes of the record fainter than this share of it are left to the noise
_FAINT = 1e-6
# a relative error of the fitted rate that is small beside the other parts of the bar
_ENOUGH = 2e-5
# a Coulomb tail is followed to this multiple of its turning point, in segments that double
_FAR = 40.0
# distance, in decay lengths, of the wall that a well without one is given
_DEEP = 18.0
# points x FFT pairs of one run: about half a minute
_PATIENCE = 1e9


@dataclasses.dataclass(frozen=True)
class Decay(AbstractRecordQuestion):
    """A particle that starts in a well and leaks out: its lifetime from the exponential part of the survival, its energy from the phase.

    Any well leaks: a formula, a table, a sum, in a field too. What has a record is propagated: the built-in wells, while the lifetime can be
    waited for. Their ``survival_probability`` is the probability left of the barrier's outer end; ``fit_begin`` and ``fit_end`` say which part of
    its record was taken for exponential. Of all others the complex energy is found without a record, by outgoing waves on elements.
    """

    relative: ClassVar[bool] = True
    cuts: ClassVar[bool] = True

    def direct(self, problem: Problem, tolerance: float, **fixed: Any) -> Report | None:
        leaky(problem)
        if isinstance(problem.potential, AbstractMetastable) and (
            given_by_hand(fixed) or self._bearable(problem, tolerance)
        ):
            return None
        refuse_by_hand(problem, "decay", fixed)
        return leaking_report(problem, tolerance)

    def _bearable(self, problem: Problem, tolerance: float) -> bool:
        """Whether a record takes less than about half a minute."""
        try:
            numerics = self.course(problem, tolerance).numerics
        except NumericsError:
            return False
        return math.prod(numerics.grid.points) * numerics.fft_pairs <= _PATIENCE

    def observables(self, problem: Problem) -> dict[str, AbstractObservable]:
        well = _well(problem)
        wall, turn = well.wall, leak_of(problem).turn
        inside = Before(turn) if wall is None else Between(2 * wall - turn, turn)
        return {"norm": Norm(), "survival_probability": ProbabilityIn(inside), "autocorrelation": Autocorrelation()}

    def readings(self, result: Result) -> dict[str, Reading]:
        fit, (modes, loudest) = _fitted(result), _spectrum(result)
        width = float(modes.widths[loudest])
        lifetime, uncertain = fit.lifetime, fit.lifetime_error
        if (by_width := float(modes.width_errors[loudest]) / width**2) < uncertain:
            # where other waves beat with the resonance to the end, its own width is the better clock
            lifetime, uncertain = 1 / width, by_width
        return {
            "lifetime": Reading(lifetime, TIME, {"fit": uncertain}, scale=lifetime),
            # what comes back from the absorber shifts energy and width alike, by a share of the width
            "resonance_energy": Reading(
                float(modes.energies[loudest]), ENERGY, {"fit": float(modes.energy_errors[loudest])}, scale=width
            ),
            "resonance_width": Reading(width, ENERGY, {"fit": float(modes.width_errors[loudest])}, scale=width),
            "survival_probability": Reading(float(_survival(result)[-1]), DIMENSIONLESS),
            # the part of the record that was fitted, without a bar
            "fit_begin": Reading(fit.window[0], TIME, compared=0.0, scale=0.0),
            "fit_end": Reading(fit.window[1], TIME, compared=0.0, scale=0.0),
        }

    def curves(self, result: Result) -> dict[str, tuple[np.ndarray, Dimension]]:
        return {"survival_probability": (_survival(result), DIMENSIONLESS)}

    def leak(self, problem: Problem, absorber: Absorber) -> float:
        # the amplitude that comes back through the barrier interferes with the one inside, once and conjugate
        mass = float(problem.mass)
        end = float(problem.potential.asymptotes()[1])
        momentum = math.sqrt(2 * mass * (leak_of(problem).energy - end))
        return 2 * math.sqrt(2 * float(absorber_leak(absorber, np.array([momentum]), mass)[0]))

    def predictions(self, problem: Problem, duration: float | None) -> Predictions:
        if not isinstance(problem.potential, AbstractMetastable):
            return leaking_theory(problem)
        known = resonance_of(problem)
        chosen: Predictions = {
            "lifetime": {"resonance": known.lifetime, "wkb": _wkb_lifetime(problem, known.energy)},
            "resonance_energy": {"resonance": known.energy},
            "resonance_width": {"resonance": known.width},
        }
        return chosen

    def curve_predictions(self, problem: Problem, times: np.ndarray) -> CurvePredictions:
        known = resonance_of if isinstance(problem.potential, AbstractMetastable) else shot
        return {"survival_probability": {"exponential": np.exp(-times / known(problem).lifetime)}}


def _fitted(result: Result) -> DecayFit:
    return fit_decay(result.times, _survival(result), enough=_ENOUGH)


def _survival(result: Result) -> np.ndarray:
    """The probability left of the barrier's outer end; what goes to the left without end counts when it is absorbed there, too."""
    inside = result.series["survival_probability"]
    return inside if _well(result.problem).wall is not None else inside + result.absorbed[:, 0]


def _spectrum(result: Result) -> tuple[Modes, int]:
    """The modes of the amplitude <psi(0)|psi(t)>, and which of them is the resonance."""
    modes = matrix_pencil(
        result.times, result.series["autocorrelation"], center=leak_of(result.problem).energy, noise=_FAINT
    )
    return modes, int(np.argmax(np.abs(modes.amplitudes)))


def _well(problem: Problem) -> AbstractMetastable:
    assert isinstance(problem.potential, AbstractMetastable)
    return problem.potential


def resonance_of(problem: Problem) -> theory.Resonance:
    """The complex energy of a trapped state by the outgoing-wave condition, on the half line right of the wall."""
    start = leak_of(problem).energy
    return _resonance(_well(problem), float(problem.mass), start)


@functools.lru_cache(maxsize=32)
def _resonance(well: AbstractMetastable, mass: float, start: float) -> theory.Resonance:
    line = half_line(well, start, mass)
    return theory.resonance(
        line.potential,
        line.wall,
        line.right,
        start=start,
        edges=line.edges,
        mass=mass,
        v_right=line.v_right,
        tolerance=1e-9,
    )


def _wkb_lifetime(problem: Problem, energy: float) -> float:
    well, mass = _well(problem), float(problem.mass)
    line = half_line(well, energy, mass)
    last = float(well.edges[-1])
    beyond = 1.5 * float(well.strength) / energy if isinstance(well, CoulombBarrier) else 0.1 * (last - line.wall)
    edges = tuple(float(edge) for edge in well.edges if edge > line.wall)
    return float(
        theory.wkb_lifetime(line.potential, energy, line.wall, well.divide, last + beyond, edges=edges, mass=mass)
    )


@dataclasses.dataclass(frozen=True)
class HalfLine:
    """The physical half of a metastable potential, for theory: V(x) from a hard wall to where V is flat."""

    potential: Any
    wall: float
    right: float
    edges: tuple[float, ...]
    v_right: float | None


def half_line(well: AbstractMetastable, energy: float, mass: float) -> HalfLine:
    """The half line of a well; where it has no hard wall, one is put so deep under its left side that no digit notices."""
    wall = well.wall
    if wall is None:
        height = float(well.asymptotes()[0]) - energy
        wall = float(well.edges[0]) - _DEEP / math.sqrt(2 * mass * height)
    edges = [float(edge) for edge in well.edges if edge > wall]
    right, v_right = edges[-1], float(well.asymptotes()[1])
    if isinstance(well, CoulombBarrier):
        right = float(wall) + _FAR * float(well.strength) / energy
        while 2 * edges[-1] - float(wall) < right:
            edges.append(2 * edges[-1] - float(wall))
        v_right = None
    return HalfLine(
        lambda x: well.value((x,), mass=mass), float(wall), right, tuple(e for e in edges if e < right), v_right
    )
