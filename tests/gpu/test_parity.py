"""The GPU gives what the CPU gives. Run with ``pytest -m gpu`` on a machine that has one; deselected everywhere else."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from wavesim import Absorber, Beyond, Grid, Numerics, Problem, Result, propagate
from wavesim.fourier import forward, inverse
from wavesim.grid import fast_size
from wavesim.observables import Norm, ProbabilityIn
from wavesim.potentials import EckartBarrier
from wavesim.propagation import chebyshev_for
from wavesim.schemes import SCHEMES
from wavesim.states import GaussianPacket

pytestmark = pytest.mark.gpu

GRID = Grid.line(-40.0, 40.0, 480)
MEASURE = {"norm": Norm(), "beyond": ProbabilityIn(Beyond(3.0))}
PROBLEM = Problem(EckartBarrier(0.6, 1.0), GaussianPacket(center=-15.0, width=3.0, momentum=1.2), measure=MEASURE)
RUN = Numerics(GRID, 0.1, 600, 6, SCHEMES["g6t4"], Absorber.designed(0.7, 1e-4))


@pytest.fixture
def gpu() -> Any:
    """The first GPU; without one these tests fail, since they were asked for by name."""
    return jax.devices("gpu")[0]


def on(device: Any, numerics: Numerics) -> Result:
    with jax.default_device(device):
        return propagate(PROBLEM, numerics)


@pytest.mark.parametrize("method", ["g6t4", "chebyshev"])
@pytest.mark.parametrize(("precision", "tolerance"), [("double", 1e-11), ("single", 1e-2)])
def test_a_run_is_the_same_on_both(gpu: Any, method: str, precision: str, tolerance: float) -> None:
    """Set-up: a packet on an Eckart barrier with absorbers, 600 steps, by g6t4 (2400 FFT pairs) and by Chebyshev.

    Formula: the same arithmetic by other FFTs, whose rounding differs. Budget: 1e-16 a pair, a few times: 1e-11 in double; in
    single 6e-8 a pair, 2e-4 to 1e-3: 1e-2.
    """
    chosen = SCHEMES[method] if method in SCHEMES else chebyshev_for(PROBLEM, GRID, 0.1)
    numerics = dataclasses.replace(RUN, method=chosen, precision=precision)
    there, here = on(gpu, numerics), on(jax.devices("cpu")[0], numerics)
    assert np.max(np.abs(there.psi - here.psi)) < tolerance
    assert np.max(np.abs(there.absorbed - here.absorbed)) < tolerance
    for name in MEASURE:
        assert np.max(np.abs(there.series[name] - here.series[name])) < tolerance


@pytest.mark.parametrize("shape", [(64,), (480,), (1050,), (4096,), (fast_size(30_000),), (96, 100), (24, 28, 30)])
def test_the_round_trip_of_the_transform(gpu: Any, shape: tuple[int, ...], rng: np.random.Generator) -> None:
    """inverse(forward(psi)) = psi to 1e-14 for the sizes that the planner takes; odd and prime sizes lose digits on some GPUs."""
    psi = rng.normal(size=shape) + 1j * rng.normal(size=shape)
    psi /= np.max(np.abs(psi))
    with jax.default_device(gpu):
        back = inverse(forward(jnp.asarray(psi), len(shape)), len(shape))
    assert float(np.max(np.abs(np.asarray(back) - psi))) < 1e-14


def test_the_books_are_balanced_on_the_gpu(gpu: Any) -> None:
    """absorbed + norm = 1 at every frame. Budget: rounding over 2400 FFT pairs: 1e-12."""
    result = on(gpu, RUN)
    assert np.max(np.abs(result.absorbed.sum(axis=1) + result.series["norm"] - 1)) < 1e-12
