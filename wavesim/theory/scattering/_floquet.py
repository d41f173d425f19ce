"""Scattering of a packet by a time-periodic potential: coupled Floquet channels, one for each number of quanta (hbar = 1)."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np

from ._scattered_packet import Gaussian, Share

# steps across the potential for each radian of the fastest wave
_STEPS = 3.5
# most doublings of the steps
_DOUBLINGS = 3
# channels beyond the energies of the packet
_QUANTA = 3
# increase of these channels for an error estimate
_MORE = 2
# initial and largest number of quasienergies in the Brillouin zone
_ENERGIES, _MOST_ENERGIES = 16, 256
# standard deviations of the momentum that are included, and the probability beyond
_SPREADS = 6.5
_BEYOND = math.erfc(_SPREADS / math.sqrt(2))
# weight of a quasienergy below which it is neglected
_SMALLEST = 1e-18
_MOST_CHANNELS = 80
# smallest ratio of successive changes from which the error counts as fourth order
_SMOOTH = 6.0
# margin on each side of V, relative to its extent
_PAD = 0.03
# most and fewest samples of V in a step for its mean
_PARTS, _FEWEST = 128, 4
# largest product of samples in a step and samples of a period, which also average a moving edge
_SAMPLES = 1 << 15


def floquet_share(
    potential: Callable[[np.ndarray, float], np.ndarray],
    frequency: float,
    packet: tuple[Gaussian, ...],
    left: float,
    right: float,
    *,
    mass: float = 1.0,
    v_left: float = 0.0,
    v_right: float = 0.0,
    times: int = 128,
    tolerance: float = 1e-8,
) -> Share | None:
    """The probability that a packet from the left passes V(x, t) = V(x, t + 2 pi/frequency), whenever it arrives.

    psi = sum_n psi_n(x) exp(-i(e + n w)t), so that -psi_n''/2m + sum_l V_(n-l)(x) psi_l = (e + n w - V_far) psi_n with the Fourier
    coefficients V_l of V in time. At each quasienergy e all energies e + n w of the packet are incident coherently, because their scattered
    waves interfere: P_left = sum over n of k_n/m |b_n + phi(-k_n) m/k_n|^2, integrated over 0 < e < w, with the waves that move away from V at
    once. Channels below the threshold, with k = i kappa, are fed by phi(i kappa): slow waves reach V from any distance.

    Args:
        potential: V(x, t) of an array of positions and a time [energy].
        frequency: w [1/time].
        packet: incident packet, in front of the potential at time 0.
        left, right: positions outside of which V is `v_left` and `v_right` at all times [length].
        mass: mass of the particle.
        v_left, v_right: V outside [energy].
        times: samples of V in a period, for its Fourier coefficients; thousands for moving edges.
        tolerance: accuracy of the probability.

    Returns:
        a Share, whose error is the change from half as many steps and from fewer channels and quasienergies, at least doubled where V
        jumps, and the probability (1e-10) of momenta far from the packet's; None if more than 80 channels would be needed.

    Source: renormalized Numerov method, B. R. Johnson, J. Chem. Phys. 69, 4678 (1978), extrapolated; Floquet channels, Li and Reichl, Phys.
        Rev. B 60, 15732 (1999).
    """
    # both ends of the interval are outside of V, so that no jump falls on them
    left, right = left - _PAD * (right - left), right + _PAD * (right - left)
    solver = _Floquet(potential, frequency, packet, left, right, mass, v_left, v_right, times)
    quanta, steps = _QUANTA, max(40, math.ceil(_STEPS * solver.fastest * (right - left)))
    if solver.channels(quanta + _MORE).size > _MOST_CHANNELS:
        return None
    energies, coarse = _ENERGIES, math.inf
    returned = solver.left_share(steps, quanta, energies)
    while energies < _MOST_ENERGIES:
        energies *= 2
        coarse, returned = returned, solver.left_share(steps, quanta, energies)
        if abs(returned - coarse) < tolerance / 4:
            energies //= 2
            break
    energy_error = abs(returned - coarse)
    solver.double_times()
    wider = solver.left_share(steps, quanta + _MORE, energies)
    while abs(wider - returned) > tolerance and solver.channels(quanta + 2 * _MORE).size <= _MOST_CHANNELS:
        quanta, returned = quanta + _MORE, wider
        wider = solver.left_share(steps, quanta + _MORE, energies)
    channel_error = abs(wider - returned)
    values = [wider]
    while len(values) <= _DOUBLINGS and (len(values) < 2 or abs(values[-1] - values[-2]) >= 4 * tolerance):
        values.append(solver.left_share(steps * 2 ** len(values), quanta + _MORE, energies))
    returned, step_error = values[-1] + (values[-1] - values[-2]) / 15, abs(values[-1] - values[-2]) / 2
    if _jumps(values):
        solver.average()
        values = [solver.left_share(steps * 2**n, quanta + _MORE, energies) for n in range(1, _DOUBLINGS + 1)]
        # the error varies irregularly with the position of a jump between two points: use all changes
        returned, step_error = (
            values[-1],
            2 * max(change / 2**n for n, change in enumerate(reversed(_changes(values)))),
        )
    value = 1.0 - returned
    error = step_error + channel_error + energy_error + _BEYOND
    return Share(value, error, math.log(value) if value > 0 else -math.inf)


def _changes(values: list[float]) -> list[float]:
    """Changes between successive values, each with steps half as long."""
    return [abs(fine - coarse) for coarse, fine in itertools.pairwise(values)]


def _jumps(values: list[float]) -> bool:
    """Whether V jumps: the values do not converge with the fourth power of the step."""
    changes = _changes(values)
    return len(changes) > 1 and changes[-2] < _SMOOTH * changes[-1]


class _Floquet:
    """Solver of one problem, with the Fourier coefficients of V stored for each number of steps."""

    def __init__(
        self,
        potential: Callable[[np.ndarray, float], np.ndarray],
        frequency: float,
        packet: tuple[Gaussian, ...],
        left: float,
        right: float,
        mass: float,
        v_left: float,
        v_right: float,
        times: int,
    ) -> None:
        self.potential, self.frequency, self.packet = potential, frequency, packet
        self.left, self.right, self.mass, self.v_left, self.v_right = left, right, mass, v_left, v_right
        momenta = [part.momentum + sign * _SPREADS / (2 * part.width) for part in packet for sign in (-1, 1)]
        self.slowest, self.fastest = max(min(momenta), 0.0), max(momenta)
        self.fourier: dict[int, np.ndarray] = {}
        self.times, self.parts = times, 1

    def double_times(self) -> None:
        """Sample V at twice as many times from now on."""
        self.times *= 2
        self.fourier.clear()

    def average(self) -> None:
        """Replace V by its mean over each step from now on, so that a jump acts at its own position and not at the next point."""
        self.parts = max(_FEWEST, min(_PARTS, _SAMPLES // self.times))
        self.fourier.clear()

    def channels(self, quanta: int) -> np.ndarray:
        """Numbers n of quanta of the channels: those with energies of the packet between n w and (n + 1) w, and `quanta` more on each side."""
        first = math.floor(self.slowest**2 / (2 * self.mass * self.frequency))
        last = math.ceil(self.fastest**2 / (2 * self.mass * self.frequency))
        return np.arange(first - quanta, last + quanta)

    def left_share(self, steps: int, quanta: int, count: int) -> float:
        """Probability on the left in the end: of the reflected waves together with those that move away at once."""
        n = self.channels(quanta)
        quasi, weight = self._zone(count)
        above = quasi[:, None] + n * self.frequency
        k = np.sqrt(2 * self.mass * above + 0j)
        is_open = above > 0
        waves = self._spectrum(k) * self.mass / k
        away = np.where(is_open, self._spectrum(np.where(is_open, -k, 0.0)) * self.mass / k, 0.0)
        flux = np.where(is_open, np.real(k), 0.0) / self.mass
        used = np.sum((np.abs(waves) ** 2 + np.abs(away) ** 2) * flux, axis=1) > _SMALLEST
        if not used.any():
            return 0.0
        k, waves, away, above, weight, flux = (part[used] for part in (k, waves, away, above, weight, flux))
        ratio, step = self._ratio(steps, n, above)
        forth = np.exp(1j * k * step)
        diagonal = np.arange(n.size)
        inner = ratio.copy()
        inner[:, diagonal, diagonal] -= np.exp(-1j * k * step)
        source = forth * waves - (ratio @ waves[:, :, None])[:, :, 0]
        back = np.linalg.solve(inner, source[:, :, None])[:, :, 0]
        return float(weight @ np.sum(np.abs(back + away) ** 2 * flux, axis=1))

    def _zone(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Quasienergies and weights between the thresholds; an angle as variable removes the square-root singularities there."""
        step = (self.v_right - self.v_left) % self.frequency
        ends = np.array([0.0, step, self.frequency]) if step else np.array([0.0, self.frequency])
        nodes, weights = np.polynomial.legendre.leggauss(count)
        angles = np.pi * (nodes + 1) / 2
        width = np.diff(ends)[:, None]
        places = ends[:-1, None] + width * (1 - np.cos(angles)) / 2
        return places.ravel(), (width * np.sin(angles) * weights * np.pi / 4).ravel()

    def _spectrum(self, k: np.ndarray) -> np.ndarray:
        """phi(k) exp(i k left); for imaginary k up to where the tail of the Gaussian behind `left`, which no packet in front has, would count."""
        total = np.zeros(k.shape, complex)
        for part in self.packet:
            distance = self.left - part.center
            # open channels, whose k are real, count wherever the packet starts
            in_front = np.imag(k) <= max(distance, 0.0) / (2 * part.width**2)
            wave = np.where(in_front, k, 0.0)
            exponent = -((part.width * (wave - part.momentum)) ** 2) + 1j * wave * distance
            total += part.amplitude * (2 * part.width**2 / np.pi) ** 0.25 * np.where(in_front, np.exp(exponent), 0.0)
        return total

    def _ratio(self, steps: int, n: np.ndarray, above: np.ndarray) -> tuple[np.ndarray, float]:
        """Matrices of the channels psi(second point) psi(first point)^-1, and the step between the points."""
        step = (self.right - self.left) / steps
        coefficients = self._coefficients(steps)
        behind = np.sqrt(2 * self.mass * (above + self.v_left - self.v_right) + 0j)
        ratio = np.zeros((above.shape[0], n.size, n.size), complex)
        diagonal = np.arange(n.size)
        ratio[:, diagonal, diagonal] = np.exp(1j * behind * step)
        size = step**2 * self.mass / 6
        order = n[:, None] - n
        middle = coefficients.shape[1] // 2
        in_table = np.abs(order) <= middle
        place = np.where(in_table, order + middle, 0)
        identity = 10 * np.eye(n.size)
        for i in range(steps - 1, 0, -1):
            coupling = np.where(in_table, coefficients[i][place], 0.0)
            whole = np.broadcast_to(-size * coupling, ratio.shape).copy()
            whole[:, diagonal, diagonal] += 1 + size * (above + self.v_left)
            ratio = np.linalg.inv(12 * np.linalg.inv(whole) - identity - ratio)
        # from Numerov's variable to psi at the two points, where V is v_left
        outside = 1 + size * above
        return ratio * outside[:, None, :] / outside[:, :, None], step

    def _coefficients(self, steps: int) -> np.ndarray:
        """V_l at each point, shape (steps + 1, times), l = 0 in the middle."""
        if steps not in self.fourier:
            x = np.linspace(self.left, self.right, steps + 1)
            times = 2 * np.pi / self.frequency * np.arange(self.times) / self.times
            values = np.stack([self._at(x, float(time)) for time in times], axis=1)
            # V_l = (1/period) int V exp(i l w t) dt
            self.fourier[steps] = np.fft.fftshift(np.fft.ifft(values, axis=1), axes=1)
        return self.fourier[steps]

    def _at(self, x: np.ndarray, time: float) -> np.ndarray:
        """V at positions, or its mean over a step around each."""
        if self.parts == 1:
            return self.potential(x, time)
        step = float(x[1] - x[0])
        places = (x[:, None] + step * ((np.arange(self.parts) + 0.5) / self.parts - 0.5)).ravel()
        return self.potential(places, time).reshape(x.size, self.parts).mean(axis=1)
