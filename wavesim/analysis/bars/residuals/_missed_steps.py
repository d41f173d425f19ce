"""What a splitting's step leaves wrong in a number: its defect, weighted by the gradient of the number."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping

import numpy as np

from ....problem import Problem
from ....propagation import Adjoint, Numerics, Result, chebyshev_for
from ....propagation.stepping import ChebyshevStepper, SplitStepper
from ....schemes import Scheme

# points of all times that are looked at together: what stays in a core's cache
_TOGETHER = 1 << 16


@dataclasses.dataclass(frozen=True)
class StepDefect:
    """The error of a number that the time step makes.

    Attributes:
        change: its estimate, of first order in the defect of a step.
        first: what is uncertain of that, for it was looked at now and then.
        bound: its size without cancellation in time.
    """

    change: float
    first: float
    bound: float

    def error(self, room: float) -> float:
        """The bar of the number, which is not corrected: twice the estimate, and what is of second order as in `Residual.error`.

        Twice, for waves that a step brings forth by resonance count in first order as much again as they are, and belong to psi and to phi.
        """
        return 2 * abs(self.change) + self.first + 3 * self.bound**2 / (4 * max(room, 1e-300))


def tells_defect(problem: Problem, numerics: Numerics) -> bool:
    """Whether `step_defects` applies: to splittings of an H that does not change, for which a Chebyshev series is exact."""
    return isinstance(numerics.method, Scheme) and problem.potential.static


def step_defects(result: Result) -> dict[str, StepDefect]:
    """The error of the step in each number that an adjoint of the run is the gradient of, by name.

    A step U of the splitting misses (e^(-i H dt) - U) psi, H that of the grid. With d = psi - e^(i H dt) U psi at the times of the adjoint,

    dQ = 2 Re sum_n <phi_n|d_n>, the sum over all steps, of which those between two looks count as these do.

    e^(i H dt) is a Chebyshev series, so no order of the splitting is assumed, nor that the step is small. Absorbers act between steps, long
    or short, and what they leave wrong is theirs.

    Args:
        result: the run, static, by a splitting, with its adjoints.

    Returns:
        a `StepDefect` for each adjoint.

    Not for a V that changes in time: repeat the run with longer steps.

    Source: R. Becker and R. Rannacher, Acta Numerica 10, 1 (2001), section 9 (time steps); the series is H. Tal-Ezer and R. Kosloff, J. Chem. Phys. 81, 3967 (1984).
    """
    if not result.adjoints:
        return {}
    one = next(iter(result.adjoints.values()))
    products = _products(result.problem, result.numerics, one.psi, result.adjoints)
    weights = np.full(len(one.times), float(one.times[1] - one.times[0]) / float(result.numerics.dt))
    weights[[0, -1]] /= 2
    return {name: _summed(weights, values) for name, values in products.items()}


def _products(
    problem: Problem, numerics: Numerics, psi: np.ndarray, adjoints: Mapping[str, Adjoint]
) -> dict[str, np.ndarray]:
    """2 Re <phi|d> at each time."""
    cell, points = float(numerics.grid.cell), math.prod(numerics.grid.points)
    defect = _Defect(problem, numerics)
    found: dict[str, list[float]] = {name: [] for name in adjoints}
    together = max(1, _TOGETHER // points)
    for first in range(0, len(psi), together):
        times = slice(first, first + together)
        defects = defect.of(psi[times])
        for name, adjoint in adjoints.items():
            both = np.real(np.conj(adjoint.phi[times]) * defects).reshape(len(defects), -1)
            found[name] += (2 * cell * both.sum(axis=1)).tolist()
    return {name: np.array(values) for name, values in found.items()}


def _summed(weights: np.ndarray, products: np.ndarray) -> StepDefect:
    change = float(weights @ products)
    # a look stands for half a step more on the one side than on the other
    first = (abs(products[0]) + abs(products[-1])) / 2
    if len(products) % 2:
        # every other look, with twice the time between
        coarse = 2 * weights[::2]
        coarse[[0, -1]] = weights[0] * 2
        first += abs(change - float(coarse @ products[::2]))
    return StepDefect(change, float(first), float(weights @ np.abs(products)))


class _Defect:
    """d = psi - exp(i H dt) U psi, for many psi at once.

    Args:
        problem: its H does not change.
        numerics: of the run; its absorber is left out.
    """

    def __init__(self, problem: Problem, numerics: Numerics) -> None:
        split = dataclasses.replace(numerics, absorber=None)
        series = chebyshev_for(problem, numerics.grid, float(numerics.dt))
        self.split = SplitStepper.made(problem, split)
        self.exact = ChebyshevStepper.made(problem, dataclasses.replace(split, method=series))

    def of(self, psi: np.ndarray) -> np.ndarray:
        """Shape (n, ``*points``), as psi."""
        stepped = self.split.output(self.split.step(self.split.start(psi)))  # type: ignore[arg-type]
        # H is real and symmetric: conj(exp(-i H dt) conj psi) goes back in time
        back = self.exact.output(self.exact.step(self.exact.start(np.conj(stepped))))  # type: ignore[arg-type]
        return psi - np.conj(np.asarray(back))
