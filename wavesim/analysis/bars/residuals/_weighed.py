"""A residual weighted by the gradient of a number: the sums over times, and what they tell."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import numpy as np

from ....propagation import ResidualProducts
from ._missed_steps import StepDefect
from ._missed_waves import FinerGrid

# how many times a product an estimate of a part of it may be
_WHOLE = 1.5


@dataclasses.dataclass(frozen=True)
class Residual:
    """The error of a number that the grid makes.

    Attributes:
        correction: its estimate, to be added to the number.
        first: what is uncertain of it: the last order that was summed, without cancellation in time, or all of it.
        bound: the size of all of it, phases included, without cancellation in time: what could be wrong at all.
        wave_numbers: shape (n,), increasing, beyond the band of the grid.
        tail: what waves beyond each of these contribute without cancellation in time or momentum, shape (n,), decreasing.
        step: what the time step leaves wrong; None where runs with longer steps alone tell it.
        follows: whether psi was looked at often enough that all of this was seen.
    """

    correction: float
    first: float
    bound: float
    wave_numbers: np.ndarray
    tail: np.ndarray
    step: StepDefect | None = None
    follows: bool = True

    def error(self, room: float) -> float:
        """The bar of the corrected number: the last order that was summed, and what is of second order in the grid, 3 bound^2/(4 room).

        An amplitude t that changes by t' and t''/2 changes abs(t)^2 by abs(t')^2 + Re(t* t'') in second order. With abs(t') = bound/(2 abs(t)), and
        t'' = 2 t'^2/t as on the flank of a resonance, t = 1/(1 + i x), where it bends most: three times abs(t')^2.

        Args:
            room: what the number can move in: of a probability p the smaller of p and 1 - p, else its scale.
        """
        return self.first + 3 * self.bound**2 / (4 * max(room, 1e-300))

    def finer(self, share: float) -> float:
        """How many times finer a grid must be for what lies beyond its band to be `share` of what it is now."""
        if not len(self.tail) or self.tail[0] <= 0:
            return 1.0
        enough = np.flatnonzero(self.tail <= share * self.tail[0])
        last = self.wave_numbers[enough[0]] if len(enough) else self.wave_numbers[-1]
        return float(last / self.wave_numbers[0])


class Weighed:
    """The residual weighted by one gradient, at some times after the others."""

    def __init__(self, there: FinerGrid) -> None:
        self.there = there
        # of the times so far, by blocks
        self.orders: list[np.ndarray] = []
        self.free: list[np.ndarray] = []
        self.rests: list[np.ndarray] = []
        # of the orders of phi'
        self.norms = np.zeros(there.orders)
        self.spectrum = np.zeros(int(np.count_nonzero(there.outside)))

    def add(self, phi: np.ndarray, residual: np.ndarray, beyond: np.ndarray) -> None:
        """phi, the spectrum of the residual, and its size beyond the band times the weight of each time; times along the first axis."""
        there, times = self.there, len(phi)
        if not np.any(phi):
            # as it is after the number was read
            self.orders.append(np.zeros((times, 1 + there.orders), complex))
            self._no_free_waves(times)
            return
        spectrum = there.forward(phi)
        following, free = there.following(phi, spectrum)
        products = [_products(order, residual) for order in (there.spread(spectrum), *following)]
        self.orders.append(np.stack(products, axis=1))
        norms = np.stack([np.linalg.norm(order.reshape(times, -1), axis=1) for order in following], axis=1)
        outside = np.abs(following[0][:, there.outside]) * beyond
        # one time after the other, so that the sums do not depend on how many are looked at together
        for time in range(times):
            self.norms += norms[time]
            self.spectrum += outside[time]
        if free is None:
            self._no_free_waves(times)
            return
        self.free.append(_products(there.spread(free), residual))
        self.rests.append(2 * np.abs(_products(there.spread(free * there.of_a_turn), residual)))

    def take(self, found: ResidualProducts, place: int, scale: float) -> None:
        """What compiled loops found at all times for the gradient at this place; the residual is yet to be multiplied by `scale`."""
        self.orders.append(found.orders[place] * scale)
        self.free.append(found.free[place] * scale)
        self.rests.append(2 * scale * np.abs(found.rests[place]))
        self.norms += found.norms[place].sum(axis=0)
        self.spectrum += found.spectra[place][self.there.outside] * scale

    def _no_free_waves(self, times: int) -> None:
        self.free.append(np.zeros(times, complex))
        self.rests.append(np.zeros(times))

    def residual(self, weights: np.ndarray, felt: np.ndarray) -> tuple[Residual, float, np.ndarray]:
        """The `Residual`, what its outer octave contributes, and the most that each time does; the times `felt` were looked at."""
        there = self.there
        orders, free, rests = (_placed(values, felt, len(weights)) for values in (self.orders, self.free, self.rests))
        each, most = 2 * np.imag(orders), 2 * weights * np.abs(np.sum(orders, axis=1))
        products, sizes = each.sum(axis=1), weights @ np.abs(each)
        correction, bound = float(weights @ products), float(most.sum())
        first = float(weights @ np.abs(products))
        if there.orders > 1:
            first = min(first, self._later_orders(*sizes[1:]))
        if len(products) % 2:
            # every other sample, with twice the step
            coarse = 2 * weights[::2]
            coarse[[0, -1]] = weights[0] * 2
            first += abs(correction - float(coarse @ products[::2]))
        free, rests = _turning(each[:, 0], 2 * np.imag(free), rests)
        correction -= float(weights @ free)
        first += float(weights @ rests)
        reach = there.reach[there.outside]
        order = np.argsort(reach, kind="stable")
        tail = 2 * np.cumsum(self.spectrum[order][::-1])[::-1]
        numbers = reach[order] * math.pi / float(there.grid.spacing[0])
        outer = 2 * float(np.sum(self.spectrum[reach > there.finer / 2]))
        return Residual(correction, first, bound, numbers, tail), outer, most

    def _later_orders(self, one: float, two: float) -> float:
        """What the last order and all that follow it add, if they fall as a geometric series does; endless where nothing says that they fall.

        Its ratio is that of the products with the residual, or, where the first happens to be next to none, that of phi' itself.
        """
        norms = self.norms
        ratio = two / one if two < one else norms[1] / norms[0] if norms[1] < norms[0] else 1.0
        return two / (1 - ratio) if ratio < 1 else math.inf


def _turning(products: np.ndarray, free: np.ndarray, rests: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The part of each product of phi that belongs to waves which turn several times between two looks, and the rest of a turn that they leave.

    Such waves give no more than that rest, though their samples may be anything. Where V is as large as their kinetic energy, the estimate
    of what turns exceeds the product it is a part of: nothing is taken out then, and all of the product is uncertain.
    """
    size = np.abs(products)
    distinct = np.abs(free) <= _WHOLE * size
    return np.where(distinct, free, 0.0), np.where(distinct, rests, size)


def _placed(values: Sequence[np.ndarray], places: np.ndarray, count: int) -> np.ndarray:
    """An array of `count` entries, 0 but for the values at these places."""
    given = np.concatenate(values)
    whole = np.zeros((count, *given.shape[1:]), given.dtype)
    whole[places] = given
    return whole


def _products(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """<left|right> at each time."""
    # not by BLAS, whose threads cost more than they save here
    return np.sum((np.conj(left) * right).reshape(len(left), -1), axis=1)
