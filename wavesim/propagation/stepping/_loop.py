"""The loop of one run with concrete numbers: a program compiled once for each size, or NumPy if the run is short."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

from ..._arrays import placed, xp as jnp
from ..._jax import jax, jit, platform
from ..._pytree import in_numpy
from ...schemes import Chebyshev
from .._numerics import Numerics
from ._evolve import Apparatus, Frame, frame_of, trimmed
from ._in_lanes import is_in_lanes
from ._spectral import Carry, SpectralStepper
from ._step import ChebyshevStepper, SplitStepper, Stepper, counted

# seconds of an FFT pair in NumPy, and in addition for each of its points
_PAIR_S, _POINT_S = 2.5e-5, 3e-8
# the same for compiled steps
_COMPILED_PAIR_S, _COMPILED_POINT_S = 1e-6, 1e-8
# seconds of loading or compiling a program
_PROGRAM_S = 0.5
# seconds of NumPy around each compiled step
_STEP_S = 1e-4


@dataclasses.dataclass(frozen=True)
class Loop:
    """A stepper, run by JAX or by NumPy.

    Args:
        stepper: the tables; the program does not depend on a static V.
        compiled: True for a program of JAX; False for NumPy, or for the compiled steps of `wavesim.propagation.lanes`.
    """

    stepper: Stepper
    compiled: bool

    @classmethod
    def of(cls, apparatus: Apparatus, numerics: Numerics, rounds: int = 1) -> Loop:
        """The loop of a run that is repeated `rounds` times."""
        on_cpu = platform() == "cpu"
        if isinstance(numerics.method, Chebyshev):
            # on other devices a loop whose length is data would wait for the device before every iteration
            apparatus = trimmed(apparatus, np.asarray(numerics.pairs) if on_cpu else numerics.pairs)  # type: ignore[arg-type]
        stepper = apparatus.stepper
        if isinstance(stepper, SpectralStepper):
            return cls(stepper, not on_cpu)
        if is_in_lanes(stepper):
            return cls(stepper, False)
        moving = isinstance(stepper, SplitStepper) and stepper.potential is not None
        compiled = not on_cpu or moving or not is_short(numerics, rounds)
        return cls(_on_device(stepper) if compiled else stepper, compiled)

    def advance(self, carry: Carry, count: int) -> tuple[Carry, Any]:
        """The carry after `count` steps, and psi there."""
        return (_compiled_advance if self.compiled else _advance)(self.stepper, carry, count)

    def advance_and_record(self, carry: Carry, count: int, rung: int) -> tuple[Carry, Any, Any]:
        """The carry after `count` steps, psi there, and psi at the damping of each step, shape (rung, ``*points``)."""
        assert not isinstance(self.stepper, SpectralStepper)
        return (_compiled_record if self.compiled else advance_and_record)(self.stepper, carry, count, rung)

    def advance_adjoint(self, damping: Any, phi: Any, kept: Any, share: Any, count: int, done: int) -> Any:
        """The gradients phi of several numbers, shape (numbers, ``*points``), before `count` steps; see `advance_adjoint`."""
        assert not isinstance(self.stepper, SpectralStepper)
        stepper = dataclasses.replace(self.stepper, damping=None)
        return (_compiled_adjoint if self.compiled else advance_adjoint)(
            stepper, damping, phi, kept, share, count, np.asarray(done)
        )


def numpy_seconds(numerics: Numerics, lanes: bool = False) -> float:
    """Estimated seconds of a run in NumPy, with compiled steps or without; the same on all machines."""
    pairs, points = numerics.fft_pairs or 0, math.prod(numerics.grid.points)
    if lanes:
        return pairs * (_COMPILED_PAIR_S + _COMPILED_POINT_S * points) + numerics.steps * _STEP_S
    return pairs * (_PAIR_S + _POINT_S * points)


def is_short(numerics: Numerics, rounds: int = 1) -> bool:
    """Whether NumPy finishes a static run, repeated `rounds` times, before a program for it is compiled."""
    return rounds * numpy_seconds(numerics) < _PROGRAM_S and numerics.precision == "double"


def _on_device(stepper: Stepper) -> Any:
    return jax.tree.map(lambda leaf: jax.device_put(leaf) if isinstance(leaf, np.ndarray) else leaf, stepper)


def numpy_frame(apparatus: Apparatus, carry: Carry, psi: Any, save_psi: bool) -> Frame:
    """One frame of a run as NumPy arrays; on other devices than a CPU it is measured by a compiled program."""
    if platform() == "cpu":
        carry, psi = in_numpy((carry, psi))
        return frame_of(apparatus, carry, psi, save_psi)
    return in_numpy(_compiled_frame_of(apparatus, carry, psi, save_psi))


def _advance(stepper: Stepper, carry: Carry, count: int) -> tuple[Carry, Any]:
    after = stepper.advance(carry, count)
    return after, stepper.output(after)


def advance_and_record(
    stepper: SplitStepper | ChebyshevStepper, carry: Carry, count: Any, rung: int
) -> tuple[Carry, Any, Any]:
    """The carry after `count` steps, psi there, and psi at the damping of each step, shape (rung, ``*points``)."""

    def step(n: Any, state: tuple[Carry, Any]) -> tuple[Carry, Any]:
        inner, kept = state
        return stepper.step(inner), placed(kept, n, stepper.damped(inner))

    after, kept = counted(step, (carry, np.zeros((rung, *stepper.grid.points), carry.wave.dtype)), count)
    return after, stepper.output(after), kept


def advance_adjoint(
    stepper: SplitStepper | ChebyshevStepper, damping: Any, phi: Any, kept: Any, share: Any, count: Any, done: Any
) -> Any:
    """phi before `count` steps from phi after them; `done` backward steps came before.

    The undamped step S is a symmetric matrix, so its adjoint acts on phi as S acts on phi*. The damping D comes before it, or after its
    first drift A, and removes a share of abs(psi)^2 on which the number may depend: phi <- A^+ (D A S^+ phi + share A psi). Without damping,
    `kept` and `share` are None.
    """

    if kept is None:
        # without damping between the steps the loop is that of a forward run
        return jnp.conj(stepper.boundary(stepper.advance(stepper.enter(jnp.conj(phi), done), count)))

    def step(n: Any, state: tuple[Any, Any]) -> tuple[Any, Any]:
        wave, clock = state
        wave = damping.factor * stepper.between_dampings(wave, clock) + share * jnp.conj(kept[count - 1 - n])
        return wave, clock + 1

    first = stepper.boundary_damped(stepper.enter(jnp.conj(phi), done))
    last, clock = counted(step, (first, done), count)
    return jnp.conj(stepper.boundary(stepper.enter_damped(last, clock)))


_compiled_advance = jit(_advance)
_compiled_record = jit(advance_and_record, static_argnames="rung")
_compiled_adjoint = jit(advance_adjoint)
_compiled_frame_of = jit(frame_of, static_argnames="save_psi")
