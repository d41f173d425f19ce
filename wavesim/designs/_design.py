"""Design: optimize parameters of a problem for given targets, and certify the result."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from .._checks import at_least, known_keywords, one_of, positive
from .._threads import one_blas_thread
from .._typing import DIMENSIONLESS, Dimension
from ..analysis import AbstractQuestion, Report, certify, parameter_at, question_of, with_value
from ..errors import ArgumentError, WavesimError
from ..problem import Problem
from ._routes import routes_for
from ._search import Search, Variable
from ._target import Target
from ._words import design_text, scale_of, unit_of

METHODS, ROUTES = ("trust_region", "lbfgsb"), ("closed_form", "scattering", "propagation")
# singular values of the Jacobian, relative to the largest, below which a combination of parameters is undetermined
_FREE = 1e-8
# distance from a bound, relative to the span, within which a parameter lies on it
_ON_BOUND = 1e-6
# smallest number that is compared by its logarithm
_TINY = 1e-300


@dataclasses.dataclass(frozen=True)
class Varied:
    """An optimized parameter; internal units.

    Attributes:
        paths: paths of the numbers that share its value.
        value: optimum.
        low, high: bounds.
        dimension: physical dimension.
        uncertainty: bound on the error of the value from the error bars of the achieved numbers; inf if they do not determine it.
        on_bound: whether the optimum lies on a bound.
    """

    paths: tuple[str, ...]
    value: float
    low: float
    high: float
    dimension: Dimension
    uncertainty: float
    on_bound: bool

    @property
    def name(self) -> str:
        """The paths, joined."""
        return ", ".join(self.paths)


@dataclasses.dataclass(frozen=True)
class Achieved:
    """Result for one target; internal units.

    Attributes:
        target: the target.
        value: certified value.
        error: error bar of the value.
        dimension: physical dimension.
        theory: values of independent theories, by name.
        gradient: d(value)/d(parameter), by name of the parameter.
        reached: whether the target is met within the error bar.
        report: certificate of the value.
    """

    target: Target
    value: float
    error: float
    dimension: Dimension
    theory: dict[str, float]
    gradient: dict[str, float]
    reached: bool
    report: Report = dataclasses.field(repr=False)

    @property
    def energy(self) -> float | None:
        """Energy of the plane wave, if the target has one [energy]."""
        return getattr(self.target.find, "energy", None)


@dataclasses.dataclass(frozen=True)
class Design:
    """Result of an optimization, whether or not it meets all targets.

    Attributes:
        problem: the problem with the optimal parameters.
        parameters: optimized parameters, in the order of `vary`.
        achieved: results, one for each target.
        loss: half the sum of squared residuals.
        routes: names of the methods used during the search.
        evaluations: number of evaluations of values and of gradients.
        starts: number of starting points used.
        free: number of combinations of parameters that the targets do not determine.
        wall_s: wall time [s].
    """

    problem: Problem
    parameters: tuple[Varied, ...]
    achieved: tuple[Achieved, ...]
    loss: float
    routes: tuple[str, ...]
    evaluations: int
    starts: int
    free: int
    wall_s: float

    @property
    def reached(self) -> bool:
        """Whether every target is met."""
        return all(one.reached for one in self.achieved)

    @property
    def certified(self) -> bool:
        """Whether no independent theory contradicts a value."""
        return all(one.report.certified for one in self.achieved)

    @property
    def missed(self) -> str:
        """Message on the targets that are not met; empty if all are."""
        far = [one for one in self.achieved if not one.reached]
        if not far:
            return ""
        worst = max(far, key=lambda one: abs(one.target.residual(_compared(one))[0]))
        units = self.problem.shown_in
        scale, unit = scale_of(worst.dimension, units), unit_of(worst.dimension, units)
        bounds = [parameter.name for parameter in self.parameters if parameter.on_bound]
        idle = [parameter.name for parameter in self.parameters if math.isinf(parameter.uncertainty)]
        if idle:
            return f"no wanted number depends on {' or '.join(idle)}, and {worst.target.quantity} stays {worst.value / scale:.8g}{unit}; vary something else."
        cure = f"widen the bounds of {' and '.join(bounds)}" if bounds else "vary more, or try more starts"
        return (
            f"{len(far)} of {len(self.achieved)} targets are not reached by any value within the bounds that was found: the nearest "
            f"{worst.target.quantity} is {worst.value / scale:.8g}{unit} where {worst.target.level / scale:.8g}{unit} is wanted; {cure}."
        )

    def __getitem__(self, path: str) -> float:
        return next(one.value for one in self.parameters if path in one.paths)

    def __str__(self) -> str:
        return "\n".join([design_text(self, self.problem.shown_in), *filter(None, [self.missed])])


@known_keywords()
@one_blas_thread()
def design(
    problem: Problem,
    vary: Mapping[str | tuple[str, ...], tuple[float, float]],
    targets: Target | Mapping[str, float] | Sequence[Target],
    *,
    find: AbstractQuestion | None = None,
    tolerance: float = 1e-8,
    starts: int = 8,
    seed: int = 0,
    method: str = "trust_region",
    route: str | None = None,
) -> Design:
    """Optimize parameters of a problem for given targets: ``design(problem, {"potential.width": (0.5, 6.0)}, {"transmission": 0.01})``.

    Values and gradients come from the cheapest method available: closed forms or scattering (first-order perturbation theory, one solution
    for all parameters), levels on finite elements (Hellmann-Feynman theorem), any question answered without a run (finite differences of
    values accurate to rounding), or a run (its adjoint). SciPy's trust-region least squares, or L-BFGS-B, minimizes the sum of squared
    residuals, starting from the values of the problem and from a Latin hypercube. `wavesim.certify` then certifies every value.

    Args:
        problem: the initial problem.
        vary: bounds (low, high) by path, as for ``--set``; paths that share one value form a tuple or are joined by commas.
        targets: a `Target`, several of them, or values by quantity.
        find: question that yields the quantities of targets without their own; by default the one that the problem suggests.
        tolerance: tolerance of the certificate, as in `wavesim.certify`.
        starts: largest number of starting points.
        seed: seed of the random starting points.
        method: "trust_region" or "lbfgsb".
        route: "closed_form", "scattering" or "propagation", to override the cheapest.

    Returns:
        a `Design`, certified whether or not it meets the targets.

    Raises:
        ArgumentError: if a path names no float, `tolerance` is not positive, bounds are not increasing, or a target is impossible.
        WavesimError: if the quantities do not exist at any starting point.

    Source: M. A. Branch, T. F. Coleman, Y. Li, SIAM J. Sci. Comput. 21, 1 (1999); R. H. Byrd et al., SIAM J. Sci. Comput. 16, 1190 (1995).
    """
    begun = time.perf_counter()
    positive("tolerance", tolerance)
    at_least("starts", starts, 1)
    one_of("method", method, METHODS)
    if route is not None:
        one_of("route", route, ROUTES)
    wanted = _wanted(targets)
    default = find or next((target.find for target in wanted if target.find), None) or question_of(problem)
    variables = _variables(problem, default, vary)
    search = Search(problem, default, routes_for(problem, wanted, default, route), variables)

    def good(values: np.ndarray) -> bool:
        numbers = search.numbers(values)
        plain = [
            math.exp(one) if target.in_decades else one for target, one in zip(search.targets, numbers, strict=True)
        ]
        return all(target.reached(float(one), 0.0) for target, one in zip(search.targets, plain, strict=True))

    found = search.best(starts, seed, good, method)
    final, slopes = search.problem_at(found.values), search.slopes(found.values)
    achieved = _certified(final, search.targets, slopes, variables, tolerance)
    on_bound = [
        bool(min(value - variable.low, variable.high - value) <= _ON_BOUND * variable.span)
        for variable, value in zip(variables, found.values, strict=True)
    ]
    uncertainties, free = _uncertainties(slopes, achieved, converged=not any(on_bound))
    parameters = tuple(
        Varied(
            variable.paths,
            float(value),
            variable.low,
            variable.high,
            parameter_at(final, default, variable.paths[0]).dimension,
            float(uncertainty),
            at_end,
        )
        for variable, value, uncertainty, at_end in zip(variables, found.values, uncertainties, on_bound, strict=True)
    )
    names = tuple(dict.fromkeys(one.name for one in search.routes))
    return Design(
        final,
        parameters,
        achieved,
        found.loss,
        names,
        search.evaluations,
        found.starts,
        free,
        time.perf_counter() - begun,
    )


def _wanted(targets: Any) -> list[Target]:
    if isinstance(targets, Mapping):
        targets = [Target(name, value) for name, value in targets.items()]
    listed = [targets] if isinstance(targets, Target) else list(targets) if isinstance(targets, Iterable) else []
    if not listed or not all(isinstance(target, Target) for target in listed):
        raise ArgumentError(
            "targets",
            f"must be wanted numbers, such as {{'transmission': 0.01}} or Target('gap', 0.1), but are {targets!r}.",
        )
    return [one for target in listed for one in target.each]


def _variables(problem: Problem, question: AbstractQuestion, vary: Any) -> list[Variable]:
    if not isinstance(vary, Mapping) or not vary:
        raise ArgumentError(
            "vary", "must name at least one path with its bounds, such as {'potential.width': (0.5, 6.0)}."
        )
    variables = []
    for key, bounds in vary.items():
        paths = tuple(part.strip() for part in key.split(",")) if isinstance(key, str) else tuple(key)
        for path in paths:
            if path.startswith("find"):
                raise ArgumentError(
                    "vary",
                    f"must name numbers of the problem, but {path} is one of the question; vary the potential, the particle or the state.",
                )
            try:
                parameter_at(problem, question, path)
            except ArgumentError as error:
                raise ArgumentError("vary", error.reason) from None
        try:
            low, high = (float(bound) for bound in bounds)
        except (TypeError, ValueError):
            raise ArgumentError("vary", f"must give {key} two bounds, (low, high), but gives {bounds!r}.") from None
        if not (math.isfinite(low) and math.isfinite(high)):
            raise ArgumentError("vary", f"must give {key} finite bounds, but gives {bounds!r}.")
        if not low < high:
            raise ArgumentError(
                "vary",
                f"must give {key} a lower bound below the upper one, but they are {low:.6g} and {high:.6g}; exchange them.",
            )
        for bound in (low, high):
            for path in paths:
                _possible(problem, question, path, bound)
        variables.append(Variable(paths, low, high))
    named = [path for variable in variables for path in variable.paths]
    if len(set(named)) < len(named):
        raise ArgumentError("vary", "must name every path once, but names one of them twice; leave one out.")
    return variables


def _possible(problem: Problem, question: AbstractQuestion, path: str, value: float) -> None:

    try:
        with_value(problem, question, path, value)
    except WavesimError as error:
        raise ArgumentError("vary", f"must give {path} bounds that it can have, but at {value:.6g} {error}") from None


def _compared(one: Achieved) -> float:
    return math.log(max(one.value, _TINY)) if one.target.in_decades else one.value


def _certified(
    problem: Problem, targets: list[Target], slopes: np.ndarray, variables: Sequence[Variable], tolerance: float
) -> tuple[Achieved, ...]:
    """Certify each target; a question that several targets share is answered once."""
    reports: dict[Any, Report] = {}
    achieved = []
    for target, row in zip(targets, slopes, strict=True):
        if target.find not in reports:
            reports[target.find] = certify(problem, tolerance, find=target.find)
        report = reports[target.find]
        if target.quantity not in report.quantities:
            raise WavesimError(
                f"the question must know {target.quantity}, but its report has {', '.join(report.quantities)}; name one of these."
            )
        number = report.quantities[target.quantity]
        size = number.value if target.in_decades else 1.0
        achieved.append(
            Achieved(
                target,
                number.value,
                number.error,
                number.dimension if number.dimension is not None else DIMENSIONLESS,
                number.theory,
                {", ".join(one.paths): float(slope * size) for one, slope in zip(variables, row, strict=True)},
                target.reached(number.value, number.error),
                report,
            )
        )
    return tuple(achieved)


def _uncertainties(slopes: np.ndarray, achieved: Sequence[Achieved], *, converged: bool) -> tuple[np.ndarray, int]:
    """Bounds on the errors of the parameters, abs(J^+) bars + abs(J^+ r), and the number of free combinations.

    J and r are the Jacobian and the residuals of the search, zero for a bound that is satisfied. With fewer values than parameters only the
    determined combinations count; a parameter on which no value depends has the error inf.

    Args:
        slopes: derivatives of the compared numbers, shape (targets, parameters).
        achieved: certified numbers, in the same order.
        converged: whether r is what the search has left, and not what bounds on the parameters keep it from.
    """
    rows, bars, residuals = [], [], []
    for one, row in zip(achieved, slopes, strict=True):
        # a certified probability may be so small that it is rounded to zero
        size = max(one.value, _TINY) if one.target.in_decades else 1.0
        error = max(one.error, 1e-16 * abs(one.value), _TINY) / size
        residuals.append(one.target.residual(_compared(one))[0])
        rows.append([one.target.residual(_compared(one), slope)[1] for slope in row])
        bars.append(one.target.residual(_compared(one), error)[1])
    jacobian = np.array(rows)
    columns = np.linalg.norm(jacobian, axis=0)
    alive = columns > 0
    uncertainties = np.full(columns.size, math.inf)
    if not alive.any():
        return uncertainties, int(columns.size)
    u, s, v = np.linalg.svd(jacobian[:, alive] / columns[alive], full_matrices=False)
    bound = s > _FREE * s[0]
    inverse = (v[bound].T / s[bound]) @ u[:, bound].T
    changes = np.abs(inverse) @ np.array(bars)
    if converged:
        changes += np.abs(inverse @ np.array(residuals))
    uncertainties[alive] = changes / columns[alive]
    return uncertainties, int(columns.size - np.count_nonzero(bound))
