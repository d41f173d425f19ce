"""Open-ended runs that start at once, give frames on request, and may continue with another problem."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any, final

import numpy as np

from ..._arrays import placed, xp as jnp
from ..._checks import at_least
from ..._jax import jax, jit
from ..._pytree import in_numpy, register_dataclass
from ..._threads import one_blas_thread
from ...errors import NumericsError
from ...problem import Problem
from ...schemes import Chebyshev, Spectral
from .._numerics import Numerics, chebyshev_for, spectral_bounds
from ..lanes import has_lanes
from ..stepping import Apparatus, Carry, Frame, SplitStepper, frame_of, in_lanes, set_up, trimmed
from ._propagate import checked

# most frames that one call of the compiled program returns; the program is compiled for this number
_RUNG = 16


@final
@dataclasses.dataclass(frozen=True)
class Flight:
    """A propagation at one moment: the problem, the numerics and psi. It is immutable: every method returns a new one.

    ``flight(problem, numerics).skip(100).frames(16)`` takes 100 steps and then 16 frames. There is one compiled program
    for each size (grid points, precision, terms of a Chebyshev series, observables), and all numbers are its data: another height, width, momentum
    or mass needs no compilation.

    Attributes:
        problem: the physics from here on.
        numerics: how it is solved from here on; its duration is ignored.
        apparatus: tables and observables.
        carry: the wave in the stepper's own representation, what was absorbed, and the steps done.
        frame: psi, observables and absorbed probability at this moment.
        terms: the length of the table of a Chebyshev series; None for the length that the step needs.
    """

    problem: Problem
    numerics: Numerics
    apparatus: Apparatus
    carry: Carry
    frame: Frame
    terms: int | None = None

    @property
    def step(self) -> int:
        """Steps done."""
        return int(self.carry.step)

    @property
    def time(self) -> float:
        """The time of this moment (time)."""
        return self.step * float(self.numerics.dt)

    @property
    def psi(self) -> np.ndarray:
        """psi at this moment, shape ``grid.points``."""
        return np.asarray(self.frame.psi)

    def skip(self, count: int) -> Flight:
        """This flight after `count` steps."""
        at_least("count", count, 0)
        return self if count == 0 else self.frames(1, count)[1]

    def frames(self, count: int, every: int = 1) -> tuple[Frame, Flight]:
        """`count` frames, each `every` steps after the one before.

        Returns:
            psi of shape (count, ``*points``), each observable of shape (count,) and the absorbed probability of shape (count, 2), stacked;
            and the flight at the last of them.

        Raises:
            NumericsError: if psi is not finite any more.
        """
        at_least("count", count, 1)
        at_least("every", every, 1)
        carry, parts, left = self.carry, [], count
        while left:
            some = min(left, _RUNG)
            carry, kept = _frames(self.apparatus, carry, np.asarray(some), np.asarray(every), _RUNG)
            parts.append(jax.tree.map(lambda leaf, some=some: np.asarray(leaf)[:some], kept))
            left -= some
        frames = jax.tree.map(lambda *pieces: np.concatenate(pieces), *parts)
        if not np.all(np.isfinite(frames.psi[-1])):
            raise NumericsError(
                "psi is not finite: the method is unstable with this step; make dt smaller, or leave it to the planner."
            )
        last = jax.tree.map(lambda leaf: leaf[-1], frames)
        return frames, dataclasses.replace(self, carry=jax.tree.map(np.asarray, carry), frame=last)

    def rewound(self, frame: Frame, step: int) -> Flight:
        """This flight at an earlier frame that the caller has kept.

        Args:
            frame: a frame returned by `frames`.
            step: the number of steps done at that frame.
        """
        carry = self.apparatus.stepper.start(jnp.asarray(frame.psi), step)
        return dataclasses.replace(
            self, carry=_as_data(carry._replace(absorbed=np.asarray(frame.absorbed))), frame=frame
        )

    def within(self, problem: Problem) -> Flight:
        """A quench: the same wave at the same moment, from here on in another potential (or of another mass) on the same grid.

        Raises:
            NumericsError: if the method cannot propagate that problem.
        """
        numerics = self.numerics
        method = numerics.method
        if isinstance(method, Chebyshev):
            low, top = spectral_bounds(problem, numerics.grid)
            if low < method.lowest or top > method.highest:
                method = chebyshev_for(problem, numerics.grid, float(numerics.dt), method.cut)
        elif isinstance(method, Spectral):
            method = Spectral()
        restarted = flight(problem, dataclasses.replace(numerics, method=method), terms=self.terms)
        stepper = restarted.apparatus.stepper
        carry = stepper.start(jnp.asarray(self.psi), self.carry.step)._replace(absorbed=self.carry.absorbed)
        return dataclasses.replace(
            restarted,
            carry=_as_data(carry),
            frame=_numpy_frame(restarted.apparatus, restarted.problem, carry, self.psi),
        )


@one_blas_thread()
def flight(problem: Problem, numerics: Numerics, *, terms: int | None = None) -> Flight:
    """Start an open-ended run that gives frames on request, for animations of a problem that the user changes meanwhile.

    ``flight(problem, plan(problem, scheme="chebyshev").numerics)`` takes a few milliseconds and compiles nothing after the first run of its size. For a
    record with error bars use `wavesim.certify`, for a whole record `propagate`.

    Args:
        problem: the physics, without walls or rings (see `wavesim.unfolding.unfolded`).
        numerics: how it is solved; steps, frames and `save_psi` are ignored.
        terms: the least length of the table of a Chebyshev series, so that problems whose steps need fewer terms share its program.

    Returns:
        the `Flight` at time 0.

    Raises:
        NumericsError: if the numerics do not suit the problem.
    """
    method = numerics.method
    if isinstance(method, Chebyshev) and terms is not None and terms > method.terms:
        numerics = dataclasses.replace(numerics, method=dataclasses.replace(method, terms=terms))
    numerics = dataclasses.replace(checked(problem, numerics), save_psi=True)
    apparatus, carry, frame = set_up(problem, numerics)
    if has_lanes(numerics, problem.potential.static):
        apparatus, carry = in_lanes(apparatus, carry)
    if isinstance(numerics.method, Chebyshev):
        apparatus = trimmed(apparatus, np.asarray(numerics.pairs))  # type: ignore[arg-type]
    stepper = apparatus.stepper
    if isinstance(stepper, SplitStepper):
        # where V depends on time, the kicks are computed step by step, for any potential of that class
        stepper = dataclasses.replace(
            stepper, potential=None if stepper.potential is None else _as_data(stepper.potential)
        )
    data = apparatus._replace(
        stepper=_as_data(stepper),
        problem=_as_data(problem.potential) if apparatus.static_potential is None else None,  # type: ignore[arg-type]
        observables=_as_data(apparatus.observables),
        prepared=_as_data(apparatus.prepared),
        static_potential=_as_data(apparatus.static_potential),
    )
    data = data._replace(problem=_LoopProblem(np.asarray(float(problem.mass)), data.problem))  # type: ignore[arg-type]
    frame = in_numpy(frame)
    return Flight(problem, numerics, data, _as_data(carry), frame, terms)


@register_dataclass
@dataclasses.dataclass(frozen=True)
class _LoopProblem:
    """The mass of a problem, and V if it depends on time, for the loop: its program does not depend on the class of a static V."""

    mass: Any
    potential: Any


def _numpy_frame(apparatus: Apparatus, problem: Problem, carry: Carry, psi: np.ndarray) -> Frame:
    return in_numpy(frame_of(apparatus._replace(problem=problem), carry, jnp.asarray(psi), True))


def _as_data(tree: Any) -> Any:
    """The tree with arrays for leaves: JAX compiles different programs for a plain number and for an array of one."""
    return jax.tree.map(np.asarray, tree)


@functools.partial(jit, static_argnames="rung")
def _frames(apparatus: Apparatus, carry: Carry, count: Any, every: Any, rung: int) -> tuple[Carry, Frame]:
    stepper = apparatus.stepper

    def frame_at(inner: Carry) -> Frame:
        return frame_of(apparatus, inner, stepper.output(inner), True)

    def advance(n: Any, state: tuple[Carry, Frame]) -> tuple[Carry, Frame]:
        after = stepper.advance(state[0], every)
        frame = frame_at(after)
        return after, jax.tree.map(lambda kept, leaf: placed(kept, n, leaf), state[1], frame)

    shapes = jax.eval_shape(frame_at, carry)
    empty = jax.tree.map(lambda leaf: jax.numpy.zeros((rung, *leaf.shape), leaf.dtype), shapes)
    return jax.lax.fori_loop(0, count, advance, (carry, empty))
