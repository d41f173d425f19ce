"""The schema follows the classes: kinds, fields, defaults, units; nothing of it is written twice."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from tests.scenario_files import content
from wavesim import potentials, states
from wavesim._typing import ENERGY, LENGTH
from wavesim.absorbers import Absorber
from wavesim.analysis import Levels
from wavesim.analysis.questions.wells._motion import Motion
from wavesim.analysis.questions.wells._populations import Populations
from wavesim.errors import ScenarioError
from wavesim.grid import Grid
from wavesim.observables import Autocorrelation, ProbabilityIn
from wavesim.potentials import Driven, EckartBarrier, Free, GaussianBarrier, Harmonic, Separable, Step, Sum
from wavesim.regions import Between, Beyond
from wavesim.scenario import QUANTITIES, json_schema, load_scenario, read_scenario, shipped
from wavesim.scenario.schema._fields import kind_of
from wavesim.scenario.schema._schema import FAMILIES, OBSERVABLES, POTENTIALS, QUESTIONS, REGIONS, STATES
from wavesim.states import Eigenstate, GaussianPacket, Product, Superposition
from wavesim.units import fs, meV, nm, u

SHELF = Path(__file__).parents[2] / "scenarios"
CLASSES = (*POTENTIALS, *STATES, *OBSERVABLES, *REGIONS, *QUESTIONS)


def scenario(**changes: Any) -> Any:
    """The small scenario with some of its tables replaced."""
    return read_scenario("small", {**content(), **changes})


def test_the_committed_schema_is_fresh() -> None:
    assert json.loads((SHELF / "schema.json").read_text()) == json_schema(), (
        "run: wavesim schema > scenarios/schema.json"
    )


@pytest.mark.parametrize("cls", CLASSES, ids=kind_of)
def test_each_class_has_its_fields_and_defaults(cls: Any) -> None:
    schema = json_schema()["$defs"][cls.__name__]
    assert schema["properties"]["kind"]["const"] == kind_of(cls)
    assert set(schema["properties"]) == {"kind", *(field.name for field in dataclasses.fields(cls))}
    required = {field.name for field in dataclasses.fields(cls) if field.default is dataclasses.MISSING}
    assert set(schema["required"]) == {"kind", *required}
    # described by its own first line
    assert schema["description"].split()[0] == (cls.__doc__ or "").replace("`", "").split()[0]


@pytest.mark.parametrize("module", [potentials, states])
def test_no_class_is_forgotten(module: Any) -> None:
    public = [c for n, c in vars(module).items() if isinstance(c, type) and dataclasses.is_dataclass(c)]
    # a function that no file can hold, what is read off a potential, and what walls, rings and masses make of a problem
    found = {"Structure", "TwoWells", "LeakyWell", "Basin", "WellsInPlane"}
    absent = found | {"SmoothFunction", "Unfolded", "BandEdge", "ContinuedBound", "ContinuedPacket"}
    assert {c.__name__ for c in public} - absent == {c.__name__ for c in CLASSES if c in public}


def test_kinds_are_told_apart() -> None:
    assert len(FAMILIES.tables) == len(CLASSES)


def test_natural_units() -> None:
    small = scenario()
    assert small.problem.potential == GaussianBarrier(1.0, 1.0)
    assert (small.tolerance, small.fixed, small.units.natural) == (1e-3, {"frames": 8, "precision": "double"}, True)


def test_units_are_read_and_remembered() -> None:
    physical = read_scenario("x", {
        "format": 1, "title": "t", "duration": "20 fs", "particle": {"mass": "2 u"},
        "potential": {"kind": "gaussian_barrier", "height": "300 meV", "width": "2 nm"},
        "state": {"kind": "gaussian_packet", "center": "-12 angstrom", "width": "2 nm", "energy": "0.2 eV"},
        "run": {"dt": "0.1 fs"}, "absorber": {"width": "5 nm", "energy": "1 meV"},
        "grid": {"lower": "-10 nm", "upper": "10 nm", "points": 64},
        "expect": {"mean_energy": {"value": "5 meV", "within": "1 meV"}},
    })  # fmt: skip
    assert physical.problem.potential == GaussianBarrier(300 * meV, 2 * nm)
    assert (physical.problem.mass, physical.problem.duration) == (2 * u, 20 * fs)
    assert physical.fixed["dt"] == pytest.approx(0.1 * fs, rel=1e-15)
    assert physical.fixed["grid"] == Grid.line(-10 * nm, 10 * nm, 64)
    assert physical.fixed["absorber"] == Absorber(5 * nm, meV)
    assert (physical.expect[0].value, physical.expect[0].within) == (5 * meV, meV)
    # the first energy, length, time and mass unit of the file
    assert [getattr(physical.units, name) for name in ("energy", "length", "time", "mass")] == ["meV", "nm", "fs", "u"]
    assert (physical.units.symbol(ENERGY), physical.units.symbol(LENGTH)) == ("meV", "nm")


def test_electron_mass_is_the_default() -> None:
    assert load_scenario("free_packet").problem.mass == 1.0


def test_nested_kinds() -> None:
    barrier = {"kind": "eckart_barrier", "height": 1, "width": 2}
    driven = scenario(potential={"kind": "driven", "potential": barrier, "force": 0.1, "frequency": 2})
    assert driven.problem.potential == Driven(EckartBarrier(1.0, 2.0), 0.1, 2.0)
    summed = scenario(potential={"kind": "sum", "terms": [barrier, {"kind": "step", "height": 1, "center": 3}]})
    assert summed.problem.potential == Sum((EckartBarrier(1.0, 2.0), Step(1.0, 3.0)))
    levels = [{"kind": "eigenstate"}, {"kind": "eigenstate", "level": 2}]
    both = scenario(state={"kind": "superposition", "terms": levels, "coefficients": [1, -0.5]})
    assert both.problem.state == Superposition((Eigenstate(0), Eigenstate(2)), (1.0, -0.5))


def test_measurements_and_regions() -> None:
    region = {"kind": "between", "left": -1, "right": 1}
    measured = scenario(
        measure={"norm": {"kind": "autocorrelation"}, "in": {"kind": "probability_in", "region": region}}
    )
    assert measured.problem.measure == {"norm": Autocorrelation(), "in": ProbabilityIn(Between(-1.0, 1.0))}
    assert scenario(
        measure={"out": {"kind": "probability_in", "region": {"kind": "beyond", "position": 0}}}
    ).problem.measure == {"out": ProbabilityIn(Beyond(0.0))}


def test_an_absorber_can_be_switched_off() -> None:
    assert scenario(absorber="none").fixed["absorber"] is None
    assert "absorber" not in scenario().fixed


def test_grids_of_more_dimensions() -> None:
    grid = scenario(grid={"lower": [-1, -2], "upper": [1, 2], "points": [8, 16]}).fixed["grid"]
    assert (grid.points, grid.lower, grid.upper) == ((8, 16), (-1.0, -2.0), (1.0, 2.0))


def test_a_plane_is_written_as_lists_of_tables() -> None:
    packet = {"kind": "gaussian_packet", "center": -5, "width": 1, "momentum": 2}
    plane = scenario(
        potential={"kind": "separable", "terms": [{"kind": "harmonic", "frequency": 1}, {"kind": "free"}]},
        state={"kind": "product", "factors": [packet, packet | {"momentum": 0}]},
        find={"kind": "levels", "count": 2},
    )
    assert plane.problem.potential == Separable((Harmonic(1.0), Free()))
    assert plane.problem.state == Product(
        (GaussianPacket(-5.0, 1.0, momentum=2.0), GaussianPacket(-5.0, 1.0, momentum=0.0))
    )
    assert plane.find == Levels(2)
    with pytest.raises(ScenarioError, match="packets of one axis"):
        scenario(state={"kind": "product", "factors": [packet, {"kind": "eigenstate"}]})


def test_the_hash_is_of_the_content_and_not_of_its_order() -> None:
    data = content()
    turned = dict(reversed(data.items()))
    assert read_scenario("a", data).hash == read_scenario("b", turned).hash
    assert read_scenario("a", data).hash != scenario(accuracy={"tolerance": 2e-3}).hash


def test_expectations_hold_one_of_three() -> None:
    for row in ({}, {"value": 1, "below": 2}, {"below": 1, "relative": 0.1}):
        with pytest.raises(ScenarioError, match=r"expect\.norm"):
            scenario(expect={"norm": row})


@pytest.mark.parametrize("name", shipped())
def test_shipped_scenarios_are_complete(name: str) -> None:
    ready = load_scenario(name)
    assert ready.title and ready.question.endswith("?") and ready.expectation
    # something is expected of each case, or of all of them together
    assert ready.expect or all(case.expect for case in ready.cases or (ready,))
    # a person finds it in the catalogue, with its question
    line = next(line for line in (SHELF / "README.md").read_text().splitlines() if f"`{name}`" in line)
    assert ready.question in line


def test_the_standard_names_are_those_of_the_analysis() -> None:
    for aspect, name in ((Motion(), "harmonic_coherent"), (Populations(), "quartic_double_well")):
        predicted = aspect.predictions(load_scenario(name).problem, 1.0)
        assert predicted and set(predicted) <= set(QUANTITIES)


@pytest.mark.parametrize(
    ("missing", "cure"),
    [
        ("format", "add the line `format = 1` at the top of the file"),
        ("title", 'add the line `title = "..."` at the top of the file'),
        ("potential", 'add a table [potential] with its kind, such as kind = "rectangular_barrier"'),
    ],
)
def test_what_is_missing_is_named_with_the_line_to_add(missing: str, cure: str) -> None:
    whole = content()
    del whole[missing]
    with pytest.raises(ScenarioError) as refused:
        read_scenario("small", whole)
    assert f"{missing} must be given, but is missing; {cure}." in str(refused.value)


def test_a_missing_list_is_written_as_one() -> None:
    with pytest.raises(ScenarioError, match=r"add the line `points = \[\.\.\.\]` below \[grid\]"):
        scenario(grid={"lower": [-9.0], "upper": [9.0]})
