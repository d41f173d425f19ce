"""Local density of states, against closed forms; hbar = m = 1, v = sqrt(2 E).

Formula: free 1/(pi v); a delta of strength g, c = g/k: rho pi v = 1 + Re(r exp(2 i k abs(x))), r = -i c/(1 + i c)
(both sides add up, T + R = 1); a step of V0 at 0, E > V0: on the left 1/(pi v) (1 + r cos(2 k x)), r = (k - q)/(k + q), on the right with -r and q.
Budget of the tolerance: 1e-9 of the waves, by slices on which a phase turns by 0.25 (constant V is exact): 1e-8.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from wavesim import Problem, theory
from wavesim.analysis import local_density_of_states, scattering_states
from wavesim.errors import WavesimError
from wavesim.potentials import (
    AbstractPotential,
    DeltaBarrier,
    DeltaWell,
    Free,
    GaussianBarrier,
    Harmonic,
    Heterostructure,
    RectangularBarrier,
    Step,
)
from wavesim.states import GaussianPacket
from wavesim.viz import states_picture

X = np.linspace(-6.0, 6.0, 121)
PACKET = GaussianPacket(-30.0, 4.0, 1.0)


def density(potential: AbstractPotential, energy: float) -> np.ndarray:
    return local_density_of_states(Problem(potential, PACKET), np.array([energy]), X).density[0]


def test_a_free_line_has_one_over_pi_v() -> None:
    assert density(Free(), 0.5) == pytest.approx(np.full(X.size, 1 / math.pi), abs=1e-12)


@pytest.mark.parametrize("strength", [0.7, -1.3])
def test_beside_a_delta(strength: float) -> None:
    k, c = 0.9, strength / 0.9
    r = -1j * c / (1 + 1j * c)
    potential = DeltaBarrier(strength) if strength > 0 else DeltaWell(-strength)
    known = (1 + np.real(r * np.exp(2j * k * np.abs(X)))) / (math.pi * k)
    assert density(potential, k**2 / 2) == pytest.approx(known, abs=1e-8)


def test_beside_a_step() -> None:
    k, q = 1.3, math.sqrt(1.3**2 - 2 * 0.4)
    r = (k - q) / (k + q)
    known = np.where(
        X < 0, (1 + r * np.cos(2 * k * X)) / (math.pi * k), (1 - r * np.cos(2 * q * np.abs(X))) / (math.pi * q)
    )
    assert density(Step(0.4), k**2 / 2) == pytest.approx(known, abs=1e-8)


def test_below_a_step_one_side_alone_counts() -> None:
    """E = 0.3 below V0 = 0.4: k = sqrt 0.6, kappa = sqrt 0.2; total reflection, 2/(pi v) cos^2(k x - phi), tan phi = -kappa/k, and its tail."""
    k, kappa = math.sqrt(0.6), math.sqrt(0.2)
    phi = -math.atan2(kappa, k)
    known = np.where(X < 0, np.cos(k * X - phi) ** 2, math.cos(phi) ** 2 * np.exp(-2 * kappa * np.abs(X)))
    assert density(Step(0.4), 0.3) == pytest.approx(2 * known / (math.pi * k), abs=1e-8)
    assert np.all(density(Step(0.4), -0.1) == 0.0)


def test_scattering_states_carry_the_flux_of_both_directions() -> None:
    """Im(psi* psi') = T k on the far side of each, T of the rectangle in closed form; second differences at h = 0.1 leave k^2 h^2/6 = 1e-3."""
    states = scattering_states(Problem(RectangularBarrier(1.0, 1.5), PACKET), 0.5, X)
    known = float(theory.rectangular_transmission(0.5, 1.0, 1.5))
    for wave, sign in ((states.from_left, 1.0), (states.from_right, -1.0)):
        assert wave is not None
        flux = np.imag(np.conj(wave) * np.gradient(wave, X))
        assert flux[1:-1] == pytest.approx(np.full(X.size - 2, sign * known), abs=6e-3)
    closed = scattering_states(Problem(Step(0.4), PACKET), 0.3, X)
    assert closed.from_right is None
    assert closed.from_left is not None


def test_levels_lie_apart() -> None:
    """The delta of strength 1.3 holds one level, -1.3^2/2; a barrier holds none."""
    well = local_density_of_states(Problem(DeltaWell(1.3), PACKET), np.array([0.1, 0.2]), X)
    assert well.levels == pytest.approx([-(1.3**2) / 2], abs=1e-9)
    assert local_density_of_states(Problem(GaussianBarrier(1.0, 1.0), PACKET), np.array([0.1]), X).levels.size == 0


def test_a_picture_of_the_states_and_their_density() -> None:
    picture = states_picture(Problem(GaussianBarrier(-1.0, 1.0), PACKET), 0.3)
    left, right = picture.figure.axes[:2]
    assert left.get_xlabel() == "x (natural units)"
    legend = left.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["from the left", "from the right"]
    assert right.images


@pytest.mark.parametrize(
    ("potential", "words"),
    [(Harmonic(1.0), "flat on both sides"), (Heterostructure(((1.0, 0.2, 0.5),)), "same everywhere")],
)
def test_what_has_no_such_states_is_refused(potential: AbstractPotential, words: str) -> None:
    with pytest.raises(WavesimError, match=words):
        local_density_of_states(Problem(potential, PACKET), np.array([0.5]), X)
