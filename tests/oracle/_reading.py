"""From the table of a potential in a scenario to the oracle's own line: the definitions once more, in numpy."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.interpolate import CubicSpline

from ._formula import Formula
from ._line import Line
from ._units import number

_TAIL = np.sqrt(2 * np.log(1e18))
_RADII = np.geomspace(1e-3, 1e8, 80_001)


def line_of(table: dict[str, Any], mass: float = 1.0) -> Line:
    """The line of a potential's table.

    Raises:
        KeyError: for kinds that the oracle does not judge.
    """
    given = {key: value for key, value in table.items() if key != "kind"}
    return _KINDS[table["kind"]](given, mass)


def _numbers(given: dict[str, Any], *names: str) -> list[float]:
    return [number(given.get(name, 0.0)) for name in names]


def _flat(pieces: list[tuple[float, float, float]], ends: tuple[float, float] = (0.0, 0.0), **more: Any) -> Line:
    """V = height between two edges for each piece."""

    def value(x: np.ndarray, t: float) -> np.ndarray:
        total = np.zeros(np.shape(x))
        for height, low, high in pieces:
            total = total + np.where((x > low) & (x < high), height, 0.0)
        return total

    cuts = tuple(sorted(edge for _, *edges in pieces for edge in edges if np.isfinite(edge)))
    return Line(value, ends, (cuts[0], cuts[-1]), cuts, **more)


def _free(given: dict[str, Any], mass: float) -> Line:
    return Line(lambda x, t: np.zeros(np.shape(x)), (0.0, 0.0), (0.0, 0.0))


def _step(given: dict[str, Any], mass: float) -> Line:
    height, center = _numbers(given, "height", "center")
    return _flat([(height, center, np.inf)], (0.0, height))


def _rectangle(given: dict[str, Any], mass: float) -> Line:
    height, width, center = _numbers(given, "height", "width", "center")
    return _flat([(height, center - width / 2, center + width / 2)])


def _two(given: dict[str, Any], mass: float) -> Line:
    sign, names = (1, ("height", "width")) if "height" in given else (-1, ("depth", "well_width"))
    height, width, apart, center = _numbers(given, *names, "separation", "center")
    inner, outer = apart / 2, apart / 2 + width
    pieces = [(sign * height, center - outer, center - inner), (sign * height, center + inner, center + outer)]
    return _flat(pieces, divide=center)


def _smooth(shape: Callable[[np.ndarray], np.ndarray], half: float) -> Callable[[dict[str, Any], float], Line]:
    def made(given: dict[str, Any], mass: float) -> Line:
        height, width, center = _numbers(given, "height", "width", "center")
        reach = (center - half * width, center + half * width)
        return Line(lambda x, t: height * shape((x - center) / width), (0.0, 0.0), reach)

    return made


def _triangle(given: dict[str, Any], mass: float) -> Line:
    height, width, center = _numbers(given, "height", "width", "center")
    ends = (center, center + width)

    def value(x: np.ndarray, t: float) -> np.ndarray:
        return np.where((x > ends[0]) & (x < ends[1]), height * (ends[1] - x) / width, 0.0)

    return Line(value, (0.0, 0.0), ends, ends)


def _parabola(given: dict[str, Any], mass: float) -> Line:
    height, width, center = _numbers(given, "height", "width", "center")
    ends = (center - width, center + width)
    return Line(
        lambda x, t: np.where(abs(x - center) < width, height * (1 - ((x - center) / width) ** 2), 0.0),
        (0.0, 0.0),
        ends,
        ends,
    )


def _delta(sign: float) -> Callable[[dict[str, Any], float], Line]:
    def made(given: dict[str, Any], mass: float) -> Line:
        strength, center = _numbers(given, "strength", "center")
        return dataclasses.replace(_free({}, mass), reach=(center, center), spikes=((center, sign * strength),))

    return made


def _two_deltas(given: dict[str, Any], mass: float) -> Line:
    strength, apart, center = _numbers(given, "strength", "separation", "center")
    places = center - apart / 2, center + apart / 2
    return dataclasses.replace(
        _free({}, mass), reach=places, spikes=tuple((x, -strength) for x in places), divide=center
    )


def _harmonic(given: dict[str, Any], mass: float) -> Line:
    frequency, center = _numbers(given, "frequency", "center")
    size = 1 / np.sqrt(mass * frequency)
    return Line(
        lambda x, t: mass * frequency**2 * (x - center) ** 2 / 2,
        (np.inf, np.inf),
        (center - size, center + size),
    )


def _quartic(given: dict[str, Any], mass: float) -> Line:
    barrier, half, tilt, center = _numbers(given, "barrier", "half_distance", "tilt", "center")

    def value(x: np.ndarray, t: float) -> np.ndarray:
        u = (x - center) / half
        return barrier * (u**2 - 1) ** 2 + tilt * u

    return Line(value, (np.inf, np.inf), (center - 1.5 * half, center + 1.5 * half), divide=center)


def _gaussian_wells(given: dict[str, Any], mass: float) -> Line:
    depth, width, apart, center = _numbers(given, "depth", "width", "separation", "center")
    reach = apart / 2 + _TAIL * width

    def value(x: np.ndarray, t: float) -> np.ndarray:
        near, far = ((x - center - s * apart / 2) / width for s in (-1, 1))
        return -depth * (np.exp(-(near**2) / 2) + np.exp(-(far**2) / 2))

    return Line(value, (0.0, 0.0), (center - reach, center + reach), divide=center)


def _behind(given: dict[str, Any], mass: float) -> Line:
    height, width, well, wall = _numbers(given, "height", "width", "well_width", "center")
    line = _flat([(height, wall + well, wall + well + width)])
    return dataclasses.replace(line, reach=(wall, wall + well + width), wall=wall, divide=wall + well + width / 2)


def _leaky(given: dict[str, Any], mass: float) -> Line:
    depth, well, apart, center = _numbers(given, "depth", "well_width", "separation", "center")
    pieces = [(-depth, center - apart / 2 - well, center - apart / 2), (-depth, center + apart / 2, np.inf)]
    return _flat(pieces, (0.0, -depth), divide=center)


def _table(given: dict[str, Any], mass: float) -> Line:
    values = np.array([number(value) for value in given["values"]])
    left, right = _numbers(given, "left", "right")
    knots = np.linspace(left, right, len(values))
    spline = CubicSpline(knots, values, bc_type="clamped")
    return Line(
        lambda x, t: spline(np.clip(x, left, right)),
        (float(values[0]), float(values[-1])),
        (left, right),
        tuple(knots),
    )


def _expression(given: dict[str, Any], mass: float) -> Line:
    formula = Formula(given["formula"], {key: number(v) for key, v in (given.get("parameters") or {}).items()})
    x = np.concatenate([-_RADII[::-1], [0.0], _RADII])
    values = formula(x, 0.0)
    cuts = formula.cuts(np.unique(np.concatenate([x, np.linspace(-300, 300, 60_001)])))
    ends = [_end(values[: len(_RADII)][::-1]), _end(values[-len(_RADII) :])]
    if given.get("ends"):
        ends = [number(end) for end in given["ends"]]
    if given.get("span"):
        reach = tuple(number(place) for place in given["span"])
    else:
        size = 1e-17 * float(np.max(abs(values))) if all(np.isfinite(ends)) else 0.0
        if all(np.isfinite(ends)):
            away = [np.flatnonzero(abs(values - end) > size) for end in ends]
            # the place before the first that differs: an edge may lie between two places
            first = x[max(int(away[0].min(initial=len(_RADII))) - 1, 0)]
            last = x[min(int(away[1].max(initial=len(_RADII))) + 1, len(x) - 1)]
            reach = tuple(np.clip([first, last], -1e4, 1e4))
        else:
            low = x[np.argmin(np.where(np.isfinite(values), values, np.inf))]
            bends = np.array([low, *cuts]) if len(cuts) < 50 else np.array([low])
            reach = (float(bends.min()) - 1e-6, float(bends.max()) + 1e-6)
    return Line(formula, (float(ends[0]), float(ends[1])), (float(reach[0]), float(reach[1])), tuple(cuts))


def _end(outwards: np.ndarray) -> float:
    """V far out: its last value where it has settled, inf where it still rises or has overflowed."""
    last, before = outwards[-1], outwards[-8000]
    known = outwards[np.isfinite(outwards)]
    if not np.isfinite(last) or last - before > 1e-4 * np.ptp(known):
        return np.inf
    return float(last)


def _layers(given: dict[str, Any], mass: float) -> Line:
    left, before, after = _numbers(given, "left", "before", "after")
    pairs = [(number(thickness), number(height)) for thickness, height in given["layers"]]
    sides = left + np.cumsum([0.0, *(thickness for thickness, _ in pairs)])
    inner = zip((height for _, height in pairs), sides[:-1], sides[1:], strict=True)
    return _flat([(before, -np.inf, sides[0]), *inner, (after, sides[-1], np.inf)], (before, after))


def _sum(given: dict[str, Any], mass: float) -> Line:
    lines = [line_of(term, mass) for term in given["terms"]]
    ends = tuple(float(sum(line.ends[side] for line in lines)) for side in (0, 1))
    return Line(
        lambda x, t: np.sum([line.value(x, t) for line in lines], axis=0),
        (ends[0], ends[1]),
        (min(line.reach[0] for line in lines), max(line.reach[1] for line in lines)),
        tuple(cut for line in lines for cut in line.cuts),
        tuple(spike for line in lines for spike in line.spikes),
    )


def _driven(given: dict[str, Any], mass: float) -> Line:
    inner = line_of(given["potential"], mass)
    force, frequency, phase = _numbers(given, "force", "frequency", "phase")
    return dataclasses.replace(
        inner, value=lambda x, t: inner.value(x, t) + force * x * np.cos(frequency * t + phase), calm=inner
    )


_KINDS: dict[str, Callable[[dict[str, Any], float], Line]] = {
    "free": _free, "step": _step, "rectangular_barrier": _rectangle, "double_barrier": _two, "square_double_well": _two,
    "gaussian_barrier": _smooth(lambda u: np.exp(-(u**2) / 2), _TAIL),
    "eckart_barrier": _smooth(lambda u: 1 / np.cosh(np.clip(u, -300, 300)) ** 2, 21.5),
    "triangular_barrier": _triangle, "parabolic_barrier": _parabola, "delta_barrier": _delta(1.0), "delta_well": _delta(-1.0),
    "double_delta_well": _two_deltas, "harmonic": _harmonic, "quartic_double_well": _quartic,
    "gaussian_wells": _gaussian_wells, "well_behind_barrier": _behind, "leaky_square_well": _leaky, "sampled": _table,
    "expression": _expression, "layers": _layers, "sum": _sum, "driven": _driven,
}  # fmt: skip
