"""The order of each scheme in the time step, measured against exact propagation on the same grid, and Chebyshev's exactness."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tests.exact import dense_hamiltonian, distance, driven_final, last, order, static_final
from wavesim import Grid, Numerics, Problem
from wavesim.potentials import AbstractPotential, Driven, QuarticDoubleWell, RectangularBarrier
from wavesim.propagation import chebyshev_for
from wavesim.schemes import SCHEMES, Scheme
from wavesim.states import GaussianPacket

GRID = Grid.line(-6.0, 6.0, 64)
WELL = QuarticDoubleWell(barrier=2.0, half_distance=1.8)
FORCE, FREQUENCY, PHASE = 0.7, 2.3, 0.4
PACKET = GaussianPacket(center=-1.5, width=0.4, momentum=0.4)
TIME = 3.0
CASES: dict[str, AbstractPotential] = {"static": WELL, "driven": Driven(WELL, FORCE, FREQUENCY, PHASE)}
# steps in the asymptotic range: errors between 1e-4 and 1e-11, above the rounding of 1e-13
STEPS = {
    "strang": [200, 400, 800],
    "yoshida4": [100, 200, 400],
    "chin4a": [64, 96, 128, 192],
    "ti4d": [64, 96, 128, 192],
    "srkn11b": [20, 28, 40],
    "g6t4": [32, 48, 64, 96],
}


@pytest.fixture(scope="module")
def references() -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The start, and psi at the end for each case: dense diagonalization, and Runge-Kutta of order 8 for the driven well."""
    x = np.asarray(GRID.x)
    start = np.asarray(PACKET.sample(GRID, Problem(WELL, PACKET).hamiltonian(GRID)))
    hamiltonian = dense_hamiltonian(GRID, 2.0 * ((x / 1.8) ** 2 - 1) ** 2)
    driven = driven_final(hamiltonian, lambda t: FORCE * np.cos(FREQUENCY * t + PHASE) * x, start, TIME)
    return start, {"static": static_final(hamiltonian, start, TIME), "driven": driven}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", STEPS)
def test_order_in_the_time_step(name: str, case: str, references: tuple[np.ndarray, dict[str, np.ndarray]]) -> None:
    """Set-up: a packet in the quartic double well 2 ((x/1.8)^2 - 1)^2, at rest or driven by 0.7 x cos(2.3 t + 0.4), for t = 3.

    Formula: abs(psi - exact) ~ dt^p, exact = the same grid Hamiltonian's own evolution, so nothing but the time step errs.
    Budget: the fitted slope lies within 0.25 of p (measured: within 0.1); the window is two-sided, so that a scheme
    that is right for another reason shows too.
    """
    start, finals = references
    scheme = SCHEMES[name]
    problem = Problem(CASES[case], PACKET)
    errors = [
        distance(last(problem, Numerics(GRID, TIME / n, n, 1, scheme), start), finals[case], GRID) for n in STEPS[name]
    ]
    measured = order(STEPS[name], errors)
    said = (
        f"{name}, {case}: order {measured:.3f}, errors {', '.join(f'{e:.2e}' for e in errors)} at {STEPS[name]} steps"
    )
    assert abs(measured - scheme.order) < 0.25, said
    assert errors[-1] < {2: 1e-4, 4: 1e-7, 6: 1e-9}[scheme.order], said


def test_the_kernel_without_its_processor_is_of_order_two(references: tuple[np.ndarray, dict[str, np.ndarray]]) -> None:
    """Set-up: the kernel of ti4d alone, stated as what it is, of order 2, in the static well at 128 and 256 steps.

    Formula: K = P e^(-iHh) P^-1 with P = 1 + O(h^2): what is carried lies O(h^2) from psi, for all times alike.
    Budget: order 2 within 0.2, and 100 times the error with the processor: the processor is what makes the order.
    """
    start, finals = references
    kernel = dataclasses.replace(SCHEMES["ti4d"], name="kernel", order=2, processor=())

    def error(scheme: Scheme, steps: int) -> float:
        numerics = Numerics(GRID, TIME / steps, steps, 1, scheme)
        return distance(last(Problem(WELL, PACKET), numerics, start), finals["static"], GRID)

    bare = [error(kernel, 128), error(kernel, 256)]
    assert order([128, 256], bare) == pytest.approx(2, abs=0.2), bare
    assert bare[1] > 100 * error(SCHEMES["ti4d"], 256), bare


@pytest.mark.parametrize("sharp", [False, True])
def test_chebyshev_is_exact(sharp: bool, references: tuple[np.ndarray, dict[str, np.ndarray]]) -> None:
    """Set-up: the same packet for t = 3 in one step and in ten, in the smooth well and over a sharp barrier.

    Formula: the series equals exp(-i H t) once its Bessel coefficients are below 1e-15.
    Budget: rounding, 1e-15 for each of up to 300 terms: 1e-12; asked for 1e-11 (measured: below 1e-12).
    """
    start, _ = references
    potential = RectangularBarrier(height=3.0, width=1.3) if sharp else WELL
    problem = Problem(potential, PACKET)
    exact = static_final(dense_hamiltonian(GRID, np.asarray(potential.sample(GRID))), start, TIME)
    for steps in (1, 10):
        method = chebyshev_for(problem, GRID, TIME / steps)
        error = distance(last(problem, Numerics(GRID, TIME / steps, steps, 1, method), start), exact, GRID)
        assert error < 1e-11, f"{steps} steps: {error:.2e}"
        # not because the tolerance were loose: a third of the terms missing is seen at once
        short = dataclasses.replace(method, terms=int(0.7 * method.needed(TIME / steps)))
        assert distance(last(problem, Numerics(GRID, TIME / steps, steps, 1, short), start), exact, GRID) > 1e-8


def test_sharp_edges_spoil_the_steps_that_suffice_in_a_smooth_well(
    references: tuple[np.ndarray, dict[str, np.ndarray]],
) -> None:
    """Set-up: the packet of the tests above, over a rectangular barrier, t = 3, at the steps where the well shows order 6.

    Formula: [V, [T, V]] does not exist at a jump: the step has to resolve the finest waves of the grid before any order shows.
    Budget: it stays above 1e3 times the error in the smooth well (measured: 6e-5, 3e6 times): why the planner takes Chebyshev there.
    """
    start, finals = references
    barrier = RectangularBarrier(height=3.0, width=1.3)
    exact = static_final(dense_hamiltonian(GRID, np.asarray(barrier.sample(GRID))), start, TIME)
    numerics = Numerics(GRID, TIME / 40, 40, 1, SCHEMES["srkn11b"])
    sharp = distance(last(Problem(barrier, PACKET), numerics, start), exact, GRID)
    smooth = distance(last(Problem(WELL, PACKET), numerics, start), finals["static"], GRID)
    assert sharp > 1e3 * smooth, f"sharp {sharp:.1e}, smooth {smooth:.1e}"
