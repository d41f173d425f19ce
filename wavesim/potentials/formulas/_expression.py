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
# distance from an edge at which V is evaluated on either side, as a share of the distance to the next edge
_OFFSET = 1e-9
# points along each axis of the average of V over a cell
_CELL_POINTS = 8
# share of the height of V below which V counts as zero, because of rounding and slow tails
_STRUCTURE = 1e-10
# largest factor by which a smaller share may widen the support
_WIDENING = 2.0


@dataclasses.dataclass(frozen=True)
class Expression(AbstractPotential):
    """V(x), V(x, t), V(x, y) by a formula of x, y, z, t, pi and named parameters: numbers, + - * / ^ (or **), and the functions sin cos tan exp log sqrt tanh cosh sinh sech abs sign heaviside floor min max where(condition, a, b), with conditions of < <= > >= and or not.

    ``Expression("V0/cosh(x/a)^2", {"V0": 1.0, "a": 2.0})``. The formula is checked, and evaluated by jax.numpy; it is never
    executed as Python. Its jumps and kinks are located (by bisection under interval bounds, to rounding) and sampled on grids like those
    of the built-in kinds: to fifth order in the spacing (measured, tests/convergence). A formula without them is `smooth`.
    Its numbers are in internal units (hartree, bohr, unless natural): a quantity with a dimension is better a parameter, which a file
    gives with its unit. With y or z it needs a grid of two or three axes; its ends and span are then read along the x axis. With
    jumps or kinks in two or three dimensions, or moving in time, samples are averages over cells, of second order.

    Gradients with respect to the parameters are correct, edges included, if the Expression was made of plain numbers (outside of jax.jit).

    Args:
        formula: V in x, y, z and t.
        parameters: values of the other names; differentiable.
        ends: V far to the left and right (``inf`` where it confines); by default from the formula at t = 0.
        span: an interval that contains V's structure; by default from the formula at t = 0, at distances of up to 1e12 from 0.
            Give it where V decays slowly, as 1/x does, or is periodic.

    Raises:
        ArgumentError: if the formula contains anything else, or its ends or span are no numbers.
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
        # potentials are keys of caches, and a dict of parameters is not hashable
        return hash((self.formula, tuple(sorted((self.parameters or {}).items())), self.ends, self.span))

    @property
    def static(self) -> bool:  # type: ignore[override]
        """Whether the formula does not contain t."""
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
        # an undefined branch of a formula needs no warning, as in JAX
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
        """Averages over the cells of the grid, by the midpoint rule in each."""
        if self._breaks.causes is None and not self.edges_move and self.dimension == 1:
            raise ArgumentError(
                "parameters",
                "must be plain numbers where a formula has jumps or kinks, but are traced; make the Expression outside of jax.jit, and pass it in.",
            )
        used = [axis for axis, name in enumerate(_AXES[: grid.dimension]) if name in self._used]
        inner = (np.arange(_CELL_POINTS) + 0.5) / _CELL_POINTS - 0.5
        total = jnp.zeros(grid.points)
        for shifts in itertools.product(inner, repeat=len(used)):
            moved = list(grid.position)
            for axis, shift in zip(used, shifts, strict=True):
                moved[axis] = moved[axis] + shift * grid.spacing[axis]
            total = total + self.value(tuple(moved), time=time)
        return total / _CELL_POINTS ** len(used)

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
        """Edges at a time; each is the zero of the argument that makes V jump or bend there, and is differentiable by the parameters."""
        places, causes = self._breaks.places, self._breaks.causes
        if causes is None and self.dimension == 1 and concrete(time):
            return tuple(self._reading(float(time)).edges.tolist())
        if not causes:
            return ()
        if all(concrete(value) for value in (self.parameters or {}).values()) and not is_traced(places):
            return tuple(float(place) for place in places)
        fixed = constant(jnp.asarray(places))
        moved = fixed
        given = {**(self.parameters or {}), "t": time, "pi": math.pi}
        numbered = list(switches(self._tree))
        for kind, number in sorted({cause[:2] for cause in causes if cause is not None}):
            same_cause = np.array([cause is not None and cause[:2] == (kind, number) for cause in causes])
            level = np.array([0 if cause is None else cause[2] for cause in causes])
            moved = jnp.where(
                same_cause, fixed - _newton(numbered[number][1], given, fixed, level, kind == "touch"), moved
            )
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
        offset = constant(_OFFSET * jnp.minimum(*_gaps(edges)))
        return self.value((edges + offset,), time=time) - self.value((edges - offset,), time=time)

    @functools.cached_property
    def _breaks(self) -> Breaks:
        # a root or abs of parameters alone makes no edge along an axis
        if not any(names_of(tree).intersection(_AXES) for _, tree in switches(self._tree)):
            return Breaks((), ())
        names = concrete_names(self.parameters or {})
        if names is None or self.edges_move or self.dimension > 1:
            return Breaks((), None)
        if any("t" in names_of(tree) for _, tree in switches(self._tree)):
            # an edge may be absent at t = 0 and appear later
            places = resting_edges(self._tree, names, self._span)
            return Breaks(places, (None,) * len(places))
        read = self._reading(0.0)
        return Breaks(read.edges, read.causes)

    @property
    def edges_move(self) -> bool:
        """Whether a jump or kink along an axis depends on time."""
        names_in_switches = (names_of(tree) for _, tree in switches(self._tree))
        return any("t" in names and names.intersection(_AXES) for names in names_in_switches)

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
            return _support(x, values, ends, tolerance)
        if -math.inf in ends:
            return turns(self._reading(time).landscape.x, self._reading(time).landscape.values)
        return valley(x, values, min(ends))

    def extent(self, axis: int, tolerance: float) -> tuple[float, float] | None:
        if axis == 0 or self.dimension == 1:
            return self.support(tolerance) if axis == 0 else None
        raise unknown_extent(self)


def _support(x: np.ndarray, values: np.ndarray, ends: tuple[float, float], tolerance: float) -> tuple[float, float]:
    """Interval in which V departs from its ends by `tolerance`, or by the smallest share for which rounding and slow tails widen it little."""
    near = departures(x, values, ends, max(tolerance, _STRUCTURE))
    share = tolerance
    while share < _STRUCTURE:
        far = departures(x, values, ends, share)
        if far[1] - far[0] <= _WIDENING * (near[1] - near[0]):
            return far
        share *= 10
    return near


@dataclasses.dataclass(frozen=True)
class Breaks:
    """Places where V jumps or bends, and their causes; `causes` is None for moving edges, in the plane, and for traced numbers."""

    places: Places
    causes: tuple[Cause | None, ...] | None

    @property
    def known(self) -> bool:
        return self.causes is not None


def _gaps(edges: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Distances to the next edges on the left and on the right; for outer edges, a distance from 0."""
    outer = jnp.maximum(jnp.abs(edges[jnp.array([0, -1])]), 1e-3)
    gaps = jnp.diff(edges)
    return jnp.concatenate([outer[:1], gaps]), jnp.concatenate([gaps, outer[1:]])


def _newton(tree: ast.expr, given: dict[str, Any], edges: jax.Array, level: np.ndarray, touch: bool) -> jax.Array:
    """Newton step from an edge to the zero of `tree` - `level`, or of its slope where it only touches 0, to first order in the parameters."""

    def switch(x: jax.Array) -> jax.Array:
        return worked_out(tree, {**given, "x": x}) + 0.0 * x

    def step(x: jax.Array, level: jax.Array) -> jax.Array:
        target = jax.grad(switch) if touch else lambda x: switch(x) - level
        return target(x) / constant(jax.grad(target)(x))

    return jax.vmap(step)(edges, jnp.asarray(level, float))


def _flattened(potential: Expression) -> tuple[tuple[Any, Any], tuple[Any, ...]]:
    breaks = potential._breaks  # noqa: SLF001
    places = breaks.places if breaks.causes else None
    return (potential.parameters, places), (potential.formula, potential.ends, potential.span, breaks.causes)


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
