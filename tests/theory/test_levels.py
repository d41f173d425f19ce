"""Levels and tunneling gaps: two independent methods against 40-digit references and against each other."""

from types import SimpleNamespace

import jax.numpy as jnp
import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from wavesim import theory

# Quartic wells (x^2 - a^2)^2/(8 a^2), omega = 1 at the minima: half distance, E_0, E_1 - E_0 from 40 digits.
QUARTIC = [
    (4.0, 0.482958659913315549, 1.895469275767215e-4),
    (5.5, 0.49139961183820081, 2.056089864623481e-8),
    (7.0, 0.494774443089373233, 9.95511002578645e-14),
]


def quartic(a):
    """The well of the table."""
    return lambda x: (x**2 - a**2) ** 2 / (8 * a**2)


@pytest.mark.parametrize(("a", "energy", "gap"), QUARTIC)
def test_gap_from_the_fourier_grid(a, energy, gap):
    """128 points on the half line: the gap by the Wronskian identity, rounding 1e-15/sqrt(gap) of itself.

    a = 4, 5.5, 7: budgets 2e-12, 1e-10, 5e-9 (the subtraction of energies is worthless at a = 7). The stated
    error must cover and must not exceed 1e-7 of the gap.
    """
    found = theory.doublet(quartic(a), a + 7.0)
    assert found.energy_symmetric == pytest.approx(energy, abs=1e-13)
    assert found.gap == pytest.approx(gap, rel={4.0: 2e-12, 5.5: 1e-10, 7.0: 5e-9}[a])
    assert abs(found.gap - gap) <= found.gap_error < 1e-7 * gap


@pytest.mark.parametrize(("a", "energy", "gap"), QUARTIC)
def test_gap_by_shooting(a, energy, gap):
    """The same three gaps with the states followed outward from the middle: 1e-12 of the gap, all three alike."""
    found = theory.doublet_by_shooting(quartic(a), a + 7.0)
    assert found.energy_symmetric == pytest.approx(energy, abs=2e-15)
    assert found.gap == pytest.approx(gap, rel=1e-12)
    assert abs(found.gap - gap) <= found.gap_error


def test_the_reference_double_well():
    """(x^2 - 4)^2/2: gap 7.58187710306886e-4 (15 digits), overlap just below 1, states normalised and of parity."""
    found = theory.doublet(lambda x: (x**2 - 4) ** 2 / 2, 6.5)
    assert found.gap == pytest.approx(7.58187710306886e-4, rel=2e-12)
    assert found.energy_antisymmetric - found.energy_symmetric == pytest.approx(found.gap, abs=1e-11)
    dx = found.x[1] - found.x[0]
    s, a, right = found.psi_symmetric, found.psi_antisymmetric, found.x > 0
    assert np.sum(s**2) * dx == pytest.approx(1.0, abs=1e-12)
    assert np.sum(a**2) * dx == pytest.approx(1.0, abs=1e-12)
    np.testing.assert_allclose(s, s[::-1])
    np.testing.assert_allclose(a, -a[::-1])
    # The half-line sum is a midpoint rule whose end at x = 0 costs dx^2/24 psi_S psi_A' ~ 1e-7.
    assert found.overlap == pytest.approx(2 * np.sum((s * a)[right]) * dx, abs=1e-6)
    assert 0.999 < found.overlap < 1
    shot = theory.doublet_by_shooting(lambda x: (x**2 - 4) ** 2 / 2, 6.5)
    assert shot.gap == pytest.approx(7.58187710306886e-4, rel=1e-12)
    assert shot.overlap == pytest.approx(found.overlap, abs=1e-13)
    np.testing.assert_allclose(np.interp(found.x, shot.x, shot.psi_symmetric), s, atol=1e-4)


def square_wells(depth, well, separation, half_length):
    """A double square well as a function, its edges, and its two lowest levels from 60 digits of its own equation."""

    def potential(x):
        inside = (jnp.abs(x) > separation / 2) & (jnp.abs(x) < separation / 2 + well)
        return jnp.where(inside, -depth, 0.0)

    def mismatch(energy, odd):
        k, q = mp.sqrt(2 * (energy + depth)), mp.sqrt(-2 * energy)
        tanh = mp.tanh(q * separation / 2)
        inner = q / tanh if odd else q * tanh
        outer = -q / mp.tanh(q * (half_length - separation / 2 - well))
        tan = mp.tan(k * well)
        return (inner - k * tan) - outer * (1 + inner / k * tan)

    def levels(start):
        with mp.workdps(60):
            return [mp.findroot(lambda e, odd=odd: mismatch(e, odd), mp.mpf(start)) for odd in (False, True)]

    return SimpleNamespace(potential=potential, levels=levels, edges=(separation / 2, separation / 2 + well))


@pytest.mark.parametrize("separation", [3.0, 8.0, 30.0])
def test_square_double_well(separation):
    """Depth 2, wells of 2, walls 15 beyond: levels to 1e-14, gaps 3e-3, 6e-7 and 3e-23 alike to 5e-12 of themselves.

    Flat segments are exact; the overlap integral (Romberg) and rounding remain. A Fourier grid would be first order.
    """
    half_length = separation / 2 + 2 + 15
    wells = square_wells(2.0, 2.0, separation, half_length)
    found = theory.doublet_by_shooting(wells.potential, half_length, edges=wells.edges)
    with mp.workdps(60):
        e_s, e_a = wells.levels(found.energy_symmetric)
        gap = float(e_a - e_s)
    assert found.energy_symmetric == pytest.approx(float(e_s), abs=1e-14)
    assert found.energy_antisymmetric == pytest.approx(float(e_a), abs=1e-14)
    assert found.gap == pytest.approx(gap, rel=5e-12)
    assert abs(found.gap - gap) <= found.gap_error
    if separation == 3.0:
        both = tuple(-e for e in wells.edges) + wells.edges
        energies, errors = theory.levels_by_shooting(wells.potential, -half_length, half_length, edges=both)
        assert np.all(np.abs(energies - [float(e_s), float(e_a)]) <= errors)
        np.testing.assert_allclose(energies, [float(e_s), float(e_a)], atol=2e-14)


def test_levels_of_the_oscillator_by_both_methods():
    """x^2/2 with m = 1: (n + 1/2), from the sinc grid and from node counting, within the errors they state."""
    exact = theory.harmonic_levels(8, 1.0)
    grid = theory.grid_levels(lambda x: x**2 / 2, -12.0, 12.0, count=8)
    assert np.all(np.abs(grid.energies - exact) <= grid.errors)
    np.testing.assert_allclose(grid.energies, exact, atol=1e-12)
    energies, errors = theory.levels_by_shooting(lambda x: x**2 / 2, -12.0, 12.0, count=8)
    assert np.all(np.abs(energies - exact) <= errors)
    np.testing.assert_allclose(energies, exact, atol=1e-12)
    dx = grid.x[1] - grid.x[0]
    np.testing.assert_allclose(grid.psi @ grid.psi.T * dx, np.eye(8), atol=1e-12)
    ground = (1 / np.pi) ** 0.25 * np.exp(-(grid.x**2) / 2)
    np.testing.assert_allclose(grid.psi[0], ground, atol=1e-12)


def test_a_coarse_grid_says_so():
    """16 points for 8 levels of the oscillator on 24 lengths: wrong by per cents, and the error covers it."""
    grid = theory.grid_levels(lambda x: x**2 / 2, -12.0, 12.0, count=8, points=16)
    wrong = np.abs(grid.energies - theory.harmonic_levels(8, 1.0))
    assert wrong.max() > 1e-2
    assert np.all(wrong <= grid.errors)


@settings(max_examples=3)
@given(st.floats(0.3, 3.0), st.floats(1.0, 6.0), st.floats(-1.0, 1.0))
def test_asymmetric_wells_by_both_methods(mass, barrier, tilt):
    """Tilted quartic wells, four levels: sinc grid and node counting agree within their summed errors, and 1e-10."""

    def potential(x):
        return barrier * ((x / 2) ** 2 - 1) ** 2 + tilt * x / 2

    grid = theory.grid_levels(potential, -9.0, 9.0, count=4, points=160, mass=mass)
    energies, errors = theory.levels_by_shooting(potential, -9.0, 9.0, count=4, mass=mass)
    assert np.all(np.abs(grid.energies - energies) <= grid.errors + errors)
    np.testing.assert_allclose(grid.energies, energies, atol=1e-10 * (1 + np.abs(energies).max()))


def test_empty_box_has_the_levels_of_a_box():
    """V = 0 between walls at 0 and 3: (n pi/3)^2/2; crossed in exact slices: 1e-13."""
    energies, errors = theory.levels_by_shooting(lambda x: 0 * x, 0.0, 3.0, count=5)
    exact = (np.arange(1, 6) * np.pi / 3) ** 2 / 2
    assert np.all(np.abs(energies - exact) <= errors)
    np.testing.assert_allclose(energies, exact, rtol=1e-13)


def test_deltas_are_jumps_of_the_slope():
    """Wells of strength 1 at -1.5 and 1.5: the closed form of both levels; alone and off center: -1/2. Errors stated, and 1e-13."""
    pair = theory.delta_doublet(1.0, 3.0)
    levels, errors = theory.levels_by_shooting(
        lambda x: 0 * x, -40.0, 40.0, count=2, deltas=((-1.5, 1.5), (-1.0, -1.0))
    )
    exact = np.array([float(pair.energy_symmetric), float(pair.energy_antisymmetric)])
    assert np.all(np.abs(levels - exact) <= errors)
    np.testing.assert_allclose(levels, exact, atol=1e-13)
    levels, errors = theory.levels_by_shooting(lambda x: 0 * x, -30.0, 30.0, count=1, deltas=([0.3], [-1.0]))
    np.testing.assert_allclose(levels, -0.5, atol=1e-14)


def test_a_bend_that_is_not_listed_is_found():
    """|x| in a box that puts 0 nowhere in particular: zeros of Ai' and Ai over 2^(1/3), to 1e-10 with and without its edge."""
    exact = np.array([1.018792971647471, 2.338107410459767, 3.248197582179837, 4.087949444130970]) / 2 ** (1 / 3)
    for edges in ((), (0.0,)):
        levels, errors = theory.levels_by_shooting(lambda x: abs(x), -13.3, 15.0, count=4, edges=edges)
        assert np.all(np.abs(levels - exact) <= errors)
        np.testing.assert_allclose(levels, exact, atol=1e-10)


def test_levels_on_the_whole_line():
    """-1/sqrt(x^2 + 2): -1/2 exactly, long tails; -3 sech^2: -(lambda - n)^2/2, of which two are bound; exp(x) - x overflows far out."""
    levels, errors = theory.bound_levels(lambda x: -1 / np.sqrt(x**2 + 2), -8.0, 8.0, count=5, rim=0.0)
    assert levels[0] == pytest.approx(-0.5, abs=1e-11) and np.all(errors < 1e-9)
    assert levels[1:3] == pytest.approx([-0.2329033373781, -0.1338288591396], abs=1e-11)
    levels, errors = theory.bound_levels(
        lambda x: -3 / np.cosh(np.minimum(abs(x), 300)) ** 2, -4.0, 4.0, count=9, rim=0.0
    )
    assert levels == pytest.approx([-2.0, -0.5], abs=1e-10) and errors.shape == (2,)
    with np.errstate(over="ignore"):
        steep, _ = theory.bound_levels(lambda x: np.exp(x) - x, -3.0, 2.0, count=2)
    shot, _ = theory.levels_by_shooting(lambda x: np.exp(x) - x, -60.0, 8.0, count=2)
    np.testing.assert_allclose(steep, shot, atol=1e-9)


def airy_levels(count):
    """Levels of V = x beyond a wall at 0, -a_n/2^(1/3) with a_n the zeros of Ai, from 30 digits."""
    with mp.workdps(30):
        return np.array([float(-mp.airyaizero(n) * mp.mpf(2) ** (-mp.mpf(1) / 3)) for n in range(1, count + 1)])


@pytest.mark.parametrize("structure", [1.0, 0.887])
def test_the_bouncer_to_what_its_levels_claim(structure):
    """Set-up: V = x above a wall at 0, five levels; where the structure of V ends says nothing of how far they reach.

    Formula: E_n = -a_n/2^(1/3), Ai(a_n) = 0. A structure that is short lets a first guess put the far wall at x = 235, where cells take all there are.
    Budget: the stated error, below 3e-10; the true one below 5e-12, since no wall lies farther than the levels need.
    """
    energies, errors = theory.bound_levels(lambda x: 1.0 * x, 0.0, structure, count=5, walls=(0.0, None))
    assert np.all(np.abs(energies - airy_levels(5)) <= np.minimum(errors, 5e-12))
    assert np.all(errors < 3e-10)


def test_cells_that_are_too_few_are_told():
    """Set-up: the same with the far wall at 235, seen with cells of 1e-12: more than there may be, so that looser ones are taken.

    Formula: as above. Budget: the stated error, which knows the looser cells; the change between two such meshes alone did not cover (5e-11 beside 2e-11).
    """
    width = 0.8871560120379608
    edges = np.concatenate([np.linspace(0.0, width, 25), width + width * 2.0 ** np.arange(-3, 8)])[1:]
    energies, errors = theory.levels_by_shooting(
        lambda x: 1.0 * x, 0.0, 235.1282087599013, count=5, edges=edges[edges < 235.0]
    )
    assert np.all(np.abs(energies - airy_levels(5)) <= errors / 4)


def test_arguments_that_make_no_sense_are_refused():
    """Walls out of order, no points, complex potentials, no levels: each names what must hold."""

    def well(x):
        return x**2 / 2

    with pytest.raises(ValueError, match="greater than left"):
        theory.grid_levels(well, 5.0, -5.0)
    with pytest.raises(ValueError, match="three quarters"):
        theory.grid_levels(well, -5.0, 5.0, count=20, points=20)
    with pytest.raises(ValueError, match="half_length"):
        theory.doublet(well, -1.0)
    with pytest.raises(ValueError, match="at least 8"):
        theory.doublet(well, 5.0, points=4)
    with pytest.raises(ValueError, match="real"):
        theory.doublet(lambda x: x**2 - 1j, 5.0)
    with pytest.raises(ValueError, match="real"):
        theory.levels_by_shooting(lambda x: x**2 - 1j, -5.0, 5.0)
    with pytest.raises(ValueError, match="at least 1"):
        theory.levels_by_shooting(well, -5.0, 5.0, count=0)
