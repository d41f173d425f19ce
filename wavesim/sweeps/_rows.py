"""From the number of a row to its request: its values put into the scenario, or into the problem."""

from __future__ import annotations

import abc
import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .._typing import Dimension
from ..analysis import AbstractQuestion, question_of
from ..errors import ScenarioError, WavesimError
from ..problem import Problem
from ..scenario import are_uncertain, dimension_of_path, read_scenario, varied
from ..units import UnitSystem
from ._answer import RowRequest

if TYPE_CHECKING:
    from ..scenario import SweepAxis

# corners that are tried until one is possible
_CORNERS = 64


class AbstractSource(abc.ABC):
    """The scenario or problem that rows are made from."""

    @abc.abstractmethod
    def request(self, values: Mapping[str, Any]) -> tuple[RowRequest, UnitSystem]:
        """A row with these values by path, and the units of its numbers.

        Raises:
            WavesimError: if there is no such row.
        """

    @abc.abstractmethod
    def uncertain(self, axes: Sequence[SweepAxis]) -> bool:
        """Whether a row may have uncertain numbers."""


@dataclasses.dataclass(frozen=True)
class FromScenario(AbstractSource):
    """Rows are scenarios: the content of a file with other values."""

    name: str
    content: dict[str, Any]

    def request(self, values: Mapping[str, Any]) -> tuple[RowRequest, UnitSystem]:
        content = self.content
        for path, value in values.items():
            content = varied(content, path, value)
        scenario = read_scenario(self.name, content)
        question = scenario.find or question_of(scenario.problem)
        row = RowRequest(question, scenario.problem, scenario.tolerance, scenario.fixed, scenario.uncertainties)
        return row, scenario.units

    def uncertain(self, axes: Sequence[SweepAxis]) -> bool:
        return are_uncertain(self.content) or any(
            are_uncertain({path: list(axis.values(path))}) for axis in axes for path in axis.paths
        )


@dataclasses.dataclass(frozen=True)
class FromProblem(AbstractSource):
    """Rows are a problem with other values, in internal units."""

    problem: Problem
    find: AbstractQuestion | None
    tolerance: float
    uncertainties: dict[str, float] = dataclasses.field(default_factory=dict)

    def request(self, values: Mapping[str, Any]) -> tuple[RowRequest, UnitSystem]:
        problem = self.problem
        for path, value in values.items():
            problem = problem.replace(path, value)
        row = RowRequest(
            self.find or question_of(problem), problem, self.tolerance, uncertainties=dict(self.uncertainties)
        )
        return row, UnitSystem(natural=True)

    def uncertain(self, axes: Sequence[SweepAxis]) -> bool:
        del axes
        return bool(self.uncertainties)


def values_at(axes: Sequence[SweepAxis], place: Sequence[int]) -> dict[str, Any]:
    """The values of a row by path."""
    return {
        path: column[at]
        for axis, at in zip(axes, place, strict=True)
        for path, column in zip(axis.paths, axis.columns, strict=True)
    }


def first_possible(source: AbstractSource, axes: Sequence[SweepAxis]) -> tuple[tuple[int, ...], RowRequest, UnitSystem]:
    """The first valid row at a corner of the axes: its place, its request and its units.

    Raises:
        ScenarioError: if none is valid, as for a path that does not exist.
    """
    ends = [sorted({0, len(axis) - 1}) for axis in axes]
    wrong: list[str] = []
    for place in itertools.islice(itertools.product(*ends), _CORNERS):
        try:
            return place, *source.request(values_at(axes, place))
        except (WavesimError, ArithmeticError) as error:
            wrong.append(str(error))
    if len(set(wrong)) == 1:
        raise ScenarioError(wrong[0])
    raise ScenarioError(
        f"a row at one of a sweep's corners must be possible, but none of these {len(wrong)} is; the first: {wrong[0]}"
    )


def dimension_at(row: RowRequest, path: str) -> Dimension:
    """The dimension of the number at a path of a scenario; dimensionless where it is no physical number."""
    return dimension_of_path(row.problem, row.question, path)
