"""Exact references for tests, in plain numpy and scipy: none of the code under test computes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from scipy.integrate import solve_ivp

from wavesim import Problem
from wavesim.grid import Grid
from wavesim.propagation import Numerics
from wavesim.propagation.stepping._step import stepper_for

Array = np.ndarray


def dense_hamiltonian(grid: Grid, potential: Array, mass: float = 1.0) -> Array:
    """H = F^-1 k^2/2m F + V as a matrix, by numpy's FFT of the unit vectors."""
    k = 2 * np.pi * np.fft.fftfreq(grid.points[0], grid.spacing[0])
    kinetic = np.fft.ifft((k**2 / (2 * mass))[:, None] * np.fft.fft(np.eye(len(k)), axis=0), axis=0)
    return np.real(kinetic) + np.diag(potential)


def static_final(hamiltonian: Array, psi: Array, time: float) -> Array:
    """exp(-i H t) psi by diagonalization."""
    energies, vectors = np.linalg.eigh(hamiltonian)
    return vectors @ (np.exp(-1j * energies * time) * (vectors.T @ psi))


def driven_final(hamiltonian: Array, drive: Callable[[float], Array], psi: Array, time: float) -> Array:
    """i d psi/dt = (H + diag drive(t)) psi by an explicit Runge-Kutta method of order 8 with a tolerance of 1e-13."""
    answer = solve_ivp(
        lambda t, y: -1j * (hamiltonian @ y + drive(t) * y), (0.0, time), psi, method="DOP853", rtol=1e-13, atol=1e-15
    )
    return answer.y[:, -1]


def distance(one: Any, other: Any, grid: Grid) -> float:
    """The L2 norm of the difference of two wave functions."""
    return float(np.sqrt(np.sum(np.abs(np.asarray(one) - np.asarray(other)) ** 2) * grid.cell))


@jax.jit
def _advanced(stepper: Any, carry: Any, count: Any) -> jax.Array:
    return stepper.output(stepper.advance(carry, count))


def last(problem: Problem, numerics: Numerics, psi: Any) -> Array:
    """psi after all steps of `numerics`, from psi: one compilation for each scheme, whatever the number of steps."""
    stepper = stepper_for(problem, numerics)
    return np.asarray(_advanced(stepper, stepper.start(jnp.asarray(psi)), numerics.steps))


def order(counts: list[int], errors: list[float]) -> float:
    """The slope of log error against log step, by least squares."""
    return float(np.polyfit(np.log(1 / np.asarray(counts, float)), np.log(errors), 1)[0])
