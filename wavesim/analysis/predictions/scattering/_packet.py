"""How much of a packet gets through by theory: of the packet as it is written, wherever it starts."""

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

# cells that a wave may have to cross before theory gives up; where a tail is long, V is cut off where it is fainter than these
_MOST_CELLS = 6000
_FAINT = (1e-17, 1e-12, 1e-9, 1e-7, 1e-5, 1e-4)
# of a wave's phase in one cell
_PHASE = 4.0
LARGEST_PHASE = _PHASE * _MOST_CELLS


# an interference is worth a theory of its own where it is so many times larger than the errors, and than this share of the average
_HEARD, _FELT = 10.0, 1e-9
# of an average, over the packet, of T that rounding moves by more
_ROUNDING = 1e-13


class Shares(NamedTuple):
    """Where a packet ends up: behind the potential, or in front of it."""

    through: Estimate
    back: Estimate
    # natural logarithm of the first, which stands where that underflows
    log_through: float


def packet_theories(problem: Problem, first_only: bool = False, enough: float = 0.0) -> Predictions:
    """The transmitted and the reflected probability by each theory, with its error; empty where none applies.

    ``closed_form`` and ``scattering``: T(E) averaged over the packet's momenta. That is right for a packet that starts clear of the
    potential, and for one of slow waves if V is no lower behind it than in front. Where it is not, what starts inside interferes, or what comes
    back does with what moves away: ``projection``, the packet as it is written, projected on the states that
    go out on either side, then comes first, and its distance from the averages is part of their errors. ``floquet``: the only one for a
    potential that repeats itself in time; none for one that does not.

    Args:
        problem: in one dimension, with a potential that is flat on both sides.
        first_only: leave out all but the theory that is to be compared with.
        enough: an error that it may have: what starts inside is then bounded, where it changes no more.
    """
    potential, mass = problem.potential, float(problem.mass)
    packet = gaussians_of(problem.state, mass)
    flat = all(math.isfinite(end) for end in potential.asymptotes())
    if packet is None and flat and (mean := wave_average(problem)) is not None:
        return _both({"scattering": mean}, None)
    if packet is None or potential.dimension > 1 or not flat:
        return {}
    if isinstance(potential, AbstractMassStructure):
        return _both(_through_structure(problem, packet), None)
    if not potential.static:
        return _both(periodic_theories(problem, packet), None)
    averages, standing = _averages(problem, first_only), _standing(problem, packet)
    if averages and not _starts_inside(problem, packet) and standing <= _ROUNDING * min(averages.values()):
        return _both(averages, None)
    # what starts inside interferes with what comes in, by at most this
    inside = sum(_beyond(problem, part) for part in packet)
    bounded = {
        name: Estimate(value, value.error + 2 * math.sqrt(max(value, 0.0) * inside) + inside + standing)
        for name, value in averages.items()
    }
    if bounded and max(value.error for value in bounded.values()) <= enough:
        return _both(bounded, None)
    shares = shares_of(problem)
    if shares is None:
        return _both(bounded, None)
    if not averages:
        return _both({"projection": shares.through}, shares)
    plain = next(iter(averages.values()))
    interference = abs(shares.through - plain)
    wide = {name: Estimate(value, value.error + interference) for name, value in averages.items()}
    if interference <= _HEARD * (plain.error + shares.through.error) + _FELT * plain:
        return _both(wide, None)
    if first_only:
        return _both({"projection": shares.through}, shares)
    return _both({"projection": shares.through} | wide, shares)


def _averages(problem: Problem, first_only: bool) -> dict[str, Estimate]:
    """The averages of T(E) over one Gaussian packet."""
    if not isinstance(problem.state, GaussianPacket):
        return {}
    closed = closed_form(problem)
    alone = closed is not None and first_only
    # one barrier holds nothing for long
    if closed is not None and alone and not isinstance(problem.potential, DoubleBarrier | DoubleDeltaWell):
        return {"closed_form": average(closed, problem)}
    if not (fits := _tolerances(problem)) and not alone:
        return {} if closed is None else {"closed_form": average(closed, problem)}
    marks = resonance_marks(problem) if fits else ()
    averages = {} if closed is None else {"closed_form": average(closed, problem, marks=marks)}
    if not alone:
        scattering = _scattering_average(problem, marks)
        averages |= {} if scattering is None else {"scattering": scattering}
    return averages


def _through_structure(problem: Problem, packet: tuple[theory.Gaussian, ...]) -> dict[str, Estimate]:
    """The average of T(E) by scattering matrices, the mass by layer; for one Gaussian packet that starts outside but for its tail."""
    if not isinstance(problem.state, GaussianPacket):
        return {}
    to_right = moves_right(problem)
    worst = [0.0]

    def transmission(energies: Any) -> np.ndarray:
        given = np.asarray(energies, float)
        log, _, error = by_scattering_matrices(problem, given.ravel(), to_right)
        through = np.exp(log)
        passes = through > 0
        worst.append(float(np.max(through[passes] * error[passes], initial=0.0)))
        return through.reshape(given.shape)

    mean = average(transmission, problem, marks=resonance_marks(problem))
    inside = sum(_beyond(problem, part) for part in packet)
    error = mean.error + max(worst) + 2 * math.sqrt(max(mean, 0.0) * inside) + inside + _standing(problem, packet)
    return {"scattering": Estimate(mean, error + _ROUNDING * mean)}


def _scattering_average(problem: Problem, marks: np.ndarray | tuple[()]) -> Estimate | None:
    """The average of T(E) by cells, and by cells half as wide; None where the packet's waves would have to cross too many."""
    potential, mass, to_right = problem.potential, float(problem.mass), moves_right(problem)
    tolerances = _tolerances(problem)
    if not tolerances:
        return None
    coarse, fine = (
        average(scattering_transmission(potential, mass, to_right, tolerances[0], finer), problem, marks=marks)
        for finer in (1, 2)
    )
    error = fine.error + abs(fine - coarse) + _ROUNDING * fine
    if tolerances[0] != _FAINT[0]:
        # what was cut off is seen from cutting off more
        cut = average(scattering_transmission(potential, mass, to_right, 30 * tolerances[0]), problem, marks=marks)
        error += abs(fine - cut)
    return Estimate(fine, error)


def shares_of(problem: Problem) -> Shares | None:
    """The shares of a packet, each with its error; None where the potential reaches too far for it.

    Gaussians are projected on the states that go out on either side; what is written otherwise is averaged, see `wave_average`.
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
    if tolerances[0] == _FAINT[0]:
        return shares
    cut = _projected(problem, packet, terrain_of(problem.potential, mass, 30 * tolerances[0]))
    through, back = (
        Estimate(one, one.error + abs(one - other)) for one, other in zip(shares[:2], cut[:2], strict=True)
    )
    return Shares(through, back, shares.log_through)


def _projected(problem: Problem, packet: tuple[theory.Gaussian, ...], terrain: theory.Terrain) -> Shares:
    mass = float(problem.mass)
    if not moves_right(problem):
        terrain, packet = terrain.mirrored, tuple(part.mirrored for part in packet)
    through = theory.transmitted_share(terrain, packet, mass)
    if terrain.lowest >= min(terrain.v_left, terrain.v_right):
        # nothing can stay
        back = Estimate(1.0 - through.value, through.error + 1e-15)
    else:
        other = theory.transmitted_share(terrain.mirrored, tuple(part.mirrored for part in packet), mass)
        back = Estimate(other.value, other.error)
    return Shares(Estimate(through.value, through.error), back, through.log)


def _starts_inside(problem: Problem, packet: tuple[theory.Gaussian, ...]) -> bool:
    left, right = problem.potential.support(_FAINT[0])
    if moves_right(problem):
        return any(left - part.center < theory.REACH * part.width for part in packet)
    return any(part.center - right < theory.REACH * part.width for part in packet)


def _standing(problem: Problem, packet: tuple[theory.Gaussian, ...]) -> float:
    """What comes back and what moves away from the start may have to do with each other: at most what an average of T(E) misses where V is lower behind."""
    ends = problem.potential.asymptotes()
    front, behind = ends if moves_right(problem) else ends[::-1]
    return sum(theory.standing_share(part) for part in packet) if front > behind else 0.0


def _beyond(problem: Problem, part: theory.Gaussian) -> float:
    """The probability of a Gaussian that starts inside or behind the potential."""
    left, right = problem.potential.support(_FELT)
    clear = left - part.center if moves_right(problem) else part.center - right
    return math.erfc(clear / part.width / math.sqrt(2)) / 2


def _tolerances(problem: Problem) -> list[float]:
    """Where V may be cut off, faintest first, so that the packet's waves need not cross too many cells."""
    packet = gaussians_of(problem.state, float(problem.mass)) or ()
    return cuts_for(problem.potential, max((abs(part.momentum) + 5 / part.width for part in packet), default=0.0))


def cuts_for(potential: AbstractPotential, fastest: float) -> list[float]:
    """Shares of its height below which V may be cut off, faintest first, so that a wave number need not cross too many cells.

    Args:
        potential: V.
        fastest: the largest wave number [1/length].
    """
    lengths = {tolerance: float(np.diff(potential.support(tolerance))[0]) for tolerance in _FAINT}
    return [tolerance for tolerance, length in lengths.items() if fastest * length < LARGEST_PHASE]


def _both(through: dict[str, Estimate], shares: Shares | None) -> Predictions:
    """The reflected share is the rest of each average: components that start the other way never meet the potential."""
    if not through:
        return {}
    back = {name: Estimate(1.0 - value, value.error + 1e-15) for name, value in through.items()}
    if shares is not None:
        back["projection"] = shares.back
    return {"transmitted_probability": dict(through), "reflected_probability": dict(back)}
