"""A run with its coarser repetitions: the error of each source, and a finer plan for the largest."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np

from ..._amounts import amount
from ..._typing import DIMENSIONLESS, TIME
from ...potentials import Unfolded
from ...problem import Problem
from ...propagation import Numerics, Refinement, Result, has_adjoint
from ...units import UnitSystem
from ._accuracy import (
    Repetition,
    coarser_in_space,
    coarser_in_time,
    converges,
    extrapolated,
    extrapolates,
    largest_difference,
    rate_error,
    rounding,
    space_error,
    spacing_order,
    time_error,
    time_order,
)
from ._longer import Wait
from ._report import Quantity
from ._runs import Measurement, Numbers, RunRequest
from .residuals import Residual, step_defects_apply

BLAME = {
    "time_step": "time step",
    "grid": "grid",
    "absorber": "absorber's leak",
    "box": "part of the particle that reaches the ends of the box",
    "duration": "part of the packet that is still near the barrier at the end",
    "start": "part of the packet that starts inside or behind the potential",
    "fit": "fit of the record",
    "rounding": "rounding",
}
# advice for each part of the bar, if there is none more specific
_CURES = {
    "time_step": "take a shorter one, or a larger tolerance",
    "grid": "take one of more points, or a larger tolerance",
    "absorber": "take a wider absorber, or a larger tolerance",
    "box": "take a larger grid, or a shorter duration",
    "start": "move its center away, or make it narrower",
    "fit": "take a longer duration, or a larger tolerance",
    "rounding": "take a larger tolerance",
}
# for parts of the bar due to numerics given by hand, which are not refined: the keyword and its message
_GIVEN = {
    "grid": ("grid", "the grid that was given is too coarse: take more points, or leave it to the planner"),
    "time_step": ("dt", "the time step that was given is too long: take a shorter one, or leave it to the planner"),
}


@dataclasses.dataclass(frozen=True)
class TrialRules:
    """How a trial estimates the errors of its run.

    Attributes:
        numbers: numbers of the record whose adjoint runs give the error of the grid; None if grids are compared.
        enough: part of that error that may be neglected, absolute.
        three_grids: whether smooth potentials are run on two coarser grids, which show how fast the error falls, instead of one.
        final_frame: whether repetitions are read only at their end, with so few frames that they share a program.
        steps: tells for which numerics gradients give the error of the step too, if possible, instead of runs with longer steps.
    """

    numbers: Numbers | None = None
    enough: float = 0.0
    three_grids: bool = False
    final_frame: bool = False
    steps: Callable[[Numerics], bool] = lambda numerics: False

    @property
    def with_grids_compared(self) -> TrialRules:
        """The rules without gradients, with three grids."""
        return dataclasses.replace(self, numbers=None, three_grids=True)


@dataclasses.dataclass(frozen=True)
class Trial:
    """A run, its coarser repetitions, and the residuals of its gradients.

    Attributes:
        result: record of the fine run.
        repetitions: the coarser runs.
        interrupted: whether a part of the trial is missing.
        residuals: errors of the grid, and of the step of a splitting, in numbers of the record, by name; empty if grids were compared.
    """

    result: Result
    repetitions: tuple[tuple[Repetition, Result], ...]
    interrupted: bool
    residuals: dict[str, Residual] = dataclasses.field(default_factory=dict)

    @property
    def results(self) -> list[Result]:
        """Records of the fine run and of all repetitions."""
        return [self.result, *(run for _, run in self.repetitions)]

    @property
    def runs(self) -> int:
        """Number of propagations, adjoint runs included."""
        return len(self.results) + len(self.residuals)

    @property
    def has_step_defects(self) -> bool:
        """Whether its residuals include the error of the time step."""
        return any(residual.step is not None for residual in self.residuals.values())

    @functools.cached_property
    def wrapped_probability(self) -> float:
        """The probability that leaves a box without absorber at one end and enters it at the other; 0 if psi was not kept.

        It is the largest probability in the outermost fiftieth at any frame, times the number of passages through it at the mean speed.
        """
        grid, psi = self.result.numerics.grid, self.result.psi
        potential = self.result.problem.potential
        if grid.dimension > 1 or not len(psi) or (isinstance(potential, Unfolded) and potential.closed):
            return 0.0
        margin = max(1, grid.points[0] // 100)
        outer = np.abs(np.concatenate([psi[:, :margin], psi[:, -margin:]], axis=1)) ** 2
        power = np.abs(np.fft.fft(psi[-1])) ** 2
        k = np.abs(2 * np.pi * np.fft.fftfreq(grid.points[0], float(grid.spacing[0])))
        speed = float(np.sum(power * k) / np.sum(power)) / float(self.result.problem.mass)
        crossings = 1 + speed * float(self.result.times[-1]) / (2 * margin * float(grid.spacing[0]))
        return float(outer.sum(axis=1).max() * float(grid.cell)) * crossings

    @property
    def fft_pairs(self) -> int:
        backward = len(self.residuals) * self.result.numerics.fft_pairs
        return backward + sum(run.numerics.fft_pairs for run in self.results)

    def budget(
        self,
        read: Callable[[Result], Any],
        amplitude: float,
        least: float,
        order_of_reading: int | None = None,
        record: Callable[[Result], Any] | None = None,
        records_of_all: Callable[[Result], Any] | None = None,
    ) -> dict[str, float]:
        """The error of a number, or of a series over the frames, by source.

        Estimates are at least `least`: if runs agree far better than requested, they have errors of step and grid in common that no
        repetition alone shows.

        Args:
            read: the number or series of a result.
            amplitude: the largest error that it can have; see `space_error`.
            least: smallest value of each part.
            order_of_reading: order of the error of `read` itself in the spacing, even for a smooth V; None if it adds no error.
            record: a series that shows whether the error falls with the step; by default that of `read`.
            records_of_all: the series of all curves of a run, whose errors fall with the spacing at one rate; by default `record`.
        """
        errors: dict[str, float] = {}
        numerics = self.result.numerics
        for source in ("time_step", "grid"):
            runs = [(repetition, run) for repetition, run in self.repetitions if repetition.source == source]
            if not runs:
                continue
            ratios = [repetition.ratio for repetition, _ in runs]
            values = [read(self.reference(runs[0][0])), *(read(run) for _, run in runs)]
            order = self.order
            if source == "time_step":
                # grids that are compared are fine enough for the full order, and their bars include the rest
                gradients = bool(self.residuals) and numerics.method.uses_gradient
                order_in_time = time_order(self.result.problem, numerics) or 2
                error = time_error(order_in_time, values, gradients, ratios)
                if record is not None and len(runs) > 1:
                    records = [record(self.reference(runs[0][0])), *(record(run) for _, run in runs)]
                    if not converges(records, ratios) and self._differ(records, float(np.max(np.abs(records[0])))):
                        # the steps are too long for any order, and runs agree on the number by accident
                        error = max(error, time_error(order_in_time, records, gradients, ratios))
            elif order is not None and self.extrapolates:
                error = extrapolated(order, ratios, values)[1]
            elif self.compares_three_grids:
                series = records_of_all or record or read
                records = [series(self.reference(runs[0][0])), *(series(run) for _, run in runs)]
                size = float(np.max(np.abs(records[0])))
                error = rate_error(ratios, values, records, size)
                if not self._differ(records, size if records_of_all is None else 1.0):
                    error = max(largest_difference(values[0], value) for value in values[1:])
            else:
                error = space_error(order, ratios, values, amplitude)
            if order_of_reading is not None and source == "grid":
                error = max(error, 2 * space_error(order_of_reading, ratios, values, amplitude))
            errors[source] = max(error, least)
        return errors

    def _differ(self, records: Sequence[Any], size: float) -> bool:
        """Whether runs differ by more than the rounding of numbers of this size, below which differences show no rate."""
        noise = rounding(self.result.numerics, float(self.result.problem.mass)) * size
        return any(largest_difference(records[0], record) > noise for record in records[1:])

    def reference(self, repetition: Repetition) -> Result:
        """The run that a repetition is compared with."""
        return self.on_coarser_grids[-1][1] if repetition.on_coarsest else self.result

    def comparisons(self, read: Callable[[Result], Any]) -> list[tuple[Repetition, Any, Any]]:
        """Each repetition with `read` of its reference and of its own run; every run is read once."""
        values = {id(run): read(run) for run in self.results}
        return [
            (repetition, values[id(self.reference(repetition))], values[id(run)])
            for repetition, run in self.repetitions
        ]

    @functools.cached_property
    def order(self) -> int | None:
        """The order of the run's error in the spacing; see `spacing_order`."""
        return spacing_order(self.result.problem, self.result.numerics.grid)

    @property
    def extrapolates(self) -> bool:
        """Whether the values are extrapolated to spacing 0, from this run and two on coarser grids."""
        return extrapolates(self.result.problem) and len(self.on_coarser_grids) > 1

    @property
    def compares_three_grids(self) -> bool:
        """Whether three grids show how fast the error falls with the spacing, because its order is unknown."""
        return self.order is None and len(self.on_coarser_grids) > 1

    @property
    def on_coarser_grids(self) -> list[tuple[Repetition, Result]]:
        return [(repetition, run) for repetition, run in self.repetitions if repetition.source == "grid"]

    def shift(self, read: Callable[[Result], Any]) -> Any:
        """The correction of `read` of the result: 0, or the extrapolation to spacing 0."""
        order = self.order
        if order is None or not self.extrapolates:
            return 0.0
        values = [read(self.result), *(read(run) for _, run in self.on_coarser_grids)]
        ratios = [repetition.ratio for repetition, _ in self.on_coarser_grids]
        return extrapolated(order, ratios, values)[0] - np.asarray(values[0])


def run_trial(problem: Problem, numerics: Numerics, rules: TrialRules) -> Measurement[Trial]:
    """The run and its repetitions; interrupted if not all of them were completed."""
    backward = rules.numbers is not None and has_adjoint(numerics)
    coarser = (
        coarser_in_time(problem, numerics, rules.final_frame)
        if backward
        else _coarser(problem, numerics, rules.three_grids)
    )
    longer = tuple(repetition.numerics for repetition in coarser)
    step_by_gradients = backward and rules.steps(numerics) and step_defects_apply(problem, numerics)
    done = yield RunRequest(
        problem,
        (numerics, *(() if step_by_gradients else longer)),
        rules.numbers if backward else None,
        rules.enough,
        step_by_gradients,
    )
    result, *runs = done.results
    residuals = done.residuals
    if step_by_gradients:
        return Trial(result, (), not (result.complete and residuals), residuals)
    repetitions = tuple(zip(coarser, runs, strict=False))
    interrupted = len(repetitions) < len(coarser) or not result.complete or (backward and not residuals)
    return Trial(result, repetitions, interrupted, residuals)


def least_pairs(problem: Problem, numerics: Numerics) -> int:
    """The FFT pairs of a run and its error bar, for one number and without refinement: an adjoint run, or coarser runs."""
    if has_adjoint(numerics):
        return 2 * numerics.fft_pairs
    return numerics.fft_pairs + sum(coarser.numerics.fft_pairs for coarser in _coarser(problem, numerics))


def _coarser(problem: Problem, numerics: Numerics, three_grids: bool = False) -> list[Repetition]:
    in_space = coarser_in_space(problem, numerics, three_grids)
    if numerics.method.exact and len(in_space) > 1:
        # the error of a long exact step is due to the absorber, which any grid resolves: the coarsest is the cheapest
        in_time = coarser_in_time(problem, in_space[-1].numerics)
        return [*in_space, *(dataclasses.replace(repetition, on_coarsest=True) for repetition in in_time)]
    return [*coarser_in_time(problem, numerics), *in_space]


def refined(
    now: Refinement,
    headline: Quantity,
    aim: float,
    problem: Problem,
    trial: Trial,
    fixed: dict[str, Any],
    wait: Wait,
) -> Refinement:
    """Refinement of each part of the bar above a quarter of the aim, unless it is fixed by hand; of all parts if theory disputes the number."""
    numerics, residual = trial.result.numerics, trial.residuals.get(headline.name)
    # other parts need not be much smaller than the error of a fixed duration
    undecided = headline.budget.get("duration", 0.0) if problem.duration is not None else 0.0
    share = max(aim, undecided) / 4
    if wait.hopeless:
        share = max(share, headline.budget.get("duration", 0.0))
    step, space, leak, rest = (
        headline.budget.get(source, 0.0) / share for source in ("time_step", "grid", "absorber", "duration")
    )
    finer_time, finer_space, thicker, longer = now.time, now.space, now.absorber, now.longer
    if step > 1 and "dt" not in fixed:
        # with moving edges a splitting is only of second order
        order = (time_order(problem, numerics) or 2) if problem.potential.smooth else 2
        finer_time *= min(4.0, 1.1 * step ** (1 / order))
    if space > 1 and "grid" not in fixed and residual is not None:
        # at most twice: the cost grows with the cube, and a residual does not show waves beyond its finest grid
        finer_space *= min(2.0, max(1.1, residual.finer(1 / space)))
    elif space > 1 and "grid" not in fixed:
        order = spacing_order(problem, numerics.grid)
        if order is not None and extrapolates(problem):
            order += 2
        # at most twice: the cost grows with the cube, and a coarse run may overstate the need
        finer_space *= 1.25 if order is None else min(2.0, 1.05 * space ** (1 / order))
    if leak > 1 and "absorber" not in fixed and "grid" not in fixed:
        thicker *= 1.25 if leak < 10 else 1.6
    if rest > 1 and problem.duration is None:
        longer *= wait.longer
        if "absorber" not in fixed and "grid" not in fixed:
            thicker = max(thicker, now.absorber * wait.thicker)
    better = Refinement(finer_space, finer_time, thicker, longer)
    if better != now or not headline.disputed:
        return better
    return Refinement(
        now.space * (1.0 if "grid" in fixed else 1.3),
        now.time * (1.0 if "dt" in fixed else 1.5),
        now.absorber * (1.0 if {"absorber", "grid"} & set(fixed) else 1.25),
        now.longer * (1.3 if problem.duration is None else 1.0),
    )


def warnings_of(trial: Trial, headline: Quantity, aim: float, cure: str = "", given: Collection[str] = ()) -> list[str]:
    """The warnings of a report.

    Args:
        trial, headline: the last trial and its headline.
        aim: largest error bar that the headline should have.
        cure: advice for the largest part of a bar that is too wide; by default that of its source.
        given: keywords of numerics given by hand.
    """
    result, interrupted = trial.result, trial.interrupted
    warnings = []
    if interrupted:
        at = f"after {result.frames_done} of {result.numerics.frames} frames"
        warnings.append(
            f"interrupted {'while the error bars were made' if result.complete else at}: the numbers stand without error bars; "
            "for these run it again, from the start, for a single run cannot be resumed."
        )
    elif headline.error > aim:
        worst = blamed(headline)
        if worst == "duration" and not cure:
            cure = f"choose one longer than {amount(result.numerics.duration, TIME, result.problem.shown_in)}"
        cure = cure or _CURES.get(worst, "")
        why = f"{BLAME[worst]}: {cure}" if cure else BLAME[worst]
        wide = above(headline, aim, result.problem.shown_in)
        warnings.append(f"the error bar of {headline.name} is {wide}; most of it is the {why}.")
    if result.numerics.precision == "single":
        warnings.append("single precision: good for pictures, not for small probabilities.")
    if headline.agrees is False and not interrupted:
        warnings.append(disagreement(headline, _fault_of_given(headline, aim, given)))
    return warnings


def _fault_of_given(headline: Quantity, aim: float, given: Collection[str]) -> str:
    """Why theory disputes a number whose numerics were given and hence not refined; "" for other numbers."""
    worst = blamed(headline)
    name, cause = _GIVEN.get(worst, ("", ""))
    return cause if name in given and headline.budget[worst] > aim else ""


def blamed(headline: Quantity) -> str:
    """The source of the largest part of an error bar."""
    return max(headline.budget, key=lambda source: headline.budget[source])


def above(quantity: Quantity, aim: float, units: UnitSystem | None = None) -> str:
    """An error bar that misses its aim, with the aim: numbers, or amounts in these units, by default the current ones."""
    bar, asked = (amount(size, quantity.dimension, units, digits=2) for size in (quantity.error, aim))
    if quantity.dimension == DIMENSIONLESS:
        return f"{quantity.error:.2g}, above the {aim:.2g} asked for"
    return f"{bar}, {quantity.error / aim:.2g} times the {asked} asked for"


def disagreement(quantity: Quantity, cause: str = "") -> str:
    """The message for a number that theory does not confirm, with its cause if known."""
    bars = abs(quantity.difference or 0) / max(quantity.error + quantity.theory_error, 1e-300)
    if not quantity.disputed:
        return f"{quantity.name} differs from theory by {bars:.1f} error bars."
    why = f"; {cause}" if cause else ", also on finer grids; one of the two is wrong"
    return f"{quantity.name} is not certified: an independent theory differs by {bars:.1f} times both error bars together{why}."
