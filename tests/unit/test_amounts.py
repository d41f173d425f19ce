"""Sentences name numbers in the units of whoever asked: those of the file, or of the numbers with units in Python."""

from __future__ import annotations

from pathlib import Path

import pytest

import wavesim as ws
from tests.scenario_files import SMALL, wavesim, written
from wavesim._amounts import amount, amounts_in
from wavesim._typing import DIMENSIONLESS, ENERGY, LENGTH, MOMENTUM
from wavesim.errors import NumericsError
from wavesim.units import NATURAL, UnitSystem, eV, meV, nm

IN_NM = """
format = 1
title = "In nanometers"
[potential]
kind = "rectangular_barrier"
height = "300 meV"
width = "1 nm"
[state]
kind = "gaussian_packet"
center = "-40 nm"
width = "2 nm"
energy = "100 meV"
"""


def test_an_amount_is_written_in_the_units_at_hand() -> None:
    assert amount(0.3 * eV, ENERGY, UnitSystem(energy="meV")) == "300 meV"
    assert amount(2.0, MOMENTUM, NATURAL) == "2"
    assert amount(0.25, DIMENSIONLESS, UnitSystem()) == "0.25"
    # nobody knows what the caller writes in
    assert amount(2.0, LENGTH) == "2 (internal units)"
    with amounts_in(UnitSystem):
        assert amount(3 * nm, LENGTH, digits=3) == "3 nm"
        with amounts_in(lambda: NATURAL):
            assert amount(2.0, LENGTH) == "2"
        assert amount(3 * nm, LENGTH) == "3 nm"


def test_units_are_looked_for_only_where_they_are_named() -> None:
    with amounts_in(lambda: pytest.fail("they were asked for")):
        assert amount(2.0, LENGTH, NATURAL) == "2"


@pytest.mark.parametrize("verb", ["check", "run"])
def test_a_packet_outside_of_the_box_is_refused_in_the_units_of_the_file(tmp_path: Path, verb: str) -> None:
    """Set-up: a packet around -40 nm, a box from -20 nm to 20 nm."""
    file = written(tmp_path, IN_NM + '[grid]\nlower = "-20 nm"\nupper = "20 nm"\npoints = 400\n')
    done = wavesim(verb, file, *(["--out", tmp_path / "out", "--quiet"] if verb == "run" else []))
    assert (done.exit_code, done.stdout) == (2, "")
    (sentence,) = done.stderr.splitlines()
    assert "reaches from -46.1805 nm to -33.8195 nm" in sentence and "the box from -20 nm to 20 nm;" in sentence
    assert "internal units" not in sentence


def test_the_same_in_natural_units_has_plain_numbers(tmp_path: Path) -> None:
    bare = SMALL.replace('units = "natural"', 'units = "natural"\nduration = 1.0\nabsorber = "none"')
    done = wavesim("check", written(tmp_path, bare + "[grid]\nlower = -5.0\nupper = 5.0\npoints = 100\n"))
    assert done.exit_code == 2
    assert "the box from -5 to 5;" in done.stderr and "internal units" not in done.stderr


def test_python_is_answered_in_the_units_in_which_it_asked() -> None:
    well = ws.potentials.WellBehindBarrier(well_width=1 * nm, width=1 * nm, height=50 * meV)
    with pytest.raises(NumericsError, match="the top of its barrier, 50 meV, but level 0 does not"):
        ws.plan(ws.Problem(well, ws.states.Trapped()))


def test_ends_that_are_exchanged_are_named_as_they_were_written(tmp_path: Path) -> None:
    file = written(tmp_path, IN_NM + '[walls]\nleft = "20 nm"\nright = "-20 nm"\n')
    done = wavesim("check", file)
    assert done.exit_code == 2
    assert "must lie to the right of `left`, but -20 nm <= 20 nm; exchange them." in done.stderr


def test_layers_that_leave_no_room_are_compared_in_the_units_of_the_file(tmp_path: Path) -> None:
    box = '[grid]\nlower = "-50 nm"\nupper = "0 nm"\npoints = 400\n[absorber]\nwidth = "30 nm"\nenergy = "100 meV"\n'
    done = wavesim("run", written(tmp_path, IN_NM + box), "--out", tmp_path / "out", "--quiet")
    assert done.exit_code == 2
    assert "2 x 30 nm is not below the box of 50 nm;" in done.stderr
