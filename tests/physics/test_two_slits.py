"""Two slits: transmitted probability and fringes of a run against coupled channels.

Lab note. hbar = m = 1. A wall 30 high, 0.6 thick, slits of 0.9 at +-2, a packet of momentum 4 (energy 8, wavelength 1.57), 1.5 long and 2.5
wide. Theory: S-matrix of the strip |y| < 10, closed channels included; energies and slices converge to 1e-4. The run: 108 x 104 points 0.35 apart,
bar below 1e-2. The fringes stand 1.5 to 1.57 = 2 pi/4 apart, nearer than Fraunhofer's, because slits as wide as half a wavelength favor the middle.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from wavesim import Grid, Problem
from wavesim.analysis import Fringes, Report, certify
from wavesim.analysis.bars import Estimate
from wavesim.analysis.questions.packets._fringes import fringes_of
from wavesim.errors import ArgumentError
from wavesim.potentials import DoubleSlit, EckartBarrier
from wavesim.states import GaussianPacket, Product

WALL = DoubleSlit(30.0, 0.6, 0.9, 4.0)
PACKET = Product((GaussianPacket(-7.5, 1.5, momentum=4.0), GaussianPacket(0.0, 2.5, momentum=0.0)))


@pytest.fixture(scope="module")
def report() -> Report:
    grid = Grid.product(Grid.line(-19.0, 18.8, 108), Grid.line(-18.2, 18.2, 104))
    return certify(
        Problem(WALL, PACKET, 3.8), 1e-2, find=Fringes(), grid=grid, absorber=None, frames=16, save_psi=False
    )


def test_as_much_gets_through_as_theory_says(report: Report) -> None:
    through = report.quantities["transmitted_probability"]
    assert through.agrees and through.error < 1e-2
    assert report.balance == pytest.approx(1.0, abs=1e-10)


def test_fringes_stand_where_theory_has_them(report: Report) -> None:
    spacing = report.quantities["fringe_spacing"]
    assert spacing.agrees and spacing.error < 0.02 * spacing.value
    assert spacing.theory["fraunhofer"] == pytest.approx(2 * math.pi / 4)
    assert 0.9 < spacing.value / spacing.theory["fraunhofer"] < 1.0
    assert report.quantities["fringe_contrast"].value > 0.95


def test_the_pattern_is_theorys(report: Report) -> None:
    pattern = report.curves["pattern"]
    assert pattern.along[0] == "momentum along y"
    assert pattern.largest_difference < max(2e-4, pattern.largest_error)
    total = float(np.trapezoid(pattern.values, pattern.points))
    assert 0.9 * report.headline.value < total <= 1.001 * report.headline.value


def test_fringes_of_two_points() -> None:
    """4 cos^2(q d/2) under an even envelope of width 3: spacing 2 pi/d but for the envelope's pull, contrast 1."""
    q = np.linspace(-4.0, 4.0, 801)
    spacing, contrast = fringes_of(q, np.cos(2 * q) ** 2)
    assert spacing == pytest.approx(math.pi / 2, rel=1e-5) and contrast == pytest.approx(1.0, abs=1e-6)
    assert all(math.isnan(number) for number in fringes_of(q, np.exp(-(q**2))))


def test_what_cannot_be_asked() -> None:
    for problem in (Problem(EckartBarrier(1.0, 1.0), PACKET, 1.0), Problem(WALL, PACKET.factors[0], 1.0)):
        with pytest.raises(ArgumentError, match="fringes (are those of a double_slit|need a product)"):
            certify(problem, find=Fringes())


def test_theory_tells_its_own_error() -> None:
    """Set-up: packet 1.5 by 2 of momentum 3, wall of 5. Formula: T = 0.8643697, by Strang's splitting of `benchmarks.sensitivities` until all has passed, to 1e-6.

    Budget: the error of theory, by a coarser look at all that it cuts, 2e-5.
    """
    packet = Product((GaussianPacket(-8.0, 1.5, momentum=3.0), GaussianPacket(0.0, 2.0, momentum=0.0)))
    told = Fringes().predictions(Problem(DoubleSlit(5.0, 0.6, 0.8, 3.0, 0.2), packet), None)
    through = told["transmitted_probability"]["channels"]
    assert isinstance(through, Estimate)
    assert abs(through - 0.8643697) <= through.error + 1e-6 < 1e-4
