"""What the absorber reflects and lets through in an actual run, against the scattering theory of its own complex potential."""

from __future__ import annotations

import numpy as np
import pytest

from wavesim import Absorber, Grid, Numerics, Problem, Result, propagate
from wavesim.analysis import absorber_leak
from wavesim.observables import Norm, ProbabilityIn
from wavesim.potentials import EckartBarrier, Free
from wavesim.regions import Before, Beyond
from wavesim.schemes import SCHEMES
from wavesim.states import GaussianPacket, Product

STRANG = SCHEMES["strang"]


def passed_once(absorber: Absorber, momentum: float, width: float, dt: float) -> Result:
    """A free packet that runs into the absorber once; the last frame is taken while what came back is still inside the box."""
    half = 40.0 + float(absorber.width)
    problem = Problem(Free(), GaussianPacket(center=0.0, width=width, momentum=momentum), measure={"norm": Norm()})
    steps = round(80.0 / dt)
    return propagate(problem, Numerics(Grid.line(-half, half, 320), dt, steps, 1, STRANG, absorber, save_psi=False))


def predicted(absorber: Absorber, momentum: float, width: float) -> float:
    """int leak(k) abs(phi(k))^2 dk."""
    spread = 1 / (2 * width)
    k = np.linspace(momentum - 7 * spread, momentum + 7 * spread, 141)
    density = np.exp(-(((k - momentum) / spread) ** 2) / 2) / (np.sqrt(2 * np.pi) * spread)
    return float(np.trapezoid(absorber_leak(absorber, k, 1.0) * density, k))


@pytest.mark.parametrize(("target", "wavelengths"), [(8.1e-3, 1.0), (4.7e-5, 2.0)])
def test_the_leak_is_the_predicted_one(target: float, wavelengths: float) -> None:
    """Set-up: layers of one and two wavelengths for momenta above 1; a packet of momentum 1.5 and width 6 runs into them once.

    Formula: what is left = int (R + T)(k) abs(phi(k))^2 dk, from the scattering of the layer's complex potential.
    Budget: a factor of 3 is asked for; measured: 1.03 and 1.01, at 9e-4 and 8e-7. All of it is below the design target.
    """
    absorber = Absorber.designed(1.0, target)
    assert float(absorber.width) == pytest.approx(2 * np.pi * wavelengths, rel=1e-12)
    left = float(passed_once(absorber, 1.5, 6.0, 0.2).series["norm"][-1])
    theory = predicted(absorber, 1.5, 6.0)
    assert theory / 3 < left < 3 * theory, f"run {left:.3e}, theory {theory:.3e}"
    assert left < target


def test_the_time_step_does_not_matter() -> None:
    """Set-up: the two-wavelength layer with dt = 0.3 and dt = 0.03.

    Formula: exp(-W dt) a step, so that what is absorbed hardly depends on dt; a fixed mask a step would reflect 28 % at dt -> 0.
    Budget: the leaks of 8e-7 agree within 10 % of themselves (measured: 1 %).
    """
    absorber = Absorber.designed(1.0, 4.7e-5)
    coarse, fine = (float(passed_once(absorber, 1.5, 6.0, dt).series["norm"][-1]) for dt in (0.3, 0.03))
    assert abs(coarse - fine) < 0.1 * fine, f"{coarse:.3e} and {fine:.3e}"


@pytest.mark.parametrize("name", [*SCHEMES, "chebyshev"])
def test_nothing_is_lost_in_the_books(name: str) -> None:
    """Set-up: a packet on an Eckart barrier with absorbers, 400 steps, ten frames, for each method.

    Formula: absorbed left + absorbed right + norm = 1 at every frame, and so T + R + remaining = 1, since each step counts what
    exp(-2 W dt) takes.
    Budget: rounding, 400 x 1e-16 x a few: 1e-12.
    """
    from wavesim.propagation import chebyshev_for

    grid, dt = Grid.line(-40.0, 40.0, 192), 0.15
    measure = {"norm": Norm(), "left": ProbabilityIn(Before(-2.0)), "right": ProbabilityIn(Beyond(2.0))}
    problem = Problem(EckartBarrier(0.6, 1.0), GaussianPacket(center=-15.0, width=3.0, momentum=1.2), measure=measure)
    method = SCHEMES[name] if name in SCHEMES else chebyshev_for(problem, grid, dt)
    result = propagate(problem, Numerics(grid, dt, 400, 10, method, Absorber.designed(0.7, 1e-4), save_psi=False))
    s = result.series
    assert np.max(np.abs(result.absorbed.sum(axis=1) + s["norm"] - 1)) < 1e-12
    through, back = result.absorbed[:, 1] + s["right"], result.absorbed[:, 0] + s["left"]
    remaining = s["norm"] - s["left"] - s["right"]
    assert np.max(np.abs(through + back + remaining - 1)) < 1e-12
    assert np.all(np.diff(result.absorbed, axis=0) >= 0)
    assert result.absorbed[-1].min() > 0.05


def test_two_absorbing_axes() -> None:
    """Set-up: a round packet of width 2.5 that moves along the diagonal of a square, absorbers on both axes, 64 x 64 points.

    Formula: free motion in 2D separates; the leak is at most the sum of those of two axes, 2 x 7e-3 for the one-wavelength layer.
    Budget: below 2e-2 is left at the end, and absorbed + norm = 1 to 1e-12.
    """
    axis = Grid.line(-20.0, 20.0, 64)
    absorber = Absorber.designed(1.0, 7e-3, axes=(0, 1))
    one = GaussianPacket(center=0.0, width=2.5, momentum=1.5)
    problem = Problem(Free(), Product((one, one)), measure={"norm": Norm()})
    result = propagate(problem, Numerics(Grid.product(axis, axis), 0.2, 120, 4, STRANG, absorber, save_psi=False))
    norm = result.series["norm"]
    assert norm[-1] < 2e-2, norm
    assert np.max(np.abs(result.absorbed.sum(axis=1) + norm - 1)) < 1e-12
    assert result.absorbed[-1, 1] > 0.9
