"""What a step costs, read off the program itself: two forward FFTs for each kick-drift pair, and nothing else."""

from __future__ import annotations

from collections import Counter
from typing import Any

import jax
import pytest

from wavesim import Absorber, Grid, Numerics, Problem
from wavesim.potentials import Driven, QuarticDoubleWell
from wavesim.propagation import chebyshev_for
from wavesim.propagation.stepping._step import stepper_for
from wavesim.schemes import SCHEMES, Spectral, chebyshev_terms
from wavesim.states import GaussianPacket

GRID = Grid.line(-6.0, 6.0, 64)
WELL = QuarticDoubleWell(2.0, 1.8)
PACKET = GaussianPacket(center=-1.5, width=0.4, momentum=0.4)
PAIRS = {"strang": 1, "yoshida4": 3, "chin4a": 2, "ti4d": 1, "srkn11b": 11, "g6t4": 4}


def transforms(jaxpr: Any, depth: int = 0) -> Counter[tuple[str, int]]:
    """How often each kind of FFT stands in a program, by its depth in loops."""
    found: Counter[tuple[str, int]] = Counter()
    for equation in jaxpr.eqns:
        if equation.primitive.name == "fft":
            found[jax.lax.FftType(equation.params["fft_type"]).name, depth] += 1
        inside = depth + (equation.primitive.name in ("while", "scan"))
        for value in equation.params.values():
            for part in value if isinstance(value, tuple | list) else (value,):
                inner = getattr(part, "jaxpr", part)
                if hasattr(inner, "eqns"):
                    found += transforms(inner, inside)
    return found


def of_a_run(problem: Problem, numerics: Numerics) -> Counter[tuple[str, int]]:
    stepper = stepper_for(problem, numerics)
    carry = stepper.start(PACKET.sample(GRID, Problem(WELL, PACKET).hamiltonian(GRID)))
    return transforms(jax.make_jaxpr(lambda c: stepper.advance(c, 9))(carry).jaxpr)


@pytest.mark.parametrize("driven", [False, True])
@pytest.mark.parametrize("name", SCHEMES)
def test_two_forward_transforms_for_each_pair(name: str, driven: bool) -> None:
    """Set-up: nine steps of each scheme, static or driven, with an absorber; the program is read, not run.

    Formula: all FFTs stand in the loop, 2 x pairs of them, all forward (the inverse is conj FFT conj / N), whether the scheme
    begins with a kick or a drift, since neighboring steps melt together. What the step says of itself, `pairs`, is true.
    """
    problem = Problem(Driven(WELL, 0.7, 2.3) if driven else WELL, PACKET)
    scheme = SCHEMES[name]
    assert scheme.pairs == PAIRS[name]
    found = of_a_run(problem, Numerics(GRID, 0.1, 9, 1, scheme, Absorber(1.0, 1.0)))
    assert found == {("FFT", 1): 2 * PAIRS[name]}


@pytest.mark.parametrize("driven", [False, True])
def test_four_pairs_for_each_end_of_the_processor(driven: bool) -> None:
    """Set-up: `start` and `output` of the processed scheme, read and not run.

    Formula: 4 pairs of forward FFTs each for P and P^-1, and one more FFT into and out of momentum space, as for every scheme.
    """
    problem = Problem(Driven(WELL, 0.7, 2.3) if driven else WELL, PACKET)
    stepper = stepper_for(problem, Numerics(GRID, 0.1, 9, 1, SCHEMES["ti4d"]))
    psi = PACKET.sample(GRID, Problem(WELL, PACKET).hamiltonian(GRID))
    assert transforms(jax.make_jaxpr(stepper.start)(psi).jaxpr) == {("FFT", 0): 9}
    assert transforms(jax.make_jaxpr(stepper.output)(stepper.start(psi)).jaxpr) == {("FFT", 0): 9}


def test_the_spectral_method_has_no_transforms() -> None:
    """Nine steps at the eigenstates of the grid move a clock, and the output is two products with a matrix."""
    problem = Problem(WELL, PACKET)
    numerics = Numerics(GRID, 0.1, 9, 1, Spectral())
    assert of_a_run(problem, numerics) == {}
    assert numerics.fft_pairs == 0
    stepper = stepper_for(problem, numerics)
    carry = stepper.start(PACKET.sample(GRID, problem.hamiltonian(GRID)))
    assert transforms(jax.make_jaxpr(stepper.output)(carry).jaxpr) == {}


def test_one_pair_for_each_chebyshev_term() -> None:
    """The series is a loop in the loop over steps, with one pair of forward FFTs in its body, and none besides."""
    problem = Problem(WELL, PACKET)
    found = of_a_run(problem, Numerics(GRID, 0.1, 9, 1, chebyshev_for(problem, GRID, 0.1)))
    assert found == {("FFT", 2): 2}


def test_the_cost_that_is_reported() -> None:
    """steps x pairs of a step, and the processor; for Chebyshev, one pair for each term that the step needs, of a table that may be longer."""
    assert Numerics(GRID, 0.1, 9, 3, SCHEMES["g6t4"]).fft_pairs == 36
    # nine steps, the processor at the start and at three frames
    assert Numerics(GRID, 0.1, 9, 3, SCHEMES["ti4d"]).fft_pairs == 9 + 4 * 4
    method = chebyshev_for(Problem(WELL, PACKET), GRID, 0.1)
    needed = chebyshev_terms((method.highest - method.lowest) * 0.1 / 2)
    assert Numerics(GRID, 0.1, 9, 3, method).fft_pairs == 9 * needed <= 9 * method.terms


def test_the_count_sees_an_inverse_transform() -> None:
    """The reader of programs would notice: an ifft is counted as one, and a transform outside of a loop as such."""
    import jax.numpy as jnp

    program = jax.make_jaxpr(lambda y: jnp.fft.ifft(jnp.fft.fft(y)))(jnp.zeros(8, complex)).jaxpr
    assert transforms(program) == {("FFT", 0): 1, ("IFFT", 0): 1}
