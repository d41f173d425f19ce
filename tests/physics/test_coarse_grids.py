"""Grids that are given and too coarse: every bar still covers, and the sentence names the grid."""

from __future__ import annotations

import pytest

import wavesim as ws
from wavesim.potentials import GaussianBarrier
from wavesim.states import GaussianPacket

BARRIER = GaussianBarrier(height=1.0, width=0.8)
PACKET = GaussianPacket(center=-25.0, width=3.0, momentum=1.2)


def test_what_is_absorbed_is_known_no_better_than_what_passes() -> None:
    """Set-up: 128 points 1.25 apart for a packet at momentum 1.2 and a barrier 0.8 wide, until all of it is absorbed.

    Formula: T averaged over the packet, by `scattering` and by out-going states of another hand: 0.305329 goes to the right, 0.694671 to the left.
    Budget: the stated bars. The run takes 0.3137; what its gradients tell of the grid, -0.0030, corrects what passes and not what is absorbed,
    and all of them reach as far as theory disputes the corrected number: 5.0e-3 alone was 1.67 times too little.
    """
    report = ws.certify(ws.Problem(BARRIER, PACKET), grid=ws.Grid.line(-80.0, 80.0, 128))
    quantities = report.quantities
    for name, exact in (
        ("absorbed_right", 0.305329),
        ("absorbed_left", 0.694671),
        ("transmitted_probability", 0.305329),
    ):
        assert abs(quantities[name].value - exact) <= quantities[name].error < 0.02
    assert quantities["absorbed_right"].error >= quantities["transmitted_probability"].error
    said = " ".join(report.warnings)
    assert "the grid that was given is too coarse" in said and "finer grids" not in said


@pytest.mark.parametrize("points", [256, 512])
def test_a_grid_that_is_fine_enough_is_not_blamed(points: int) -> None:
    """Set-up: the same with more points. Formula: as above. Budget: the stated bars."""
    report = ws.certify(ws.Problem(BARRIER, PACKET), 1e-3, grid=ws.Grid.line(-80.0, 80.0, points))
    assert abs(report.quantities["absorbed_right"].value - 0.305329) <= report.quantities["absorbed_right"].error + 1e-6
    assert not any("too coarse" in warning for warning in report.warnings)


@pytest.mark.parametrize(("center", "momentum", "behind"), [(-25.0, 1.2, "right"), (25.0, -1.2, "left")])
def test_parts_that_depend_on_the_box_have_no_line(center: float, momentum: float, behind: str) -> None:
    """Set-up: the barrier from either side. Formula: what the layer behind it takes is part of what passes, the rest of what comes back."""
    report = ws.certify(ws.Problem(BARRIER, GaussianPacket(center=center, width=3.0, momentum=momentum)), 1e-2)
    parts = {name: quantity.part_of for name, quantity in report.quantities.items() if quantity.part_of}
    before = {"right": "left", "left": "right"}[behind]
    assert parts == {
        f"absorbed_{behind}": "transmitted_probability",
        f"absorbed_{before}": "reflected_probability",
    }
    whole = report.quantities["transmitted_probability"].value
    assert report[f"absorbed_{behind}"].value == pytest.approx(whole, abs=1e-2)
    assert "absorbed" not in str(report).split("error bar")[0] and "reflected" in str(report)
