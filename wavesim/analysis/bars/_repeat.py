"""Runs and their coarser repetitions: what is run again, what is blamed, and what is planned finer."""

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
    CUT_ORDER,
    Repetition,
    apart,
    coarser_in_space,
    coarser_in_time,
    extrapolated,
    extrapolates,
    falls,
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
from .residuals import Residual, tells_defect

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
# what to do about each, where nothing better is known
_CURES = {
    "time_step": "take a shorter one, or a larger tolerance",
    "grid": "take one of more points, or a larger tolerance",
    "absorber": "take a wider absorber, or a larger tolerance",
    "box": "take a larger grid, or a shorter duration",
    "start": "move its center away, or make it narrower",
    "fit": "take a longer duration, or a larger tolerance",
    "rounding": "take a larger tolerance",
}
# what is given by hand is not refined: by the part of the bar, its keyword, and what to say of it
_GIVEN = {
    "grid": ("grid", "the grid that was given is too coarse: take more points, or leave it to the planner"),
    "time_step": ("dt", "the time step that was given is too long: take a shorter one, or leave it to the planner"),
}


@dataclasses.dataclass(frozen=True)
class Trial:
    """A run, its coarser repetitions, and what its adjoint says of the grid.

    Attributes:
        result: of the fine run.
        again: the coarser runs.
        interrupted: whether some of it is missing.
        residuals: the error of the grid in numbers of the record, and of a splitting's step, by name; empty where grids were compared instead.
    """

    result: Result
    again: tuple[tuple[Repetition, Result], ...]
    interrupted: bool
    residuals: dict[str, Residual] = dataclasses.field(default_factory=dict)

    @property
    def runs(self) -> int:
        """Propagations, those backward included."""
        return 1 + len(self.residuals) + len(self.again)

    @property
    def knows_step(self) -> bool:
        """Whether its residuals tell what the time step leaves wrong."""
        return any(residual.step is not None for residual in self.residuals.values())

    @functools.cached_property
    def carried_round(self) -> float:
        """The probability that reaches the ends of a box without absorber, and comes back from the other side; 0 where psi was not kept.

        The largest probability in the outermost fiftieth at any frame, and what flows through it in all the time with the mean speed.
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
        return (1 + len(self.residuals)) * self.result.numerics.fft_pairs + sum(
            run.numerics.fft_pairs for _, run in self.again
        )

    def budget(
        self,
        read: Callable[[Result], Any],
        amplitude: float,
        least: float,
        cut: bool = False,
        record: Callable[[Result], Any] | None = None,
        records_of_all: Callable[[Result], Any] | None = None,
    ) -> dict[str, float]:
        """The error of what `read` takes from the result (a number, or a series over the frames), by source.

        `amplitude` is the size of what can be wrong at all; see `space_error`. No estimate is believed below `least`: where runs agree
        by far better than was asked for, step and grid have errors in common that none of the repetitions shows alone. `cut`: `read` sums abs(psi)^2 up to
        a plane where it is not small, which a grid does to fourth order only, however smooth V is. `record`: what tells whether the error falls with
        the step, if it is not what is read; `records_of_all`: the same of how fast it falls with the spacing, which all curves of a run have in common.
        """
        errors: dict[str, float] = {}
        numerics = self.result.numerics
        for source in ("time_step", "grid"):
            runs = [(repetition, run) for repetition, run in self.again if repetition.source == source]
            if not runs:
                continue
            ratios = [repetition.ratio for repetition, _ in runs]
            values = [read(self.beside(runs[0][0])), *(read(run) for _, run in runs)]
            order = self.order
            if source == "time_step":
                # where grids are compared, they are fine enough for the order, and their bars hold what is left of it
                gradients = bool(self.residuals) and numerics.method.uses_gradient
                order_in_time = time_order(self.result.problem, numerics) or 2
                told = time_error(order_in_time, values, gradients, ratios)
                if record is not None and len(runs) > 1:
                    records = [record(self.beside(runs[0][0])), *(record(run) for _, run in runs)]
                    if not falls(records, ratios) and self._differ(records, float(np.max(np.abs(records[0])))):
                        # steps too long for any order: that runs agree on one number is an accident
                        told = max(told, time_error(order_in_time, records, gradients, ratios))
            elif order is not None and self.extrapolates:
                told = extrapolated(order, ratios, values)[1]
            elif self.shows_rate:
                series = records_of_all or record or read
                records = [series(self.beside(runs[0][0])), *(series(run) for _, run in runs)]
                size = float(np.max(np.abs(records[0])))
                told = rate_error(ratios, values, records, size)
                if not self._differ(records, size if records_of_all is None else 1.0):
                    told = max(apart(values[0], value) for value in values[1:])
            else:
                told = space_error(order, ratios, values, amplitude)
            if cut and source == "grid":
                told = max(told, 2 * space_error(CUT_ORDER, ratios, values, amplitude))
            errors[source] = max(told, least)
        return errors

    def _differ(self, records: Sequence[Any], size: float) -> bool:
        """Whether runs differ by more than rounding leaves of what is of that size, which neither falls nor says how fast anything does."""
        noise = rounding(self.result.numerics, float(self.result.problem.mass)) * size
        return any(apart(records[0], record) > noise for record in records[1:])

    def beside(self, repetition: Repetition) -> Result:
        """The run that a repetition is held against."""
        return self.on_coarser_grids[-1][1] if repetition.on_coarsest else self.result

    def compared(self, read: Callable[[Result], Any]) -> list[tuple[Repetition, Any, Any]]:
        """Each repetition, with what `read` takes from the run that it is held against and from its own; every run is read once."""
        told = {id(run): read(run) for run in (self.result, *(run for _, run in self.again))}
        return [(repetition, told[id(self.beside(repetition))], told[id(run)]) for repetition, run in self.again]

    @functools.cached_property
    def order(self) -> int | None:
        """The power of the spacing with which the error of the run falls; see `spacing_order`."""
        return spacing_order(self.result.problem, self.result.numerics.grid)

    @property
    def extrapolates(self) -> bool:
        """Whether the values are those at spacing 0, told by this run and two on coarser grids."""
        return extrapolates(self.result.problem) and len(self.on_coarser_grids) > 1

    @property
    def shows_rate(self) -> bool:
        """Whether three grids show how fast the error falls with the spacing, where no power of it is known."""
        return self.order is None and len(self.on_coarser_grids) > 1

    @property
    def on_coarser_grids(self) -> list[tuple[Repetition, Result]]:
        return [(repetition, run) for repetition, run in self.again if repetition.source == "grid"]

    def shift(self, read: Callable[[Result], Any]) -> Any:
        """What is to be added to what `read` takes from the result: 0, or the step to spacing 0."""
        order = self.order
        if order is None or not self.extrapolates:
            return 0.0
        values = [read(self.result), *(read(run) for _, run in self.on_coarser_grids)]
        ratios = [repetition.ratio for repetition, _ in self.on_coarser_grids]
        return extrapolated(order, ratios, values)[0] - np.asarray(values[0])


def run_trial(
    problem: Problem,
    numerics: Numerics,
    numbers: Numbers | None = None,
    enough: float = 0.0,
    rates: bool = False,
    ends: bool = False,
    steps: Callable[[Numerics], bool] = lambda numerics: False,
) -> Measurement[Trial]:
    """The run and its repetitions; interrupted if not all of them were completed.

    With `numbers`, what the grid leaves wrong is told by their gradients, run backward, and only the step is repeated; less than `enough` of it
    is not looked for. With `rates`, smooth potentials are run on two coarser grids instead of one. With `ends` what is repeated is looked at by its
    end alone. `steps`: of which numerics gradients tell the step's error, too, if they can, so that no longer ones are run.
    """
    backward = numbers is not None and has_adjoint(numerics)
    coarser = coarser_in_time(problem, numerics, ends) if backward else _coarser(problem, numerics, rates)
    longer = tuple(repetition.numerics for repetition in coarser)
    knows_step = backward and steps(numerics) and tells_defect(problem, numerics)
    made = yield RunRequest(
        problem, (numerics, *(() if knows_step else longer)), numbers if backward else None, enough, knows_step
    )
    result, *runs = made.results
    residuals = made.residuals
    if knows_step:
        return Trial(result, (), not (result.complete and residuals), residuals)
    again = tuple(zip(coarser, runs, strict=False))
    interrupted = len(again) < len(coarser) or not result.complete or (backward and not residuals)
    return Trial(result, again, interrupted, residuals)


def least_pairs(problem: Problem, numerics: Numerics) -> int:
    """The FFT pairs of a run and of what makes its error bar, if the plan need not be refined: one run backward for each number, one number here, or coarser runs."""
    if has_adjoint(numerics):
        return 2 * numerics.fft_pairs
    return numerics.fft_pairs + sum(coarser.numerics.fft_pairs for coarser in _coarser(problem, numerics))


def _coarser(problem: Problem, numerics: Numerics, rates: bool = False) -> list[Repetition]:
    in_space = coarser_in_space(problem, numerics, rates)
    if numerics.method.exact and len(in_space) > 1:
        # what a long step does there is done by the absorber, which any grid resolves: the coarsest tells it for the least
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
    """A finer plan for whatever takes more than a quarter of the aim, unless it is fixed by hand; for all of it where a theory disputes the number."""
    numerics, residual = trial.result.numerics, trial.residuals.get(headline.name)
    # beside what is left undecided for good, less need not be known better
    undecided = headline.budget.get("duration", 0.0) if problem.duration is not None else 0.0
    share = max(aim, undecided) / 4
    if wait.hopeless:
        share = max(share, headline.budget.get("duration", 0.0))
    step, space, leak, rest = (
        headline.budget.get(source, 0.0) / share for source in ("time_step", "grid", "absorber", "duration")
    )
    finer_time, finer_space, thicker, longer = now.time, now.space, now.absorber, now.longer
    if step > 1 and "dt" not in fixed:
        # edges that move leave a splitting no more than its second order
        order = (time_order(problem, numerics) or 2) if problem.potential.smooth else 2
        finer_time *= min(4.0, 1.1 * step ** (1 / order))
    if space > 1 and "grid" not in fixed and residual is not None:
        # no more than twice at once: a run costs the cube of it, and a blind one knows nothing of what is beyond
        finer_space *= min(2.0, max(1.1, residual.finer(1 / space)))
    elif space > 1 and "grid" not in fixed:
        order = spacing_order(problem, numerics.grid)
        if order is not None and extrapolates(problem):
            order += 2
        # no more than twice at once: a run costs the cube of it, and a coarse one may overstate what it takes
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
    """What a reader must be warned of; `cure` is what to do about the largest part of a bar that is too wide, `given` the numerics given by hand."""
    result, interrupted = trial.result, trial.interrupted
    said = []
    if interrupted:
        at = f"after {result.frames_done} of {result.numerics.frames} frames"
        said.append(
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
        said.append(f"the error bar of {headline.name} is {wide}; most of it is the {why}.")
    if result.numerics.precision == "single":
        said.append("single precision: good for pictures, not for small probabilities.")
    if headline.agrees is False and not interrupted:
        said.append(disagreement(headline, _fault_of_given(headline, aim, given)))
    return said


def _fault_of_given(headline: Quantity, aim: float, given: Collection[str]) -> str:
    """Why theory disputes a number whose run was not refined, because its numerics were given; empty for any other."""
    worst = blamed(headline)
    name, cause = _GIVEN.get(worst, ("", ""))
    return cause if name in given and headline.budget[worst] > aim else ""


def blamed(headline: Quantity) -> str:
    """The largest part of its bar."""
    return max(headline.budget, key=lambda source: headline.budget[source])


def above(quantity: Quantity, aim: float, units: UnitSystem | None = None) -> str:
    """What an error bar is that misses its aim, and the aim: numbers, or amounts in these units, by default those of who asks."""
    bar, asked = (amount(size, quantity.dimension, units, digits=2) for size in (quantity.error, aim))
    if quantity.dimension == DIMENSIONLESS:
        return f"{quantity.error:.2g}, above the {aim:.2g} asked for"
    return f"{bar}, {quantity.error / aim:.2g} times the {asked} asked for"


def disagreement(quantity: Quantity, cause: str = "") -> str:
    """The sentence for a number that theory does not confirm; `cause` where one is known."""
    bars = abs(quantity.difference or 0) / max(quantity.error + quantity.theory_error, 1e-300)
    if not quantity.disputed:
        return f"{quantity.name} differs from theory by {bars:.1f} error bars."
    why = f"; {cause}" if cause else ", also on finer grids; one of the two is wrong"
    return f"{quantity.name} is not certified: an independent theory differs by {bars:.1f} times both error bars together{why}."
