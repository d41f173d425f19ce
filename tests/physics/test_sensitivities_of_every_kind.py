"""Derivatives by every float of a potential, its state, its mass and its question, against differences of an oracle that knows nothing of wavesim.

The whole table, every kind of the scenario language, is `python -m benchmarks sensitivities`; here are those that take a moment.
"""

from __future__ import annotations

import dataclasses

import pytest

import wavesim as ws
from benchmarks.sensitivities import AIM, CASES, verdicts
from benchmarks.sensitivities._main import refuse_missing
from benchmarks.sensitivities._verdict import Verdict
from wavesim.units import eV, nm

QUICK = {
    "step": "transmission_at",
    "gaussian_barrier": "transmission_at",
    "double_barrier": "resonances",
    "delta_barrier": "transmission",
    "infinite_square_well": "levels",
    "expression": "transmission_at",
    "sampled": "transmission_at",
    "well_behind_barrier": "decay",
    "heterostructure": "transmission_at",
    "graded_structure": "transmission_at",
    "sampled_plane": "levels",
}
# of those that have many floats
SOME = {
    "heterostructure": ("potential.layers.0.2", "potential.layers.1.0", "potential.bias", "potential.mass_after"),
    "sampled_plane": ("potential.values.1.2", "particle.mass"),
}
CHOSEN = [
    dataclasses.replace(case, paths=SOME.get(case.kind, case.paths))
    for kind, question in QUICK.items()
    for case in CASES
    if (case.kind, case.question) == (kind, question)
]


def test_every_kind_has_a_case():
    refuse_missing()


@pytest.mark.parametrize("case", CHOSEN, ids=lambda case: f"{case.kind}-{case.question}")
def test_every_float_against_differences(case):
    """d(number)/dp by wavesim, and by (8 (Q(h) - Q(-h)) - (Q(2h) - Q(-2h)))/(12 h) of the oracle's numbers, h = 1e-3 of p.

    Budget: 1e-5 of the derivative or of Q/p, whichever is larger, and the two errors that are told; the measured differences are below 1e-9,
    but 1e-6 in the plane, where dV/dp of a table bends between the points of any grid.
    """
    found, missing, _, _ = verdicts(case)
    assert not missing
    assert len(found) >= 3
    for one in found:
        assert one.off < AIM, one
        assert one.covered, one


def test_a_derivative_that_is_off_is_seen():
    """2 +- 1e-9 against 2.001 +- 1e-9: off by 5e-4, and in neither error."""
    wrong = Verdict("potential.height", "transmission", 2.0, 1e-9, 2.001, 1e-9, 2.001)
    assert wrong.off > AIM
    assert not wrong.covered


def test_sensitivities_are_printed_in_the_units_of_the_problem():
    """dT/dV of a barrier of 0.3 eV, 0.4 nm wide, at 0.1 eV: per eV, and per nm of its width."""
    problem = ws.Problem(
        ws.potentials.RectangularBarrier(0.3 * eV, 0.4 * nm),
        ws.states.GaussianPacket(-15 * nm, 2 * nm, energy=0.1 * eV),
    )
    moved = ws.sensitivities(problem, paths=["potential.height", "potential.width"])
    cells = [[cell.strip() for cell in line.split("|")] for line in str(moved).splitlines()]
    height = next(row for row in cells if row[0] == "potential.height")
    width = next(row for row in cells if row[0] == "potential.width")
    assert (height[1], width[1]) == ("0.3 eV", "0.4 nm")
    assert float(height[2].split()[0]) == pytest.approx(moved["potential.height"].derivative * eV, rel=1e-7)
    assert height[2].endswith(" 1/eV")
    assert width[2].endswith(" 1/nm")
