"""Many rows answered together: `wavesim.certify` for each, with one compiled program for all runs of a shape.

Each row's question works as for a single problem (`wavesim.analysis`): it plans, waits for its runs, estimates its error bar from their
repetitions, and requests finer runs if that bar is too wide. Only the propagation differs: the runs that all rows wait for are grouped by
the program that they share, and each group is one call of `wavesim.propagation.evolve_many`. So the bar of a row means the same as a single run's.

Rows are answered in waves of a few seconds of work, the most that a killed process has to repeat. The end of a wave follows from its
plans, not from a clock: a process that starts at the first row of a wave gets the same waves, and the same bytes, from there on.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import math
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ..._jax import jax
from ..._programs import make_room
from ..._text import described
from ...analysis import Measurement, ProgressNote, Report, RunRequest, Runs, with_inputs, with_residuals
from ...errors import WavesimError
from ...problem import Problem
from ...propagation import (
    Batch,
    Numerics,
    Result,
    checked,
    chunks_at_once,
    evolve_many,
    evolve_many_with_adjoints,
    go_alone,
    propagate,
    recorded,
    refuse_given,
    row_seconds,
    settled,
)
from .._answer import Answer, RowRequest, Status

# settings that may be fixed by hand without a further check of the plan
_UNCHECKED = frozenset({"precision", "frames", "save_psi"})
# work in a wave [s]
_WAVE = 5.0
# planning and theory of a row, besides its runs [s]
_BESIDES = 0.01
# derivative by one uncertain input of a row, by the routes that propagate nothing [s]
_INPUT = 0.3
# longest time between two yields while nothing is finished [s]
_BEAT = 1.0

# one run on NumPy at a time: it uses one core in any case
_one_on_numpy = threading.Lock()

PlacedAnswers = list[tuple[int, Answer]]


@dataclasses.dataclass(frozen=True)
class Wave:
    """Rows that are answered together.

    Attributes:
        first: place of the first row that shares its work with others; -1 where none does.
        end: the place after its last row.
        answers: (place, answer) as they come, in no order; an empty list now and then while none does.
    """

    first: int
    end: int
    answers: Iterator[PlacedAnswers]


def waves(
    requests: Iterable[tuple[int, RowRequest | Answer]], known: Mapping[int, int], sharing: float = 1.0
) -> Iterator[Wave]:
    """Answer rows, given with their places in order. A row that cannot be answered is an `Answer` with its reason.

    Exhaust each wave before the next: the rows of a wave are planned while the one before it is answered.

    Args:
        requests: the rows.
        known: by place, the number of runs of each answer already stored. These runs are repeated, since other rows share them, but not
            the evaluation of their results.
        sharing: rows of the whole sweep, which share the programs, per row of these.
    """
    make_room()
    planned = _planned(requests, known, sharing)
    # planning takes one core, and is independent of the wave being answered
    pool = concurrent.futures.ThreadPoolExecutor(1)
    try:
        upcoming = pool.submit(next, planned, None)
        while (wave := upcoming.result()) is not None:
            upcoming = pool.submit(next, planned, None)
            yield wave
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _planned(
    requests: Iterable[tuple[int, RowRequest | Answer]], known: Mapping[int, int], sharing: float
) -> Iterator[Wave]:
    """The waves, each planned when it is requested."""
    rows, immediate, batch, work = list[_Row](), PlacedAnswers(), Batch(), 0.0
    for place, row in requests:
        if isinstance(row, Answer):
            immediate.append((place, row))
        else:
            new = _Row(place, row, batch)
            if rows or new.answer is None:
                rows.append(new)
                work += _BESIDES + _INPUT * len(row.uncertainties) + sum(row_seconds(run.numerics) for run in new.runs)
            else:
                # it is answered already, and later rows must not depend on its batch
                immediate.append((place, new.answer))
                batch = Batch()
        if not rows:
            yield Wave(-1, place + 1, iter([immediate]))
            immediate = PlacedAnswers()
        elif work > _WAVE:
            yield Wave(rows[0].place, place + 1, _answered(rows, immediate, known, sharing))
            rows, immediate, batch, work = list[_Row](), PlacedAnswers(), Batch(), 0.0
    if rows:
        end = max([rows[-1].place, *(place for place, _ in immediate)]) + 1
        yield Wave(rows[0].place, end, _answered(rows, immediate, known, sharing))


def answers(requests: Sequence[RowRequest]) -> Iterator[tuple[int, Answer]]:
    """Answer the rows; (place, answer) as they come, in no order."""
    for wave in waves(enumerate(requests), {}):
        for finished in wave.answers:
            yield from finished


def _answered(
    rows: list[_Row], immediate: PlacedAnswers, known: Mapping[int, int], sharing: float
) -> Iterator[PlacedAnswers]:
    """The answers of the rows of one wave, after the immediate ones."""
    yield immediate + [(row.place, row.answer) for row in rows if row.answer is not None]
    rows = [row for row in rows if row.answer is None]
    while rows:
        # groups are taken in a fixed order, not in that of their ends, so that rows resume in the same order
        for _ in _propagated(_groups(rows), sharing):
            yield PlacedAnswers()
            for row in [row for row in rows if row.ready]:
                if known.get(row.place) == row.runs_made:
                    row.skip()
                    continue
                row.resume()
                # theory may take longer than the runs
                yield [] if row.answer is None else [(row.place, row.answer)]
        rows = [row for row in rows if row.answer is None and not row.skipped]


@dataclasses.dataclass
class _Run:
    """One run that a row waits for; `adjoints` where gradients are run backward from its end; `residuals` of its grid."""

    problem: Problem
    numerics: Numerics
    adjoints: RunRequest | None = None
    result: Result | WavesimError | None = None
    residuals: dict[str, Any] = dataclasses.field(default_factory=dict)
    done: bool = False


class _Row:
    """The question of one row: the runs that it waits for, and in the end its answer."""

    def __init__(self, place: int, request: RowRequest, batch: Batch) -> None:
        self.place, self.request = place, request
        self.runs: list[_Run] = []
        self.runs_made, self.skipped = 0, False
        self.answer: Answer | None = None
        self.work: Measurement[Report] = request.question.measuring(
            request.problem, request.tolerance, batch=batch, **request.fixed
        )
        self._advance(None)

    @property
    def ready(self) -> bool:
        """Whether all its runs are done, and it can be resumed."""
        return self.answer is None and not self.skipped and all(run.done for run in self.runs)

    def skip(self) -> None:
        """Drop the question: its answer is stored already."""
        self.skipped = True
        self.work.close()

    def resume(self) -> None:
        """Give the question its results, and take its next request."""
        results: list[Result] = []
        for run in self.runs:
            if not isinstance(run.result, Result):
                self.answer = Answer.failed(str(run.result))
                self.work.close()
                return
            results.append(run.result)
        runs = Runs(results, self.runs[0].residuals)
        self.runs = []
        self._advance(runs)

    def _advance(self, runs: Runs | None) -> None:
        try:
            if runs is None:
                refuse_given(self.request.fixed)
            step = next(self.work) if runs is None else self.work.send(runs)
            while isinstance(step, ProgressNote):
                step = self.work.send(Runs([]))
            # planned numerics suit the problem; numerics given by hand may not
            prepare = settled if _UNCHECKED.issuperset(self.request.fixed) else checked
            self.runs = [_Run(step.problem, prepare(step.problem, numerics)) for numerics in step.numerics]
            self.runs[0].adjoints = step if step.numbers else None
            self.runs_made += len(self.runs)
        except StopIteration as end:
            uncertain = bool(self.request.uncertainties)
            self.answer = answer_of(self._with_inputs(end.value), self.request.tolerance, uncertain)
        except WavesimError as error:
            self.answer = Answer.failed(str(error))
        except (ArithmeticError, ValueError, IndexError, MemoryError) as error:
            # an error of one row must not end the others
            self.answer = Answer.failed(
                f"its numbers must go together, but with them nothing can be computed ({described(error)})."
            )

    def _with_inputs(self, report: Report) -> Report:
        request, grid = self.request, self.request.fixed.get("grid")
        try:
            return with_inputs(report, request.problem, request.uncertainties, find=request.question, grid=grid)
        except (ArithmeticError, ValueError, IndexError, MemoryError) as error:
            warning = f"the uncertainties of the inputs are not part of any bar: {described(error)}."
            return dataclasses.replace(report, warnings=(*report.warnings, warning))


def answer_of(report: Report, tolerance: float, uncertain: bool = False) -> Answer:
    """The answer with the numbers of a report; without uncertain inputs their part of every number is 0."""
    quantities = report.quantities
    met = report.reached
    return Answer(
        values={name: quantity.value for name, quantity in quantities.items()},
        errors={name: quantity.error for name, quantity in quantities.items()},
        theories={name: quantity.theory for name, quantity in quantities.items() if quantity.theory},
        status=Status.GOOD if met else Status.MISSED,
        reason="" if met else " ".join(report.warnings) or f"the tolerance of {tolerance:.2g} was not reached.",
        runs=report.runs,
        fft_pairs=report.fft_pairs,
        inputs={name: report.input_error(name) for name in (report.inputs if uncertain else quantities)},
        notes=report.notes,
    )


def _groups(rows: Sequence[_Row]) -> list[list[_Run]]:
    """The runs that rows wait for, grouped by the program that they share."""
    groups: dict[Any, list[_Run]] = {}
    for run in (run for row in rows for run in row.runs):
        leaves, structure = jax.tree.flatten((run.problem, run.numerics))
        shapes = tuple((np.shape(leaf), np.asarray(leaf).dtype.kind) for leaf in leaves)
        groups.setdefault((structure, shapes, run.adjoints is None), []).append(run)
    # chunks are cut in this order, and all rows of a chunk take as many terms as its longest series
    return [sorted(group, key=lambda run: run.numerics.pairs) for group in groups.values()]


def _propagated(groups: Sequence[list[_Run]], sharing: float) -> Iterator[None]:
    """Propagate groups, several at once where that pays: while one is compiled, or ends, others keep the cores busy.

    It yields when a group is done, and now and then; groups are marked as done in a fixed order.
    """
    parallel = min((chunks_at_once(group[0].numerics) for group in groups), default=1)
    stop = threading.Event()
    # the longest groups first, so that all end at about the same time
    order = sorted(groups, key=lambda group: -sum(map(_work, group)))
    pool = concurrent.futures.ThreadPoolExecutor(parallel)
    try:
        for group, done in [(group, pool.submit(_propagate, group, stop, sharing)) for group in order]:
            while not concurrent.futures.wait([done], _BEAT).done:
                yield
            done.result()
            for run in group:
                run.done = True
            yield
        # also without groups, for rows that wait for no run
        yield
    finally:
        stop.set()
        pool.shutdown(cancel_futures=True)


def _work(run: _Run) -> int:
    directions = 1 if run.adjoints is None else 2
    return directions * run.numerics.fft_pairs * math.prod(run.numerics.grid.points)


def _propagate(group: Sequence[_Run], stop: threading.Event, sharing: float) -> None:
    if group[0].adjoints is not None:
        _propagate_with_adjoints(group, stop, sharing)
        return
    if go_alone([run.problem for run in group], [run.numerics for run in group], sharing=sharing):
        for run in group:
            if stop.is_set():
                return
            try:
                with _one_on_numpy:
                    run.result = propagate(run.problem, run.numerics)
            except WavesimError as error:
                run.result = error
        return
    trajectories = evolve_many([run.problem for run in group], [run.numerics for run in group])
    for run, trajectory in zip(group, trajectories, strict=True):
        if stop.is_set():
            return
        try:
            run.result = recorded(run.problem, run.numerics, trajectory.frames, np.asarray(trajectory.final), True, 0.0)
        except WavesimError as error:
            run.result = error


def _propagate_with_adjoints(group: Sequence[_Run], stop: threading.Event, sharing: float) -> None:
    """Propagate with gradients run backward; psi and phi of a row are dropped once its residuals are computed."""

    def finish(place: int, result: Result) -> tuple[Result, dict[str, Any]]:
        run = group[place]
        assert run.adjoints is not None
        plain, residuals = with_residuals(result, run.adjoints.enough, run.adjoints.steps)
        return dataclasses.replace(plain, numerics=run.numerics, psi=plain.psi[:0]), residuals

    numbers = [run.adjoints.numbers for run in group if run.adjoints is not None and run.adjoints.numbers is not None]
    outcomes = evolve_many_with_adjoints(
        [run.problem for run in group], [run.numerics for run in group], numbers, finish, sharing=sharing
    )
    for run, outcome in zip(group, outcomes, strict=True):
        if stop.is_set():
            return
        if isinstance(outcome, WavesimError):
            run.result = outcome
        else:
            run.result, run.residuals = outcome
