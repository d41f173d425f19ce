"""A live run: one problem on one grid, propagated as far as it has been viewed, with its frames kept."""

from __future__ import annotations

import dataclasses

import numpy as np

from ..._typing import LENGTH, Dimension
from ...problem import Problem
from ...propagation import Frame, Result, flight, folded
from ._kinds import AbstractKind, LiveSetup

# curves on the timeline
MOST_CURVES = 4


class LiveRun:
    """The frames of one run, computed in order; a quench continues from one of them with another potential."""

    def __init__(self, kind: AbstractKind, setup: LiveSetup) -> None:
        self.kind, self.setup = kind, setup
        numerics = setup.numerics
        self.frames = numerics.frames
        self.every = numerics.steps // numerics.frames
        self._head = flight(setup.problem, numerics, terms=setup.terms)
        self._series = {
            name: np.zeros(self.frames + 1, np.asarray(value).dtype) for name, value in self._head.frame.series.items()
        }
        self._absorbed = np.zeros((self.frames + 1, 2))
        self._psi = np.zeros((self.frames + 1, *numerics.grid.points), np.complex64)
        self.done = 0
        self.quenched = False
        self._store(0, jax_free(self._head.frame))

    @property
    def complete(self) -> bool:
        """Whether the last frame has been computed."""
        return self.done == self.frames

    @property
    def times(self) -> np.ndarray:
        """Times of all frames [time]."""
        return np.arange(self.frames + 1) * self.every * float(self.setup.numerics.dt)

    @property
    def duration(self) -> float:
        """The time of the last frame [time]."""
        return float(self.times[-1])

    @property
    def first(self) -> np.ndarray:
        """The initial psi, on the grid of the run."""
        return self._psi[0]

    def extend(self, count: int) -> None:
        """Propagate by `count` frames, or to the end."""
        count = min(count, self.frames - self.done)
        if count > 0:
            frames, self._head = self._head.frames(count, self.every)
            for name, values in frames.series.items():
                self._series[name][self.done + 1 : self.done + 1 + count] = values
            self._absorbed[self.done + 1 : self.done + 1 + count] = frames.absorbed
            self._psi[self.done + 1 : self.done + 1 + count] = frames.psi
            self.done += count

    def psi(self, frame: int) -> np.ndarray:
        """psi at a frame; between walls, folded back onto the interval."""
        return self._psi[frame] if self.setup.original.ends is None else self.result(frame).psi[0]

    def unfolded(self, frame: int) -> np.ndarray:
        """psi at a frame on the grid of the propagation, where walls are replaced by mirror images."""
        return self._psi[frame]

    def result(self, last: int | None = None) -> Result:
        """The result up to a frame, with psi of that frame only."""
        last = self.done if last is None else min(last, self.done)
        count = last + 1
        setup = self.setup
        result = Result(
            setup.problem,
            dataclasses.replace(setup.numerics, steps=max(last, 1), frames=max(last, 1)),
            self.times[:count],
            self._psi[last : last + 1].astype(complex),
            {name: values[:count] for name, values in self._series.items()},
            self._absorbed[:count],
            self._psi[last].astype(complex),
            True,
            0.0,
            "cpu",
        )
        return folded(result, setup.original)

    def whole(self) -> Result:
        """The result with psi at every frame."""
        numerics = dataclasses.replace(self.setup.numerics, steps=max(self.done, 1), frames=max(self.done, 1))
        result = dataclasses.replace(
            self.result(), problem=self.setup.problem, numerics=numerics, psi=self._psi[: self.done + 1]
        )
        return folded(result, self.setup.original)

    def curves(self, last: int | None = None) -> dict[str, tuple[np.ndarray, Dimension]]:
        """The curves over the computed frames by name: those with the dimension of the first one."""
        curves = self.kind.question.curves(self.result(last))
        if not curves:
            return {}
        first = LENGTH if self.kind.name == "motion" else next(iter(curves.values()))[1]
        comparable = {name: (values, dimension) for name, (values, dimension) in curves.items() if dimension == first}
        return dict(list((comparable or curves).items())[:MOST_CURVES])

    def changed(self, frame: int, problem: Problem) -> LiveRun:
        """A quench: this run up to a frame, from there on another problem on the same grid."""
        quenched = object.__new__(LiveRun)
        quenched.__dict__.update(self.__dict__)
        start = Frame(
            self._psi[frame],  # type: ignore[arg-type]
            {name: values[frame] for name, values in self._series.items()},  # type: ignore[misc]
            self._absorbed[frame],  # type: ignore[arg-type]
        )
        measured = dataclasses.replace(problem, measure=self.setup.problem.measure)
        quenched._head = self._head.rewound(start, frame * self.every).within(measured)
        quenched._series = {name: values.copy() for name, values in self._series.items()}
        quenched._absorbed, quenched._psi = self._absorbed.copy(), self._psi.copy()
        quenched.setup = dataclasses.replace(self.setup, original=measured, problem=measured)
        quenched.done, quenched.quenched = frame, True
        return quenched

    def _store(self, index: int, frame: Frame) -> None:
        for name, value in frame.series.items():
            self._series[name][index] = value
        self._absorbed[index], self._psi[index] = frame.absorbed, frame.psi


def jax_free(frame: Frame) -> Frame:
    """The same frame in NumPy."""
    series = {name: np.asarray(value) for name, value in frame.series.items()}
    return Frame(np.asarray(frame.psi), series, np.asarray(frame.absorbed))  # type: ignore[arg-type]
