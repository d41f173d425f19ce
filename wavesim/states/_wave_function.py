"""A state given by a formula: psi(x) = u(x) exp(i k x)."""

from __future__ import annotations

import dataclasses
import functools
import math
from typing import Any

import numpy as np

from .._checks import concrete
from .._pytree import register_dataclass
from .._typing import EnergyValue, Length, Momentum, Parameter, Velocity
from ..errors import ArgumentError
from ..potentials import Expression, values_at
from ._motion import check_motion
from ._wave import FAINT, AbstractWave, refuse_nothing

# shares of the largest amplitude below which psi counts as 0, tried in order until the state is short enough
_FAINT = (FAINT, 1e-8, 1e-6, 1e-5, 1e-4)
# largest length of a state, in units of its width at half maximum
_LONGEST = 2e3


@register_dataclass
@dataclasses.dataclass(frozen=True, eq=False)
class WaveFunction(AbstractWave):
    """psi = u(x) exp(i momentum x), normalized, with u a real formula of x: ``WaveFunction("x*exp(-x^2/2)")``.

    The formula is like that of an `Expression`: x, pi, named parameters, and its functions. It must decay on both sides.
    Differentiable in parameters and momentum.

    Args:
        formula: u.
        parameters: values of its other names.
        momentum: of the factor exp(i momentum x) (1/length); 0 if none of momentum, energy and velocity is given.
        energy: the kinetic energy momentum^2 / 2m, instead of `momentum`.
        direction: "right" or "left", for `energy`.
        velocity: momentum / mass, instead of `momentum`.
        span: interval outside of which u is negligible; by default from the formula.

    Raises:
        ArgumentError: if the formula is invalid, contains y, z or t, does not decay, or is 0 everywhere.
    """

    formula: str = dataclasses.field(metadata={"static": True})
    parameters: dict[str, Parameter] | None = None
    momentum: Momentum | None = None
    energy: EnergyValue | None = None
    direction: str = dataclasses.field(default="right", metadata={"static": True})
    velocity: Velocity | None = None
    span: tuple[Length, ...] | None = dataclasses.field(default=None, metadata={"static": True})

    def __post_init__(self) -> None:
        check_motion(self, needed=False)
        shape = self._shape
        if not shape.static or shape.dimension > 1:
            raise ArgumentError("formula", "must be one of x alone, but has y, z or t; take them out.")
        if all(concrete(value) for value in (self.parameters or {}).values()):
            self.interval()

    @functools.cached_property
    def _shape(self) -> Expression:
        ends = None if self.span is None else (0.0, 0.0)
        return Expression(self.formula, self.parameters, ends, self.span)

    def amplitude(self, x: Any) -> Any:
        return self._shape.value((x,))

    def interval(self) -> tuple[float, float]:
        return self._interval

    @functools.cached_property
    def _interval(self) -> tuple[float, float]:
        x = self._shape.landmarks(0.0)
        values = np.abs(values_at(self._shape, x))
        size = float(np.max(values[np.isfinite(values)], initial=0.0))
        refuse_nothing("formula", size)
        if self.span is not None:
            return float(self.span[0]), float(self.span[1])
        try:
            ends = self._shape.asymptotes()
        except ArgumentError:
            ends = math.inf, math.inf
        if max(map(abs, ends)) > FAINT * size:
            raise ArgumentError(
                "formula",
                "must fall off to 0 on both sides, but does not; multiply it with something that does, such as exp(-x^2), or give `span`.",
            )
        inner = x[values >= 0.5 * size]
        spans = [self._shape.support(faint) for faint in _FAINT]
        low, high = next((span for span in spans if span[1] - span[0] <= _LONGEST * float(np.ptp(inner))), spans[-1])
        if high - low <= _LONGEST * float(np.ptp(inner)):
            return low, high
        raise ArgumentError(
            "formula",
            f"must fall off faster, but is still {_FAINT[-1]:g} of its largest value at {max(-low, high):.3g}; give `span`.",
        )
