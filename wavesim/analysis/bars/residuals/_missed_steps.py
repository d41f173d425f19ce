"""What a step leaves wrong in a number: its defect, weighted by the gradient of the number."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Mapping

import numpy as np

from ....problem import Problem
from ....propagation import Adjoint, FrameSum, Numerics, Result, chebyshev_for, sampled_frames
from ....propagation.lanes import has_lanes
from ....propagation.stepping import ChebyshevStepper, Damping, SplitStepper, stepper_in_lanes

# points of all times that are looked at together: what stays in a core's cache
_TOGETHER = 1 << 16
# how many times as long as the run it may take, and the fewest intervals of time that are looked at then
_DEARER, _FEWEST = 2, 20
# points that take an FFT pair as long as calling it does
_CALL = 800
# times in a step at which a layer acts on the other side of the comparison, and the least factor that is undone
_PARTS, _LEAST = 4, 1e-8


@dataclasses.dataclass(frozen=True)
class StepDefect:
    """The error of a number that the time step makes.

    Attributes:
        change: its estimate, the mean of what the step before a look tells and the step after it, and what the absorber's kicks change besides.
        uneven: half of what these two differ by.
        first: what is uncertain of it, for they were looked at now and then.
        bound: its size without cancellation in time.
    """

    change: float
    uneven: float
    first: float
    bound: float

    def error(self, room: float) -> float:
        """The bar of the number, which is not corrected: twice the estimate, what the mean changes of either side, and what is of second order as in `Residual.error`.

        Waves that a step brings forth by resonance turn about from step to step, in psi and in phi; one side counts them too often, the other too seldom. Where they turn by far
        less or more than a whole turn, the mean has half of them, which is right.
        """
        return 2 * abs(self.change) + self.uneven + self.first + 3 * self.bound**2 / (4 * max(room, 1e-300))


def tells_defect(problem: Problem, numerics: Numerics) -> bool:
    """Whether `step_defects` applies: where H does not change, a Chebyshev series is exact, and it costs little.

    Of a run by such a series the layer's kicks alone are a defect. Steps so long that exact ones take far more FFT pairs than the run, however
    seldom they are looked at, are judged by longer ones alone.
    """
    method, absorbs = numerics.method, numerics.absorber is not None
    # a layer that acts behind a first drift stands within the step
    has_defect = method.steps and (absorbs or not method.exact) and not _damps_within(numerics)
    intervals = len(sampled_frames(numerics)) - 1
    return has_defect and problem.potential.static and _apart(problem, numerics, intervals) is not None


def _damps_within(numerics: Numerics) -> bool:
    return numerics.method.drifts_first and numerics.absorber is not None


def _apart(problem: Problem, numerics: Numerics, intervals: int) -> int | None:
    """Every how many of the looks, with so many intervals between them, a step is held against an exact one; None where few enough of them tell nothing."""
    parts = 1 if numerics.absorber is None else _PARTS
    whole, part = (chebyshev_for(problem, numerics.grid, float(numerics.dt) / n).terms for n in (1, parts))
    points = math.prod(numerics.grid.points)
    # times are looked at together
    one = (parts * part + 2 * whole) * (points + _CALL / max(1, _TOGETHER // points))
    run = numerics.fft_pairs * (points + _CALL)
    for apart in range(1, intervals // min(_FEWEST, intervals) + 1):
        if intervals % apart == 0 and one * (intervals // apart + 1) <= _DEARER * run:
            return apart
    return None


def step_defects(result: Result) -> dict[str, StepDefect]:
    """The error of the step in each number that an adjoint of the run is the gradient of, by name.

    A run takes steps U D, U that of the splitting or a series, and D the absorber's kick. What it misses of exp(-i (H - i W) dt), H that of the grid,
    changes a number by

    dQ = sum_n 2 Re <phi_n|d_n> + w (c_n + <d_n|d_n>_layer),  d_n = E x - D^(1/2) psi_n,  x = D^(-1/2) U^-1 psi_n,

    the sum over all steps, of which those between two looks count as these do; half a kick stands at either end of a step, which is then right to
    second order in its length. E is made of Chebyshev series, so that no order of the
    splitting is assumed, nor that the step is small, with kicks of the absorber four times as often; c is by how much more these take, and w the
    weight of what is absorbed from then on. In a layer d is no small one, and with its own probability the sum tells no mere change of where in
    the layer psi is absorbed. Without the absorber, the step of a splitting is looked at after each time, too: d = psi_n - exp(i H dt) U psi_n.

    Args:
        result: the run, with its adjoints, of which `tells_defect` holds.

    Returns:
        a `StepDefect` for each adjoint.

    Not for a V that changes in time: repeat the run with longer steps.

    Source: R. Becker and R. Rannacher, Acta Numerica 10, 1 (2001), section 9 (time steps); the series is H. Tal-Ezer and R. Kosloff, J. Chem. Phys. 81, 3967 (1984).
    """
    if not result.adjoints:
        return {}
    times = next(iter(result.adjoints.values())).times
    apart = _apart(result.problem, result.numerics, len(times) - 1) or 1
    times = times[::apart]
    weights = np.full(len(times), float(times[1] - times[0]) / float(result.numerics.dt))
    weights[[0, -1]] /= 2
    return _summed(weights, *_products(result.problem, result.numerics, result.adjoints, apart))


def _products(
    problem: Problem, numerics: Numerics, adjoints: Mapping[str, Adjoint], apart: int
) -> tuple[dict[str, np.ndarray], float]:
    """2 Re <phi|d> at each `apart`-th time, shape (times, 3): what kicks add, w c included, of the step before it, and of the one after; and what begins in layers."""
    psi = next(iter(adjoints.values())).psi[::apart]
    cell, points = float(numerics.grid.cell), math.prod(numerics.grid.points)
    defect = _Defect(problem, numerics)
    found: dict[str, list[np.ndarray]] = {name: [] for name in adjoints}
    together = max(1, _TOGETHER // points)
    stride = numerics.frames // (len(psi) - 1)
    # what is absorbed in a frame counts in every number read at its end or later
    counted = {name: np.cumsum(one.number.absorbed[::-1], axis=0)[::-1][::stride] for name, one in adjoints.items()}
    for first in range(0, len(psi), together):
        times = slice(first, first + together)
        undone = defect.undone(psi[times])
        before, after = defect.beside(psi[times], undone)
        kicked, taken = defect.kicked(psi[times], undone)
        for name, adjoint in adjoints.items():
            phi, weight = adjoint.phi[::apart][times], counted[name][times]
            sides = [_overlap(phi, side) * cell for side in (before, after)]
            kicks = np.zeros(len(phi))
            if kicked is not None:
                whole = _overlap(defect.between_kicks(phi, psi[times], weight), kicked) * cell
                kicks = whole + np.sum(weight * (taken + defect.in_layers(kicked)), axis=1) - sides[0]
            found[name].append(np.stack([kicks, *sides], axis=1))
    products = {name: np.concatenate(parts) for name, parts in found.items()}
    for name, values in products.items():
        _at_ends(values, adjoints[name].number, stride)
    return products, float(defect.in_layers(psi[:1]).sum())


def _at_ends(values: np.ndarray, number: FrameSum, stride: int) -> None:
    """Where psi begins and where the number is read, halfway through no kick: none came before, and later ones count as the last that was seen."""
    values[0, 0] = 0.0
    read = (np.flatnonzero(weights)[-1] // width for weights, width in _weights(number) if np.any(weights))
    last = max(read, default=0)
    if last and last % stride == 0:
        values[last // stride, 0] = values[last // stride - 1, 0]


def _weights(number: FrameSum) -> list[tuple[np.ndarray, int]]:
    """The weights of a number, and how many there are of each frame."""
    return [(number.absorbed.ravel(), 2), *((weights, 1) for weights in number.series.values())]


def _overlap(phi: np.ndarray, change: np.ndarray) -> np.ndarray:
    """2 Re <phi|d>, without the cell."""
    return 2 * np.real(np.conj(phi) * change).reshape(len(phi), -1).sum(axis=1)


def _summed(weights: np.ndarray, products: dict[str, np.ndarray], in_layers: float) -> dict[str, StepDefect]:
    sums = {}
    for name, (kicks, before, after) in ((name, values.T) for name, values in products.items()):
        mean, sizes = kicks + (before + after) / 2, np.maximum(np.abs(kicks + before), np.abs(after))
        # a look stands for half a step more on the one side than on the other
        first = in_layers + (sizes[0] + sizes[-1]) / 2
        if len(mean) % 2:
            # every other look, with twice the time between
            coarse = 2 * weights[::2]
            coarse[[0, -1]] = weights[0] * 2
            first += abs(weights @ mean - coarse @ mean[::2])
        sums[name] = StepDefect(
            float(weights @ mean), abs(float(weights @ (after - before))) / 2, float(first), float(weights @ sizes)
        )
    return sums


class _Defect:
    """What the steps that end in psi and begin there miss, for many psi at once.

    Args:
        problem: its H does not change.
        numerics: of the run.
    """

    def __init__(self, problem: Problem, numerics: Numerics) -> None:
        absorber, dt, self.cell = numerics.absorber, float(numerics.dt), float(numerics.grid.cell)
        split = dataclasses.replace(numerics, absorber=None)
        compiled = stepper_in_lanes if has_lanes(numerics, static=True) else lambda stepper: stepper

        def series(n: int) -> ChebyshevStepper:
            method = chebyshev_for(problem, numerics.grid, dt / n)
            return compiled(ChebyshevStepper.made(problem, dataclasses.replace(split, dt=dt / n, method=method)))

        self.own = series(1) if split.method.exact else compiled(SplitStepper.made(problem, split))
        self.whole = series(1)
        self.kick = self.part = None
        if absorber is not None and not _damps_within(numerics):
            self.parts = series(_PARTS)
            made = functools.partial(Damping.made, problem.potential, absorber, numerics.grid)
            # half of the layer's kick on either side of a step
            self.kick, self.part = (made(time, np.dtype(complex)) for time in (dt / 2, dt / (2 * _PARTS)))

    def beside(self, psi: np.ndarray, undone: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """exp(-i H dt) U^-1 psi - psi and psi - exp(i H dt) U psi, as psi; 0 of a series, which is exact."""
        if isinstance(self.own, ChebyshevStepper):
            return np.zeros_like(psi), np.zeros_like(psi)
        stepped = np.asarray(self.own.output(self.own.step(self.own.start(psi))))  # type: ignore[arg-type]
        # H is real and symmetric: conj(exp(-i H dt) conj psi) goes back in time
        back = np.conj(_exact(self.whole, np.conj(stepped)))
        return _exact(self.whole, undone) - psi, psi - back

    def kicked(self, psi: np.ndarray, undone: np.ndarray) -> tuple[np.ndarray | None, np.ndarray]:
        """d, shape (n, ``*points``) as psi, and c, shape (n, 2) for both sides; None where nothing absorbs."""
        if self.kick is None or self.part is None:
            return None, np.zeros((len(psi), 2))
        exact, factor = undone / self._half, np.asarray(self.part.factor)
        taken = -_taken(self.kick, exact) - _taken(self.kick, psi)
        for _ in range(_PARTS):
            taken += _taken(self.part, exact)
            exact = _exact(self.parts, exact * factor)
            taken += _taken(self.part, exact)
            exact = exact * factor
        return exact - psi * self._half, taken

    def in_layers(self, d: np.ndarray) -> np.ndarray:
        """The probability of d in each layer, shape (n, 2): it will be taken there."""
        if self.kick is None:
            return np.zeros((len(d), 2))
        layers = np.asarray(self.kick.loss).reshape(2, -1) > 0
        return (np.abs(d) ** 2).reshape(len(d), -1) @ layers.T * self.cell

    def between_kicks(self, phi: np.ndarray, psi: np.ndarray, counted: np.ndarray) -> np.ndarray:
        """The gradient after half of the next kick, of phi before it: phi = D^(1/2) phi' + w (1 - D) psi."""
        if self.kick is None:
            return phi
        loss = np.asarray(self.kick.loss)
        share = (counted @ loss.reshape(2, -1) / self.cell).reshape(len(phi), *loss.shape[1:])
        return (phi - share * psi) / self._half

    @functools.cached_property
    def _half(self) -> np.ndarray:
        assert self.kick is not None
        return np.maximum(np.real(np.asarray(self.kick.factor)), _LEAST)

    def undone(self, psi: np.ndarray) -> np.ndarray:
        """U^-1 psi: the steps themselves are symmetric, so that K^-1 psi = conj(K conj psi); a processor is undone and done again."""
        inner = np.conj(np.asarray(self.own.processed(psi)))  # type: ignore[arg-type]
        stepped = self.own.boundary(self.own.step(self.own.enter(inner)))  # type: ignore[arg-type]
        return np.asarray(self.own.unprocessed(np.conj(np.asarray(stepped)), 0))  # type: ignore[arg-type]


def _exact(series: ChebyshevStepper, psi: np.ndarray) -> np.ndarray:
    return np.asarray(series.output(series.step(series.start(psi))))  # type: ignore[arg-type]


def _taken(damping: Damping, psi: np.ndarray) -> np.ndarray:
    """What it takes on each side, shape (n, 2)."""
    loss = np.asarray(damping.loss)
    return (np.abs(psi) ** 2).reshape(len(psi), -1) @ loss.reshape(2, -1).T
