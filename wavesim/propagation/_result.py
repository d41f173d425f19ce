"""What a run leaves behind: the frames, the observables, and how they were made."""

from __future__ import annotations

import dataclasses

import numpy as np

from ..problem import Problem
from ._numerics import Numerics


@dataclasses.dataclass(frozen=True)
class FrameSum:
    """A number linear in a record: the sum over frames of weights x observables and weights x absorbed probability.

    Attributes:
        series: weights of each observable by name, each of shape (frames + 1,).
        absorbed: weights of what was absorbed so far on the left and right, shape (frames + 1, 2).
    """

    series: dict[str, np.ndarray]
    absorbed: np.ndarray

    @classmethod
    def at(
        cls, frame: int, frames: int, series: dict[str, float], absorbed: tuple[float, float] = (0.0, 0.0)
    ) -> FrameSum:
        """The number read off one frame alone."""
        place = np.zeros(frames + 1)
        place[frame] = 1.0
        return cls({name: weight * place for name, weight in series.items()}, place[:, None] * np.array(absorbed))

    def moved(self, frame: int) -> FrameSum:
        """The number of the last frame, read off another one."""

        def shifted(values: np.ndarray) -> np.ndarray:
            other = np.zeros_like(values)
            other[frame] = values[-1]
            return other

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

    number: FrameSum
    times: np.ndarray
    psi: np.ndarray
    phi: np.ndarray


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
        wall_s: seconds it took, compilation included.
        device: where it ran.
        adjoints: gradients of numbers of this record, run backward, by name; none unless they were asked for.
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
        """Frames after the start that were reached."""
        return len(self.times) - 1

    @property
    def steps_done(self) -> int:
        """Steps that were taken."""
        return self.frames_done * (self.numerics.steps // self.numerics.frames)

    def __str__(self) -> str:
        n = self.numerics
        lines = [
            f"Result: {type(self.problem.state).__name__} in {type(self.problem.potential).__name__}, t = 0 .. {self.times[-1]:.6g}"
            + ("" if self.complete else " (interrupted)"),
            f"  grid      {' x '.join(map(str, n.grid.points))} points, spacing {', '.join(f'{float(s):.4g}' for s in n.grid.spacing)}, {n.precision} precision",
            f"  time      {self.steps_done} steps of {float(n.dt):.4g} with {n.method.name}: {self.steps_done * n.pairs} FFT pairs, {self.wall_s:.2f} s on {self.device}",
            f"  absorber  {'none' if n.absorber is None else f'{float(n.absorber.width):.4g} wide at each end'}",
            f"  absorbed  left {self.absorbed[-1, 0]:.6g}, right {self.absorbed[-1, 1]:.6g}",
        ]
        lines += [f"  {name:<9} {values[-1]:.6g} at the end" for name, values in self.series.items()]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return f"<pre>{self}</pre>"
