"""The search: residuals and their Jacobian in the unit cube of the parameters, several starts, SciPy's optimizers."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import scipy

from ..analysis import AbstractQuestion, parameter_at, with_value
from ..errors import WavesimError
from ..problem import Problem
from ._routes import AbstractRoute
from ._target import Target

# residual where a value does not exist, so that the optimizer rejects the step
_NOWHERE = 1e3
# relative tolerance of the loss and of a step, at the level of rounding
_CONVERGED = 1e-15
# most evaluations from one start
_MOST = 200


class Variable(NamedTuple):
    """One variable of the optimization.

    Attributes:
        paths: paths of the numbers that share its value.
        low, high: bounds, internal units.
    """

    paths: tuple[str, ...]
    low: float
    high: float

    @property
    def span(self) -> float:
        """Distance between the bounds."""
        return self.high - self.low


class Found(NamedTuple):
    """Optimum of a search.

    Attributes:
        values: values of the variables, internal units.
        loss: half the sum of squared residuals.
        evaluations: number of evaluations of values and of gradients.
        starts: number of starting points used.
    """

    values: np.ndarray
    loss: float
    evaluations: int
    starts: int


@dataclasses.dataclass
class Search:
    """Residuals of all targets as a function of the variables.

    Attributes:
        problem: the initial problem.
        question: question in whose terms parameters are named.
        routes: methods that compute the values.
        variables: variables of the optimization.
    """

    problem: Problem
    question: AbstractQuestion
    routes: Sequence[AbstractRoute]
    variables: Sequence[Variable]
    evaluations: int = 0
    # caches of the last evaluation, by the bytes of the variables: optimizers request values and Jacobian separately
    _problems: dict[bytes, Problem] = dataclasses.field(default_factory=dict)
    _numbers: dict[bytes, np.ndarray] = dataclasses.field(default_factory=dict)

    @property
    def targets(self) -> list[Target]:
        """In the order of the residuals."""
        return [target for route in self.routes for target in route.targets]

    def problem_at(self, values: np.ndarray) -> Problem:
        """The problem with these values of the variables."""
        key = np.asarray(values, float).tobytes()
        if key in self._problems:
            return self._problems[key]
        problem = self.problem
        for variable, value in zip(self.variables, values, strict=True):
            for path in variable.paths:
                problem, _ = with_value(problem, self.question, path, float(value))
        self._problems.clear()
        self._problems[key] = problem
        return problem

    def numbers(self, values: np.ndarray) -> np.ndarray:
        """Values of the targets, logarithms where these are compared; shape (targets,)."""
        key = np.asarray(values, float).tobytes()
        if key not in self._numbers:
            problem = self.problem_at(values)
            self.evaluations += 1
            numbers = np.concatenate([route.values(problem) for route in self.routes])
            self._numbers.clear()
            self._numbers[key] = numbers
        return self._numbers[key]

    def slopes(self, values: np.ndarray) -> np.ndarray:
        """Jacobian of `numbers`, shape (targets, variables)."""
        problem = self.problem_at(values)
        self.evaluations += 1
        spans = {path: variable.span for variable in self.variables for path in variable.paths}
        gradients = [route.gradient(problem, spans) for route in self.routes]
        return np.stack(
            [
                np.concatenate([sum(gradient[path] for path in variable.paths) for gradient in gradients])
                for variable in self.variables
            ],
            axis=1,
        )

    def best(self, starts: int, seed: int, good: Callable[[np.ndarray], bool], method: str) -> Found:
        """Search from the values of the problem, then from a Latin hypercube, until an optimum is `good`.

        Raises:
            WavesimError: if the numbers exist at no start.
        """
        low, span = np.array([one.low for one in self.variables]), np.array([one.span for one in self.variables])
        places = np.vstack([self._own(low, span), _spread(len(self.variables), starts - 1, seed)])
        best, reason, tried = None, "", 0
        for tried, place in enumerate(places, start=1):
            try:
                self.numbers(low + span * place)
            except WavesimError as error:
                reason = str(error)
                continue
            unit, loss = self._descended(place, low, span, method)
            if best is None or loss < best.loss:
                best = Found(low + span * unit, loss, self.evaluations, tried)
            if good(low + span * unit):
                break
        if best is None:
            raise WavesimError(
                f"the wanted numbers must exist somewhere within the bounds, but do not at any start: {reason}"
            )
        return best._replace(evaluations=self.evaluations, starts=tried)

    def _own(self, low: np.ndarray, span: np.ndarray) -> np.ndarray:

        here = np.array([parameter_at(self.problem, self.question, one.paths[0]).value for one in self.variables])
        return np.clip((here - low) / span, 0.02, 0.98)[None]

    def _descended(self, start: np.ndarray, low: np.ndarray, span: np.ndarray, method: str) -> tuple[np.ndarray, float]:
        targets = self.targets

        def residuals(unit: np.ndarray) -> np.ndarray:
            try:
                numbers = self.numbers(low + span * unit)
            except WavesimError:
                return np.full(len(targets), _NOWHERE)
            return np.array([target.residual(float(one))[0] for target, one in zip(targets, numbers, strict=True)])

        def jacobian(unit: np.ndarray) -> np.ndarray:
            try:
                numbers, slopes = self.numbers(low + span * unit), self.slopes(low + span * unit)
            except WavesimError:
                return np.zeros((len(targets), len(self.variables)))
            return np.array(
                [
                    [target.residual(float(one), float(slope))[1] for slope in row * span]
                    for target, one, row in zip(targets, numbers, slopes, strict=True)
                ]
            )

        if method == "lbfgsb":

            def loss(unit: np.ndarray) -> tuple[float, np.ndarray]:
                off = residuals(unit)
                return float(off @ off) / 2, jacobian(unit).T @ off

            found = scipy.optimize.minimize(
                loss,
                start,
                jac=True,
                method="L-BFGS-B",
                bounds=[(0.0, 1.0)] * start.size,
                options={"ftol": _CONVERGED, "gtol": _CONVERGED, "maxiter": _MOST},
            )
            return np.asarray(found.x), float(found.fun)
        found = scipy.optimize.least_squares(
            residuals,
            start,
            jac=jacobian,  # type: ignore[arg-type]
            bounds=(0.0, 1.0),
            xtol=_CONVERGED,
            ftol=_CONVERGED,
            gtol=_CONVERGED,
            max_nfev=_MOST,
        )
        return np.asarray(found.x), float(found.cost)


def _spread(dimension: int, count: int, seed: int) -> np.ndarray:
    if count < 1:
        return np.zeros((0, dimension))
    # a slow import, needed here only
    from scipy.stats import qmc

    return 0.05 + 0.9 * qmc.LatinHypercube(dimension, rng=np.random.default_rng(seed)).random(count)
