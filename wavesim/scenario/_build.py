"""From a file to a Scenario: the problem, fixed numerics, and expected numbers."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pydantic

from .._checks import known_keywords
from .._face import one_line
from .._text import brief_text, clean
from .._typing import Dimension
from ..analysis import AbstractQuestion, Axis, question_of
from ..errors import ArgumentError, ScenarioError, WavesimError
from ..problem import Problem
from ..units import UnitSystem, number_and_unit, system_of, unit
from ._changes import Change, changed, changes_of
from ._relativistic import relativistic
from ._tables import with_tables
from .schema._fields import quantity_value
from .schema._formula_units import misfits
from .schema._messages import listed, sentences
from .schema._quantities import OF_STUDIES, QUANTITIES, no_quantity
from .schema._recoil import with_recoils
from .schema._schema import Expected, checked, whole
from .schema._theories import misspelt_theory
from .schema._uncertain import certain, uncertainties_of
from .sweep_files import cases_of, refuse_varied
from .text import assign, canonical, find_scenario, fingerprint, toml


@dataclasses.dataclass(frozen=True)
class Expectation:
    """The expected value of a quantity; numbers in internal units.

    Attributes:
        quantity: its standard name.
        theory: the theory it must equal, or None.
        value: the value it must equal, or None.
        below: an upper limit, or None.
        within: the allowed difference, or None for its own error bar.
        relative: the allowed difference relative to the expected value, or None.
        factor: the allowed factor in either direction, or None; for orders of magnitude.
        own: the dimension of a quantity that the scenario defines, None for standard quantities.
    """

    quantity: str
    theory: str | None = None
    value: float | None = None
    below: float | None = None
    within: float | None = None
    relative: float | None = None
    factor: float | None = None
    own: Dimension | None = None

    @property
    def dimension(self) -> Dimension:
        """The dimension of the quantity."""
        return QUANTITIES[self.quantity] if self.own is None else self.own


@dataclasses.dataclass(frozen=True)
class Scenario:
    """The content of a scenario file, read and checked.

    Attributes:
        name: of the shipped scenario or of the file.
        title: one line.
        question: the question of the scenario, in words.
        expectation: the expected result, in words.
        problem: the physics.
        tolerance: error bar to aim at.
        fixed: the numerics fixed by the file, as keywords of `wavesim.certify` and `wavesim.plan`.
        expect: the expected numbers.
        units: units of numbers shown: those that the file uses.
        content: the file's content after ``--set``, as canonical JSON.
        find: the question, None for the default of the problem.
        cases: one scenario for each case of ``[vary]``; the fields above are then those of the first, and `expect` is of the whole study.
        label: name of a case.
        axis: the number that varies from case to case, None without one.
        varied: paths that change from case to case.
        uncertainties: standard deviations by path, ``potential.height``, in internal units.
        changes: values set differently from the file.
        unpinned: quantities whose expected numbers hold for the unchanged file only, and are left out.
        notes: remarks for readers of the numbers.
    """

    __repr__ = one_line

    name: str
    title: str
    question: str
    expectation: str
    problem: Problem
    tolerance: float
    fixed: dict[str, Any]
    expect: tuple[Expectation, ...]
    units: UnitSystem
    content: str
    find: AbstractQuestion | None = None
    cases: tuple[Scenario, ...] = ()
    label: str = ""
    axis: Axis | None = None
    varied: tuple[str, ...] = ()
    uncertainties: dict[str, float] = dataclasses.field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    unpinned: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def hash(self) -> str:
        """SHA-256 of the content: comments and the order of keys do not matter."""
        return fingerprint(json.loads(self.content))


@known_keywords()
def load_scenario(name_or_path: str | os.PathLike[str], set: Iterable[str] = ()) -> Scenario:
    """Read a scenario by name or by path: ``load_scenario("rectangular_barrier", set=["potential.height=0.5"])``.

    Raises:
        ScenarioError: with one line for each thing that is wrong.
    """
    name, text = find_scenario(os.fspath(name_or_path))
    data = toml(text, Path(name_or_path).name)
    assignments = tuple(set)
    refuse_varied(data, assignments)
    scenario = read_scenario(name, assign(data, assignments), Path(name_or_path).parent)
    return changed(scenario, changes_of(data, assignments))


def read_scenario(name: str, data: dict[str, Any], folder: Path = Path()) -> Scenario:
    """Read and check the content of a scenario file.

    Args:
        name: of the scenario.
        data: its content.
        folder: folder of the relative paths of tables, ``file = "v.csv"``.

    Raises:
        ScenarioError: with one line for each thing that is wrong.
    """
    if {"axes", "sample"} & data.keys():
        raise ScenarioError(
            f"{name} must describe a single case, but has axes or a sample, as a sweep has; run it by `wavesim sweep`."
        )
    if "design" in data:
        raise ScenarioError(f"{name} must ask for its numbers alone, but has a [design]; run it by `wavesim design`.")
    return _varied(name, data, folder) if data.get("vary") else _single(name, data, folder)


def _varied(name: str, data: dict[str, Any], folder: Path) -> Scenario:
    """A scenario with one scenario for each case; expectations of the whole study stay with the whole."""
    varied = cases_of(data)
    expected = data.get("expect", {})
    whole = {key: row for key, row in expected.items() if key in OF_STUDIES} if isinstance(expected, dict) else {}
    cases, wrong = [], []
    for label, content in zip(varied.labels, varied.contents, strict=True):
        own = content.get("expect")
        if whole and isinstance(own, dict):
            content = content | {"expect": {key: row for key, row in own.items() if key not in whole}}
        try:
            cases.append(dataclasses.replace(_single(name, content, folder), label=label))
        except ScenarioError as error:
            wrong += [line for line in str(error).splitlines() if line not in wrong]
    expect = tuple(_expectations(whole, "units" in data, wrong, {}, list))
    if wrong:
        raise ScenarioError(listed(wrong))
    return dataclasses.replace(
        cases[0],
        expect=expect,
        content=canonical(data),
        cases=tuple(cases),
        label="",
        axis=varied.axis,
        varied=varied.paths,
    )


def _single(name: str, data: dict[str, Any], folder: Path) -> Scenario:
    return read_with_design(name, data, folder)[0]


def read_with_design(name: str, data: dict[str, Any], folder: Path) -> tuple[Scenario, Any]:
    """A scenario of one case, and the checked table of its ``[design]``; None without one.

    Raises:
        ScenarioError: with one line for each thing that is wrong.
    """
    # an invalid value of `units` is reported once, not for every number
    natural, angle = "units" in data, is_angle(data)
    wrong: list[str] = []
    file: Any = None
    data = with_tables(data, folder, natural)
    plain, limits = certain(data, natural)
    read = with_recoils(plain)
    try:
        file = checked(read, {"natural": natural, "angle": angle})
    except pydantic.ValidationError as error:
        wrong += sentences(error, data, *whole())
    misfit, notes = ([], []) if natural else misfits(plain, angle)
    wrong += misfit
    own = _measured(file, read)

    def accepted() -> list[str]:
        if file is None:
            return [*own]
        problem = _problem(file, _units(plain, natural, file.particle.inertia, angle))
        return [*own, *predicted_names(problem, file.find)]

    expect = tuple(_expectations(read.get("expect"), natural, wrong, own, accepted, angle))
    particle = data.get("particle", {})
    both = {"mass", "charging"} & particle.keys() if isinstance(particle, dict) else {"mass"}
    if len(both) == 2:
        wrong.append("particle: must have a mass, or the charging energy of a junction, but has both; leave one out.")
    if angle and not both:
        wrong.append(
            "particle.mass: must be given where the axis is an angle: a moment of inertia, such as '3.2 u angstrom^2'."
        )
    if wrong:
        raise ScenarioError(listed(wrong))
    fixed = {key: value for key, value in (("grid", file.grid), *file.run) if value is not None}
    if file.absorber is not None:
        fixed["absorber"] = None if file.absorber == "none" else file.absorber
    units = _units(plain, natural, file.particle.inertia, angle)
    problem = _problem(file, units)
    scenario = Scenario(
        name=name,
        title=clean(file.title),
        question=clean(file.question),
        expectation=clean(file.expectation),
        problem=problem,
        tolerance=file.accuracy.tolerance,
        fixed=fixed,
        expect=expect,
        units=units,
        content=canonical(data),
        find=file.find,
        uncertainties=uncertainties_of(
            with_recoils({"particle": read.get("particle"), "limits": limits})["limits"], problem, file.find, natural
        ),
        notes=(*notes, *(() if natural or angle else relativistic(problem))),
    )
    return scenario, file.design


def _problem(file: Any, units: UnitSystem) -> Problem:
    """The physics of a checked file, with the file's units for output.

    Raises:
        ScenarioError: if its parts do not go together.
    """
    try:
        return Problem(
            file.potential, file.state, file.duration, file.particle.inertia, file.measure, file.walls, file.axis, units
        )
    except ArgumentError as error:
        raise ScenarioError(f"{error.argument}: {error.reason}") from None


def is_angle(data: dict[str, Any]) -> bool:
    """Whether the file's coordinate is an angle: its period is an angle, or it is the phase of a junction with a charging energy."""
    axis, particle = data.get("axis"), data.get("particle")
    if isinstance(particle, dict) and "charging" in particle and "units" not in data:
        return True
    period = axis.get("period") if isinstance(axis, dict) else None
    if not isinstance(period, str) or not (symbol := period.strip().partition(" ")[2].strip()):
        return False
    try:
        return unit(symbol)[1] == (0, 0, 0)
    except WavesimError:
        return False


def predicted_names(problem: Problem, find: AbstractQuestion | None) -> list[str]:
    """Names of the numbers that the question of a problem gives, from theory, before any run; none where theory fails."""
    question = question_of(problem) if find is None else find
    try:
        return list(question.predictions(problem, problem.duration))
    except (ArithmeticError, ValueError, IndexError, MemoryError):
        return []


def _measured(file: Any, data: dict[str, Any]) -> dict[str, Any]:
    """Dimensions of the quantities that a file defines, by name; arbitrary values if the file is invalid."""
    if file is None:
        given = data.get("measure")
        return dict.fromkeys(given) if isinstance(given, dict) else {}
    return {name: quantity.dimension for name, quantity in file.measure.items()}


def _expectations(
    data: Any,
    natural: bool,
    wrong: list[str],
    own: dict[str, Any],
    accepted: Callable[[], list[str]],
    angle: bool = False,
) -> Iterator[Expectation]:
    """The expectations with their numbers in internal units; errors that no schema can express are added to `wrong`.

    Args:
        data: the table.
        natural: whether the file is in natural units.
        wrong: error messages.
        own: dimensions of the quantities that the file defines, by name; arbitrary values if the file is invalid.
        accepted: gives the names of the file's numbers, by theory, which takes some time.
        angle: whether the coordinate is an angle.
    """
    for name, row in data.items() if isinstance(data, dict) else ():
        try:
            table = Expected.model_validate(row, context={"natural": natural, "angle": angle})
        except pydantic.ValidationError:
            continue
        if name not in own and name not in QUANTITIES:
            wrong.append(f"expect.{brief_text(clean(name), 100)} {no_quantity(name, accepted())}")
            continue
        dimension = own.get(name, QUANTITIES.get(name))
        if not isinstance(dimension, Dimension):
            continue
        if sum(getattr(table, key) is not None for key in ("theory", "value", "below")) != 1:
            wrong.append(f"expect.{name}: must hold exactly one of theory, value and below.")
        if table.theory is not None and (words := misspelt_theory(table.theory)):
            wrong.append(f"expect.{name}.theory {words}")
        rules = [key for key in ("below", "within", "relative", "factor") if getattr(table, key) is not None]
        if len(rules) > 1:
            wrong.append(f"expect.{name}: must not hold {' and '.join(rules)} together; choose one.")
        numbers: dict[str, float] = {}
        for key in ("value", "below", "within"):
            given = getattr(table, key)
            try:
                if given is not None:
                    numbers[key] = quantity_value(given, dimension, natural, angle=angle)
            except WavesimError as error:
                wrong.append(f"expect.{name}.{key}: {error}")
        yield Expectation(
            name,
            theory=table.theory,
            relative=table.relative,
            factor=table.factor,
            own=dimension if name in own else None,
            **numbers,
        )


def _units(data: dict[str, Any], natural: bool, mass: float, angle: bool) -> UnitSystem:
    """The first energy, length, time and mass unit that the file uses; hertz, 1/cm and kelvins count if no other energy unit is used."""
    if natural:
        return UnitSystem(natural=True)
    texts = _texts({key: value for key, value in data.items() if isinstance(value, dict) or key == "duration"})
    symbols = ("" if (read := number_and_unit(text)) is None else read[1] for text in texts)
    if angle and "charging" in data.get("particle", {}):
        # the phase of a circuit
        symbols = ("rad", "ns", *symbols)
    return system_of(symbols, mass, angle)


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for value in node.values():
            yield from _texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value)
