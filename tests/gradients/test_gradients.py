"""Gradients through the propagation: of the transmitted probability and of a population, against differences and theory."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from wavesim import Absorber, Before, Beyond, Grid, Numerics, Problem, evolve, propagate, theory
from wavesim.analysis import transmitted
from wavesim.observables import Position, ProbabilityIn
from wavesim.potentials import EckartBarrier, Harmonic, QuarticDoubleWell, RectangularBarrier
from wavesim.schemes import SCHEMES, Chebyshev, chebyshev_terms
from wavesim.states import GaussianPacket, LeftLocalized

GRID = Grid.line(-40.0, 40.0, 320)
ABSORBER = Absorber.designed(0.7, 1e-3)
PACKET = GaussianPacket(center=-14.0, width=3.0, momentum=1.2)
HIGHEST = (np.pi / GRID.spacing[0]) ** 2 / 2 + 2.0
SERIES = Chebyshev(-0.5, HIGHEST, chebyshev_terms((HIGHEST + 0.5) * 0.5 / 2))
STEPS = {"dt": 0.5, "steps": 120, "frames": 4, "absorber": ABSORBER, "save_psi": False}


def sharp(height: float = 0.8, width: float = 1.3) -> Problem:
    return Problem(RectangularBarrier(height, width), PACKET, measure={"beyond_right": ProbabilityIn(Beyond(3.0))})


@jax.jit
def through(height: jax.Array, width: jax.Array) -> jax.Array:
    """The transmitted probability of the sharp barrier, as a function of its height and width."""
    problem = sharp().replace("potential.height", height).replace("potential.width", width)
    return transmitted(evolve(problem, Numerics(GRID, method=SERIES, **STEPS)))


def difference(function: Callable[[float], jax.Array], at: float, step: float) -> float:
    """Central difference of fourth order."""
    far, near = function(at + 2 * step) - function(at - 2 * step), function(at + step) - function(at - step)
    return float((8 * near - far) / (12 * step))


@pytest.fixture(scope="module")
def slopes() -> tuple[float, float]:
    """dT/dheight and dT/dwidth by reverse mode, with absorbers, through 120 Chebyshev steps."""
    by_height, by_width = jax.grad(through, argnums=(0, 1))(0.8, 1.3)
    return float(by_height), float(by_width)


def test_gradient_in_the_width_of_a_sharp_barrier(slopes: tuple[float, float]) -> None:
    """Set-up: V0 = 0.8, a = 1.3, edges anywhere in their cells (spacing 0.25), a packet of momentum 1.2, absorbers.

    Formula: central differences of fourth order with a step of 1e-3; and theory's d/da int T(k) abs(phi(k))^2 dk.
    Budget: differences 1e-12 + rounding 1e-15/1e-3: 1e-5 relative asked for. With theory: T itself errs by a few 1e-4 at this
    spacing and so does its slope (-0.27): 2 % asked for. With point sampling this gradient would be exactly zero.
    """
    by_differences = difference(lambda a: through(0.8, a), 1.3, 1e-3)
    assert slopes[1] == pytest.approx(by_differences, rel=1e-5)

    def packet(a: float) -> float:
        return float(theory.packet_transmission(lambda e: theory.rectangular_transmission(e, 0.8, a), 1.2, 3.0).value)

    by_theory = (packet(1.301) - packet(1.299)) / 0.002
    assert slopes[1] == pytest.approx(by_theory, rel=0.02)
    assert slopes[1] < -0.1


def test_gradient_in_the_height(slopes: tuple[float, float]) -> None:
    """Set-up and formula as above, for the height. Budget: 1e-5 relative against differences, 2 % against theory."""
    assert slopes[0] == pytest.approx(difference(lambda h: through(h, 1.3), 0.8, 1e-3), rel=1e-5)

    def packet(h: float) -> float:
        return float(theory.packet_transmission(lambda e: theory.rectangular_transmission(e, h, 1.3), 1.2, 3.0).value)

    assert slopes[0] == pytest.approx((packet(0.801) - packet(0.799)) / 0.002, rel=0.02)


def test_gradient_of_a_smooth_barrier_in_forward_and_reverse_mode() -> None:
    """Set-up: an Eckart barrier, g6t4, whose kicks hold F and G and so second derivatives of V, 240 steps of 0.25.

    Formula: reverse mode = forward mode = central differences. Budget: 1e-11 and 1e-8 relative.
    """
    numerics = Numerics(GRID, method=SCHEMES["g6t4"], **(STEPS | {"dt": 0.25, "steps": 240}))
    base = Problem(EckartBarrier(0.8, 1.0), PACKET, measure={"beyond_right": ProbabilityIn(Beyond(3.0))})

    @jax.jit
    def smooth(width: jax.Array) -> jax.Array:
        return transmitted(evolve(base.replace("potential.width", width), numerics))

    reverse, forward = float(jax.grad(smooth)(1.0)), float(jax.jvp(smooth, (1.0,), (1.0,))[1])
    assert reverse == pytest.approx(forward, rel=1e-11)
    assert reverse == pytest.approx(difference(smooth, 1.0, 1e-3), rel=1e-8)


def test_gradient_of_a_population_in_the_barrier() -> None:
    """Set-up: the quartic well of half distance 1.2 from its left-localized state, an eigenstate of H itself, at t = 3.

    Formula: dP_left/d(barrier), which holds the change of the starting doublet as well as that of the motion.
    Budget: central differences, 1e-8 relative asked for at 1e-6 (the gap of the doublet enters 1/gap into the eigenvectors' slope).
    """
    numerics = Numerics(Grid.line(-4.5, 4.5, 48), 0.05, 60, 1, SCHEMES["g6t4"], save_psi=False)
    base = Problem(QuarticDoubleWell(2.0, 1.2), LeftLocalized(), measure={"left": ProbabilityIn(Before(0.0))})

    @jax.jit
    def left(barrier: jax.Array) -> jax.Array:
        return evolve(base.replace("potential.barrier", barrier), numerics).frames.series["left"][-1]

    by_differences = difference(left, 2.0, 1e-3)
    assert float(jax.grad(left)(2.0)) == pytest.approx(by_differences, rel=1e-6)
    assert abs(by_differences) > 1e-2


def test_a_gradient_known_in_closed_form() -> None:
    """Set-up: a packet in the harmonic well, <x>(t) = x0 cos(omega t), at t = 2, omega = 0.9, x0 = 1.5.

    Formula: d<x>/domega = -x0 t sin(omega t); d<x>/dx0 = cos(omega t). Budget: g6t4 at dt = 0.02: 1e-9.
    """
    numerics = Numerics(Grid.line(-8.0, 8.0, 64), 0.02, 100, 1, SCHEMES["g6t4"], save_psi=False)
    base = Problem(Harmonic(0.9), GaussianPacket(center=1.5, width=0.7, momentum=0.0), measure={"x": Position()})

    def mean(frequency: jax.Array, center: jax.Array) -> jax.Array:
        problem = base.replace("potential.frequency", frequency).replace("state.center", center)
        return evolve(problem, numerics).frames.series["x"][-1]

    by_frequency, by_center = jax.jit(jax.grad(mean, argnums=(0, 1)))(0.9, 1.5)
    assert float(by_frequency) == pytest.approx(-1.5 * 2 * np.sin(1.8), abs=1e-9)
    assert float(by_center) == pytest.approx(np.cos(1.8), abs=1e-9)


def test_vmap_over_heights_equals_the_loop() -> None:
    """Set-up: four heights of the sharp barrier at once, and one after the other by propagate.

    Formula: batching changes no number. Budget: rounding, 1e-12.
    """
    heights = jnp.array([0.2, 0.6, 0.8, 1.1])
    batched = jax.vmap(through, (0, None))(heights, 1.3)
    for height, value in zip(heights, batched, strict=True):
        result = propagate(sharp(float(height)), Numerics(GRID, method=SERIES, **STEPS))
        looped = result.absorbed[-1, 1] + result.series["beyond_right"][-1]
        assert float(value) == pytest.approx(looped, abs=1e-12)
    assert bool(jnp.all(jnp.diff(batched) < 0))
