"""T(E) by theory: closed forms, the scattering method, and the approximations of the textbooks, all as functions of the energy."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy

from .... import theory
from ....errors import ArgumentError
from ....potentials import (
    AbstractMassStructure,
    AbstractPotential,
    DeltaBarrier,
    DeltaWell,
    DoubleBarrier,
    DoubleDeltaWell,
    EckartBarrier,
    ParabolicBarrier,
    RectangularBarrier,
    Separable,
    Step,
    TriangularBarrier,
    values_at,
)
from ....problem import Problem
from ....states import GaussianPacket, Product, as_packet
from ...bars import Estimate
from ._mass_structures import mass_exponent
from ._terrain import FAINTEST, terrain_of

TransmissionOf = Callable[[Any], Any]


def along_first_axis(problem: Problem) -> Problem:
    """The one-dimensional problem that scatters a product of packets where V is separable, or depends on the first axis alone; others as they are."""
    potential, state = problem.potential, problem.state
    if not isinstance(state, Product) or state.identical:
        return problem
    if isinstance(potential, Separable):
        potential = potential.terms[0]
    return (
        problem
        if potential.dimension > 1
        else dataclasses.replace(problem, potential=potential, state=state.factors[0])
    )


# of the probability, on either side: what is left is the middle of a packet
_MIDDLE = 0.5 - 1e-9
# a mean momentum that is this share of the largest is none
_AT_REST = 1e-9


def moves_right(problem: Problem) -> bool:
    """Whether the packet comes from the left: by its mean momentum, and at rest by where it is."""
    state = problem.state.factors[0] if isinstance(problem.state, Product) else problem.state
    mass = float(problem.mass)
    packet = as_packet(state, mass)
    if packet is None:
        return True
    mean = sum(packet.momentum_range(_MIDDLE, mass)) / 2
    if abs(mean) > _AT_REST * max(map(abs, packet.momentum_range(1e-3, mass))):
        return mean > 0
    return sum(packet.position_range(_MIDDLE)) <= sum(problem.potential.support(1e-3))


def transmission_theories(problem: Problem) -> dict[str, TransmissionOf]:
    """T as a function of the kinetic energy on the incoming side: a closed form where there is one, and the scattering method.

    Empty for a potential that depends on time: one that is frozen is another one.
    """
    if not problem.potential.static:
        return {}
    closed = closed_form(problem)
    forms = {} if closed is None else {"closed_form": closed}
    return forms | {"scattering": scattering_transmission(problem.potential, problem.mass, moves_right(problem))}


def closed_form(problem: Problem) -> TransmissionOf | None:
    """T of the kinetic energy on the incoming side in closed form, where there is one."""
    potential, mass = problem.potential, problem.mass
    match potential:
        case RectangularBarrier():
            return lambda e: theory.rectangular_transmission(e, potential.height, potential.width, mass)
        case EckartBarrier():
            return lambda e: theory.eckart_transmission(e, potential.height, potential.width, mass)
        case Step():
            height = potential.height if moves_right(problem) else -potential.height
            return lambda e: theory.step_transmission(e, height, mass)
        case DoubleBarrier():
            return lambda e: theory.double_rectangular_transmission(
                e, potential.height, potential.width, potential.separation, mass
            )
        case TriangularBarrier():
            return lambda e: theory.triangular_transmission(e, potential.height, potential.width, mass)
        case DeltaBarrier() | DeltaWell():
            return lambda e: theory.delta_transmission(e, potential.strength, mass)
        case DoubleDeltaWell():
            return lambda e: theory.double_delta_transmission(e, -potential.strength, potential.separation, mass)
    return None


def average(
    transmission: TransmissionOf, problem: Problem, tolerance: float = 1e-13, marks: np.ndarray | tuple[()] = ()
) -> Estimate:
    """What T(E) lets through of the problem's Gaussian packet, to `tolerance`, and to a relative 1e-9, or `tolerance`, where it is small.

    For a packet that starts clear of the potential; see `packet_theories` for one that does not. The error is that of the average, not of T.

    Args:
        transmission: T of the kinetic energy on the incoming side.
        problem: its packet counts.
        tolerance: absolute.
        marks: energies about which T varies fast; see `resonance_marks`.
    """
    packet = problem.state
    assert isinstance(packet, GaussianPacket)
    momentum = abs(float(packet.mean_momentum(problem.mass)))

    def to(aim: float) -> theory.PacketTransmission:
        return theory.packet_transmission(
            transmission, momentum, packet.width, problem.mass, tolerance=aim, marks=marks
        )

    mean, aim = to(tolerance), tolerance
    if 0 < mean.value < 1e-4:
        aim = max(1e-9, tolerance) * float(mean.value)
        mean = to(aim)
    return Estimate(float(mean.value), min(float(mean.error), aim))


def scattering_transmission(
    potential: AbstractPotential, mass: float, to_right: bool = True, faint: float = FAINTEST, finer: int = 1
) -> TransmissionOf:
    """T(E) of any potential that is flat on both sides, deltas included; E is counted from the incoming side's V.

    V is surveyed once, and each call costs milliseconds: see `wavesim.theory.surveyed`.

    Args:
        potential: static, of one dimension.
        mass: of the particle.
        to_right: whether the waves come from the left.
        faint: V is cut off where it is this share of its height.
        finer: cut every cell into so many more, for a second resolution.
    """
    near = potential.asymptotes()[0 if to_right else 1]

    @functools.cache
    def known() -> Callable[[Any], np.ndarray]:
        whole = terrain_of(potential, float(mass), faint)
        return theory.terrain_transmission(whole if to_right else whole.mirrored, float(mass), finer)

    return lambda energy: known()(np.asarray(energy, float) + near)


def approximate_transmissions(problem: Problem) -> dict[str, TransmissionOf]:
    """What textbooks give for a single barrier between equal levels, beside the exact T(E): never the theory to be compared with.

    ``wkb`` exp(-2 S), 1 above the top; ``kemble`` 1/(1 + exp(2 S)), of a smooth top that is no table; ``thick_barrier`` of a rectangle and
    ``fowler_nordheim`` of a triangle, which hold below the top alone (see `below_top`). Empty for wells, steps, deltas and several barriers.
    """
    potential, mass = problem.potential, float(problem.mass)
    top = single_top(potential, mass) if potential.static else None
    if top is None:
        return {}
    if isinstance(potential, AbstractMassStructure):
        return {"wkb": lambda e: np.exp(-2 * mass_exponent(potential, mass, np.asarray(e, float)))}
    low, high = potential.support(1e-12)
    near, pad = potential.asymptotes()[0], 1e-9 * (high - low)
    low, high = low - pad, high + pad
    edges = tuple(edge for edge in potential.edges if low < edge < high)
    barrier = _compiled(potential, mass, near)
    chosen: dict[str, TransmissionOf] = {}
    if potential.smooth and _is_continued(potential, barrier, (low, high), top, mass):
        chosen["kemble"] = lambda e: theory.kemble_transmission(barrier, e, low, high, mass=mass)
    elif isinstance(potential, ParabolicBarrier):
        chosen["kemble"] = lambda e: theory.parabolic_transmission(e, potential.height, potential.width, mass)
    elif isinstance(potential, RectangularBarrier):
        chosen["thick_barrier"] = lambda e: theory.thick_barrier_transmission(
            e, potential.height, potential.width, mass
        )
    elif isinstance(potential, TriangularBarrier):
        chosen["fowler_nordheim"] = lambda e: theory.fowler_nordheim_transmission(
            e, potential.height, potential.width, mass
        )
    chosen["wkb"] = lambda e: theory.wkb_transmission(barrier, e, low, high, edges=edges, mass=mass)
    return chosen


def _is_continued(
    potential: AbstractPotential, barrier: Callable[[Any], Any], span: tuple[float, float], top: float, mass: float
) -> bool:
    """Whether the turning points leave the top into the complex plane: not those of a table, nor of a top as flat as x^4."""
    if len(potential.knots):
        return False
    try:
        with np.errstate(all="ignore"):
            above = theory.kemble_exponent(barrier, top * np.array([1.01, 2.0]), *span, mass=mass)
    except ArgumentError:
        # as formulas go, some flat tops have no curvature at all, others that of rounding
        return False
    return bool(np.isfinite(above).all())


@functools.lru_cache(maxsize=16)
def _compiled(potential: AbstractPotential, mass: float, near: float) -> Callable[[Any], Any]:
    """V(x) counted from the near side: the same function each time, so that what is made of it is made once."""
    return lambda x: potential.value((x,), mass=mass) - near


BELOW_TOP = ("thick_barrier", "fowler_nordheim")


def single_top(potential: AbstractPotential, mass: float) -> float | None:
    """The height of a single barrier between equal levels; None where there is something else."""
    near, far = potential.asymptotes()
    top = barrier_top(potential, mass) if near == far else None
    return None if top is None else top - near


def barrier_top(potential: AbstractPotential, mass: float, wells: bool = False) -> float | None:
    """V at the top of a single barrier between levels, be they equal or not; None where there is something else.

    With `wells`, V may dip below both levels beside it, as it does where a complex is formed first.
    """
    low, high = potential.support(1e-12)
    ends = potential.asymptotes()
    if potential.spikes or not low < high:
        return None
    pad = 1e-9 * (high - low)
    edges = np.asarray(potential.edges, float)
    x = np.sort(np.concatenate([np.linspace(low - pad, high + pad, 2049), edges - pad, edges + pad]))

    def along(x: np.ndarray) -> np.ndarray:
        if isinstance(potential, AbstractMassStructure):
            return np.asarray(potential.band_edge(x))
        return values_at(potential, x, mass)

    values = along(x)
    at = int(np.argmax(values))
    beside = (float(x[max(at - 1, 0)]), float(x[min(at + 1, len(x) - 1)]))
    closer = scipy.optimize.minimize_scalar(
        lambda place: -float(along(np.array([place]))[0]), bounds=beside, method="bounded"
    )
    # a top between two samples; Boltzmann's factor knows a thousandth of it
    top = max(float(values[at]), -float(closer.fun))  # type: ignore[attr-defined]
    height = top - max(ends)
    if not height > 0:
        return None
    if wells:
        values = np.maximum(values, max(ends))
    rises = np.diff(np.concatenate([[ends[0]], values, [ends[1]]]))
    turns = np.sign(rises[np.abs(rises) > 1e-9 * height])
    return top if np.count_nonzero(np.diff(turns)) == 1 else None
