"""T(E) over all energies of one packet, as a question: the curves, the packet's average, and the resonances that stand out."""

from __future__ import annotations

import dataclasses
import functools
import math
from typing import Any

import numpy as np

from ...._amounts import amount
from ...._typing import DIMENSIONLESS, ENERGY, LENGTH, TIME, EnergyValue
from ....errors import ArgumentError
from ....potentials import RectangularBarrier
from ....problem import Problem
from ....propagation import Batch, Plan, Refinement, deltas_fit
from ...bars import MOST_WORK, AbstractQuestion, Curve, Estimate, Measurement, Predictions, Quantity, Report
from ...fits import Peak, nearest, peaks_of
from ...predictions import (
    BELOW_TOP,
    TransmissionOf,
    approximate_transmissions,
    average,
    moves_right,
    resonance_marks,
    resonances_of,
    single_top,
    transmission_theories,
)
from .._given import given_by_hand, refuse_ends
from ._curve_by_scattering import by_scattering, reaching_scattering, without_record
from ._energy_resolved import CurveBudgets, DetectorRecord, TransmissionAt
from ._soft_detector import Energies, SoftDetectors, energies_of

# energies at which peaks are searched and the packet's average is taken
_DENSE = 1601
# the least prominence of a resonance in T
_PROMINENCE = 0.02
_MOST_PEAKS = 4
# the exact T(E) is sampled to so many widths on either side of each pole, with so many points per width
_NEAR, _CLOSENESS = 4, 32
# point-pairs of a finer trial whose curves are also known without a run: a few seconds
_WORK = 5e8
# point-pairs of the first run, at most: else it is planned for a looser tolerance, or left out
_LONGEST, _LOOSER, _LOOSEST = 4e8, 10.0, 100.0


@dataclasses.dataclass(frozen=True)
class TransmissionCurve(AbstractQuestion):
    """T(E) and R(E) at `count` energies of one packet's band, each with its error bar; see `wavesim.analysis.transmission_curve`.

    Besides the curves: ``transmitted_probability`` and ``reflected_probability``, the curves averaged over the packet (left out where
    `lower` and `upper` cut the packet), ``imbalance``, the largest distance of T + R from one, and ``resonance_energy`` and
    ``resonance_width`` of each peak that stands out (``_2``, ``_3``, ``_4`` for the further ones), read off the measured curve.

    Args:
        lower: lowest kinetic energy on the incoming side; by default that of the packet's band.
        upper: highest.
        count: number of energies.
    """

    lower: EnergyValue | None = None
    upper: EnergyValue | None = None
    count: int = 201

    def planned(self, problem: Problem, tolerance: float, **fixed: Any) -> Plan | None:
        if _known(problem, fixed):
            confirming = _confirming(problem, self._energies(problem), tolerance, fixed)
            if confirming is None:
                return None
            tolerance = confirming
        detectors = SoftDetectors.placed(problem, self._energies(problem), tolerance)
        numerics = detectors.numerics(tolerance, Refinement(), **fixed)
        low, high = (
            amount(end, LENGTH, problem.shown_in, 5) for end in (numerics.grid.lower[0], numerics.grid.upper[0])
        )
        reasons = {
            "box": f"{low} to {high}: the packet, a detector on either side of the potential, and two absorbers",
            "duration": f"{amount(numerics.duration, TIME, problem.shown_in)}: until the slowest wave of the band has been recorded",
            "frames": f"{numerics.frames}: dense enough for the fastest",
        }
        return Plan(detectors.problem, tolerance, numerics, reasons)

    def measuring(
        self, problem: Problem, tolerance: float, *, batch: Batch | None = None, **fixed: Any
    ) -> Measurement[Report]:
        refuse_ends(problem, "T(E) is")
        chosen = self._energies(problem)
        known = batch is None and _known(problem, fixed)
        confirming = _confirming(problem, chosen, tolerance, fixed) if known else tolerance
        if confirming is None:
            return without_record(problem, tolerance, chosen, self.predictions(problem, None))
        record = yield from DetectorRecord.measured(
            problem, confirming, chosen, most=_WORK if known else MOST_WORK, batch=batch, **fixed
        )
        measured, exact = record.at(chosen), _exact(problem)
        quantities = [
            *(self._averages(problem, record, tolerance) if self._covers(problem, tolerance) else ()),
            *_resonances(problem, record, measured, chosen),
            _imbalance(measured),
        ]
        predictions = self.predictions(problem, None)
        compared = {
            q.name: q if q.theory else dataclasses.replace(q, theory=predictions.get(q.name, {})) for q in quantities
        }
        through = {name: np.asarray(form(chosen.kinetic)) for name, form in exact.items()}
        rough = {name: np.asarray(form(chosen.kinetic)) for name, form in _approximate(problem, chosen).items()}
        along = ("energy", ENERGY)
        curves = {
            "transmission": Curve(
                "transmission", chosen.kinetic, measured.transmission, DIMENSIONLESS, through | rough, measured.transmission_error, along
            ),
            "reflection": Curve(
                "reflection",
                chosen.kinetic,
                measured.reflection,
                DIMENSIONLESS,
                {name: 1.0 - values for name, values in through.items()},
                measured.reflection_error,
                along,
            ),
        }  # fmt: skip
        report = Report(
            record=record.trial.result,
            tolerance=tolerance,
            quantities=compared,
            curves=curves,
            warnings=record.warnings(measured, tolerance),
            runs=record.runs,
            fft_pairs=record.fft_pairs,
            wall_s=record.wall_s,
        )
        if not known or record.trial.interrupted:
            return report
        if measured.largest_error <= tolerance:
            return reaching_scattering(problem, report, chosen)
        return by_scattering(problem, report, measured, chosen, predictions)

    def predictions(self, problem: Problem, duration: float | None) -> Predictions:
        del duration
        chosen, exact = self._energies(problem), _exact(problem)
        predictions: Predictions = {}
        if self._covers(problem, 1e-4):
            marks = resonance_marks(problem)
            through: dict[str, float] = {name: average(form, problem, marks=marks) for name, form in exact.items()}
            # an approximation is wanted to few digits, and states no error, so that it disputes no number
            rough = _approximate(problem, chosen).items()
            through |= {name: float(average(form, problem, tolerance=1e-8)) for name, form in rough}
            predictions["transmitted_probability"] = through
            predictions["reflected_probability"] = {
                name: Estimate(1.0 - value, value.error) if isinstance(value, Estimate) else 1.0 - value
                for name, value in through.items()
            }
        for number, peak in enumerate(_theoretical_peaks(problem, chosen)[:_MOST_PEAKS]):
            predictions |= _named(problem, peak, number)
        return predictions | {"imbalance": {"conservation": 0.0}}

    def _energies(self, problem: Problem) -> Energies:
        whole = energies_of(problem, None, self.count)
        if self.lower is None and self.upper is None:
            return whole
        low, high = whole.band
        lower = low if self.lower is None else max(low, float(self.lower))
        upper = high if self.upper is None else min(high, float(self.upper))
        if not lower < upper:
            raise ArgumentError(
                "lower",
                f"and `upper` must leave some of the packet's energies, {amount(low, ENERGY, problem.shown_in)} to {amount(high, ENERGY, problem.shown_in)}, but leave none; move them.",
            )
        return energies_of(problem, np.linspace(lower, upper, self.count))

    def _covers(self, problem: Problem, tolerance: float) -> bool:
        """Whether the chosen energies hold the whole packet but for the tolerance."""
        chosen = self._energies(problem)
        return 1.0 - _share(problem, chosen.kinetic[0], chosen.kinetic[-1]) <= max(tolerance, 1e-5)

    def _averages(self, problem: Problem, record: DetectorRecord, tolerance: float) -> tuple[Quantity, Quantity]:
        """The curves averaged over the packet's momenta; the share outside the band is part of the error bar."""
        chosen = self._energies(problem)
        dense = _dense(problem, chosen)
        measured, k = record.at(dense), dense.incoming
        density = _density(problem, k)
        missing = max(0.0, 1.0 - _share(problem, dense.kinetic[0], dense.kinetic[-1]))
        averages = []
        for name, values, budget in (
            ("transmitted_probability", measured.transmission, measured.transmission_budget),
            ("reflected_probability", measured.reflection, measured.reflection_budget),
        ):
            value = float(np.trapezoid(values * density, k))
            halved = float(np.trapezoid((values * density)[::2], k[::2]))
            parts = {source: float(np.trapezoid(part * density, k)) for source, part in budget.items()}
            parts["band"] = missing + abs(value - halved)
            averages.append(Quantity(name, value, math.fsum(parts.values()), DIMENSIONLESS, parts))
        return averages[0], averages[1]


def _exact(problem: Problem) -> dict[str, TransmissionOf]:
    return transmission_theories(problem)


def _approximate(problem: Problem, chosen: Energies) -> dict[str, TransmissionOf]:
    """The textbook formulas that hold at all these energies."""
    forms = approximate_transmissions(problem)
    top = single_top(problem.potential, float(problem.mass)) if forms else None
    if top is not None and chosen.kinetic[-1] >= top:
        return {name: form for name, form in forms.items() if name not in BELOW_TOP}
    return forms


def _density(problem: Problem, k: np.ndarray) -> np.ndarray:
    """|phi_0(k)|^2 of the Gaussian packet."""
    spread = 1 / (2 * float(problem.state.width))  # type: ignore[attr-defined]
    mean = abs(float(problem.state.mean_momentum(problem.mass)))  # type: ignore[attr-defined]
    return np.exp(-(((k - mean) / spread) ** 2) / 2) / (math.sqrt(2 * math.pi) * spread)


def _share(problem: Problem, low: float, high: float) -> float:
    """The probability of the packet between two kinetic energies."""
    width, mass = float(problem.state.width), float(problem.mass)  # type: ignore[attr-defined]
    mean = abs(float(problem.state.mean_momentum(mass)))  # type: ignore[attr-defined]
    ends = [math.sqrt(2) * width * (math.sqrt(2 * mass * energy) - mean) for energy in (low, high)]
    return 0.5 * (math.erf(ends[1]) - math.erf(ends[0]))


def _dense(problem: Problem, chosen: Energies) -> Energies:
    """Many energies over the same range, evenly spaced in momentum."""
    k = np.linspace(chosen.incoming[0], chosen.incoming[-1], _DENSE)
    k[[0, -1]] = chosen.incoming[[0, -1]]
    return energies_of(problem, k**2 / (2 * float(problem.mass)))


def _known(problem: Problem, fixed: dict[str, Any]) -> bool:
    """Whether scattering states may give the curves: no duration and no numerics are given."""
    return problem.duration is None and not given_by_hand(fixed)


def _confirming(problem: Problem, chosen: Energies, tolerance: float, fixed: dict[str, Any]) -> float | None:
    """The tolerance of a run that confirms the curves within half a minute, on a grid with points at all deltas; None if there is none."""
    looser = tolerance
    while looser <= _LOOSEST * tolerance:
        numerics = SoftDetectors.placed(problem, chosen, looser).numerics(looser, Refinement(), **fixed)
        short = math.prod(numerics.grid.points) * (numerics.fft_pairs or 0) <= _LONGEST
        if short and deltas_fit(numerics.grid, problem.potential):
            return looser
        looser *= _LOOSER
    return None


def _imbalance(measured: CurveBudgets) -> Quantity:
    imbalance = np.abs(measured.transmission + measured.reflection - 1.0)
    worst = int(np.argmax(imbalance))
    parts = {
        source: float(measured.transmission_budget[source][worst] + measured.reflection_budget[source][worst])
        for source in measured.transmission_budget
    }
    value = float(imbalance[worst])
    return Quantity("imbalance", value, math.fsum(parts.values()), DIMENSIONLESS, parts, {"conservation": 0.0})


def _resonances(problem: Problem, record: DetectorRecord, measured: CurveBudgets, chosen: Energies) -> list[Quantity]:
    """Position and width of each measured peak.

    The error of each is the sum of its changes in the coarser runs and in shorter parts of the record, and of the effect of all other errors e of
    T: sqrt(2 e/T'') to the place of a maximum, 2 e/|T'| to the distance of the two flanks, |T'| = 1/width for a Lorentzian.
    """
    if record.trial.interrupted:
        return []

    def transmission(kinetic: np.ndarray) -> np.ndarray:
        return record.transmission(energies_of(problem, kinetic))

    dense = _dense(problem, chosen).kinetic
    step = float(np.max(np.diff(dense)))
    prominence = max(_PROMINENCE, 5 * float(np.max(measured.transmission_error)))
    expected, quantities = _theoretical_peaks(problem, chosen), []
    for number, peak in enumerate(peaks_of(transmission, dense, prominence)[:_MOST_PEAKS]):
        budget = record.at(energies_of(problem, np.array([peak.position]))).transmission_budget
        rest = math.fsum(float(budget[source][0]) for source in ("absorber", "start", "rounding"))
        extent = peak.width if math.isfinite(peak.width) else 0.0
        near = dense[np.abs(dense - peak.position) <= max(2 * extent, 20 * step)]
        position, width = _changes(problem, record, peak, near)
        position["rest"], width["rest"] = math.sqrt(2 * rest / peak.bend), 2 * rest * extent
        match = nearest([one.peak for one in expected], peak.position, max(extent, 5 * step))
        theories = next((_named(problem, one, number) for one in expected if one.peak is match), {})
        for kind, value, parts in (("energy", peak.position, position), ("width", peak.width, width)):
            if math.isfinite(value):
                name = _numbered(f"resonance_{kind}", number)
                quantities.append(
                    Quantity(name, value, math.fsum(parts.values()), ENERGY, parts, theories.get(name, {}))
                )
    return quantities


def _changes(
    problem: Problem, record: DetectorRecord, peak: Peak, near: np.ndarray
) -> tuple[dict[str, float], dict[str, float]]:
    """The largest change of a peak's position and of its width in the variants of the measurement, by source."""
    position: dict[str, float] = {}
    width: dict[str, float] = {}
    span = near[-1] - near[0]

    # most variants are compared with the same curve
    @functools.cache
    def peak_of(transmission: TransmissionAt) -> Peak | None:
        return nearest(peaks_of(lambda e: transmission(energies_of(problem, e)), near, 0.0), peak.position, span)

    for source, weight, before, after in record.variants:
        fine, other = peak_of(before), peak_of(after)
        moved = wider = span
        if fine is not None and other is not None:
            moved = abs(other.position - fine.position)
            both = math.isfinite(other.width) and math.isfinite(fine.width)
            wider = abs(other.width - fine.width) if both else span
        position[source] = max(position.get(source, 0.0), weight * moved)
        width[source] = max(width.get(source, 0.0), weight * wider)
    return position, width


def _numbered(name: str, number: int) -> str:
    """The name of the first, second, third ... of its kind."""
    return name if number == 0 else f"{name}_{number + 1}"


@dataclasses.dataclass(frozen=True)
class _Expected:
    """A peak of the exact T(E), its changes from half as many samples, and the pole that makes it.

    Attributes:
        peak: of T(E).
        moved, wider: changes of its position and of its width [energy].
        pole: energy and width, the latter where it is known.
    """

    peak: Peak
    moved: float
    wider: float
    pole: tuple[Estimate, Estimate | None] | None


def _theoretical_peaks(problem: Problem, chosen: Energies) -> list[_Expected]:
    """The peaks of the exact T(E) among these energies, sampled as closely around each pole as it is narrow."""
    form, dense = next(iter(_exact(problem).values())), _dense(problem, chosen).kinetic
    to_right = moves_right(problem)
    poles = resonances_of(problem.potential, float(problem.mass), float(dense[0]), float(dense[-1]), to_right)

    def peaks(closeness: int) -> list[Peak]:
        offsets = np.arange(-_NEAR * closeness, _NEAR * closeness + 1) / closeness
        close = [energy + width * offsets for energy, width in poles if width is not None]
        x = np.unique(np.concatenate([dense, *close]))
        x = x[(x >= dense[0]) & (x <= dense[-1])]
        return peaks_of(lambda e: np.asarray(form(e)), x, _PROMINENCE)

    coarse, expected = peaks(_CLOSENESS // 2), []
    for peak in peaks(_CLOSENESS):
        extent = peak.width if math.isfinite(peak.width) else float(np.max(np.diff(dense)))
        again = nearest(coarse, peak.position, extent)
        moved = abs(again.position - peak.position) if again else extent
        wider = abs(again.width - peak.width) if again else extent
        pole = min(poles, key=lambda pole: abs(pole[0] - peak.position), default=None)
        if pole is not None and not (pole[1] is not None and abs(pole[0] - peak.position) < pole[1]):
            pole = None
        expected.append(_Expected(peak, moved, wider, pole))
    return expected


def _named(problem: Problem, expected: _Expected, number: int) -> Predictions:
    """Theory for one peak: the peak of the exact T(E), its pole, and a closed form where one is known."""
    exact, peak = next(iter(_exact(problem))), expected.peak
    potential, mass = problem.potential, float(problem.mass)
    position: dict[str, float] = {exact: Estimate(peak.position, expected.moved)}
    width: dict[str, float] = {exact: Estimate(peak.width, expected.wider)}
    if isinstance(potential, RectangularBarrier):
        # T = 1 where half wavelengths fit in: q a = n pi
        phase = math.sqrt(max(2 * mass * (peak.position - float(potential.height)), 0.0)) * float(potential.width)
        n = round(phase / math.pi)
        if n > 0:
            position["half_wavelengths"] = Estimate(
                float(potential.height) + (n * math.pi / float(potential.width)) ** 2 / (2 * mass)
            )
    if expected.pole is not None:
        position["pole"] = expected.pole[0]
        if expected.pole[1] is not None:
            width["pole"] = expected.pole[1]
    predictions: Predictions = {_numbered("resonance_energy", number): position}
    if math.isfinite(peak.width):
        predictions[_numbered("resonance_width", number)] = width
    return predictions
