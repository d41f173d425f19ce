"""Jumps and kinks of V in time, matched to the steps of a run, so that steps need not end at the jumps."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from .._arrays import AnyArray, known, xp as jnp
from .._checks import concrete
from .._jax import jax
from .._pytree import register_dataclass
from ..grid import Grid
from ..potentials import AbstractPotential

# steps on either side of a jump whose kicks change
_REACH = 2
# the most jumps that may share a kick
_TOGETHER = 2
# order of a splitting beside a jump: matched moments do not cover the squared force of the jump
_ORDER = 3
# least distance of the samples of V from a jump, in steps
_OFFSET = 1e-3
# multiples of it at which V is sampled
_NODES = (1, 2, 3)


def order_in_time(potential: AbstractPotential, order: int, duration: float) -> int:
    """The order of a splitting for this V: `order`, or less if V jumps in time."""
    return min(order, _ORDER) if not potential.static and potential.instants(duration) else order


def matched_in_time(potential: AbstractPotential, duration: Any, dt: Any) -> AbstractPotential:
    """V for kicks every `dt` until `duration`: unchanged where it is static or smooth in time, or where its numbers are traced."""
    if potential.static or not concrete(duration):
        return potential
    end = float(duration)
    instants = potential.instants(end)
    if not instants:
        return potential
    inner = np.array([time for time in instants if 0 < time < end])
    return MatchedInTime(potential, inner, dt, 0.0 if 0.0 in instants else None, end if end in instants else None)


@register_dataclass
@dataclasses.dataclass(frozen=True)
class MatchedInTime(AbstractPotential):
    """V(x, t) whose jumps and kinks in time are spread over the kicks beside them.

    With V = V_0 before a time s and V_1 after it, both continued across it, kicks see V_0 + w (V_1 - V_0). w is the step function, spread by a
    kernel such that sums over the kicks at t_n + c dt, for each c, have the moments 0 to 3 of the step function. So the first order in V_1 - V_0 of psi, which is such a sum, is
    right to fourth order in dt wherever s lies in a step; its second order, by the square of the force that sets in, is right to third. V_1 - V_0 is a
    parabola through three times on either side.

    Args:
        potential: V, which depends on time.
        jumps: times at which V, or one of its derivatives, jumps, shape (k,) [time].
        step: the time step [time].
        first, last: the begin and the end of the run if V jumps there, where it is continued from inside the run; else None [time].

    Source: the kernel reproduces cubics, G. Strang and G. Fix, in Constructive Aspects of Functional Analysis (1971), p. 793 (quasi-interpolation
    by B-splines).
    """

    potential: AbstractPotential
    jumps: AnyArray
    step: float
    first: float | None = None
    last: float | None = None

    @property
    def static(self) -> bool:  # type: ignore[override]
        return False

    @property
    def smooth(self) -> bool:
        return self.potential.smooth

    def value(self, position: tuple[AnyArray, ...], *, mass: Any = 1.0, time: Any = 0.0) -> AnyArray:
        return self._matched(lambda moment: self.potential.value(position, mass=mass, time=moment), time)

    def sample(self, grid: Grid, *, mass: Any = 1.0, time: Any = 0.0) -> jax.Array:
        return self._matched(lambda moment: self.potential.sample(grid, mass=mass, time=moment), time)

    def placed(self, grid: Grid, *, mass: Any = 1.0, time: Any = 0.0) -> jax.Array:
        return self._matched(lambda moment: self.potential.placed(grid, mass=mass, time=moment), time)

    def _matched(self, at: Callable[[Any], Any], time: Any) -> Any:
        near = self._near(time)
        if known(near):
            return self._corrected(at, time) if near else at(time)
        return jax.lax.cond(near, lambda moment: self._corrected(at, moment), lambda moment: at(moment) + 0.0, time)

    def _near(self, time: Any) -> Any:
        """Whether the kick at that time is changed by a jump."""
        reach = _REACH * self.step
        near = jnp.any(jnp.abs(time - self.jumps) < reach)
        for end in (self.first, self.last):
            near = near if end is None else near | (jnp.abs(time - end) < reach)
        return near

    def _corrected(self, at: Callable[[Any], Any], time: Any) -> Any:
        offset = _OFFSET * self.step
        off = time - self.jumps
        nearest = jnp.argsort(jnp.abs(off))[:_TOGETHER]
        jumps, off = self.jumps[nearest], off[nearest]
        # this close to a jump, rounding would choose the side of V
        moment = time
        for n in range(len(jumps)):
            side = jnp.where(off[n] < 0, -1.0, 1.0)
            moment = jnp.where(jnp.abs(off[n]) < offset, jumps[n] + side * offset, moment)
        ends = [(end, side) for end, side in ((self.first, 1), (self.last, -1)) if end is not None]
        beside = [jumps + side * n * offset for side in (1, -1) for n in _NODES]
        within = [jnp.asarray(end + side * n * offset)[None] for end, side in ends for n in _NODES]
        values = _at_each(at, jnp.concatenate([jnp.asarray(moment)[None], *within, *beside]))
        total, rest = values[0], values[1:]
        for n, (end, side) in enumerate(ends):
            into = side * (time - end) / offset
            total = jnp.where(into < 1, _continued(rest[3 * n : 3 * n + 3], into), total)
        sides = rest[3 * len(ends) :].reshape(2, 3, len(jumps), *total.shape)
        for n in range(len(jumps)):
            u = off[n] / offset
            change = _continued(sides[0, :, n], u) - _continued(sides[1, :, n], -u)
            total = total + _excess(off[n] / self.step) * change
        return total

    def asymptotes(self) -> tuple[float, float]:
        return self.potential.asymptotes()

    def support(self, tolerance: float) -> tuple[float, float]:
        return self.potential.support(tolerance)


def _at_each(at: Callable[[Any], Any], times: Any) -> Any:
    """V at several times, along a first axis; a JAX program contains V once."""
    return np.stack([np.asarray(at(time)) for time in times]) if known(times) else jax.vmap(at)(times)


def _continued(values: Any, u: Any) -> Any:
    """The parabola through values at 1, 2 and 3, at u."""
    first, second, third = values
    u = u - 1
    return first + u * (second - first) + u * (u - 1) / 2 * (third - 2 * second + first)


def _excess(u: Any) -> Any:
    """The difference of the spread step function and the sharp one; the kernel is the cubic B-spline less a sixth of its curvature.

    u is the time from the jump, in steps; the kernel covers two on either side.
    """
    a = jnp.abs(u)
    inner = 0.5 - a + a**2 / 4 + a**3 / 3 - a**4 / 8
    outer = (2 - a) ** 4 / 24 - (2 - a) ** 2 / 12
    return jnp.where(u < 0, 1.0, -1.0) * jnp.where(a < 1, inner, jnp.where(a < _REACH, outer, 0.0))
