"""Four formulas for the tunneling splitting beside the exact gap, from shallow wells to gaps of 1e-13."""

import jax.numpy as jnp
import numpy as np
import pytest

from wavesim import theory

# Wells (x^2 - a^2)^2/(8 a^2), omega = 1: a, E_0 and the gap from 40 digits, and the relative errors to find:
# Herring with the exact localised state, WKB, WKB with Furry's factor, instantons with 1, 2, 3 terms.
QUARTIC = [
    (4.0, 0.482958659913315549, 1.895469275767215e-4, -3.3e-5, -7.8e-2, -8.5e-3, (0.11, 7.5e-3, 1.5e-3)),
    (5.5, 0.49139961183820081, 2.056089864623481e-8, -1.6e-9, -7.6e-2, -6.3e-3, (5.3e-2, 1.8e-3, 1.8e-4)),
    (7.0, 0.494774443089373233, 9.95511002578645e-14, 0.0, -7.4e-2, -4.5e-3, (3.2e-2, 6e-4, 3.9e-5)),
]


def quartic(a):
    """The well of the table."""
    return lambda x: (x**2 - a**2) ** 2 / (8 * a**2)


@pytest.mark.parametrize(("a", "energy", "gap", "herring", "wkb", "furry", "instanton"), QUARTIC)
def test_every_formula_is_as_wrong_as_known(a, energy, gap, herring, wkb, furry, instanton):
    """Each formula's relative error agrees with that of an independent study to its two digits (6 %, or 1e-12)."""

    def error(value):
        return float(value) / gap - 1

    levels = theory.doublet_by_shooting(quartic(a), a + 7.0)
    assert error(theory.herring_gap(levels)) == pytest.approx(herring, rel=0.06, abs=1e-12)
    found = theory.wkb_gap(quartic(a), energy + gap / 2, a + 7.0)
    assert error(found) == pytest.approx(wkb, rel=0.06)
    assert error(found * theory.furry_factor()) == pytest.approx(furry, rel=0.06)
    for loops, expected in zip((1, 2, 3), instanton, strict=True):
        assert error(theory.instanton_gap(a * a / 8, a, loops=loops)) == pytest.approx(expected, rel=0.06)


@pytest.mark.parametrize(("a", "expected"), [(4.0, -5.21379e-5), (7.0, -2.46529e-7)])
def test_herring_with_the_state_of_one_well(a, expected):
    """Errors from an independent integration (Runge-Kutta of order 8, 1e-13): -5.21379e-5 and -2.46529e-7, to 1e-10."""
    gap = {row[0]: row[2] for row in QUARTIC}[a]
    found = theory.one_well_herring_gap(quartic(a), a + 7.0)
    assert found / gap - 1 == pytest.approx(expected, abs=2e-10)


def test_the_identity_is_the_gap():
    """(x^2 - 4)^2/2: psi_S(0), psi_A'(0) of the shooting states give 7.58187710306886e-4; Herring times 1/O is it too.

    psi_A' from a difference over the first step dx ~ 6e-3: V - E = 6 bends it by (2 V - 2 E) dx^2/6 ~ 1e-4.
    """
    levels = theory.doublet_by_shooting(lambda x: (x**2 - 4) ** 2 / 2, 6.5)
    middle = levels.x.size // 2
    slope = levels.psi_antisymmetric[middle + 1] / levels.x[middle + 1]
    gap = theory.wronskian_gap(levels.psi_symmetric[middle], slope, levels.overlap / 2)
    assert gap == pytest.approx(7.58187710306886e-4, rel=1e-3)
    assert theory.herring_gap(levels) / levels.overlap == pytest.approx(7.58187710306886e-4, rel=1e-12)


def test_square_wells_with_edges():
    """Depth 2, width 2, 3 apart: gap 3.3525e-3. One well alone within (1 - O) = 6e-4; WKB with its wrong connection 10 %."""

    def wells(x):
        return jnp.where((jnp.abs(x) > 1.5) & (jnp.abs(x) < 3.5), -2.0, 0.0)

    edges = (-3.5, -1.5, 1.5, 3.5)
    levels = theory.doublet_by_shooting(wells, 18.5, edges=edges)
    assert theory.one_well_herring_gap(wells, 18.5, edges=edges) == pytest.approx(levels.gap, rel=1e-3)
    energy = (levels.energy_symmetric + levels.energy_antisymmetric) / 2
    kappa, v = np.sqrt(-2 * energy), np.sqrt(2 * (energy + 2.0))
    by_hand = 2 * v / 4.0 * np.exp(-3 * kappa)
    assert theory.wkb_gap(wells, energy, 18.5, edges=edges) == pytest.approx(by_hand, rel=1e-12)
    assert by_hand == pytest.approx(levels.gap, rel=0.15)


def test_furry_factor():
    """sqrt(pi/e) for the lowest level; for large n 1 + 1/(24 (n + 1/2)), by Stirling's series."""
    assert theory.furry_factor() == pytest.approx(np.sqrt(np.pi / np.e), rel=1e-15)
    assert theory.furry_factor(20) == pytest.approx(1 + 1 / (24 * 20.5), rel=1e-4)


def test_arguments_that_make_no_sense_are_refused():
    """No level below the middle, four loops, a negative level."""
    with pytest.raises(ValueError, match="below its middle"):
        theory.one_well_herring_gap(lambda x: 0.01 * (x**2 - 1) ** 2, 8.0)
    with pytest.raises(ValueError, match="loops"):
        theory.instanton_gap(2.0, 4.0, loops=4)
    with pytest.raises(ValueError, match="level"):
        theory.furry_factor(-1)
