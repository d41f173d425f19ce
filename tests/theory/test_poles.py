"""Resonances as zeros of an analytic function: none missed, none invented, and right to all digits."""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from wavesim import theory


def barriers(height, width, separation):
    inner, outer = separation / 2, separation / 2 + width
    return theory.surveyed(
        lambda x: jnp.where((jnp.abs(x) > inner) & (jnp.abs(x) < outer), height, 0.0),
        -outer,
        outer,
        (-inner, inner),
        v_left=0.0,
        v_right=0.0,
    )


@pytest.mark.parametrize(("height", "width", "separation"), [(2.0, 3.0, 5.0), (1.15937, 2.26319, 1.7087)])
def test_two_rectangular_barriers(height, width, separation):
    """Poles below the top by the condition cot or tan(k d/2) of each parity, from 1e-6 to 0.02 wide; those above the top come besides.

    Budget: rounding of E, 1e-14, in E and in Gamma alike.
    """
    exact = np.array(theory.double_rectangular_resonances(height, width, separation), complex)
    found = theory.resonance_poles(barriers(height, width, separation), 0.02, 0.999 * height)
    below = [pole for pole in found if pole.energy <= max(np.real(exact)) + 1e-9]
    assert [pole.energy for pole in below] == pytest.approx(list(np.real(exact)), abs=3e-14)
    assert [pole.width for pole in below] == pytest.approx(list(-2 * np.imag(exact)), abs=6e-14)


def test_three_barriers_make_pairs():
    """Three equal barriers around two wells of width 4, with two levels each below 1.4: two pairs, all four found, and T peaks at each.

    Formula: at T's peak between equal leads the pole's real part, to Gamma. Budget: the width.
    """
    edges = np.array([-7.0, -5.0, -1.0, 1.0, 5.0, 7.0])
    terrain = theory.surveyed(
        lambda x: jnp.where((jnp.abs(x) < 1) | ((jnp.abs(x) > 5) & (jnp.abs(x) < 7)), 1.5, 0.0),
        -7.0,
        7.0,
        edges,
        v_left=0.0,
        v_right=0.0,
    )
    found = theory.resonance_poles(terrain, 0.05, 1.4)
    assert len(found) == 4
    for pole in found:
        energies = pole.energy + pole.width * np.linspace(-1, 1, 201)
        transmission = theory.terrain_transmission(terrain)(energies)
        assert abs(energies[np.argmax(transmission)] - pole.energy) < pole.width
        assert np.max(transmission) > 0.9


def test_two_gaussian_barriers():
    """V = 2 exp(-(x - 3)^2) + 2 exp(-(x + 3)^2): the outgoing wave at a complex energy by scipy's DOP853, its zero by the secant method.

    Budget: the integrator's 1e-12 a step over 300 steps: 1e-9 in E, and in a width of 1.5e-4 and more.
    """
    found = theory.resonance_poles(
        theory.surveyed(lambda x: 2 * jnp.exp(-((x - 3) ** 2)) + 2 * jnp.exp(-((x + 3) ** 2)), -9.0, 9.0), 0.1, 1.2
    )
    assert len(found) == 2
    for pole in found:

        def incoming(energy):
            k = np.sqrt(2 * energy + 0j)

            def slope(x, y):
                return [y[1], 2 * (2 * np.exp(-((x - 3) ** 2)) + 2 * np.exp(-((x + 3) ** 2)) - energy) * y[0]]

            psi, bend = solve_ivp(slope, (9.0, -9.0), [1.0 + 0j, 1j * k], method="DOP853", rtol=1e-12, atol=1e-14).y[
                :, -1
            ]
            return psi + bend / (1j * k)

        energies = [pole.energy - 0.45j * pole.width, pole.energy - 0.55j * pole.width]
        values = [incoming(energy) for energy in energies]
        for _ in range(4):
            energies.append(energies[-1] - values[-1] * (energies[-1] - energies[-2]) / (values[-1] - values[-2]))
            values.append(incoming(energies[-1]))
        assert pole.energy == pytest.approx(energies[-1].real, abs=1e-9)
        assert pole.width == pytest.approx(-2 * energies[-1].imag, abs=1e-9)


def test_nothing_is_invented():
    """A step, and free space: no resonance at all."""
    for potential in (lambda x: 0.3 * (1 + jnp.tanh(x)), lambda x: 0 * x):
        assert theory.resonance_poles(theory.surveyed(potential, -20.0, 20.0), 0.7, 3.0, broadest=0.4) == []
