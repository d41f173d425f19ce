"""Two bosons or two fermions on a line that meet: by how much they come late, which is all that is left of the meeting."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable
from typing import Any, final

import numpy as np

from .... import theory
from ...._amounts import amount
from ...._checks import named
from ...._typing import ENERGY, LENGTH, TIME
from ....errors import WavesimError
from ....potentials import DeltaBarrier, DeltaWell, values_at
from ....problem import Problem
from ....propagation import Batch
from ....states import GaussianPacket, Product
from ...bars import AbstractQuestion, Estimate, Measurement, Predictions, Quantity, Report, error_of
from ...predictions import cells_of, scattering_problem, wave_room
from .._given import refuse_by_hand
from .._without_record import report_without_record
from ._pass_or_bounce import meeting

_EPS = float(np.finfo(float).eps)
# standard deviations of the momentum that are averaged over: 1e-15 lies beyond
_REACH = 8.0
# probability that may move apart, or touch at the start, from the beginning
_APART = 1e-3
# Gauss's points of a panel, and panels: doubled until the average stays, or there are so many
_NODES, _PANELS, _MOST_PANELS = 16, 4, 256
# deviation of the modulus of an outgoing amplitude from 1 that a V(-x) = V(x) may show
_EVEN = 1e-7
# share of V at which the interaction begins
_FELT = 1e-3

Amplitudes = Callable[[np.ndarray], np.ndarray]


@final
@dataclasses.dataclass(frozen=True)
class MeetingDelay(AbstractQuestion):
    """Two identical particles that meet: how late the pair is by their interaction, ``meeting_delay``, and how far it lags behind, ``meeting_lag``.

    Of two bosons or fermions on a line one goes out to each side, with the momenta that they brought; nobody can tell whether they passed
    or bounced. What the interaction V(x1 - x2) leaves is a phase, exp(2 i delta) = t + r of the even waves of the distance for bosons and t - r of the
    odd ones for fermions. Long after, the mean distance is smaller by the lag <2 d(delta)/dk> than that of a pair that does not interact,
    which is late by the lag over the mean velocity of the distance; both are negative for a pair that is early. Fermions never feel a contact.
    Nothing is propagated: the average over the packet's momenta is taken of scattering states at half the mass.

    For a V with V(-x) = V(x), as that of identical particles is.

    Source: E. P. Wigner, Phys. Rev. 98, 145 (1955); J. H. Eberly, Am. J. Phys. 33, 771 (1965).
    """

    def planned(self, problem: Problem, tolerance: float, **fixed: Any) -> None:
        return None

    def measuring(
        self, problem: Problem, tolerance: float, *, batch: Batch | None = None, **fixed: Any
    ) -> Measurement[Report]:
        del batch
        yield from ()
        begun = time.perf_counter()
        refuse_by_hand(problem, "delay of a meeting", fixed)
        line, sign = _relative(problem)
        packet = _Packet.of(line)
        coarse, fine = (_averaged(packet, _by_cells(line, packet, sign, finer)) for finer in (1, 2))
        lag = fine.value
        reach = max(map(abs, line.potential.support(_FELT)))
        # in units of the spread, how far from its middle the packet touches the interaction
        touching = _beyond((packet.away - reach) / packet.width)
        if touching > _APART:
            raise WavesimError(
                f"two particles that meet must start apart, but {touching:.2g} of the distance lies where they interact; move them apart."
            )
        budget = {
            "cells": abs(fine.value - coarse.value),
            "average": fine.error,
            "slow_part": 2 * _beyond(packet.momentum / packet.spread) * fine.steepest,
            "start": touching * (packet.away + abs(lag)),
            "rounding": 64 * _EPS * (1 + packet.momentum * reach) / packet.spread,
        }
        known = self.predictions(problem, None)
        delayed = {name: part / packet.velocity for name, part in budget.items()}
        quantities = {
            "meeting_delay": Quantity("meeting_delay", lag / packet.velocity, sum(delayed.values()), TIME, delayed),
            "meeting_lag": Quantity("meeting_lag", lag, sum(budget.values()), LENGTH, budget),
        }
        quantities = {n: dataclasses.replace(q, theory=known.get(n, {})) for n, q in quantities.items()}
        note = (
            f"what is solved is the distance between two {_statistics(problem)}: one particle of half the mass, in its "
            f"{'even' if sign > 0 else 'odd'} waves; one particle goes out to each side, with certainty."
        )
        # a delay may be 0, so that the tolerance is a fraction of the time in which the packets pass
        scale = max(abs(lag), packet.width) / packet.velocity
        return report_without_record(quantities, tolerance, "", begun, scale=scale, notes=(note,))

    def predictions(self, problem: Problem, duration: float | None) -> Predictions:
        del duration
        line, sign = _relative(problem)
        packet, potential = _Packet.of(line), line.potential
        lags: dict[str, float] = {}
        if isinstance(potential, DeltaBarrier | DeltaWell) and float(potential.center) == 0:
            strength = float(potential.strength) * (1 if isinstance(potential, DeltaBarrier) else -1)
            pull = float(line.mass) * strength
            mean = _averaged(packet, lambda k: (k - 1j * pull) / (k + 1j * pull)).value if sign > 0 else 0.0
            lags["closed_form"] = mean
        elif not potential.spikes:
            mean = _averaged(packet, _by_scattering(line, packet, sign))
            lags["scattering"] = Estimate(mean.value, mean.error + 1e-11 / packet.spread)
        if not lags:
            return {}
        late: dict[str, float] = {
            name: Estimate(float(lag) / packet.velocity, error_of(lag) / packet.velocity) for name, lag in lags.items()
        }
        return {"meeting_delay": late, "meeting_lag": lags}


def _statistics(problem: Problem) -> str:
    return problem.state.statistics if isinstance(problem.state, Product) else "distinguishable"


def _relative(problem: Problem) -> tuple[Problem, float]:
    """The motion of the distance, and 1 for bosons, -1 for fermions.

    Raises:
        WavesimError: if the particles can be told apart, do not meet, or move in a V that plane waves do not cross.
    """
    statistics = _statistics(problem)
    if statistics == "distinguishable":
        raise WavesimError(
            "the delay of a meeting is that of two bosons or two fermions, but these particles are distinguishable; "
            'write statistics = "bosons" under [state], or ask for pass_or_bounce.'
        )
    line = scattering_problem(meeting(problem))
    near, far = (float(end) for end in line.potential.asymptotes())
    if near != far:
        raise WavesimError(
            f"identical particles act on each other alike on both sides, but {named(line.potential)} is {amount(near, ENERGY, problem.shown_in)} on one and {amount(far, ENERGY, problem.shown_in)} on the other; take an even V."
        )
    return line, 1.0 if statistics == "bosons" else -1.0


@dataclasses.dataclass(frozen=True)
class _Packet:
    """The Gaussian of the distance, turned so that its momentum is positive.

    Attributes:
        momentum: its mean.
        spread: standard deviation of the momentum.
        away: mean distance at the start [length].
        width: standard deviation of the distance at the start [length].
        mass: half that of either particle.
    """

    momentum: float
    spread: float
    away: float
    width: float
    mass: float

    @classmethod
    def of(cls, line: Problem) -> _Packet:
        state = line.state
        assert isinstance(state, GaussianPacket)
        momentum, width = abs(float(state.mean_momentum(line.mass))), float(state.width)
        if _beyond(2 * width * momentum) > _APART:
            raise WavesimError(
                f"two particles that meet must approach each other as a whole, but {_beyond(2 * width * momentum):.2g} of the pair moves apart from the start; "
                "give them more momentum, or wider packets."
            )
        return cls(momentum, 1 / (2 * width), abs(float(state.center)), width, float(line.mass))

    @property
    def velocity(self) -> float:
        return self.momentum / self.mass

    @property
    def ends(self) -> tuple[float, float]:
        """The momenta that are averaged over."""
        far = _REACH * self.spread
        return max(self.momentum - far, self.spread * 1e-3), self.momentum + far


def _beyond(deviations: float) -> float:
    return math.erfc(deviations / math.sqrt(2)) / 2


@dataclasses.dataclass(frozen=True)
class _Average:
    """<d(arg S)/dk>, how far half as many panels are from it, and the largest slope met."""

    value: float
    error: float
    steepest: float


def _averaged(packet: _Packet, amplitudes: Amplitudes) -> _Average:
    """The mean of d(arg S)/dk over a packet's momenta, by parts: no phase is differenced."""
    panels = _PANELS
    coarse, _ = _by_parts(packet, amplitudes, panels)
    while True:
        panels *= 2
        fine, steepest = _by_parts(packet, amplitudes, panels)
        error = abs(fine - coarse)
        if error <= 1e-11 / packet.spread or panels >= _MOST_PANELS:
            return _Average(fine, error, steepest)
        coarse = fine


def _by_parts(packet: _Packet, amplitudes: Amplitudes, panels: int) -> tuple[float, float]:
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    low, high = packet.ends
    marks = np.linspace(low, high, panels + 1)
    half = np.diff(marks)[:, None] / 2
    k = np.concatenate([[low], (marks[:-1, None] + half * (nodes + 1)).ravel(), [high]])
    phase = np.unwrap(np.angle(amplitudes(k)))
    phase -= np.interp(packet.momentum, k, phase)
    away = (k - packet.momentum) / packet.spread
    density = np.exp(-(away**2) / 2) / (packet.spread * math.sqrt(2 * math.pi))
    inner = (half * weights).ravel()
    share = float(inner @ density[1:-1])
    whole = float(inner @ (density * away * phase)[1:-1]) / packet.spread
    ends = float(density[-1] * phase[-1] - density[0] * phase[0])
    return (whole + ends) / share, float(np.max(np.abs(np.gradient(phase, k))))


def _by_cells(line: Problem, packet: _Packet, sign: float, finer: int) -> Amplitudes:
    """exp(2 i delta) at momenta, from the waves on cells.

    Raises:
        WavesimError: where an amplitude is not of modulus 1: V is not even.
    """
    outside = float(line.potential.asymptotes()[0])
    highest = packet.ends[1] ** 2 / (2 * packet.mass)
    cells = cells_of(line, highest + outside, wave_room(line, highest).ends, finer=finer)

    def at(k: np.ndarray) -> np.ndarray:
        waves = theory.parity_amplitudes(cells, k**2 / (2 * packet.mass) + outside)
        if np.max(np.abs(np.abs(waves.even) - 1)) > _EVEN:
            raise WavesimError(
                f"identical particles act on each other alike on both sides, V(-x) = V(x), but {named(line.potential)} does not; center it at 0, or take an even V."
            )
        return waves.even if sign > 0 else waves.odd

    return at


def _by_scattering(line: Problem, packet: _Packet, sign: float) -> Amplitudes:
    """The same from the scattering method."""
    potential, mass = line.potential, packet.mass
    room = wave_room(line, packet.ends[1] ** 2 / (2 * mass)).ends
    outside = float(potential.asymptotes()[0])
    left, right = min((room[0], *potential.edges)) - 0.5, max((room[1], *potential.edges)) + 0.5

    def at(k: np.ndarray) -> np.ndarray:
        waves = theory.scatter(
            lambda x: values_at(potential, x, mass),
            k**2 / (2 * mass) + outside,
            left=left,
            right=right,
            edges=potential.edges,
            mass=mass,
            v_left=outside,
            v_right=outside,
        )
        return np.asarray(waves.t) + sign * np.asarray(waves.r)

    return at
