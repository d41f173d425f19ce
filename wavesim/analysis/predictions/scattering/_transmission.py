"""T(E) by theory: closed forms, the scattering method, and textbook approximations."""

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
    """The one-dimensional problem of a product state in a V(x) or a separable V; any other unchanged."""
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


# probability left out on either side of a range: what remains is the packet's median
_MIDDLE = 0.5 - 1e-9
# largest mean momentum of a packet at rest, relative to its largest momentum
_AT_REST = 1e-9


def moves_right(problem: Problem) -> bool:
    """Whether the packet comes from the left, by its mean momentum, or at rest by its position."""
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
    """T of the kinetic energy on the incoming side, in closed form and by the scattering method.

    Empty for a potential that depends on time, which a frozen V does not describe.
    """
    if not problem.potential.static:
        return {}
    closed = closed_form(problem)
    forms = {} if closed is None else {"closed_form": closed}
    return forms | {"scattering": scattering_transmission(problem.potential, problem.mass, moves_right(problem))}


def closed_form(problem: Problem) -> TransmissionOf | None:
    """T of the kinetic energy on the incoming side in closed form; None where there is none."""
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
    """Average of T(E) over a Gaussian packet, to `tolerance`; a small average to a relative max(1e-9, tolerance).

    For a packet that starts outside the potential; see `packet_theories` for any other. The error is that of the average, not of T.

    Args:
        transmission: T of the kinetic energy on the incoming side.
        problem: supplies the packet and the mass.
        tolerance: absolute.
        marks: energies around which T varies fast; see `resonance_marks`.
    """
    packet = problem.state
    assert isinstance(packet, GaussianPacket)
    momentum = abs(float(packet.mean_momentum(problem.mass)))

    def mean_within(target: float) -> theory.PacketTransmission:
        return theory.packet_transmission(
            transmission, momentum, packet.width, problem.mass, tolerance=target, marks=marks
        )

    mean, target = mean_within(tolerance), tolerance
    if 0 < mean.value < 1e-4:
        target = max(1e-9, tolerance) * float(mean.value)
        mean = mean_within(target)
    return Estimate(float(mean.value), min(float(mean.error), target))


def scattering_transmission(
    potential: AbstractPotential, mass: float, to_right: bool = True, faint: float = FAINTEST, finer: int = 1
) -> TransmissionOf:
    """T(E) of any potential that is flat on both sides, deltas included; E is relative to V on the incoming side.

    V is divided into cells once, and each call takes milliseconds: see `wavesim.theory.surveyed`.

    Args:
        potential: static, of one dimension.
        mass: of the particle.
        to_right: whether the waves come from the left.
        faint: share of its height at which V is cut off.
        finer: number of parts into which every cell is cut, for a second resolution.
    """
    near = potential.asymptotes()[0 if to_right else 1]

    @functools.cache
    def by_cells() -> Callable[[Any], np.ndarray]:
        terrain = terrain_of(potential, float(mass), faint)
        return theory.terrain_transmission(terrain if to_right else terrain.mirrored, float(mass), finer)

    return lambda energy: by_cells()(np.asarray(energy, float) + near)


def approximate_transmissions(problem: Problem) -> dict[str, TransmissionOf]:
    """Textbook approximations to T(E) of a single barrier, for display and not for checks.

    ``wkb`` exp(-2 S), 1 above the top; ``kemble`` 1/(1 + exp(2 S)), for a smooth top that is no table; ``thick_barrier`` of a rectangle and
    ``fowler_nordheim`` of a triangle, which hold only below the top (see `BELOW_TOP`). Empty for wells, steps, deltas and several barriers.
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
    approximations: dict[str, TransmissionOf] = {}
    if potential.smooth and _is_continued(potential, barrier, (low, high), top, mass):
        approximations["kemble"] = lambda e: theory.kemble_transmission(barrier, e, low, high, mass=mass)
    elif isinstance(potential, ParabolicBarrier):
        approximations["kemble"] = lambda e: theory.parabolic_transmission(e, potential.height, potential.width, mass)
    elif isinstance(potential, RectangularBarrier):
        approximations["thick_barrier"] = lambda e: theory.thick_barrier_transmission(
            e, potential.height, potential.width, mass
        )
    elif isinstance(potential, TriangularBarrier):
        approximations["fowler_nordheim"] = lambda e: theory.fowler_nordheim_transmission(
            e, potential.height, potential.width, mass
        )
    approximations["wkb"] = lambda e: theory.wkb_transmission(barrier, e, low, high, edges=edges, mass=mass)
    return approximations


def _is_continued(
    potential: AbstractPotential, barrier: Callable[[Any], Any], span: tuple[float, float], top: float, mass: float
) -> bool:
    """Whether the turning points continue into the complex plane above the top.

    Not for a table, nor for a top as flat as x^4.
    """
    if len(potential.knots):
        return False
    try:
        with np.errstate(all="ignore"):
            above = theory.kemble_exponent(barrier, top * np.array([1.01, 2.0]), *span, mass=mass)
    except ArgumentError:
        # no curvature at a flat top; others with a flat top have a curvature of rounding and fail below
        return False
    return bool(np.isfinite(above).all())


@functools.lru_cache(maxsize=16)
def _compiled(potential: AbstractPotential, mass: float, near: float) -> Callable[[Any], Any]:
    """V(x) relative to the near side; cached, so that code compiled for the function is reused."""
    return lambda x: potential.value((x,), mass=mass) - near


# approximations that hold only below the top
BELOW_TOP = ("thick_barrier", "fowler_nordheim")


def single_top(potential: AbstractPotential, mass: float) -> float | None:
    """Height of a single barrier between equal asymptotes; None for any other potential."""
    near, far = potential.asymptotes()
    top = barrier_top(potential, mass) if near == far else None
    return None if top is None else top - near


def barrier_top(potential: AbstractPotential, mass: float, wells: bool = False) -> float | None:
    """V at the top of a single barrier, with equal or different asymptotes; None for any other potential.

    With `wells`, V may dip below both asymptotes beside the barrier, as where a reaction complex forms first.
    """
    low, high = potential.support(1e-12)
    ends = potential.asymptotes()
    if potential.spikes or not low < high:
        return None
    pad = 1e-9 * (high - low)
    edges = np.asarray(potential.edges, float)
    x = np.sort(np.concatenate([np.linspace(low - pad, high + pad, 2049), edges - pad, edges + pad]))

    def value(x: np.ndarray) -> np.ndarray:
        if isinstance(potential, AbstractMassStructure):
            return np.asarray(potential.band_edge(x))
        return values_at(potential, x, mass)

    values = value(x)
    at = int(np.argmax(values))
    bracket = (float(x[max(at - 1, 0)]), float(x[min(at + 1, len(x) - 1)]))
    optimum = scipy.optimize.minimize_scalar(
        lambda position: -float(value(np.array([position]))[0]), bounds=bracket, method="bounded"
    )
    # refined between samples, for a rate is exponential in the top through Boltzmann's factor
    top = max(float(values[at]), -float(optimum.fun))  # type: ignore[attr-defined]
    height = top - max(ends)
    if not height > 0:
        return None
    if wells:
        values = np.maximum(values, max(ends))
    rises = np.diff(np.concatenate([[ends[0]], values, [ends[1]]]))
    turns = np.sign(rises[np.abs(rises) > 1e-9 * height])
    return top if np.count_nonzero(np.diff(turns)) == 1 else None
