"""The physics to be solved: what moves, in what potential, for how long, and what is measured."""

from __future__ import annotations

import dataclasses
import difflib
import math
from typing import Any

from ._checks import positive
from ._pytree import register_dataclass
from ._typing import Mass, Time
from .errors import ArgumentError
from .grid import Grid
from .hamiltonian import ClosedWell, Hamiltonian
from .observables import AbstractObservable
from .potentials import AbstractMetastable, AbstractPotential
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

    Raises:
        ArgumentError: if `duration` or `mass` is not positive.
    """

    potential: AbstractPotential
    state: AbstractState
    duration: Time | None = None
    mass: Mass = 1.0
    measure: dict[str, AbstractObservable] = dataclasses.field(default_factory=dict)

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

    @property
    def open(self) -> bool:
        """Whether the particle can leave: V is finite at both ends and the state is not bound."""
        return not self.state.bound and all(math.isfinite(end) for end in self.potential.asymptotes())

    def hamiltonian(self, grid: Grid, time: float = 0.0) -> Hamiltonian:
        """H on `grid` at `time`."""
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
