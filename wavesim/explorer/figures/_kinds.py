"""Kinds of problem: how a live run of each is set up, and which numbers are measured on it."""

from __future__ import annotations

import abc
import dataclasses
import math
from collections.abc import Iterator
from typing import Any, ClassVar, final

import numpy as np

from ..._checks import named
from ...analysis import (
    AbstractRecordQuestion,
    Decay,
    DrivenPopulations,
    Fringes,
    Motion,
    Populations,
    Transmission,
    question_of,
)
from ...errors import NumericsError, ScenarioError
from ...grid import Grid
from ...potentials import AbstractMassStructure, DoubleSlit, Free, two_wells_of, values_at
from ...problem import Problem
from ...propagation import Numerics, chebyshev_for, plan
from ...scenario import Scenario
from ...schemes import Spectral
from ...states import LeftLocalized, RightLocalized
from ...unfolding import unfolded
from .._opening import Opening

# frames of a run on a line
FRAMES = 360
# frames of a run in a plane, where a frame costs as much as a whole run on a line
PLANAR_FRAMES = 144
# tolerance of plans
_TOLERANCE = 3e-4
# tolerance of plans of a decay, whose run is long
_DECAY_TOLERANCE = 1e-2
# allowed numbers of grid points: problems that differ a little share one compiled program
_POINTS = (128, 192, 256, 320, 384, 448, 512, 576, 640, 768, 896, 1024, 1280, 1536, 1792, 2048, 2560, 3072, 4096)
# allowed numbers of entries in a Chebyshev table, for the same reason
_TERMS = (48, 96, 192, 384, 768, 1536)
# most grid points of a plane
_MOST_PLANE = 300_000
# grid points for the eigenstates of two wells
_WELL_POINTS = 192
# WKB exponent of the lowest states at the ends of their box
_BOX_EXPONENT = 20.0
# tunneling periods shown
_PERIODS = 2.0
# allowed durations per decade, so that the time axis stays while a slider moves
_RUNGS = 10
# ratio of the largest to the smallest size above which a size between is compiled too
_SIZE_RATIO = 2.5
# least room on one side of a barrier, over that on the other
_SIDE_RATIO = 0.8


@dataclasses.dataclass(frozen=True)
class LiveSetup:
    """The problem and the numerics of a live run.

    Attributes:
        original: the problem as given, with its observables.
        problem: the same without ends, unfolded onto the whole line.
        numerics: of the run.
        terms: entries of the Chebyshev table, None for another method.
    """

    original: Problem
    problem: Problem
    numerics: Numerics
    terms: int | None

    @property
    def size(self) -> tuple[Any, ...]:
        """The parameters on which a compiled program depends."""
        return (self.numerics.grid.points, self.numerics.method.name, self.terms, self.numerics.absorber is None)


@dataclasses.dataclass(frozen=True)
class CompiledSizes:
    """Sizes for which programs are compiled; a setup gets one of them where it fits.

    Attributes:
        points: numbers of grid points, increasing.
        terms: entries of a Chebyshev table.
        share: of the planned duration that is shown; a plan waits for the slowest part of the packet, after the picture is empty.
    """

    points: tuple[int, ...] = ()
    terms: int = 0
    share: float = 1.0

    @classmethod
    def of(cls, first: LiveSetup, others: list[LiveSetup]) -> CompiledSizes:
        """Sizes for all of these problems: that of the first, the largest, and one between if they differ much."""
        points = [setup.numerics.grid.points[0] for setup in (first, *others)]
        low, high = points[0], max(points)
        terms = max(setup.terms or 0 for setup in (first, *others))
        if others and first.terms is not None:
            # between the corners of the sliders' ranges a run may last a little longer than at them
            high, terms = _rung(min(high + 1, _POINTS[-1]), _POINTS), _rung(min(terms + 1, _TERMS[-1]), _TERMS)
        middle = (_rung(math.isqrt(low * high), _POINTS),) if high > _SIZE_RATIO * low else ()
        return cls(tuple(sorted({low, *middle, high})), terms)

    def setups(self, setup: LiveSetup) -> Iterator[LiveSetup]:
        """The setup in each larger size, so that its program can be compiled before it is needed."""
        for points in self.points if setup.terms is not None else ():
            if points > setup.numerics.grid.points[0]:
                grid = _wider(setup.numerics.grid, points)
                method = chebyshev_for(setup.problem, grid, float(setup.numerics.dt))
                yield dataclasses.replace(setup, numerics=dataclasses.replace(setup.numerics, grid=grid, method=method))

    def fitting(self, points: int) -> int:
        """The smallest size with at least so many points."""
        return next((size for size in self.points if size >= points), 0) or _rung(points, _POINTS)


class AbstractKind(abc.ABC):
    """A kind of problem."""

    # selects the cards and pictures of the page
    name: str
    # whether a change of values keeps the time that is shown, rather than the frame
    timed: ClassVar[bool] = True
    # whether V may change during a run
    quenchable: ClassVar[bool] = True

    # the quantities that are measured
    question: AbstractRecordQuestion

    @abc.abstractmethod
    def setup(self, scenario: Scenario, sizes: CompiledSizes = CompiledSizes()) -> LiveSetup:
        """The problem and numerics of a scenario.

        Args:
            scenario: a single case.
            sizes: to choose from.

        Raises:
            WavesimError: if the scenario cannot be run live.
        """

    @final
    def with_observables(self, scenario: Scenario) -> Problem:
        """The problem of a scenario with the observables of the question."""
        problem = scenario.problem
        return dataclasses.replace(problem, measure=problem.measure | self.question.observables(problem))


@final
@dataclasses.dataclass(frozen=True)
class Line(AbstractKind):
    """Any problem in one dimension that `plan` accepts."""

    name: str
    question: AbstractRecordQuestion

    def setup(self, scenario: Scenario, sizes: CompiledSizes = CompiledSizes()) -> LiveSetup:
        original = self.with_observables(scenario)
        problem = unfolded(original)
        fixed = {key: scenario.fixed[key] for key in ("grid", "absorber") if key in scenario.fixed}
        scheme = "chebyshev" if problem.potential.static else None
        tolerance = _DECAY_TOLERANCE if self.name == "decay" else _TOLERANCE
        planned = plan(original, tolerance, scheme=scheme, frames=FRAMES, precision="single", **fixed).numerics
        if original.duration is None and self.name == "barrier":
            duration = _on_ladder(planned.duration * sizes.share)
            original, problem = (dataclasses.replace(p, duration=duration) for p in (original, problem))
            planned = plan(original, tolerance, scheme=scheme, frames=FRAMES, precision="single", **fixed).numerics
        every = planned.steps // FRAMES if planned.steps % FRAMES == 0 else 0
        if not planned.method.exact:
            # a splitting scheme needs the step of its plan
            steps = FRAMES * max(1, every or math.ceil(planned.steps / FRAMES))
            return LiveSetup(original, problem, _retimed(planned, steps, FRAMES), None)
        numerics = _retimed(planned, FRAMES, FRAMES)
        if original.ends is None and "grid" not in fixed and not problem.potential.spikes:
            if self.name == "barrier" and planned.absorber is not None:
                planned = dataclasses.replace(planned, grid=_balanced(planned.grid, problem))
            points = sizes.fitting(planned.grid.points[0])
            away = planned.absorber is not None or isinstance(problem.potential, Free)
            grid = _wider(planned.grid, points) if away else _finer(planned.grid, points)
            method = chebyshev_for(problem, grid, float(numerics.dt))
            numerics = dataclasses.replace(numerics, grid=grid, method=method)
        return LiveSetup(original, problem, numerics, max(_rung(numerics.pairs + 4, _TERMS), sizes.terms))


@final
@dataclasses.dataclass(frozen=True)
class Wells(AbstractKind):
    """A particle that tunnels between two wells, by the eigenstates of a box, which give any time at once."""

    timed: ClassVar[bool] = False
    question: AbstractRecordQuestion = dataclasses.field(default_factory=Populations)
    name: str = "wells"

    def setup(self, scenario: Scenario, sizes: CompiledSizes = CompiledSizes()) -> LiveSetup:
        original = self.with_observables(scenario)
        grid = self.box(original)
        energies = np.linalg.eigvalsh(np.asarray(original.hamiltonian(grid).matrix()))[:2]
        duration = float(original.duration or _PERIODS * 2 * math.pi / max(float(energies[1] - energies[0]), 1e-300))
        return LiveSetup(original, original, Numerics(grid, duration / FRAMES, FRAMES, FRAMES, Spectral()), None)

    def box(self, problem: Problem) -> Grid:
        """A box outside of which the two lowest states are negligible."""
        mass = float(problem.mass)
        wells = two_wells_of(problem.potential, mass)
        if wells is None:
            raise ScenarioError("potential: must have two wells with a barrier between them, but has none now.")
        left, right = problem.potential.support(1e-3)
        rim = min(wells.top, *problem.potential.asymptotes())
        level = min(wells.depths) + 0.8 * (rim - min(wells.depths))
        step = (right - left) / 200
        away = step * np.arange(1, 8001)
        far = []
        for side, end in ((-1, left), (1, right)):
            value = values_at(problem.potential, end + side * away, mass)
            slowest = 1e-3 * (rim - min(wells.depths))
            exponent = np.cumsum(step * np.sqrt(2 * mass * np.maximum(value - level, slowest)))
            far.append(float(end + side * away[min(int(np.searchsorted(exponent, _BOX_EXPONENT)), len(away) - 1)]))
        return Grid.line(far[0], far[1], _WELL_POINTS)


@final
@dataclasses.dataclass(frozen=True)
class Plane(AbstractKind):
    """A problem in two dimensions, propagated frame by frame as it is shown."""

    quenchable: ClassVar[bool] = False
    question: AbstractRecordQuestion
    name: str = "plane"

    def setup(self, scenario: Scenario, sizes: CompiledSizes = CompiledSizes()) -> LiveSetup:
        original = self.with_observables(scenario)
        fixed = {key: scenario.fixed[key] for key in ("grid", "absorber") if key in scenario.fixed}
        scheme = "chebyshev" if original.potential.static else None
        planned = plan(original, 1e-2, scheme=scheme, frames=PLANAR_FRAMES, precision="single", **fixed).numerics
        if math.prod(planned.grid.points) > _MOST_PLANE:
            raise NumericsError(
                f"a live picture needs at most {_MOST_PLANE:,} points, but this plane has {' x '.join(map(str, planned.grid.points))}; "
                "give a smaller [grid], or make a film: wavesim run."
            )
        if not planned.method.exact:
            steps = PLANAR_FRAMES * math.ceil(planned.steps / PLANAR_FRAMES)
            return LiveSetup(original, original, _retimed(planned, steps, PLANAR_FRAMES), None)
        numerics = _retimed(planned, PLANAR_FRAMES, PLANAR_FRAMES)
        return LiveSetup(original, original, numerics, max(_rung(numerics.pairs + 4, _TERMS), sizes.terms))


def kind_of(scenario: Scenario) -> AbstractKind:
    """The kind of a scenario.

    Raises:
        ScenarioError: if it cannot be shown live.
    """
    problem = scenario.problem
    question = question_of(problem)
    dimension = scenario.fixed["grid"].dimension if "grid" in scenario.fixed else problem.potential.dimension
    dimension = max(dimension, len(getattr(problem.state, "factors", ())) or 1)
    if dimension > 2:
        raise ScenarioError(f"a live picture needs one or two dimensions, but this scenario has {dimension}.")
    if isinstance(problem.potential, AbstractMassStructure):
        raise ScenarioError(
            f"a live picture steps a wave of one mass, but {named(problem.potential)} has masses of its own; take layers, or make a film: wavesim run."
        )
    if dimension == 2:
        planar = (
            Fringes() if isinstance(problem.potential, DoubleSlit) else Transmission() if problem.open else Motion()
        )
        return Plane(planar)
    localized = isinstance(problem.state, LeftLocalized | RightLocalized)
    match question:
        case Populations() if localized and problem.ends is None:
            return Wells()
        case Transmission():
            return Line("barrier", question)
        case Decay():
            return Line("decay", question)
        case Populations() | DrivenPopulations():
            return Line("populations", question)
        case AbstractRecordQuestion():
            return Line("motion", question)
    return Line("motion", Motion())


def check_live(opening: Opening, values: dict[str, float]) -> None:
    """Refuse a scenario that cannot be shown live, before a page is opened on it.

    Raises:
        WavesimError: with the reason.
    """
    kind_of(opening.scenario(values))


def scatters(problem: Problem) -> bool:
    """Whether the problem scatters plane waves, so that T(E), turning points and stationary states exist."""
    potential = problem.potential
    if isinstance(potential, Free) or potential.spikes or problem.ends is not None or not problem.open:
        return False
    return potential.dimension == 1 and potential.static and all(map(math.isfinite, potential.asymptotes()))


def _retimed(numerics: Numerics, steps: int, frames: int) -> Numerics:
    """The same duration in another number of steps and frames."""
    dt = numerics.duration / steps
    return dataclasses.replace(numerics, dt=dt, steps=steps, frames=frames, method=numerics.method.for_step(dt))


def _wider(grid: Grid, points: int) -> Grid:
    """The same spacing on more points, added evenly on both sides."""
    before = (points - grid.points[0]) // 2
    return Grid((float(grid.lower[0]) - before * float(grid.spacing[0]),), grid.spacing, (points,))


def _balanced(grid: Grid, problem: Problem) -> Grid:
    """The same spacing, with more room on the shorter side of V so that the picture shows the wave there too."""
    left, right = problem.potential.support(1e-3)
    middle, spacing = (left + right) / 2, float(grid.spacing[0])
    before, behind = middle - float(grid.lower[0]), float(grid.upper[0]) - middle
    more = [
        max(0, math.ceil((_SIDE_RATIO * far - near) / spacing)) for near, far in ((before, behind), (behind, before))
    ]
    return Grid((float(grid.lower[0]) - more[0] * spacing,), grid.spacing, (grid.points[0] + sum(more),))


def _finer(grid: Grid, points: int) -> Grid:
    """The same box on more points."""
    return Grid.line(float(grid.lower[0]), float(grid.upper[0]), points)


def _rung(count: int, ladder: tuple[int, ...]) -> int:
    """The smallest number of a ladder that is at least `count`."""
    if count > ladder[-1]:
        raise NumericsError(
            f"a live picture needs at most {ladder[-1]:,} points or terms, but this one needs {count:,}; take a wider packet, or a lower barrier."
        )
    return next(rung for rung in ladder if rung >= count)


def _on_ladder(duration: float) -> float:
    """The next longer duration on a logarithmic scale of `_RUNGS` a decade."""
    return 10 ** (math.ceil(_RUNGS * math.log10(duration) - 1e-9) / _RUNGS)
