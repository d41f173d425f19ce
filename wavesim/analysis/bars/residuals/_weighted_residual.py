"""A residual weighted by the gradient of a number, summed over times, and the resulting error of the number."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import numpy as np

from ....propagation import ResidualProducts
from ._finer_grid import FinerGrid
from ._step_defect import StepDefect

# largest ratio of the estimate of a part to the product itself
_WHOLE = 1.5


@dataclasses.dataclass(frozen=True)
class Residual:
    """The error of the grid in a number.

    Attributes:
        correction: estimate of the error, to be added to the number.
        uncertainty: uncertainty of the estimate: the last order that was summed, without cancellation in time, or all of it.
        bound: the size of all orders without cancellation in time.
        wave_numbers: increasing wave numbers beyond the band of the grid, shape (n,).
        tail: the contribution of waves beyond each of these without cancellation in time or momentum, shape (n,), decreasing.
        step: error of the time step; None if it needs runs with longer steps.
        follows: whether the samples are dense enough to follow psi.
    """

    correction: float
    uncertainty: float
    bound: float
    wave_numbers: np.ndarray
    tail: np.ndarray
    step: StepDefect | None = None
    follows: bool = True

    def error(self, room: float) -> float:
        """The bar of the corrected number: the last order that was summed, and the second order in the residual, 3 bound^2/(4 room).

        An amplitude t that changes by t' and t''/2 changes abs(t)^2 by abs(t')^2 + Re(t* t'') in second order. With abs(t') = bound/(2 abs(t)), and
        t'' = 2 t'^2/t as on the flank of a resonance, t = 1/(1 + i x), where it bends most: three times abs(t')^2.

        Args:
            room: largest possible change of the number: the smaller of p and 1 - p for a probability p, else its scale.
        """
        return self.uncertainty + 3 * self.bound**2 / (4 * max(room, 1e-300))

    def finer(self, share: float) -> float:
        """The refinement factor of the grid at which the contribution beyond its band falls to this share of the present one."""
        if not len(self.tail) or self.tail[0] <= 0:
            return 1.0
        enough = np.flatnonzero(self.tail <= share * self.tail[0])
        last = self.wave_numbers[enough[0]] if len(enough) else self.wave_numbers[-1]
        return float(last / self.wave_numbers[0])


class WeightedResidual:
    """The residual weighted by the gradient of one number: a sum over times, added up block by block."""

    def __init__(self, fine: FinerGrid) -> None:
        self.fine = fine
        # one array for each block of times
        self.orders: list[np.ndarray] = []
        self.turning: list[np.ndarray] = []
        self.remainders: list[np.ndarray] = []
        # of the orders of phi', over all times
        self.norms = np.zeros(fine.orders)
        self.spectrum = np.zeros(int(np.count_nonzero(fine.outside)))

    def add(self, phi: np.ndarray, residual: np.ndarray, outside: np.ndarray) -> None:
        """Add a block of times, which are the first axis of all arrays.

        Args:
            phi: the gradient.
            residual: its spectrum on the finer grid.
            outside: its size beyond the band times the weight of each time.
        """
        fine, times = self.fine, len(phi)
        if not np.any(phi):
            # phi is 0 after the number has been read
            self.orders.append(np.zeros((times, 1 + fine.orders), complex))
            self._add_no_turning_waves(times)
            return
        spectrum = fine.forward(phi)
        orders, turning = fine.fast_gradient(phi, spectrum)
        products = [_products(order, residual) for order in (fine.spread(spectrum), *orders)]
        self.orders.append(np.stack(products, axis=1))
        norms = np.stack([np.linalg.norm(order.reshape(times, -1), axis=1) for order in orders], axis=1)
        beyond = np.abs(orders[0][:, fine.outside]) * outside
        # one time after the other, so that the sums do not depend on the size of a block
        for time in range(times):
            self.norms += norms[time]
            self.spectrum += beyond[time]
        if turning is None:
            self._add_no_turning_waves(times)
            return
        self.turning.append(_products(fine.spread(turning), residual))
        self.remainders.append(2 * np.abs(_products(fine.spread(turning * fine.turn_average), residual)))

    def add_products(self, products: ResidualProducts, place: int, scale: float) -> None:
        """Add the products of compiled loops for all times, for the gradient of index `place`; `scale` is the measure of the integral."""
        self.orders.append(products.orders[place] * scale)
        self.turning.append(products.turning[place] * scale)
        self.remainders.append(2 * scale * np.abs(products.remainders[place]))
        self.norms += products.norms[place].sum(axis=0)
        self.spectrum += products.spectra[place][self.fine.outside] * scale

    def _add_no_turning_waves(self, times: int) -> None:
        self.turning.append(np.zeros(times, complex))
        self.remainders.append(np.zeros(times))

    def residual(self, weights: np.ndarray, active: np.ndarray) -> tuple[Residual, float, np.ndarray]:
        """The `Residual`, the contribution of its outer octave, and the largest one of each time.

        Args:
            weights: weights of all times.
            active: indices of the times that have been added; the others are left out.
        """
        fine = self.fine
        orders, turning, remainders = (
            _placed(values, active, len(weights)) for values in (self.orders, self.turning, self.remainders)
        )
        each, largest = 2 * np.imag(orders), 2 * weights * np.abs(np.sum(orders, axis=1))
        products, sizes = each.sum(axis=1), weights @ np.abs(each)
        correction, bound = float(weights @ products), float(largest.sum())
        first = float(weights @ np.abs(products))
        if fine.orders > 1:
            first = min(first, self._last_orders(*sizes[1:]))
        if len(products) % 2:
            # every other sample, with twice the interval
            coarse = 2 * weights[::2]
            coarse[[0, -1]] = weights[0] * 2
            first += abs(correction - float(coarse @ products[::2]))
        turning, remainders = _turning_part(each[:, 0], 2 * np.imag(turning), remainders)
        correction -= float(weights @ turning)
        first += float(weights @ remainders)
        reach = fine.reach[fine.outside]
        order = np.argsort(reach, kind="stable")
        tail = 2 * np.cumsum(self.spectrum[order][::-1])[::-1]
        wave_numbers = reach[order] * math.pi / float(fine.run_grid.spacing[0])
        outer = 2 * float(np.sum(self.spectrum[reach > fine.refinement / 2]))
        return Residual(correction, first, bound, wave_numbers, tail), outer, largest

    def _last_orders(self, first: float, second: float) -> float:
        """The second and all higher orders, summed as a geometric series; infinite if there is no sign that they fall.

        The ratio is that of the products with the residual, or, where the first of these is nearly zero by accident, that of phi' itself.
        """
        norms = self.norms
        ratio = second / first if second < first else norms[1] / norms[0] if norms[1] < norms[0] else 1.0
        return second / (1 - ratio) if ratio < 1 else math.inf


def _turning_part(products: np.ndarray, turning: np.ndarray, remainders: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The part of each product from undersampled waves of phi, which turn several times between two samples, and the uncertainty of the rest.

    The integral over such a wave is that of an incomplete last turn, regardless of its samples. If V is as large as their kinetic energy,
    the estimate of the part exceeds the product itself: then nothing is subtracted, and the whole product is uncertain.
    """
    size = np.abs(products)
    distinct = np.abs(turning) <= _WHOLE * size
    return np.where(distinct, turning, 0.0), np.where(distinct, remainders, size)


def _placed(values: Sequence[np.ndarray], places: np.ndarray, count: int) -> np.ndarray:
    """An array of `count` entries, 0 except for the values at these indices."""
    given = np.concatenate(values)
    whole = np.zeros((count, *given.shape[1:]), given.dtype)
    whole[places] = given
    return whole


def _products(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """<left|right> at each time."""
    # not by BLAS, whose threads do not pay here
    return np.sum((np.conj(left) * right).reshape(len(left), -1), axis=1)
