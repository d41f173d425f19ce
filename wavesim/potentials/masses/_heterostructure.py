"""Layers of semiconductors: each with a thickness, a band edge and an effective mass, and a voltage across the stack."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

from ..._arrays import constant, xp as jnp
from ..._checks import finite, positive
from ..._pytree import register_dataclass
from ..._typing import EnergyValue, Length, Mass
from ...edges import Places
from ...errors import ArgumentError
from ._mass_structure import AbstractMassStructure

# largest number of layers, as for `Layers`
_MOST = 1000


@register_dataclass
@dataclasses.dataclass(frozen=True)
class Heterostructure(AbstractMassStructure):
    """Layers with individual masses, -(1/2) (psi'/m(x))' + V psi = E psi, starting at `left`; the leads have the particle's mass.

    ``Heterostructure(((3 * nm, 0.25 * eV, 0.092 * m_e), (5 * nm, 0.0, 0.067 * m_e), (3 * nm, 0.25 * eV, 0.092 * m_e)))`` is a
    double barrier of AlGaAs in GaAs. A `bias` lowers V linearly across the whole stack, and everything to the right of it.

    Supported by the questions of plane waves, resonances, levels and currents, and by a packet's `Transmission`, which propagates in the eigenstates
    of spectral elements. Not for a plane-wave grid, which has a single mass.

    Args:
        layers: thickness, height of the band edge and effective mass of each, from left to right.
        left: position where the first layer begins.
        before: band edge to the left of the stack.
        after: band edge to the right of it, without bias.
        bias: lowering of the right side; of either sign.
        mass_after: effective mass to the right; by default the particle's.

    Raises:
        ArgumentError: if there is no layer, one is no triple, a thickness or mass is not positive or a height not finite.

    Source: D. J. BenDaniel, C. B. Duke, Phys. Rev. 152, 683 (1966).
    """

    layers: tuple[tuple[Length, EnergyValue, Mass], ...]
    left: Length = 0.0
    before: EnergyValue = 0.0
    after: EnergyValue = 0.0
    bias: EnergyValue = 0.0
    mass_after: Mass | None = None

    def __post_init__(self) -> None:
        for name in ("left", "before", "after", "bias"):
            finite(name, getattr(self, name))
        if self.mass_after is not None:
            positive("mass_after", self.mass_after)
        if isinstance(self.layers, tuple | list):
            if not self.layers:
                raise ArgumentError(
                    "layers", 'must hold at least one layer, but is empty; write ["2 nm", "0.3 eV", "0.09 m_e"].'
                )
            if len(self.layers) > _MOST:
                raise ArgumentError(
                    "layers", f"must be at most {_MOST:,}, but are {len(self.layers):,}; join those that are alike."
                )
            for place, layer in enumerate(self.layers):
                if not isinstance(layer, tuple | list):
                    continue
                if len(layer) != 3:
                    raise ArgumentError(
                        "layers",
                        f"must be triples of a thickness, a height and a mass, but one is {layer!r}; give all three.",
                    )
                positive(f"layers.{place}.0", layer[0])
                finite(f"layers.{place}.1", layer[1])
                positive(f"layers.{place}.2", layer[2])
            object.__setattr__(
                self, "layers", tuple(tuple(layer) if isinstance(layer, list) else layer for layer in self.layers)
            )

    @property
    def sides(self) -> tuple[Any, ...]:
        """Boundaries of the layers, one more than the number of layers [length]."""
        return tuple(itertools.accumulate((layer[0] for layer in self.layers), initial=self.left))

    @property
    def length(self) -> Any:
        """Length of the whole stack [length]."""
        return self.sides[-1] - self.left

    def band_edge(self, x: Any) -> Any:
        """V(x), the bias included [energy]."""
        sides = jnp.stack([jnp.asarray(side, float) for side in self.sides])
        heights = (self.before, *(layer[1] for layer in self.layers), self.after)
        place = jnp.searchsorted(constant(sides), jnp.asarray(x, float), side="right")
        share = jnp.clip((x - self.left) / self.length, 0.0, 1.0)
        return jnp.stack([jnp.asarray(height, float) for height in heights])[place] - self.bias * share

    def mass_at(self, x: Any, mass: Any) -> Any:
        """m(x), `mass` being the particle's [mass]."""
        sides = jnp.stack([jnp.asarray(side, float) for side in self.sides])
        masses = jnp.stack([jnp.asarray(layer_mass, float) for layer_mass in self._masses(mass)])
        return masses[jnp.searchsorted(constant(sides), jnp.asarray(x, float), side="right")]

    def masses_outside(self, mass: Any) -> tuple[Any, Any]:
        """m to the left and to the right [mass]."""
        return mass, mass if self.mass_after is None else self.mass_after

    def masses_beside(self, mass: Any) -> tuple[Any, ...]:
        return tuple(itertools.pairwise(self._masses(mass)))

    def _masses(self, mass: Any) -> tuple[Any, ...]:
        first, last = self.masses_outside(mass)
        return first, *(layer[2] for layer in self.layers), last

    def asymptotes(self) -> tuple[float, float]:
        return self.before, self.after - self.bias

    def support(self, tolerance: float) -> tuple[float, float]:
        return float(self.sides[0]), float(self.sides[-1])

    @property
    def edges(self) -> tuple[float, ...]:
        """All sides: where V, its slope or m may jump."""
        return self.sides

    def edges_at(self, time: float) -> Places:
        return self.sides

    def jumps_at(self, time: float) -> tuple[float, ...]:
        heights = (self.before, *(layer[1] for layer in self.layers), self.after)
        return tuple(second - first for first, second in itertools.pairwise(heights))
