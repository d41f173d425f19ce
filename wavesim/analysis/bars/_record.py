"""Questions whose numbers come from the record of one run, and of its coarser repetitions."""

from __future__ import annotations

import abc
import dataclasses
import functools
from typing import Any, ClassVar, final

import numpy as np

from ..._typing import Dimension
from ...absorbers import Absorber
from ...errors import TooLargeError
from ...observables import AbstractObservable
from ...potentials import AbstractMassStructure, refuse_masses
from ...problem import Problem
from ...propagation import Batch, FrameSum, Numerics, Plan, Refinement, Result, folded, plan
from ...schemes import Spectral
from ...unfolding import unfolded, unfolded_grid
from ._accuracy import first_refinement, refuse_below_rounding
from ._longer import advised, wait_for
from ._measured import measured_numbers, refuse_taken, unconserved, without_bars
from ._quantities import curves_of, quantities_of
from ._question import AbstractQuestion, CurvePredictions, Predictions, Reading
from ._refine import MOST_WORK, Measured, Verdict, refine
from ._repeat import Trial, TrialRules, blamed, warnings_of
from ._report import Curve, Quantity, Report
from ._runs import Measurement, run_here
from .residuals import diverges

# frames of a row at which psi and phi are sampled: the bar includes the change from half as many
_ROW_FRAMES = 32
# accepted error of the theory that a row is compared with, relative to the tolerance
_THEORY = 0.5
# smallest error assumed for repeated runs, relative to the tolerance
_LEAST = 0.005
# accepted contribution of waves beyond the finest residual of a row, relative to the tolerance; each refinement takes twice as long as the last
_LEAST_OF_ROW = 0.1
# probability near a barrier at the end of a longer run, relative to the tolerance
_SHARE_LEFT = 0.2


class AbstractRecordQuestion(AbstractQuestion):
    """A question whose numbers come from the observables of one run. Methods are pure."""

    # whether the tolerance is a fraction of the headline
    relative: ClassVar[bool] = False
    # evenly spaced moments of its curve at which the curve's error is estimated besides the steepest one
    moments: ClassVar[int] = 2
    # whether its probabilities are bounded by a plane where psi is not small at the end
    cuts: ClassVar[bool] = False
    # whether it can be asked where the mass depends on position
    knows_masses: ClassVar[bool] = False
    # whether three grids are compared instead of gradients: a start made on the grid has an error that cancels the others
    compares_grids: ClassVar[bool] = False

    @abc.abstractmethod
    def observables(self, problem: Problem) -> dict[str, AbstractObservable]:
        """The observables to be recorded."""

    @abc.abstractmethod
    def readings(self, result: Result) -> dict[str, Reading]:
        """Numbers by standard quantity name; the first is the headline."""

    @abc.abstractmethod
    def curves(self, result: Result) -> dict[str, tuple[np.ndarray, Dimension]]:
        """Series over the frames by name."""

    @abc.abstractmethod
    def curve_predictions(self, problem: Problem, times: np.ndarray) -> CurvePredictions:
        """Theory for the curves: name -> theory's name -> values at `times`."""

    @abc.abstractmethod
    def leak(self, problem: Problem, absorber: Absorber) -> float:
        """The error of a number of this question due to the absorber."""

    def echo(self, result: Result) -> float:
        """The error at any time due to waves reflected by the absorber, which interfere with those that still leave."""
        del result
        return 0.0

    def final_echo(self, result: Result) -> float:
        """`echo` after all waves have left."""
        return self.echo(result)

    def undecided(self, result: Result) -> np.ndarray | None:
        """The part `duration` of the headline's bar for a run that ends at each frame, shape (frames,); None if unknown."""
        del result
        return None

    def patterns(self, result: Result) -> dict[str, Curve]:
        """Curves along another axis than time at the end of the run, with theory; repetitions give their error bars."""
        del result
        return {}

    def numbers(self, result: Result, least: float) -> dict[str, FrameSum]:
        """Numbers that are weighted sums over the record, by name; parts below `least` are negligible. Adjoint runs give their grid errors;
        empty if grids have to be compared.
        """
        del result, least
        return {}

    @property
    def has_patterns(self) -> bool:
        """Whether there are `patterns`."""
        return type(self).patterns is not AbstractRecordQuestion.patterns

    @property
    def has_numbers(self) -> bool:
        """Whether there are `numbers`."""
        return type(self).numbers is not AbstractRecordQuestion.numbers

    def made_of(self, name: str) -> dict[str, float]:
        """The weights of `numbers` whose sum is a reading."""
        return {name: 1.0}

    @property
    def least_frames(self) -> int | None:
        """The fewest frames that the numbers need; None for those of a plan."""
        return None

    def compared(self, problem: Problem, duration: float | None, enough: float) -> Predictions:
        """`predictions` with only the first theory of each quantity, with an error of `enough`, which is faster."""
        del enough
        return self.predictions(problem, duration)

    def planned_for(self, problem: Problem) -> dict[str, Any]:
        """Further keywords of `wavesim.plan`."""
        del problem
        return {}

    def mended(self, problem: Problem, report: Report, **fixed: Any) -> Report:
        """The report, or a better one by other means if the runs missed the tolerance."""
        del problem, fixed
        return report

    def most_work(self, problem: Problem, **fixed: Any) -> float:
        """Largest points x FFT pairs of a finer trial."""
        del problem, fixed
        return MOST_WORK

    def direct(self, problem: Problem, tolerance: float, **fixed: Any) -> Report | None:
        """The report without a propagation, if the numbers can be obtained so, or only so; None to propagate."""
        del problem, tolerance, fixed
        return None

    @final
    def planned(self, problem: Problem, tolerance: float, **fixed: Any) -> Plan | None:
        if self.direct(problem, tolerance, **fixed) is not None:
            return None
        self._further(problem)
        try:
            return self.course(problem, tolerance, **fixed)
        except TooLargeError:
            if self._without_plan(problem, tolerance, fixed) is None:
                raise
            return None

    def _without_plan(self, problem: Problem, tolerance: float, fixed: dict[str, Any]) -> Report | None:
        """The answer by other means to a problem that is too large for a plan; None if it is too large for them too."""
        try:
            return self.without_run(problem, tolerance, None, **fixed)
        except MemoryError:
            return None

    @final
    def course(self, problem: Problem, tolerance: float, *, refinement: Refinement | None = None, **fixed: Any) -> Plan:
        """The plan for its record."""
        self._refuse_masses(problem)
        factors = refinement or Refinement(space=first_refinement(problem, tolerance))
        corrected = self._corrected(problem, fixed)
        # all single runs of a question use one method; that of a row depends on how its error is estimated
        gradients = not (corrected if "batch" in fixed else self.has_numbers and not self.compares_grids)
        # numbers of all frames change by more than their bars with edges between points (measured: a group delay)
        rules = {
            "refinement": factors,
            "gradients": gradients,
            "corrected": corrected and self.least_frames is not None,
        }
        return plan(problem, tolerance, **(rules | self.planned_for(problem) | fixed))

    def _refuse_masses(self, problem: Problem) -> None:
        if isinstance(problem.potential, AbstractMassStructure) and not self.knows_masses:
            refuse_masses()

    def _corrected(self, problem: Problem, fixed: dict[str, Any]) -> bool:
        """Whether gradients give the error of the grid, so that grids need not be compared."""
        # a bound start is made on the grid itself, and its own error does not appear in the gradients
        resolved = not problem.state.bound or (problem.potential.smooth and "grid" not in fixed)
        scheme = fixed.get("scheme")
        spectral = isinstance(scheme, Spectral) or scheme == "spectral"
        backward = fixed.get("precision", "double") == "double" and not spectral
        # the residual at a delta contains waves of any length, while grids differ by a clean third power of the spacing
        resolved = resolved and not problem.potential.spikes and not self.compares_grids
        return self.has_numbers and resolved and backward

    @final
    def measuring(
        self, problem: Problem, tolerance: float, *, batch: Batch | None = None, **fixed: Any
    ) -> Measurement[Report]:
        answer = self.direct(problem, tolerance, **fixed)
        if answer is not None:
            return without_bars(answer, tuple(problem.measure))
        names = self._further(problem)
        report = yield from self._recorded(problem, names, tolerance, batch=batch, **fixed)
        return without_bars(report, names)

    def _further(self, problem: Problem) -> tuple[str, ...]:
        """Names of the observables besides the question's own.

        Raises:
            WavesimError: if the question cannot be asked of this problem, or a name is taken.
        """
        self._refuse_masses(problem)
        own = self.observables(problem)
        refuse_taken(
            {name: observable for name, observable in problem.measure.items() if observable != own.get(name)}, own
        )
        return tuple(name for name in problem.measure if name not in own)

    def _recorded(
        self, problem: Problem, names: tuple[str, ...], tolerance: float, *, batch: Batch | None, **fixed: Any
    ) -> Measurement[Report]:
        if batch is not None and isinstance(problem.potential, AbstractMassStructure):
            # rows do not share programs for eigenstates
            return run_here(self._recorded(problem, names, tolerance, batch=None, **fixed), lambda done, total: None)
        original = dataclasses.replace(problem, measure=problem.measure | self.observables(problem))
        problem = unfolded(original)
        if "grid" in fixed:
            fixed = fixed | {"grid": unfolded_grid(fixed["grid"], original)}
        # all trials of one duration share their theory, which may take longer than the trials
        enough = 0.0 if self.relative else _THEORY * tolerance
        theory = self.predictions if batch is None else functools.partial(self.compared, enough=enough)
        predict = functools.cache(functools.partial(theory, original))
        corrected = self._corrected(problem, fixed)
        if batch is not None:
            frames = max(self.least_frames, _ROW_FRAMES) if corrected and self.least_frames else self.least_frames
            fixed = {"frames": frames, "save_psi": False, "batch": batch} | fixed
        try:
            first_plan = self.course(problem, tolerance, **fixed)
        except TooLargeError:
            report = self._without_plan(original, tolerance, fixed) if batch is None else None
            if report is None:
                raise
            return report
        if batch is None and (report := self.without_run(original, tolerance, first_plan, **fixed)) is not None:
            return report
        first = first_plan.numerics
        refuse_below_rounding(first, tolerance, float(problem.mass))
        start = Refinement(space=first_refinement(problem, tolerance))

        def planned(refinement: Refinement) -> Numerics:
            return (
                first
                if refinement == start
                else self.course(problem, tolerance, refinement=refinement, **fixed).numerics
            )

        def judge(trial: Trial) -> Verdict[dict[str, Quantity]]:
            quantities = quantities_of(original, self, names, trial, _LEAST * tolerance, predict)
            headline = next(iter(quantities.values()))
            aim = tolerance * (abs(headline.value) if self.relative else 1.0)
            missed = headline.error > aim and headline.budget.get("grid", 0.0) > aim / 4
            follows = all(residual.follows for residual in trial.residuals.values())
            if not follows or (missed and trial.residuals and diverges(trial.result)):
                return Verdict(quantities, headline, aim, diverges=True)
            left = self.undecided(trial.result) if trial.result.complete else None
            if left is None or not float(left[-1]) > _SHARE_LEFT * aim:
                return Verdict(quantities, headline, aim)
            return Verdict(quantities, headline, aim, wait_for(trial.result.times, left, _SHARE_LEFT * aim / left[-1]))

        numbers = None
        if corrected:
            # the curves of a row are not used
            numbers_of_record = _numbers if batch is None else _last_numbers
            numbers = functools.partial(numbers_of_record, self, names, least=tolerance / 10)
        rules = TrialRules(
            numbers,
            enough=0.0 if self.relative else (_LEAST if batch is None else _LEAST_OF_ROW) * tolerance,
            # a planned grid is so fine that a coarser one does not agree with it by accident
            three_grids=self.compares_grids or ("grid" in fixed and not corrected),
            final_frame=batch is not None and self.least_frames is not None,
            # patterns have no gradients; for a row by Chebyshev series longer steps cost less than defects
            steps=lambda numerics: not self.has_patterns and (batch is None or not numerics.method.exact),
        )
        most_work = self.most_work(problem, **fixed) if batch is None else MOST_WORK
        measured = yield from refine(
            problem, planned, judge, fixed, start, rules, most_work, interruptible=batch is None
        )
        trial, verdict, curves = measured.trial, measured.verdict, {}
        if batch is None:
            try:
                curves = curves_of(original, self, trial, _LEAST * tolerance)
            except KeyboardInterrupt:
                curves = curves_of(original, self, dataclasses.replace(trial, interrupted=True), _LEAST * tolerance)
        report = Report(
            record=folded(trial.result, original),
            tolerance=tolerance,
            quantities=measured.content,
            curves=curves,
            warnings=tuple(warnings_of(trial, verdict.headline, verdict.aim, given=fixed)),
            runs=measured.runs,
            fft_pairs=measured.fft_pairs,
            wall_s=measured.wall_s,
        )
        if not verdict.headline.error > verdict.aim or trial.interrupted or batch is not None:
            return report
        try:
            mended = self.mended(original, report, **fixed)
        except KeyboardInterrupt:
            return report
        # a planned duration has already been made longer
        if mended is not report or blamed(verdict.headline) != "duration" or problem.duration is None:
            return mended
        return (yield from self._with_advice(problem, report, measured, tolerance, **fixed))

    def _with_advice(
        self,
        problem: Problem,
        report: Report,
        measured: Measured[dict[str, Quantity]],
        tolerance: float,
        **fixed: Any,
    ) -> Measurement[Report]:
        """The report, with a warning that recommends a sufficient duration."""
        trial, verdict = measured.trial, measured.verdict
        headline = verdict.headline
        advice = yield from advised(
            problem,
            lambda longer: self.course(longer, tolerance, **fixed).numerics,
            lambda result: self.readings(result)[headline.name].own_error["duration"],
            trial.result.numerics,
            headline,
            verdict.aim,
            tolerance,
        )
        return dataclasses.replace(
            report,
            warnings=tuple(warnings_of(trial, headline, verdict.aim, advice.cure, fixed)),
            runs=report.runs + len(advice.fft_pairs),
            fft_pairs=report.fft_pairs + sum(advice.fft_pairs),
        )


def _numbers(
    question: AbstractRecordQuestion, names: tuple[str, ...], result: Result, least: float
) -> dict[str, FrameSum]:
    """The question's numbers and the user's, and the headline at further moments of the record, for the bar of its curve.

    These are the steepest point of the curve, where an error of timing shows, the middle from there to the end, and evenly spaced moments, where
    an error of phase shows.
    """
    numbers = question.numbers(result, least)
    headline = next(iter(numbers), None)
    curves = question.curves(result)
    if headline in curves and result.numerics.frames > 4:
        values = curves[headline][0]
        steepest = 1 + int(np.argmax(np.abs(np.diff(values)[:-1])))
        frames = result.numerics.frames
        even = [(n + 1) * frames // (question.moments + 1) for n in range(question.moments)]
        moments = [steepest, (steepest + frames) // 2, *even]
        selected = [frame for frame in dict.fromkeys(moments) if 0 < frame < frames]
        several = result.numerics.grid.dimension > 1
        numbers |= {
            f"{headline}@{frame}": numbers[headline].moved(frame)
            for frame in selected[: 1 if several else 2 + question.moments]
        }
    return unconserved(numbers | measured_numbers(names, result), result)


def _last_numbers(
    question: AbstractRecordQuestion, names: tuple[str, ...], result: Result, least: float
) -> dict[str, FrameSum]:
    """The question's numbers, and the user's."""
    return unconserved(question.numbers(result, least) | measured_numbers(names, result), result)
