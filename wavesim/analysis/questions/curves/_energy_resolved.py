"""T(E) and R(E) as curves from one packet: the records of a soft detector behind the barrier, and of one before it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from ...._face import one_line
from ...._typing import DIMENSIONLESS
from ....errors import WavesimError
from ....problem import Problem
from ....propagation import Numerics, Progress, Refinement, Result, reporter
from ...bars import MOST_WORK, Measurement, Quantity, Trial, Verdict, refine, run_here
from ...predictions import moves_right, scattering_transmission
from ._soft_detector import CUTS, Energies, SoftDetectors, energies_of, nearby

TransmissionAt = Callable[[Energies], np.ndarray]

# at a single energy the power law of the error is less accurate than in a packet's average (measured: up to 1.4 times more)
_MARGIN = 2.0
_BLAME = {
    "time_step": "time step",
    "grid": "grid",
    "absorber": "absorber's leak",
    "duration": "end of the record, which came before the slowest waves: give a longer duration",
    "start": "packet's tail inside the potential: move its center away, or make it narrower",
    "rounding": "rounding at energies where the packet is faint",
}
_FEWEST_FRAMES = 8


@dataclasses.dataclass(frozen=True)
class EnergyResolved:
    """T and R at each energy, measured with one packet; all arrays have shape (energies,).

    Attributes:
        energies: kinetic energy on the incoming side [energy].
        transmission, transmission_error: T(E) and its error bar.
        reflection, reflection_error: R(E), measured on its own, and its error bar.
        theory: T(E) by the stationary scattering theory; that of R is one minus it.
        weight: |phi_0(k)|^2 of the packet over its maximum.
        band: lowest and highest energy that the packet covers, of which `energies` may be a part.
        budget: the parts of `transmission_error`: time_step, grid, absorber, duration, start, rounding.
        result: the finest run; its series "detector_far" and "detector_near" are the correlations.
        tolerance: as asked for.
        warnings: sentences for the reader.
        runs, fft_pairs, wall_s: of all propagations.
    """

    __repr__ = one_line

    energies: np.ndarray
    transmission: np.ndarray
    transmission_error: np.ndarray
    reflection: np.ndarray
    reflection_error: np.ndarray
    theory: np.ndarray
    weight: np.ndarray
    band: tuple[float, float]
    budget: dict[str, np.ndarray]
    result: Result
    tolerance: float
    warnings: tuple[str, ...]
    runs: int
    fft_pairs: int
    wall_s: float

    @property
    def balance(self) -> np.ndarray:
        """T + R, which must be 1; the two are measured by different detectors."""
        return self.transmission + self.reflection

    @property
    def largest_difference(self) -> float:
        """max |T - theory|."""
        return float(np.max(np.abs(self.transmission - self.theory)))

    @property
    def covered(self) -> float:
        """The share of the energies at which the error bar of T covers its distance from theory."""
        return float(np.mean(np.abs(self.transmission - self.theory) <= self.transmission_error))

    def __str__(self) -> str:
        n = self.result.numerics
        lines = [
            f"T(E) and R(E) at {len(self.energies)} energies from {self.energies[0]:.6g} to {self.energies[-1]:.6g}, from one packet",
            f"  largest error bar {np.max(self.transmission_error):.1e} of T, {np.max(self.reflection_error):.1e} of R (asked: {self.tolerance:.1e})",
            f"  largest distance  {self.largest_difference:.1e} from scattering theory, covered by the bar at {100 * self.covered:.4g} % of the energies",
            f"  largest |T + R - 1| {np.max(np.abs(self.balance - 1)):.1e}",
            f"  {self.runs} runs, {self.fft_pairs:,} FFT pairs, the finest on {n.grid.points[0]} points, {self.wall_s:.3g} s",
        ]
        return "\n".join([*lines, *(f"warning: {text}" for text in self.warnings)])

    def _repr_html_(self) -> str:
        return f"<pre>{self}</pre>"


def transmission_curve(
    problem: Problem,
    tolerance: float = 1e-4,
    *,
    energies: np.ndarray | None = None,
    progress: bool | Progress = False,
) -> EnergyResolved:
    """Measure T(E) and R(E) over all energies of one packet.

    ``curve = transmission_curve(problem, 1e-4); print(curve)``. A test packet chi waits in free space behind the barrier; its
    correlation C(t) = <chi|psi(t)>, taken at every frame, holds every energy once:

    t(E) = sqrt(k_in k_out)/(2 pi m) int dt exp(iEt) C(t) / (phi_chi(k_out)* phi_0(k_in)),   T = |t|^2.

    R(E) is measured by a test packet that moves back, where the packet started. The incident packet contributes its free motion to that
    correlation, which is known in closed form and subtracted. T + R = 1 is therefore a check.

    T(E) does not depend on the start of the packet: one that starts too near to the potential is moved back.

    The error bar of each energy is the sum of: the change with twice the step, and on a coarser grid; the absorbers' echo (an
    amplitude, for it interferes); the largest change when the record is cut to 90 and 80 %; the packet's and the detector's tails inside
    the potential; rounding. A change is the largest one among neighboring energies, for changes pass through zero. If the largest bar
    is above the tolerance, its largest part is planned finer and run again, at most three times.

    Args:
        problem: a Gaussian packet in front of a static potential that is flat on both sides; a given duration is kept.
        tolerance: absolute error aimed at, for T and R at all energies.
        energies: kinetic energies on the incoming side [energy]; by default 201 that fill the band, without those just above a step, whose
            waves leave too slowly.
        progress: True for a bar on standard error, or a function of (FFT pairs done, FFT pairs in all).

    Returns:
        the `EnergyResolved`.

    Raises:
        WavesimError: if the state is not a Gaussian packet, the potential is not static and flat on both sides, or `energies` lie
            outside the band where the packet has weight.

    Not for resonances much narrower than 1/duration: give a duration of several lifetimes, or trust the bar that says so.

    Source: D. J. Tannor and D. E. Weeks, J. Chem. Phys. 98, 3884 (1993).
    """
    chosen = energies_of(problem, energies)
    with reporter(progress) as report:
        record = run_here(DetectorRecord.measured(problem, tolerance, chosen), report)
    if record.trial.interrupted:
        raise WavesimError(
            "a transmission curve needs whole records, but the run was interrupted; let it finish, or ask for a larger tolerance."
        )
    measured = record.at(chosen)
    packet = record.detectors.packet
    theory = np.asarray(scattering_transmission(problem.potential, problem.mass, moves_right(problem))(chosen.kinetic))
    return EnergyResolved(
        energies=chosen.kinetic,
        transmission=measured.transmission,
        transmission_error=measured.transmission_error,
        reflection=measured.reflection,
        reflection_error=measured.reflection_error,
        theory=theory,
        weight=np.exp(-2 * (packet.width * (chosen.incoming - packet.momentum)) ** 2),
        band=chosen.band,
        budget=measured.transmission_budget,
        result=record.trial.result,
        tolerance=tolerance,
        warnings=record.warnings(measured, tolerance),
        runs=record.runs,
        fft_pairs=record.fft_pairs,
        wall_s=record.wall_s,
    )


@dataclasses.dataclass(frozen=True)
class CurveBudgets:
    """T and R at some energies, with the parts of their error bars; arrays of shape (energies,)."""

    transmission: np.ndarray
    reflection: np.ndarray
    transmission_budget: dict[str, np.ndarray]
    reflection_budget: dict[str, np.ndarray]

    @property
    def transmission_error(self) -> np.ndarray:
        return np.sum(list(self.transmission_budget.values()), axis=0)

    @property
    def reflection_error(self) -> np.ndarray:
        return np.sum(list(self.reflection_budget.values()), axis=0)

    def conserving(self) -> CurveBudgets:
        """The same if both bars explain |T + R - 1| everywhere; else with its largest unexplained value added at all energies.

        Errors of T and of R may cancel in the sum, so that it may show at one energy what is missing at others.
        """
        imbalance = np.abs(self.transmission + self.reflection - 1)
        unexplained_at = imbalance > self.transmission_error + self.reflection_error
        if not unexplained_at.any():
            return self
        unexplained = float(np.max(imbalance[unexplained_at]))
        budgets = []
        for budget in (self.transmission_budget, self.reflection_budget):
            largest = max(budget, key=lambda source: float(np.max(budget[source])))
            budgets.append(budget | {largest: budget[largest] + unexplained})
        return CurveBudgets(self.transmission, self.reflection, budgets[0], budgets[1])

    @property
    def largest_error(self) -> float:
        return float(max(np.max(self.transmission_error), np.max(self.reflection_error)))


@dataclasses.dataclass(frozen=True)
class DetectorRecord:
    """The detectors' records of the finest run and of its coarser repetitions, which hold T at any energy of the band."""

    detectors: SoftDetectors
    trial: Trial
    runs: int
    fft_pairs: int
    wall_s: float

    @classmethod
    def measured(
        cls, problem: Problem, tolerance: float, chosen: Energies, most: float = MOST_WORK, **fixed: Any
    ) -> Measurement[DetectorRecord]:
        """Run, repeat and refine until the error bars at the chosen energies are below the tolerance."""
        detectors = SoftDetectors.placed(problem, chosen, tolerance)
        problem = dataclasses.replace(detectors.problem, measure=problem.measure | detectors.observables)

        def planned(refinement: Refinement) -> Numerics:
            return detectors.numerics(tolerance, refinement, **fixed)

        def judge(trial: Trial) -> Verdict[CurveBudgets]:
            measured = cls(detectors, trial, 0, 0, 0.0).at(chosen)
            # a record that ends too early tells nothing of the other parts
            budgets = measured.transmission_budget, measured.reflection_budget
            parts = {name: max(_largest(budget, name, tolerance) for budget in budgets) for name in budgets[0]}
            headline = Quantity("transmission", 0.0, measured.largest_error, DIMENSIONLESS, parts)
            return Verdict(measured, headline, tolerance)

        measured = yield from refine(problem, planned, judge, fixed, most_work=most)
        return cls(detectors, measured.trial, measured.runs, measured.fft_pairs, measured.wall_s)

    def transmission(self, energies: Energies) -> np.ndarray:
        """T alone, by the finest run."""
        return dataclasses.replace(self.detectors, energies=energies).curves(self.trial.result)[0]

    def at(self, energies: Energies) -> CurveBudgets:
        """T and R with the parts of their error bars; these are infinite after an interruption."""
        detectors, result = dataclasses.replace(self.detectors, energies=energies), self.trial.result
        if self.trial.interrupted:
            unknown = np.full(len(energies.kinetic), np.inf)
            some = result.frames_done >= _FEWEST_FRAMES
            values = detectors.curves(result) if some else (np.zeros_like(unknown), np.zeros_like(unknown))
            return CurveBudgets(*values, {"duration": unknown}, {"duration": unknown})
        curves, budgets = detectors.curves(result), detectors.own_errors(result)
        for repetition, reference, coarse in self.trial.comparisons(detectors.curves):
            for budget, fine, other in zip(budgets, reference, coarse, strict=True):
                change = _MARGIN * repetition.weight * nearby(np.abs(fine - other))
                budget[repetition.source] = np.maximum(change, budget.get(repetition.source, 0.0))
        return CurveBudgets(*curves, *budgets).conserving()

    @property
    def variants(self) -> list[tuple[str, float, TransmissionAt, TransmissionAt]]:
        """T by the coarser runs and by shorter parts of the finest record: source of the error, weight of the change, T before and after it."""

        def by(run: Result, share: float = 1.0) -> TransmissionAt:
            return lambda energies: dataclasses.replace(self.detectors, energies=energies).curves(run, share)[0]

        coarser = [
            (repetition.source, _MARGIN * repetition.weight, before, after)
            for repetition, before, after in self.trial.comparisons(by)
        ]
        fine = self.trial.result
        whole = by(fine)
        return coarser + [("duration", 1.0, whole, by(fine, share)) for share in CUTS]

    def warnings(self, measured: CurveBudgets, tolerance: float) -> tuple[str, ...]:
        """The warnings about the error bars at these energies."""
        if self.trial.interrupted:
            return ("interrupted: the numbers stand without error bars; for these run it again, from the start.",)
        if measured.largest_error <= tolerance:
            return ()
        budgets = measured.transmission_budget, measured.reflection_budget
        source = max(budgets[0], key=lambda name: max(float(np.max(budget[name])) for budget in budgets))
        return (
            f"the largest error bar is {measured.largest_error:.2g}, above the {tolerance:.2g} asked for; most of it is the {_BLAME[source]}.",
        )


def _largest(budget: dict[str, np.ndarray], name: str, tolerance: float) -> float:
    """The largest part of that name where the record is long enough; the part of the duration itself everywhere."""
    kept = (budget["duration"] <= tolerance) | (name == "duration")
    return float(np.max(budget[name], where=kept, initial=0.0))
