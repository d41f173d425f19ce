"""The random scenarios of benchmarks/honesty: determined by seed and index, written as files, understood by the schema; and how rows judge."""

from __future__ import annotations

import dataclasses
import math
import tomllib
from typing import Any

import numpy as np
import pytest
from scipy import constants as si

from benchmarks.draws import KINDS, SEED, draw, toml
from benchmarks.draws._units import in_real_units
from benchmarks.honesty._row import ANSWERED, Row, Verdict
from tests.oracle import answers, number

# those that are drawn without solving for levels first
QUICK = [
    kind
    for kind in KINDS
    if not kind.startswith(("levels", "populations", "splitting", "driven", "decay", "held", "shaken"))
]
BARRIER: dict[str, Any] = {
    "format": 1,
    "title": "a barrier",
    "units": "natural",
    "potential": {"kind": "rectangular_barrier", "height": 0.7, "width": 1.3, "center": 0.2},
    "state": {"kind": "gaussian_packet", "center": -40.0, "width": 5.0, "energy": 0.5},
    "accuracy": {"tolerance": 1e-4},
}


def test_a_draw_is_determined_by_seed_index_and_kind() -> None:
    for kind in QUICK:
        index = KINDS.index(kind)
        assert draw(index) == draw(index, SEED, kind)
        assert draw(index).scenario != draw(index, SEED + 1).scenario
        assert draw(index).scenario != draw(index + len(KINDS)).scenario


def test_a_draw_is_a_file_that_the_schema_could_hold() -> None:
    """Text and content are the same, tolerances lie between 1e-9 and 1e-2, and every section is one of a scenario's."""
    known = {"format", "title", "units", "potential", "state", "find", "accuracy", "duration", "particle"}
    for index in range(len(KINDS)):
        if KINDS[index] not in QUICK:
            continue
        scenario = draw(index).scenario
        assert tomllib.loads(toml(scenario)) == scenario
        assert set(scenario) <= known
        assert 1e-9 <= scenario["accuracy"]["tolerance"] <= 1e-2


def test_units_do_not_change_the_physics() -> None:
    """Set-up: one barrier in natural units, and in nm, meV or eV, and an effective mass drawn at random.

    Formula: T is the same; the height in atomic units is its number times hbar^2/(m length^2). Budget: 1e-6, seven digits written.
    """
    natural = answers(BARRIER).numbers["transmitted_probability"][0]
    for seed in range(3):
        scenario = in_real_units(BARRIER, np.random.default_rng(seed))
        assert "units" not in scenario
        assert answers(scenario).numbers["transmitted_probability"][0] == pytest.approx(natural, rel=1e-5)
        mass, width = number(scenario["particle"]["mass"]), number(scenario["potential"]["width"])
        assert number(scenario["potential"]["height"]) == pytest.approx(0.7 * (1.3 / width) ** 2 / mass, rel=1e-6)
    assert number("1 eV") == pytest.approx(si.e / si.physical_constants["Hartree energy"][0], rel=1e-9)


def test_a_row_counts_what_is_outside_its_bar() -> None:
    """A headline within its bar and a curve outside: covered, but not all covered; a tolerance missed in silence is neither met nor said."""
    inside = Verdict("transmitted_probability", 0.5, 2e-4, 0.5001, 1e-12, True)
    outside = dataclasses.replace(inside, name="transmission", bar=1e-5, covered=False)
    row = Row(SEED, 0, "barrier", 1e-4, ANSWERED, numbers=(inside,), curves=(outside,), aim=1e-4)
    assert row.covered and not row.all_covered
    assert not row.met and not row.met_or_said
    assert dataclasses.replace(row, warned=True).met_or_said
    assert inside.ratio == pytest.approx(2.0)
    assert math.isnan(dataclasses.replace(inside, value=0.5001).ratio)
    assert Row.read(dataclasses.asdict(row)) == row
