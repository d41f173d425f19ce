"""The pure propagation: problem and numerics in, frames out. It can be jitted, vmapped and differentiated."""

from __future__ import annotations

import dataclasses
from typing import Any, NamedTuple

from ..._arrays import AnyArray, known, xp as jnp
from ..._checks import concrete, known_keywords
from ..._jax import jax
from ..._own_functions import traceable
from ...hamiltonian import Hamiltonian
from ...observables import AbstractObservable, Snapshot
from ...problem import Problem
from ...schemes import Chebyshev
from .._numerics import Numerics, require_double
from ._step import Carry, ChebyshevStepper, Stepper, stepper_for


class Frame(NamedTuple):
    """One saved time (or, stacked, many): psi or None, observables, absorbed probability on the left and right."""

    psi: jax.Array | None
    series: dict[str, jax.Array]
    absorbed: jax.Array


class Trajectory(NamedTuple):
    """The frames from time 0 on, stacked, and psi at the end."""

    frames: Frame
    final: jax.Array


class Apparatus(NamedTuple):
    """All that the loop needs: the stepper with its tables, the problem, and the observables with their weights."""

    stepper: Stepper
    problem: Problem
    observables: dict[str, AbstractObservable]
    prepared: dict[str, Any]
    static_potential: AnyArray | None


def set_up(problem: Problem, numerics: Numerics) -> tuple[Apparatus, Carry, Frame]:
    """The apparatus, the carry and the frame at time 0."""
    require_double()
    grid = numerics.grid
    hamiltonian = problem.hamiltonian(grid)
    initial = problem.state.sample(grid, hamiltonian)
    solved = problem
    if not numerics.method.steps and not known(initial):
        # two diagonalizations of a batch at once would deadlock on their threads: a zero that XLA cannot simplify away makes
        # the second one depend on the first
        solved = dataclasses.replace(problem, mass=problem.mass + 0.0 * jnp.sum(initial.real))
    stepper = stepper_for(solved, numerics)
    prepared = {name: o.prepare(grid, hamiltonian, initial) for name, o in problem.measure.items()}
    static = hamiltonian.potential if problem.potential.static else None
    apparatus, carry = Apparatus(stepper, problem, problem.measure, prepared, static), stepper.start(initial)
    # psi itself, without a round trip through the stepper, which costs FFT pairs
    kept = initial.astype(complex if numerics.precision == "double" else jnp.complex64)
    return apparatus, carry, frame_of(apparatus, carry, kept, numerics.save_psi)


def frame_of(apparatus: Apparatus, carry: Carry, psi: jax.Array, save_psi: bool) -> Frame:
    """One frame: psi and the observables at the clock's time."""
    snapshot = snapshot_of(apparatus, psi, apparatus.stepper.time(carry))
    series = {}
    for name, observable in apparatus.observables.items():
        # the observable may be user-defined
        with traceable(f"measure.{name}"):
            series[name] = observable.measure(apparatus.prepared[name], snapshot)
    return Frame(psi if save_psi else None, series, carry.absorbed)


def snapshot_of(apparatus: Apparatus, psi: jax.Array, time: jax.Array | float) -> Snapshot:
    """The snapshot of psi at a time, for observables."""
    problem, grid, potential = apparatus.problem, apparatus.stepper.grid, apparatus.static_potential
    if potential is None:
        potential = problem.potential.sample(grid, mass=problem.mass, time=time)  # type: ignore[arg-type]
    # sums over psi are in double precision, whatever the precision of psi
    return Snapshot(psi.astype(complex), Hamiltonian(grid, potential, problem.mass))


def run_frames(
    apparatus: Apparatus, carry: Carry, count: int, steps: int, save_psi: bool, kept: bool = False
) -> tuple[Carry, Frame, jax.Array]:
    """`count` frames, each after `steps` steps: a scan over frames around the loop over steps; and psi at the end.

    A frame is a checkpoint for reverse-mode gradients: its steps are repeated in the backward pass, so that memory grows with the frames, not the
    steps; with `kept` nothing is repeated, and memory grows with the steps.
    """

    def advance(inner: Carry) -> tuple[Carry, jax.Array, Frame]:
        after = apparatus.stepper.advance(inner, steps)
        psi = apparatus.stepper.output(after)
        return after, psi, frame_of(apparatus, after, psi, save_psi)

    checkpointed = advance if kept else jax.checkpoint(advance)

    def body(inner: tuple[Carry, jax.Array], _: None) -> tuple[tuple[Carry, jax.Array], Frame]:
        after, psi, frame = checkpointed(inner[0])
        return (after, psi), frame

    # psi is part of the state, so that the last one is not computed twice
    start = jax.tree.map(lambda a: jnp.zeros(a.shape, a.dtype), jax.eval_shape(apparatus.stepper.output, carry))
    (carry, psi), frames = jax.lax.scan(body, (carry, start), None, length=count)
    return carry, frames, psi


def trimmed(apparatus: Apparatus, terms: jax.Array | int) -> Apparatus:
    """The apparatus with only `terms` terms of a Chebyshev series; an array is data of the program, which other lengths then share."""
    stepper = apparatus.stepper
    assert isinstance(stepper, ChebyshevStepper)
    if isinstance(terms, int):
        stepper = dataclasses.replace(stepper, terms=min(terms, stepper.terms))
    else:
        stepper = dataclasses.replace(stepper, needed=terms)
    return apparatus._replace(stepper=stepper)


@known_keywords()
def evolve(problem: Problem, numerics: Numerics, *, kept: bool = False) -> Trajectory:
    """Propagate as one pure function: for ``jax.jit``, ``jax.vmap`` and ``jax.grad``.

    ``jax.grad(lambda h: evolve(problem.replace("potential.height", h), numerics).frames.series["transmitted"][-1])(1.0)``
    differentiates through every step. The numerics are concrete: take them from `wavesim.plan` at a typical parameter.
    Only `propagate` reports progress and can be interrupted.

    Args:
        problem: the physics.
        numerics: all of the numerics.
        kept: whether reverse mode keeps every step instead of repeating the frames: faster, but memory grows with the steps.

    Returns:
        the `Trajectory`: the frames, stacked along the first axis (frames + 1, time 0 included), and psi at the end.
    """
    apparatus, carry, first = set_up(problem, numerics)
    method = numerics.method
    if isinstance(method, Chebyshev) and all(map(concrete, (method.lowest, method.highest, numerics.dt))):
        apparatus = trimmed(apparatus, numerics.pairs)
    each = numerics.steps // numerics.frames
    _, rest, final = run_frames(apparatus, carry, numerics.frames, each, numerics.save_psi, kept)
    stacked = jax.tree.map(lambda a, b: jnp.concatenate([a[None], b]), first, rest)
    return Trajectory(stacked, final)
