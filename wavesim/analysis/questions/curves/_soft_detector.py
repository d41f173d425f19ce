"""Soft detectors: Gaussian test packets before and behind a barrier, and the scattering amplitudes that their records hold."""

from __future__ import annotations

import dataclasses
import functools
import math
from typing import Any

import numpy as np
import scipy

from ...._amounts import amount
from ...._arrays import xp as jnp
from ...._checks import named
from ...._typing import ENERGY
from ....absorbers import Absorber
from ....errors import ArgumentError, WavesimError
from ....observables import AbstractObservable, Overlap
from ....potentials import AbstractMassStructure, refuse_masses
from ....problem import Problem
from ....propagation import Numerics, Refinement, Result, fitted_grid, plan
from ....states import GaussianPacket
from ...bars import rounding
from ...predictions import absorber_leak, moves_right

FAR, NEAR = "detector_far", "detector_near"

# energies are quoted where |phi_0(k)|^2 is above this share of its maximum
_WEIGHT = 1e-6
# and where no wave is slower than this share of the packet's mean: the record would grow without end
_SLOWEST = 0.2
# the detector's amplitude at the ends of the band is exp(-_DETECTOR^2) of its maximum
_DETECTOR = 1.5
# distance in widths at which a Gaussian amplitude, exp(-d^2/4), is far below that of the faintest energies
_CLEAR = 9.0
# the same for the rear of a wave that has passed
_PASSED = 9.0
# the end of the record is faded out; cutting it to these shares shows the contribution of the end
_FADE, CUTS = 0.2, (0.9, 0.8)


def packet_amplitude(k: np.ndarray, center: float, width: float, momentum: float) -> np.ndarray:
    """phi(k) = (2 width^2/pi)^(1/4) exp(-width^2 (k - momentum)^2 - i k center) of a Gaussian packet."""
    return (2 * width**2 / math.pi) ** 0.25 * np.exp(-((width * (k - momentum)) ** 2) - 1j * k * center)


def free_correlation(times: np.ndarray, detector: GaussianPacket, packet: GaussianPacket, mass: float) -> np.ndarray:
    """<detector|exp(-i p^2 t/2m)|packet> in closed form: int phi_chi(k)* phi_0(k) exp(-i k^2 t/2m) dk, a Gaussian integral.

    Args:
        times: [time], shape (n,).
        detector, packet: two Gaussian packets.
        mass: particle mass.

    Returns:
        complex array of shape (n,).
    """
    first, second = float(detector.width), float(packet.width)
    p, q = float(detector.mean_momentum(mass)), float(packet.mean_momentum(mass))
    square = first**2 + second**2 + 0.5j * times / mass
    linear = 2 * first**2 * p + 2 * second**2 * q + 1j * (float(detector.center) - float(packet.center))
    constant = -((first * p) ** 2) - (second * q) ** 2
    return np.sqrt(2 * first * second / square) * np.exp(linear**2 / (4 * square) + constant)


@dataclasses.dataclass(frozen=True)
class Energies:
    """The chosen energies with the wave numbers on both sides, of shape (n,), and the packet's band.

    Lengths and momenta here and below are counted in the packet's direction: it comes from the left.
    """

    kinetic: np.ndarray
    incoming: np.ndarray
    outgoing: np.ndarray
    band: tuple[float, float]

    @property
    def open(self) -> np.ndarray:
        """Whether the far side can be reached, for each energy."""
        return self.outgoing > 0


def energies_of(problem: Problem, wanted: np.ndarray | None, count: int = 201) -> Energies:
    """The band of the packet, |phi_0(k)|^2 > 1e-6 of its maximum, or the chosen energies in it.

    Raises:
        WavesimError: if the problem is not that of a Gaussian packet and a static potential that is flat on both sides.
        ArgumentError: if `wanted` lies outside the band.
    """
    packet, mass, potential = problem.state, float(problem.mass), problem.potential
    flat = potential.dimension == 1 and all(math.isfinite(float(end)) for end in potential.asymptotes())
    if not (flat and potential.static and problem.ends is None):
        raise WavesimError(
            f"a transmission curve needs a static potential that is flat on both sides, but {named(potential)} is not; take a barrier."
        )
    if not isinstance(packet, GaussianPacket):
        raise WavesimError(
            f"a transmission curve needs a packet whose amplitude at each energy is known, but the state is {named(packet)}; take a gaussian_packet in front of the potential."
        )
    near, far = potential.asymptotes() if moves_right(problem) else potential.asymptotes()[::-1]
    mean = abs(float(packet.mean_momentum(mass)))
    reach = math.sqrt(-math.log(_WEIGHT) / 2) / float(packet.width)
    low, high = max(mean - reach, _SLOWEST * mean) ** 2 / (2 * mass), (mean + reach) ** 2 / (2 * mass)
    if not mean > 0:
        raise WavesimError("a transmission curve needs a packet that moves, but its momentum is 0; give it one.")
    kinetic = np.linspace(low, high, count) if wanted is None else np.sort(np.atleast_1d(np.asarray(wanted, float)))
    if kinetic[0] < low * (1 - 1e-12) or kinetic[-1] > high * (1 + 1e-12):
        shown = functools.partial(amount, dimension=ENERGY, units=problem.shown_in)
        raise ArgumentError(
            "energies",
            f"must lie in the band {shown(low)} to {shown(high)} where the packet has weight, but reach from {shown(kinetic[0])} to {shown(kinetic[-1])}; "
            "move them, or make the packet narrower or faster.",
        )
    outgoing = np.sqrt(2 * mass * np.maximum(kinetic + near - far, 0.0))
    if wanted is None:
        kept = (outgoing == 0) | (outgoing > _SLOWEST * outgoing[-1])
        kinetic, outgoing = kinetic[kept], outgoing[kept]
    return Energies(kinetic, np.sqrt(2 * mass * kinetic), outgoing, (low, high))


@dataclasses.dataclass(frozen=True)
class SoftDetectors:
    """Two test packets, one on either side of the potential, and T(E) and R(E) from their correlations with psi."""

    problem: Problem
    energies: Energies
    packet: GaussianPacket
    far: GaussianPacket
    near: GaussianPacket
    edge: float

    @classmethod
    def placed(cls, problem: Problem, energies: Energies, tolerance: float) -> SoftDetectors:
        """Just clear of the potential, and as wide in momentum as the band."""
        packet, mass = problem.state, float(problem.mass)
        assert isinstance(packet, GaussianPacket)
        if isinstance(problem.potential, AbstractMassStructure):
            refuse_masses()
        sign = 1.0 if moves_right(problem) else -1.0
        ends = problem.potential.support(tolerance)
        left, right = ends if sign > 0 else (-ends[1], -ends[0])
        # T(E) does not depend on the start: clear of the potential the packet is a plane wave at each energy
        center = min(sign * packet.center, left - _CLEAR * packet.width)
        mirrored = GaussianPacket(center, packet.width, abs(float(packet.mean_momentum(mass))))
        slow, fast = (math.sqrt(2 * mass * energy) for energy in energies.band)
        through = energies.outgoing[energies.open]
        if not len(through):
            through = np.array([slow, fast])
        outer = float(max(through.min(), _SLOWEST * through.max())), float(through.max())
        if outer[1] - outer[0] < fast - slow:
            middle = sum(outer) / 2
            outer = max(middle - (fast - slow) / 2, outer[0] / 2), middle + (fast - slow) / 2
        far_width, near_width = 2 * _DETECTOR / (outer[1] - outer[0]), 2 * _DETECTOR / (fast - slow)
        far = GaussianPacket(right + _CLEAR * far_width, far_width, sum(outer) / 2)
        near = GaussianPacket(left - _CLEAR * near_width, near_width, -(slow + fast) / 2)
        started = GaussianPacket(sign * center, packet.width, sign * float(mirrored.momentum or 0.0))
        return cls(dataclasses.replace(problem, state=started), energies, mirrored, far, near, left)

    @property
    def sign(self) -> float:
        """+1 if the packet moves to the right, else -1."""
        return 1.0 if moves_right(self.problem) else -1.0

    @property
    def observables(self) -> dict[str, AbstractObservable]:
        """The correlations to be recorded."""
        return {
            name: Overlap(GaussianPacket(self.sign * chi.center, chi.width, self.sign * float(chi.momentum or 0.0)))
            for name, chi in ((FAR, self.far), (NEAR, self.near))
        }

    def numerics(self, tolerance: float, refinement: Refinement, **fixed: Any) -> Numerics:
        """A box that holds packet and detectors between the absorbers, a record until the slowest wave has passed, dense enough for the fastest.

        What is `fixed` by hand is kept, but for fewer frames than the record needs.
        """
        problem, mass, e = self.problem, float(self.problem.mass), self.energies
        width = float(self.packet.width)
        # the slowest wave of the whole band, chosen or not: until it has passed it contributes at all energies
        slow, fast = math.sqrt(2 * mass * e.band[0]), float(self.packet.momentum or 0.0) + 5.5 / width
        through = float(e.outgoing[e.open][0]) if e.open.any() else slow
        slowest_out = max(through, _SLOWEST * float(self.far.momentum or slow))
        # its leak interferes: it counts as an amplitude
        layer = Absorber.designed(min(slow, slowest_out), (tolerance / 32) ** 2, mass)
        layer = dataclasses.replace(layer, width=layer.width * refinement.absorber)
        room = float(layer.width)
        ends = [
            chi.center + side * _CLEAR * chi.width for chi in (self.packet, self.far, self.near) for side in (-1, 1)
        ]
        low, high = min(ends) - room, max(ends) + room
        if self.sign < 0:
            low, high = -high, -low
        planned = plan(problem, tolerance).numerics.grid.spacing[0]
        # the error of an edge at one energy is below the planner's bound for the worst packet; it is measured, and refined, anyway
        finer = 1.15 if problem.potential.smooth else 0.77
        grid = fitted_grid(low, high, planned / (finer * refinement.space), problem.potential)
        duration = problem.duration
        if duration is None:
            behind = [_PASSED * math.hypot(width, chi.width) for chi in (self.far, self.near)]
            to_barrier = self.edge - self.packet.center
            across = self.far.center - self.edge
            # waves just below the band contribute at its lower end as much as its own until they have passed
            last = max(slow - 0.2 * (float(self.packet.momentum or 0.0) - slow), slow / 2)
            out = (to_barrier + behind[0]) / last + across / slowest_out
            back = (to_barrier + self.edge - self.near.center + behind[1]) / last
            duration = refinement.longer * max(out, back) * mass / CUTS[-1]
        # half of what the trapezoid rule needs, for a repetition may keep every other frame
        frames = 2 * math.ceil(duration * fast**2 / (2 * mass) / (2 * math.pi) * 1.05)
        timed = dataclasses.replace(problem, duration=float(duration))
        only_time = Refinement(time=refinement.time)
        chosen: dict[str, Any] = (
            {"grid": grid, "absorber": layer} | fixed | {"frames": max(frames, fixed.get("frames", 0))}
        )
        return plan(timed, tolerance, refinement=only_time, **chosen).numerics

    def curves(self, result: Result, share: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
        """T(E) and R(E) from the first `share` of a record."""
        e, mass = self.energies, float(self.problem.mass)
        times = result.times
        near_potential = self.problem.potential.asymptotes()[0 if self.sign > 0 else 1]
        end = share * times[-1]
        late = np.clip((times / end - (1 - _FADE)) / _FADE, 0.0, 1.0)
        weights = np.cos(0.5 * math.pi * late) ** 2 * (times[1] - times[0])
        weights[0] /= 2
        waves = np.exp(1j * np.multiply.outer(e.kinetic, times)) * weights
        turned = np.exp(1j * near_potential * times)
        echo = result.series[NEAR] * turned - free_correlation(times, self.near, self.packet, mass)
        start = packet_amplitude(e.incoming, self.packet.center, self.packet.width, float(self.packet.momentum or 0.0))
        chosen = []
        for chi, record, k in ((self.far, result.series[FAR] * turned, e.outgoing), (self.near, echo, -e.incoming)):
            amplitude = packet_amplitude(k, chi.center, chi.width, float(chi.momentum or 0.0))
            scale = np.sqrt(e.incoming * np.abs(k)) / (2 * math.pi * mass * np.abs(amplitude) * np.abs(start))
            chosen.append(np.abs(scale * (waves @ record)) ** 2)
        return chosen[0], chosen[1]

    def own_errors(self, result: Result) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """The parts of the errors of T and R that one record shows: absorber, duration, start and rounding."""
        e, numerics = self.energies, result.numerics
        layer = numerics.absorber
        returned = np.zeros_like(e.kinetic) if layer is None else self._returned(layer)
        shorter = [self.curves(result, share) for share in CUTS]
        answers = []
        for chi, k, value, *cuts in zip(
            (self.far, self.near), (e.outgoing, -e.incoming), self.curves(result), *shorter, strict=True
        ):
            # |phi(mean)/phi(k)| of the start and of the detector
            emphasis = np.exp((self.packet.width * (e.incoming - float(self.packet.momentum or 0.0))) ** 2)
            gain = np.exp((chi.width * (k - float(chi.momentum or 0.0))) ** 2)
            tails = self._tail(self.packet, e.incoming) * emphasis + self._tail(chi, k) * gain
            noise = rounding(numerics) * emphasis * gain
            amplitude = np.sqrt(value)
            answers.append(
                {
                    "absorber": 2 * amplitude * returned + returned**2,
                    "duration": nearby(np.max([np.abs(value - cut) for cut in cuts], axis=0)),
                    "start": 2 * amplitude * tails + tails**2,
                    "rounding": 2 * amplitude * noise + noise**2,
                }
            )
        return answers[0], answers[1]

    def _returned(self, layer: Absorber) -> np.ndarray:
        """The largest amplitude that the absorbers add to t and to r: their leak interferes with the wave, and counts as an amplitude a.

        a (|t| + |r|)^2 <= 2 a for waves that meet the barrier again, and at most a for those detected on their way back.
        """
        e, mass = self.energies, float(self.problem.mass)
        leaks = [absorber_leak(layer, np.where(k > 0, k, e.incoming), mass) for k in (e.incoming, e.outgoing)]
        return 3 * np.sqrt(np.maximum(*leaks))

    def _tail(self, chi: GaussianPacket, k: np.ndarray) -> np.ndarray:
        """The relative error of a test packet's amplitude at its mean momentum because its tail reaches into the potential.

        int |chi| D dx, with D <= 2 the distance of the scattering state from plane waves, to first order 2 m int |V - V_end| dx / k up to x.
        """
        mass = float(self.problem.mass)
        outward = 1.0 if chi is self.far else -1.0
        # from the free side inward
        x = chi.center + outward * chi.width * np.linspace(12.0, -12.0, 2001)
        end = self.problem.potential.asymptotes()[0 if outward * self.sign < 0 else 1]
        bump = np.abs(np.asarray(self.problem.potential.value((jnp.asarray(self.sign * x),), mass=mass)) - end)
        area = scipy.integrate.cumulative_trapezoid(bump, dx=abs(x[1] - x[0]), initial=0.0)
        distortion = np.minimum(2.0, 2 * mass * area / np.maximum(np.abs(k), 1e-300)[:, None])
        amplitude = np.exp(-(((x - chi.center) / chi.width) ** 2) / 4)
        # int |chi| dx / sqrt(2 pi) over phi at its maximum is sqrt 2, whatever the width
        return np.trapezoid(distortion * amplitude, dx=abs(x[1] - x[0])) / (2 * math.sqrt(math.pi) * chi.width)


def nearby(changes: np.ndarray) -> np.ndarray:
    """The largest change among neighboring energies, for a change passes through zero where the error need not."""
    return (
        scipy.ndimage.maximum_filter1d(changes, max(3, len(changes) // 20), mode="nearest")
        if len(changes) > 1
        else changes
    )
