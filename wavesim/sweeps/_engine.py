"""Many rows answered together: what `wavesim.certify` does for one, in lockstep, with one compiled program for all runs of a shape.

Each row's question works as it always does (`wavesim.analysis`): it plans, waits for its runs, makes its error bar of their repetitions,
and asks for finer runs if that bar is too wide. Only who propagates is different: the runs that all rows wait for are sorted by the
program that they share, and each group is one call of `wavesim.propagation.evolve_many`. So the bar of a row is as honest as a single run's.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import math
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import jax
import numpy as np

from .._programs import make_room
from .._text import described
from ..analysis import Headway, Report, Work
from ..errors import WavesimError
from ..problem import Problem
from ..propagation import (
    Neighbors,
    Numerics,
    Result,
    checked,
    chunks_at_once,
    evolve_many,
    recorded,
    refuse_given,
    settled,
)
from ._answer import Answer, Asked, Status

# what a file may fix without a plan's ceasing to suit its problem
_UNCHECKED = frozenset({"precision", "frames", "save_psi"})


def answers(asked: Sequence[Asked]) -> Iterator[tuple[int, Answer]]:
    """Answer the rows; (place, answer) as they come, in no order. A row that cannot be answered is an `Answer` with its reason."""
    make_room()
    # made anew here, so that a row's numbers depend on the rows asked with it alone
    neighbors = Neighbors()
    rows = [_Row(place, row, neighbors) for place, row in enumerate(asked)]
    while rows:
        _propagate_all(_groups(rows))
        for row in rows:
            row.go_on()
        yield from ((row.place, row.answer) for row in rows if row.answer is not None)
        rows = [row for row in rows if row.answer is None]


@dataclasses.dataclass
class _Run:
    """One run that a row waits for."""

    problem: Problem
    numerics: Numerics
    result: Result | WavesimError | None = None


class _Row:
    """One question at work: what it waits for, and in the end its answer."""

    def __init__(self, place: int, asked: Asked, neighbors: Neighbors) -> None:
        self.place, self.asked = place, asked
        self.runs: list[_Run] = []
        self.answer: Answer | None = None
        self.work: Work[Report] = asked.question.measuring(
            asked.problem, asked.tolerance, brief=neighbors, **asked.fixed
        )
        self._hear(None)

    def go_on(self) -> None:
        """Give the question its results, and hear what it wants next."""
        if self.answer is not None:
            return
        results: list[Result] = []
        for run in self.runs:
            if not isinstance(run.result, Result):
                self.answer = Answer.failed(str(run.result))
                self.work.close()
                return
            results.append(run.result)
        self.runs = []
        self._hear(results)

    def _hear(self, results: list[Result] | None) -> None:
        try:
            if results is None:
                refuse_given(self.asked.fixed)
            wanted = next(self.work) if results is None else self.work.send(results)
            while isinstance(wanted, Headway):
                wanted = self.work.send([])
            # what is planned suits its problem; what is given by hand may not
            ready = settled if _UNCHECKED.issuperset(self.asked.fixed) else checked
            self.runs = [_Run(wanted.problem, ready(wanted.problem, numerics)) for numerics in wanted.numerics]
        except StopIteration as end:
            self.answer = answer_of(end.value, self.asked.tolerance)
        except WavesimError as error:
            self.answer = Answer.failed(str(error))
        except (ArithmeticError, ValueError, IndexError, MemoryError) as error:
            # one row's numbers must not end the others
            self.answer = Answer.failed(
                f"its numbers must go together, but with them nothing can be computed ({described(error)})."
            )


def answer_of(report: Report, tolerance: float) -> Answer:
    """What a table keeps of a report."""
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
    )


def _groups(rows: Sequence[_Row]) -> list[list[_Run]]:
    """The runs that are waited for, sorted by the program that they share."""
    groups: dict[Any, list[_Run]] = {}
    for run in (run for row in rows for run in row.runs):
        leaves, structure = jax.tree.flatten((run.problem, run.numerics))
        shapes = tuple((np.shape(leaf), np.asarray(leaf).dtype.kind) for leaf in leaves)
        groups.setdefault((structure, shapes), []).append(run)
    # chunks are made in this order, and the longest series in a chunk is the one that all its rows make
    return [sorted(group, key=lambda run: run.numerics.pairs) for group in groups.values()]


def _propagate_all(groups: Sequence[list[_Run]]) -> None:
    """Several groups side by side where one may take several cores: while one is compiled, or comes to its end, others keep the cores busy."""
    at_once = min((chunks_at_once(group[0].numerics) for group in groups), default=1)
    stop = threading.Event()
    # the longest first, so that they end together
    order = sorted(groups, key=lambda group: -sum(_work(run.numerics) for run in group))
    pool = concurrent.futures.ThreadPoolExecutor(at_once)
    try:
        for done in [pool.submit(_propagate, group, stop) for group in order]:
            done.result()
    finally:
        stop.set()
        pool.shutdown(cancel_futures=True)


def _work(numerics: Numerics) -> int:
    return numerics.fft_pairs * math.prod(numerics.grid.points)


def _propagate(group: Sequence[_Run], stop: threading.Event) -> None:
    trajectories = evolve_many([run.problem for run in group], [run.numerics for run in group])
    for run, trajectory in zip(group, trajectories, strict=True):
        if stop.is_set():
            return
        try:
            run.result = recorded(run.problem, run.numerics, trajectory.frames, np.asarray(trajectory.final), True, 0.0)
        except WavesimError as error:
            run.result = error
