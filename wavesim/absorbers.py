"""Absorbing layers at the ends of the box, for outgoing waves."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from ._amounts import amount
from ._arrays import xp as jnp
from ._checks import positive
from ._face import public
from ._jax import jax
from ._pytree import register_dataclass
from ._typing import LENGTH, EnergyValue, Length
from .errors import ArgumentError
from .grid import Grid

# widths in wavelengths 2 pi/k_min
_WIDTHS = np.array([1.0, 1.5, 2.0, 2.5, 2.75, 3.0, 3.3, 3.75, 4.0, 5.0, 6.0, 8.0])
# upper bounds of reflection + transmission over all k >= k_min at these widths (measured)
_WORST = np.array([8.1e-3, 7e-4, 4.7e-5, 5.6e-6, 1.5e-6, 1.81e-7, 1.8e-7, 3e-8, 1.6e-8, 1.6e-9, 2.2e-10, 5.5e-11])


@register_dataclass
@dataclasses.dataclass(frozen=True)
class Absorber:
    """A complex absorbing potential -i W, W(u) = 0.58 E_min u^2 / (1-u)^2, u from 0 at the layer's start to 1 at the box's end.

    It enters as exp(-W dt), so that absorption hardly depends on the time step (a fixed mask for each step would turn into a mirror as dt -> 0).
    The smooth onset and the divergence at the end make it effective for every momentum above the one it was designed for.

    Args:
        width: thickness of the layer at each end of the box (length).
        energy: E_min, the kinetic energy of the slowest waves to be absorbed; less in layers thicker than 3 of their wavelengths (energy).
        axes: the axes that absorb.

    Raises:
        ArgumentError: if `width` or `energy` is not positive, or the layers do not fit into the box (when sampled).

    Source: the form u^2/(1-u)^2 and its strength were optimized over all k >= k_min; compare D. E. Manolopoulos,
    J. Chem. Phys. 117, 9552 (2002).
    """

    width: Length
    energy: EnergyValue
    axes: tuple[int, ...] = dataclasses.field(default=(0,), metadata={"static": True})

    def __post_init__(self) -> None:
        positive("width", self.width)
        positive("energy", self.energy)

    @classmethod
    def designed(cls, slowest: float, reflection: float, mass: float = 1.0, axes: tuple[int, ...] = (0,)) -> Absorber:
        """The thinnest layer whose reflection + transmission stays below `reflection` for all momenta above `slowest`.

        It is 1 (8e-3) to 8 (5.5e-11) wavelengths of `slowest` thick, as measured. Beyond 3 wavelengths its `energy` is
        below that of the slowest waves: a layer with the onset of a thin one would reflect 1e-8 however thick it is.
        """
        positive("slowest", slowest)
        positive("reflection", reflection)
        wavelengths = float(np.interp(-math.log(reflection), -np.log(_WORST), _WIDTHS))
        strength = min(1.0, (3.0 / wavelengths) ** 2.6)
        return cls(width=wavelengths * 2 * math.pi / slowest, energy=strength * slowest**2 / (2 * mass), axes=axes)

    def profile(self, depth: jax.Array) -> jax.Array:
        """W at `depth` into the layer (0 at its start, 1 at its end), as an energy."""
        u = jnp.clip(depth, 0.0, 1.0 - 1e-9)
        return 0.58 * self.energy * u**2 / (1 - u) ** 2

    def check_fit(self, grid: Grid) -> None:
        """Check that the grid has these axes, and room between the layers.

        Raises:
            ArgumentError: if it has not.
        """
        for axis in self.axes:
            if axis >= grid.dimension:
                raise ArgumentError(
                    "axes", f"must name axes of the grid, but {axis} is not one of its {grid.dimension}."
                )
            lower, upper = grid.lower[axis], grid.upper[axis]
            if isinstance(self.width, float) and isinstance(upper, float) and 2 * self.width >= upper - lower:
                raise ArgumentError(
                    "width",
                    f"of the two absorbing layers must leave room between them, but 2 x {amount(self.width, LENGTH)} is not below the box of "
                    f"{amount(upper - lower, LENGTH)}; make the box longer or the layers thinner.",
                )

    def sample(self, grid: Grid) -> jax.Array:
        """W on `grid`, shape ``grid.points``: zero inside, rising towards the ends of the absorbing axes.

        Raises:
            ArgumentError: if the layers do not fit the grid.
        """
        self.check_fit(grid)
        total = jnp.zeros(grid.points)
        for axis in self.axes:
            lower, upper = grid.lower[axis], grid.upper[axis]
            x = grid.position[axis]
            depth = jnp.maximum(lower + self.width - x, x - (upper - self.width)) / self.width
            total = total + self.profile(depth)
        return total


def __dir__() -> list[str]:
    return public(globals())
