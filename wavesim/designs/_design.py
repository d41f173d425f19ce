"""Design: vary numbers of a problem until it does what is wanted, and certify what was found."""

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
# singular values of the sensitivities below this share of the largest do not bind a parameter
_FREE = 1e-8
# of a span: a parameter this near to its bound lies on it
_ON_BOUND = 1e-6


@dataclasses.dataclass(frozen=True)
class Varied:
    """A parameter that was varied; internal units.

    Attributes:
        paths: of the numbers that it stands for.
        value: that was found.
        low, high: its bounds.
        dimension: what it is.
        uncertainty: what the error bars of the reached numbers leave open of it; inf where they do not bind it.
        on_bound: whether it ended on a bound.
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
    """What became of one target; internal units.

    Attributes:
        target: what was wanted.
        value: certified.
        error: its bar.
        dimension: what it is.
        theory: beside it, by name.
        gradient: d(value)/d(parameter) by the parameter's name.
        reached: whether it is what was wanted, within its bar.
        report: that certifies it.
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
        """Of a plane wave, where the target names one."""
        return getattr(self.target.find, "energy", None)


@dataclasses.dataclass(frozen=True)
class Design:
    """A problem that does what was wanted, or comes nearest.

    Attributes:
        problem: with the parameters that were found.
        parameters: in the order in which they were named.
        achieved: one for each wanted number.
        loss: half the sum of squared residuals.
        routes: where the numbers came from during the search.
        evaluations: of numbers and gradients.
        starts: that were tried.
        free: combinations of parameters that the targets do not bind.
        wall_s: seconds in all.
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
        """Whether every target was."""
        return all(one.reached for one in self.achieved)

    @property
    def certified(self) -> bool:
        """Whether no independent theory disputes a number."""
        return all(one.report.certified for one in self.achieved)

    @property
    def missed(self) -> str:
        """A sentence on what was not reached; empty where all was."""
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
    """Find the parameters with which a problem does what is wanted: ``design(problem, {"potential.width": (0.5, 6.0)}, {"transmission": 0.01})``.

    Numbers come from the cheapest route that knows them: closed forms and scattering (the gradient by first-order perturbation theory, one
    solution for all parameters), levels on elements (by Hellmann and Feynman), any question that propagates nothing (by differences of numbers
    that are right to rounding), or a run (by its adjoint). The sum of squared residuals is minimized by SciPy's trust-region least
    squares, or by L-BFGS-B, from the problem's own values and from a Latin hypercube; then every number is certified as `wavesim.certify` does.

    Args:
        problem: the physics at the start.
        vary: bounds (low, high) by path, as for ``--set``; several paths that stand for one number, as a tuple or joined by commas.
        targets: what is wanted: a `Target`, several of them, or values by quantity.
        find: the question that knows the quantities, where a target names none; by default what the problem suggests.
        tolerance: of the certificate, as in `wavesim.certify`.
        starts: at most so many places to search from.
        seed: of these places.
        method: "trust_region" or "lbfgsb".
        route: "closed_form", "scattering" or "propagation", where not the cheapest is wanted.

    Returns:
        the `Design`: what was found, certified, whether or not it is what was wanted.

    Raises:
        ArgumentError: if a path names no float, `tolerance` is not positive, bounds are the wrong way round, or a target is impossible.
        WavesimError: if the numbers exist nowhere within the bounds.

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
    uncertainties, free = _uncertainties(slopes, achieved)
    parameters = tuple(
        Varied(
            variable.paths,
            float(value),
            variable.low,
            variable.high,
            parameter_at(final, default, variable.paths[0]).dimension,
            float(uncertainty),
            bool(min(value - variable.low, variable.high - value) <= _ON_BOUND * variable.span),
        )
        for variable, value, uncertainty in zip(variables, found.values, uncertainties, strict=True)
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
    return math.log(max(one.value, 1e-300)) if one.target.in_decades else one.value


def _certified(
    problem: Problem, targets: list[Target], slopes: np.ndarray, variables: Sequence[Variable], tolerance: float
) -> tuple[Achieved, ...]:
    """Each target with the certificate of its number; a question that several share is asked once."""
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


def _uncertainties(slopes: np.ndarray, achieved: Sequence[Achieved]) -> tuple[np.ndarray, int]:
    """What the bars of the numbers leave open of each parameter: the root of the diagonal of (J^T J)^-1, J in units of the bars.

    Where fewer numbers than parameters are bound, that of the bound combinations; a parameter that no number depends on is not known at all.
    """
    errors = np.array([max(one.error, 1e-16 * abs(one.value), 1e-300) for one in achieved])
    sizes = np.array([one.value if one.target.in_decades else 1.0 for one in achieved])
    scaled = slopes * (sizes / errors)[:, None]
    columns = np.linalg.norm(scaled, axis=0)
    alive = columns > 0
    uncertainties = np.full(columns.size, math.inf)
    if not alive.any():
        return uncertainties, int(columns.size)
    u, s, v = np.linalg.svd(scaled[:, alive] / columns[alive], full_matrices=False)
    bound = s > _FREE * s[0]
    uncertainties[alive] = np.sqrt(np.sum((v[bound] / s[bound, None]) ** 2, axis=0)) / columns[alive]
    return uncertainties, int(columns.size - np.count_nonzero(bound))
