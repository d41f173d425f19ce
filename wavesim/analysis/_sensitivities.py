"""What moves a number, and by how much: its derivative with respect to every float of the problem."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable, Iterable

from .._checks import known_keywords
from .._face import one_line
from .._threads import one_blas_thread
from .._typing import ANY, DIMENSIONLESS, ENERGY, TIME, Dimension
from ..errors import ArgumentError, WavesimError
from ..grid import Grid
from ..problem import Problem
from ..units import NATURAL, UnitSystem
from ._certify import certify, question_of
from ._gradients import PLANAR_SAMPLES, SAMPLES, RunGradients
from ._moved_words import sensitivities_text
from ._parameters import Parameter, parameter_at, parameters_of, with_value
from ._planar_slopes import PlanarLevels
from .bars import AbstractQuestion, Estimate, Quantity, Report, error_of
from .predictions import along_first_axis, shares_of
from .questions import (
    AbstractPlaneWaveQuestion,
    Levels,
    Populations,
    Splitting,
    Transmission,
    beating_report,
    element_levels,
    gap_of,
    has_scattering_states,
    localized,
)

# steps of the differences, as shares of a parameter's scale, and the error that is small enough to stop, as a share of the derivative or of
# what the number would lose over the whole scale
_STEPS, _ENOUGH = (1e-3, 1e-4, 1e-5), 1e-8
# of a scale, for the sentence of a report
_PERCENT = 0.01
_TOLERANCE = 1e-6
# error bar that a run is planned for, where nothing else knows the number
_OF_RUNS = 1e-7
# error of their derivatives, above the tolerance, that more samples may make smaller
_ENOUGH_OF_RUNS = 100 * _OF_RUNS
_EPS = 2.0**-52

Numbers = dict[str, Quantity]
NumbersOf = Callable[[Problem, AbstractQuestion], Numbers]
_Derivatives = tuple[Numbers, "dict[str, dict[str, Sensitivity]]", dict[str, str]]


@dataclasses.dataclass(frozen=True)
class Sensitivity:
    """How one number of the problem moves a quantity; in internal units.

    Attributes:
        path: of the number, ``potential.height``.
        value: of the number.
        dimension: of the number.
        scale: its size, or where it is 0 the largest of its dimension in the problem, or 1.
        derivative: d(quantity)/d(number).
        error: of the derivative.
    """

    path: str
    value: float
    dimension: Dimension
    scale: float
    derivative: float
    error: float

    @property
    def per_percent(self) -> float:
        """By how much the quantity moves where the number moves by one percent of its scale."""
        return self.derivative * _PERCENT * self.scale


@dataclasses.dataclass(frozen=True)
class Sensitivities:
    """What moves a quantity, the strongest first.

    Attributes:
        quantity: its name.
        value: of the quantity, by the route that is differentiated; internal units.
        dimension: of the quantity; `ANY` where the route does not say.
        entries: one for each number that it could be differentiated by.
        missing: sentences on the others, by path.
        units: in which they are printed.
    """

    __repr__ = one_line

    quantity: str
    value: float
    dimension: Dimension
    entries: tuple[Sensitivity, ...]
    missing: dict[str, str] = dataclasses.field(default_factory=dict)
    units: UnitSystem = NATURAL

    def __getitem__(self, path: str) -> Sensitivity:
        return next(entry for entry in self.entries if entry.path == path)

    def __str__(self) -> str:
        return sensitivities_text(self, self.units)


@known_keywords()
@one_blas_thread()
def sensitivities(
    problem: Problem,
    of: str | None = None,
    *,
    find: AbstractQuestion | None = None,
    paths: Iterable[str] | None = None,
    duration: float | None = None,
    grid: Grid | None = None,
) -> Sensitivities:
    """d(number)/d(parameter) for every float of the problem: ``sensitivities(problem)["potential.height"].derivative``.

    What is differentiated propagates nothing and knows its error, where there is such a route: scattering states (of a packet by projection),
    levels on elements, outgoing waves, or the theory that the number is compared with. Central differences of fourth order of these numbers,
    which are right to some 1e-13, give derivatives to 1e-8 and better; their error is told by those of second order and by the error of the
    numbers. Elsewhere (in the plane, in fields that do not repeat) the problem is propagated once, and the gradient once back:
    dQ/dp = 2 Im int dt <phi|dH/dp|psi> + 2 Re <phi(0)|dpsi(0)/dp>, to the accuracy of that run.

    Args:
        problem: the physics.
        of: a quantity's standard name; by default the headline.
        find: what is asked; by default what the problem suggests.
        paths: of the parameters, as for ``--set``; by default all but those of long lists.
        duration: of the run, where the problem leaves it to the planner and the quantity depends on it.
        grid: of levels in more than one dimension; by default planned, which only a separable V can be.

    Returns:
        the `Sensitivities`; parameters that cannot be moved are named in `missing`.

    Raises:
        ArgumentError: if a path or the quantity does not exist.
        WavesimError: if the number is known neither without propagation nor as a sum over a record.
    """
    question = find or question_of(problem)
    here, entries, missing = derivatives(problem, question, duration, paths, grid)
    name = next(iter(here)) if of is None else of
    if name not in here:
        raise ArgumentError(
            "of", f"must be a quantity that is known here, but {of!r} is none; choose from {', '.join(here)}."
        )
    known = sorted(
        (found[name] for found in entries.values() if name in found), key=lambda entry: -abs(entry.per_percent)
    )
    return Sensitivities(name, here[name].value, here[name].dimension, tuple(known), missing, problem.shown_in)


def derivatives(
    problem: Problem,
    question: AbstractQuestion,
    duration: float | None,
    paths: Iterable[str] | None = None,
    grid: Grid | None = None,
    enough: float = _ENOUGH_OF_RUNS,
) -> _Derivatives:
    """The numbers, their derivatives by path and quantity, and sentences on the parameters that cannot be moved.

    Those by a run take more samples in time until each is known to `enough` of itself, or of what the number would lose over the scale.

    Raises:
        WavesimError: if the numbers can be differentiated neither without a run nor by one.
    """
    if isinstance(question, Levels) and problem.potential.dimension > 1:
        return _by_states(problem, question, paths, grid)
    numbers = route_without_run(problem, question, duration)
    if numbers is not None:
        here = numbers(problem, question)
        entries, missing = differentiated(problem, question, numbers, here, paths)
        return here, entries, missing
    first, *more = PLANAR_SAMPLES if problem.potential.dimension > 1 else SAMPLES
    known = _by_run(problem, question, first, paths)
    for samples in more:
        if _smooth(known, enough):
            break
        known = _by_run(problem, question, samples, paths)
    return known


def _smooth(known: _Derivatives, enough: float) -> bool:
    """Whether no derivative by a run would gain from more samples in time."""
    here, entries, _ = known
    return all(
        entry.error <= enough * max(abs(entry.derivative), abs(here[name].value) / entry.scale)
        for found in entries.values()
        for name, entry in found.items()
    )


def _by_run(problem: Problem, question: AbstractQuestion, samples: int, paths: Iterable[str] | None) -> _Derivatives:
    """The same by one run there and back."""
    run = RunGradients.of(problem, question, _OF_RUNS, samples)
    here = {name: Quantity(name, value, 0.0, ANY) for name, value in run.values.items()}
    return here, *collected(problem, question, paths, run.by)


def _by_states(problem: Problem, question: Levels, paths: Iterable[str] | None, grid: Grid | None) -> _Derivatives:
    """The same of levels by their states."""
    levels = PlanarLevels.of(problem, question, grid)
    return levels.numbers, *collected(problem, question, paths, functools.partial(levels.by, problem))


def collected(
    problem: Problem,
    question: AbstractQuestion,
    paths: Iterable[str] | None,
    by: Callable[[Parameter, float], dict[str, tuple[float, float]]],
) -> tuple[dict[str, dict[str, Sensitivity]], dict[str, str]]:
    """The derivatives, and their errors, that a function of a parameter and its scale tells."""
    entries: dict[str, dict[str, Sensitivity]] = {}
    missing: dict[str, str] = {}
    known, chosen = _chosen(problem, question, paths)
    for path, parameter in chosen.items():
        scale = _scale(parameter, known)
        try:
            entries[path] = {
                name: Sensitivity(path, parameter.value, parameter.dimension, scale, derivative, error)
                for name, (derivative, error) in by(parameter, scale).items()
            }
        except WavesimError as error:
            missing[path] = str(error)
    return entries, missing


def _chosen(
    problem: Problem, question: AbstractQuestion, paths: Iterable[str] | None
) -> tuple[dict[str, Parameter], dict[str, Parameter]]:
    """All parameters, and those that are asked for."""
    known = parameters_of(problem, question)
    return known, known if paths is None else {path: parameter_at(problem, question, path) for path in paths}


def duration_of(report: Report) -> float | None:
    """How long the run of a report lasted; None without one."""
    return None if report.record is None else float(report.result.numerics.duration)


def route_without_run(problem: Problem, question: AbstractQuestion, duration: float | None) -> NumbersOf | None:
    """A function of problem and question to the quantities, without propagation; None where there is none."""
    line = along_first_axis(problem)
    if isinstance(question, Transmission) and has_scattering_states(line) and shares_of(line) is not None:
        return _packet_numbers
    endless = problem.ends is None and problem.potential.dimension == 1
    if isinstance(question, Splitting) and endless:
        return _gap_numbers
    if isinstance(question, Levels) and endless:
        return _level_numbers
    if isinstance(question, Populations) and endless and localized(problem) and problem.potential.static:
        return functools.partial(_beat_numbers, duration)
    if isinstance(question, AbstractPlaneWaveQuestion):
        return _plane_wave_numbers
    if question.planned(problem, _TOLERANCE) is None:
        return _reported_numbers

    def by_theory(changed: Problem, asked: AbstractQuestion) -> Numbers:
        lasting = duration if changed.duration is None else float(changed.duration)
        return {
            name: _told(name, *next(iter(theories.items())))
            for name, theories in asked.predictions(changed, lasting).items()
            if theories
        }

    return by_theory if by_theory(problem, question) else None


def _reported_numbers(problem: Problem, question: AbstractQuestion) -> Numbers:
    """The numbers of a report, and of the theories beside them those that are surer, by the error of their method."""
    numbers = dict(certify(problem, _TOLERANCE, find=question).quantities)
    for name, quantity in numbers.items():
        theories = [_told(name, *pair) for pair in quantity.theory.items() if isinstance(pair[1], Estimate)]
        if theories and (best := min(theories, key=lambda one: one.error)).error < quantity.error:
            numbers[name] = dataclasses.replace(best, dimension=quantity.dimension)
    return numbers


def _told(name: str, kind: str, value: float) -> Quantity:
    return Quantity(name, float(value), max(error_of(value), 64 * _EPS * abs(value)), ANY)


def _packet_numbers(problem: Problem, question: AbstractQuestion) -> Numbers:
    """The shares of a packet by projection on the scattering states."""
    del question
    shares = shares_of(along_first_axis(problem))
    assert shares is not None
    pairs: dict[str, Estimate] = {"transmitted_probability": shares.through, "reflected_probability": shares.back}
    return {name: Quantity(name, float(share), share.error, DIMENSIONLESS) for name, share in pairs.items()}


def _plane_wave_numbers(problem: Problem, question: AbstractQuestion) -> Numbers:
    assert isinstance(question, AbstractPlaneWaveQuestion)
    return question.alone(problem)


def _gap_numbers(problem: Problem, question: AbstractQuestion) -> Numbers:
    """Gap and period by elements."""
    del question
    gap = gap_of(problem)
    error = math.fsum(gap.budget.values())
    period = 2 * math.pi / gap.value
    return {
        "gap": Quantity("gap", gap.value, error, ENERGY),
        "tunneling_period": Quantity("tunneling_period", period, period * error / gap.value, TIME),
    }


def _beat_numbers(duration: float | None, problem: Problem, question: AbstractQuestion) -> Numbers:
    """Gap, period and populations of a start in the two lowest levels, by elements; at the end, if there is one."""
    del question
    if problem.duration is None and duration is not None:
        problem = problem.replace("duration", duration)
    numbers = beating_report(problem, _TOLERANCE, {}).quantities
    return {
        name: number
        for name, number in numbers.items()
        if problem.duration is not None or not name.endswith("_population")
    }


def _level_numbers(problem: Problem, question: AbstractQuestion) -> Numbers:
    """Levels by elements."""
    assert isinstance(question, Levels)
    solved = element_levels(problem, question.count)
    return {
        f"level_{n}": Quantity(f"level_{n}", float(energy), math.fsum(budget.values()), ENERGY)
        for n, (energy, budget) in enumerate(zip(solved.energies, solved.budgets, strict=True))
    }


def differentiated(
    problem: Problem,
    question: AbstractQuestion,
    numbers: NumbersOf,
    here: Numbers,
    paths: Iterable[str] | None = None,
) -> tuple[dict[str, dict[str, Sensitivity]], dict[str, str]]:
    """Derivatives by path and quantity, and sentences on the parameters that cannot be moved."""
    known, chosen = _chosen(problem, question, paths)
    entries: dict[str, dict[str, Sensitivity]] = {}
    missing: dict[str, str] = {}
    for path, parameter in chosen.items():
        try:
            entries[path] = _moved_by(parameter, _scale(parameter, known), problem, question, numbers, here)
        except WavesimError as error:
            missing[path] = str(error)
    return entries, missing


def _scale(parameter: Parameter, known: dict[str, Parameter]) -> float:
    alike = [abs(other.value) for other in known.values() if other.dimension == parameter.dimension]
    return abs(parameter.value) or max(alike, default=0.0) or 1.0


def _moved_by(
    parameter: Parameter,
    scale: float,
    problem: Problem,
    question: AbstractQuestion,
    numbers: NumbersOf,
    here: Numbers,
) -> dict[str, Sensitivity]:
    """The derivative of every quantity, at the step at which its error is least."""
    best: dict[str, Sensitivity] = {}
    for share in _STEPS:
        step = share * scale
        # a step that the sum represents exactly
        step = (parameter.value + step) - parameter.value
        around = [
            numbers(*with_value(problem, question, parameter.path, parameter.value + place * step))
            for place in (-2, -1, 1, 2)
        ]
        for name in here:
            if not all(name in side for side in around):
                continue
            derivative, error = _difference([side[name] for side in around], step)
            if name not in best or error < best[name].error:
                best[name] = Sensitivity(parameter.path, parameter.value, parameter.dimension, scale, derivative, error)
        if all(
            entry.error <= _ENOUGH * max(abs(entry.derivative), abs(here[name].value) / scale)
            for name, entry in best.items()
        ):
            break
    return best


def _difference(around: list[Quantity], step: float) -> tuple[float, float]:
    """The derivative by four numbers, and its error."""
    far_below, below, above, far_above = (quantity.value for quantity in around)
    second = (above - below) / (2 * step)
    fourth = (8 * (above - below) - (far_above - far_below)) / (12 * step)
    noise = 1.5 * max(quantity.error for quantity in around) / step
    # the next order is about the square of what this one changed
    return fourth, (fourth - second) ** 2 / max(abs(fourth), abs(second), math.ulp(0.0)) + noise
