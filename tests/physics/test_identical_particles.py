"""Two identical particles on a line: how late they are, against the distance propagated in plain NumPy.

Set-up: m = hbar = 1, packets of width 2.5 at -15 and 15 with momenta 1 and -1: the distance r is one particle of mass 1/2 at -30, of width
2.5 sqrt(2) and momentum 1, added to its mirror image (bosons) or taken from it (fermions). V(r) = 1.2 exp(-r^2/2).
Formula: <abs(r)> with V, minus that without V at the same time, is minus the lag <2 d(delta)/dk>; contact: 2 c/(k^2 + c^2) with c = g/2.
Budget of the tolerance: the line (-160, 160) is left by nothing until t = 34, when the slowest part, k = 0.3 (5 standard deviations, 3e-7 of
the pair), is at r = -30 + 2 k t = -10 still; it counts with its distance, 1e-5. Strang's step of 0.02 leaves 2e-4 (half of it: a quarter).
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import wavesim as ws
from wavesim.analysis import MeetingDelay, PassOrBounce, question_of
from wavesim.errors import ArgumentError, NumericsError, WavesimError
from wavesim.grid import Grid
from wavesim.hamiltonian import Hamiltonian
from wavesim.potentials import DeltaBarrier, Expression, GaussianBarrier, RectangularBarrier, TwoParticles
from wavesim.states import GaussianPacket, Product

_HEIGHT, _WIDTH = 1.2, 1.0
_PAIR = (GaussianPacket(-15.0, 2.5, 1.0), GaussianPacket(15.0, 2.5, -1.0))
_SOFT = TwoParticles(GaussianBarrier(_HEIGHT, _WIDTH))


def pair(potential: object, statistics: str) -> ws.Problem:
    return ws.Problem(potential, Product(_PAIR, statistics))  # type: ignore[arg-type]


def mean_distance(height: float, sign: float) -> float:
    points, half, dt, steps = 2048, 160.0, 0.02, 1700
    r = -half + 2 * half / points * np.arange(points)
    k = 2 * np.pi * np.fft.fftfreq(points, r[1] - r[0])
    width = 2.5 * np.sqrt(2)
    psi = np.exp(-(((r + 30) / (2 * width)) ** 2) + 1j * r)
    psi = psi + sign * np.exp(-(((r - 30) / (2 * width)) ** 2) - 1j * r)
    kick, drift = np.exp(-0.5j * dt * height * np.exp(-(r**2) / (2 * _WIDTH**2))), np.exp(-1j * dt * k**2)
    for _ in range(steps):
        psi = kick * np.fft.ifft(drift * np.fft.fft(kick * psi))
    share = np.abs(psi) ** 2
    return float(np.sum(np.abs(r) * share) / np.sum(share))


@pytest.mark.parametrize(("statistics", "sign"), [("bosons", 1.0), ("fermions", -1.0)])
def test_a_pair_lags_behind_one_that_does_not_interact(statistics: str, sign: float) -> None:
    report = ws.certify(pair(_SOFT, statistics), 1e-6)
    lag = report.quantities["meeting_lag"]
    assert lag.value == pytest.approx(mean_distance(0.0, sign) - mean_distance(_HEIGHT, sign), abs=1e-3)
    assert lag.agrees
    # the distance moves with the velocity k/(m/2) = 2
    assert report.headline.name == "meeting_delay"
    assert report.headline.value == pytest.approx(lag.value / 2, rel=1e-12)


def test_fermions_never_feel_a_contact_and_bosons_are_late() -> None:
    """2 c/(k^2 + c^2) at g = 2, c = 1, averaged over k = 1 +- 0.01: 1 + 1e-4/2 (its second derivative there is 1)."""
    wide = (GaussianPacket(-400.0, 50 / np.sqrt(2), 1.0), GaussianPacket(400.0, 50 / np.sqrt(2), -1.0))
    contact = TwoParticles(DeltaBarrier(2.0))
    fermions = ws.certify(ws.Problem(contact, Product(wide, "fermions")), 1e-6).quantities["meeting_lag"]
    assert abs(fermions.value) <= fermions.error < 1e-10
    bosons = ws.certify(ws.Problem(contact, Product(wide, "bosons")), 1e-6).quantities["meeting_lag"]
    assert bosons.value == pytest.approx(1 + 0.5e-4, abs=1e-7)


def test_a_high_wall_is_met_alike_by_both() -> None:
    """Behind a core of radius 1 and of height 400 nothing is felt but its skin 1/kappa = 1/20: both turn at r = 1 - 0.05, and are early by twice that."""
    core = TwoParticles(RectangularBarrier(400.0, 2.0))
    lags = [ws.certify(pair(core, s), 1e-6).quantities["meeting_lag"].value for s in ("bosons", "fermions")]
    assert lags[0] == pytest.approx(lags[1], abs=1e-12)
    assert lags[0] == pytest.approx(-2 * (1 - 0.05), abs=1e-3)


def test_a_formula_is_asked_the_same() -> None:
    problem = pair(Expression("1.2*exp(-(x - y)**2/2)"), "bosons")
    assert isinstance(question_of(problem), MeetingDelay)
    known, same = (
        MeetingDelay().predictions(p, None)["meeting_lag"]["scattering"] for p in (problem, pair(_SOFT, "bosons"))
    )
    assert known == pytest.approx(same, abs=1e-9)


def test_psi_of_two_identical_particles() -> None:
    plane = Grid.product(Grid.line(-40.0, 40.0, 128), Grid.line(-40.0, 40.0, 128))
    flat = Hamiltonian(plane, jnp.zeros(plane.points), 1.0)
    plain, bosons, fermions = (
        np.asarray(Product(_PAIR, s).sample(plane, flat)) for s in ("distinguishable", "bosons", "fermions")
    )
    assert np.allclose(bosons, (plain + plain.T) / np.sqrt(2), atol=1e-8)
    assert np.allclose(fermions, (plain - plain.T) / np.sqrt(2), atol=1e-8)
    oblong = Grid.product(Grid.line(-40.0, 40.0, 128), Grid.line(-50.0, 50.0, 128))
    with pytest.raises(NumericsError, match="axes that are alike"):
        Product(_PAIR, "bosons").sample(oblong, Hamiltonian(oblong, jnp.zeros(oblong.points), 1.0))


@pytest.mark.parametrize(
    ("problem", "find", "words"),
    [
        (pair(_SOFT, "bosons"), PassOrBounce(), "nobody knows which is which"),
        (pair(_SOFT, "distinguishable"), MeetingDelay(), "these particles are distinguishable"),
        (pair(TwoParticles(GaussianBarrier(1.0, 1.0, 0.5)), "bosons"), MeetingDelay(), r"V\(-x\) = V\(x\)"),
        (
            ws.Problem(_SOFT, Product((GaussianPacket(-3.0, 2.5, 1.0), GaussianPacket(3.0, 2.5, -1.0)), "bosons")),
            MeetingDelay(),
            "start apart",
        ),
        (
            ws.Problem(_SOFT, Product((GaussianPacket(-15.0, 0.7, 1.0), GaussianPacket(15.0, 0.7, -1.0)), "bosons")),
            MeetingDelay(),
            "approach each other as a whole",
        ),
    ],
)
def test_what_has_no_meaning_is_refused(problem: ws.Problem, find: MeetingDelay | PassOrBounce, words: str) -> None:
    with pytest.raises(WavesimError, match=words):
        ws.certify(problem, find=find)


def test_states_that_two_particles_cannot_have() -> None:
    with pytest.raises(ArgumentError, match="two particles on a line"):
        Product(_PAIR[:1], "bosons")
    with pytest.raises(ArgumentError, match="nothing would be left"):
        Product((_PAIR[0], _PAIR[0]), "fermions")
    # a transformation of JAX may rebuild a state from placeholders, which are all alike
    leaves, shape = jax.tree.flatten(Product(_PAIR, "fermions"))
    assert jax.tree.unflatten(shape, [object] * len(leaves)).identical
    with pytest.raises(NumericsError, match="give grid, dt and duration"):
        ws.plan(ws.Problem(Expression("exp(-x**2 - y**2)"), Product(_PAIR, "bosons"), duration=5.0))
