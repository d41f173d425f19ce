"""Where a run backward says nothing of the grid: V above the grid's kinetic energies in the walls of a well; grids are compared there."""

from __future__ import annotations

import math

import numpy as np
from scipy.integrate import solve_ivp

from wavesim import Problem, certify
from wavesim.analysis import Motion
from wavesim.potentials import Expression
from wavesim.states import GaussianPacket


def test_a_packet_in_steep_walls_has_a_bar() -> None:
    """Set-up: x^6/2, a packet that reaches places where V is 1e4 times its energy, rounding psi by steps.

    Formula: <x>, its spread and <p> by the eigenvectors of H on 700 points of a sinc grid, which share nothing with the run. Budget: the bars; the
    sinc grid is right to 1e-9. (By the run backward alone the bar was 1e23, and stayed so on grids eight times as fine.)
    """
    center, width, momentum, duration = -0.63, 0.77, 0.7, 7.29504
    packet = GaussianPacket(center=center, width=width, momentum=momentum)
    problem = Problem(Expression("0.528311*x^6"), packet, duration=duration)
    report = certify(problem, 2e-4, find=Motion())
    x, h = np.linspace(-6.5, 6.5, 700, retstep=True)
    apart = np.arange(700)[:, None] - np.arange(700)
    with np.errstate(divide="ignore"):
        signs = (-1.0) ** np.abs(apart)
        kinetic = np.where(apart == 0, math.pi**2 / 6, signs / np.where(apart == 0, 1, apart) ** 2) / h**2
    energies, states = np.linalg.eigh(kinetic + np.diag(0.528311 * x**6))
    start = np.exp(-(((x - center) / width) ** 2) / 4 + 1j * momentum * x)
    psi = states @ (np.exp(-1j * energies * duration) * (states.T @ start))
    share = np.abs(psi) ** 2 / np.sum(np.abs(psi) ** 2)
    mean = float(share @ x)
    slope = np.where(apart == 0, 0.0, signs / np.where(apart == 0, 1, apart)) / h
    found = {
        "mean_position": mean,
        "position_spread": math.sqrt(float(share @ (x - mean) ** 2)),
        "mean_momentum": float(np.real(np.conj(psi) @ (-1j * slope @ psi)) / np.sum(np.abs(psi) ** 2)),
    }
    assert report.warnings == ()
    assert report.headline.error <= 2e-4
    assert found.keys() <= report.quantities.keys()
    for name, value in found.items():
        assert abs(report.quantities[name].value - value) <= report.quantities[name].error, name
    assert report.runs <= 16


def test_a_packet_that_is_squeezed_has_a_bar() -> None:
    """Set-up: an oscillator that stiffens 22-fold in its duration. Formula: <x> = c(t), c'' = -k(t) c, by solve_ivp. Budget: the bar, 1.4e-4 at most."""
    stiffness, growth, duration = 1.35902, 0.523626, 7.0
    problem = Problem(
        Expression("A*(1 + b*t)**2*x**2/2", parameters={"A": stiffness, "b": growth}),
        GaussianPacket(center=1.36, width=1.067, momentum=-0.85),
        duration=duration,
    )
    report = certify(problem, 1.4e-4, find=Motion())
    center = solve_ivp(
        lambda t, y: [y[1], -stiffness * (1 + growth * t) ** 2 * y[0]],
        (0.0, duration), [1.36, -0.85], rtol=1e-11, atol=1e-12,
    ).y[0, -1]  # fmt: skip
    assert report.warnings == ()
    assert abs(report.headline.value - center) <= report.headline.error <= 1.4e-4
    assert math.isclose(report.quantities["norm"].value, 1.0, abs_tol=1e-9)
    assert report.runs <= 16
