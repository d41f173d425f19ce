"""The error of the time step in a number: the defect of the steps, weighted by the gradient of the number."""

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

# points times the samples in a block, which fit into a core's cache
_BLOCK = 1 << 16
# largest cost of all defects relative to that of the run
_COST = 2
# fewest intervals of time at which defects are sampled
_FEWEST = 20
# overhead of the call of a transform, in points
_CALL = 800
# kicks of the absorber within an exact step for comparison
_PARTS = 4
# smallest damping factor by which psi is divided
_LEAST = 1e-8


@dataclasses.dataclass(frozen=True)
class StepDefect:
    """The error of the time step in a number.

    Attributes:
        change: estimate of the error: the mean over the step before each sample and the step after it, plus the change by the absorber's kicks.
        asymmetry: half of the difference between the two.
        uncertainty: uncertainty of the estimate, since not all steps are sampled.
        bound: its size without cancellation in time.
    """

    change: float
    asymmetry: float
    uncertainty: float
    bound: float

    def error(self, room: float) -> float:
        """The bar of the number, which is not corrected: twice the estimate, its asymmetry and uncertainty, and the second order as in `Residual.error`.

        Waves that a step drives by resonance change their phase from step to step, in psi and in phi: one side counts them too much, the
        other too little. If the phase is far from a whole turn, the mean of both sides contains half of them, which is correct.
        """
        return 2 * abs(self.change) + self.asymmetry + self.uncertainty + 3 * self.bound**2 / (4 * max(room, 1e-300))


def step_defects_apply(problem: Problem, numerics: Numerics) -> bool:
    """Whether `step_defects` applies: H is static, so that a Chebyshev series is exact, and the series costs little beside the run.

    In a run by such a series the kicks of the absorber are the only defect. If even a few exact steps take far more FFT pairs than the run,
    runs with longer steps have to be compared instead.
    """
    method, absorbs = numerics.method, numerics.absorber is not None
    # an absorber that acts after a first drift is inside the step, which is not supported
    has_defect = method.steps and (absorbs or not method.exact) and not _damps_within(numerics)
    intervals = len(sampled_frames(numerics)) - 1
    return has_defect and problem.potential.static and _stride(problem, numerics, intervals) is not None


def _damps_within(numerics: Numerics) -> bool:
    return numerics.method.drifts_first and numerics.absorber is not None


def _stride(problem: Problem, numerics: Numerics, intervals: int) -> int | None:
    """Stride of the samples, with `intervals` between them, at which a step is compared with an exact one; None if too few are affordable."""
    parts = 1 if numerics.absorber is None else _PARTS
    whole, part = (chebyshev_for(problem, numerics.grid, float(numerics.dt) / n).terms for n in (1, parts))
    points = math.prod(numerics.grid.points)
    # the transforms of a block share one call
    cost = (parts * part + 2 * whole) * (points + _CALL / max(1, _BLOCK // points))
    run = numerics.fft_pairs * (points + _CALL)
    for stride in range(1, intervals // min(_FEWEST, intervals) + 1):
        if intervals % stride == 0 and cost * (intervals // stride + 1) <= _COST * run:
            return stride
    return None


def step_defects(result: Result) -> dict[str, StepDefect]:
    """The error of the step in each number whose gradient is an adjoint of the run, by name.

    A run takes steps U D; U is the step of the splitting or the series, D the kick of the absorber. Their defect against exp(-i (H - i W) dt), H
    that of the grid, changes a number by

    dQ = sum_n 2 Re <phi_n|d_n> + w (c_n + <d_n|d_n>_layer),  d_n = E x - D^(1/2) psi_n,  x = D^(-1/2) U^-1 psi_n,

    a sum over all steps; those between two samples count as the samples do. Half a kick stands at either end of a step, which is then right to
    second order in its length. E is made of Chebyshev series with four times as many kicks of the absorber, so that neither an order of the
    splitting nor a small step is assumed; c is how much more these kicks absorb, and w the weight of what is absorbed from then on. Within an
    absorbing layer d is not small; the probability of d there keeps a mere change of where psi is absorbed out of the sum. Without the
    absorber, the step after each sample counts too: d = psi_n - exp(i H dt) U psi_n.

    Args:
        result: the run, with its adjoints, of which `step_defects_apply` holds.

    Returns:
        a `StepDefect` for each adjoint.

    Not for a V that depends on time: repeat the run with longer steps.

    Source: R. Becker and R. Rannacher, Acta Numerica 10, 1 (2001), section 9 (time steps); the series is H. Tal-Ezer and R. Kosloff, J. Chem. Phys. 81, 3967 (1984).
    """
    if not result.adjoints:
        return {}
    times = next(iter(result.adjoints.values())).times
    stride = _stride(result.problem, result.numerics, len(times) - 1) or 1
    times = times[::stride]
    weights = np.full(len(times), float(times[1] - times[0]) / float(result.numerics.dt))
    weights[[0, -1]] /= 2
    return _summed(weights, *_products(result.problem, result.numerics, result.adjoints, stride))


def _products(
    problem: Problem, numerics: Numerics, adjoints: Mapping[str, Adjoint], stride: int
) -> tuple[dict[str, np.ndarray], float]:
    """2 Re <phi|d> at each `stride`-th sample, shape (times, 3), for the kicks with w c, the step before and the step after; and the initial probability in layers."""
    psi = next(iter(adjoints.values())).psi[::stride]
    cell, points = float(numerics.grid.cell), math.prod(numerics.grid.points)
    defect = _Defect(problem, numerics)
    products: dict[str, list[np.ndarray]] = {name: [] for name in adjoints}
    block = max(1, _BLOCK // points)
    frames = numerics.frames // (len(psi) - 1)
    # probability absorbed in a frame counts in every number read at its end or later
    absorbed = {
        name: np.cumsum(adjoint.number.absorbed[::-1], axis=0)[::-1][::frames] for name, adjoint in adjoints.items()
    }
    for first in range(0, len(psi), block):
        times = slice(first, first + block)
        previous = defect.previous(psi[times])
        before, after = defect.of_steps(psi[times], previous)
        kicked, absorption = defect.of_kicks(psi[times], previous)
        for name, adjoint in adjoints.items():
            phi, weight = adjoint.phi[::stride][times], absorbed[name][times]
            sides = [_overlap(phi, side) * cell for side in (before, after)]
            kicks = np.zeros(len(phi))
            if kicked is not None:
                whole = _overlap(defect.between_kicks(phi, psi[times], weight), kicked) * cell
                kicks = whole + np.sum(weight * (absorption + defect.in_layers(kicked)), axis=1) - sides[0]
            products[name].append(np.stack([kicks, *sides], axis=1))
    arrays = {name: np.concatenate(parts) for name, parts in products.items()}
    for name, values in arrays.items():
        _without_kicks_at_ends(values, adjoints[name].number, frames)
    return arrays, float(defect.in_layers(psi[:1]).sum())


def _without_kicks_at_ends(values: np.ndarray, number: FrameSum, stride: int) -> None:
    """Correct the kicks at the start, which no kick precedes, and where the number is read, which no kick follows, to those of the sample before."""
    values[0, 0] = 0.0
    read = (np.flatnonzero(weights)[-1] // width for weights, width in _weights(number) if np.any(weights))
    last = max(read, default=0)
    if last and last % stride == 0:
        values[last // stride, 0] = values[last // stride - 1, 0]


def _weights(number: FrameSum) -> list[tuple[np.ndarray, int]]:
    """The weights of a number, and how many of them each frame has."""
    return [(number.absorbed.ravel(), 2), *((weights, 1) for weights in number.series.values())]


def _overlap(phi: np.ndarray, change: np.ndarray) -> np.ndarray:
    """2 Re <phi|d>, without the cell."""
    return 2 * np.real(np.conj(phi) * change).reshape(len(phi), -1).sum(axis=1)


def _summed(weights: np.ndarray, products: dict[str, np.ndarray], in_layers: float) -> dict[str, StepDefect]:
    sums = {}
    for name, (kicks, before, after) in ((name, values.T) for name, values in products.items()):
        mean, sizes = kicks + (before + after) / 2, np.maximum(np.abs(kicks + before), np.abs(after))
        # a sample represents half a step more on one side than on the other
        first = in_layers + (sizes[0] + sizes[-1]) / 2
        if len(mean) % 2:
            # every other sample, with twice the interval
            coarse = 2 * weights[::2]
            coarse[[0, -1]] = weights[0] * 2
            first += abs(weights @ mean - coarse @ mean[::2])
        sums[name] = StepDefect(
            float(weights @ mean), abs(float(weights @ (after - before))) / 2, float(first), float(weights @ sizes)
        )
    return sums


class _Defect:
    """The defects of the steps that end in psi and of those that begin there, for many psi at once.

    Args:
        problem: the physics, with a static H.
        numerics: numerics of the run.
    """

    def __init__(self, problem: Problem, numerics: Numerics) -> None:
        absorber, dt, self.cell = numerics.absorber, float(numerics.dt), float(numerics.grid.cell)
        split = dataclasses.replace(numerics, absorber=None)
        compiled = stepper_in_lanes if has_lanes(numerics, static=True) else lambda stepper: stepper

        def series(n: int) -> ChebyshevStepper:
            method = chebyshev_for(problem, numerics.grid, dt / n)
            return compiled(ChebyshevStepper.of(problem, dataclasses.replace(split, dt=dt / n, method=method)))

        self.own = series(1) if split.method.exact else compiled(SplitStepper.of(problem, split))
        self.whole = series(1)
        self.kick = self.part = None
        if absorber is not None and not _damps_within(numerics):
            self.parts = series(_PARTS)
            damping = functools.partial(Damping.of, problem.potential, absorber, numerics.grid)
            # half of the layer's kick on either side of a step
            self.kick, self.part = (damping(time, np.dtype(complex)) for time in (dt / 2, dt / (2 * _PARTS)))

    def of_steps(self, psi: np.ndarray, previous: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """exp(-i H dt) U^-1 psi - psi and psi - exp(i H dt) U psi, of the shape of psi; 0 for a series, which is exact."""
        if isinstance(self.own, ChebyshevStepper):
            return np.zeros_like(psi), np.zeros_like(psi)
        stepped = np.asarray(self.own.output(self.own.step(self.own.start(psi))))  # type: ignore[arg-type]
        # H is real and symmetric: conj(exp(-i H dt) conj psi) goes back in time
        back = np.conj(_exact(self.whole, np.conj(stepped)))
        return _exact(self.whole, previous) - psi, psi - back

    def of_kicks(self, psi: np.ndarray, previous: np.ndarray) -> tuple[np.ndarray | None, np.ndarray]:
        """d, shape (n, ``*points``), and c, shape (n, 2) for both sides; d is None without an absorber."""
        if self.kick is None or self.part is None:
            return None, np.zeros((len(psi), 2))
        exact, factor = previous / self._half, np.asarray(self.part.factor)
        absorption = -_absorbed(self.kick, exact) - _absorbed(self.kick, psi)
        for _ in range(_PARTS):
            absorption += _absorbed(self.part, exact)
            exact = _exact(self.parts, exact * factor)
            absorption += _absorbed(self.part, exact)
            exact = exact * factor
        return exact - psi * self._half, absorption

    def in_layers(self, d: np.ndarray) -> np.ndarray:
        """The probability of d in each absorbing layer, shape (n, 2)."""
        if self.kick is None:
            return np.zeros((len(d), 2))
        layers = np.asarray(self.kick.loss).reshape(2, -1) > 0
        return (np.abs(d) ** 2).reshape(len(d), -1) @ layers.T * self.cell

    def between_kicks(self, phi: np.ndarray, psi: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """The gradient after half of the next kick, of phi before it: phi = D^(1/2) phi' + w (1 - D) psi."""
        if self.kick is None:
            return phi
        loss = np.asarray(self.kick.loss)
        share = (weight @ loss.reshape(2, -1) / self.cell).reshape(len(phi), *loss.shape[1:])
        return (phi - share * psi) / self._half

    @functools.cached_property
    def _half(self) -> np.ndarray:
        assert self.kick is not None
        return np.maximum(np.real(np.asarray(self.kick.factor)), _LEAST)

    def previous(self, psi: np.ndarray) -> np.ndarray:
        """U^-1 psi: the kernel K of a step is symmetric, so that K^-1 psi = conj(K conj psi); a processor is undone before it and applied after it."""
        inner = np.conj(np.asarray(self.own.processed(psi)))  # type: ignore[arg-type]
        stepped = self.own.boundary(self.own.step(self.own.enter(inner)))  # type: ignore[arg-type]
        return np.asarray(self.own.unprocessed(np.conj(np.asarray(stepped)), 0))  # type: ignore[arg-type]


def _exact(series: ChebyshevStepper, psi: np.ndarray) -> np.ndarray:
    return np.asarray(series.output(series.step(series.start(psi))))  # type: ignore[arg-type]


def _absorbed(damping: Damping, psi: np.ndarray) -> np.ndarray:
    """The probability that a kick absorbs on each side, shape (n, 2)."""
    loss = np.asarray(damping.loss)
    return (np.abs(psi) ** 2).reshape(len(psi), -1) @ loss.reshape(2, -1).T
