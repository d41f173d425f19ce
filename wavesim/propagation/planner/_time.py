"""The method and the number of steps: which one reaches the tolerance with the least work, judged before the run by pilot runs."""

from __future__ import annotations

import dataclasses
import functools
import math

import numpy as np

from ...absorbers import Absorber
from ...hamiltonian import DENSE_LIMIT
from ...problem import Problem
from ...schemes import CHIN4A, G6T4, SRKN11B, STRANG, TI4D, Scheme, Spectral
from ...states import as_packet
from .._matched_in_time import order_in_time
from .._numerics import Method, chebyshev_between, scheme_named, spectral_bounds
from ._ladder import Batch
from ._pilot import Pilot
from .spaces import Space

# step x energy at which each scheme reaches a state error of 1e-4 over t x energy of about 60: where pilot runs begin (NUMERICS section 1.4)
_REACH = {"strang": 0.05, "yoshida4": 0.5, "chin4a": 0.55, "ti4d": 0.5, "srkn11b": 3.0, "g6t4": 1.5}
# FFT pairs that a scheme needs over those of g6t4 at 1e-4, and how the ratio grows as (1e-4/tolerance)^power: mean over four problems
_SHARE = {
    "strang": (14.0, 0.33),
    "chin4a": (1.2, 0.085),
    "ti4d": (0.65, 0.088),
    "g6t4": (1.0, 0.0),
    "srkn11b": (1.4, 0.0),
}
_WITH_GRADIENTS, _WITHOUT = (STRANG, CHIN4A, TI4D, G6T4), (SRKN11B,)
# radius of one Chebyshev step: above it the absorber of a decay acts too rarely; without one, only the coefficients grow
_RADIUS, _FREE_RADIUS = 120.0, 4000.0
# a pilot's estimate is taken times this
_SAFETY = 2.0
# pilot runs may go on while the next takes less than this share of the steps it predicts; from here on their error is believed
_PILOT_SHARE, _BELIEVED = 0.35, 0.02
# points x pairs that pilot runs may take: about a second
_PILOT_WORK = 3e7
# of the tolerance: what may be missing of psi, for the terms of all steps that are left out
_CUT = 1e-5
# psi is compared so often where an absorber takes it away
_LOOKS = 8


@dataclasses.dataclass(frozen=True)
class Course:
    """The method and the number of steps, why, the FFT pairs that it took to find out, and the steps that the tolerance alone wants."""

    method: Method
    steps: int
    why: str
    pilot_pairs: int = 0
    wanted: float = 0.0


def planned_course(
    problem: Problem,
    space: Space,
    tolerance: float,
    frames: int,
    *,
    scheme: Method | str | None = None,
    dt: float | None = None,
    finer: float = 1.0,
    batch: Batch | None = None,
    gradients: bool = True,
) -> Course:
    """The cheapest method for an error of psi below `tolerance`, in FFT pairs, or the steps that a given one needs.

    * Chebyshev: the terms are known beforehand.
    * Eigenstates of the grid (static, one dimension, no absorber): points^3, said in FFT pairs.
    * Splitting, where V is smooth: n steps by pilot runs, which double until their difference tells the error; n scales it by the order.
      The processed scheme pays four pairs for each frame; frames may ask for more steps than the tolerance.
    * Sharp V: no splitting order helps; Chebyshev if V is static, else an order of six without gradients.

    Where V depends on time the step is fixed too: the pilot runs cover the whole drive.
    """
    if scheme is None and dt is not None:
        scheme = "g6t4" if problem.potential.smooth else ("chebyshev" if problem.potential.static else SRKN11B)
    search = _StepSearch(problem, space, tolerance, frames, finer, _WITH_GRADIENTS if gradients else _WITHOUT)
    if scheme is None:
        return search.cheapest() if batch is None else search.as_in_batch(batch)
    if isinstance(scheme, str) and scheme not in ("chebyshev", "spectral"):
        scheme = scheme_named(scheme)
    given = "given" if dt is None else "given, as the step is" if isinstance(scheme, Scheme) else "given"
    if dt is not None:
        steps = search.rounded(space.duration / dt)
        if isinstance(scheme, str):
            return search.chebyshev(steps, given) if scheme == "chebyshev" else Course(Spectral(), steps, given)
        return Course(scheme, steps, given)
    if isinstance(scheme, Scheme):
        return search.splitting(scheme, given)
    if isinstance(scheme, Spectral) or scheme == "spectral":
        return Course(Spectral(), search.rounded(finer), given)
    course = search.chebyshev(search.chebyshev_steps(), given)
    return course if isinstance(scheme, str) else dataclasses.replace(course, method=scheme)


class _StepSearch:
    """Where one course is planned; it keeps the pilot between schemes."""

    def __init__(
        self,
        problem: Problem,
        space: Space,
        tolerance: float,
        frames: int,
        finer: float,
        schemes: tuple[Scheme, ...],
    ) -> None:
        self.problem, self.space, self.tolerance, self.frames, self.finer = problem, space, tolerance, frames, finer
        self.schemes = schemes
        self.spent = 0

    @functools.cached_property
    def pilot(self) -> Pilot:
        return Pilot.of(self.problem, self.space.grid, self.space.absorber)

    @functools.cached_property
    def bounds(self) -> tuple[float, float]:
        return spectral_bounds(self.problem, self.space.grid)

    @property
    def passes(self) -> bool:
        """Whether a packet comes, and leaves through absorbers: its probabilities are what is read off psi."""
        return self.space.absorber is not None and as_packet(self.problem.state, float(self.problem.mass)) is not None

    def order(self, scheme: Scheme) -> int:
        """The power of the step with which the scheme errs here."""
        return order_in_time(self.problem.potential, scheme.order, float(self.space.duration))

    def rounded(self, steps: float) -> int:
        """A multiple of the frames, not below `steps`."""
        return self.frames * max(1, math.ceil(steps / self.frames - 1e-9))

    def cost(self, course: Course) -> float:
        """Work in FFT pairs; for the eigenstates, points^3 and points^2 a frame by what a pair takes (measured on one core)."""
        method = course.method
        if not method.steps:
            points = self.space.grid.points[0]
            return (1.2 * points**2 + 0.25 * points * self.frames) / math.log2(points) + 9 * self.frames
        pairs = method.needed(self.space.duration / course.steps)
        return course.steps * pairs + (1 + self.frames) * method.ends

    def cheapest(self) -> Course:
        potential = self.problem.potential
        exact = self.without_error() if potential.static else []
        best = min(exact, key=self.cost) if exact else None
        if not potential.smooth:
            return best or self.splitting(SRKN11B, "sharp edges that move: no gradients")
        guess = self.likely_steps(G6T4)
        scheme = min(self.schemes, key=lambda s: self.likely(s, guess))
        limit = math.inf if best is None else self.cost(best)
        if best is not None and limit < 0.03 * self.likely(scheme, guess):
            return best
        course = self.splitting(scheme, "smooth potential: splitting", limit)
        guess = course.wanted * _pairs_ratio(G6T4, self.tolerance) / _pairs_ratio(scheme, self.tolerance)
        other = min(self.schemes, key=lambda s: self.likely(s, guess))
        if other is not scheme and self.likely(other, guess) < min(0.8 * self.cost(course), limit):
            course = min(course, self.splitting(other, "smooth potential: splitting", limit), key=self.cost)
        if best is not None and limit < self.cost(course):
            course = best
        return dataclasses.replace(course, pilot_pairs=self.spent)

    def as_in_batch(self, batch: Batch) -> Course:
        """The cheapest course, or what it was for a problem much like this one."""
        space, potential, state = self.space, self.problem.potential, self.problem.state
        action = space.duration * space.energy
        alike = round(2 * math.log2(action)), round(2 * math.log2(math.prod(space.grid.points)))
        key = (type(potential), type(state), self.tolerance, self.frames, space.absorber is None, *alike)
        if key not in batch.found:
            course = self.cheapest()
            batch.found[key] = course.method, course.wanted / action
            return course
        method, pace = batch.found[key]
        if not method.exact and pace:
            wanted = pace * action
            return Course(method, self.rounded(wanted * self.finer), "as for others of its batch", wanted=wanted)
        exact = self.without_error() if potential.static else []
        return next((course for course in exact if isinstance(course.method, type(method))), None) or self.cheapest()

    def likely(self, scheme: Scheme, gradient_steps: float) -> float:
        """What a scheme is likely to cost where g6t4 needs `gradient_steps` steps."""
        ratio = _pairs_ratio(scheme, self.tolerance) / _pairs_ratio(G6T4, self.tolerance)
        return self.cost(Course(scheme, self.rounded(gradient_steps * ratio), ""))

    def steps_by_rule(self, scheme: Scheme) -> float:
        """Steps for the tolerance by the largest energy and the duration alone: where no pilot can be run."""
        action = self.space.duration * self.space.energy
        share = (1e-4 * max(1.0, action / 60) / self.tolerance) ** (1 / self.order(scheme))
        # below one the kinetic phase of the fastest waves that matter would wrap within a step
        return action / _REACH.get(scheme.name, 0.5) * max(share, 1.0)

    def likely_steps(self, scheme: Scheme) -> float:
        """The same by the mean energy of the start: right within a factor of 2 or so where it was measured, but no bound."""
        action = self.space.duration * 3 * self.pilot.energy
        return action / _REACH.get(scheme.name, 0.5) * (1e-4 / self.tolerance) ** (1 / self.order(scheme))

    def without_error(self) -> list[Course]:
        """The methods that are exact in time: Chebyshev, and the eigenstates where they can be had."""
        smooth, space = self.problem.potential.smooth, self.space
        why = "the fewest FFT pairs here" if smooth else "splitting schemes gain nothing at sharp edges"
        courses = [self.chebyshev(self.chebyshev_steps(), why)]
        if space.absorber is None and space.grid.dimension == 1 and space.grid.points[0] <= DENSE_LIMIT:
            courses.append(
                Course(Spectral(), self.frames, "a long time: the eigenstates of the grid cost less than steps")
            )
        return courses

    def chebyshev_steps(self) -> int:
        space, (low, top) = self.space, self.bounds
        absorber, radius, kicks = space.absorber, _FREE_RADIUS, math.inf
        if absorber is not None and self.passes:
            kicks = absorber_step(absorber, space.speed, self.tolerance)
        elif absorber is not None:
            radius, kicks = _RADIUS, 0.05 * float(absorber.width) / space.speed
        step = min(2 * radius / (top - low), kicks)
        return self.rounded(space.duration / step * self.finer)

    def chebyshev(self, steps: int, why: str) -> Course:
        # elsewhere psi may be wanted far more exactly than what is read off it
        cut = max(1e-15, 10.0 ** math.floor(math.log10(_CUT * self.tolerance / steps))) if self.passes else 1e-15
        return Course(chebyshev_between(*self.bounds, self.space.duration / steps, cut), steps, why)

    def splitting(self, scheme: Scheme, why: str, limit: float = math.inf) -> Course:
        """As many steps as the pilot runs say; by rule where they cannot be had. `limit`: a cost at which another method is taken anyway."""
        before = self.spent
        ill = scheme.uses_gradient and not self.problem.potential.smooth
        steps = None if ill else self.steps_by_pilot(scheme, limit)
        said = f"{why}; its step by pilot runs of {self.spent - before:,} FFT pairs"
        if steps is None:
            steps, said = self.steps_by_rule(scheme), f"{why}; its step by rule"
        return Course(scheme, self.rounded(steps * self.finer), said, self.spent, steps)

    def steps_by_pilot(self, scheme: Scheme, limit: float) -> float | None:
        """n such that psi errs by the tolerance: psi at n0, 2 n0, 4 n0 ... until the differences are believed.

        The difference of psi at n and 2n steps is the error at n; it falls as n^-p, and before that faster. For a confined state whose
        run is too long the pilots cover a part of it, and errors grow in proportion to the time.
        """
        space, order = self.space, self.order(scheme)
        looks = 1 if space.absorber is None else _LOOKS
        share = 1.0
        # the rule may be far off: begin where the error is large, since runs that are too coarse cost little
        start = max(4.0, space.duration * self.pilot.energy / _REACH.get(scheme.name, 0.5) / 4)
        each = scheme.pairs * math.prod(space.grid.points)
        if 16 * start * each > _PILOT_WORK:
            share = _PILOT_WORK / (16 * start * each)
            if self.problem.open or share * start < 4:
                return None
        time, aim = share * space.duration, share * self.tolerance / _SAFETY
        count = looks * max(1, math.ceil(share * start / looks))
        psi, before, spent = self._trial(scheme, time, count, looks), None, self.spent
        while 8 * count * each <= 2 * _PILOT_WORK and self.spent - spent <= limit:
            finer = self._trial(scheme, time, 2 * count, looks)
            error = self.pilot.distance(psi, finer)
            wanted = self._extrapolated(count, error, before, aim, order)
            if error <= _BELIEVED:
                slope = None if before is None else math.log2(before / max(error, 1e-300))
                if 4 * count > _PILOT_SHARE * wanted or (
                    slope is not None and error < 0.1 * _BELIEVED and abs(slope - order) < 0.3
                ):
                    return wanted / share
                if slope is not None and slope < order / 2:
                    # another error is in the way: a tail at the end of the box, or waves that the grid does not resolve
                    return None
            psi, before, count = finer, error, 2 * count
        return None

    def _trial(self, scheme: Scheme, time: float, count: int, looks: int) -> np.ndarray:
        self.spent += count * scheme.pairs + (1 + looks) * scheme.ends
        return self.pilot.run(scheme, time, count, looks)

    @staticmethod
    def _extrapolated(count: int, error: float, before: float | None, aim: float, order: int) -> float:
        """Steps for an error of `aim`, from the errors at `count` and (before) at half as many.

        Up to twice the count the slope seen is believed, up to one more than the order; beyond it, the order.
        """
        if error <= 0:
            return 1.0
        slope = float(order)
        if before is not None:
            slope = min(max(math.log2(max(before, 1e-300) / error), order - 1.0), order + 1.0)
        near = count * (error / aim) ** (1 / slope)
        return near if near <= 2 * count else 2 * count * (error / 2**slope / aim) ** (1 / order)


def _pairs_ratio(scheme: Scheme, tolerance: float) -> float:
    """Steps of a scheme, relative to each other, for the same error."""
    share, power = _SHARE[scheme.name]
    return share * (1e-4 / tolerance) ** power / scheme.pairs


def absorber_step(absorber: Absorber, speed: float, tolerance: float) -> float:
    """The longest time from one kick of the absorber to the next: fast waves must not cross much of it, nor may slow ones feel the kick.

    Kicks whose strength varies smoothly err less than any power of the step (measured at three barriers: 2e-4 or less at 0.2 of the width
    and 0.3/energy for packets of 1e-3, 1e-8 at half of that); the repetition with twice the step tells what is left.
    """
    crossing = 0.05 * (max(tolerance, 1e-10) / 1e-7) ** 0.15
    return min(min(crossing, 0.2) * float(absorber.width) / speed, 0.3 / float(absorber.energy))
