"""A potential written as a formula, ``"V0/cosh(x/a)**2"``, for scenario files and scripts alike."""

from __future__ import annotations

import ast
import dataclasses
import functools
import itertools
import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from ..._arrays import constant, numbers, xp as jnp
from ..._checks import concrete, finite
from ..._jax import is_traced, jax, when_loaded
from ..._typing import EndValue, Length, Parameter
from ...edges import Places, mended
from ...errors import ArgumentError
from ...grid import Grid
from .._base import AbstractPotential, Position, departures, planar, unknown_extent
from ._formula import FUNCTIONS, names_of, parsed, switches, worked_out
from ._instants import instants, resting_edges
from ._reading import Cause, Reading, concrete_names, reading, turns, valley
from ._slopes import slopes

_AXES = ("x", "y", "z")
_NAMES = (*_AXES, "t", "pi")
# of the room beside an edge, how far off V is taken on one side of it
_HAIR = 1e-9
# points along each axis at which V is averaged over a cell
_INSIDE = 8
# share of its height that V's structure reaches down to; followed further while that widens it by less than this factor
_STRUCTURE, _WIDER = 1e-10, 2.0


@dataclasses.dataclass(frozen=True)
class Expression(AbstractPotential):
    """V(x), V(x, t), V(x, y) by a formula of x, y, z, t, pi and named parameters: numbers, + - * / ^ (or **), and the functions sin cos tan exp log sqrt tanh cosh sinh sech abs sign heaviside floor min max where(condition, a, b), with conditions of < <= > >= and or not.

    ``Expression("V0/cosh(x/a)^2", {"V0": 1.0, "a": 2.0})``. The formula is checked, and worked out by jax.numpy; it is never
    executed as Python. Its jumps and kinks are found (by bisection under interval bounds, to rounding) and placed on grids as those
    of the built-in kinds are: to fifth order in the spacing (measured, tests/convergence). A formula that has none is `smooth`.
    Its numbers are in internal units (hartree, bohr, unless natural): what has a dimension is better a parameter, which a file
    gives with its unit. With y or z it needs a grid of two or three axes; what is read off it is then read along the x axis, and with
    jumps or kinks samples are averages over cells, of second order. So are they where edges move in time.

    Gradients with respect to the parameters hold, edges included, if the Expression was made of plain numbers (outside of jax.jit).

    Args:
        formula: V in x, y, z and t.
        parameters: values of the other names; differentiable.
        ends: V far to the left and right (``inf`` where it confines); by default read off the formula at t = 0.
        span: an interval that holds V's structure; by default read off the formula at t = 0, at distances of up to 1e12 from 0.
            Give it where V falls off slowly, as 1/x does, or repeats itself for ever.

    Raises:
        ArgumentError: if the formula holds anything else, or what is read off it is no number.
    """

    formula: str = dataclasses.field(metadata={"static": True})
    parameters: dict[str, Parameter] | None = None
    ends: tuple[EndValue, ...] | None = dataclasses.field(default=None, metadata={"static": True})
    span: tuple[Length, ...] | None = dataclasses.field(default=None, metadata={"static": True})

    def __post_init__(self) -> None:
        if not isinstance(self.formula, str):
            raise ArgumentError("formula", f"must be text, but is {self.formula!r}; put it in quotation marks.")
        if not isinstance(self.parameters, dict | None):
            raise ArgumentError(
                "parameters", f"must be a table of names and numbers, but is {self.parameters!r}; write one."
            )
        given = self.parameters or {}
        for name, value in given.items():
            if name in (*_NAMES, *FUNCTIONS) or not name.isidentifier():
                raise ArgumentError("parameters", f"must have other names than {name!r}; choose a word of its own.")
            finite(f"parameters.{name}", value)
        _, used = parsed(self.formula, (*_NAMES, *given))
        if idle := sorted(set(given) - used):
            raise ArgumentError("parameters", f"must all stand in the formula, but {idle[0]!r} does not; leave it out.")
        for field, pair in (("ends", self.ends), ("span", self.span)):
            if pair is not None and (len(pair) != 2 or (field == "span" and not pair[0] < pair[1])):
                raise ArgumentError(field, f"must be two numbers, left and right, but is {pair}; give both in order.")

    def __hash__(self) -> int:
        # what depends on a potential is cached by it, and a table of parameters has no hash of its own
        return hash((self.formula, tuple(sorted((self.parameters or {}).items())), self.ends, self.span))

    @property
    def static(self) -> bool:  # type: ignore[override]
        """Whether the formula leaves out t."""
        return "t" not in self._used

    @property
    def dimension(self) -> int:
        """One more than the number of the last axis in the formula."""
        return max((1 + axis for axis, name in enumerate(_AXES) if name in self._used), default=1)

    @property
    def _used(self) -> frozenset[str]:
        return parsed(self.formula, (*_NAMES, *(self.parameters or {})))[1]

    def value(self, position: Position, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        given = self.parameters or {}
        tree, _ = parsed(self.formula, (*_NAMES, *given))
        if len(position) < self.dimension:
            raise ArgumentError(
                "formula",
                f"must speak of the grid's axes, but has {_AXES[self.dimension - 1]!r} and the grid {len(position)} of them; give [grid] more axes.",
            )
        axes = {name: numbers(x) for name, x in zip(_AXES, position, strict=False)}
        flat = jnp.zeros(jnp.broadcast_shapes(*(x.shape for x in axes.values())))
        # what one branch of a formula cannot work out is no warning, as in JAX
        with np.errstate(all="ignore"):
            return worked_out(tree, {**axes, "t": time, "pi": math.pi, **given}) + flat

    def sample(self, grid: Grid, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        if self._breaks.known:
            return super().sample(grid, mass=mass, time=time)
        return self.placed(grid, mass=mass, time=time)

    def placed(self, grid: Grid, *, mass: float = 1.0, time: float = 0.0) -> jax.Array:
        if self.smooth:
            return jnp.broadcast_to(self.value(grid.position, time=time), grid.points)
        if not self._breaks.known:
            return self._averaged(grid, time)
        line = mended(lambda x: self.value((x,), time=time), grid.x, grid.spacing[0], self.edges_at(time))
        return planar(grid, line)

    def _averaged(self, grid: Grid, time: float) -> jax.Array:
        """Averages over the cells of the grid, by the middles of their equal parts."""
        if self._breaks.causes is None and not self.edges_move and self.dimension == 1:
            raise ArgumentError(
                "parameters",
                "must be plain numbers where a formula has jumps or kinks, but are traced; make the Expression outside of jax.jit, and pass it in.",
            )
        used = [axis for axis, name in enumerate(_AXES[: grid.dimension]) if name in self._used]
        inner = (np.arange(_INSIDE) + 0.5) / _INSIDE - 0.5
        total = jnp.zeros(grid.points)
        for shifts in itertools.product(inner, repeat=len(used)):
            moved = list(grid.position)
            for axis, shift in zip(used, shifts, strict=True):
                moved[axis] = moved[axis] + shift * grid.spacing[axis]
            total = total + self.value(tuple(moved), time=time)
        return total / _INSIDE ** len(used)

    @property
    def smooth(self) -> bool:
        return self._breaks.causes == ()

    def slopes(self, x: np.ndarray, mass: float) -> tuple[np.ndarray, np.ndarray] | None:
        names = concrete_names(self.parameters or {})
        if names is None or not self.static or self.dimension > 1:
            return None
        return slopes(self._tree, {**dict(names), "pi": math.pi, "x": x})

    @property
    def edges(self) -> tuple[float, ...]:
        return tuple(self.edges_at(0.0))

    def edges_at(self, time: float) -> Places:
        """Those at t = 0, moved as the parameters are: an edge follows the zero of what makes V jump or bend there; those that move in time at any time."""
        places, causes = self._breaks.places, self._breaks.causes
        if causes is None and self.dimension == 1 and concrete(time):
            return tuple(self._reading(float(time)).edges.tolist())
        if not causes:
            return ()
        if all(concrete(value) for value in (self.parameters or {}).values()) and not is_traced(places):
            return tuple(float(place) for place in places)
        here = constant(jnp.asarray(places))
        moved = here
        given = {**(self.parameters or {}), "t": time, "pi": math.pi}
        numbered = list(switches(self._tree))
        for kind, number in sorted({cause[:2] for cause in causes if cause is not None}):
            mine = np.array([cause is not None and cause[:2] == (kind, number) for cause in causes])
            level = np.array([0 if cause is None else cause[2] for cause in causes])
            moved = jnp.where(mine, here - _newton(numbered[number][1], given, here, level, kind == "touch"), moved)
        return moved

    def instants(self, until: float) -> tuple[float, ...]:
        names = concrete_names(self.parameters or {})
        if names is None or self.static:
            return ()
        return instants(self._tree, names, until)

    def jumps_at(self, time: float) -> Places:
        edges = jnp.asarray(self.edges_at(time), float)
        if not edges.shape[0]:
            return ()
        hair = constant(_HAIR * jnp.minimum(*_rooms(edges)))
        return self.value((edges + hair,), time=time) - self.value((edges - hair,), time=time)

    @functools.cached_property
    def _breaks(self) -> Breaks:
        # the root of a parameter switches nothing along an axis
        if not any(names_of(tree).intersection(_AXES) for _, tree in switches(self._tree)):
            return Breaks((), ())
        names = concrete_names(self.parameters or {})
        if names is None or self.edges_move or self.dimension > 1:
            return Breaks((), None)
        if any("t" in names_of(tree) for _, tree in switches(self._tree)):
            # what V hides at t = 0 it may show later
            places = resting_edges(self._tree, names, self._span)
            return Breaks(places, (None,) * len(places))
        read = self._reading(0.0)
        return Breaks(read.edges, read.causes)

    @property
    def edges_move(self) -> bool:
        """Whether anything that may make V jump or bend somewhere depends on time."""
        spoken = (names_of(tree) for _, tree in switches(self._tree))
        return any("t" in names and names.intersection(_AXES) for names in spoken)

    @property
    def _tree(self) -> ast.expr:
        return parsed(self.formula, (*_NAMES, *(self.parameters or {})))[0]

    def _reading(self, time: float) -> Reading:
        names = concrete_names(self.parameters or {})
        if names is None:
            raise ArgumentError(
                "parameters",
                "must be plain numbers here, but are traced; read ends, span and edges outside of JAX's transformations.",
            )
        return reading(self._tree, (*names, ("t", float(time)), ("pi", math.pi), ("y", 0.0), ("z", 0.0)), self._span)

    @property
    def _span(self) -> tuple[float, float] | None:
        return None if self.span is None else (float(self.span[0]), float(self.span[1]))

    def asymptotes(self) -> tuple[float, float]:
        return (self.ends[0], self.ends[1]) if self.ends is not None else self._reading(0.0).ends

    def landmarks(self, time: float) -> np.ndarray:
        return self._reading(time).landscape.x

    def support(self, tolerance: float) -> tuple[float, float]:
        return self.support_at(tolerance, 0.0)

    def support_at(self, tolerance: float, time: float) -> tuple[float, float]:
        if self.span is not None:
            return self.span[0], self.span[1]
        x, values = self._reading(time).line
        ends = (self.ends[0], self.ends[1]) if self.ends is not None else self._reading(time).ends
        if all(math.isfinite(end) for end in ends):
            return _fainter(x, values, ends, tolerance)
        if -math.inf in ends:
            return turns(self._reading(time).landscape.x, self._reading(time).landscape.values)
        return valley(x, values, min(ends))

    def extent(self, axis: int, tolerance: float) -> tuple[float, float] | None:
        if axis == 0 or self.dimension == 1:
            return self.support(tolerance) if axis == 0 else None
        raise unknown_extent(self)


def _fainter(x: np.ndarray, values: np.ndarray, ends: tuple[float, float], tolerance: float) -> tuple[float, float]:
    """Where V departs from its ends by `tolerance`, or by as little as neither rounding nor a tail that falls slowly makes much wider."""
    near = departures(x, values, ends, max(tolerance, _STRUCTURE))
    share = tolerance
    while share < _STRUCTURE:
        far = departures(x, values, ends, share)
        if far[1] - far[0] <= _WIDER * (near[1] - near[0]):
            return far
        share *= 10
    return near


@dataclasses.dataclass(frozen=True)
class Breaks:
    """Where V jumps or bends, and why; `causes` is None where that is not known, for edges that move, in the plane, or of traced numbers."""

    places: Places
    causes: tuple[Cause | None, ...] | None

    @property
    def known(self) -> bool:
        return self.causes is not None


def _rooms(edges: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Distances to the edges on the left and on the right, or what takes their place at the ends."""
    outer = jnp.maximum(jnp.abs(edges[jnp.array([0, -1])]), 1e-3)
    gaps = jnp.diff(edges)
    return jnp.concatenate([outer[:1], gaps]), jnp.concatenate([gaps, outer[1:]])


def _newton(tree: ast.expr, given: dict[str, Any], here: jax.Array, level: np.ndarray, touch: bool) -> jax.Array:
    """How far an edge is off the zero of `tree` - `level`, or of its slope where it only touches 0; right to first order in the parameters."""

    def switch(x: jax.Array) -> jax.Array:
        return worked_out(tree, {**given, "x": x}) + 0.0 * x

    def off(x: jax.Array, level: jax.Array) -> jax.Array:
        target = jax.grad(switch) if touch else lambda x: switch(x) - level
        return target(x) / constant(jax.grad(target)(x))

    return jax.vmap(off)(here, jnp.asarray(level, float))


def _flattened(potential: Expression) -> tuple[tuple[Any, Any], tuple[Any, ...]]:
    found = potential._breaks  # noqa: SLF001
    places = found.places if found.causes else None
    return (potential.parameters, places), (potential.formula, potential.ends, potential.span, found.causes)


def _flattened_with_keys(potential: Expression) -> tuple[tuple[Any, Any], tuple[Any, ...]]:
    (parameters, places), static = _flattened(potential)
    return ((jax.tree_util.GetAttrKey("parameters"), parameters), (jax.tree_util.GetAttrKey("edges"), places)), static


def _unflattened(static: tuple[Any, ...], leaves: Iterable[Any]) -> Expression:
    formula, ends, span, causes = static
    parameters, places = leaves
    potential = object.__new__(Expression)
    for name, value in (("formula", formula), ("parameters", parameters), ("ends", ends), ("span", span)):
        object.__setattr__(potential, name, value)
    object.__setattr__(potential, "_breaks", Breaks(places if causes else (), causes))
    return potential


when_loaded(lambda: jax.tree_util.register_pytree_with_keys(Expression, _flattened_with_keys, _unflattened, _flattened))
