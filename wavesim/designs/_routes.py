"""Methods that compute targets and gradients during a search: plane waves, levels, theory, or a run and its adjoint."""

from __future__ import annotations

import abc
import dataclasses
import math
from collections.abc import Sequence
from typing import Any, final

import numpy as np

from .._jax import jax
from ..analysis import (
    AbstractQuestion,
    Levels,
    RunGradients,
    TransmissionAt,
    parameter_at,
    route_without_run,
    with_value,
)
from ..analysis.questions import levels_with_slopes
from ..errors import ArgumentError, WavesimError
from ..potentials import AbstractMassStructure
from ..problem import Problem
from ._slopes import Parts, slopes_by
from ._target import Target
from ._waves import log_transmissions, wave_gradient

# step of numerical derivatives, relative to the span of the parameter
_STEP = 1e-5
# samples of psi and of the adjoint state phi over a run, and the error for which it is planned
_SAMPLES, _OF_RUNS = 256, 1e-6


@dataclasses.dataclass(frozen=True)
class AbstractRoute(abc.ABC):
    """Targets computed together by one method; values are logarithms for targets that compare logarithms.

    Attributes:
        targets: the targets.
    """

    targets: tuple[Target, ...]

    @abc.abstractmethod
    def values(self, problem: Problem) -> np.ndarray:
        """Values of the targets, shape (targets,).

        Raises:
            WavesimError: if a value does not exist for this problem.
        """

    @abc.abstractmethod
    def gradient(self, problem: Problem, spans: dict[str, float]) -> dict[str, np.ndarray]:
        """Derivatives of the values by path, each of shape (targets,).

        Args:
            problem: the physics.
            spans: range of each parameter, by path.
        """

    def by_differences(self, problem: Problem, spans: dict[str, float]) -> dict[str, np.ndarray]:
        """`gradient` by central differences of `values`."""
        gradient = {}
        for path, span in spans.items():
            here = parameter_at(problem, self.question, path).value
            step = _STEP * span
            above, below = here + step, here - step
            try:
                up, down = (self.values(with_value(problem, self.question, path, place)[0]) for place in (above, below))
            except WavesimError:
                # a one-sided difference at the limit of the possible values
                below = here
                up, down = self.values(with_value(problem, self.question, path, above)[0]), self.values(problem)
            gradient[path] = (up - down) / (above - below)
        return gradient

    @property
    def question(self) -> AbstractQuestion:
        """Question of the targets, in whose terms parameters are named."""
        return self.targets[0].find or TransmissionAt()

    @property
    @abc.abstractmethod
    def name(self) -> str:
        """Name shown to the user."""


@final
@dataclasses.dataclass(frozen=True)
class Waves(AbstractRoute):
    """T of plane waves at one energy each, the gradient by first-order perturbation theory.

    Attributes:
        closed: whether to use the closed form for the values where there is one.
    """

    closed: bool = True

    @property
    def name(self) -> str:
        return "closed form or scattering" if self.closed else "scattering"

    def _energies(self, problem: Problem) -> np.ndarray:
        return np.array([target.find.energy_of(problem) for target in self.targets])  # type: ignore[union-attr]

    def values(self, problem: Problem) -> np.ndarray:
        return log_transmissions(problem, self._energies(problem), self.closed)

    def gradient(self, problem: Problem, spans: dict[str, float]) -> dict[str, np.ndarray]:
        known = [path for path in spans if path.startswith("potential.") or path == "particle.mass"]
        try:
            gradient = wave_gradient(problem, self._energies(problem), known)
        except (jax.errors.JAXTypeError, ArgumentError):
            # edges of tables and formulas cannot be traced
            known, gradient = [], {}
        return gradient | self.by_differences(problem, {path: spans[path] for path in spans if path not in known})


@final
@dataclasses.dataclass(frozen=True)
class Energies(AbstractRoute):
    """Levels by finite elements, the gradient by the Hellmann-Feynman theorem dE/dp = <psi|dH/dp|psi>."""

    @property
    def name(self) -> str:
        return "levels"

    @property
    def _count(self) -> int:
        return 1 + max(int(target.quantity.removeprefix("level_")) for target in self.targets)

    def values(self, problem: Problem) -> np.ndarray:
        levels = levels_with_slopes(problem, self._count)
        return self._chosen(levels.energies)

    def gradient(self, problem: Problem, spans: dict[str, float]) -> dict[str, np.ndarray]:
        levels = levels_with_slopes(problem, self._count)
        try:
            parts = Parts.of(problem)
            return {path: self._chosen(_moved(problem, levels, parts, path)) for path in spans}
        except (jax.errors.JAXTypeError, ArgumentError):
            return self.by_differences(problem, spans)

    def _chosen(self, energies: np.ndarray) -> np.ndarray:
        return energies[[int(target.quantity.removeprefix("level_")) for target in self.targets]]


def _moved(problem: Problem, levels: Any, parts: Parts, path: str) -> np.ndarray:
    """dE/dp of all levels: <dV/dp>, terms for moved edges and deltas, and -<T>/m for the mass."""
    if not path.startswith("potential.") and path != "particle.mass":
        return np.zeros(levels.energies.size)
    moved = slopes_by(problem, path, levels.places)
    total = levels.density @ (levels.weights * moved.v)
    if path == "particle.mass":
        total = total - levels.kinetic / float(problem.mass)
    for edge, jump, shift in zip(parts.edges, parts.jumps, moved.edges, strict=True):
        total = total - levels.density_at(edge) * jump * shift
    for spike, strength, shift, more in zip(parts.spikes, parts.strengths, moved.spikes, moved.strengths, strict=True):
        total = total + levels.density_at(spike) * more + levels.density_slope_at(spike) * strength * shift
    return total


@final
@dataclasses.dataclass(frozen=True)
class WithoutRun(AbstractRoute):
    """Values of a question answered without a run; accurate to rounding, so central differences give the gradient."""

    @property
    def name(self) -> str:
        return "theory"

    def values(self, problem: Problem) -> np.ndarray:
        duration = None if problem.duration is None else float(problem.duration)
        numbers = route_without_run(problem, self.question, duration)
        if numbers is None:
            raise WavesimError(
                "the number must be known without a run, but is not for these parameters; narrow the bounds."
            )
        return _compared(self.targets, {name: one.value for name, one in numbers(problem, self.question).items()})

    def gradient(self, problem: Problem, spans: dict[str, float]) -> dict[str, np.ndarray]:
        return self.by_differences(problem, spans)


@final
@dataclasses.dataclass(frozen=True)
class ByRun(AbstractRoute):
    """Values of a run; the gradient by one backward run."""

    @property
    def name(self) -> str:
        return "propagation"

    # the last run, whose values and gradient are requested separately
    _last: list[tuple[Problem, RunGradients]] = dataclasses.field(default_factory=list, compare=False, repr=False)

    def _run(self, problem: Problem) -> RunGradients:
        if not self._last or self._last[0][0] is not problem:
            self._last[:] = [(problem, RunGradients.of(problem, self.question, _OF_RUNS, _SAMPLES))]
        return self._last[0][1]

    def values(self, problem: Problem) -> np.ndarray:
        return _compared(self.targets, self._run(problem).values)

    def gradient(self, problem: Problem, spans: dict[str, float]) -> dict[str, np.ndarray]:
        run, gradient = self._run(problem), {}
        for path in spans:
            parameter = parameter_at(problem, self.question, path)
            moved = run.by(parameter, abs(parameter.value) or spans[path])
            slopes = np.array([moved[target.quantity][0] for target in self.targets])
            sizes = [run.values[target.quantity] if target.in_decades else 1.0 for target in self.targets]
            gradient[path] = slopes / np.array(sizes)
        return gradient


def _compared(targets: Sequence[Target], numbers: dict[str, float]) -> np.ndarray:
    """Values of the targets, or their logarithms where these are compared.

    Raises:
        WavesimError: if a value is missing or has no logarithm.
    """
    values = []
    for target in targets:
        if target.quantity not in numbers:
            raise WavesimError(
                f"the question must know {target.quantity}, but knows {', '.join(numbers) or 'nothing'}; name one of these, or ask another by find."
            )
        value = numbers[target.quantity]
        if target.in_decades and not value > 0:
            raise WavesimError(
                f"{target.quantity} must be positive for its logarithm, but is {value:.3g}; narrow the bounds."
            )
        values.append(math.log(value) if target.in_decades else value)
    return np.array(values)


def routes_for(
    problem: Problem, targets: Sequence[Target], default: AbstractQuestion, route: str | None
) -> list[AbstractRoute]:
    """The cheapest route to each target; targets of one calculation share a route.

    Args:
        problem: the initial problem.
        targets: targets of one value each.
        default: question of the problem, for targets without their own.
        route: "closed_form", "scattering" or "propagation" for all of them, None for the cheapest.

    Raises:
        ArgumentError: if a route by propagation is requested for a value that no run yields.
    """
    asked = [dataclasses.replace(target, find=target.find or default) for target in targets]
    groups: dict[tuple[type, Any], list[Target]] = {}
    for target in asked:
        question = target.find
        endless = problem.ends is None and problem.potential.dimension == 1
        massive = isinstance(problem.potential, AbstractMassStructure)
        if isinstance(question, TransmissionAt) and route == "propagation":
            raise ArgumentError(
                "route",
                'must be "closed_form" or "scattering" for a plane wave, which propagates nothing, but is "propagation"; take one of these, or want the transmitted_probability of a packet.',
            )
        if isinstance(question, TransmissionAt) and target.quantity == "transmission":
            kind: tuple[type, Any] = (Waves, None)
        elif isinstance(question, Levels) and endless and not massive and target.quantity.startswith("level_"):
            kind = (Energies, None)
        elif route == "propagation" or route_without_run(problem, question, _lasting(problem)) is None:  # type: ignore[arg-type]
            kind = (ByRun, question)
        else:
            kind = (WithoutRun, question)
        groups.setdefault(kind, []).append(target)
    return [
        Waves(tuple(group), closed=route != "scattering") if made is Waves else made(tuple(group))
        for (made, _), group in groups.items()
    ]


def _lasting(problem: Problem) -> float | None:
    return None if problem.duration is None else float(problem.duration)
