"""Transmitted and reflected probability of a packet by theory, wherever it starts."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from .... import theory
from ....potentials import AbstractMassStructure, AbstractPotential, DoubleBarrier, DoubleDeltaWell
from ....problem import Problem
from ....states import AbstractWave, GaussianPacket
from ...bars import Estimate, Predictions
from ._mass_structures import by_scattering_matrices
from ._periodic import periodic_theories
from ._resonances import resonance_marks
from ._terrain import gaussians_of, terrain_of
from ._transmission import average, closed_form, moves_right, scattering_transmission
from ._wave import wave_average

# most cells that theory lets a wave cross
_MOST_CELLS = 6000
# shares of its height at which V may be cut off, to shorten a long tail
_CUTOFFS = (1e-17, 1e-12, 1e-9, 1e-7, 1e-5, 1e-4)
# phase of a wave over one cell [radians]
_PHASE = 4.0
LARGEST_PHASE = _PHASE * _MOST_CELLS
# least interference that is reported by `projection`, in units of the errors
_LEAST_INTERFERENCE = 10.0
# negligible interference relative to the average, and negligible V relative to its height where a packet starts
_NEGLIGIBLE = 1e-9
# relative rounding error of an average of T over the packet
_ROUNDING = 1e-13


class Shares(NamedTuple):
    """Probabilities that a packet ends up behind and in front of the potential.

    Attributes:
        through: transmitted probability.
        back: reflected probability.
        log_through: natural logarithm of the transmitted probability, finite where that underflows.
    """

    through: Estimate
    back: Estimate
    log_through: float


def packet_theories(problem: Problem, first_only: bool = False, enough: float = 0.0) -> Predictions:
    """Transmitted and reflected probability by each theory, with errors; empty where none applies.

    ``closed_form`` and ``scattering``: T(E) averaged over the packet's momenta, valid for a packet that starts outside the potential; one
    with slow waves also needs a V that is no lower behind than in front. Otherwise the part that starts inside interferes, or the reflected
    waves do with those that move away: then ``projection``, of the packet on the states that go out on either side, comes first, and the
    averages' distance from it is part of their errors. ``floquet``: the only theory of a potential that is periodic in time; other
    time-dependent potentials have none.

    Args:
        problem: in one dimension, with a potential that is flat on both sides.
        first_only: whether to return only the theory to be compared with.
        enough: sufficient error: the averages are returned if their error, with a bound on the part that starts inside, is no larger.
    """
    potential, mass = problem.potential, float(problem.mass)
    packet = gaussians_of(problem.state, mass)
    flat = all(math.isfinite(end) for end in potential.asymptotes())
    if packet is None and flat and (mean := wave_average(problem)) is not None:
        return _predictions({"scattering": mean}, None)
    if packet is None or potential.dimension > 1 or not flat:
        return {}
    if isinstance(potential, AbstractMassStructure):
        return _predictions(_structure_average(problem, packet), None)
    if not potential.static:
        return _predictions(periodic_theories(problem, packet), None)
    averages, standing = _averages(problem, first_only), _standing_wave_bound(problem, packet)
    if averages and not _starts_inside(problem, packet) and standing <= _ROUNDING * min(averages.values()):
        return _predictions(averages, None)
    # bound on the interference of the part that starts inside
    inside = sum(_probability_inside(problem, part) for part in packet)
    bounded = {
        name: Estimate(value, value.error + 2 * math.sqrt(max(value, 0.0) * inside) + inside + standing)
        for name, value in averages.items()
    }
    if bounded and max(value.error for value in bounded.values()) <= enough:
        return _predictions(bounded, None)
    shares = shares_of(problem)
    if shares is None:
        return _predictions(bounded, None)
    if not averages:
        return _predictions({"projection": shares.through}, shares)
    first = next(iter(averages.values()))
    interference = abs(shares.through - first)
    widened = {name: Estimate(value, value.error + interference) for name, value in averages.items()}
    if interference <= _LEAST_INTERFERENCE * (first.error + shares.through.error) + _NEGLIGIBLE * first:
        return _predictions(widened, None)
    if first_only:
        return _predictions({"projection": shares.through}, shares)
    return _predictions({"projection": shares.through} | widened, shares)


def _averages(problem: Problem, first_only: bool) -> dict[str, Estimate]:
    """Averages of T(E) over one Gaussian packet, by name; empty for other states."""
    if not isinstance(problem.state, GaussianPacket):
        return {}
    closed = closed_form(problem)
    closed_only = closed is not None and first_only
    # a single barrier has no narrow resonances
    if closed is not None and closed_only and not isinstance(problem.potential, DoubleBarrier | DoubleDeltaWell):
        return {"closed_form": average(closed, problem)}
    if not (tolerances := _tolerances(problem)) and not closed_only:
        return {} if closed is None else {"closed_form": average(closed, problem)}
    marks = resonance_marks(problem) if tolerances else ()
    averages = {} if closed is None else {"closed_form": average(closed, problem, marks=marks)}
    if not closed_only:
        scattering = _scattering_average(problem, marks)
        averages |= {} if scattering is None else {"scattering": scattering}
    return averages


def _structure_average(problem: Problem, packet: tuple[theory.Gaussian, ...]) -> dict[str, Estimate]:
    """Average of T(E) by scattering matrices, for one Gaussian packet with no more than a tail inside."""
    if not isinstance(problem.state, GaussianPacket):
        return {}
    to_right = moves_right(problem)
    errors = [0.0]

    def transmission(energies: Any) -> np.ndarray:
        energies = np.asarray(energies, float)
        log, _, error = by_scattering_matrices(problem, energies.ravel(), to_right)
        through = np.exp(log)
        passes = through > 0
        errors.append(float(np.max(through[passes] * error[passes], initial=0.0)))
        return through.reshape(energies.shape)

    mean = average(transmission, problem, marks=resonance_marks(problem))
    inside = sum(_probability_inside(problem, part) for part in packet)
    error = (
        mean.error
        + max(errors)
        + 2 * math.sqrt(max(mean, 0.0) * inside)
        + inside
        + _standing_wave_bound(problem, packet)
    )
    return {"scattering": Estimate(mean, error + _ROUNDING * mean)}


def _scattering_average(problem: Problem, marks: np.ndarray | tuple[()]) -> Estimate | None:
    """Average of T(E) by cells; None where there would be too many.

    The error includes the change from cells half as wide.
    """
    potential, mass, to_right = problem.potential, float(problem.mass), moves_right(problem)
    tolerances = _tolerances(problem)
    if not tolerances:
        return None
    coarse, fine = (
        average(scattering_transmission(potential, mass, to_right, tolerances[0], finer), problem, marks=marks)
        for finer in (1, 2)
    )
    error = fine.error + abs(fine - coarse) + _ROUNDING * fine
    if tolerances[0] != _CUTOFFS[0]:
        # error of the cutoff: the change from a larger one
        cut = average(scattering_transmission(potential, mass, to_right, 30 * tolerances[0]), problem, marks=marks)
        error += abs(fine - cut)
    return Estimate(fine, error)


def shares_of(problem: Problem) -> Shares | None:
    """Transmitted and reflected share of a packet, with errors; None for too long a potential.

    Gaussians are projected on the states that go out on either side; for other packets T(E) is averaged, see `wave_average`.
    """
    mass = float(problem.mass)
    if isinstance(problem.state, AbstractWave):
        mean = wave_average(problem)
        if mean is None or mean <= 0:
            return None
        return Shares(mean, Estimate(1.0 - mean, mean.error + 1e-15), math.log(mean))
    packet, tolerances = gaussians_of(problem.state, mass), _tolerances(problem)
    if packet is None or not tolerances:
        return None
    shares = _projected(problem, packet, terrain_of(problem.potential, mass, tolerances[0]))
    if tolerances[0] == _CUTOFFS[0]:
        return shares
    cut = _projected(problem, packet, terrain_of(problem.potential, mass, 30 * tolerances[0]))
    through, back = (
        Estimate(share, share.error + abs(share - changed)) for share, changed in zip(shares[:2], cut[:2], strict=True)
    )
    return Shares(through, back, shares.log_through)


def _projected(problem: Problem, packet: tuple[theory.Gaussian, ...], terrain: theory.Terrain) -> Shares:
    """Projection of a sum of Gaussians on the states that go out on either side."""
    mass = float(problem.mass)
    if not moves_right(problem):
        terrain, packet = terrain.mirrored, tuple(part.mirrored for part in packet)
    through = theory.transmitted_share(terrain, packet, mass)
    if terrain.lowest >= min(terrain.v_left, terrain.v_right):
        # V has no bound states
        back = Estimate(1.0 - through.value, through.error + 1e-15)
    else:
        reflected = theory.transmitted_share(terrain.mirrored, tuple(part.mirrored for part in packet), mass)
        back = Estimate(reflected.value, reflected.error)
    return Shares(Estimate(through.value, through.error), back, through.log)


def _starts_inside(problem: Problem, packet: tuple[theory.Gaussian, ...]) -> bool:
    """Whether a part of the packet starts inside or behind the potential."""
    left, right = problem.potential.support(_CUTOFFS[0])
    if moves_right(problem):
        return any(left - part.center < theory.REACH * part.width for part in packet)
    return any(part.center - right < theory.REACH * part.width for part in packet)


def _standing_wave_bound(problem: Problem, packet: tuple[theory.Gaussian, ...]) -> float:
    """Bound on the interference of reflected waves with those moving away from V.

    An average of T(E) misses it; it is 0 unless V is lower behind than in front.
    """
    ends = problem.potential.asymptotes()
    front, behind = ends if moves_right(problem) else ends[::-1]
    return sum(theory.standing_share(part) for part in packet) if front > behind else 0.0


def _probability_inside(problem: Problem, part: theory.Gaussian) -> float:
    """Probability of a Gaussian that starts inside or behind the potential."""
    left, right = problem.potential.support(_NEGLIGIBLE)
    distance = left - part.center if moves_right(problem) else part.center - right
    return math.erfc(distance / part.width / math.sqrt(2)) / 2


def _tolerances(problem: Problem) -> list[float]:
    """Cutoffs of V (shares of its height) that leave few enough cells for the packet, smallest first."""
    packet = gaussians_of(problem.state, float(problem.mass)) or ()
    return cuts_for(problem.potential, max((abs(part.momentum) + 5 / part.width for part in packet), default=0.0))


def cuts_for(potential: AbstractPotential, fastest: float) -> list[float]:
    """Cutoffs of V (shares of its height) that leave few enough cells for a wave, smallest first.

    Args:
        potential: V.
        fastest: largest wave number [1/length].
    """
    lengths = {tolerance: float(np.diff(potential.support(tolerance))[0]) for tolerance in _CUTOFFS}
    return [tolerance for tolerance, length in lengths.items() if fastest * length < LARGEST_PHASE]


def _predictions(through: dict[str, Estimate], shares: Shares | None) -> Predictions:
    """Both probabilities from the transmitted ones.

    The reflected one is the rest, with the components that never meet the potential.
    """
    if not through:
        return {}
    back = {name: Estimate(1.0 - value, value.error + 1e-15) for name, value in through.items()}
    if shares is not None:
        back["projection"] = shares.back
    return {"transmitted_probability": dict(through), "reflected_probability": dict(back)}
