"""The method and the number of steps that reach the tolerance with the least work, chosen before the run by pilot runs."""

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

# step x energy at which each scheme reaches an error of psi of 1e-4 over t x energy of about 60: the start of pilot runs (measured)
_REACH = {"strang": 0.05, "yoshida4": 0.5, "chin4a": 0.55, "ti4d": 0.5, "srkn11b": 3.0, "g6t4": 1.5}
# FFT pairs of a scheme relative to g6t4 at 1e-4, and the power of (1e-4/tolerance) with which the ratio grows: mean over four problems
_SHARE = {
    "strang": (14.0, 0.33),
    "chin4a": (1.2, 0.085),
    "ti4d": (0.65, 0.088),
    "g6t4": (1.0, 0.0),
    "srkn11b": (1.4, 0.0),
}
_WITH_GRADIENTS, _WITHOUT = (STRANG, CHIN4A, TI4D, G6T4), (SRKN11B,)
# largest radius of a Chebyshev step with the absorber of a decay, which would act too rarely above it
_RADIUS = 120.0
# largest radius without an absorber, where only the table of coefficients grows
_FREE_RADIUS = 4000.0
# factor on the steps that a pilot run estimates
_SAFETY = 2.0
# pilot runs continue while the next takes less than this share of the predicted steps
_PILOT_SHARE = 0.35
# error of psi below which it extrapolates reliably
_RELIABLE = 0.02
# points x pairs that pilot runs may take: about a second
_PILOT_WORK = 3e7
# error of psi from the neglected terms of all steps together, as a share of the tolerance
_CUT = 1e-5
# times at which psi is compared in a run with an absorber
_SAMPLES = 8


@dataclasses.dataclass(frozen=True)
class TimeStepping:
    """The method and the number of steps, the reason, the FFT pairs of the pilot runs, and the steps that the tolerance alone needs."""

    method: Method
    steps: int
    why: str
    pilot_pairs: int = 0
    needed: float = 0.0


def planned_stepping(
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
) -> TimeStepping:
    """The cheapest method for an error of psi below `tolerance`, in FFT pairs, or the steps that a given method needs.

    * Chebyshev: the number of terms is known beforehand.
    * Eigenstates of the grid (static, one dimension, no absorber): the cost is points^3, converted into FFT pairs.
    * Splitting, where V is smooth: pilot runs double their steps until the difference of two of them is the error; the order of the scheme then gives n.
      The processed scheme pays four pairs for each frame; many frames may need more steps than the tolerance does.
    * Sharp V: no splitting order helps; Chebyshev if V is static, else an order of six without gradients.

    Where V depends on time the step is fixed too: the pilot runs cover the whole drive.
    """
    if scheme is None and dt is not None:
        scheme = "g6t4" if problem.potential.smooth else ("chebyshev" if problem.potential.static else SRKN11B)
    search = _SteppingSearch(problem, space, tolerance, frames, finer, _WITH_GRADIENTS if gradients else _WITHOUT)
    if scheme is None:
        return search.cheapest() if batch is None else search.in_batch(batch)
    if isinstance(scheme, str) and scheme not in ("chebyshev", "spectral"):
        scheme = scheme_named(scheme)
    given = "given" if dt is None else "given, as the step is" if isinstance(scheme, Scheme) else "given"
    if dt is not None:
        steps = search.rounded(space.duration / dt)
        if isinstance(scheme, str):
            return search.chebyshev(steps, given) if scheme == "chebyshev" else TimeStepping(Spectral(), steps, given)
        return TimeStepping(scheme, steps, given)
    if isinstance(scheme, Scheme):
        return search.splitting(scheme, given)
    if isinstance(scheme, Spectral) or scheme == "spectral":
        return TimeStepping(Spectral(), search.rounded(finer), given)
    stepping = search.chebyshev(search.chebyshev_steps(), given)
    return stepping if isinstance(scheme, str) else dataclasses.replace(stepping, method=scheme)


class _SteppingSearch:
    """The search for the cheapest time stepping of one run; all schemes share its pilot."""

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
        self.pilot_pairs = 0

    @functools.cached_property
    def pilot(self) -> Pilot:
        return Pilot.of(self.problem, self.space.grid, self.space.absorber)

    @functools.cached_property
    def bounds(self) -> tuple[float, float]:
        return spectral_bounds(self.problem, self.space.grid)

    @property
    def leaves_box(self) -> bool:
        """Whether a packet leaves through absorbers: the run then measures probabilities."""
        return self.space.absorber is not None and as_packet(self.problem.state, float(self.problem.mass)) is not None

    def order(self, scheme: Scheme) -> int:
        """The order of the scheme for this V: its error falls as this power of the step."""
        return order_in_time(self.problem.potential, scheme.order, float(self.space.duration))

    def rounded(self, steps: float) -> int:
        """A multiple of the frames, not below `steps`."""
        return self.frames * max(1, math.ceil(steps / self.frames - 1e-9))

    def cost(self, stepping: TimeStepping) -> float:
        """Work in FFT pairs; the points^3 of the eigenstates and their points^2 for each frame are converted (measured on one core)."""
        method = stepping.method
        if not method.steps:
            points = self.space.grid.points[0]
            return (1.2 * points**2 + 0.25 * points * self.frames) / math.log2(points) + 9 * self.frames
        pairs = method.needed(self.space.duration / stepping.steps)
        return stepping.steps * pairs + (1 + self.frames) * method.ends

    def cheapest(self) -> TimeStepping:
        potential = self.problem.potential
        exact = self.exact_methods() if potential.static else []
        best = min(exact, key=self.cost) if exact else None
        if not potential.smooth:
            return best or self.splitting(SRKN11B, "sharp edges that move: no gradients")
        guess = self.likely_steps(G6T4)
        scheme = min(self.schemes, key=lambda s: self.likely_cost(s, guess))
        limit = math.inf if best is None else self.cost(best)
        if best is not None and limit < 0.03 * self.likely_cost(scheme, guess):
            return best
        stepping = self.splitting(scheme, "smooth potential: splitting", limit)
        guess = stepping.needed * _pairs_ratio(G6T4, self.tolerance) / _pairs_ratio(scheme, self.tolerance)
        alternative = min(self.schemes, key=lambda s: self.likely_cost(s, guess))
        if alternative is not scheme and self.likely_cost(alternative, guess) < min(0.8 * self.cost(stepping), limit):
            stepping = min(stepping, self.splitting(alternative, "smooth potential: splitting", limit), key=self.cost)
        if best is not None and limit < self.cost(stepping):
            stepping = best
        return dataclasses.replace(stepping, pilot_pairs=self.pilot_pairs)

    def in_batch(self, batch: Batch) -> TimeStepping:
        """The cheapest time stepping, or the one found for a similar problem of the batch."""
        space, potential, state = self.space, self.problem.potential, self.problem.state
        action = space.duration * space.energy
        size = round(2 * math.log2(action)), round(2 * math.log2(math.prod(space.grid.points)))
        key = (type(potential), type(state), self.tolerance, self.frames, space.absorber is None, *size)
        if key not in batch.found:
            stepping = self.cheapest()
            batch.found[key] = stepping.method, stepping.needed / action
            return stepping
        method, pace = batch.found[key]
        if not method.exact and pace:
            needed = pace * action
            return TimeStepping(method, self.rounded(needed * self.finer), "as for others of its batch", needed=needed)
        exact = self.exact_methods() if potential.static else []
        return (
            next((stepping for stepping in exact if isinstance(stepping.method, type(method))), None) or self.cheapest()
        )

    def likely_cost(self, scheme: Scheme, gradient_steps: float) -> float:
        """The expected cost of a scheme where g6t4 needs `gradient_steps` steps."""
        ratio = _pairs_ratio(scheme, self.tolerance) / _pairs_ratio(G6T4, self.tolerance)
        return self.cost(TimeStepping(scheme, self.rounded(gradient_steps * ratio), ""))

    def steps_by_rule(self, scheme: Scheme) -> float:
        """Steps for the tolerance from the largest energy and the duration alone, for problems without a pilot run."""
        action = self.space.duration * self.space.energy
        share = (1e-4 * max(1.0, action / 60) / self.tolerance) ** (1 / self.order(scheme))
        # with a share below one the kinetic phase of the fastest relevant waves would wrap within a step
        return action / _REACH.get(scheme.name, 0.5) * max(share, 1.0)

    def likely_steps(self, scheme: Scheme) -> float:
        """Steps for the tolerance from the mean energy of the start: within a factor of about 2 where measured, but no bound."""
        action = self.space.duration * 3 * self.pilot.energy
        return action / _REACH.get(scheme.name, 0.5) * (1e-4 / self.tolerance) ** (1 / self.order(scheme))

    def exact_methods(self) -> list[TimeStepping]:
        """The methods that are exact in time: Chebyshev series, and the eigenstates of a small enough grid."""
        smooth, space = self.problem.potential.smooth, self.space
        why = "the fewest FFT pairs here" if smooth else "splitting schemes gain nothing at sharp edges"
        steppings = [self.chebyshev(self.chebyshev_steps(), why)]
        if space.absorber is None and space.grid.dimension == 1 and space.grid.points[0] <= DENSE_LIMIT:
            steppings.append(
                TimeStepping(Spectral(), self.frames, "a long time: the eigenstates of the grid cost less than steps")
            )
        return steppings

    def chebyshev_steps(self) -> int:
        space, (low, top) = self.space, self.bounds
        absorber, radius, kicks = space.absorber, _FREE_RADIUS, math.inf
        if absorber is not None and self.leaves_box:
            kicks = absorber_step(absorber, space.speed, self.tolerance)
        elif absorber is not None:
            radius, kicks = _RADIUS, 0.05 * float(absorber.width) / space.speed
        step = min(2 * radius / (top - low), kicks)
        return self.rounded(space.duration / step * self.finer)

    def chebyshev(self, steps: int, why: str) -> TimeStepping:
        # without absorbed packets psi itself may have to be far more accurate than a probability
        cut = max(1e-15, 10.0 ** math.floor(math.log10(_CUT * self.tolerance / steps))) if self.leaves_box else 1e-15
        return TimeStepping(chebyshev_between(*self.bounds, self.space.duration / steps, cut), steps, why)

    def splitting(self, scheme: Scheme, why: str, limit: float = math.inf) -> TimeStepping:
        """The steps from pilot runs, or else from the rule. `limit`: the cost of another method, at which the pilot runs stop."""
        before = self.pilot_pairs
        no_gradient = scheme.uses_gradient and not self.problem.potential.smooth
        steps = None if no_gradient else self.steps_by_pilot(scheme, limit)
        reason = f"{why}; its step by pilot runs of {self.pilot_pairs - before:,} FFT pairs"
        if steps is None:
            steps, reason = self.steps_by_rule(scheme), f"{why}; its step by rule"
        return TimeStepping(scheme, self.rounded(steps * self.finer), reason, self.pilot_pairs, steps)

    def steps_by_pilot(self, scheme: Scheme, limit: float) -> float | None:
        """The number of steps n for which the error of psi is the tolerance, from runs with n0, 2 n0, 4 n0 ... steps.

        The difference of psi with n and 2n steps is the error with n; it falls as n^-p for large n, and faster before. For a confined state
        with a long run the pilots cover a part of it, since errors are proportional to the time.
        """
        space, order = self.space, self.order(scheme)
        samples = 1 if space.absorber is None else _SAMPLES
        share = 1.0
        # the rule may be far off, and coarse runs are cheap: begin where the error is large
        start = max(4.0, space.duration * self.pilot.energy / _REACH.get(scheme.name, 0.5) / 4)
        each = scheme.pairs * math.prod(space.grid.points)
        if 16 * start * each > _PILOT_WORK:
            share = _PILOT_WORK / (16 * start * each)
            if self.problem.open or share * start < 4:
                return None
        time, aim = share * space.duration, share * self.tolerance / _SAFETY
        count = samples * max(1, math.ceil(share * start / samples))
        psi, before, pilot_pairs = self._trial(scheme, time, count, samples), None, self.pilot_pairs
        while 8 * count * each <= 2 * _PILOT_WORK and self.pilot_pairs - pilot_pairs <= limit:
            finer = self._trial(scheme, time, 2 * count, samples)
            error = self.pilot.distance(psi, finer)
            needed = self._extrapolated(count, error, before, aim, order)
            if error <= _RELIABLE:
                slope = None if before is None else math.log2(before / max(error, 1e-300))
                if 4 * count > _PILOT_SHARE * needed or (
                    slope is not None and error < 0.1 * _RELIABLE and abs(slope - order) < 0.3
                ):
                    return needed / share
                if slope is not None and slope < order / 2:
                    # another error dominates: a tail at the end of the box, or waves that the grid does not resolve
                    return None
            psi, before, count = finer, error, 2 * count
        return None

    def _trial(self, scheme: Scheme, time: float, count: int, samples: int) -> np.ndarray:
        self.pilot_pairs += count * scheme.pairs + (1 + samples) * scheme.ends
        return self.pilot.run(scheme, time, count, samples)

    @staticmethod
    def _extrapolated(count: int, error: float, before: float | None, aim: float, order: int) -> float:
        """Steps for an error of `aim`, from the errors at `count` and (before) at half as many.

        Up to twice the count the observed slope is used, at most one more than the order; beyond that, the order.
        """
        if error <= 0:
            return 1.0
        slope = float(order)
        if before is not None:
            slope = min(max(math.log2(max(before, 1e-300) / error), order - 1.0), order + 1.0)
        near = count * (error / aim) ** (1 / slope)
        return near if near <= 2 * count else 2 * count * (error / 2**slope / aim) ** (1 / order)


def _pairs_ratio(scheme: Scheme, tolerance: float) -> float:
    """Steps of a scheme for the same error, relative to those of the other schemes."""
    share, power = _SHARE[scheme.name]
    return share * (1e-4 / tolerance) ** power / scheme.pairs


def absorber_step(absorber: Absorber, speed: float, tolerance: float) -> float:
    """The longest time between two kicks of the absorber: fast waves must not cross much of it, and slow waves must not be reflected by the kick.

    Kicks whose strength varies smoothly err less than any power of the step (measured at three barriers: 2e-4 or less at 0.2 of the width
    and 0.3/energy for packets of 1e-3, 1e-8 at half of that); the repetition with twice the step measures the rest.
    """
    crossing = 0.05 * (max(tolerance, 1e-10) / 1e-7) ** 0.15
    return min(min(crossing, 0.2) * float(absorber.width) / speed, 0.3 / float(absorber.energy))
