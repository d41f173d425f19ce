"""Initial states: their formulas, moments, where the planner thinks they are, and what they refuse."""

from __future__ import annotations

from collections.abc import Callable

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import erfc

from wavesim import Grid, Problem, theory
from wavesim.errors import ArgumentError, NumericsError
from wavesim.fourier import momentum_amplitude
from wavesim.hamiltonian import Hamiltonian
from wavesim.potentials import Free, Harmonic, QuarticDoubleWell, Separable
from wavesim.states import Eigenstate, GaussianPacket, LeftLocalized, Product, RightLocalized, Superposition

GRID = Grid.line(-20.0, 20.0, 256)
X = np.asarray(GRID.x)
FREE = Hamiltonian(GRID, jnp.zeros(256), 1.7)


def density(psi: np.ndarray) -> np.ndarray:
    return np.abs(psi) ** 2 * GRID.spacing[0]


def test_a_gaussian_packet_is_the_closed_form_at_time_zero() -> None:
    """theory.free_packet at t = 0, phase included: psi is real and positive at its center. Budget: 1e-14."""
    packet = GaussianPacket(center=-2.3, width=1.4, momentum=0.8)
    exact = theory.free_packet(X, 0.0, center=-2.3, width=1.4, momentum=0.8)
    assert np.max(np.abs(np.asarray(packet.sample(GRID, FREE)) - np.asarray(exact))) < 1e-14


def test_width_is_the_standard_deviation_of_the_density() -> None:
    """And that of the momenta is 1/(2 width). Moments of the samples, 1e-12."""
    psi = np.asarray(GaussianPacket(center=-2.3, width=1.4, momentum=0.8).sample(GRID, FREE))
    rho = density(psi)
    assert np.sum(rho) == pytest.approx(1.0, abs=1e-14)
    assert np.sum(rho * X) == pytest.approx(-2.3, abs=1e-12)
    assert np.sum(rho * (X + 2.3) ** 2) ** 0.5 == pytest.approx(1.4, abs=1e-12)
    k = np.asarray(GRID.momentum[0])
    spectrum = np.abs(np.asarray(momentum_amplitude(jnp.asarray(psi), GRID))) ** 2 * 2 * np.pi / 40
    assert np.sum(spectrum * k) == pytest.approx(0.8, abs=1e-12)
    assert np.sum(spectrum * (k - 0.8) ** 2) ** 0.5 == pytest.approx(1 / 2.8, abs=1e-12)


def test_energy_instead_of_momentum() -> None:
    """energy = p^2/2m of the mean momentum, with the problem's mass; left or right."""
    for direction, sign in (("right", 1), ("left", -1)):
        packet = GaussianPacket.with_energy(0.9, center=0.0, width=2.0, direction=direction)
        assert float(packet.mean_momentum(1.7)) == pytest.approx(sign * (2 * 1.7 * 0.9) ** 0.5)
        plain = GaussianPacket(center=0.0, width=2.0, momentum=sign * (2 * 1.7 * 0.9) ** 0.5)
        assert np.array_equal(np.asarray(packet.sample(GRID, FREE)), np.asarray(plain.sample(GRID, FREE)))


def test_ranges_hold_all_but_the_tail() -> None:
    """P(x > right) = tail = erfc((right - c)/(w sqrt 2))/2, and the same for momenta of spread 1/(2w)."""
    packet = GaussianPacket(center=-2.3, width=1.4, momentum=0.8)
    for tail in (1e-2, 1e-6, 1e-12):
        left, right = packet.position_range(tail)
        assert erfc((right + 2.3) / 1.4 / 2**0.5) / 2 == pytest.approx(tail, rel=1e-6)
        assert left + right == pytest.approx(-4.6)
        slow, fast = packet.momentum_range(tail, 1.7)
        assert erfc((fast - 0.8) * 2.8 / 2**0.5) / 2 == pytest.approx(tail, rel=1e-6)
        assert slow + fast == pytest.approx(1.6)


def test_a_product_of_packets() -> None:
    """psi_1(x) psi_2(y), normalized; ranges of the first axis; too few factors are refused."""
    line = Grid.line(-10.0, 10.0, 32)
    grid = Grid.product(line, line)
    one, two = (GaussianPacket(center=c, width=1.3, momentum=k) for c, k in ((-1.0, 0.5), (2.0, -0.3)))
    flat = Hamiltonian(line, jnp.zeros(32), 1.0)
    both = Product((one, two))
    psi = np.asarray(both.sample(grid, Hamiltonian(grid, jnp.zeros(grid.points), 1.0)))
    exact = np.outer(np.asarray(one.sample(line, flat)), np.asarray(two.sample(line, flat)))
    assert np.max(np.abs(psi - exact)) < 1e-14
    assert both.position_range(1e-3) == one.position_range(1e-3)
    with pytest.raises(NumericsError, match="one factor for each axis, but has 1 for 2 axes"):
        Product((one,)).sample(grid, Hamiltonian(grid, jnp.zeros(grid.points), 1.0))
    with pytest.raises(
        NumericsError, match="must be of one axis, but there are 2; use Product with one packet for each axis"
    ):
        one.sample(grid, Hamiltonian(grid, jnp.zeros(grid.points), 1.0))


def test_superpositions_are_normalized() -> None:
    """Two packets that overlap: psi ~ 3 a - b, norm 1 whatever the overlap."""
    a, b = (GaussianPacket(center=c, width=1.4, momentum=0.2) for c in (-1.0, 1.0))
    psi = np.asarray(Superposition((a, b), (3.0, -1.0)).sample(GRID, FREE))
    raw = 3 * np.asarray(a.sample(GRID, FREE)) - np.asarray(b.sample(GRID, FREE))
    assert np.sum(density(psi)) == pytest.approx(1.0, abs=1e-14)
    assert psi == pytest.approx(raw / np.sqrt(np.sum(density(raw))), abs=1e-14)
    assert not Superposition((a, b), (3.0, -1.0)).bound
    assert Superposition((Eigenstate(0), Eigenstate(1)), (1.0, 1.0)).bound


@pytest.mark.parametrize("tilt", [0.0, 0.02])
def test_localized_states_sit_on_their_side(tilt: float) -> None:
    """(S -+ A)/sqrt 2 of a double well: more than 95 % on the named side, orthogonal, and mirror images if the well is symmetric.

    In a tilted well, too: the transition dipole tells left from right.
    """
    grid = Grid.line(-6.0, 6.0, 64)
    hamiltonian = Problem(QuarticDoubleWell(2.0, 1.6, tilt), Eigenstate()).hamiltonian(grid)
    left, right = (np.asarray(kind().sample(grid, hamiltonian)) for kind in (LeftLocalized, RightLocalized))
    x, cell = np.asarray(grid.x), grid.cell
    assert np.sum(np.abs(left[x < 0]) ** 2) * cell > (0.95 if tilt == 0 else 0.5)
    assert np.sum(np.abs(right[x > 0]) ** 2) * cell > (0.95 if tilt == 0 else 0.5)
    assert abs(np.vdot(left, right)) * cell < 1e-12
    if tilt == 0:
        assert np.max(np.abs(np.abs(np.roll(left[::-1], 1)) - np.abs(right))) < 1e-9
    plane = Grid.product(grid, grid)
    wells = Separable((QuarticDoubleWell(2.0, 1.6), Harmonic(1.0)))
    with pytest.raises(NumericsError, match="defined in one dimension"):
        LeftLocalized().sample(plane, Problem(wells, Eigenstate()).hamiltonian(plane))


PACKET = GaussianPacket(center=0.0, width=1.0, momentum=1.0)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: GaussianPacket(center=0.0, width=-1.0, momentum=1.0), "`width` must be positive"),
        (lambda: GaussianPacket(center=0.0, width=1.0), "exactly one"),
        (lambda: GaussianPacket(center=0.0, width=1.0, momentum=1.0, energy=1.0), "must not be given together"),
        (lambda: GaussianPacket(center=0.0, width=1.0, energy=-1.0), "`energy` must be positive"),
        (lambda: GaussianPacket(center=0.0, width=1.0, energy=1.0, direction="up"), "must be one of right, left"),
        (lambda: GaussianPacket(center=0.0, width=1.0, momentum=1.0, direction="left"), "make `momentum` negative"),
        (lambda: Eigenstate(-1), "`level` must be at least 0"),
        (lambda: Superposition((PACKET,), (1.0, 2.0)), "one for each term"),
        (lambda: Superposition((PACKET, Eigenstate()), (1.0, 2.0)), "but are mixed"),
    ],
)
def test_what_is_no_state_is_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        make()


def test_a_packet_must_fit_its_grid() -> None:
    """Outside of the box, and beyond the momenta of the grid: both with the numbers and the cure."""
    GaussianPacket(center=0.0, width=1.0, momentum=5.0).check_fit(GRID, 1.0)
    with pytest.raises(NumericsError, match="must lie inside the box, but it reaches from 14.9"):
        GaussianPacket(center=18.0, width=1.0, momentum=1.0).check_fit(GRID, 1.0)
    with pytest.raises(NumericsError, match="take more points, a spacing below"):
        GaussianPacket(center=0.0, width=1.0, momentum=25.0).check_fit(GRID, 1.0)
    with pytest.raises(NumericsError, match="must lie inside the box"):
        plane = Grid.product(GRID, Grid.line(-2.0, 2.0, 16))
        Product((PACKET, PACKET)).check_fit(plane, 1.0)


def test_bound_or_not() -> None:
    assert Eigenstate.bound and LeftLocalized.bound and RightLocalized.bound
    assert not GaussianPacket.bound
    assert Problem(Free(), PACKET).open
    assert not Problem(Harmonic(1.0), PACKET).open
    assert not Problem(Free(), Eigenstate()).open
