"""Error bars from coarser repetitions of a run: the errors of the time step and of the grid, and rounding."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...errors import NumericsError
from ...grid import Grid
from ...potentials import BandEdge, Unfolded
from ...problem import Problem
from ...propagation import ELEMENT_ORDER, Numerics, allowed_phase, chebyshev_for, coarsened, order_in_time
from ...propagation.planner import continued, edges_fit
from ...schemes import Chebyshev, Scheme

# steps of the repetitions as multiples of that of the run
_TIME_RATIOS = (2, 4)
# spacings of the repetitions for a smooth V, on one or on two coarser grids
_SMOOTH_RATIOS, _THREE_SMOOTH_RATIOS = (1.4,), (1.2, 1.4)
# spacings of the repetitions for a V with edges or deltas
_SHARP_RATIOS = (1.3, 1.7)
# factor on an estimate from two runs, which may be too small before the asymptotic range is reached
_SAFETY = 3.0
# the same if the larger of two estimates is taken
_MARGIN = 2.5
# fewest steps of a repetition that shows an error
_FEW = 4
# number of moments of a record up to which runs may agree by accident
_FEW_MOMENTS = 16
# order of the error in the spacing for jumps midway between points
_EDGE_ORDER = 5
# for jumps elsewhere, whose error is nearly as small, but scatters
_LOOSE_EDGE_ORDER = 4
# for deltas
_SPIKE_ORDER = 3
# for two jumps at one position
_TOUCHING_EDGE_ORDER = 3
# cells between two edges below which their errors mix and scatter around a lower power (measured: 3 cells against 4 and 6)
_NARROW = 3.6
# order for such edges
_NARROW_EDGE_ORDER = 3
# points x FFT pairs below which compiling another program costs more than running the same one on as many points
_SMALL = 1.2e8
# least order in the spacing of the probability up to a plane (see `wavesim.edges.unit_step`)
CUT_ORDER = 4


@dataclasses.dataclass(frozen=True)
class Repetition:
    """A coarser run. `weight` |fine - coarse| is an estimate of the fine run's error from this repetition alone.

    Attributes:
        source: "time_step" or "grid".
        numerics: numerics of the coarser run.
        ratio: step or spacing relative to that of the fine run.
        weight: see above.
        on_coarsest: whether it uses the coarsest grid, and is compared with the run on that grid instead of the fine one.
    """

    source: str
    numerics: Numerics
    ratio: float
    weight: float
    on_coarsest: bool = False


def spacing_order(problem: Problem, grid: Grid) -> int | None:
    """The order of the error in the spacing; None for a smooth potential, whose error falls faster than any power."""
    potential = problem.potential
    if isinstance(potential, BandEdge):
        return ELEMENT_ORDER
    if potential.smooth:
        return None
    if potential.spikes:
        return _SPIKE_ORDER
    if len(set(np.round(potential.edges, 12))) < len(potential.edges):
        # two jumps at one position give psi a kink by the square of their sum, which the corrections of each do not include
        return _TOUCHING_EDGE_ORDER
    if np.min(np.diff(np.sort(potential.edges)), initial=math.inf) < _NARROW * float(grid.spacing[0]):
        return _NARROW_EDGE_ORDER
    return _EDGE_ORDER if edges_fit(grid, potential) else _LOOSE_EDGE_ORDER


def time_order(problem: Problem, numerics: Numerics) -> int | None:
    """The order of the error in the time step; None if steps are exact.

    A Chebyshev step is exact except for the absorber, which acts between steps. Formally this is of second order, but the second order
    merely changes the layer a little; the reflections fall faster than any power (see `absorber_step`). Third order lies between.
    """
    if isinstance(numerics.method, Scheme):
        return order_in_time(problem.potential, numerics.method.order, float(numerics.duration))
    return 3 if numerics.method.steps and numerics.absorber is not None else None


def coarser_in_time(problem: Problem, numerics: Numerics, final_frame: bool = False) -> list[Repetition]:
    """The run with twice the step, and for splitting schemes with four times; if steps given by hand do not allow it, see `_other_steps`.

    With `final_frame` they are read only at their end, and all have the same small number of frames, so that they share a program.
    """
    order = time_order(problem, numerics)
    if order is None:
        return []
    ratios = _TIME_RATIOS[:1] if numerics.method.exact else _TIME_RATIOS
    fewest = max(1, numerics.frames // (_TIME_RATIOS[-1] if final_frame else 1))
    runs = [run for ratio in ratios if (run := _halved(numerics, ratio, fewest)) is not None]
    few = not numerics.method.exact and numerics.steps < _FEW * _TIME_RATIOS[-1]
    if few or len(runs) < len(ratios):
        runs = _other_steps(numerics, len(ratios), 1 if final_frame else numerics.frames, few)
    repetitions = []
    for run in runs:
        ratio = numerics.steps / run.steps
        repetitions.append(Repetition("time_step", run, ratio, _SAFETY / abs(ratio**order - 1)))
    return repetitions


def _other_steps(numerics: Numerics, count: int, frames: int, few: bool) -> list[Numerics]:
    """Runs for a number of steps given by hand that cannot be halved: with a half and a quarter of it, rounded up between frames.

    Without another step, the bar would not include an error of the step. With one or two steps between frames there are no two longer ones,
    and with `few` steps in all longer ones show nothing: shorter ones then show the error of the run.
    """
    each = numerics.steps // frames
    if few or each == 1:
        others = [each * ratio for ratio in _TIME_RATIOS[:count]]
    elif each <= count:
        others = [1, 2 * each]
    else:
        others = [math.ceil(each / ratio) for ratio in _TIME_RATIOS[:count]]
    return [_stepped(numerics, frames * steps, frames) for steps in others]


def _halved(numerics: Numerics, ratio: int, frames: int) -> Numerics | None:
    while numerics.steps % (frames * ratio):
        if frames % 2:
            return None
        frames //= 2
    return _stepped(numerics, numerics.steps // ratio, frames)


def _stepped(numerics: Numerics, steps: int, frames: int) -> Numerics:
    method, dt = numerics.method, numerics.dt * (numerics.steps / steps)
    if isinstance(method, Chebyshev):
        longer = method.for_step(dt)
        # with a table that is long enough the program is the same
        method = longer if longer.terms > method.terms else method
    return dataclasses.replace(numerics, dt=dt, steps=steps, frames=frames, method=method, save_psi=False)


def coarser_in_space(problem: Problem, numerics: Numerics, three_grids: bool = False) -> list[Repetition]:
    """The run on coarser grids, with the same step: one for a smooth potential, two for edges and deltas.

    A short run keeps its number of points in a larger box, so that it shares the program.

    Args:
        problem: the physics.
        numerics: of the run.
        three_grids: whether to use two for a smooth potential too, which show how fast the error falls.
    """
    repetitions, order = [], spacing_order(problem, numerics.grid)
    potential = problem.potential
    # the cost of eigenstates grows as the cube of the points
    closed = isinstance(potential, BandEdge) or (isinstance(potential, Unfolded) and potential.closed)
    smooth = _THREE_SMOOTH_RATIOS if three_grids else _SMOOTH_RATIOS
    for wanted in smooth if order is None else _SHARP_RATIOS:
        grid = coarsened(numerics.grid, wanted, problem.potential)
        if repetitions and float(grid.spacing[0]) < 1.05 * float(repetitions[-1].numerics.grid.spacing[0]):
            # the edges allow no grid between, and a second run on the same grid shows nothing new
            grid = coarsened(numerics.grid, 1.25 * wanted, problem.potential)
        ratio = float(grid.spacing[0]) / float(numerics.grid.spacing[0])
        if math.prod(numerics.grid.points) * numerics.fft_pairs < _SMALL and grid.dimension == 1 and not closed:
            grid = continued(grid, numerics.grid.points[0])
        method = numerics.method
        if isinstance(method, Chebyshev):
            table, method = method.terms, chebyshev_for(problem, grid, numerics.dt, method.cut)
            if grid.points == numerics.grid.points and method.terms <= table:
                # with a table of the same length the program is the same
                method = dataclasses.replace(method, terms=table)
        changed = dataclasses.replace(numerics, grid=grid, method=method, save_psi=False)
        weight = 1.0 if order is None else _MARGIN / (ratio**order - 1)
        repetitions.append(Repetition("grid", changed, ratio, weight))
    return repetitions


def time_error(
    order: int, values: Sequence[Any], gradients: bool = False, ratios: Sequence[float] = _TIME_RATIOS
) -> float:
    """The error of the first of runs with steps h, 2h and perhaps 4h, at its worst point.

    With D1 = |Q(h) - Q(2h)| and D2 = |Q(2h) - Q(4h)|, q = log2(D2/D1) is the observed order, limited to 1 and the scheme's
    own p: D1/(2^q - 1), and at least the estimate from D2 alone, D2/(2^p (2^p - 1)). Before the asymptotic range q is small, and the bar
    is large. Times 3: near the tolerance the observed order scatters (benchmarks/honesty).

    Of other ratios a < b < c of the three steps to h, the run's own 1 among them, D1 = |Q(ah) - Q(bh)| and D2 = |Q(bh) - Q(ch)|:
    D2/D1 = (c^q - b^q)/(b^q - a^q), and the errors are D1/(b^q - a^q) and D2/(c^p - b^p).

    A scheme with gradients of V has its full order only if the grid holds all waves of V psi. Otherwise there is an error of second order, whose
    size follows from three runs: with errors u h^2 + w h^p, u = (D2 - 2^p D1)/(3 (2^p - 4)), D1 and D2 with their signs.

    Args:
        order: order p of the scheme.
        values: of the runs.
        gradients: whether its kicks use gradients of V.
        ratios: ratios of the steps of the other runs to that of the first.
    """
    if len(values) < 3:
        by = abs(ratios[0] ** (2 if gradients else order) - 1)
        return _SAFETY * largest_difference(values[0], values[1]) / by
    (a, b, c), (fine, middle, coarse) = _by_step(values, ratios)
    first, second = largest_difference(fine, middle), largest_difference(middle, coarse)
    observed = _observed_order(second / first, (a, b, c), order) if first > 0 and second > 0 else float(order)
    error = max(_SAFETY * first / (b**observed - a**observed), second / (c**order - b**order))
    if gradients and order > 2:
        near, far = b**order - a**order, c**order - b**order
        full = (c**2 - b**2) * near - (b**2 - a**2) * far
        error += float(np.max(np.abs((coarse - middle) * near - (middle - fine) * far))) / abs(full)
    return error


def converges(records: Sequence[Any], ratios: Sequence[float]) -> bool:
    """Whether three runs converge with the step at least to first order; records are series over the same time."""
    (a, b, c), (fine, middle, coarse) = _by_step(records, ratios)
    return largest_difference(middle, coarse) * (b - a) >= largest_difference(fine, middle) * (c - b)


def _by_step(values: Sequence[Any], ratios: Sequence[float]) -> tuple[tuple[float, ...], list[np.ndarray]]:
    """The steps of three runs as multiples of the first one's, the shortest first, and their values in that order."""
    steps, common = (1.0, *ratios[:2]), _at_common_frames(values[:3])
    places = sorted(range(3), key=lambda place: steps[place])
    return tuple(steps[place] for place in places), [common[place] for place in places]


def _observed_order(growth: float, steps: tuple[float, ...], most: int) -> float:
    """The observed order q of the error in the step, between 1 and `most`, if the differences of three runs have the ratio `growth`."""
    a, b, c = steps

    def ratio(power: float) -> float:
        return (c**power - b**power) / (b**power - a**power)

    if growth <= ratio(1.0):
        return 1.0
    if growth >= ratio(most):
        return float(most)
    if math.isclose(b * b, a * c):
        # (c^q - b^q)/(b^q - a^q) = (b/a)^q
        return math.log(growth) / math.log(b / a)
    # imported only for steps given by hand
    from scipy.optimize import brentq

    return np.asarray(brentq(lambda power: ratio(power) - growth, 1.0, most)).item()


def space_error(order: int | None, ratios: Sequence[float], values: Sequence[Any], amplitude: float) -> float:
    """The error of the first of runs with spacings h, r1 h, ..., at its worst point.

    Edges and deltas: of order p, 2.5 times the largest of |Q(h) - Q(r h)| / (r^p - 1).
    Smooth: the error is A exp(-c/h) or smaller, as the tails of analytic functions fall in momentum space; the estimate is
    A (D/A)^r with D = |Q(h) - Q(r h)|, times 3. `amplitude` is A, the largest error that the value can have.

    Source: L. N. Trefethen, Spectral Methods in MATLAB (2000), chapter 4, theorem 4.
    """
    differences = [largest_difference(values[0], coarse) for coarse in values[1:]]
    if order is not None:
        return max((_MARGIN * d / (r**order - 1) for d, r in zip(differences, ratios, strict=True)), default=0.0)
    return max(
        (min(d, _SAFETY * amplitude * (d / amplitude) ** r) for d, r in zip(differences, ratios, strict=True)),
        default=0.0,
    )


def rate_error(ratios: Sequence[float], values: Sequence[Any], records: Sequence[Any], scale: float) -> float:
    """The error of the first of three runs with spacings h, r1 h, r2 h, at its worst point, for a smooth potential.

    As for steps in `time_error`: with errors A exp(-c/h), D1 = |Q(h) - Q(r1 h)| and D2 = |Q(r1 h) - Q(r2 h)|, and c follows from ln(D2/D1) at
    the worst moment of the record, since a single number may agree on two grids by accident. The error is D/(exp(c (1 - 1/r1)/h) - 1), times 3, D
    the larger of D1 and its estimate from D2 by this rate. For the extrapolation c is limited by A = `scale`, since observed rates scatter; and
    the divisor is at least 1: the whole difference counts if it does not fall, or if the moments are so few that all may agree by accident.

    Args:
        ratios: r1 and r2.
        values: of the runs.
        records: series of the runs whose errors fall at the same rate.
        scale: largest error that the records can have.

    Source: L. N. Trefethen, Spectral Methods in MATLAB (2000), chapter 4, theorem 4.
    """
    first, second = largest_difference(records[0], records[1]), largest_difference(records[1], records[2])
    if not first > 0:
        return 0.0
    between = 1 / ratios[0] - 1 / ratios[1]
    rate = math.log(max(second / first, 1.0)) / between if len(np.atleast_1d(records[0])) > _FEW_MOMENTS else 0.0
    size = max(
        largest_difference(values[0], values[1]), largest_difference(values[1], values[2]) * math.exp(-rate * between)
    )
    rate = min(rate, ratios[0] * math.log(max(scale / first, 1.0)))
    return _SAFETY * size / max(math.expm1(rate * (1 - 1 / ratios[0])), 1.0)


def extrapolated(order: int, ratios: Sequence[float], values: Sequence[Any]) -> tuple[Any, float]:
    """One delta: the value at spacing 0 for errors c h^p + d h^(p+2), from the runs at h and r1 h, and its error from the run at r2 h.

    Richardson: Q + (Q - Q1)/(r1^p - 1) has the error d h^(p+2) s(r1), s(r) = r^p (r^2 - 1)/(r^p - 1), and that from Q and Q2 the same with
    s(r2). Their difference gives d, and the error is twice its effect.
    """
    fine = np.asarray(values[0])
    guesses = [fine + (fine - np.asarray(q)) / (r**order - 1) for q, r in zip(values[1:], ratios, strict=True)]
    left = [r**order * (r**2 - 1) / (r**order - 1) for r in ratios]
    return guesses[0], 2 * largest_difference(guesses[0], guesses[1]) * left[0] / (left[1] - left[0])


def extrapolates(problem: Problem) -> bool:
    """Whether values are extrapolated to spacing 0: for one delta, whose error is a clean third power of the spacing.

    The errors of two deltas interfere, which adds other powers.
    """
    return len(problem.potential.spikes) == 1 and not problem.potential.edges


def first_refinement(problem: Problem, tolerance: float) -> float:
    """Factor, below 1, on the planned refinement of a first grid whose values are extrapolated: its error is of fifth order, not third."""
    if not (extrapolates(problem) and problem.open):
        return 1.0
    share = min(max(tolerance, 1e-10), 1e-3)
    third, fifth = (allowed_phase("delta", kind, share) for kind in ("probability", "extrapolated probability"))
    return min(1.0, third / fifth)


def largest_difference(first: Any, second: Any) -> float:
    """The largest difference of two numbers, or of two series over the same time of which one may have fewer frames."""
    first, second = _at_common_frames((first, second))
    return float(np.max(np.abs(first - second)))


def _at_common_frames(values: Sequence[Any]) -> list[np.ndarray]:
    """Numbers as they are; series over the same time at their common frames."""
    series = [np.atleast_1d(value) for value in values]
    fewest = min(map(len, series))
    return [values[:: max((len(values) - 1) // max(fewest - 1, 1), 1)] for values in series]


def rounding(numerics: Numerics, mass: float = 1.0) -> float:
    """The largest rounding error of a probability: proportional to the FFT pairs, since rounded phase factors are off the unit circle, and
    the norm drifts by 0.1 to 3e-16 a pair (measured; tests/reliability). Without FFTs, proportional to the phase of the fastest waves of
    the grid.
    """
    if numerics.precision == "single":
        return 2e-7 * numerics.fft_pairs
    if not numerics.fft_pairs:
        fastest = sum(float(k) ** 2 for k in numerics.grid.largest_momentum) / (2 * mass)
        return 1e-14 + 2e-16 * fastest * float(numerics.duration)
    return 1e-14 + 5e-16 * numerics.fft_pairs


def refuse_below_rounding(numerics: Numerics, tolerance: float, mass: float) -> None:
    """Raise if rounding alone exceeds the tolerance; single precision, which is for pictures, only gets a warning.

    Raises:
        NumericsError: with the smallest tolerance that can be met.
    """
    least = rounding(numerics, mass)
    if numerics.precision == "double" and least > tolerance:
        raise NumericsError(
            f"a tolerance of {tolerance:.1e} cannot be met: rounding alone may add {least:.1e} over {numerics.fft_pairs:,} FFT pairs "
            f"in double precision; ask for {3 * least:.0e} or more, or for a shorter duration."
        )


def combined(budget: dict[str, float]) -> float:
    """The error bar: the sum of the budget, since the signs of its parts are unknown."""
    total = math.fsum(budget.values())
    if not math.isfinite(total):
        raise NumericsError(
            "the error estimate is not finite: a coarser run failed; choose a smaller dt or a finer grid."
        )
    return total
