"""Two interacting particles on one line."""

from __future__ import annotations

import ast
import dataclasses

import numpy as np

from .._arrays import AnyArray, xp as jnp
from .._jax import jax
from .._pytree import register_dataclass
from ..errors import ArgumentError
from ..grid import Grid
from ._base import AbstractPotential, Position
from .formulas import Expression

# number of points at which a formula of x and y is compared with itself, shifted along the line
_SAMPLES = 64
# range of these points and shifts [length]
_REACH = 50.0
# relative difference below which two values are equal
_EQUAL = 1e-12


@register_dataclass
@dataclasses.dataclass(frozen=True)
class TwoParticles(AbstractPotential):
    """V(x, y) = `interaction`(x - y): x and y are the positions of the two particles, both of the problem's mass.

    ``TwoParticles(GaussianBarrier(1.2, 1.0))``. The interaction is any potential of one dimension, including a delta for contact; its x
    is the distance x - y. The relative motion is that of one particle of half the mass in `interaction`, which `wavesim.analysis.PassOrBounce` solves. Not for runs in the plane where the interaction has edges or deltas.

    Raises:
        ArgumentError: if the interaction has more than one axis.
    """

    interaction: AbstractPotential

    def __post_init__(self) -> None:
        if self.interaction.dimension > 1:
            raise ArgumentError(
                "interaction",
                f"must be a potential of the distance alone, but has {self.interaction.dimension} axes; write it in x.",
            )

    @property
    def dimension(self) -> int:
        return 2

    @property
    def smooth(self) -> bool:
        return self.interaction.smooth

    @property
    def static(self) -> bool:  # type: ignore[override]
        return self.interaction.static

    def instants(self, until: float) -> tuple[float, ...]:
        return self.interaction.instants(until)

    def value(self, position: Position, *, mass: float = 1.0, time: float = 0.0) -> AnyArray:
        if len(position) < 2:
            raise ArgumentError("kind", "two_particles needs two axes, but the grid has one; give [grid] two of each.")
        return self.interaction.value((position[0] - position[1],), mass=mass, time=time)

    def placed(self, grid: Grid, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        if not self.smooth:
            raise ArgumentError(
                "interaction",
                "must be smooth to be put on a grid of two axes, but has edges or deltas; ask for pass_or_bounce, which needs none.",
            )
        return jnp.broadcast_to(self.value(grid.position, mass=mass, time=time), grid.points)

    def asymptotes(self) -> tuple[float, float]:
        return self.interaction.asymptotes()

    def support(self, tolerance: float) -> tuple[float, float]:
        return self.interaction.support(tolerance)


def interaction_of(potential: AbstractPotential) -> AbstractPotential | None:
    """V(r) of a potential of two axes that depends on r = x - y alone; None for any other.

    A formula is evaluated at many points, and again with both particles shifted by the same distance.
    """
    if isinstance(potential, TwoParticles):
        return potential.interaction
    if not isinstance(potential, Expression) or potential.dimension != 2 or not potential.static:
        return None
    x, y, shift = np.random.default_rng(0).uniform(-_REACH, _REACH, (3, _SAMPLES))
    near = np.concatenate([y + (x - y) / 100, x])
    partners, shifts = np.concatenate([y, y]), np.concatenate([shift, shift])

    def values(shift: np.ndarray) -> np.ndarray:
        return np.asarray(potential.value((near + shift, partners + shift)))  # type: ignore[arg-type]

    unshifted, shifted = values(np.zeros_like(shifts)), values(shifts)
    if not np.allclose(
        unshifted,
        shifted,
        rtol=_EQUAL * _REACH * 100,
        atol=_EQUAL * max(1.0, float(np.max(np.abs(unshifted)))) * 100,
    ):
        return None
    return Expression(_of_distance(potential.formula), potential.parameters)


class _Distance(ast.NodeTransformer):
    """Replaces x by x/2 and y by -x/2, so that x - y becomes x."""

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id not in ("x", "y"):
            return node
        half = ast.BinOp(ast.Name("x"), ast.Div(), ast.Constant(2.0))
        return half if node.id == "x" else ast.UnaryOp(ast.USub(), half)


def _of_distance(formula: str) -> str:
    return ast.unparse(_Distance().visit(ast.parse(formula.replace("^", "**").strip(), mode="eval")))
