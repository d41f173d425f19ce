"""Box and elements for levels in one dimension, from samples of the potential."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from ...._amounts import amount
from ...._typing import LENGTH
from ....elements import ElementHamiltonian, gauss_points, reference
from ....ends import Axis, Ends
from ....errors import NumericsError
from ....potentials import AbstractPotential, restricted, values_at
from ....ring_elements import RingHamiltonian

# degree of the elements
DEGREE = 14
# int kappa dx from the outermost turning point to the end of the box: the wall shifts a level by exp(-40) of its kinetic energy
TAIL = 20.0
# samples of V on each side of the structure
_OUTER_SAMPLES = 2048
# nearest and farthest of them, in widths of the structure
_NEAREST, _FARTHEST = 1e-4, 1e8
# samples of V within the structure
_INNER_SAMPLES = 8192
# phase of the fastest wave in an element [radians]; polynomials of degree 14 represent it to 1e-9
_PHASE = 6.0
# largest of the three last coefficients of V in an element, relative to |V - E|
_COEFFICIENT_TOLERANCE = 1e-8
# largest error of its polynomial at check points between the Gauss points, relative to |V - E|
_CHECK_TOLERANCE = 1e-7
_CHECK_POINTS = 32
# additional check points at the ends of an element, beyond the last Gauss point
_END_POINTS = 1 - np.geomspace(1e-2, 1e-8, 4)
# elements of equal length within the structure at first
_FIRST_ELEMENTS = 32
_ROUNDS = 60
# length below which no element is halved, even around a singularity, relative to its position and to the box
_SHORTEST = 1e-14
# V above this counts as infinite; its square is still finite
_HIGHEST = 1e100


class Profile:
    """V along a line, finite or infinite.

    Args:
        potential: of one dimension, static or taken at time 0.
        mass: of the particle; the V of an oscillator depends on it.
        ends: walls, or the period of a ring; None for the whole line.
    """

    def __init__(self, potential: AbstractPotential, mass: float, ends: Ends | None = None) -> None:
        self.potential, self.mass, self.ends = restricted(potential, ends), mass, ends
        self.interval = (-math.inf, math.inf) if ends is None else ends.interval

    @property
    def ring(self) -> Axis | None:
        """Axis of a ring; None for walls or the whole line."""
        return self.ends if isinstance(self.ends, Axis) else None

    @property
    def edges(self) -> tuple[float, ...]:
        """Positions of jumps and kinks of V between the ends [length]."""
        low, high = self.interval
        return tuple(float(edge) for edge in self.potential.edges if low < edge < high)

    @property
    def deltas(self) -> tuple[tuple[float, float], ...]:
        """Position and strength of each delta between the ends [length, energy x length]."""
        low, high = self.interval
        pairs = zip(self.potential.spikes, self.potential.strengths, strict=True)
        return tuple((float(at), float(size)) for at, size in pairs if low < at < high)

    @property
    def rim(self) -> float:
        """Energy above which no state is bound; infinite between walls and on a ring [energy]."""
        open_to = [math.isinf(end) for end in self.interval]
        ends = self.potential.asymptotes() if any(open_to) else ()
        return min((end for end, free in zip(ends, open_to, strict=False) if free), default=math.inf)

    def hamiltonian(self, nodes: np.ndarray, degree: int) -> ElementHamiltonian:
        """H on a mesh."""
        values, strengths = self(gauss_points(nodes, degree)), np.zeros(len(nodes))
        for position, strength in self.deltas:
            strengths[np.argmin(np.abs(nodes - position))] += strength
        if self.ring is None:
            return ElementHamiltonian(nodes, values, strengths, self.mass, degree)
        return RingHamiltonian(nodes, values, strengths, self.mass, degree, 2 * math.pi * float(self.ring.flux))

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """V at positions of any shape; inf where V is nan, as far out where it overflows [energy]."""
        values = values_at(self.potential, x, self.mass)
        values = np.where(np.isnan(values), math.inf, values)
        return np.where(np.isfinite(values), np.minimum(values, _HIGHEST), values)


@dataclasses.dataclass(frozen=True)
class Outlook:
    """Samples of V from its structure out to a hundred million times its width on both sides.

    Attributes:
        core: interval of the structure [length].
        x: increasing positions, shape (n,) [length].
        values: V there [energy].
        spikes: positions of the outermost deltas; empty where there are none [length].
        walls: position of the hard wall, or where V becomes infinite, on each side; None without one [length].
        mass: of the particle.
        depth_of_deltas: m (sum of strengths)^2/2, by which deltas may bind below the minimum of V [energy].
        whole: whether the box is always the whole core, as on a ring.
    """

    core: tuple[float, float]
    x: np.ndarray
    values: np.ndarray
    spikes: tuple[float, ...]
    walls: tuple[float | None, float | None]
    mass: float
    depth_of_deltas: float
    whole: bool = False

    @property
    def floor(self) -> float:
        """Lower bound on all levels [energy]."""
        return float(self.values.min()) - self.depth_of_deltas

    def box(self, energy: float) -> tuple[float, float]:
        """Ends at which int kappa dx from the outermost turning points reaches `TAIL`, or V is infinite."""
        if self.whole:
            return self.core
        kappa = np.sqrt(2 * self.mass * np.maximum(self.values - energy, 0.0))
        steps = np.minimum(kappa[1:], kappa[:-1]) * np.diff(self.x)
        allowed = np.flatnonzero(kappa == 0)
        allowed = np.concatenate([allowed, np.clip(np.searchsorted(self.x, self.spikes), 1, len(self.x) - 1)]).astype(
            int
        )
        first, last = (int(allowed.min()), int(allowed.max())) if len(allowed) else (int(np.argmin(self.values)),) * 2
        left = first - 1 - int(np.searchsorted(np.cumsum(steps[:first][::-1]), TAIL))
        right = last + 1 + int(np.searchsorted(np.cumsum(steps[last:]), TAIL))
        return float(self.x[max(left, 0)]), float(self.x[min(right, len(self.x) - 1)])

    def highest(self, count: int) -> float:
        """Energy with a phase int p dx of `count` half waves, an estimate of that level [energy]."""
        width = self.core[1] - self.core[0]
        low, high = self.floor, self.floor + max((math.pi * count / width) ** 2 / (2 * self.mass), 1e-300)

        def phase(energy: float) -> float:
            momentum = np.sqrt(2 * self.mass * np.maximum(energy - self.values, 0.0))
            return float(np.sum((momentum[1:] + momentum[:-1]) / 2 * np.diff(self.x)))

        while phase(high) < math.pi * count:
            high = self.floor + 2 * (high - self.floor)
        for _ in range(40):
            middle = (low + high) / 2
            low, high = (middle, high) if phase(middle) < math.pi * count else (low, middle)
        return high


def outlook(profile: Profile) -> Outlook:
    """Sample V within its structure and outwards.

    Raises:
        NumericsError: if V is infinite within its structure.
    """
    potential, mass = profile.potential, profile.mass
    spikes = tuple(sorted(position for position, _ in profile.deltas))
    marks = [*profile.edges, *spikes]
    ends = np.clip(potential.support(1e-3), *profile.interval)
    low, high = float(min([ends[0], *marks])), float(max([ends[1], *marks]))
    strength = sum(abs(size) for _, size in profile.deltas)
    first, last = profile.interval
    if math.isfinite(last - first):
        low, high, width = first, last, last - first
    else:
        # one-sided walls replace the end of the structure
        low, high = (first if math.isfinite(first) else low), (last if math.isfinite(last) else high)
        width = max(high - low, 1 / (mass * strength) if strength else 0.0) or 1.0
        low, high = max(low - 0.1 * width, first), min(high + 0.1 * width, last)
    inside = np.linspace(low, high, _INNER_SAMPLES)
    parts, samples, walls = [inside], [profile(inside)], []
    if not np.all(np.isfinite(samples[0])):
        raise NumericsError(
            f"V must be finite between {amount(low, LENGTH)} and {amount(high, LENGTH)}, where its structure lies, but is not; "
            "ask for the levels of one well at a time."
        )
    for sign, end, limit in ((-1.0, low, first), (1.0, high, last)):
        if math.isfinite(limit):
            parts.append(np.array([limit]))
            samples.append(np.array([_HIGHEST]))
            walls.append(limit)
            continue
        x = end + sign * width * np.geomspace(_NEAREST, _FARTHEST, _OUTER_SAMPLES)
        values = profile(x)
        infinite = np.flatnonzero(~np.isfinite(values))
        wall = None
        if len(infinite):
            x, values = x[: infinite[0] + 1], values[: infinite[0] + 1]
            wall = _wall(profile, float(x[-2]) if len(x) > 1 else end, float(x[-1]))
            x[-1], values[-1] = wall, _HIGHEST
        parts.append(x)
        samples.append(values)
        walls.append(wall)
    return Outlook(
        core=(low, high),
        x=np.concatenate([parts[1][::-1], parts[0], parts[2]]),
        values=np.concatenate([samples[1][::-1], samples[0], samples[2]]),
        spikes=spikes[:1] + spikes[-1:],
        walls=(walls[0], walls[1]),
        mass=mass,
        depth_of_deltas=mass * strength**2 / 2,
        whole=profile.ring is not None,
    )


def _wall(profile: Profile, inside: float, beyond: float) -> float:
    """Position between two others at which V becomes infinite, by bisection."""
    for _ in range(60):
        middle = (inside + beyond) / 2
        inside, beyond = (middle, beyond) if np.isfinite(profile(np.array([middle])))[0] else (inside, middle)
    return inside


def meshed(profile: Profile, view: Outlook, box: tuple[float, float], energy: float) -> np.ndarray:
    """Nodes of elements on which V and a wave of this energy are polynomials of degree 14 to many digits.

    Elements are halved until the polynomial through V at the Gauss points has small high coefficients and agrees with V at check points. This
    resolves narrow features, and kinks and jumps that V does not list as edges.

    Returns:
        increasing, shape (elements + 1,) [length].
    """
    low, high = box
    core = max(low, view.core[0]), min(high, view.core[1])
    inner, width = np.linspace(*core, _FIRST_ELEMENTS + 1), core[1] - core[0]
    shells = width * 1.5 ** np.arange(-3, math.ceil(math.log(max(high - low, width) / width, 1.5)) + 2)
    knots = (float(position) for position in profile.potential.knots)
    marks = [*profile.edges, *(position for position, _ in profile.deltas), *knots]
    candidates = np.concatenate([inner, core[0] - shells, core[1] + shells, marks])
    nodes = np.unique(np.concatenate([[low, high], candidates[(candidates > low) & (candidates < high)]]))
    nodes = nodes[np.concatenate([[True], np.diff(nodes) > 1e-12 * (np.abs(nodes[1:]) + 1e-3 * (nodes[1:] - low))])]
    nodes[-1] = high
    checked: np.ndarray = np.zeros(len(nodes) - 1, bool)
    for _ in range(_ROUNDS):
        values = profile(gauss_points(nodes, DEGREE))
        split = _rough(profile, nodes, values, energy, ~checked)
        shortest = _SHORTEST * np.maximum(np.abs(nodes[1:]), high - low)
        split &= np.diff(nodes) > 4 * shortest
        checked = ~split
        if not split.any():
            break
        nodes, checked = halved(nodes, split, checked)
    return nodes


def halved(nodes: np.ndarray, split: np.ndarray, checked: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """The mesh with some elements halved, and flags of its checked elements, False for the halves."""
    middles = (nodes[:-1] + nodes[1:])[split] / 2
    repeats = 1 + split.astype(int)
    flags = np.zeros(len(split), bool) if checked is None else checked & ~split
    return np.sort(np.concatenate([nodes, middles])), np.repeat(flags, repeats)


def _rough(profile: Profile, nodes: np.ndarray, values: np.ndarray, energy: float, unchecked: np.ndarray) -> np.ndarray:
    """Flags of the elements on which a polynomial does not represent V or the fastest wave."""
    element, mass = reference(DEGREE), profile.mass
    orders = len(element.points)
    legendre = np.polynomial.legendre.legvander(element.points, orders - 1)
    transform = legendre * element.weights[:, None] * (np.arange(orders) + 0.5)
    coefficients = values @ transform
    scale = np.max(np.abs(values - energy), axis=1)
    length = np.diff(nodes)
    waves = np.sqrt(2 * mass * np.maximum(energy - values.min(axis=1), 0.0)) * length
    rough = (np.max(np.abs(coefficients[:, -3:]), axis=1) > _COEFFICIENT_TOLERANCE * scale) | (waves > _PHASE)
    places = np.flatnonzero(unchecked & ~rough)
    if len(places):
        # shifted from element to element, so that a periodic V is not missed between the points
        shift = np.modf(0.5 + 0.6180339887498949 * np.arange(len(places)))[0]
        local = 2 * (np.arange(_CHECK_POINTS) + shift[:, None]) / _CHECK_POINTS - 1
        last = np.broadcast_to(_END_POINTS, (len(places), len(_END_POINTS)))
        local = np.concatenate([local, last, -last], axis=1)
        true = profile(nodes[places, None] + length[places, None] * (local + 1) / 2)
        table = np.polynomial.legendre.legvander(local, orders - 1)
        deviation = np.abs(true - np.einsum("exk,ek->ex", table, coefficients[places]))
        rough[places] |= np.max(deviation, axis=1) > _CHECK_TOLERANCE * scale[places]
    return rough


def strengths_at(potential: AbstractPotential, nodes: np.ndarray) -> np.ndarray:
    """Strength of the deltas on each node, shape (nodes,) [energy x length]."""
    strengths = np.zeros(len(nodes))
    for spike, strength in zip(potential.spikes, potential.strengths, strict=True):
        strengths[np.argmin(np.abs(nodes - float(spike)))] += float(strength)
    return strengths
