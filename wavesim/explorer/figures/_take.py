"""A take: one problem on one grid, flown as far as somebody has looked, its frames kept."""

from __future__ import annotations

import dataclasses

import numpy as np

from ..._typing import LENGTH, Dimension
from ...problem import Problem
from ...propagation import Frame, Result, flight, folded
from ._kinds import AbstractKind, Course

# curves on the timeline, and numbers beside a frame
MOST_CURVES = 4


class Take:
    """The frames of one run, made in order; a quench goes on in another problem from one of them."""

    def __init__(self, kind: AbstractKind, course: Course) -> None:
        self.kind, self.course = kind, course
        numerics = course.numerics
        self.frames = numerics.frames
        self.every = numerics.steps // numerics.frames
        self._head = flight(course.problem, numerics, terms=course.terms)
        self._series = {
            name: np.zeros(self.frames + 1, np.asarray(value).dtype) for name, value in self._head.frame.series.items()
        }
        self._absorbed = np.zeros((self.frames + 1, 2))
        self._psi = np.zeros((self.frames + 1, *numerics.grid.points), np.complex64)
        self.done = 0
        self.quenched = False
        self._keep(0, jax_free(self._head.frame))

    @property
    def complete(self) -> bool:
        """Whether the last frame is there."""
        return self.done == self.frames

    @property
    def times(self) -> np.ndarray:
        """Times of all frames (time)."""
        return np.arange(self.frames + 1) * self.every * float(self.course.numerics.dt)

    @property
    def duration(self) -> float:
        """The time of the last frame (time)."""
        return float(self.times[-1])

    @property
    def first(self) -> np.ndarray:
        """psi that the run starts with, on the grid of its problem."""
        return self._psi[0]

    def extend(self, count: int) -> None:
        """Fly on by `count` frames, or to the end."""
        count = min(count, self.frames - self.done)
        if count > 0:
            frames, self._head = self._head.frames(count, self.every)
            for name, values in frames.series.items():
                self._series[name][self.done + 1 : self.done + 1 + count] = values
            self._absorbed[self.done + 1 : self.done + 1 + count] = frames.absorbed
            self._psi[self.done + 1 : self.done + 1 + count] = frames.psi
            self.done += count

    def psi(self, frame: int) -> np.ndarray:
        """psi at a frame, on the particle's own side of walls."""
        return self._psi[frame] if self.course.asked.ends is None else self._shown(frame).psi[0]

    def unfolded(self, frame: int) -> np.ndarray:
        """psi at a frame on the grid that it is flown on, where walls are mirrors."""
        return self._psi[frame]

    def result(self, last: int | None = None) -> Result:
        """The record up to a frame, psi of that frame alone kept."""
        last = self.done if last is None else min(last, self.done)
        count = last + 1
        course = self.course
        result = Result(
            course.problem,
            dataclasses.replace(course.numerics, steps=max(last, 1), frames=max(last, 1)),
            self.times[:count],
            self._psi[last : last + 1].astype(complex),
            {name: values[:count] for name, values in self._series.items()},
            self._absorbed[:count],
            self._psi[last].astype(complex),
            True,
            0.0,
            "cpu",
        )
        return folded(result, course.asked)

    def whole(self) -> Result:
        """The record with every psi, for pictures that need all."""
        numerics = dataclasses.replace(self.course.numerics, steps=max(self.done, 1), frames=max(self.done, 1))
        result = dataclasses.replace(
            self.result(), problem=self.course.problem, numerics=numerics, psi=self._psi[: self.done + 1]
        )
        return folded(result, self.course.asked)

    def curves(self, last: int | None = None) -> dict[str, tuple[np.ndarray, Dimension]]:
        """The numbers of all frames that are there, by name; those that share the first one's dimension."""
        found = self.kind.question.curves(self.result(last))
        if not found:
            return {}
        first = LENGTH if self.kind.name == "motion" else next(iter(found.values()))[1]
        alike = {name: (values, dimension) for name, (values, dimension) in found.items() if dimension == first}
        return dict(list((alike or found).items())[:MOST_CURVES])

    def changed(self, frame: int, problem: Problem) -> Take:
        """A quench: this take up to a frame, from there on another problem with the same grid."""
        other = object.__new__(Take)
        other.__dict__.update(self.__dict__)
        kept = Frame(
            self._psi[frame],  # type: ignore[arg-type]
            {name: values[frame] for name, values in self._series.items()},  # type: ignore[misc]
            self._absorbed[frame],  # type: ignore[arg-type]
        )
        measured = dataclasses.replace(problem, measure=self.course.problem.measure)
        other._head = self._head.rewound(kept, frame * self.every).within(measured)
        other._series = {name: values.copy() for name, values in self._series.items()}
        other._absorbed, other._psi = self._absorbed.copy(), self._psi.copy()
        other.course = dataclasses.replace(self.course, asked=measured, problem=measured)
        other.done, other.quenched = frame, True
        return other

    def _keep(self, place: int, frame: Frame) -> None:
        for name, value in frame.series.items():
            self._series[name][place] = value
        self._absorbed[place], self._psi[place] = frame.absorbed, frame.psi

    def _shown(self, frame: int) -> Result:
        return self.result(frame)


def jax_free(frame: Frame) -> Frame:
    """The same frame in NumPy."""
    series = {name: np.asarray(value) for name, value in frame.series.items()}
    return Frame(np.asarray(frame.psi), series, np.asarray(frame.absorbed))  # type: ignore[arg-type]
