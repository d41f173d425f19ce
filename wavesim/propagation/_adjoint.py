"""A run and its adjoint: psi forward, and backward the gradient of one number of the record with respect to psi."""

from __future__ import annotations

import dataclasses
import functools
import math
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from .._pytree import register_dataclass
from ..fourier import forward
from ..hamiltonian import Hamiltonian
from ..observables import Snapshot
from ..potentials import AbstractPotential
from ..problem import Problem
from ..schemes import Chebyshev, Scheme
from ._evolve import Apparatus, Frame, begin, look, trimmed
from ._memory import device_memory
from ._numerics import Numerics
from ._progress import Progress
from ._propagate import recorded
from ._result import Adjoint, FrameSum, Result
from ._spectral import Carry
from ._step import ChebyshevStepper, Damping, SplitStepper

# samples of psi and phi over the run, along one axis and along more: products of the two are smooth in time
_SAMPLES, _PLANAR_SAMPLES = 64, 16
# of the device's memory, for psi in the absorber at every step; beyond it these steps are made again on the way back
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

    def value(self, position: tuple[jax.Array, ...], *, mass: float = 1.0, time: Any = 0.0) -> jax.Array:
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


class _Kept(NamedTuple):
    """Frames of a stretch of the run, and psi before the damping of every step, shape (frames, rung, ``*points``); rung 0 keeps none."""

    frames: Frame
    boundaries: jax.Array


@functools.partial(jax.jit, static_argnames=("count", "rung"))
def _forward(apparatus: Apparatus, carry: Carry, count: int, steps: int, rung: int) -> tuple[Carry, _Kept, jax.Array]:
    """`count` frames of `steps` steps each, psi before each of at most `rung` of them; and psi at the end."""
    stepper = apparatus.stepper
    assert isinstance(stepper, SplitStepper | ChebyshevStepper)
    empty = jnp.zeros((rung, *stepper.grid.points), carry.wave.dtype)

    def one(n: jax.Array, state: tuple[Carry, jax.Array]) -> tuple[Carry, jax.Array]:
        inner, kept = state
        return stepper.step(inner), kept.at[n].set(stepper.boundary(inner))

    def body(inner: tuple[Carry, jax.Array], _: None) -> tuple[tuple[Carry, jax.Array], _Kept]:
        if rung:
            after, kept = jax.lax.fori_loop(0, steps, one, (inner[0], empty))
        else:
            after, kept = stepper.advance(inner[0], steps), empty
        psi = stepper.output(after)
        return (after, psi), _Kept(look(apparatus, after, psi, True), kept)

    start = jnp.zeros(stepper.grid.points, carry.wave.dtype)
    (carry, psi), kept = jax.lax.scan(body, (carry, start), None, length=count)
    return carry, kept, psi


@jax.jit
def _sources(apparatus: Apparatus, psi: jax.Array, times: jax.Array, weights: dict[str, jax.Array]) -> jax.Array:
    """O psi at each frame, O the operator of the weighted observables: half the derivative with respect to psi*, per cell."""
    problem, grid = apparatus.problem, apparatus.stepper.grid

    def one(frame: tuple[jax.Array, jax.Array, dict[str, jax.Array]]) -> jax.Array:
        wave, time, weight = frame
        potential = apparatus.static_potential
        if potential is None:
            potential = problem.potential.sample(grid, mass=problem.mass, time=time)  # type: ignore[arg-type]

        def number(psi: jax.Array) -> jax.Array:
            snapshot = Snapshot(psi, forward(psi, grid.dimension), Hamiltonian(grid, potential, problem.mass))
            parts = [w * apparatus.observables[n].measure(apparatus.prepared[n], snapshot) for n, w in weight.items()]
            return jnp.sum(jnp.stack(parts)) if parts else jnp.zeros(())

        return jnp.conj(jax.grad(number)(wave.astype(complex))) / (2 * grid.cell)

    return jax.lax.map(one, (psi, times, weights))


@jax.jit
def _backward(
    stepper: SplitStepper | ChebyshevStepper,
    damping: Damping,
    phi: jax.Array,
    sources: jax.Array,
    counted: jax.Array,
    boundaries: jax.Array,
    steps: int,
    done: jax.Array,
) -> tuple[jax.Array, jax.Array]:
    """phi at the start of each frame of a stretch, from phi behind its end; `done` steps were made backward before.

    The undamped step S is a symmetric matrix, so its adjoint acts on phi as S acts on phi*. The damping D stands before it and counts
    a share of abs(psi)^2: phi <- D S^+ phi + counted psi. At each frame's end its source comes in.
    """

    def one(n: jax.Array, state: tuple[jax.Array, jax.Array], kept: jax.Array, share: jax.Array) -> Any:
        wave, clock = state
        moved = stepper.boundary(stepper.step(stepper.enter(wave, clock)))
        return damping.factor * moved + share * jnp.conj(kept[steps - 1 - n]), clock + 1

    def body(state: tuple[jax.Array, jax.Array], frame: Any) -> tuple[Any, jax.Array]:
        wave, clock = state
        kept, source, weights = frame
        wave = wave + jnp.conj(source)
        share = jnp.tensordot(weights, damping.loss, 1) / stepper.grid.cell
        each = functools.partial(one, kept=kept, share=share)
        wave, clock = jax.lax.fori_loop(0, steps, each, (wave, clock))
        return (wave, clock), jnp.conj(wave)

    (wave, _), outcome = jax.lax.scan(body, (jnp.conj(phi), done), (boundaries, sources, counted), reverse=True)
    return jnp.conj(wave), outcome


def propagate_with_adjoint(
    problem: Problem,
    numerics: Numerics,
    numbers: Callable[[Result], Mapping[str, FrameSum]],
    progress: Progress = lambda done, total: None,
) -> Result:
    """Propagate, and run the gradient of each number backward through the same steps.

    phi <- phi + O_n psi_n at every frame n, O_n the operator of the number's observables there; phi <- D S^+ phi + w (1 - D^2) psi for
    every step S D, with D the absorber and w the weight of what it counts from then on. The undamped step S is symmetric, so
    S^+ phi = (S phi*)*: the same program runs both ways.

    Args:
        problem: the physics; its `measure` holds the observables of the numbers.
        numerics: checked numerics; psi is kept at every frame.
        numbers: what the gradients are of, told by the record.
        progress: called with (FFT pairs done, FFT pairs in all), for one number.

    Returns:
        the `Result` with the `Adjoint` of each number; without, if it was interrupted on the way back.

    Source: R. Becker and R. Rannacher, Acta Numerica 10, 1 (2001), section 2 (the dual problem).
    """
    begun = time.perf_counter()
    run = _Run(problem, numerics, progress)
    adjoints: dict[str, Adjoint] = {}
    try:
        run.go_forward()
        record = run.result(time.perf_counter() - begun)
        adjoints = {name: run.go_back(number) for name, number in numbers(record).items()}
    except KeyboardInterrupt:
        adjoints = {}
    return dataclasses.replace(run.result(time.perf_counter() - begun), adjoints=adjoints)


class _Run:
    """One run forward and backward, stretch by stretch, so that it reports and can be interrupted."""

    def __init__(self, problem: Problem, numerics: Numerics, progress: Progress) -> None:
        self.problem, self.numerics, self.progress = problem, numerics, progress
        self.each = numerics.steps // numerics.frames
        self.damped = numerics.absorber is not None
        self.rung = 1 << (self.each - 1).bit_length() if self.damped else 0
        self.apparatus, self.carry, first = begin(problem, dataclasses.replace(numerics, steps=1, frames=1))
        if isinstance(numerics.method, Chebyshev):
            on_cpu = jax.default_backend() == "cpu"
            self.apparatus = trimmed(self.apparatus, jnp.asarray(numerics.pairs) if on_cpu else numerics.pairs)
        self.collected = [jax.tree.map(lambda a: np.asarray(a)[None], first)]
        self.final: np.ndarray | None = None
        self.complete = False
        self.bunch = _bunch(numerics)
        # carries at the starts of stretches, and psi before each damping where it is kept
        self.starts: list[Carry] = []
        self.kept: list[np.ndarray | None] = []

    def go_forward(self) -> None:
        size = 16 * math.prod(self.numerics.grid.points) * max(self.rung, 1) * self.numerics.frames
        fits = size < _SHARE * device_memory()
        for stretch in range(self.numerics.frames // self.bunch):
            self.starts.append(self.carry)
            self.carry, kept, psi = _forward(self.apparatus, self.carry, self.bunch, self.each, self.rung)
            self.collected.append(jax.tree.map(np.asarray, kept.frames))
            self.kept.append(np.asarray(kept.boundaries) if fits else None)
            self.final = np.asarray(psi)
            self._report(stretch + 1)
        self.complete = True

    def _report(self, stretches: int) -> None:
        each = self.bunch * self.each * self.numerics.pairs
        self.progress(stretches * each, 2 * self.numerics.steps * self.numerics.pairs)

    def result(self, wall_s: float) -> Result:
        return recorded(self.problem, self.numerics, self.collected, self.final, self.complete, wall_s)

    def go_back(self, number: FrameSum) -> Adjoint:
        numerics, frames = self.numerics, self.numerics.frames
        stepper, stretches = self.apparatus.stepper, len(self.starts)
        assert isinstance(stepper, SplitStepper | ChebyshevStepper)
        psi = np.concatenate([np.asarray(part.psi) for part in self.collected])
        sources = self._sources(psi, number)
        # what is absorbed in a frame counts in every number read at its end or later
        counted = np.cumsum(number.absorbed[::-1], axis=0)[::-1][1:]
        damping, back = stepper.damping or _undamped(numerics), self._reversed(stepper)
        # the steps act on what the processor leaves, and so do their gradients
        ends = jnp.arange(1, frames + 1) * self.each
        inner = np.asarray(_processed(stepper, jnp.asarray(sources[1:]), ends))
        phi = jnp.zeros(numerics.grid.points, complex)
        earlier: list[np.ndarray] = []
        for place in reversed(range(stretches)):
            here = slice(place * self.bunch, (place + 1) * self.bunch)
            done = jnp.asarray((stretches - 1 - place) * self.bunch * self.each)
            kept = self._boundaries(place)
            phi, at_start = _backward(back, damping, phi, inner[here], counted[here], kept, self.each, done)
            earlier.insert(0, np.asarray(at_start))
            self._report(2 * stretches - place)
        stride = _stride(frames, numerics.grid.dimension)
        chosen = np.arange(0, frames, stride)
        steps = jnp.asarray(chosen * self.each)
        gradients = np.asarray(_unprocessed(stepper, jnp.asarray(np.concatenate(earlier)[chosen]), steps))
        dt = float(numerics.dt)
        # at a frame where a source comes in, phi is halfway between before and after: the trapezoidal rule then takes both sides
        halves = (
            sources[::stride]
            / 2
            * np.where(np.arange(0, frames + 1, stride) == frames, 2.0, 1.0).reshape(
                -1, *(1,) * numerics.grid.dimension
            )
        )
        return Adjoint(
            number=number,
            times=np.arange(0, frames + 1, stride) * self.each * dt,
            psi=psi[::stride],
            phi=np.concatenate([gradients, np.zeros_like(gradients[:1])]) + halves,
        )

    def _sources(self, psi: np.ndarray, number: FrameSum) -> np.ndarray:
        """O psi at every frame; zero where no observable has a weight."""
        sources = np.zeros_like(psi)
        weighed = np.flatnonzero(np.any([np.zeros(len(psi)), *number.series.values()], axis=0))
        if len(weighed):
            weights = {name: jnp.asarray(values[weighed]) for name, values in number.series.items()}
            times = jnp.asarray(weighed * self.each * float(self.numerics.dt))
            sources[weighed] = np.asarray(_sources(self.apparatus, jnp.asarray(psi[weighed]), times, weights))
        return sources

    def _boundaries(self, place: int) -> jax.Array:
        """psi before each damping in a stretch, made once more where it was not kept; without an absorber one empty row serves every step."""
        if not self.damped:
            return jnp.zeros((self.bunch, 1, *self.numerics.grid.points), complex)
        kept = self.kept[place]
        if kept is not None:
            return jnp.asarray(kept)
        return _forward(self.apparatus, self.starts[place], self.bunch, self.each, self.rung)[1].boundaries

    def _reversed(self, stepper: SplitStepper | ChebyshevStepper) -> SplitStepper | ChebyshevStepper:
        bare = dataclasses.replace(stepper, damping=None)
        if isinstance(bare, SplitStepper) and not self.problem.potential.static:
            return dataclasses.replace(bare, potential=_Backward(self.problem.potential, self.numerics.duration))
        return bare


@jax.jit
def _processed(stepper: SplitStepper | ChebyshevStepper, psi: jax.Array, steps: jax.Array) -> jax.Array:
    return jax.vmap(stepper.processed)(psi, steps)


@jax.jit
def _unprocessed(stepper: SplitStepper | ChebyshevStepper, psi: jax.Array, steps: jax.Array) -> jax.Array:
    return jax.vmap(stepper.unprocessed)(psi, steps)


def has_adjoint(numerics: Numerics) -> bool:
    """Whether `propagate_with_adjoint` can run these numerics: a method that steps, in double precision."""
    return isinstance(numerics.method, Scheme | Chebyshev) and numerics.precision == "double"


def _undamped(numerics: Numerics) -> Damping:
    points = numerics.grid.points
    return Damping(jnp.ones(points, complex), jnp.zeros((2, *points)))


def _stride(frames: int, dimension: int) -> int:
    """Every how many frames a sample is taken: a divisor of the frames, for at most as many samples as are needed."""
    most = _SAMPLES if dimension == 1 else _PLANAR_SAMPLES
    return next(stride for stride in range(1, frames + 1) if frames % stride == 0 and frames // stride <= most)


def _bunch(numerics: Numerics) -> int:
    """Frames in a stretch: about a second of work."""
    work = math.prod(numerics.grid.points) * numerics.pairs * (numerics.steps // numerics.frames)
    return max((d for d in range(1, numerics.frames + 1) if numerics.frames % d == 0 and d * work <= 6e7), default=1)
