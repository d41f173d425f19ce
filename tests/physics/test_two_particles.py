"""Two particles on a line: pass or bounce, against a plane of both positions in plain NumPy.

Set-up: m = hbar = 1, V = 1.2 exp(-(x - y)^2/2), packets of width 2.5 at -15 and 15 with momenta 1 and -1; by the symmetry the probability
that x > y at the end is that of having passed.
Formula: none; a Strang splitting of the two-body equation, which knows nothing of reduced masses.
Budget of the tolerance: the box (-72, 72)^2 is left by 1e-6 until t = 36, when 3e-4 is still near the diagonal; 216 x 216 points hold momenta
of 4.7, twice the largest; dt = 0.1 leaves 2.4e-4 (measured: by 0.05 a quarter of it): 1e-3 in all.
"""

from __future__ import annotations

import numpy as np
import pytest

import wavesim as ws
from wavesim.analysis import PassOrBounce, question_of
from wavesim.errors import WavesimError
from wavesim.potentials import DeltaBarrier, Expression, GaussianBarrier, RectangularBarrier, TwoParticles
from wavesim.states import GaussianPacket, Product
from wavesim.units import eV, nm
from wavesim.viz.scene import gather

_HEIGHT, _WIDTH = 1.2, 1.0


def meeting(potential: object, second: float = -1.0) -> ws.Problem:
    packets = (GaussianPacket(-15.0, 2.5, 1.0), GaussianPacket(15.0, 2.5, second))
    return ws.Problem(potential, Product(packets))  # type: ignore[arg-type]


def passed_in_the_plane() -> float:
    points, half, dt, steps = 216, 72.0, 0.1, 360
    x = -half + 2 * half / points * np.arange(points)
    k = 2 * np.pi * np.fft.fftfreq(points, x[1] - x[0])
    first, second = (np.exp(-(((x - c) / 5.0) ** 2) + 1j * p * x) for c, p in ((-15.0, 1.0), (15.0, -1.0)))
    psi = first[:, None] * second[None, :]
    psi /= np.sqrt(np.sum(np.abs(psi) ** 2))
    distance = x[:, None] - x[None, :]
    kick = np.exp(-0.5j * dt * _HEIGHT * np.exp(-(distance**2) / (2 * _WIDTH**2)))
    drift = np.exp(-0.5j * dt * (k[:, None] ** 2 + k[None, :] ** 2))
    for _ in range(steps):
        psi = kick * np.fft.ifft2(drift * np.fft.fft2(kick * psi))
    share = np.abs(psi) ** 2
    return float(np.sum(share[distance > 0]) + np.sum(share[distance == 0]) / 2)


def test_two_particles_pass_as_often_as_in_the_plane() -> None:
    report = ws.certify(meeting(TwoParticles(GaussianBarrier(_HEIGHT, _WIDTH))), 1e-5)
    assert report.headline.name == "pass_probability"
    assert report.headline.value == pytest.approx(passed_in_the_plane(), abs=1e-3)
    assert report.quantities["bounce_probability"].value == pytest.approx(1 - report.headline.value, abs=1e-5)


def test_pictures_show_the_distance_in_the_units_of_the_pair() -> None:
    packets = (
        GaussianPacket(-10 * nm, 1.5 * nm, energy=0.3 * eV),
        GaussianPacket(10 * nm, 1.5 * nm, energy=0.3 * eV, direction="left"),
    )
    problem = ws.Problem(TwoParticles(GaussianBarrier(0.5 * eV, 0.5 * nm)), Product(packets))
    report = ws.certify(problem, 1e-3)
    assert gather(report.result, 64, 1, report.units, "").labels["x"] == "distance x1 - x2 (nm)"


def test_a_formula_of_the_distance_is_the_same_problem() -> None:
    problem = meeting(Expression("V0*exp(-(x - y)**2/(2*s**2))", {"V0": _HEIGHT, "s": _WIDTH}))
    assert isinstance(question_of(problem), PassOrBounce)
    built_in = PassOrBounce().predictions(meeting(TwoParticles(GaussianBarrier(_HEIGHT, _WIDTH))), None)
    formula = PassOrBounce().predictions(problem, None)
    assert formula["pass_probability"]["scattering"] == pytest.approx(
        built_in["pass_probability"]["scattering"], abs=1e-10
    )


def test_a_contact_is_a_delta_for_half_the_mass() -> None:
    """T(k) = 1/(1 + (mu g/k)^2) with mu = 1/2; packets that are wide in space have next to one k: (1/(2 w))^2/k^2 = 1e-4 of spread."""
    packets = (GaussianPacket(-400.0, 50.0, 1.0), GaussianPacket(400.0, 50.0, -1.0))
    told = PassOrBounce().predictions(ws.Problem(TwoParticles(DeltaBarrier(2.0)), Product(packets)), None)
    assert told["pass_probability"]["closed_form"] == pytest.approx(0.5, abs=1e-4)


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (meeting(TwoParticles(RectangularBarrier(1.0, 1.0)), second=2.0), "approach"),
        (meeting(Expression("exp(-x**2) + exp(-y**2)")), "x - y alone"),
        (ws.Problem(TwoParticles(RectangularBarrier(1.0, 1.0)), GaussianPacket(-15.0, 2.5, 1.0)), "product of two"),
    ],
)
def test_what_cannot_meet_is_refused(problem: ws.Problem, words: str) -> None:
    with pytest.raises(WavesimError, match=words):
        ws.certify(problem, find=PassOrBounce())
