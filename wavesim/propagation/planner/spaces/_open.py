"""Box, spacing, absorber and duration for a packet that scatters off a barrier, or moves freely."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

from ...._checks import named
from ...._cures import cure
from ....absorbers import Absorber
from ....errors import NumericsError
from ....grid import Grid
from ....observables import ProbabilityIn
from ....potentials import values_at
from ....problem import Problem
from ....states import AbstractPacket, ContinuedPacket, as_packet
from .._shown import Shown
from .._spacing_law import allowed_phase
from ._grid import fitted_grid, spike_wave_number
from ._space import Space
from ._spectrum import band_for

# factor on the spacing for edges if an adjoint run corrects their error (measured on the shipped map)
_CORRECTED = 1.4
# tolerance relative to the error allowed for the waves of a smooth V beyond the band
_GRID_SHARE = 64


def packet_of(problem: Problem) -> AbstractPacket:
    """The problem's packet, or its superposition of packets."""
    packet = as_packet(problem.state, float(problem.mass))
    if packet is None:
        raise NumericsError(
            f"the planner knows where a packet goes, but the state is {named(problem.state)}; give grid, dt, duration and absorber yourself."
        )
    if isinstance(packet, ContinuedPacket):
        # a packet behind a wall is refused here; a later message would blame its motion
        packet.check_place()
    return packet


def open_space(
    problem: Problem,
    tolerance: float,
    grid: Grid | None,
    absorber: Any,
    finer: float,
    thicker: float,
    longer: float,
    corrected: bool = False,
) -> Space:
    """Box, spacing, absorber and duration for scattering; `corrected`: for runs whose adjoint measures the error of edges, wherever they lie.

    * momenta: all but tolerance/20 of the packet, on either side;
    * spacing: 1.3 times the largest momentum inside the potential, and for sharp edges (spacing k)^6 < 70 tolerance or (spacing k)^4 < 430 tolerance, for deltas (spacing k)^3 < 100 tolerance;
    * absorber: reflection below tolerance/10 for the slowest of these momenta;
    * box: the packet's start, the potential, a margin, planes at which probability is counted, and the absorber at each end;
    * duration: until the slowest part has passed.
    """
    packet, mass, potential = packet_of(problem), float(problem.mass), problem.potential
    left_end, right_end = potential.support(min(1e-3, tolerance))
    ends = potential.asymptotes()
    refuse_at_rest(problem, packet, mass)
    slow, fast = speeds(packet, tolerance / 20, mass)
    # energies are counted from V where the packet starts
    here = float(values_at(potential, np.array([sum(packet.position_range(0.5 - 1e-9)) / 2]), mass)[0])
    x = np.linspace(*padded(left_end, right_end), 1025)
    values = values_at(potential, x, mass)
    depth, height = min(0.0, float(values.min()) - here), max(0.0, float(values.max()) - here)
    # a psi with kinks has no largest momentum, and its largest ones are not worth their points
    _, top = speeds(packet, tolerance / 100 if packet.rough else tolerance**2 / 100, mass)
    largest = math.sqrt(top**2 + 2 * mass * -depth)
    slowest = slowest_outside(slow, fast, (here - ends[0], here - ends[1]), mass)
    spacing = math.pi / (1.3 * largest)
    why = "the grid holds 1.3 x the largest momentum"
    if not potential.smooth:
        wave = math.sqrt(max(fast**2, 2 * mass * height) + 2 * mass * -depth)
        wave = max(wave, spike_wave_number(potential, mass))
        # the error of an edge is relative to T: for a thick barrier the absolute error is as small as T itself
        through = min(1.0, 16 * math.exp(-2 * _forbidden(x, values - here, fast**2 / (2 * mass), mass)))
        # a low barrier reflects in proportion to its height squared
        through *= min(1.0, (4 * mass * float(np.ptp(values)) / fast**2) ** 2) if not potential.spikes else 1.0
        share = min(max(tolerance / max(through, 1e-300), 1e-10), 1e-3)
        if potential.spikes:
            phase = allowed_phase("delta", "probability", share)
        else:
            phase = max(allowed_phase("edge", kind, share) for kind in ("probability", "rough probability"))
            phase *= _CORRECTED if corrected else 1.0
        edge = phase / wave
        if edge < spacing:
            spacing = edge
            why = (
                "deltas, third order in the spacing" if potential.spikes else "sharp edges, fifth order in the spacing"
            )
    else:
        moving = None if potential.static else problem.duration or (right_end - left_end) * mass / slow
        band = band_for(potential, (left_end, right_end), fast, tolerance / _GRID_SHARE, mass, moving)
        if math.pi / band < spacing:
            spacing, why = math.pi / band, "the grid holds the potential's own waves"
    if absorber == "planned":
        # a packet that starts inside a structure oscillates there, and an echo from the layer adds to it by its amplitude
        rings = potential.static and abs(here - ends[0]) > 1e-9 * height and abs(here - ends[1]) > 1e-9 * height
        absorber = Absorber.designed(slowest, max((tolerance / 10) ** (2 if rings else 1), 1e-12), mass)
        absorber = dataclasses.replace(absorber, width=absorber.width * thicker)
    start = packet.position_range(min(1e-6, tolerance**2))
    counted = [
        plane
        for observable in problem.measure.values()
        if isinstance(observable, ProbabilityIn)
        for plane in observable.region.planes
    ]
    margin = 0.5 * (start[1] - start[0]) / 2 + 4 / slowest
    room = float(absorber.width) if absorber is not None else 0.0
    low = min(start[0], left_end - margin, *counted) - room
    high = max(start[1], right_end + margin, *counted) + room
    if grid is None:
        grid = fitted_grid(low, high, spacing / finer, potential, loose=corrected)
    shown = Shown(problem)
    # a packet that starts on a slope or a top leaves with other momenta than it starts with
    least = shown.momentum(slowest) + ("" if math.isclose(slowest, slow) else ", outside the potential")
    duration = problem.duration
    if duration is None:
        to_right = packet.momentum_range(0.5 - 1e-9, mass)[0] > 0
        way = (right_end - start[0]) if to_right else (start[1] - left_end)
        duration = longer * (way + 2 * margin) * mass / slowest
        why_duration = f"until the slowest part of the packet (momentum {least}) has left"
    else:
        why_duration = "given"
    energy = max(largest**2 / (2 * mass), height)
    reasons = {
        "momenta": f"{shown.momentum(slow)} to {shown.momentum(fast)}: covers the packet except {tolerance / 20:.1g} at each end",
        "box": f"{shown.span(grid.lower[0], grid.upper[0])}: the packet's start, the potential and {'two absorbers' if absorber else 'no absorber'}",
        "spacing": f"{shown.length(grid.spacing[0], 5)}: {why}",
        "absorber": f"{shown.length(absorber.width)} at each end: reflects less than {tolerance / 10:.1g} of waves with momentum above {least}"
        if absorber
        else "none",
        "duration": f"{shown.time(duration)}: {why_duration}",
    }
    return Space(grid, absorber, float(duration), energy, fast / mass, reasons)


def refuse_at_rest(problem: Problem, packet: AbstractPacket, mass: float) -> None:
    """Refuse a packet at rest without a duration.

    Raises:
        NumericsError: if the mean momentum of a packet is 0 and no duration is given.
    """
    mean = abs(sum(packet.momentum_range(0.5 - 1e-9, mass))) / 2
    fastest = max(map(abs, packet.momentum_range(1e-3, mass)))
    if problem.duration is None and mean <= 1e-9 * fastest and not falls_off(problem):
        raise NumericsError(
            "a packet that is at rest on the whole passes at no time of its own, but no duration is given; "
            "give `duration`, and ask for its motion, "
            + cure('[find] kind = "motion"', "find=Motion()")
            + ", or for what is where by then."
        )


def deep_space(
    problem: Problem, tolerance: float, scale: float, grid: Grid | None, absorber: Any, finer: float, longer: float
) -> Space:
    """Box, spacing and duration for a very small transmitted probability, with an error relative to that probability.

    No absorber: its kicks are periodic in time, so that about 1e-8 of the absorbed wave returns at other energies, above the
    barrier. The box holds all but tolerance scale/20 of the packet, on either side, until all but that has passed or turned back.

    Args:
        tolerance: relative to `scale`.
        scale: the approximate transmitted probability.
    """
    packet, mass, potential = packet_of(problem), float(problem.mass), problem.potential
    tail = tolerance * scale / 20
    left_end, right_end = potential.support(min(1e-3, tolerance))
    start, momenta = packet.position_range(tail), packet.momentum_range(tail, mass)
    half, reach = (start[1] - start[0]) / 2, (momenta[1] - momenta[0]) / 2 / mass
    center, speed = sum(start) / 2, abs(sum(momenta)) / 2 / mass
    forward = sum(momenta) > 0
    near = left_end - center if forward else center - right_end
    way = near + right_end - left_end

    def spread(time: float) -> float:
        return half * math.sqrt(1 + (reach * time / half) ** 2)

    duration = problem.duration
    if duration is None:
        if speed <= reach:
            raise NumericsError(
                f"so small a transmitted probability needs a packet all of which moves towards the barrier, but {tail:.1g} of it does not; "
                "make it wider, or faster, or give a duration."
            )
        # speed t - way = spread(t), a quadratic
        a, b, c = speed**2 - reach**2, speed * (way + 1 / (mass * speed)), way**2 - half**2
        duration = longer * (b + math.sqrt(max(b**2 - a * c, 0.0))) / a
    passed, late = speed * float(duration) - near, spread(float(duration))
    room = float(absorber.width) if isinstance(absorber, Absorber) else 0.0
    back, ahead = min(-near - half, -passed - late) - room, right_end - left_end + max(0.0, passed) + late + room
    low, high = (left_end + back, left_end + ahead) if forward else (right_end - ahead, right_end - back)
    x = np.linspace(*padded(left_end, right_end), 1025)
    values = np.asarray(potential.value((x,), mass=mass))  # type: ignore[arg-type]
    depth, height = min(0.0, float(values.min())), max(0.0, float(values.max()))
    largest = math.sqrt(max(abs(k) for k in momenta) ** 2 + 2 * mass * -depth)
    # a repetition 1.4 times coarser must still resolve tunneling: the error is larger than T where the grid cuts off the barrier's own waves
    spacing, why = math.pi / (1.8 * max(largest, math.sqrt(2 * mass * height))), "1.8 x the largest momentum"
    if not potential.smooth:
        wave = max(math.sqrt(largest**2 + 2 * mass * height), spike_wave_number(potential, mass))
        third = allowed_phase("edge", "small probability", min(tolerance, 0.02)) / wave
        edge = min(third, allowed_phase("edge", "amplitude", tolerance * math.sqrt(scale)) / wave)
        if edge < spacing:
            spacing, why = edge, "sharp edges of a thick barrier"
    if grid is None:
        grid = fitted_grid(low, high, spacing / finer, potential)
    shown = Shown(problem)
    reasons = {
        "box": f"{shown.span(grid.lower[0], grid.upper[0])}: holds all but {tail:.1g} of the packet to the end",
        "spacing": f"{shown.length(grid.spacing[0], 5)}: {why}",
        "absorber": "as given" if room else "none: what it returns would outweigh what tunnels",
        "duration": shown.time(duration)
        + ("" if problem.duration is not None else f": all but {tail:.1g} of the packet has passed or turned back"),
    }
    layer = absorber if isinstance(absorber, Absorber) else None
    return Space(grid, layer, float(duration), max(largest**2 / (2 * mass), height), largest / mass, reasons)


def free_space(problem: Problem, tolerance: float, grid: Grid | None, absorber: Any, finer: float) -> Space:
    """Free motion: a box that holds the packet until the end, an absorber only if given; by default the duration in which its width doubles."""
    packet, mass = packet_of(problem), float(problem.mass)
    # a tail adds to moments such as <x> in proportion to its distance: it is cut below rounding
    tail = 1e-18
    start, momenta = packet.position_range(tail), packet.momentum_range(tail, mass)
    reach = (momenta[1] - momenta[0]) / 2 / mass
    half = (start[1] - start[0]) / 2
    duration = float(problem.duration) if problem.duration is not None else math.sqrt(3) * half / reach
    drift = sum(momenta) / 2 / mass * duration
    late = half * math.sqrt(1 + (reach * duration / half) ** 2)
    center = sum(start) / 2
    low, high = min(start[0], center + drift - late), max(start[1], center + drift + late)
    largest = max(abs(momenta[0]), abs(momenta[1]))
    layer = absorber if isinstance(absorber, Absorber) else None
    if grid is None:
        grid = fitted_grid(low, high, math.pi / (1.15 * largest) / finer, problem.potential)
    shown = Shown(problem)
    reasons = {
        "box": f"{shown.span(grid.lower[0], grid.upper[0])}: holds the packet from start to end",
        "spacing": f"{shown.length(grid.spacing[0], 5)}: the grid holds 1.15 x the largest momentum",
        "duration": shown.time(duration) + ("" if problem.duration is not None else ": until the width has doubled"),
    }
    return Space(grid, layer, duration, largest**2 / (2 * mass), largest / mass, reasons)


def _forbidden(x: np.ndarray, values: np.ndarray, energy: float, mass: float) -> float:
    """int kappa dx where V is above `energy`."""
    return float(np.trapezoid(np.sqrt(2 * mass * np.maximum(values - energy, 0.0)), x))


def padded(left: float, right: float) -> tuple[float, float]:
    pad = max(1e-6, 0.1 * (right - left))
    return left - pad, right + pad


def speeds(packet: AbstractPacket, tail: float, mass: float) -> tuple[float, float]:
    """The slowest and fastest momenta, as magnitudes; the slowest not below an eighth of the mean."""
    first, last = packet.momentum_range(max(tail, 1e-30), mass)
    mean = abs(first + last) / 2
    slow = min(abs(first), abs(last)) if first * last > 0 else 0.0
    return max(slow, mean / 8), max(abs(first), abs(last))


def slowest_outside(slow: float, fast: float, falls: tuple[float, float], mass: float) -> float:
    """The slowest momentum at which anything leaves, far from the potential on either side.

    Args:
        slow, fast: slowest and fastest momentum where the packet starts.
        falls: drop of V from the packet's start to each end, negative for a rise [energy].
    """
    slowest = []
    for fall in falls:
        above = fast**2 + 2 * mass * fall
        if above > 0:
            floor = math.sqrt(above) / 4 if fall < 0 else 0.0
            slowest.append(max(math.sqrt(max(slow**2 + 2 * mass * fall, 0.0)), floor))
    return min(slowest, default=slow)


def falls_off(problem: Problem) -> bool:
    """Whether V at a packet's start is above V at both ends, by more than its own kinetic energy: all of it then leaves."""
    packet, mass = packet_of(problem), float(problem.mass)
    here = float(values_at(problem.potential, np.array([sum(packet.position_range(0.5 - 1e-9)) / 2]), mass)[0])
    first, last = packet.momentum_range(1e-3, mass)
    return here - max(problem.potential.asymptotes()) > (last - first) ** 2 / (8 * mass)
