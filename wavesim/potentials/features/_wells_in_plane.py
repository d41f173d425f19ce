"""The two wells of a potential of several dimensions, the pass between them, and the surface that divides them."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable

import numpy as np
import scipy

from .._base import AbstractPotential
from ._basin import basin_of

# number of states in the basin in which wells are located
_STATES = 12
# least height of a pass above the upper well, as a share of that above the lower one
_LEAST = 1e-6
# successive differences for slopes of V, in mesh spacings
_REACHES = (1.0, 1e-1, 1e-2, 1e-3)
# largest distance of a pass from its place on the mesh, in mesh spacings
_NEAR = 3.0
# largest slope at a pass, relative to that at its place on the mesh
_FLAT = 1e-6


@dataclasses.dataclass(frozen=True, eq=False)
class WellsInPlane:
    """Two wells of a static V in two or three dimensions.

    Attributes:
        potential: V.
        bottoms: of the left and of the right well, in order along the first axis on which they differ [length].
        depths: V there [energy].
        summit: the lowest pass between them [length].
        top: V there [energy].
        normal: unit vector along which V falls from the pass, from left to right; the plane normal to it divides the wells.
    """

    potential: AbstractPotential
    bottoms: tuple[np.ndarray, np.ndarray]
    depths: tuple[float, float]
    summit: np.ndarray
    top: float
    normal: np.ndarray


def wells_in_plane(potential: AbstractPotential, mass: float) -> WellsInPlane | None:
    """The deepest well and the one behind the highest pass from it; None where V has no two wells.

    A mesh is flooded from below: a well ends where its water meets that of a deeper one. At the pass grad V vanishes.

    Args:
        potential: static, of plain numbers, in two or three dimensions.
        mass: of the particle.

    Raises:
        NumericsError: if V does not confine a particle.

    Source: for the flooding, L. Vincent, P. Soille, IEEE Trans. Pattern Anal. Mach. Intell. 13, 583 (1991).
    """
    basin = basin_of(potential, mass, _STATES)
    deepest, second, meeting = _flooded(basin.values)
    if second is None or meeting is None:
        return None
    places = [np.array([line[n] for line, n in zip(basin.lines, at, strict=True)]) for at in (deepest, second, meeting)]
    steps = np.array([line[1] - line[0] for line in basin.lines])

    def value(place: np.ndarray) -> float:
        return float(np.asarray(potential.value(tuple(np.array([c]) for c in place), mass=mass))[0])  # type: ignore[arg-type]

    bottoms = [_bottom(value, place, steps) for place in places[:2]]
    summit, falling = _pass(value, places[2], steps, bottoms[1] - bottoms[0])
    depths, top = [value(place) for place in bottoms], value(summit)
    if not top - max(depths) > _LEAST * (top - min(depths)):
        return None
    along = bottoms[1] - bottoms[0]
    first = int(np.argmax(np.abs(along) > _NEAR * steps)) if np.any(np.abs(along) > _NEAR * steps) else 0
    order = (0, 1) if along[first] > 0 else (1, 0)
    across = bottoms[order[1]] - bottoms[order[0]]
    normal = falling * (np.sign(falling @ across) or 1.0)
    return WellsInPlane(
        potential=potential,
        bottoms=(bottoms[order[0]], bottoms[order[1]]),
        depths=(depths[order[0]], depths[order[1]]),
        summit=summit,
        top=top,
        normal=normal,
    )


_Index = tuple[int, ...]
_Height = Callable[[np.ndarray], float]


def _flooded(values: np.ndarray) -> tuple[_Index, _Index | None, _Index | None]:
    """Mesh indices of the lowest point, of the bottom of the well behind the highest pass, and of that pass."""
    order = np.argsort(values, axis=None, kind="stable")
    padded = np.full(np.array(values.shape) + 2, -1)
    flat = padded.ravel()
    strides = np.array([int(np.prod(padded.shape[axis + 1 :])) for axis in range(values.ndim)])
    around = [
        int(np.dot(offset, strides)) for offset in itertools.product((-1, 0, 1), repeat=values.ndim) if any(offset)
    ]
    where = np.stack(np.unravel_index(order, values.shape), axis=1)
    places = (where + 1) @ strides
    heights = values.ravel()[order]
    owner: list[int] = []
    best, second, meeting = 0.0, None, None

    def basin(label: int) -> int:
        while owner[label] != label:
            label = owner[label]
        return label

    births: list[int] = []
    for n, place in enumerate(places.tolist()):
        near = {basin(int(flat[place + step])) for step in around if flat[place + step] >= 0}
        if not near:
            flat[place] = len(owner)
            owner.append(len(owner))
            births.append(n)
            continue
        deepest, *others = sorted(near)
        flat[place] = deepest
        for label in others:
            owner[label] = deepest
            if heights[n] - heights[births[label]] > best:
                best, second, meeting = float(heights[n] - heights[births[label]]), births[label], n
    at = [tuple(place) for place in where[[0, second or 0, meeting or 0]].tolist()]
    return at[0], at[1] if second is not None else None, at[2] if meeting is not None else None


def _bottom(value: _Height, place: np.ndarray, steps: np.ndarray) -> np.ndarray:
    start, options = np.zeros(len(place)), {"xatol": 1e-8, "fatol": 0.0, "maxiter": 800}
    minimum = scipy.optimize.minimize(
        lambda offset: value(place + offset * steps), start, method="Nelder-Mead", options=options
    )
    return place + minimum.x * steps


def _pass(value: _Height, place: np.ndarray, steps: np.ndarray, across: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The zero of grad V near a place, and the direction in which V falls from there, or `across` where V is not smooth.

    Slopes are differences over one mesh spacing at first, then over smaller and smaller steps; they are continuous even at a kink of V.
    """
    axes, offset = np.eye(len(place)), np.zeros(len(place))

    def slopes(offset: np.ndarray, reach: float) -> np.ndarray:
        at = place + offset * steps
        ends = [(value(at + reach * steps * axis), value(at - reach * steps * axis)) for axis in axes]
        return np.array([(after - before) / (2 * reach) for after, before in ends])

    for reach in _REACHES:
        root = scipy.optimize.root(slopes, offset, (reach,), tol=1e-12)
        # at rounding level the search may report failure although the slopes are small enough
        remainder = np.max(np.abs(root.fun)) / max(np.max(np.abs(slopes(np.zeros(len(place)), reach))), 1e-300)
        if (bool(root.success) or remainder < _FLAT) and np.all(np.abs(root.x) < _NEAR):
            offset = root.x
    last = _REACHES[-1]
    bends = np.stack([(slopes(offset + 0.1 * axis, last) - slopes(offset - 0.1 * axis, last)) / 0.2 for axis in axes])
    curvature = (bends + bends.T) / 2 / np.outer(steps, steps)
    sizes, directions = np.linalg.eigh(curvature)
    unit = across / np.linalg.norm(across)
    falls = sizes[0] < 0 and abs(float(directions[:, 0] @ unit)) > 0.1
    return place + offset * steps, directions[:, 0] if falls else unit
