"""Many rows answered together: what `wavesim.certify` does for one, in lockstep, with one compiled program for all runs of a shape.

Each row's question works as it always does (`wavesim.analysis`): it plans, waits for its runs, makes its error bar of their repetitions,
and asks for finer runs if that bar is too wide. Only who propagates is different: the runs that all rows wait for are sorted by the
program that they share, and each group is one call of `wavesim.propagation.evolve_many`. So the bar of a row is as honest as a single run's.

Rows go in waves, each a few seconds of work: what a process that is killed has to do again. Where a wave ends follows from its plans, not
from a clock: whoever begins at the first row of a wave gets the same waves, and the same bytes, from there on.
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

# what a file may fix without a plan's ceasing to suit its problem
_UNCHECKED = frozenset({"precision", "frames", "save_psi"})
# seconds of work in a wave; of a row besides its runs, for planning and theory
_WAVE, _BESIDES = 5.0, 0.01
# and of each uncertain input of a row, by the routes that propagate nothing
_INPUT = 0.3
# seconds between signs of life while nothing is finished
_BEAT = 1.0

# NumPy takes one core, whoever asks
_alone = threading.Lock()

Found = list[tuple[int, Answer]]


@dataclasses.dataclass(frozen=True)
class Wave:
    """Rows that are answered together.

    Attributes:
        first: place of the first row that shares its work with others; -1 where none does.
        end: the place after its last row.
        answers: (place, answer) as they come, in no order; an empty list now and then while nothing does.
    """

    first: int
    end: int
    answers: Iterator[Found]


def waves(
    requests: Iterable[tuple[int, RowRequest | Answer]], known: Mapping[int, int], sharing: float = 1.0
) -> Iterator[Wave]:
    """Answer rows, given with their places in order. A row that cannot be answered is an `Answer` with its reason.

    To be taken one after the other, each to its end: the rows of a wave are planned while the one before it is answered.

    Args:
        requests: the rows.
        known: by place, how many runs the answers took that are there already. Their runs are made again, since others share them, but
            what they say is not asked again.
        sharing: how many times as many rows there are in the whole sweep, which share the programs.
    """
    make_room()
    planned = _planned(requests, known, sharing)
    # planning takes one core, and shares nothing with what the rows before it have still to do
    pool = concurrent.futures.ThreadPoolExecutor(1)
    try:
        coming = pool.submit(next, planned, None)
        while (wave := coming.result()) is not None:
            coming = pool.submit(next, planned, None)
            yield wave
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _planned(
    requests: Iterable[tuple[int, RowRequest | Answer]], known: Mapping[int, int], sharing: float
) -> Iterator[Wave]:
    """The waves, each planned when it is asked for."""
    rows, at_once, batch, work = list[_Row](), Found(), Batch(), 0.0
    for place, row in requests:
        if isinstance(row, Answer):
            at_once.append((place, row))
        else:
            begun = _Row(place, row, batch)
            if rows or begun.answer is None:
                rows.append(begun)
                work += (
                    _BESIDES + _INPUT * len(row.uncertainties) + sum(row_seconds(run.numerics) for run in begun.runs)
                )
            else:
                # it has its answer already, and leaves nothing behind that others could depend on
                at_once.append((place, begun.answer))
                batch = Batch()
        if not rows:
            yield Wave(-1, place + 1, iter([at_once]))
            at_once = Found()
        elif work > _WAVE:
            yield Wave(rows[0].place, place + 1, _answered(rows, at_once, known, sharing))
            rows, at_once, batch, work = list[_Row](), Found(), Batch(), 0.0
    if rows:
        end = max([rows[-1].place, *(place for place, _ in at_once)]) + 1
        yield Wave(rows[0].place, end, _answered(rows, at_once, known, sharing))


def answers(requests: Sequence[RowRequest]) -> Iterator[tuple[int, Answer]]:
    """Answer the rows; (place, answer) as they come, in no order."""
    for wave in waves(enumerate(requests), {}):
        for found in wave.answers:
            yield from found


def _answered(rows: list[_Row], at_once: Found, known: Mapping[int, int], sharing: float) -> Iterator[Found]:
    """The answers of the rows of one wave, after those that are there already."""
    yield at_once + [(row.place, row.answer) for row in rows if row.answer is not None]
    rows = [row for row in rows if row.answer is None]
    while rows:
        # groups end in the same order whoever is faster, so that rows are heard in the same order
        for _ in _propagated(_groups(rows), sharing):
            yield Found()
            for row in [row for row in rows if row.ready]:
                if known.get(row.place) == row.made:
                    row.leave()
                    continue
                row.go_on()
                # theory may take longer than the runs
                yield [] if row.answer is None else [(row.place, row.answer)]
        rows = [row for row in rows if row.answer is None and not row.left]


@dataclasses.dataclass
class _Run:
    """One run that a row waits for; `back` where gradients are run backward from its end, and what they tell."""

    problem: Problem
    numerics: Numerics
    back: RunRequest | None = None
    result: Result | WavesimError | None = None
    residuals: dict[str, Any] = dataclasses.field(default_factory=dict)
    done: bool = False


class _Row:
    """One question at work: what it waits for, and in the end its answer."""

    def __init__(self, place: int, request: RowRequest, batch: Batch) -> None:
        self.place, self.request = place, request
        self.runs: list[_Run] = []
        self.made, self.left = 0, False
        self.answer: Answer | None = None
        self.work: Measurement[Report] = request.question.measuring(
            request.problem, request.tolerance, batch=batch, **request.fixed
        )
        self._hear(None)

    @property
    def ready(self) -> bool:
        """Whether it waits for nothing but to be heard."""
        return self.answer is None and not self.left and all(run.done for run in self.runs)

    def leave(self) -> None:
        """Its answer is known."""
        self.left = True
        self.work.close()

    def go_on(self) -> None:
        """Give the question its results, and hear what it wants next."""
        results: list[Result] = []
        for run in self.runs:
            if not isinstance(run.result, Result):
                self.answer = Answer.failed(str(run.result))
                self.work.close()
                return
            results.append(run.result)
        made = Runs(results, self.runs[0].residuals)
        self.runs = []
        self._hear(made)

    def _hear(self, made: Runs | None) -> None:
        try:
            if made is None:
                refuse_given(self.request.fixed)
            wanted = next(self.work) if made is None else self.work.send(made)
            while isinstance(wanted, ProgressNote):
                wanted = self.work.send(Runs([]))
            # what is planned suits its problem; what is given by hand may not
            ready = settled if _UNCHECKED.issuperset(self.request.fixed) else checked
            self.runs = [_Run(wanted.problem, ready(wanted.problem, numerics)) for numerics in wanted.numerics]
            self.runs[0].back = wanted if wanted.numbers else None
            self.made += len(self.runs)
        except StopIteration as end:
            uncertain = bool(self.request.uncertainties)
            self.answer = answer_of(self._with_inputs(end.value), self.request.tolerance, uncertain)
        except WavesimError as error:
            self.answer = Answer.failed(str(error))
        except (ArithmeticError, ValueError, IndexError, MemoryError) as error:
            # one row's numbers must not end the others
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
    """What a table keeps of a report; where no input is uncertain, they make 0 of every number."""
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
    """The runs that are waited for, sorted by the program that they share."""
    groups: dict[Any, list[_Run]] = {}
    for run in (run for row in rows for run in row.runs):
        leaves, structure = jax.tree.flatten((run.problem, run.numerics))
        shapes = tuple((np.shape(leaf), np.asarray(leaf).dtype.kind) for leaf in leaves)
        groups.setdefault((structure, shapes, run.back is None), []).append(run)
    # chunks are made in this order, and the longest series in a chunk is the one that all its rows make
    return [sorted(group, key=lambda run: run.numerics.pairs) for group in groups.values()]


def _propagated(groups: Sequence[list[_Run]], sharing: float) -> Iterator[None]:
    """Several groups side by side where one may take several cores: while one is compiled, or comes to its end, others keep the cores busy.

    It yields when a group is done, and now and then; the runs of groups are marked as done in one order.
    """
    at_once = min((chunks_at_once(group[0].numerics) for group in groups), default=1)
    stop = threading.Event()
    # the longest first, so that they end together
    order = sorted(groups, key=lambda group: -sum(map(_work, group)))
    pool = concurrent.futures.ThreadPoolExecutor(at_once)
    try:
        for group, done in [(group, pool.submit(_propagate, group, stop, sharing)) for group in order]:
            while not concurrent.futures.wait([done], _BEAT).done:
                yield
            done.result()
            for run in group:
                run.done = True
            yield
        # for rows that wait for nothing
        yield
    finally:
        stop.set()
        pool.shutdown(cancel_futures=True)


def _work(run: _Run) -> int:
    there_and_back = 1 if run.back is None else 2
    return there_and_back * run.numerics.fft_pairs * math.prod(run.numerics.grid.points)


def _propagate(group: Sequence[_Run], stop: threading.Event, sharing: float) -> None:
    if group[0].back is not None:
        _propagate_back(group, stop, sharing)
        return
    if go_alone([run.problem for run in group], [run.numerics for run in group], sharing=sharing):
        for run in group:
            if stop.is_set():
                return
            try:
                with _alone:
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


def _propagate_back(group: Sequence[_Run], stop: threading.Event, sharing: float) -> None:
    """The same with gradients run backward; psi and phi of a row are dropped as soon as they have told what its grid misses."""

    def finish(place: int, result: Result) -> tuple[Result, dict[str, Any]]:
        run = group[place]
        assert run.back is not None
        told, residuals = with_residuals(result, run.back.enough, run.back.steps)
        return dataclasses.replace(told, numerics=run.numerics, psi=told.psi[:0]), residuals

    numbers = [run.back.numbers for run in group if run.back is not None and run.back.numbers is not None]
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
