"""A run and its adjoint: psi forward, then the gradient of each number of the record with respect to psi backward."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..._arrays import AnyArray
from ..._jax import jax
from ..._pytree import register_dataclass
from ...potentials import AbstractPotential
from ...problem import Problem
from .._memory import device_memory
from .._numerics import Numerics
from .._progress import Progress
from .._result import Adjoint, FrameSum, Result, follow
from ..stepping import Carry, ChebyshevStepper, Loop, SplitStepper, in_lanes_if_any, numpy_frame, set_up, snapshot_of
from ._propagate import recorded, stacked

# samples of psi and phi over a run in one dimension: products of the two are smooth in time
_SAMPLES = 64
# samples in more dimensions
_PLANAR_SAMPLES = 16
# share of the device's memory for psi at every step of a run with an absorber; longer runs repeat steps on the way back
_SHARE = 0.1


@register_dataclass
@dataclasses.dataclass(frozen=True)
class _Backward(AbstractPotential):
    """V(x, T - t)."""

    potential: AbstractPotential
    duration: float

    @property
    def static(self) -> bool:  # type: ignore[override]
        return self.potential.static

    @property
    def smooth(self) -> bool:
        return self.potential.smooth

    def value(self, position: tuple[AnyArray, ...], *, mass: float = 1.0, time: Any = 0.0) -> AnyArray:
        return self.potential.value(position, mass=mass, time=self.duration - time)

    def sample(self, grid: Any, *, mass: float = 1.0, time: Any = 0.0) -> jax.Array:
        return self.potential.sample(grid, mass=mass, time=self.duration - time)

    def placed(self, grid: Any, *, mass: float = 1.0, time: Any = 0.0) -> jax.Array:
        return self.potential.placed(grid, mass=mass, time=self.duration - time)

    def gradient_terms(self, grid: Any, *, mass: float = 1.0, time: Any = 0.0) -> tuple[jax.Array, jax.Array]:
        return self.potential.gradient_terms(grid, mass=mass, time=self.duration - time)

    def asymptotes(self) -> tuple[float, float]:
        return self.potential.asymptotes()

    def support(self, tolerance: float) -> tuple[float, float]:
        return self.potential.support(tolerance)


def propagate_with_adjoint(
    problem: Problem,
    numerics: Numerics,
    numbers: Callable[[Result], Mapping[str, FrameSum]],
    progress: Progress = lambda done, total: None,
    samples: int | None = None,
    kept: int | None = None,
) -> Result:
    """Propagate, and run the gradient of each number backward through the same steps.

    phi <- phi + O_n psi_n at every frame n, where O_n is the operator of the number's observables; phi <- D S^+ phi + w (1 - D^2) psi for
    every step S D, where D is the damping (after the first drift of a scheme that begins with one) and w the weight of the absorbed
    probability in later frames. The undamped step S is symmetric, so S^+ phi = (S phi*)*: the same program runs both ways.

    Args:
        problem: the physics; its `measure` has the observables of the numbers.
        numerics: checked numerics; psi is kept at every frame.
        numbers: gives the numbers whose gradients are wanted, from the record.
        progress: called with (FFT pairs done, FFT pairs in all), for one number.
        samples: the most samples of psi and phi; by default those that a residual needs, and more if these would not follow psi.
        kept: the most steps of a run with an absorber at which psi is kept; a longer run keeps psi at every root(steps)-th, and repeats the
            steps between on the way back. By default as many as a tenth of the device's memory holds.

    Returns:
        the `Result` with the `Adjoint` of each number; without adjoints if interrupted on the way back.

    Source: R. Becker and R. Rannacher, Acta Numerica 10, 1 (2001), section 2 (the dual problem).
    """
    begun = time.perf_counter()
    run = _Run(problem, numerics, progress, samples, kept)
    adjoints: dict[str, Adjoint] = {}
    try:
        run.go_forward()
        record = run.result(time.perf_counter() - begun)
        adjoints = run.go_back(numbers(record))
    except KeyboardInterrupt:
        adjoints = {}
    return dataclasses.replace(run.result(time.perf_counter() - begun), adjoints=adjoints)


class _Run:
    """One run forward and backward, frame by frame, with reports of progress; it can be interrupted."""

    def __init__(
        self, problem: Problem, numerics: Numerics, progress: Progress, samples: int | None, kept: int | None
    ) -> None:
        self.problem, self.numerics, self.progress = problem, numerics, progress
        self.samples = samples
        self.each = numerics.steps // numerics.frames
        self.damped = numerics.absorber is not None
        state = 16 * math.prod(numerics.grid.points)
        most = _SHARE * device_memory() / state
        self.keeps_all = numerics.steps <= (most if kept is None else min(most, kept))
        self.sections = _sections(self.each, numerics.steps, not self.damped or self.keeps_all)
        self.rung = 1 << (self.sections[0] - 1).bit_length()
        apparatus, carry, first = set_up(problem, dataclasses.replace(numerics, save_psi=True))
        self.apparatus, self.carry = in_lanes_if_any(apparatus, carry, numerics)
        self.loop = Loop.of(self.apparatus, numerics, 2)
        self.collected = [first]
        self.final: Any = None
        self.complete = False
        # for each section in order: psi before each damping, or the carry at its start
        self.kept: list[Any] = []

    def go_forward(self) -> None:
        psi: Any = None
        for frame in range(self.numerics.frames):
            for length in self.sections:
                if self.damped and self.keeps_all:
                    self.carry, psi, kept = self.loop.advance_and_record(self.carry, length, self.rung)
                else:
                    kept = self.carry if self.damped else None
                    self.carry, psi = self.loop.advance(self.carry, length)
                self.kept.append(kept)
            self.collected.append(numpy_frame(self.apparatus, self.carry, psi, True))
            self.final = psi
            self._report(frame + 1)
        self.complete = True

    def _report(self, frames: int) -> None:
        each = self.each * self.numerics.pairs
        self.progress(frames * each, 2 * self.numerics.steps * self.numerics.pairs)

    def result(self, wall_s: float) -> Result:
        return recorded(self.problem, self.numerics, stacked(self.collected), self.final, self.complete, wall_s)

    def go_back(self, numbers: Mapping[str, FrameSum]) -> dict[str, Adjoint]:
        """The gradients of all numbers at once, since they share the tables of the steps."""
        if not numbers:
            return {}
        numerics, frames, stepper = self.numerics, self.numerics.frames, self.apparatus.stepper
        assert isinstance(stepper, SplitStepper | ChebyshevStepper)
        psi = np.stack([np.asarray(frame.psi) for frame in self.collected])
        sources = np.stack([self._sources(psi, number) for number in numbers.values()], axis=1)
        # probability absorbed in a frame counts in every number of its end or of a later time
        counted = np.stack([np.cumsum(number.absorbed[::-1], axis=0)[::-1][1:] for number in numbers.values()], axis=1)
        back = dataclasses.replace(self.loop, stepper=reversed_in_time(self.loop.stepper, numerics.duration))
        damping = stepper.damping
        sampled = (
            adjoint_frames(psi, numerics)
            if self.samples is None
            else np.arange(0, frames + 1, _stride(frames, self.samples))
        )
        stride = int(sampled[1])
        phi = np.zeros(sources.shape[1:], complex)
        gradients: dict[int, np.ndarray] = {}
        ends = _last_frames(sources, counted)
        for frame in reversed(range(frames)):
            done = (frames - 1 - frame) * self.each
            # after the last frame of a number its gradient is 0; JAX would compile its program again for fewer gradients
            active = slice(None) if back.compiled else np.flatnonzero(ends > frame)
            # steps act on the processed psi, and backward steps on gradients with respect to it
            gradient = phi[active] + stepper.processed(sources[frame + 1, active], (frame + 1) * self.each)  # type: ignore[arg-type]
            weights = counted[frame, active]
            share = None if damping is None else np.tensordot(weights, damping.loss, 1) / numerics.grid.cell
            for length in reversed(self.sections):
                gradient = np.asarray(
                    back.advance_adjoint(damping, gradient, self._boundaries(length), share, length, done)
                )
                done += length
            phi[active] = gradient
            if frame % stride == 0:
                gradients[frame] = np.zeros_like(phi)
                gradients[frame][active] = stepper.unprocessed(gradient, frame * self.each)  # type: ignore[arg-type]
            self._report(2 * frames - frame)
        gradients[frames] = np.zeros_like(phi)
        # phi jumps at a frame with a source: its mean there makes the trapezoidal rule right on both sides
        phis = np.stack(
            [gradients[frame] + sources[frame] * (1.0 if frame == frames else 0.5) for frame in sampled.tolist()]
        )
        times = sampled * self.each * float(numerics.dt)
        return {
            name: Adjoint(number=number, times=times, psi=psi[sampled], phi=phis[:, place])
            for place, (name, number) in enumerate(numbers.items())
        }

    def _sources(self, psi: np.ndarray, number: FrameSum) -> np.ndarray:
        """O psi at every frame, O the operator of the weighted observables: half the derivative with respect to psi*, per cell."""
        sources = np.zeros_like(psi)
        for frame in np.flatnonzero(np.any([np.zeros(len(psi)), *number.series.values()], axis=0)):
            snapshot = snapshot_of(self.apparatus, psi[frame], frame * self.each * float(self.numerics.dt))
            for name, weights in number.series.items():
                prepared = self.apparatus.prepared[name]
                sources[frame] += weights[frame] * self.apparatus.observables[name].gradient(prepared, snapshot)
        return sources

    def _boundaries(self, length: int) -> Any:
        """psi before each damping of the last remaining section, recomputed if it was not kept; None without damping."""
        kept = self.kept.pop()
        return self.loop.advance_and_record(kept, length, self.rung)[2] if isinstance(kept, Carry) else kept


def _last_frames(sources: np.ndarray, counted: np.ndarray) -> np.ndarray:
    """The last frame at which each number has a source, or depends on probability absorbed just before, shape (numbers,)."""
    read = np.any(sources != 0, axis=tuple(range(2, sources.ndim)))
    read[1:] |= np.any(counted != 0, axis=2)
    return len(read) - 1 - np.argmax(read[::-1], axis=0)


def reversed_in_time(stepper: Any, duration: Any) -> Any:
    """The stepper for gradients, backward in time from `duration` to 0."""
    if isinstance(stepper, SplitStepper) and stepper.potential is not None:
        return dataclasses.replace(stepper, potential=_Backward(stepper.potential, duration))
    return stepper


def sampled_frames(numerics: Numerics) -> np.ndarray:
    """The frames at which psi and phi are compared if these are dense enough to follow psi."""
    most = _SAMPLES if numerics.grid.dimension == 1 else _PLANAR_SAMPLES
    return np.arange(0, numerics.frames + 1, _stride(numerics.frames, most))


def adjoint_frames(psi: np.ndarray, numerics: Numerics) -> np.ndarray:
    """The frames at which psi and phi are compared: as few as follow psi, or all.

    Args:
        psi: at every frame, shape (frames + 1, ``*points``).
        numerics: numerics of the run.
    """
    frames = numerics.frames
    fewest = int(sampled_frames(numerics)[1])
    strides = (stride for stride in range(fewest, 1, -1) if frames % stride == 0)
    return np.arange(0, frames + 1, next((stride for stride in strides if follow(psi[::stride])), 1))


def has_adjoint(numerics: Numerics) -> bool:
    """Whether `propagate_with_adjoint` can run these numerics: a method that steps, in double precision."""
    return numerics.method.steps and numerics.precision == "double"


def _stride(frames: int, most: int) -> int:
    """The number of frames from sample to sample: the least divisor of the frames that gives at most `most` intervals."""
    return next(stride for stride in range(1, frames + 1) if frames % stride == 0 and frames // stride <= most)


def _sections(each: int, steps: int, whole: bool) -> list[int]:
    """The lengths of the sections of a frame of `each` steps: one, or several of about root(steps), the longest first."""
    length = each if whole else min(each, 1 << round(math.log2(steps) / 2))
    full, rest = divmod(each, length)
    return [length] * full + [rest] * (rest > 0)
