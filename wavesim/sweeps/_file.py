"""A sweep: a scenario or a problem, axes over its paths, and quantities to measure; read from a file, or made in Python."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .._checks import positive
from .._face import one_line
from .._jax import jax
from .._typing import DIMENSIONLESS, Dimension
from ..analysis import AbstractQuestion, parameter_at
from ..errors import ArgumentError, ScenarioError, WavesimError
from ..io import encoded
from ..problem import Problem
from ..propagation import dimension_of
from ..scenario import (
    QUANTITIES,
    SweepAxis,
    assignment_of,
    axes_of,
    canonical,
    find_sweep,
    kind_of,
    parse_sweep,
    predicted_names,
    refuse_too_many,
    sample_values,
    shipped_sweeps,
    toml,
    unknown,
)
from ..units import UnitSystem
from ._answer import RowRequest
from ._layout import Layout
from ._rows import AbstractSource, FromProblem, FromScenario, dimension_at, first_possible, values_at

# largest number of rows in a chunk of two-dimensional problems, which are slow
_PLANAR = 32


@dataclasses.dataclass(frozen=True)
class Sweep:
    """A sweep that has been read: everything needed to answer any of its rows.

    Attributes:
        title: one line.
        scenario: the name of the scenario, "" for a problem given in Python.
        content: scenario, axes and measured quantities as canonical JSON: two sweeps with the same content have the same rows.
        measure: standard quantity names; empty for the headline of each row's question alone.
        theories: names of theories stored beside the one that each quantity is compared with, where a row's question has them.
        axes: the dimensions of the table, in order.
        units: units of numbers shown: those of the first possible row; for a problem, internal units.
        layout: the division of the rows into chunks.
        source: the scenario or problem that rows are made from.
        own: dimensions of the quantities that the scenario defines, by name.
    """

    __repr__ = one_line

    title: str
    scenario: str
    content: str
    measure: tuple[str, ...]
    theories: tuple[str, ...]
    axes: tuple[SweepAxis, ...]
    units: UnitSystem
    layout: Layout
    source: AbstractSource = dataclasses.field(repr=False)
    own: dict[str, Dimension] = dataclasses.field(default_factory=dict, repr=False)

    @property
    def hash(self) -> str:
        """SHA-256 of the content: comments, titles and the order of keys do not matter."""
        return hashlib.sha256(self.content.encode()).hexdigest()

    def dimension(self, name: str) -> Dimension:
        """The dimension of a quantity."""
        return self.own[name] if name in self.own else QUANTITIES.get(name, DIMENSIONLESS)

    @functools.cached_property
    def uncertain(self) -> bool:
        """Whether rows have uncertain inputs, whose effect on each number has its own column."""
        return self.source.uncertain(self.axes)

    @classmethod
    def read(
        cls, name_or_path: str | os.PathLike[str], set: Iterable[str] = (), tolerance: float | None = None
    ) -> Sweep:
        """Read a sweep by name or by path: ``Sweep.read("transmission_map", set=["potential.width=2.0"])``.

        Args:
            name_or_path: name of a shipped sweep, or path of a file.
            set: further ``path=value``, as in ``[set]``.
            tolerance: replaces the scenario's.

        Raises:
            ScenarioError: with one line for each mistake.
        """
        source_name = os.fspath(name_or_path)
        name, text = find_sweep(source_name)
        data = toml(text, Path(source_name).name)
        further = dict(assignment_of(assignment) for assignment in set)
        if tolerance is not None:
            further["accuracy.tolerance"] = tolerance
        folder = Path() if source_name in shipped_sweeps() else Path(source_name).parent
        parsed = parse_sweep(name, data, further, folder)
        return _from_content(parsed.title, parsed.scenario, parsed.content)

    @classmethod
    def of(
        cls,
        problem: Problem,
        axes: Mapping[str, Sequence[Any]],
        measure: Sequence[str] | str = (),
        tolerance: float | None = None,
        find: AbstractQuestion | None = None,
        uncertainties: Mapping[str, float] | None = None,
    ) -> Sweep:
        """A sweep over a problem, in internal units: ``Sweep.of(problem, {"potential.height": [0.5, 1.0]})``. It stays in this process.

        Args:
            problem: the physics.
            axes: values by path, as in `Problem.replace`: numbers, words, or objects (``{"potential": [first, second]}``).
            measure: standard quantity names.
            tolerance: error bar to aim at, by default 1e-4.
            find: the question, as in `wavesim.certify`.
            uncertainties: the standard deviation of each uncertain number, by path.

        Raises:
            ArgumentError: if an axis is empty, a quantity unknown, `find` no question, or `tolerance` not positive; if an uncertainty is not
                positive, or its path is no number of the problem.
            ScenarioError: if no row at a corner is possible.
        """
        columns = {path: _column(values) for path, values in axes.items()}
        if not columns or not all(columns.values()):
            raise ArgumentError(
                "axes", f"must be values by path, such as {{'potential.height': [0.5, 1.0]}}, but are {dict(axes)!r}."
            )
        if find is not None and not isinstance(find, AbstractQuestion):
            raise ArgumentError(
                "find",
                f"must be a question, such as wavesim.analysis.Decay(), but is {find!r}; build it from its class.",
            )
        names = (measure,) if isinstance(measure, str) else tuple(measure)
        if wrong := list(unknown(names, list(problem.measure), lambda: predicted_names(problem, find))):
            raise ArgumentError("measure", wrong[0].removeprefix("measure "))
        aim = 1e-4 if tolerance is None else tolerance
        positive("tolerance", aim)
        content = {
            "problem": _encoded(problem),
            "find": repr(find),
            "tolerance": aim,
            "axes": {path: [_encoded(value) for value in column] for path, column in columns.items()},
            "order": [[path] for path in columns],
            "measure": list(names),
            "theories": [],
        }
        limits = {path: float(size) for path, size in (uncertainties or {}).items()}
        if limits:
            content["uncertainties"] = limits
        kind = kind_of(type(problem.potential)).replace("_", " ").capitalize()
        title = f"{kind} over {', '.join(columns)}"
        sweep = _built(title, "", content, columns, FromProblem(problem, find, aim, limits))
        sweep._refuse_uncertainties(limits)
        return sweep

    def _refuse_uncertainties(self, limits: Mapping[str, float]) -> None:
        _, row, _ = first_possible(self.source, self.axes)
        for path, size in limits.items():
            positive(f"uncertainties[{path!r}]", size)
            try:
                parameter_at(row.problem, row.question, path)
            except ArgumentError as error:
                raise ArgumentError("uncertainties", error.reason) from None

    def request(self, row: int) -> RowRequest:
        """The request of a row; rows are counted with the last axis fastest.

        Raises:
            WavesimError: if the row is impossible, such as a negative width, with the reason.
        """
        try:
            return self.source.request(values_at(self.axes, self.layout.place_of(row)))[0]
        except ScenarioError as error:
            # several lines are good for a file, but not for a cell of a table
            raise ScenarioError(" ".join(str(error).splitlines())) from None

    def text(self) -> str:
        """The sweep as text, for `from_text` in another process.

        Raises:
            WavesimError: if it is a sweep over a `Problem`.
        """
        if not isinstance(self.source, FromScenario):
            raise WavesimError(
                "a sweep over a Problem must run in this process, for Python objects do not travel to others; leave out workers and scheduler, or write the problem as a scenario file."
            )
        return json.dumps({"title": self.title, "scenario": self.scenario, "content": json.loads(self.content)})

    @classmethod
    def from_text(cls, text: str) -> Sweep:
        """The sweep from the text of `text`."""
        parsed = json.loads(text)
        return _from_content(parsed["title"], parsed["scenario"], parsed["content"])


def _from_content(title: str, scenario: str, content: dict[str, Any]) -> Sweep:
    columns = dict(content["axes"])
    if sample := content.get("sample"):
        paths = content["order"][-1]
        drawn = sample_values(
            sample["kind"], sample["count"], sample["seed"], [sample["bounds"][path] for path in paths]
        )
        columns |= dict(zip(paths, drawn, strict=True))
    return _built(title, scenario, content, columns, FromScenario(scenario, content["scenario"]))


def _built(
    title: str, scenario: str, content: dict[str, Any], columns: Mapping[str, Sequence[Any]], source: AbstractSource
) -> Sweep:
    order, sampled = content["order"], "sample" in content
    refuse_too_many([len(columns[group[0]]) for group in order])
    _, first, units = first_possible(source, axes_of(order, columns, {}, sampled))
    plain = {path: units.symbol(dimension_at(first, path)) for path in columns}
    names, theories = tuple(content["measure"]), tuple(content["theories"])
    own = {name: first.problem.measure[name].dimension for name in names if name in first.problem.measure}
    axes = axes_of(order, columns, plain, sampled, own)
    shape = [len(axis) for axis in axes]
    layout = Layout.of(shape, _PLANAR) if dimension_of(first.problem) > 1 else Layout.of(shape)
    return Sweep(title, scenario, canonical(content), names, theories, axes, units, layout, source, own)


def _column(values: Iterable[Any]) -> list[Any]:
    """Values as rows take them: numpy and jax scalars as Python numbers; integers among floats as floats."""
    column = [
        value.item() if isinstance(value, np.generic | np.ndarray | jax.Array) and np.ndim(value) == 0 else value
        for value in values
    ]
    mixed = {type(value) for value in column} == {int, float}
    return [float(value) for value in column] if mixed else column


def _encoded(value: Any) -> Any:
    """An object as JSON, by its fields if its class is encodable; otherwise by its structure and its numbers."""
    try:
        return encoded(value)
    except TypeError:
        leaves, structure = jax.tree.flatten(value)
        numbers = [
            np.asarray(leaf).tolist() if isinstance(leaf, float | int | np.ndarray | jax.Array) else repr(leaf)
            for leaf in leaves
        ]
        return {"structure": str(structure), "leaves": numbers}
