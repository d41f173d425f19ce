"""The gradient of a number of a run by many parameters: backward through the run, or forward beside it."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from .._checks import one_of
from .._typing import ANY
from ..analysis import (
    AbstractQuestion,
    AbstractRecordQuestion,
    RunGradients,
    Sensitivities,
    Sensitivity,
    edge_error,
    parameter_at,
    parameters_of,
    question_of,
    sums_of,
    with_value,
)
from ..errors import ArgumentError, WavesimError
from ..problem import Problem
from ..propagation import FrameSum, Numerics, checked, evolve, propagate
from ..schemes import Spectral

ADJOINTS = ("reversible", "checkpointed", "stored", "forward")
# samples of psi and phi over a run that goes back
_SAMPLES = 512
# of a derivative, relative to the number over the parameter's scale: what rounding of a run leaves
_ROUNDING = 1e-11
# a derivative is off by a larger share than its number
_LESS_SURE = 10.0
# step by which edges are seen to move, as a share of a parameter's scale
_STEP = 1e-4
_REST = "reflected_probability"


def gradient(
    problem: Problem,
    paths: Iterable[str] | None = None,
    of: str = "transmitted_probability",
    *,
    find: AbstractQuestion | None = None,
    adjoint: str = "reversible",
    tolerance: float = 1e-6,
    numerics: Numerics | None = None,
) -> Sensitivities:
    """d(number of a run)/d(parameter) for many parameters at the price of a few runs: ``gradient(problem, ["potential.height"])``.

    ``adjoint``:

    * "reversible": the run's own steps backward, the undamped step being a symmetric unitary matrix; psi is kept at samples, and where an
      absorber acts. Memory does not grow with the steps; all parameters cost one run back. dQ/dp = 2 Im int <phi|dH/dp|psi> dt + the start's part.
    * "checkpointed": reverse mode of the compiled loop, each frame run again on the way back: the derivative of the very numbers that the run
      gives, its errors included; memory holds frames.
    * "stored": the same, with every step kept.
    * "forward": forward mode, one run beside the other for each parameter; for a few of them.

    Args:
        problem: the physics; packets, potentials, fields and masses count.
        paths: of the parameters, as for ``--set``; by default all.
        of: a number that is a sum over the record.
        find: the question that knows it; by default what the problem suggests.
        adjoint: how the gradient is made.
        tolerance: error of the number that the run is planned for.
        numerics: of the run, instead of a plan.

    Returns:
        the `Sensitivities`, the strongest first; what cannot be moved is named in `missing`.

    Raises:
        ArgumentError: if a path, the number or the adjoint does not exist.
        WavesimError: if the number is no sum over a record.

    Source: A. Griewank, A. Walther, Evaluating Derivatives (2008), chapters 3, 4 and 12.
    """
    one_of("adjoint", adjoint, ADJOINTS)
    question = find or question_of(problem)
    known = parameters_of(problem, question)
    chosen = [parameter_at(problem, question, path) for path in paths] if paths is not None else list(known.values())
    if adjoint == "reversible":
        return _reversible(problem, question, chosen, of, tolerance, numerics)
    return _traced(problem, question, chosen, of, adjoint, tolerance, numerics)


def _reversible(
    problem: Problem,
    question: AbstractQuestion,
    chosen: list[Any],
    of: str,
    tolerance: float,
    numerics: Numerics | None,
) -> Sensitivities:
    samples = _SAMPLES if numerics is None else numerics.frames
    run = RunGradients.of(problem, question, tolerance, samples, numerics)
    _must_know(of, run.values)
    entries, missing = [], {}
    for parameter in chosen:
        scale = abs(parameter.value) or 1.0
        try:
            derivative, error = run.by(parameter, scale)[of]
        except WavesimError as reason:
            missing[parameter.path] = str(reason)
            continue
        entries.append(Sensitivity(parameter.path, parameter.value, parameter.dimension, scale, derivative, error))
    return _sorted(of, run.values[of], entries, missing)


def _traced(
    problem: Problem,
    question: AbstractQuestion,
    chosen: list[Any],
    of: str,
    adjoint: str,
    tolerance: float,
    numerics: Numerics | None,
) -> Sensitivities:
    if not isinstance(question, AbstractRecordQuestion) or problem.ends is not None:
        raise WavesimError(
            "a gradient through a run needs a number that is read off a record, but this is none; ask for sensitivities."
        )
    measured = dataclasses.replace(problem, measure=problem.measure | question.observables(problem))
    if numerics is None:
        plan = question.planned(measured, tolerance)
        if plan is None or isinstance(plan.numerics.method, Spectral):
            plan = question.planned(measured, tolerance, scheme="chebyshev" if problem.potential.static else "g6t4")
        assert plan is not None
        numerics = plan.numerics
    numerics = dataclasses.replace(checked(measured, numerics), save_psi=False)
    result = propagate(measured, dataclasses.replace(numerics, save_psi=True))
    sums = sums_of(question, result, tolerance / 10)
    parts = question.made_of(of) if of in (*sums, _REST) else {}
    known = {part: weight for part, weight in parts.items() if part in sums}
    if not known:
        _must_know(of, dict.fromkeys(sums, 0.0))
    movable = [one for one in chosen if one.path != "duration" and not one.path.startswith("find")]
    missing = {
        one.path: "it is no part of H or of the start, and two runs tell its effect."
        for one in chosen
        if one not in movable
    }
    values = [float(one.value) for one in movable]

    def number(values: Any) -> Any:
        changed = measured
        for one, value in zip(movable, values, strict=True):
            changed, _ = with_value(changed, question, one.path, value)
        frames = evolve(changed, numerics, kept=adjoint == "stored").frames
        return sum(weight * _summed(sums[part], frames) for part, weight in known.items())

    if adjoint == "forward":
        derivatives = jax.jit(jax.jacfwd(number))(values)
    else:
        derivatives = jax.jit(jax.grad(number))(values)
    value = question.readings(result)[of].value
    entries = []
    for one, derivative in zip(movable, derivatives, strict=True):
        scale = abs(one.value) or 1.0
        size = max(abs(float(derivative)), abs(value) / scale)
        step = _STEP * scale
        below, above = (with_value(measured, question, one.path, one.value + side * step)[0] for side in (-1, 1))
        edges = edge_error(below, above, 2 * step, float(numerics.grid.spacing[0]), tolerance)
        error = edges + (_ROUNDING + _LESS_SURE * tolerance) * size
        entries.append(Sensitivity(one.path, one.value, one.dimension, scale, float(derivative), error))
    return _sorted(of, value, entries, missing)


def _summed(number: FrameSum, frames: Any) -> Any:
    total = jnp.sum(number.absorbed * frames.absorbed)
    return functools.reduce(
        lambda sum_, pair: sum_ + jnp.sum(pair[1] * jnp.real(frames.series[pair[0]])), number.series.items(), total
    )


def _must_know(of: str, known: dict[str, float]) -> None:
    if of not in known:
        raise ArgumentError(
            "of", f"must be a number of the run, but {of!r} is none; choose from {', '.join(known) or 'nothing'}."
        )


def _sorted(of: str, value: float, entries: list[Sensitivity], missing: dict[str, str]) -> Sensitivities:
    order = sorted(entries, key=lambda entry: -abs(entry.per_percent))
    return Sensitivities(of, float(np.real(value)), ANY, tuple(order), missing)
