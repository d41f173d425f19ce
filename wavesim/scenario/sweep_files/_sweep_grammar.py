"""The grammar of sweep files: from TOML to a content with all values of every axis."""

from __future__ import annotations

import dataclasses
import functools
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import pydantic
from pydantic import BeforeValidator, StrictStr

from ..._text import brief, clean
from ...errors import ScenarioError, WavesimError
from .. import find_scenario, shipped
from .._tables import with_tables
from ..schema._fields import Table
from ..schema._messages import listed, sentences
from ..schema._quantities import OF_STUDIES, QUANTITIES, no_quantity
from ..schema._theories import misspelt_theory
from ..text import assign_value, canonical, toml
from ._sweep_axes import COLUMNS, SUFFIXES
from ._sweep_values import Sample, axis_length, axis_values, refuse_too_many, sample_bounds

# keys of a scenario that a sweep drops: texts, and expectations of the scenario's own numbers
_LEFT_OUT = ("question", "expectation", "expect")
_OneOrMore = Annotated[
    tuple[StrictStr, ...], BeforeValidator(lambda given: [given] if isinstance(given, str) else given)
]


class SweepFile(Table):
    """A sweep: many scenarios that differ in a few numbers or words."""

    format: Literal[1]
    title: StrictStr
    question: StrictStr = ""
    expectation: StrictStr = ""
    scenario: Any
    measure: _OneOrMore = ()
    theories: _OneOrMore = ()
    axes: dict[StrictStr, Any] = {}
    zip: list[list[StrictStr]] = []
    sample: Sample | None = None
    set: dict[StrictStr, Any] = {}


@dataclasses.dataclass(frozen=True)
class ParsedSweep:
    """The content of a sweep file, checked.

    Attributes:
        title: one line.
        scenario: the scenario's name.
        content: see `Sweep.content`: the scenario's content after ``[set]``, ``axes`` and ``sample`` by path, ``order`` with the
            paths of each dimension, ``measure``, ``theories``.
    """

    title: str
    scenario: str
    content: dict[str, Any]


def parse_sweep(name: str, data: dict[str, Any], further: Mapping[str, Any], folder: Path) -> ParsedSweep:
    """Check the grammar of a file, and expand its axes into values.

    Args:
        name: the name of the sweep.
        data: the file's content.
        further: values by path besides ``[set]``.
        folder: the folder of relative paths to scenarios.

    Raises:
        ScenarioError: with one line for each thing that is wrong.
    """
    refuse_single(name, data)
    wrong: list[str] = []
    try:
        file = SweepFile.model_validate(data)
    except pydantic.ValidationError as error:
        raise ScenarioError(listed(sentences(error, data, SweepFile, {"sample": Sample}, "sweep"))) from None
    scenario, base = _base(file, name, folder, wrong)
    fixed = {**file.set, **further}
    refuse_too_many([*_lengths(file), file.sample.count if file.sample else 1])
    axes = {path: axis_values(path, given, wrong) for path, given in file.axes.items()}
    bounds = sample_bounds(file.sample, wrong) if file.sample else {}
    order = [*_groups(axes, file.zip, wrong), *([list(bounds)] if bounds else [])]
    wrong += _clashing([*axes, *bounds], fixed)
    if not (axes or file.sample):
        wrong.append(
            'axes must hold at least one path, such as "potential.height" = [0.5, 1.0], or there must be a [sample].'
        )
    if "zip" in axes:
        wrong.append("zip must stand above [axes], but stands in it; move the line up.")
    for path, value in fixed.items():
        if isinstance(value, dict) and value and "kind" not in value:
            wrong.append(
                f'set.{path} must be one value, but is {brief(value)}; a path needs quotation marks, as in "run.frames" = 8.'
            )
            continue
        try:
            base = assign_value(base, path, value)
        except ScenarioError as error:
            wrong.append(f"set.{error}")
    wrong += [f"theories {words}" for name in file.theories if (words := misspelt_theory(name))]
    own = base.get("measure")
    accepted = functools.partial(_predicted, scenario, base, _beside(file.scenario, folder))
    wrong += unknown(file.measure, list(own) if isinstance(own, dict) else (), accepted)
    if wrong:
        raise ScenarioError(listed(wrong))
    if base.get("vary"):
        raise ScenarioError(
            f'scenario must be a single one, but {scenario} has [vary]; take its first case by "vary" = {{}} in [set].'
        )
    base, axes = _with_tables(scenario, base, axes, file.scenario, folder)
    content: dict[str, Any] = {
        "scenario": {key: value for key, value in base.items() if key not in _LEFT_OUT and key != "vary"},
        "axes": axes,
        "order": order,
        "measure": list(file.measure),
        "theories": list(file.theories),
    }
    if file.sample:
        content["sample"] = file.sample.model_dump() | {"bounds": bounds}
    try:
        content = json.loads(canonical(content))
    except TypeError:
        raise ScenarioError(
            f"{name} must hold text, numbers, lists and tables only, but holds a date; write it as text."
        ) from None
    return ParsedSweep(clean(file.title), scenario, content)


def refuse_single(name: str, data: Mapping[str, Any]) -> None:
    """Refuse a scenario in place of a sweep.

    Raises:
        ScenarioError: if the content is that of a scenario, which has a state and a potential of its own.
    """
    if {"potential", "state"} & data.keys() and not {"scenario", "axes", "sample"} & data.keys():
        raise ScenarioError(
            f'{name} must be a sweep, but is a scenario: `wavesim run` runs it; to sweep it, write a file with scenario = "{name}.toml" and '
            'axes, such as [axes] "potential.height" = [0.5, 1.0].'
        )


def _with_tables(
    name: str, base: dict[str, Any], axes: dict[str, list[Any]], given: Any, folder: Path
) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """Scenario and axes with the numbers of tables in them: those of a scenario file lie beside it, those of the sweep beside the sweep."""
    for path in axes:
        if path.rpartition(".")[2] == "file":
            table = path.rpartition(".")[0]
            raise ScenarioError(
                f'axes.{path} must not vary by itself; vary the table as a whole: "{table}" = [{{ kind = "sampled", file = "a.csv" }}, ...].'
            )
    natural = "units" in base
    base = with_tables(base, _beside(given, folder), natural)
    return base, {path: with_tables({path: values}, folder, natural)[path] for path, values in axes.items()}


def _lengths(file: SweepFile) -> list[int]:
    """The length of each axis, one of each zipped group, counted before any is expanded."""
    tied = {path for group in file.zip for path in group[1:]}
    return [axis_length(given) for path, given in file.axes.items() if path not in tied]


def _base(file: SweepFile, name: str, folder: Path, wrong: list[str]) -> tuple[str, dict[str, Any]]:
    """Name and content of the scenario: shipped, in a file beside the sweep, or inside it."""
    given = file.scenario
    if isinstance(given, dict):
        return name, {"format": file.format, "title": file.title} | given
    if not isinstance(given, str):
        wrong.append(f"scenario must be a name, a path or a table, but is {brief(given)}; put it in quotation marks.")
        return name, {}
    in_file = given not in shipped() and given.endswith(".toml")
    if not in_file and os.sep in given:
        wrong.append(f"scenario must be a name, or a path that ends in .toml, but is {brief(given)}; correct it.")
        return given, {}
    try:
        scenario_name, text = find_scenario(os.fspath(folder / given) if in_file else given)
        return scenario_name, toml(text, Path(given).name)
    except ScenarioError as error:
        wrong.append(f"scenario: {error}")
        return given, {}


def _groups(axes: Mapping[str, list[Any]], tied: Sequence[Sequence[str]], wrong: list[str]) -> list[list[str]]:
    """The paths of each axis, in the order of their first paths."""
    for group in tied:
        unknown = [path for path in group if path not in axes]
        if unknown or len(group) < 2:
            wrong.append(
                f"zip must tie two or more of the axes together, but {brief(list(group))} names {', '.join(unknown) or 'no second one'}."
            )
            continue
        if len({len(axes[path]) for path in group}) > 1:
            lengths = ", ".join(f"{path} has {len(axes[path])}" for path in group)
            wrong.append(f"zip: axes that are tied together must be equally long, but {lengths}.")
    home = {path: list(group) for group in tied for path in group}
    if sum(map(len, tied)) > len(home):
        wrong.append("zip must name each path once, but names one several times; join its groups.")
    groups: list[list[str]] = []
    for path in axes:
        group = home.get(path, [path])
        if group not in groups:
            groups.append(group)
    return groups


def _clashing(paths: Sequence[str], fixed: Mapping[str, Any]) -> Iterable[str]:
    """Messages about paths that set the same value twice."""
    for place, path in enumerate(paths):
        if path in paths[:place]:
            yield f"{path} must vary once, but is an axis and sampled; leave out one of them."
        if path in fixed:
            yield f"set.{path} must not be given, for it is an axis; leave out one of them."
        if outer := next((axis for axis in paths if path.startswith(f"{axis}.")), None):
            yield f"axes.{path} must not lie inside the axis {outer}, which would replace it; leave out one of them."


def _beside(scenario: Any, folder: Path) -> Path:
    """The folder of relative paths in the scenario of a sweep: that of its file, else that of the sweep."""
    in_file = isinstance(scenario, str) and scenario.endswith(".toml") and scenario not in shipped()
    return (folder / scenario).parent if in_file else folder


def _predicted(name: str, base: dict[str, Any], folder: Path) -> list[str]:
    """The quantities that the scenario gives, by theory; none if it is invalid."""
    # the import is circular, and needs jax
    from .. import predicted_names, read_scenario

    try:
        scenario = read_scenario(name, base, folder)
    except WavesimError:
        return []
    return predicted_names(scenario.problem, scenario.find)


def unknown(names: Sequence[str], own: Sequence[str], predicted: Callable[[], Iterable[str]]) -> Iterable[str]:
    """Messages about names that are neither quantities nor in `own`, or that no column can have.

    Args:
        names: the names to check.
        own: the names under [measure].
        predicted: gives the quantities of a row, by theory, which takes some time.
    """
    for name in names:
        if name in own:
            taken = name in COLUMNS or name.endswith(SUFFIXES) or "_theory_" in name
            if taken or not name.isidentifier():
                yield f"measure must hold names that a column can have, but {brief(name)} is none; rename it under [measure]."
        elif name not in QUANTITIES or name in OF_STUDIES:
            yield f"measure {no_quantity(name, [*own, *predicted()])}"
