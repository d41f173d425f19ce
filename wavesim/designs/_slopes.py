"""Derivatives of V(x) and m(x) with respect to a parameter, by JAX; edges and deltas are treated separately."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any, NamedTuple

import numpy as np

from .._jax import jax, jit, jnp
from ..potentials import AbstractMassStructure, AbstractPotential
from ..problem import Problem

# positions are padded to a power of two, so that a few compiled programs serve every mesh
_FEWEST = 256


class Slopes(NamedTuple):
    """Derivatives with respect to one parameter p.

    Attributes:
        v: dV/dp at the positions, shape (places,) [energy/p].
        m: dm/dp at the positions, shape (places,) [mass/p].
        edges: derivatives of the positions of edges, shape (edges,) [length/p].
        spikes: derivatives of the positions of deltas, shape (deltas,) [length/p].
        strengths: derivatives of the strengths of deltas, shape (deltas,) [energy x length/p].
        ends: dV/dp far to the left and right, shape (2,) [energy/p].
        masses: dm/dp far to the left and right, shape (2,) [mass/p].
    """

    v: np.ndarray
    m: np.ndarray
    edges: np.ndarray
    spikes: np.ndarray
    strengths: np.ndarray
    ends: np.ndarray
    masses: np.ndarray


@dataclasses.dataclass(frozen=True)
class Parts:
    """Singular parts of V: positions of edges, jumps of V and m there, positions and strengths of deltas."""

    edges: np.ndarray
    jumps: np.ndarray
    mass_jumps: np.ndarray
    spikes: np.ndarray
    strengths: np.ndarray

    @classmethod
    def of(cls, problem: Problem) -> Parts:
        """Singular parts of a static potential."""
        potential = problem.potential
        edges, jumps = (np.asarray(part, float).ravel() for part in (potential.edges_at(0.0), potential.jumps_at(0.0)))
        masses = np.zeros(edges.size)
        if isinstance(potential, AbstractMassStructure):
            masses = np.array([float(jump) for jump in potential.mass_jumps(float(problem.mass))])
        return cls(edges, jumps, masses, *(np.asarray(part, float) for part in (potential.spikes, potential.strengths)))


def slopes_by(problem: Problem, path: str, places: np.ndarray) -> Slopes:
    """Derivatives with respect to the number at a path, such as ``potential.height`` or ``particle.mass``.

    Args:
        problem: static, of one dimension.
        path: of the number.
        places: positions, none of them on an edge, shape (places,) [length].
    """
    leaves, structure = jax.tree_util.tree_flatten_with_path(problem.potential)
    names = [".".join(["potential", *(_key(part) for part in parts)]) for parts, _ in leaves]
    values = [leaf for _, leaf in leaves]
    moving = tuple(isinstance(leaf, float | int) and not isinstance(leaf, bool) for leaf in values)
    numbers = [float(value) for value, moves in zip(values, moving, strict=True) if moves]
    tangent = [1.0 if name == path else 0.0 for name, moves in zip(names, moving, strict=True) if moves]
    still = _Still(tuple(value for value, moves in zip(values, moving, strict=True) if not moves))
    size = max(_FEWEST, 1 << (places.size - 1).bit_length())
    padded = np.concatenate([places, np.repeat(places[-1:], size - places.size)])
    mass = (float(problem.mass), 1.0 if path == "particle.mass" else 0.0)
    found = _differentiated(structure, moving, still, tuple(numbers), tuple(tangent), mass, padded)
    v, m, *rest = (np.asarray(part) for part in found)
    return Slopes(v[: places.size], m[: places.size], *rest)


class _Still:
    """Hashable leaves that are not numbers; equal leaves share one compiled program."""

    def __init__(self, leaves: tuple[Any, ...]) -> None:
        self.leaves = leaves

    def __hash__(self) -> int:
        return hash(tuple(str(leaf) for leaf in self.leaves))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Still) and all(
            np.array_equal(one, two) for one, two in zip(self.leaves, other.leaves, strict=True)
        )


@functools.partial(jit, static_argnums=(0, 1, 2))
def _differentiated(
    structure: Any, moving: tuple[bool, ...], still: _Still, numbers: Any, tangent: Any, mass: Any, places: Any
) -> Any:
    def parts(numbers: Any, mass: Any) -> Any:
        moved, fixed = iter(numbers), iter(still.leaves)
        potential: AbstractPotential = jax.tree_util.tree_unflatten(
            structure, [next(moved) if moves else next(fixed) for moves in moving]
        )
        if isinstance(potential, AbstractMassStructure):
            v, m = potential.band_edge(places), potential.mass_at(places, mass)
            masses = potential.masses_outside(mass)
        else:
            v, m, masses = potential.value((places,), mass=mass), mass + 0 * places, (mass, mass)
        pairs = (potential.edges_at(0.0), potential.spikes, potential.strengths, potential.asymptotes(), masses)
        return v + 0 * places, m, *(jnp.asarray([jnp.asarray(one, float) for one in pair]) for pair in pairs)

    return jax.jvp(parts, (numbers, mass[0]), (tangent, mass[1]))[1]


def _key(part: Any) -> str:
    for name in ("name", "idx", "key"):
        if hasattr(part, name):
            return str(getattr(part, name))
    raise TypeError(f"no name for {part!r}")
