"""The shipped sweeps: found by name, readable, of the size that the catalogue says, and right where a row is cheap to ask."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest

from wavesim.analysis.predictions.scattering._transmission import scattering_transmission
from wavesim.errors import ScenarioError
from wavesim.scenario import find_scenario, find_sweep, read_scenario, shipped, shipped_sweeps
from wavesim.sweeps import Status, Sweep
from wavesim.sweeps.workers._engine import answers

SHAPES = {
    "disorder": {"barriers": 5, "sample": 64},
    "period_against_barrier": {"barrier": 13},
    "resonance_map": {"energy": 15, "separation": 19},
    "transmission_against_height": {"height": 61},
    "transmission_map": {"energy": 100, "width": 100},
}


def test_the_shelf_holds_these() -> None:
    assert set(shipped_sweeps()) == set(SHAPES)
    # a name means one thing
    assert not set(SHAPES) & set(shipped())
    catalogue = (Path(__file__).parents[2] / "scenarios" / "README.md").read_text(encoding="utf-8")
    assert [name for name in SHAPES if f"`{name}`" not in catalogue] == []


def test_an_unknown_name_is_answered_with_those_that_are_close() -> None:
    with pytest.raises(ScenarioError, match=r"no sweep .*'transmision_map'; did you mean transmission_map"):
        find_sweep("transmision_map")


def test_a_sweep_and_a_scenario_are_not_taken_for_each_other() -> None:
    """A name of the other kind, and a sweep's content given as a scenario: what it is, and the command that runs it."""
    with pytest.raises(ScenarioError, match="transmission_map is a sweep; `wavesim sweep transmission_map` runs it"):
        find_scenario("transmission_map")
    with pytest.raises(ScenarioError, match="eckart_barrier is a scenario; `wavesim run eckart_barrier` runs it"):
        find_sweep("eckart_barrier")
    with pytest.raises(ScenarioError, match="disorder must describe a single case, .* run it by `wavesim sweep`"):
        read_scenario("disorder", tomllib.loads(find_sweep("disorder")[1]))


@pytest.mark.parametrize("name", SHAPES)
def test_every_shipped_sweep_can_be_read_and_says_what_to_expect(name: str) -> None:
    sweep = Sweep.read(name)
    assert {axis.name: len(axis) for axis in sweep.axes} == SHAPES[name]
    data = tomllib.loads(shipped_sweeps()[name].read_text(encoding="utf-8"))
    assert data["question"].endswith("?") and len(data["expectation"]) > 100
    # no corner is impossible
    for row in (0, sweep.layout.rows - 1):
        assert sweep.request(row).tolerance > 0


def test_the_ends_of_the_period_are_what_the_file_says() -> None:
    """Lab note: levels say 36.3303 at a barrier of 0.5 and 1.189065e8 at 32; WKB is 7.5 % too long there, Herring exact to six digits."""
    sweep = Sweep.read("period_against_barrier")
    ends = [sweep.request(row) for row in (0, sweep.layout.rows - 1)]
    periods = [row.question.predictions(row.problem, None)["tunneling_period"] for row in ends]
    assert periods[0]["levels"] == pytest.approx(36.33028309, rel=1e-9)
    assert periods[1]["levels"] == pytest.approx(1.1890653881e8, rel=1e-9)
    assert periods[1]["wkb"] / periods[1]["levels"] == pytest.approx(1.0815, abs=1e-3)
    assert periods[1]["herring"] / periods[1]["levels"] == pytest.approx(1, rel=1e-6)


def test_the_law_of_disorder_holds_for_one_wave() -> None:
    """Lab note: with phases spread evenly over a turn, the mean of ln T of two barriers is twice that of one.

    ln T_2 = 2 ln T_1 - ln|1 - r r' exp(i phase)|^2, whose mean over the phase is zero for |r| < 1. By the scattering method at the packet's
    own energy, over 16 places of the second barrier that spread the phase evenly; such a mean converges as |r|^32.
    """
    sweep = Sweep.read("disorder")
    rows = [sweep.request(row) for row in (0, 64)]
    one, two = (row.problem for row in rows)
    energy = np.array([0.5])
    single = float(np.log(np.asarray(scattering_transmission(one.potential, 1.0)(energy)))[0])
    shifts = np.pi * (np.arange(16) / 16 - 0.5)
    logarithms = []
    for shift in shifts:
        potential = (
            two.replace("potential.parameters.a2", float(shift)).replace("potential.parameters.a1", 0.0).potential
        )
        logarithms.append(float(np.log(np.asarray(scattering_transmission(potential, 1.0)(energy)))[0]))
    assert np.std(logarithms) > 0.3
    assert np.mean(logarithms) == pytest.approx(2 * single, abs=2e-3)


def test_a_row_of_the_map_agrees_with_the_closed_form() -> None:
    """Lab note: energy 0.5, width 0.626; budget: the row's own bar, which must be below the tolerance of 1e-3."""
    sweep = Sweep.read("transmission_map")
    ((_, answer),) = answers([sweep.request(5)])
    assert answer.status == Status.GOOD, answer.reason
    (quantity,) = sweep.measure
    assert answer.errors[quantity] < 1e-3
    assert answer.values[quantity] == pytest.approx(
        answer.theories[quantity]["closed_form"], abs=answer.errors[quantity]
    )
