"""Gradient of a value of a run with respect to many parameters, by reverse or forward differentiation."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from .._checks import known_keywords, one_of
from .._jax import jax, jit, jnp
from .._typing import ANY
from ..analysis import (
    AbstractQuestion,
    AbstractRecordQuestion,
    Neighbors,
    Parameter,
    RunGradients,
    Sensitivities,
    Sensitivity,
    neighbors,
    parameter_at,
    parameters_of,
    question_of,
    sums_of,
    with_value,
)
from ..errors import ArgumentError, WavesimError
from ..problem import Problem
from ..propagation import FrameSum, Numerics, checked, evolve, on_grid, propagate
from ..schemes import Chebyshev
from ..unfolding import unfolded

ADJOINTS = ("reversible", "checkpointed", "stored", "forward")
# samples of psi and of the adjoint state phi over a run
_SAMPLES = 512
# rounding error of a derivative, relative to the value divided by the scale of the parameter
_ROUNDING = 1e-11
# relative error of a derivative over that of the value
_LESS_SURE = 10.0
_REST = "reflected_probability"


@known_keywords()
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
    """d(number of a run)/d(parameter) for many parameters at the cost of a few runs: ``gradient(problem, ["potential.height"])``.

    ``adjoint``:

    * "reversible": the steps of the run are inverted, which the unitary undamped step allows; psi is stored at samples and inside absorbers.
      Memory is independent of the number of steps; one backward run serves all parameters. dQ/dp = 2 Im int <phi|dH/dp|psi> dt + the
      derivative of the initial state.
    * "checkpointed": reverse-mode differentiation of the compiled loop, each frame recomputed backwards: the exact derivative of the
      discretized run; memory holds the frames.
    * "stored": the same, with every step stored.
    * "forward": forward-mode differentiation, one additional run for each parameter; for few parameters.

    Args:
        problem: the physics; packets, potentials, fields and masses count.
        paths: paths of the parameters, as for ``--set``; by default all.
        of: name of the value, which must be a sum over the record.
        find: question that yields the value; by default the one that the problem suggests.
        adjoint: method of differentiation.
        tolerance: error of the value for which the run is planned.
        numerics: numerics of the run, instead of a plan.

    Returns:
        a `Sensitivities`, the strongest first; `missing` lists parameters without a derivative.

    Raises:
        ArgumentError: if a path, the value or the adjoint does not exist.
        WavesimError: if the value is not a sum over a record.

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
    chosen: list[Parameter],
    of: str,
    tolerance: float,
    numerics: Numerics | None,
) -> Sensitivities:
    samples = _SAMPLES if numerics is None else numerics.frames
    run = RunGradients.of(problem, question, tolerance, samples, numerics, of)
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
    chosen: list[Parameter],
    of: str,
    adjoint: str,
    tolerance: float,
    numerics: Numerics | None,
) -> Sensitivities:
    if not isinstance(question, AbstractRecordQuestion):
        raise WavesimError(
            "a gradient through a run needs a number that is read off a record, but this is none; ask for sensitivities."
        )
    measured = dataclasses.replace(problem, measure=problem.measure | question.observables(problem))
    line = unfolded(measured)
    if numerics is None:
        plan = question.planned(line, tolerance)
        if plan is None or not plan.numerics.method.steps:
            plan = question.planned(line, tolerance, scheme="chebyshev" if line.potential.static else "g6t4")
        assert plan is not None
        numerics = plan.numerics
    numerics = dataclasses.replace(checked(line, numerics), save_psi=False)
    result = propagate(line, dataclasses.replace(numerics, save_psi=True))
    sums = sums_of(question, result, tolerance / 10)
    parts = question.made_of(of) if of in (*sums, _REST) else {}
    known = {part: weight for part, weight in parts.items() if part in sums}
    if not known:
        _must_know(of, dict.fromkeys(sums, 0.0))
    movable: list[tuple[Parameter, Neighbors]] = []
    missing = {}
    for one in chosen:
        try:
            if one.path == "duration" or one.path.startswith("find"):
                raise WavesimError("it is no part of H or of the start, and two runs tell its effect.")
            near = neighbors(measured, question, one, abs(one.value) or 1.0, numerics.grid)
            movable.append((one, near))
        except WavesimError as reason:
            missing[one.path] = str(reason)
    wanted = _Wanted.of({part: sums[part] for part in known}, known)
    if line.potential.static:
        derivatives = _by_samples(line, numerics, wanted, adjoint, [near for _, near in movable])
    else:
        derivatives = _by_tracing(measured, question, numerics, wanted, adjoint, [one for one, _ in movable])
    value = question.readings(result)[of].value
    entries = []
    for (one, near), derivative in zip(movable, derivatives, strict=True):
        scale = abs(one.value) or 1.0
        size = max(abs(float(derivative)), abs(value) / scale)
        edges = near.edge_error(float(numerics.grid.spacing[0]), tolerance)
        error = edges + (_ROUNDING + _LESS_SURE * tolerance) * size
        entries.append(Sensitivity(one.path, one.value, one.dimension, scale, float(derivative), error))
    return _sorted(of, value, entries, missing)


class _Wanted(NamedTuple):
    """A value as a weighted sum over a record: weights of shape (frames + 1,), or (frames + 1, 2) for the absorbed probability."""

    series: dict[str, np.ndarray]
    absorbed: np.ndarray

    @classmethod
    def of(cls, sums: dict[str, FrameSum], weights: dict[str, float]) -> _Wanted:
        """The weighted sum of several values."""
        series: dict[str, Any] = {}
        for part, one in sums.items():
            for name, values in one.series.items():
                series[name] = series.get(name, 0.0) + weights[part] * values
        return cls(series, np.asarray(sum(weights[part] * one.absorbed for part, one in sums.items())))

    def read(self, problem: Problem, numerics: Numerics, kept: bool) -> Any:
        """The value for a problem on the infinite line, traceable by JAX."""
        frames = evolve(problem, numerics, kept=kept).frames
        parts = [jnp.sum(weights * jnp.real(frames.series[name])) for name, weights in self.series.items()]
        return sum(parts, start=jnp.sum(self.absorbed * frames.absorbed))


# V, psi(0) and the mass, with respect to which JAX differentiates
_Samples = tuple[Any, Any, Any]


def _by_samples(line: Problem, numerics: Numerics, wanted: _Wanted, adjoint: str, near: list[Neighbors]) -> list[float]:
    """Derivatives for a static V by the chain rule: with respect to all samples of V and psi(0) and the mass, times their derivatives.

    One compiled program serves every V, including formulas with jumps and tables.
    """
    method = numerics.method
    if isinstance(method, Chebyshev):
        numerics = dataclasses.replace(numerics, method=dataclasses.replace(method, terms=numerics.pairs))

    def samples_of(problem: Problem) -> _Samples:
        sampled = on_grid(problem, numerics)
        return sampled.potential, sampled.state, jnp.asarray(sampled.mass, float)

    # samples instead of the potential's class, so that all classes share one compiled program
    line = on_grid(line, numerics)
    here, others = samples_of(line), [[samples_of(problem) for _, problem in one.stencil] for one in near]
    tangents = [
        jax.tree.map(lambda *leaves, one=one: sum(w * x for (w, _), x in zip(one.stencil, leaves, strict=True)), *moved)
        for one, moved in zip(near, others, strict=True)
    ]
    if adjoint == "forward":
        return [float(_pushed(here, tangent, line, numerics, wanted)) for tangent in tangents]
    slopes = jax.tree.leaves(_slopes(here, line, numerics, wanted, adjoint == "stored"))
    return [
        float(sum(jnp.sum(slope * x) for slope, x in zip(slopes, jax.tree.leaves(tangent), strict=True)))
        for tangent in tangents
    ]


def _read(samples: _Samples, line: Problem, numerics: Numerics, wanted: _Wanted, kept: bool) -> Any:
    potential, state, mass = samples
    return wanted.read(dataclasses.replace(line, potential=potential, state=state, mass=mass), numerics, kept)


@functools.partial(jit, static_argnames="kept")
def _slopes(samples: _Samples, line: Problem, numerics: Numerics, wanted: _Wanted, kept: bool) -> _Samples:
    return jax.grad(_read)(samples, line, numerics, wanted, kept)


@jit
def _pushed(samples: _Samples, tangent: _Samples, line: Problem, numerics: Numerics, wanted: _Wanted) -> Any:
    return jax.jvp(lambda moved: _read(moved, line, numerics, wanted, False), (samples,), (tangent,))[1]


def _by_tracing(
    problem: Problem,
    question: AbstractQuestion,
    numerics: Numerics,
    wanted: _Wanted,
    adjoint: str,
    parameters: list[Parameter],
) -> list[float]:
    """Derivatives for a time-dependent V, by tracing V itself."""

    def number(values: Any) -> Any:
        changed = problem
        for one, value in zip(parameters, values, strict=True):
            changed, _ = with_value(changed, question, one.path, value)
        return wanted.read(unfolded(changed), numerics, adjoint == "stored")

    differentiate = jax.jacfwd if adjoint == "forward" else jax.grad
    return [float(one) for one in jax.jit(differentiate(number))([float(one.value) for one in parameters])]


def _must_know(of: str, known: dict[str, float]) -> None:
    if of not in known:
        raise ArgumentError(
            "of", f"must be a number of the run, but {of!r} is none; choose from {', '.join(known) or 'nothing'}."
        )


def _sorted(of: str, value: float, entries: list[Sensitivity], missing: dict[str, str]) -> Sensitivities:
    order = sorted(entries, key=lambda entry: -abs(entry.per_percent))
    return Sensitivities(of, float(np.real(value)), ANY, tuple(order), missing)
