"""The physics to be solved: particle, potential, initial state, duration and observables."""

from __future__ import annotations

import dataclasses
import difflib
import functools
import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import numpy as np

from ._amounts import amounts_in
from ._arrays import entries
from ._checks import positive
from ._face import html_table, public, short
from ._pytree import register_dataclass
from ._typing import Mass, Time
from ._unit import Unit
from .ends import Axis, Ends, Walls
from .errors import ArgumentError, NumericsError
from .fourier import resampled
from .grid import Grid
from .hamiltonian import ClosedWell, Hamiltonian
from .observables import AbstractObservable
from .potentials import AbstractMetastable, AbstractPotential, restricted
from .states import AbstractState, SampledState
from .units import NATURAL, UnitSystem, system_of

if TYPE_CHECKING:
    from .propagation import Result

Given = ParamSpec("Given")
Answer = TypeVar("Answer")
# spline points for each grid point of a continued run, for an error of 1e-7 of psi
_FINE = 16
# largest number of these spline points
_MOST_POINTS = 1 << 17


@register_dataclass
@dataclasses.dataclass(frozen=True)
class Problem:
    """A particle of `mass` that starts in `state` and moves in `potential`: i d psi/dt = (p^2/2m + V) psi, hbar = 1.

    Physics only: the grid, the time step and the absorber belong to `wavesim.propagate`, or to its planner.

    Args:
        potential: V(x) or V(x, t).
        state: psi at time 0.
        duration: time to propagate (time); None lets the planner choose.
        mass: the particle's mass, an effective mass included (1 is m_e, or the natural unit).
        measure: further observables by name, recorded at every frame.
        walls: hard walls, at which psi is 0; None for none.
        axis: the periodic coordinate, such as an angle; None for an endless line.
        units: units in which numbers are shown; by default those in which the problem was written, see `shown_in`.
        coordinate: name of the first coordinate in pictures.

    Raises:
        ArgumentError: if `potential` or `state` is of another kind, `duration` or `mass` is not positive, or a ring has walls.
    """

    potential: AbstractPotential
    state: AbstractState
    duration: Time | None = None
    mass: Mass = 1.0
    measure: dict[str, AbstractObservable] = dataclasses.field(default_factory=dict)
    walls: Walls | None = None
    axis: Axis | None = None
    units: UnitSystem | None = dataclasses.field(default=None, repr=False, metadata={"aside": True})
    coordinate: str = dataclasses.field(default="x", repr=False, metadata={"aside": True})

    def __post_init__(self) -> None:
        positive("mass", self.mass)
        if self.duration is not None:
            positive("duration", self.duration)
        for name, kind in (("potential", AbstractPotential), ("state", AbstractState)):
            _refuse_other(name, getattr(self, name), kind)
        if self.axis is not None and (self.walls or getattr(self.potential, "walls", None)) is not None:
            raise ArgumentError(
                "axis", "must not be periodic where there are walls, but both are given; leave one out."
            )

    @property
    def ends(self) -> Ends | None:
        """The ends of the line: walls, including those of the potential, or the period of the axis; None on an endless line."""
        if self.axis is not None:
            return self.axis
        own = self.potential.walls
        return own if self.walls is None else self.walls.joined(own)

    @property
    def shown_in(self) -> UnitSystem:
        """Units in which numbers of this problem are shown: `units`, or those in which it was written (``0.3 * eV``, ``1 * nm``); else natural ones."""
        if self.units is not None:
            return self.units
        symbols = list(_symbols(self))
        return system_of(symbols, float(self.mass)) if symbols else NATURAL

    def __str__(self) -> str:
        return "\n".join(f"{name:<10} {text}" for name, text in self._rows())

    def _repr_html_(self) -> str:
        return html_table([("problem", ""), *self._rows()])

    def _rows(self) -> list[tuple[str, str]]:
        rows = [("potential", short(self.potential)), ("state", short(self.state)), ("mass", str(self.mass))]
        rows += [
            (name, short(value)) for name in ("duration", "walls", "axis") if (value := getattr(self, name)) is not None
        ]
        return rows + [(f"measure {name}", short(observable)) for name, observable in self.measure.items()]

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
            NumericsError: if there are walls or a ring, which a grid cannot represent.
        """
        if self.walls is not None or self.axis is not None or self.potential.walls is not None:
            raise NumericsError(
                "walls and rings are no part of a grid: this asks for what knows of them, such as levels, motion or populations, "
                "or for the problem on an endless line, wavesim.unfolding.unfolded(problem)."
            )
        closed = None
        if isinstance(self.potential, AbstractMetastable):
            closed = ClosedWell(self.potential.sample_closed(grid, mass=self.mass), self.potential.wall)
        samples = self.potential.sample(grid, mass=self.mass, time=time)
        return Hamiltonian(grid, samples, self.mass, closed, self.potential.held(grid, samples))

    def replace(self, path: str, value: Any) -> Problem:
        """A copy with one field changed: ``problem.replace("potential.height", 0.3 * eV)``.

        Raises:
            ArgumentError: if the path names no field; the message lists the fields.
        """
        return _replaced(self, path.split("."), value, path)

    def continued(self, result: Result) -> Problem:
        """This problem with the final psi of a run as its start: ``propagate(problem.continued(result))`` continues in `potential`.

        psi is exact to rounding at the points of the run's grid, and interpolated to about 1e-7 between them. It is normalized again,
        without the absorbed part.

        Args:
            result: a run in one dimension, with the same or another potential.

        Raises:
            ArgumentError: if the run has more than one dimension, or V depends on time, which begins at 0 in every problem.
        """
        if not hasattr(result, "final"):
            raise ArgumentError(
                "result", f"must be a Result, but is {short(result)}; give what wavesim.propagate returned."
            )
        grid = result.numerics.grid
        if grid.dimension > 1:
            raise ArgumentError(
                "result", f"must be of one dimension, but has {grid.dimension}; only a line can be continued."
            )
        if not self.potential.static:
            raise ArgumentError(
                "potential",
                "must be static where a run is continued, but depends on time, which begins at 0 again; propagate for the whole duration at once.",
            )
        if isinstance(self.ends, Walls):
            raise ArgumentError(
                "result",
                "must be of an endless line or a ring, but there are walls; propagate for the whole duration at once.",
            )
        count = int(grid.points[0])
        count *= max(1, min(_FINE, _MOST_POINTS // count))
        psi: Any = resampled(np.asarray(result.final, complex), (count,))
        left, right = float(grid.lower[0]), float(grid.upper[0])
        last = right - (right - left) / count
        state = SampledState(values=psi.real, imaginary=psi.imag, left=left, right=last)
        return dataclasses.replace(self, state=state)


def in_its_units(function: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """Decorator: messages of the function are in the units of the problem, its first argument."""

    @functools.wraps(function)
    def with_units(*args: Given.args, **kwargs: Given.kwargs) -> Answer:
        problem = args[0] if args else kwargs.get("problem")
        if not isinstance(problem, Problem):
            return function(*args, **kwargs)
        with amounts_in(lambda: problem.shown_in):
            return function(*args, **kwargs)

    return with_units


def require_problem(value: object) -> None:
    """Raise unless a value is a `Problem`; the message says how to make one.

    Raises:
        ArgumentError: if `value` is something else.
    """
    if isinstance(value, Problem):
        return
    if isinstance(value, str):
        cure = f"give wavesim.load_scenario({value!r}).problem"
    elif isinstance(getattr(value, "problem", None), Problem):
        cure = "give its .problem"
    else:
        cure = "build one, wavesim.Problem(potential, state)"
    raise ArgumentError("problem", f"must be a Problem, but is {_called(value)}; {cure}.")


def _called(value: object) -> str:
    name = type(value).__name__
    if callable(value) and hasattr(value, "__name__"):
        return f"the function {value.__name__}" if not isinstance(value, type) else f"the class {value.__name__}"
    if hasattr(value, "shape"):
        return "an array"
    return repr(value) if isinstance(value, str | int | float | dict) else f"a {name}"


def _refuse_other(name: str, value: object, kind: type) -> None:
    """Raise unless `value` is of that kind, or a placeholder of JAX's tree functions."""
    if isinstance(value, kind) or value is None or type(value) is object:
        return
    cure = f"see wavesim.{name}s"
    if isinstance(value, type) and issubclass(value, kind):
        cure = f"give its arguments, wavesim.{name}s.{value.__name__}(...)"
    elif name == "potential" and callable(value):
        cure = "write the formula, wavesim.potentials.Expression('x^2/2'), or wrap it, wavesim.potentials.SmoothFunction(lambda x, parameters: ...)"
    elif name == "potential" and hasattr(value, "shape"):
        cure = "give its values with their ends, wavesim.potentials.Sampled(values, left, right)"
    elif name == "state" and callable(value):
        cure = "write the formula, wavesim.states.WaveFunction('exp(-x^2)')"
    elif name == "state" and hasattr(value, "shape"):
        cure = "give its parts with their ends, wavesim.states.SampledState(psi.real, psi.imag, left, right)"
    article = "an" if kind.__name__[8].lower() in "aeiou" else "a"
    raise ArgumentError(name, f"must be {article} {kind.__name__[8:].lower()} object, but is {_called(value)}; {cure}.")


def _symbols(node: Any) -> Iterator[str]:
    """The symbols of the units in which the numbers of a problem were written, in order."""
    if isinstance(node, Unit):
        yield node.symbol
    elif isinstance(node, dict):
        for entry in node.values():
            yield from _symbols(entry)
    elif isinstance(node, list | tuple):
        for entry in node:
            yield from _symbols(entry)
    elif dataclasses.is_dataclass(node) and not isinstance(node, type):
        for field in dataclasses.fields(node):
            yield from _symbols(getattr(node, field.name))


def _replaced(node: Any, keys: list[str], value: Any, path: str) -> Any:
    if not keys:
        return value
    key, rest, node = keys[0], keys[1:], entries(node)
    if isinstance(node, tuple | dict):
        index: Any = int(key) if isinstance(node, tuple) and key.isdigit() else key
        valid = range(len(node)) if isinstance(node, tuple) else node
        if index not in valid:
            raise ArgumentError(
                path, f"must name an existing entry, but {key!r} is none; choose from {', '.join(map(str, valid))}."
            )
        changed = _replaced(node[index], rest, value, path)
        return (*node[:index], changed, *node[index + 1 :]) if isinstance(node, tuple) else {**node, index: changed}
    has_fields = dataclasses.is_dataclass(node) and not isinstance(node, type)
    names = [f.name for f in dataclasses.fields(node)] if has_fields else []
    if key not in names:
        near = difflib.get_close_matches(key, names, 1)
        hint = f"; did you mean {near[0]!r}?" if near else "."
        raise ArgumentError(path, f"must name a field, but {key!r} is none of {', '.join(names) or 'any'}{hint}")
    changed: Any = node
    return dataclasses.replace(changed, **{key: _replaced(getattr(node, key), rest, value, path)})


def __dir__() -> list[str]:
    return public(globals())
