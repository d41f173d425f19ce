"""The physics to be solved: what moves, in what potential, for how long, and what is measured."""

from __future__ import annotations

import dataclasses
import difflib
import math
from typing import Any

from ._checks import positive
from ._pytree import register_dataclass
from ._typing import Mass, Time
from .ends import Axis, Ends, Walls
from .errors import ArgumentError, NumericsError
from .grid import Grid
from .hamiltonian import ClosedWell, Hamiltonian
from .observables import AbstractObservable
from .potentials import AbstractMetastable, AbstractPotential, restricted
from .states import AbstractState


@register_dataclass
@dataclasses.dataclass(frozen=True)
class Problem:
    """A particle of `mass` that starts in `state` and moves in `potential`: i d psi/dt = (p^2/2m + V) psi, hbar = 1.

    Physics only: the grid, the time step and the absorber belong to `wavesim.propagate`, or to its planner.

    Args:
        potential: V(x) or V(x, t).
        state: psi at time 0.
        duration: how long to propagate (time); None lets the planner choose.
        mass: the particle's mass, an effective mass included (1 is m_e, or the natural unit).
        measure: further observables by name, recorded at every frame.
        walls: hard walls, at which psi is 0; None where the line goes on.
        axis: what the coordinate is where it is none along an endless line, such as an angle.

    Raises:
        ArgumentError: if `duration` or `mass` is not positive, or a ring has walls.
    """

    potential: AbstractPotential
    state: AbstractState
    duration: Time | None = None
    mass: Mass = 1.0
    measure: dict[str, AbstractObservable] = dataclasses.field(default_factory=dict)
    walls: Walls | None = None
    axis: Axis | None = None

    def __post_init__(self) -> None:
        positive("mass", self.mass)
        if self.duration is not None:
            positive("duration", self.duration)
        for name, kind in (("potential", AbstractPotential), ("state", AbstractState)):
            value = getattr(self, name)
            if isinstance(value, str | float | int | dict):
                raise ArgumentError(
                    name, f"must be a {kind.__name__[8:].lower()} object, but is {value!r}; see wavesim.{name}s."
                )

        if self.axis is not None and (self.walls or getattr(self.potential, "walls", None)) is not None:
            raise ArgumentError(
                "axis", "must not be periodic where there are walls, but both are given; leave one out."
            )

    @property
    def ends(self) -> Ends | None:
        """What ends the world: walls, those of the potential's own among them, or the period of the axis; None on an endless line."""
        if self.axis is not None:
            return self.axis
        own = self.potential.walls
        return own if self.walls is None else self.walls.joined(own)

    @property
    def open(self) -> bool:
        """Whether the particle can leave: V is finite at both ends and the state is not bound."""
        if self.state.bound or isinstance(self.ends, Axis):
            return False
        walls = self.ends
        if walls is not None and walls.both:
            return False
        left, right = restricted(self.potential, walls).asymptotes()
        return (walls is not None and walls.left is not None or math.isfinite(left)) and (
            walls is not None and walls.right is not None or math.isfinite(right)
        )

    def hamiltonian(self, grid: Grid, time: float = 0.0) -> Hamiltonian:
        """H on `grid` at `time`.

        Raises:
            NumericsError: if there are walls or a ring, which no grid knows of.
        """
        if self.walls is not None or self.axis is not None or self.potential.walls is not None:
            raise NumericsError(
                "walls and rings are no part of a grid: this asks for what knows of them, such as levels, motion or populations, "
                "or for the problem on an endless line, wavesim.unfolding.unfolded(problem)."
            )
        closed = None
        if isinstance(self.potential, AbstractMetastable):
            closed = ClosedWell(self.potential.sample_closed(grid, mass=self.mass), self.potential.wall)
        return Hamiltonian(grid, self.potential.sample(grid, mass=self.mass, time=time), self.mass, closed)

    def replace(self, path: str, value: Any) -> Problem:
        """A copy with one field changed: ``problem.replace("potential.height", 0.3 * eV)``.

        Raises:
            ArgumentError: if the path names no field; the message says which there are.
        """
        return _replaced(self, path.split("."), value, path)


def _replaced(node: Any, keys: list[str], value: Any, path: str) -> Any:
    if not keys:
        return value
    key, rest = keys[0], keys[1:]
    if isinstance(node, tuple | dict):
        index: Any = int(key) if isinstance(node, tuple) and key.isdigit() else key
        known = range(len(node)) if isinstance(node, tuple) else node
        if index not in known:
            raise ArgumentError(
                path, f"must name an existing entry, but {key!r} is none; choose from {', '.join(map(str, known))}."
            )
        changed = _replaced(node[index], rest, value, path)
        return (*node[:index], changed, *node[index + 1 :]) if isinstance(node, tuple) else {**node, index: changed}
    known_fields = dataclasses.is_dataclass(node) and not isinstance(node, type)
    names = [f.name for f in dataclasses.fields(node)] if known_fields else []
    if key not in names:
        near = difflib.get_close_matches(key, names, 1)
        hint = f"; did you mean {near[0]!r}?" if near else "."
        raise ArgumentError(path, f"must name a field, but {key!r} is none of {', '.join(names) or 'any'}{hint}")
    changed: Any = node
    return dataclasses.replace(changed, **{key: _replaced(getattr(node, key), rest, value, path)})
