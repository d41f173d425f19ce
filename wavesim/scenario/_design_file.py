"""A design read from a file: a scenario, and in ``[design]`` the free parameters and the targets."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from ..analysis import question_of
from ..designs import Design, Target, design
from ..errors import ArgumentError, ScenarioError, WavesimError
from ._build import Scenario, is_angle, read_with_design
from .schema._dimensions import dimension_of_path
from .schema._fields import quantity_value
from .schema._messages import listed
from .schema._quantities import QUANTITIES
from .text import assign, find_design, toml


@dataclasses.dataclass(frozen=True)
class DesignFile:
    """The content of a design file, read and checked.

    Attributes:
        scenario: the problem at the start.
        vary: bounds by paths, internal units.
        targets: the targets.
        options: of `wavesim.design`.
    """

    scenario: Scenario
    vary: dict[str | tuple[str, ...], tuple[float, float]]
    targets: tuple[Target, ...]
    options: dict[str, Any]

    def run(self) -> Design:
        """Search, and certify the result."""
        scenario = self.scenario
        return design(
            scenario.problem,
            self.vary,
            self.targets,
            find=scenario.find,
            tolerance=scenario.tolerance,
            **self.options,
        )


def load_design(name_or_path: str | os.PathLike[str], set: Iterable[str] = ()) -> DesignFile:
    """Read a design by name or by path.

    Args:
        name_or_path: of a shipped design or of a file.
        set: further ``path=value``.

    Raises:
        ScenarioError: with one line for each thing that is wrong.
    """
    name, text = find_design(os.fspath(name_or_path))
    data = assign(toml(text, Path(name_or_path).name), tuple(set))
    if "vary" in data:
        raise ScenarioError(
            f"{name} must describe a single case, but has [vary]; what may vary stands in [design.vary]."
        )
    if "design" not in data:
        raise ScenarioError(f"{name} must have a [design], but has none; `wavesim run` runs it as it is.")
    scenario, table = read_with_design(name, data, Path(name_or_path).parent)
    natural, angle = "units" in data, is_angle(data)
    wrong: list[str] = []
    vary = dict(_bounds(scenario, table.vary, natural, angle, wrong))
    targets = list(_targets(table.targets, natural, angle, wrong))
    if wrong:
        raise ScenarioError(listed(wrong))
    options = {key: getattr(table, key) for key in ("starts", "seed", "method", "route")}
    return DesignFile(scenario, vary, tuple(targets), options)


def _bounds(scenario: Scenario, vary: dict[str, list[Any]], natural: bool, angle: bool, wrong: list[str]) -> Any:
    """The bounds by paths in internal units; errors that no schema can express are added to `wrong`."""
    question = scenario.find or question_of(scenario.problem)
    for paths, given in vary.items():
        if len(given) != 2:
            wrong.append(f"design.vary: {paths} must have two bounds, a lower and an upper one, but has {len(given)}.")
            continue
        try:
            dimension = dimension_of_path(scenario.problem, question, paths.split(",")[0].strip())
            yield paths, tuple(quantity_value(bound, dimension, natural, angle=angle) for bound in given)
        except WavesimError as error:
            wrong.append(f"design.vary: {paths} {error}")
        except (AttributeError, KeyError, IndexError, ValueError):
            wrong.append(f"design.vary: {paths} must be the path of a number, such as potential.width, but is none.")


def _targets(rows: Iterable[Any], natural: bool, angle: bool, wrong: list[str]) -> Any:
    for place, row in enumerate(rows):
        try:
            numbers = {
                key: quantity_value(getattr(row, key), QUANTITIES[row.quantity], natural, angle=angle)
                for key in ("value", "above", "below", "within")
                if getattr(row, key) is not None
            }
            energies = tuple(row.energies)
            if row.band is not None:
                if not row.band.low < row.band.high:
                    raise WavesimError("band: low must be below high; exchange them.")
                energies += tuple(np.linspace(row.band.low, row.band.high, row.band.count).tolist())
            yield Target(row.quantity, weight=row.weight, find=row.find, energies=energies, **numbers)
        except ArgumentError as error:
            wrong.append(f"design.targets.{place} {error.reason}")
        except WavesimError as error:
            wrong.append(f"design.targets.{place}: {error}")
