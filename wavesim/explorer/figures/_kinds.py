"""Kinds of problem: how a live run of each is flown, and which numbers are read off it."""

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

# frames of a run, and of a plane, whose every frame costs as much as a line's run
FRAMES, PLANAR_FRAMES = 360, 144
# what plans aim at; of a decay, which is long, less
_TOLERANCE, _SLOW = 3e-4, 1e-2
# grid points, and entries of a Chebyshev table: problems that differ a little share one compiled program
_POINTS = (128, 192, 256, 320, 384, 448, 512, 576, 640, 768, 896, 1024, 1280, 1536, 1792, 2048, 2560, 3072, 4096)
_TERMS = (48, 96, 192, 384, 768, 1536)
_MOST_PLANE = 300_000
# eigenstates of two wells: points, exponent of the decay at the ends of the box, periods shown
_WELL_POINTS, _FADED, _PERIODS = 192, 20.0, 2.0
# durations stand on a ladder of so many rungs a decade, so that the time axis rests while a slider moves
_RUNGS = 10
# sizes that differ by more are worth a third one between
_APART = 2.5
# of the room on one side of a barrier, how much there is on the other at least
_BALANCE = 0.8


@dataclasses.dataclass(frozen=True)
class Course:
    """How a problem is flown.

    Attributes:
        asked: the problem as it was given, with its observables.
        problem: the same on an endless line.
        numerics: with steps = frames.
        terms: of the table of a Chebyshev series.
    """

    asked: Problem
    problem: Problem
    numerics: Numerics
    terms: int | None

    @property
    def size(self) -> tuple[Any, ...]:
        """What a compiled program depends on."""
        return (self.numerics.grid.points, self.numerics.method.name, self.terms, self.numerics.absorber is None)


@dataclasses.dataclass(frozen=True)
class Ready:
    """What is compiled already, or will be: a course is given one of these sizes where it fits.

    Attributes:
        points: numbers of grid points, increasing.
        terms: entries of a Chebyshev table.
        share: of the planned duration that is shown; a plan waits for the slowest, when nothing is to be seen any more.
    """

    points: tuple[int, ...] = ()
    terms: int = 0
    share: float = 1.0

    @classmethod
    def of(cls, first: Course, others: list[Course]) -> Ready:
        """Sizes for all of these problems: that of the first, the largest, and one between where they are far apart."""
        points = [course.numerics.grid.points[0] for course in (first, *others)]
        low, high = points[0], max(points)
        terms = max(course.terms or 0 for course in (first, *others))
        if others and first.terms is not None:
            # between the corners a run may last a little longer than at them
            high, terms = _rung(min(high + 1, _POINTS[-1]), _POINTS), _rung(min(terms + 1, _TERMS[-1]), _TERMS)
        middle = (_rung(math.isqrt(low * high), _POINTS),) if high > _APART * low else ()
        return cls(tuple(sorted({low, *middle, high})), terms)

    def courses(self, course: Course) -> Iterator[Course]:
        """The course in each other size, so that its program can be made before it is needed."""
        for points in self.points if course.terms is not None else ():
            if points > course.numerics.grid.points[0]:
                grid = _wider(course.numerics.grid, points)
                method = chebyshev_for(course.problem, grid, float(course.numerics.dt))
                yield dataclasses.replace(
                    course, numerics=dataclasses.replace(course.numerics, grid=grid, method=method)
                )

    def fitting(self, points: int) -> int:
        """The smallest size that holds so many points."""
        return next((size for size in self.points if size >= points), 0) or _rung(points, _POINTS)


class AbstractKind(abc.ABC):
    """A kind of problem."""

    # of the page: which cards and pictures there are
    name: str
    # whether the moment shown is a time, or a share of the run
    timed: ClassVar[bool] = True
    # whether V may change in mid-flight
    quenchable: ClassVar[bool] = True

    # what is measured
    question: AbstractRecordQuestion

    @abc.abstractmethod
    def course(self, scenario: Scenario, ready: Ready = Ready()) -> Course:
        """How this scenario is flown.

        Args:
            scenario: a single case.
            ready: sizes to choose from.

        Raises:
            WavesimError: if it cannot be.
        """

    @final
    def asked(self, scenario: Scenario) -> Problem:
        """The problem with its observables."""
        problem = scenario.problem
        return dataclasses.replace(problem, measure=problem.measure | self.question.observables(problem))


@final
@dataclasses.dataclass(frozen=True)
class Line(AbstractKind):
    """Anything in one dimension that a plan knows."""

    name: str
    question: AbstractRecordQuestion

    def course(self, scenario: Scenario, ready: Ready = Ready()) -> Course:
        asked = self.asked(scenario)
        problem = unfolded(asked)
        fixed = {key: scenario.fixed[key] for key in ("grid", "absorber") if key in scenario.fixed}
        scheme = "chebyshev" if problem.potential.static else None
        tolerance = _SLOW if self.name == "decay" else _TOLERANCE
        chosen = plan(asked, tolerance, scheme=scheme, frames=FRAMES, precision="single", **fixed).numerics
        if asked.duration is None and self.name == "barrier":
            longer = _on_ladder(chosen.duration * ready.share)
            asked, problem = (dataclasses.replace(one, duration=longer) for one in (asked, problem))
            chosen = plan(asked, tolerance, scheme=scheme, frames=FRAMES, precision="single", **fixed).numerics
        every = chosen.steps // FRAMES if chosen.steps % FRAMES == 0 else 0
        if not chosen.method.exact:
            # a splitting scheme needs the step of its plan
            steps = FRAMES * max(1, every or math.ceil(chosen.steps / FRAMES))
            return Course(asked, problem, _retimed(chosen, steps, FRAMES), None)
        numerics = _retimed(chosen, FRAMES, FRAMES)
        if asked.ends is None and "grid" not in fixed and not problem.potential.spikes:
            if self.name == "barrier" and chosen.absorber is not None:
                chosen = dataclasses.replace(chosen, grid=_balanced(chosen.grid, problem))
            points = ready.fitting(chosen.grid.points[0])
            away = chosen.absorber is not None or isinstance(problem.potential, Free)
            grid = _wider(chosen.grid, points) if away else _finer(chosen.grid, points)
            method = chebyshev_for(problem, grid, float(numerics.dt))
            numerics = dataclasses.replace(numerics, grid=grid, method=method)
        return Course(asked, problem, numerics, max(_rung(numerics.pairs + 4, _TERMS), ready.terms))


@final
@dataclasses.dataclass(frozen=True)
class Wells(AbstractKind):
    """A particle that tunnels between two wells: eigenstates of a box, which know any time at once."""

    timed: ClassVar[bool] = False
    question: AbstractRecordQuestion = dataclasses.field(default_factory=Populations)
    name: str = "wells"

    def course(self, scenario: Scenario, ready: Ready = Ready()) -> Course:
        asked = self.asked(scenario)
        grid = self.box(asked)
        energies = np.linalg.eigvalsh(np.asarray(asked.hamiltonian(grid).matrix()))[:2]
        duration = float(asked.duration or _PERIODS * 2 * math.pi / max(float(energies[1] - energies[0]), 1e-300))
        return Course(asked, asked, Numerics(grid, duration / FRAMES, FRAMES, FRAMES, Spectral()), None)

    def box(self, problem: Problem) -> Grid:
        """A box outside of which the two lowest states have faded."""
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
            far.append(float(end + side * away[min(int(np.searchsorted(exponent, _FADED)), len(away) - 1)]))
        return Grid.line(far[0], far[1], _WELL_POINTS)


@final
@dataclasses.dataclass(frozen=True)
class Plane(AbstractKind):
    """Two dimensions: the numerics of the file, one frame after the other."""

    quenchable: ClassVar[bool] = False
    question: AbstractRecordQuestion
    name: str = "plane"

    def course(self, scenario: Scenario, ready: Ready = Ready()) -> Course:
        asked = self.asked(scenario)
        fixed = {key: scenario.fixed[key] for key in ("grid", "absorber") if key in scenario.fixed}
        scheme = "chebyshev" if asked.potential.static else None
        chosen = plan(asked, 1e-2, scheme=scheme, frames=PLANAR_FRAMES, precision="single", **fixed).numerics
        if math.prod(chosen.grid.points) > _MOST_PLANE:
            raise NumericsError(
                f"a live picture needs at most {_MOST_PLANE:,} points, but this plane has {' x '.join(map(str, chosen.grid.points))}; "
                "give a smaller [grid], or make a film: wavesim run."
            )
        if not chosen.method.exact:
            steps = PLANAR_FRAMES * math.ceil(chosen.steps / PLANAR_FRAMES)
            return Course(asked, asked, _retimed(chosen, steps, PLANAR_FRAMES), None)
        numerics = _retimed(chosen, PLANAR_FRAMES, PLANAR_FRAMES)
        return Course(asked, asked, numerics, max(_rung(numerics.pairs + 4, _TERMS), ready.terms))


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


def refuse_still(opening: Opening, values: dict[str, float]) -> None:
    """Refuse a scenario that the live page cannot show.

    Raises:
        WavesimError: if the scenario cannot be shown live, before a page is opened on it.
    """
    kind_of(opening.scenario(values))


def scatters(problem: Problem) -> bool:
    """Whether there are plane waves to speak of: T(E), turning points, stationary states."""
    potential = problem.potential
    if isinstance(potential, Free) or potential.spikes or problem.ends is not None or not problem.open:
        return False
    return potential.dimension == 1 and potential.static and all(map(math.isfinite, potential.asymptotes()))


def _retimed(numerics: Numerics, steps: int, frames: int) -> Numerics:
    """The same duration in another number of steps."""
    dt = numerics.duration / steps
    return dataclasses.replace(numerics, dt=dt, steps=steps, frames=frames, method=numerics.method.for_step(dt))


def _wider(grid: Grid, points: int) -> Grid:
    """The same spacing on more points, as many on either side."""
    before = (points - grid.points[0]) // 2
    return Grid((float(grid.lower[0]) - before * float(grid.spacing[0]),), grid.spacing, (points,))


def _balanced(grid: Grid, problem: Problem) -> Grid:
    """The same spacing, with so much room on the thinner side of V that the picture shows what goes there too."""
    left, right = problem.potential.support(1e-3)
    middle, spacing = (left + right) / 2, float(grid.spacing[0])
    before, behind = middle - float(grid.lower[0]), float(grid.upper[0]) - middle
    more = [
        max(0, math.ceil((_BALANCE * other - one) / spacing)) for one, other in ((before, behind), (behind, before))
    ]
    return Grid((float(grid.lower[0]) - more[0] * spacing,), grid.spacing, (grid.points[0] + sum(more),))


def _finer(grid: Grid, points: int) -> Grid:
    """The same box on more points."""
    return Grid.line(float(grid.lower[0]), float(grid.upper[0]), points)


def _rung(count: int, ladder: tuple[int, ...]) -> int:
    if count > ladder[-1]:
        raise NumericsError(
            f"a live picture needs at most {ladder[-1]:,} points or terms, but this one needs {count:,}; take a wider packet, or a lower barrier."
        )
    return next(rung for rung in ladder if rung >= count)


def _on_ladder(duration: float) -> float:
    return 10 ** (math.ceil(_RUNGS * math.log10(duration) - 1e-9) / _RUNGS)
