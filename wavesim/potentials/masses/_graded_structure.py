"""Any V with an effective mass that is a function of position: a formula, or a table."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

from ..._checks import concrete, named
from ..._pytree import register_dataclass
from ..._typing import Length, Mass, Parameter
from ...edges import Places
from ...errors import ArgumentError
from .._base import AbstractPotential
from ..formulas import Expression
from ..shapes import Sampled
from ._mass_structure import AbstractMassStructure

# relative deviation of V and m from their end values beyond the structure
_FLAT = 1e-13
# number of places at which m must be positive
_SAMPLES = 1025
# distance from an edge at which m and V are evaluated on either side, as a share of the structure's length
_OFFSET = 1e-10


@register_dataclass
@dataclasses.dataclass(frozen=True)
class GradedStructure(AbstractMassStructure):
    """V(x) of any kind with a mass m(x), -(1/2) (psi'/m(x))' + V psi = E psi, as in a graded alloy.

    ``GradedStructure(Expression(...), mass="m1 + (m2 - m1)/(1 + exp(-x/w))", parameters={"m1": 0.067 * m_e, "m2": 0.092 * m_e, "w": nm})``.
    The formula may jump; a table is constant beyond its ends. Far away, on the side it comes from, the particle has its own mass.

    Supported by the questions of plane waves, resonances and levels, and by a packet's `Transmission`, which propagates in the eigenstates of
    spectral elements. Not for a plane-wave grid, which has a single mass.

    Args:
        potential: V, static, of one dimension and without deltas.
        mass: m as a formula of x.
        parameters: values of its other names, with their units in a file.
        masses: m at `positions`, instead of a formula.
        positions: increasing; of a table's points, or of the sides of layers.
        interpolation: of a table: "spline", "linear" or "layers", as of a sampled V.

    Raises:
        ArgumentError: if there is neither a formula nor a table, or both, or m is not positive everywhere.

    Source: D. J. BenDaniel, C. B. Duke, Phys. Rev. 152, 683 (1966).
    """

    potential: AbstractPotential
    mass: str | None = dataclasses.field(default=None, metadata={"static": True})
    parameters: dict[str, Parameter] | None = None
    masses: tuple[Mass, ...] | None = None
    positions: tuple[Length, ...] | None = None
    interpolation: str = dataclasses.field(default="spline", metadata={"static": True})

    def __post_init__(self) -> None:
        if not isinstance(self.potential, AbstractPotential):
            return
        if (self.mass is None) == (self.masses is None):
            raise ArgumentError(
                "mass", "must be a formula, or there must be a table, `masses` at `positions`; give one of both."
            )
        if self.masses is not None and self.positions is None:
            raise ArgumentError("positions", "must be given with `masses`, but are missing; give one for each.")
        V = self.potential
        if V.dimension > 1 or not V.static or V.spikes or isinstance(V, AbstractMassStructure):
            raise ArgumentError(
                "potential",
                f"must be static, of one dimension, without deltas and without a mass of its own, but is {named(V)}; take another kind, or a formula.",
            )
        if self._concrete:
            self._check_positive()
            x = np.linspace(self.sides[0], self.sides[-1], _SAMPLES)
            if np.any(np.asarray(V.value((x,), mass=1.0)) != np.asarray(V.value((x,), mass=2.0))):
                raise ArgumentError(
                    "potential",
                    f"must be the same whatever the mass is, but {named(V)} has a force that grows with it; write it as a formula.",
                )

    def __hash__(self) -> int:
        table = None if self.masses is None else tuple(map(float, self.masses))
        return hash((self.potential, self.mass, tuple(sorted((self.parameters or {}).items())), table))

    @property
    def _concrete(self) -> bool:
        given = (*(self.parameters or {}).values(), *(() if self.masses is None else self.masses))
        return all(isinstance(value, float | int | np.ndarray) and concrete(value) for value in given)

    def _check_positive(self) -> None:
        ends = [float(end) for end in self.profile.asymptotes()]
        low, high = self.profile.support(_FLAT)
        values = np.append(np.asarray(self.mass_at(np.linspace(low, high, _SAMPLES), 1.0), float), ends)
        if not (np.all(np.isfinite(values)) and float(np.min(values)) > 0):
            raise ArgumentError(
                "mass" if self.masses is None else "masses",
                f"must be positive and finite everywhere, but is {float(np.min(values)):.4g} somewhere; change its numbers.",
            )

    @property
    def profile(self) -> AbstractPotential:
        """m(x) as a function of position [mass]."""
        if self.mass is not None:
            return Expression(self.mass, self.parameters)
        return Sampled(values=self.masses, positions=self.positions, interpolation=self.interpolation)  # type: ignore[arg-type]

    @property
    def sides(self) -> tuple[Any, ...]:
        marks = {float(mark) for part in (self.potential, self.profile) for mark in (*part.edges, *part.knots)}
        of_v, of_m = (part.support(_FLAT) for part in (self.potential, self.profile))
        # where V rises without bound, only V limits the region in which m matters
        closed = [math.isinf(end) for end in self.asymptotes()]
        lows = {of_v[0], *(() if closed[0] else (of_m[0],))} if of_m[0] < of_m[1] else {of_v[0]}
        highs = {of_v[1], *(() if closed[1] else (of_m[1],))} if of_m[0] < of_m[1] else {of_v[1]}
        if not of_v[0] < of_v[1] and not any(closed) and of_m[0] < of_m[1]:
            lows, highs = {of_m[0]}, {of_m[1]}
        low, high = float(min(lows | marks)), float(max(highs | marks))
        if not low < high:
            low, high = low - 0.5, high + 0.5
        return tuple(sorted({low, high, *marks}))

    def band_edge(self, x: Any) -> Any:
        return self.potential.value((x,))

    def mass_at(self, x: Any, mass: Any) -> Any:
        return self.profile.value((x,))

    def masses_outside(self, mass: Any) -> tuple[Any, Any]:
        return self.profile.asymptotes()

    def masses_beside(self, mass: Any) -> tuple[Any, ...]:
        offset = _OFFSET * (self.sides[-1] - self.sides[0])
        return tuple(
            (float(self.mass_at(edge - offset, mass)), float(self.mass_at(edge + offset, mass))) for edge in self.edges
        )

    def asymptotes(self) -> tuple[float, float]:
        return self.potential.asymptotes()

    def support(self, tolerance: float) -> tuple[float, float]:
        return self.sides[0], self.sides[-1]

    @property
    def edges(self) -> tuple[float, ...]:
        """Where V or m jumps or bends."""
        return tuple(sorted({float(edge) for part in (self.potential, self.profile) for edge in part.edges}))

    def edges_at(self, time: float) -> Places:
        return self.edges

    def jumps_at(self, time: float) -> tuple[float, ...]:
        offset = _OFFSET * (self.sides[-1] - self.sides[0])
        return tuple(float(self.band_edge(edge + offset)) - float(self.band_edge(edge - offset)) for edge in self.edges)
