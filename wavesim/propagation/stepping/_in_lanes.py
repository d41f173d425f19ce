"""Steppers with the compiled steps of `wavesim.propagation.lanes`, for many problems side by side on a CPU."""

from __future__ import annotations

import dataclasses
from typing import Any

from ..._arrays import known, xp as jnp
from ..._jax import jax
from ..._pytree import register_dataclass
from ...fourier import forward, inverse
from .._numerics import Numerics
from ..lanes import chebyshev_step, has_lanes, kicks_and_drifts
from ._evolve import Apparatus
from ._spectral import Carry
from ._step import Axes, ChebyshevStepper, SplitStepper

# FFT pairs of a step that take long compared with its call
_PAIRS = 4
# FFT pairs of a run that takes less time than compiling a JAX program
_FEW = 20_000
# most points x FFT pairs of one call, a fraction of a second, since Ctrl-C waits for its end
_MOST = 1 << 26


def in_lanes(apparatus: Apparatus, carry: Carry) -> tuple[Apparatus, Carry]:
    """The apparatus and its carry with compiled steps, for a run that has them (`has_lanes`); JAX does not differentiate these."""
    stepper = stepper_in_lanes(apparatus.stepper)
    if isinstance(stepper, _LanesSplit):
        carry = carry._replace(wave=inverse(carry.wave, 1))
    return apparatus._replace(stepper=stepper), carry


def in_lanes_if_any(apparatus: Apparatus, carry: Carry, numerics: Numerics) -> tuple[Apparatus, Carry]:
    """`in_lanes` for a run with concrete numbers; unchanged if it has no compiled steps, or a loop of JAX is faster."""
    # without an absorber one call makes many steps
    short = numerics.pairs < _PAIRS and numerics.absorber is not None and (numerics.fft_pairs or 0) > _FEW
    if short or not has_lanes(numerics, apparatus.problem.potential.static):
        return apparatus, carry
    return in_lanes(apparatus, carry)


def is_in_lanes(stepper: Any) -> bool:
    """Whether the stepper has compiled steps."""
    return isinstance(stepper, _LanesChebyshev | _LanesSplit)


def stepper_in_lanes(stepper: Any) -> Any:
    """A stepper of the same method and tables with compiled steps."""
    # a user's V may be one number for all points, but C reads an array
    if isinstance(stepper, ChebyshevStepper):
        fields = _fields(stepper)
        fields["potential"] = jnp.broadcast_to(stepper.potential, stepper.kinetic[0].shape)
        return _LanesChebyshev(**fields)
    if isinstance(stepper, SplitStepper):
        drift_tables = jnp.stack([axes[0] for axes in stepper.drifts])
        phases = jnp.stack([jnp.broadcast_to(kick, drift_tables.shape[1:]) for kick in stepper.kicks])
        fields = _fields(stepper)
        fields |= {"phases": phases, "drift_tables": drift_tables}
        return _LanesSplit(**fields)
    return stepper


def _fields(stepper: Any) -> dict[str, Any]:
    return {field.name: getattr(stepper, field.name) for field in dataclasses.fields(stepper)}


@register_dataclass
@dataclasses.dataclass(frozen=True)
class _LanesChebyshev(ChebyshevStepper):
    """A Chebyshev series in one call."""

    def series(self, psi: Any) -> Any:
        terms = self.terms if self.needed is None else self.needed
        return chebyshev_step(psi, self.kinetic[0], self.potential, self.coefficients, terms)


@register_dataclass
@dataclasses.dataclass(frozen=True)
class _LanesSplit(SplitStepper):
    """A splitting whose steps are one call each. It carries psi in position space, between the drift of one step and the kick of the next."""

    phases: jax.Array
    drift_tables: jax.Array

    @property
    def _last(self) -> jax.Array:
        """The kick at the end of a step."""
        assert self.closing is not None
        return self.closing

    def enter(self, psi: jax.Array, step: jax.Array | int = 0) -> Carry:
        psi = psi.astype(self.drift_tables.dtype)
        wave = _drifted(psi, self.opening) if self.scheme.drifts_first else psi * jnp.conj(self._last)
        return Carry(wave, jnp.zeros(2), jnp.asarray(step, int))

    def boundary(self, carry: Carry) -> jax.Array:
        if self.scheme.drifts_first:
            return _drifted(carry.wave, _conjugate(self.opening))
        return carry.wave * self._last

    def damped(self, carry: Carry) -> jax.Array:
        return carry.wave if self.scheme.drifts_first else self.boundary(carry)

    def enter_damped(self, phi: jax.Array, step: jax.Array | int = 0) -> Carry:
        if not self.scheme.drifts_first:
            return self.enter(phi, step)
        return Carry(_drifted(phi, self.opening + self.opening), jnp.zeros(2), jnp.asarray(step, int))

    def boundary_damped(self, carry: Carry) -> jax.Array:
        if not self.scheme.drifts_first:
            return self.boundary(carry)
        return _drifted(carry.wave, _conjugate(self.opening + self.opening))

    def between_dampings(self, phi: jax.Array, step: jax.Array | int) -> jax.Array:
        if self.scheme.drifts_first:
            # the last drift of a step and the first of the next are one, and the damping follows it
            kicks = jnp.concatenate([jnp.ones_like(self.phases[:1]), self.phases[:-1]])
            drifts = jnp.concatenate([self.opening[0][None] ** 2, self.drift_tables[:-1]])
            return kicks_and_drifts(phi, kicks, drifts) * self.phases[-1]
        closing = self._last
        return kicks_and_drifts(phi * jnp.conj(closing), self.phases, self.drift_tables) * closing

    def advance(self, carry: Carry, count: int) -> Carry:
        if self.damping is not None:
            return super().advance(carry, count)
        psi, tables = carry.wave, (self.phases, self.drift_tables)
        if not known(psi, count):
            return Carry(kicks_and_drifts(psi, *tables, count), carry.absorbed, carry.step + count)
        block = max(1, _MOST // self.phases.size)
        for done in range(0, count, block):
            psi = kicks_and_drifts(psi, *tables, min(block, count - done))
        return Carry(psi, carry.absorbed, carry.step + count)

    def step(self, carry: Carry) -> Carry:
        psi, absorbed, step = carry
        if self.damping is not None:
            absorbed = absorbed + self.damping.absorbed(psi)
            psi = psi * self.damping.factor
        return Carry(kicks_and_drifts(psi, self.phases, self.drift_tables), absorbed, step + 1)


def _drifted(psi: jax.Array, axes: Axes) -> jax.Array:
    wave = forward(psi, 1)
    for axis in axes:
        wave = wave * axis
    return inverse(wave, 1)


def _conjugate(axes: Axes) -> Axes:
    return tuple(jnp.conj(axis) for axis in axes)
