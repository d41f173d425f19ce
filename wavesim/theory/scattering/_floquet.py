"""A packet that meets a potential which repeats itself in time: coupled channels, one for each number of quanta taken or given (hbar = 1)."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np

from ._scattered_packet import Gaussian, Share

# steps across the potential for each radian of the packet's fastest wave, and how often they are doubled
_STEPS, _DOUBLINGS = 3.5, 3
# quanta beyond those that the packet's own energies span, and how many more for a second look
_QUANTA, _MORE = 3, 2
# quasienergies in the zone, at first and at most
_ENERGIES, _MOST_ENERGIES = 16, 256
# momenta of a packet reach so many spreads; weights below it are none
_SPREADS, _NONE = 8.5, 1e-18
_MOST_CHANNELS = 80
# how much smaller a change is than the one before, at least, where the error is of fourth order
_SMOOTH = 6.0
# of the reach of V, added on both sides
_PAD = 0.03
# parts of a step, for the mean of V over it: at most, at least, and times the moments of a period, over which an edge that moves is averaged too
_PARTS, _FEWEST, _SAMPLES = 128, 4, 1 << 15


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
    coefficients V_l of V in time. At each quasienergy e all of the packet's energies e + n w come in at once, with their phases, since
    what they become interferes: P_left = sum over n of k_n/m |b_n|^2, integrated over 0 < e < w.

    Args:
        potential: V(x, t) of an array of positions and a time [energy].
        frequency: w [1/time].
        packet: what comes in, clear of the potential at time 0.
        left, right: where V has settled at `v_left` and `v_right` at all times [length].
        mass: of the particle.
        v_left, v_right: V outside [energy].
        times: of a period at which V is taken, for its Fourier coefficients; thousands where edges move.
        tolerance: to be aimed at.

    Returns:
        a Share, whose error is the change from half as many steps and fewer quanta and energies, twice and more of it where V jumps; None where more than 80 quanta would be needed.

    Source: renormalized Numerov method, B. R. Johnson, J. Chem. Phys. 69, 4678 (1978), extrapolated; Floquet channels, Li and Reichl, Phys.
        Rev. B 60, 15732 (1999).
    """
    # the first and the last place are outside: a jump at an end must not fall on them
    left, right = left - _PAD * (right - left), right + _PAD * (right - left)
    solver = _Floquet(potential, frequency, packet, left, right, mass, v_left, v_right, times)
    quanta, steps = _QUANTA, max(40, math.ceil(_STEPS * solver.fastest * (right - left)))
    if solver.channels(quanta + _MORE).size > _MOST_CHANNELS:
        return None
    energies, before = _ENERGIES, math.inf
    back = solver.reflected(steps, quanta, energies)
    while energies < _MOST_ENERGIES:
        energies *= 2
        before, back = back, solver.reflected(steps, quanta, energies)
        if abs(back - before) < tolerance / 4:
            energies //= 2
            break
    of_energies = abs(back - before)
    solver.look_again()
    wider = solver.reflected(steps, quanta + _MORE, energies)
    while abs(wider - back) > tolerance and solver.channels(quanta + 2 * _MORE).size <= _MOST_CHANNELS:
        quanta, back = quanta + _MORE, wider
        wider = solver.reflected(steps, quanta + _MORE, energies)
    of_quanta = abs(wider - back)
    looks = [wider]
    while len(looks) <= _DOUBLINGS and (len(looks) < 2 or abs(looks[-1] - looks[-2]) >= 4 * tolerance):
        looks.append(solver.reflected(steps * 2 ** len(looks), quanta + _MORE, energies))
    back, of_steps = looks[-1] + (looks[-1] - looks[-2]) / 15, abs(looks[-1] - looks[-2]) / 2
    if _jumps(looks):
        solver.average()
        looks = [solver.reflected(steps * 2**n, quanta + _MORE, energies) for n in range(1, _DOUBLINGS + 1)]
        # the error scatters with the place of a jump between two points: each change tells of the last value
        back, of_steps = looks[-1], 2 * max(change / 2**n for n, change in enumerate(reversed(_changes(looks))))
    value = solver.incoming - back
    error = of_steps + of_quanta + of_energies + 1e-12
    return Share(value, error, math.log(value) if value > 0 else -math.inf)


def _changes(looks: list[float]) -> list[float]:
    """From look to look, the steps halved each time."""
    return [abs(after - before) for before, after in itertools.pairwise(looks)]


def _jumps(looks: list[float]) -> bool:
    """Whether values for steps that are halved each time do not change as they do where V is smooth."""
    changes = _changes(looks)
    return len(changes) > 1 and changes[-2] < _SMOOTH * changes[-1]


class _Floquet:
    """One problem: its potential's Fourier coefficients are kept for each number of steps."""

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
        k = np.linspace(0.0, self.fastest, 4097)[1:]
        # what moves away from the start is reflected
        self.incoming = float(np.trapezoid(np.abs(self._spectrum(k)) ** 2, k))

    def look_again(self) -> None:
        """Take V at twice as many times from now on."""
        self.times *= 2
        self.fourier.clear()

    def average(self) -> None:
        """Take V as its mean over each step from now on: a jump then acts from where it is, and not from the next point."""
        self.parts = max(_FEWEST, min(_PARTS, _SAMPLES // self.times))
        self.fourier.clear()

    def channels(self, quanta: int) -> np.ndarray:
        """Numbers of quanta n of the channels: the packet's own energies lie between n w and (n + 1) w for some of them."""
        first = math.floor(self.slowest**2 / (2 * self.mass * self.frequency))
        last = math.ceil(self.fastest**2 / (2 * self.mass * self.frequency))
        return np.arange(first - quanta, last + quanta)

    def reflected(self, steps: int, quanta: int, count: int) -> float:
        """The probability that comes back and was incoming."""
        n = self.channels(quanta)
        quasi, weight = self._zone(count)
        above = quasi[:, None] + n * self.frequency
        k = np.sqrt(2 * self.mass * above + 0j)
        comes_in = above > 0
        real = np.where(comes_in, np.real(k), 1.0)
        waves = np.where(comes_in, self._spectrum(real) * np.exp(1j * real * self.left) * self.mass / real, 0.0)
        held = np.sum(np.abs(waves) ** 2 * real, axis=1) > _NONE
        if not held.any():
            return 0.0
        k, waves, above, weight = k[held], waves[held], above[held], weight[held]
        ratio, step = self._ratio(steps, n, above)
        forth = np.exp(1j * k * step)
        diagonal = np.arange(n.size)
        inner = ratio.copy()
        inner[:, diagonal, diagonal] -= np.exp(-1j * k * step)
        source = forth * waves - (ratio @ waves[:, :, None])[:, :, 0]
        back = np.linalg.solve(inner, source[:, :, None])[:, :, 0]
        flux = np.sum(np.abs(back) ** 2 * np.where(comes_in[held], np.real(k), 0.0), axis=1) / self.mass
        return float(weight @ flux)

    def _zone(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Quasienergies and weights between the thresholds, at which everything has a cusp like a root, smooth along an angle."""
        step = (self.v_right - self.v_left) % self.frequency
        ends = np.array([0.0, step, self.frequency]) if step else np.array([0.0, self.frequency])
        nodes, weights = np.polynomial.legendre.leggauss(count)
        angles = np.pi * (nodes + 1) / 2
        width = np.diff(ends)[:, None]
        places = ends[:-1, None] + width * (1 - np.cos(angles)) / 2
        return places.ravel(), (width * np.sin(angles) * weights * np.pi / 4).ravel()

    def _spectrum(self, k: np.ndarray) -> np.ndarray:
        """phi(k), with its phase."""
        parts = [
            part.amplitude
            * (2 * part.width**2 / np.pi) ** 0.25
            * np.exp(-((part.width * (k - part.momentum)) ** 2) - 1j * k * part.center)
            for part in self.packet
        ]
        return np.sum(parts, axis=0)

    def _ratio(self, steps: int, n: np.ndarray, above: np.ndarray) -> tuple[np.ndarray, float]:
        """psi at the second place over psi at the first, as matrices of the channels, and the step between them."""
        step = (self.right - self.left) / steps
        coefficients = self._coefficients(steps)
        behind = np.sqrt(2 * self.mass * (above + self.v_left - self.v_right) + 0j)
        ratio = np.zeros((above.shape[0], n.size, n.size), complex)
        diagonal = np.arange(n.size)
        ratio[:, diagonal, diagonal] = np.exp(1j * behind * step)
        size = step**2 * self.mass / 6
        order = n[:, None] - n
        middle = coefficients.shape[1] // 2
        known = np.abs(order) <= middle
        place = np.where(known, order + middle, 0)
        identity = 10 * np.eye(n.size)
        for i in range(steps - 1, 0, -1):
            coupling = np.where(known, coefficients[i][place], 0.0)
            whole = np.broadcast_to(-size * coupling, ratio.shape).copy()
            whole[:, diagonal, diagonal] += 1 + size * (above + self.v_left)
            ratio = np.linalg.inv(12 * np.linalg.inv(whole) - identity - ratio)
        # from Numerov's variable back to psi at the two places, where V has settled
        outside = 1 + size * above
        return ratio * outside[:, None, :] / outside[:, :, None], step

    def _coefficients(self, steps: int) -> np.ndarray:
        """V_l at each place, shape (steps + 1, times), l = 0 in the middle."""
        if steps not in self.fourier:
            x = np.linspace(self.left, self.right, steps + 1)
            times = 2 * np.pi / self.frequency * np.arange(self.times) / self.times
            values = np.stack([self._at(x, float(time)) for time in times], axis=1)
            # V_l = (1/period) int V exp(i l w t) dt
            self.fourier[steps] = np.fft.fftshift(np.fft.ifft(values, axis=1), axes=1)
        return self.fourier[steps]

    def _at(self, x: np.ndarray, time: float) -> np.ndarray:
        """V at places, or its mean over a step around each."""
        if self.parts == 1:
            return self.potential(x, time)
        apart = float(x[1] - x[0])
        places = (x[:, None] + apart * ((np.arange(self.parts) + 0.5) / self.parts - 0.5)).ravel()
        return self.potential(places, time).reshape(x.size, self.parts).mean(axis=1)
