"""Basins of V in several dimensions: the allowed region at an energy, and the decay of waves outside of it."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from ..._cures import grid_cure
from ...errors import ArgumentError, NumericsError
from .._base import AbstractPotential

# smallest and largest distance at which V is sampled, about 0 and about each valley [length]
_NEAREST, _FARTHEST = 1e-3, 1e4
# half the number of distances about 0, and about each valley
_ABOUT_ZERO, _ABOUT_VALLEY = 60, 16
# number of valleys that are refined
_VALLEYS = 8
# points of a mesh over a basin along each axis, by the dimension
_FINE = {2: 161, 3: 49}
# iterations of energy and mesh
_ROUNDS = 4
# steps of a golden section
_SECTIONS = 60
# factor by which each of them shortens the interval
_GOLDEN = (math.sqrt(5) - 1) / 2
# V above this counts as infinite
_HIGHEST = 1e100
# least distance of a basin's energy from the rim, as a share of the depth
_BELOW_RIM = 1e-2
# height of a rim, in units of the energy, above which it counts as infinite
_UNBOUNDED = 1e6


@dataclasses.dataclass(frozen=True, eq=False)
class Basin:
    """V on a rectangular mesh that contains all places where it lies below an energy.

    Attributes:
        potential: V, static and confining at that energy.
        mass: of the particle.
        energy: up to which the basin is filled [energy].
        lines: coordinates along each axis, evenly spaced [length].
        values: V there, shape of the mesh, at most 1e100 [energy].
        rim: the lowest V far away along any axis, infinite where V rises without bound [energy].
    """

    potential: AbstractPotential
    mass: float
    energy: float
    lines: tuple[np.ndarray, ...]
    values: np.ndarray
    rim: float

    @property
    def depth(self) -> float:
        """The highest kinetic energy in the basin [energy]."""
        return self.energy - float(self.values.min())

    def span(self, axis: int) -> tuple[float, float]:
        """Interval along an axis in which V lies below the energy somewhere [length]."""
        others = tuple(number for number in range(len(self.lines)) if number != axis)
        low = np.flatnonzero(self.values.min(axis=others) < self.energy)
        line, last = self.lines[axis], len(self.lines[axis]) - 1
        return float(line[max(low[0] - 1, 0)]), float(line[min(low[-1] + 1, last)])

    def reach(self, axis: int, tail: float) -> tuple[float, float]:
        """Interval along an axis outside of which exp(-int kappa dx) of this energy is below `tail` [length].

        kappa^2 = 2 m (W - E), W the lowest V across the axis: no wave along it decays more slowly, since H >= p^2/(2 m) + W.

        Raises:
            NumericsError: if the waves do not decay that far.
        """
        low, high = self.span(axis)
        return self._end(axis, low, -1.0, tail), self._end(axis, high, 1.0, tail)

    def _end(self, axis: int, start: float, side: float, tail: float) -> float:
        width = self.lines[axis][-1] - self.lines[axis][0]
        away = width * np.concatenate([[0.0], np.geomspace(1e-3, _FARTHEST, 400)])
        lowest = self._lowest_across(axis, start + side * away)
        kappa = np.sqrt(2 * self.mass * np.maximum(lowest - self.energy, 0.0))
        action = np.concatenate([[0.0], np.cumsum(np.diff(away) * (kappa[1:] + kappa[:-1]) / 2)])
        target = -math.log(tail)
        if action[-1] < target:
            raise NumericsError(
                f"the levels need a V that holds the particle on all sides, but along {'xyz'[axis]} it stays below {self.energy:.4g}; "
                f"ask for fewer levels, or {grid_cure()}."
            )
        return start + side * float(np.interp(target, action, away))

    def _lowest_across(self, axis: int, places: np.ndarray) -> np.ndarray:
        """The lowest V in the planes across an axis: on a wide mesh, in two dimensions refined to the bottom of the valley."""
        others = [number for number in range(len(self.lines)) if number != axis]
        wide = [_about(0.0) if len(others) == 1 else _about(0.0)[::4] for _ in others]
        across = [np.union1d(line, self.lines[number]) for line, number in zip(wide, others, strict=True)]
        if len(others) > 1:
            across = [line[:: max(1, len(line) // 60)] for line in across]
        mesh: list[np.ndarray] = [places] * len(self.lines)
        mesh[axis] = places
        for number, line in zip(others, across, strict=True):
            mesh[number] = line
        values = _values(self.potential, mesh, self.mass)
        flat = np.moveaxis(values, axis, 0).reshape(len(places), -1)
        lowest = flat.min(axis=1)
        if len(others) > 1:
            return lowest
        line, at = across[0], np.clip(flat.argmin(axis=1), 1, len(across[0]) - 2)
        low, high = line[at - 1], line[at + 1]

        def along(y: np.ndarray) -> np.ndarray:
            return _on_points(self.potential, (places, y) if axis == 0 else (y, places), self.mass)

        for _ in range(_SECTIONS):
            left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
            falls = along(left) > along(right)
            low, high = np.where(falls, left, low), np.where(falls, high, right)
        return np.minimum(lowest, along((low + high) / 2))


def basin_of(potential: AbstractPotential, mass: float, count: int) -> Basin:
    """The basin that holds about `count` states, by their volume in phase space.

    N(E) = c_d (2 m)^(d/2)/(2 pi)^d int max(E - V, 0)^(d/2) d^d x, c_2 = pi and c_3 = 4 pi/3 the volumes of unit balls (Weyl's law).

    Args:
        potential: static, of plain numbers, in two or three dimensions.
        mass: of the particle.
        count: number of states, about that of the levels below the energy.

    Raises:
        NumericsError: if V does not confine so many states on all sides.

    Source: M. Brack, R. K. Bhaduri, Semiclassical Physics (1997), section 4.2.
    """
    lines = [_about(0.0) for _ in range(potential.dimension)]
    lines = [np.union1d(line, _structure(potential, axis)) for axis, line in enumerate(lines)]
    if len(lines) > 2:
        lines = [line[::2] for line in lines]
    values = _values(potential, lines, mass)
    for _ in range(2):
        valleys = _valleys(values)
        lines = [
            np.union1d(line, np.concatenate([_about(line[place[axis]], _ABOUT_VALLEY) for place in valleys]))
            for axis, line in enumerate(lines)
        ]
        if len(lines) > 2:
            lines = [line[:: max(1, len(line) // 120)] for line in lines]
        values = _values(potential, lines, mass)
    faces = [np.take(values, [0, -1], axis) for axis in range(len(lines))]
    rim, lowest = min(float(face.min()) for face in faces), float(values.min())
    if not rim > lowest:
        raise NumericsError(
            "the levels need a V that holds the particle on all sides, but far away it is nowhere higher than elsewhere; "
            f"{grid_cure()}."
        )
    basin = _filled(potential, mass, count, lines, values, rim)
    for _ in range(_ROUNDS):
        lines = [np.linspace(*basin.span(axis), _FINE[len(lines)]) for axis in range(len(lines))]
        basin = _filled(potential, mass, count, lines, _values(potential, lines, mass), rim)
    return basin


def _filled(
    potential: AbstractPotential, mass: float, count: int, lines: list[np.ndarray], values: np.ndarray, rim: float
) -> Basin:
    """A mesh filled up to the energy of `count` states, but below the rim: states near the rim need a larger box."""
    energy = _energy(lines, values, mass, count)
    if rim < _HIGHEST:
        energy = min(energy, rim - _BELOW_RIM * (rim - float(values.min())))
    unbounded = rim > _UNBOUNDED * abs(energy)
    return Basin(potential, mass, energy, tuple(lines), values, math.inf if unbounded else rim)


def _about(place: float, half: int = _ABOUT_ZERO) -> np.ndarray:
    away = np.geomspace(_NEAREST, _FARTHEST, 2 * half)
    return place + np.concatenate([-away[::-1], [0.0], away])


def _structure(potential: AbstractPotential, axis: int) -> np.ndarray:
    """Places along an axis over the extent of V, as far as it is known."""
    try:
        span = potential.extent(axis, 1e-3)
    except (ArgumentError, NumericsError):
        return np.array([])
    return np.array([]) if span is None or not np.all(np.isfinite(span)) else np.linspace(*span, 81)


def _values(potential: AbstractPotential, lines: list[np.ndarray], mass: float) -> np.ndarray:
    return _on_points(potential, tuple(np.meshgrid(*lines, indexing="ij", sparse=True)), mass)


def _on_points(potential: AbstractPotential, points: tuple[np.ndarray, ...], mass: float) -> np.ndarray:
    with np.errstate(all="ignore"):
        values = np.asarray(potential.value(points, mass=mass), float)  # type: ignore[arg-type]
    values = values + np.zeros(np.broadcast_shapes(*(point.shape for point in points)))
    return np.clip(np.where(np.isnan(values), math.inf, values), -_HIGHEST, _HIGHEST)


def _valleys(values: np.ndarray) -> list[tuple[int, ...]]:
    """The lowest local minima of a mesh, by neighbors along the axes."""
    lowest = np.ones(values.shape, bool)
    for axis in range(values.ndim):
        before, after = np.roll(values, 1, axis), np.roll(values, -1, axis)
        lowest &= (values <= before) & (values <= after)
    places = np.argwhere(lowest)
    order = np.argsort(values[lowest])[:_VALLEYS]
    return [tuple(place) for place in places[order].tolist()]


def _energy(lines: list[np.ndarray], values: np.ndarray, mass: float, count: int) -> float:
    """The energy below which phase space holds `count` states."""
    dimension = len(lines)
    cells = np.ones((1,) * dimension)
    for axis, line in enumerate(lines):
        share = np.gradient(line)
        cells = cells * share.reshape([-1 if number == axis else 1 for number in range(dimension)])
    ball = math.pi ** (dimension / 2) / math.gamma(dimension / 2 + 1)
    factor = ball * (2 * mass) ** (dimension / 2) / (2 * math.pi) ** dimension
    low = float(values.min())
    heights, weights = (values - low).ravel(), np.broadcast_to(cells, values.shape).ravel()
    near = heights < _HIGHEST / 2
    heights, weights = heights[near], weights[near]

    def states(energy: float) -> float:
        return factor * float(np.sum(np.maximum(energy - heights, 0.0) ** (dimension / 2) * weights))

    under, over = 0.0, max(float(np.median(heights)), 1e-300)
    while states(over) < count and over < _HIGHEST:
        over *= 4
    for _ in range(_SECTIONS):
        middle = (under + over) / 2
        under, over = (middle, over) if states(middle) < count else (under, middle)
    return low + over
