"""Many problems and the gradients of their numbers, in chunks: forward by one compiled program and backward by another.

As `propagate_with_adjoint` for one problem. psi and phi of a chunk stay in the thread that computed them; only the results leave it.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ..._jax import jax, jit, jnp, platform
from ...errors import WavesimError
from ...problem import Problem
from .._numerics import Numerics
from .._result import Adjoint, FrameSum, Result
from ..lanes import has_lanes
from ..stepping import Trajectory, advance_adjoint, advance_and_record, frame_of, in_lanes, set_up, snapshot_of, trimmed
from ._adjoint import adjoint_frames, has_adjoint, propagate_with_adjoint, reversed_in_time
from ._batch import Leaves, Row, filled, go_alone, in_chunks, laid_out, longest, over_devices, rows_mesh, turn
from ._propagate import recorded

# most bytes of psi that one row may keep, since a chunk holds several rows
_KEPT = 1 << 26
# least number of steps from frame to frame that a program provides for, so that there are few programs
_FEWEST = 4

Numbers = Callable[[Result], Mapping[str, FrameSum]]


def evolve_many_with_adjoints(
    problems: Sequence[Problem],
    numerics: Sequence[Numerics],
    numbers: Sequence[Numbers],
    finish: Callable[[int, Result], Row],
    threads: int | None = None,
    sharing: float = 1.0,
) -> Iterator[Row | WavesimError]:
    """Propagate many problems that differ in numbers only, with an adjoint run for the numbers of each.

    Args:
        problems, numerics: the rows, as for `evolve_many`; see `has_adjoint`.
        numbers: for each row, a function that gives the numbers to differentiate from its record.
        finish: reduces a row to what is kept, from its index and its `Result` with psi at every frame and the adjoints of its numbers.
        threads: see `evolve_many`.
        sharing: see `go_alone`.

    Returns:
        an iterator over the values of `finish`, in the order of the rows; an error for rows whose psi is not finite at the end.

    Raises:
        ArgumentError, NumericsError: see `evolve_many`.
    """
    alone = not all(map(has_adjoint, numerics)) or _kept_bytes(numerics[0]) > _KEPT
    if alone or go_alone(problems, numerics, back=True, sharing=sharing):
        return _one_by_one(problems, numerics, numbers, finish)
    structure, leaves = laid_out(problems, numerics)
    chunk = _Chunk(problems, numerics, numbers, structure, leaves)

    def solved(rows: slice, size: int) -> list[Row | WavesimError]:
        results = chunk.solved(rows, size)
        return [
            result if isinstance(result, WavesimError) else finish(rows.start + place, result)
            for place, result in enumerate(results)
        ]

    return in_chunks(solved, len(problems), numerics[0], threads)


def _one_by_one(
    problems: Sequence[Problem],
    numerics: Sequence[Numerics],
    numbers: Sequence[Numbers],
    finish: Callable[[int, Result], Row],
) -> Iterator[Row | WavesimError]:
    for place, (problem, row, functions) in enumerate(zip(problems, numerics, numbers, strict=True)):
        try:
            result = propagate_with_adjoint(problem, row, functions)
        except WavesimError as error:
            yield error
        else:
            yield finish(place, result)


def _kept_bytes(numerics: Numerics) -> int:
    """Bytes of psi at every frame, and at every step of a run with an absorber."""
    moments = numerics.frames + (0 if numerics.absorber is None else numerics.steps)
    return 16 * moments * math.prod(numerics.grid.points)


@dataclasses.dataclass(frozen=True)
class _Chunk:
    """Rows of one structure, solved in chunks by compiled programs."""

    problems: Sequence[Problem]
    numerics: Sequence[Numerics]
    numbers: Sequence[Numbers]
    structure: Any
    leaves: Leaves

    def solved(self, rows: slice, size: int) -> list[Result | WavesimError]:
        """The results of these rows with their adjoints, by programs of `size` rows."""
        first = self.numerics[rows.start]
        each, frames = first.steps // first.frames, first.frames
        leaves, terms = longest(self.structure, filled(self.leaves, rows, size))
        on_cpu = platform() == "cpu"
        # on other devices a loop whose length is data would wait for the device before every step
        lanes = has_lanes(first, self.problems[rows.start].potential.static)
        shape = (self.structure, rows_mesh(), lanes, max(_FEWEST, 1 << (each - 1).bit_length()))
        with turn(), jax.enable_x64(True):
            trajectories, kept = (_forward_counted if on_cpu else _forward_fixed)(*shape, each, terms, leaves)
            records = jax.tree.map(np.asarray, trajectories)
        results = [self._recorded(rows.start + place, records, place) for place in range(rows.stop - rows.start)]
        numbers = [
            {} if isinstance(result, WavesimError) else dict(self.numbers[rows.start + place](result))
            for place, result in enumerate(results)
        ]
        if not any(numbers):
            return results
        at, *weights = _weights(numbers, frames, size)
        with turn(), jax.enable_x64(True):
            back = (_backward_counted if on_cpu else _backward_fixed)(
                *shape, each, terms, leaves, trajectories.frames.psi, kept, at, *weights
            )
            phis = np.asarray(back)
        return [
            result if isinstance(result, WavesimError) else self._with_adjoints(result, numbers[place], phis[place])
            for place, result in enumerate(results)
        ]

    def _recorded(self, row: int, records: Trajectory, place: int) -> Result | WavesimError:
        frames, final = jax.tree.map(lambda a: a[place], records)
        numerics = dataclasses.replace(self.numerics[row], save_psi=True)
        try:
            return recorded(self.problems[row], numerics, frames, final, True, 0.0)
        except WavesimError as error:
            return error

    def _with_adjoints(self, result: Result, numbers: Mapping[str, FrameSum], phis: np.ndarray) -> Result:
        sampled = adjoint_frames(result.psi, result.numerics)
        adjoints = {
            name: Adjoint(number=number, times=result.times[sampled], psi=result.psi[sampled], phi=phis[sampled, place])
            for place, (name, number) in enumerate(numbers.items())
        }
        return dataclasses.replace(result, adjoints=adjoints)


def _weights(
    rows: Sequence[Mapping[str, FrameSum]], frames: int, size: int
) -> tuple[np.ndarray, dict[str, np.ndarray], np.ndarray]:
    """The frames (n,) in the numbers of any row, the weights of each observable there, shape (size, numbers, n), and the weights of
    the probability absorbed in each frame, which counts in every number of its end or of a later time, shape (size, numbers, frames, 2).
    """
    count = max(map(len, rows))
    series: dict[str, np.ndarray] = {}
    absorbed = np.zeros((size, count, frames, 2))
    for row, numbers in enumerate(rows):
        for place, number in enumerate(numbers.values()):
            for name, values in number.series.items():
                series.setdefault(name, np.zeros((size, count, frames + 1)))[row, place] = values
            absorbed[row, place] = np.cumsum(number.absorbed[::-1], axis=0)[::-1][1:]
    at = np.flatnonzero(np.any([np.any(values, axis=(0, 1)) for values in series.values()], axis=0))
    return at, {name: values[..., at] for name, values in series.items()}, absorbed


def _apparatus(structure: Any, lanes: bool, numbers: Leaves, terms: Any) -> Any:
    problem, numerics = jax.tree.unflatten(structure, numbers)
    apparatus, carry, first = set_up(problem, dataclasses.replace(numerics, save_psi=True))
    apparatus = apparatus if terms is None else trimmed(apparatus, terms)
    if lanes:
        apparatus, carry = in_lanes(apparatus, carry)
    return apparatus, carry, first, numerics


def _forward(structure: Any, mesh: Any, lanes: bool, rung: int, each: Any, terms: Any, leaves: Leaves) -> Any:
    """The trajectories with psi at every frame, and psi before every damping, frame by frame."""

    def run(numbers: Leaves) -> Any:
        apparatus, carry, first, numerics = _apparatus(structure, lanes, numbers, terms)
        damped = numerics.absorber is not None

        def frame(state: Any, _: None) -> Any:
            if damped:
                after, psi, kept = advance_and_record(apparatus.stepper, state[0], each, rung)
            else:
                after, kept = apparatus.stepper.advance(state[0], each), None
                psi = apparatus.stepper.output(after)
            return (after, psi), (frame_of(apparatus, after, psi, True), kept)

        (_, psi), (rest, kept) = jax.lax.scan(frame, (carry, first.psi), None, length=numerics.frames)
        return Trajectory(jax.tree.map(lambda a, b: jnp.concatenate([a[None], b]), first, rest), psi), kept

    return over_devices(mesh, jax.vmap(run))(leaves)


def _backward(
    structure: Any,
    mesh: Any,
    lanes: bool,
    rung: int,
    each: Any,
    terms: Any,
    leaves: Leaves,
    psi: Any,
    kept: Any,
    at: Any,
    series: dict[str, Any],
    absorbed: Any,
) -> Any:
    """phi at every frame, shape (rows, frames + 1, numbers, points), as `propagate_with_adjoint` computes it for one row."""
    del rung

    def run(numbers: Leaves, psi: Any, kept: Any, series: dict[str, Any], absorbed: Any) -> Any:
        apparatus, _, _, numerics = _apparatus(structure, lanes, numbers, terms)
        frames, dt, stepper = numerics.frames, numerics.dt, apparatus.stepper
        damping = stepper.damping
        stepper = dataclasses.replace(reversed_in_time(stepper, each * frames * dt), damping=None)

        def source(frame: Any, psi: Any, weights: dict[str, Any]) -> Any:
            """O psi, O the operator of the weighted observables."""
            snapshot = snapshot_of(apparatus, psi, frame * each * dt)
            total = jnp.zeros((len(absorbed), *psi.shape), complex)
            for name, weight in weights.items():
                gradient = apparatus.observables[name].gradient(apparatus.prepared[name], snapshot)
                total = total + weight.reshape(-1, *(1,) * psi.ndim) * gradient
            return total

        by_frame = {name: jnp.moveaxis(weights, 1, 0) for name, weights in series.items()}
        at_frames = jax.vmap(source)(at, psi[at], by_frame)
        sources = jnp.zeros((frames + 1, *at_frames.shape[1:]), complex).at[at].set(at_frames)

        def before(phi: Any, inner: Any) -> Any:
            frame, injected, counted, kept = inner
            # steps act on the processed psi, and backward steps on gradients with respect to it
            phi = phi + apparatus.stepper.processed(injected, (frame + 1) * each)
            share = None if damping is None else jnp.tensordot(counted, damping.loss, 1) / numerics.grid.cell
            phi = advance_adjoint(stepper, damping, phi, kept, share, each, (frames - 1 - frame) * each)
            return phi, apparatus.stepper.unprocessed(phi, frame * each)

        every = (jnp.arange(frames), sources[1:], jnp.moveaxis(absorbed, 1, 0), kept)
        _, gradients = jax.lax.scan(before, jnp.zeros_like(sources[0]), every, reverse=True)
        # phi jumps at a frame with a source: its mean there makes the trapezoidal rule right on both sides
        return jnp.concatenate([gradients + 0.5 * sources[:-1], sources[-1:]])

    return over_devices(mesh, jax.vmap(run))(leaves, psi, kept, series, absorbed)


_forward_counted = jit(_forward, static_argnums=(0, 1, 2, 3))
_forward_fixed = jit(_forward, static_argnums=(0, 1, 2, 3, 4, 5))
_backward_counted = jit(_backward, static_argnums=(0, 1, 2, 3))
_backward_fixed = jit(_backward, static_argnums=(0, 1, 2, 3, 4, 5))
