"""The record of a run: frames, observables, and the numerics that computed them."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from .._amounts import amount
from .._face import above, html_table, line_of, one_line
from .._typing import LENGTH, TIME, Dimension
from ..ends import Walls
from ..errors import ArgumentError
from ..fourier import resampled
from ..grid import Grid
from ..problem import Problem
from ..units import UnitSystem
from ._numerics import Numerics

if TYPE_CHECKING:
    import xarray

    from ..viz import Picture


# largest loss of overlap between neighboring samples, relative to the norm, at which they follow psi
_LARGEST_LOSS = 0.5


@dataclasses.dataclass(frozen=True)
class FrameSum:
    """A number linear in a record: the sum over frames of weights x observables and weights x absorbed probability.

    Attributes:
        series: weights of each observable by name, each of shape (frames + 1,).
        absorbed: weights of what was absorbed so far on the left and right, shape (frames + 1, 2).
    """

    __repr__ = one_line

    series: dict[str, np.ndarray]
    absorbed: np.ndarray

    @classmethod
    def at(
        cls, frame: int, frames: int, series: dict[str, float], absorbed: tuple[float, float] = (0.0, 0.0)
    ) -> FrameSum:
        """The number from one frame alone."""
        place = np.zeros(frames + 1)
        place[frame] = 1.0
        return cls({name: weight * place for name, weight in series.items()}, place[:, None] * np.array(absorbed))

    def moved(self, frame: int) -> FrameSum:
        """The number of the last frame, taken at another one."""

        def shifted(values: np.ndarray) -> np.ndarray:
            moved = np.zeros_like(values)
            moved[frame] = values[-1]
            return moved

        return FrameSum({name: shifted(values) for name, values in self.series.items()}, shifted(self.absorbed))


@dataclasses.dataclass(frozen=True)
class Adjoint:
    """psi and phi at the same times, phi the gradient of a number Q: to first order dQ = 2 Re <phi|d psi> for a change of psi at that time.

    Attributes:
        number: Q.
        times: shape (samples,), equally spaced, both ends of the run included [time].
        psi: shape (samples, ``*points``).
        phi: shape (samples, ``*points``).
    """

    __repr__ = one_line

    number: FrameSum
    times: np.ndarray
    psi: np.ndarray
    phi: np.ndarray

    @property
    def follows(self) -> bool:
        """Whether the samples are dense enough to follow psi, see `follow`; else a sum over them may miss what happens in between."""
        return follow(self.psi)


def follow(psi: np.ndarray) -> bool:
    """Whether samples of psi are dense enough to follow it: int abs(psi_n psi_(n+1)) dx falls short of the norm by less than half.

    A Gaussian then moves by less than 2.4 of its widths, and the trapezoidal rule is right to 6 % for its passage over a position.

    Args:
        psi: at successive times, without its absorbed parts, shape (times, ``*points``).
    """
    size = np.abs(psi).reshape(len(psi), -1)
    norms = np.einsum("ti,ti->t", size, size)
    loss = np.maximum(norms[1:], norms[:-1]) - np.einsum("ti,ti->t", size[1:], size[:-1])
    return bool(np.all(loss <= _LARGEST_LOSS * norms.max()))


@dataclasses.dataclass(frozen=True)
class Result:
    """The record of one propagation.

    Attributes:
        problem: the physics that was solved.
        numerics: how it was solved.
        times: times of the frames, shape (frames + 1,), in internal units; frame 0 is the start.
        psi: saved amplitudes, shape (frames + 1, ``*points``); empty along its first axis if they were not kept.
        series: the measured observables by name, each of shape (frames + 1,).
        absorbed: probability absorbed so far on the left and right, shape (frames + 1, 2).
        final: psi at the last frame, in full precision.
        complete: False if the run was interrupted; then the arrays end at the last whole frame.
        wall_s: elapsed seconds, compilation included.
        device: the kind of device, such as "cpu".
        adjoints: adjoint runs of numbers of this record, by name; empty unless they were requested.
    """

    problem: Problem
    numerics: Numerics
    times: np.ndarray
    psi: np.ndarray
    series: dict[str, np.ndarray]
    absorbed: np.ndarray
    final: np.ndarray
    complete: bool
    wall_s: float
    device: str
    adjoints: dict[str, Adjoint] = dataclasses.field(default_factory=dict, repr=False)

    @property
    def density(self) -> np.ndarray:
        """|psi|^2 at the saved frames."""
        return np.abs(self.psi) ** 2

    @property
    def frames_done(self) -> int:
        """The number of frames after the start."""
        return len(self.times) - 1

    @property
    def steps_done(self) -> int:
        """The number of steps done."""
        return self.frames_done * (self.numerics.steps // self.numerics.frames)

    def plot(self, *, units: UnitSystem | None = None, title: str = "") -> Picture:
        """The picture of the run: density over time, potential, curves; it shows itself in a notebook, ``.save("run.png")`` writes it.

        Args:
            units: units of the labels; by default those of the problem.
            title: headline; by default the names of the state and the potential.
        """
        return above("viz").picture(self, units=units, title=title)

    def to_xarray(self, *, units: UnitSystem | None = None) -> xarray.Dataset:
        """The record as an ``xarray.Dataset`` with units; see `wavesim.io.to_xarray`."""
        return above("io").to_xarray(self, units=units)

    def resampled(self, points: int | tuple[int, ...]) -> Result:
        """The same record with psi on more points, for smooth curves, by its Fourier series; no number changes.

        ``fine = result.resampled(1000); plot(fine.numerics.grid.x, abs(fine.final) ** 2)``. For drawing only: its grid is finer than
        that of the propagation.

        Args:
            points: the number along each axis, no fewer than before.

        Raises:
            ArgumentError: if there are fewer, or psi ends at a wall and is therefore no Fourier series.
        """
        grid = self.numerics.grid
        counts = (points,) * grid.dimension if isinstance(points, int) else tuple(points)
        if len(counts) != grid.dimension or any(new < old for new, old in zip(counts, grid.points, strict=False)):
            raise ArgumentError(
                "points",
                f"must be at least {' x '.join(map(str, grid.points))}, but is {' x '.join(map(str, counts))}; take more points.",
            )
        if isinstance(self.problem.ends, Walls):
            raise ArgumentError(
                "points", "must stay as they are between walls, where psi is no Fourier series; interpolate psi."
            )
        spacing = tuple(step * old / new for step, old, new in zip(grid.spacing, grid.points, counts, strict=True))
        return dataclasses.replace(
            self,
            numerics=dataclasses.replace(self.numerics, grid=Grid(grid.lower, spacing, counts)),
            psi=resampled(self.psi, counts) if len(self.psi) else np.zeros((0, *counts), complex),
            final=resampled(self.final, counts),
            adjoints={},
        )

    def __repr__(self) -> str:
        n = self.numerics
        return line_of(
            "Result",
            f"{type(self.problem.state).__name__} in {type(self.problem.potential).__name__}",
            f"{' x '.join(map(str, n.grid.points))} points",
            f"{self.steps_done} steps of {n.method.name}",
            "complete" if self.complete else "interrupted",
        )

    def __str__(self) -> str:
        return "\n".join([self._title(), *(f"  {name:<9} {text}" for name, text in self._rows())])

    def _repr_html_(self) -> str:
        return html_table([(self._title(), ""), *self._rows()])

    def _title(self) -> str:
        what = f"{type(self.problem.state).__name__} in {type(self.problem.potential).__name__}"
        return f"{what}, t = 0 to {self._shown(self.times[-1], TIME, 6)}" + ("" if self.complete else " (interrupted)")

    def _rows(self) -> list[tuple[str, str]]:
        n = self.numerics
        spacing = ", ".join(self._shown(step, LENGTH, 4) for step in n.grid.spacing)
        pairs = f"{self.steps_done * n.pairs:,} FFT pairs, " if n.pairs is not None else ""
        layers = "none" if n.absorber is None else f"{self._shown(n.absorber.width, LENGTH, 4)} wide at each end"
        rows = [
            ("grid", f"{' x '.join(map(str, n.grid.points))} points {spacing} apart, {n.precision} precision"),
            (
                "time",
                f"{self.steps_done} steps of {self._shown(n.dt, TIME, 4)} with {n.method.name}: {pairs}{self.wall_s:.2f} s on {self.device}",
            ),
            ("absorber", layers),
            ("absorbed", f"left {self.absorbed[-1, 0]:.6g}, right {self.absorbed[-1, 1]:.6g}"),
        ]
        for name, values in self.series.items():
            measured = self.problem.measure.get(name)
            last = values[-1]
            if measured is None or np.iscomplexobj(last):
                rows.append((name, f"{last:.6g} at the end"))
            else:
                rows.append((name, f"{self._shown(last, measured.dimension, 6)} at the end"))
        return rows

    def _shown(self, value: Any, dimension: Dimension, digits: int) -> str:
        return amount(value, dimension, self.problem.shown_in, digits)
