"""Random potentials of open problems, as tables of a scenario file, in units of the packet: energy 1/2 k^2, length 1/k."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

Table = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Shape:
    """A potential's table and the interval outside which it is flat to 1e-9."""

    table: Table
    left: float
    right: float


def rounded(value: float) -> float:
    """Six significant digits: what a person would write."""
    return float(f"{value:.6g}")


def barrier(rng: np.random.Generator, k: float, at: float = 0.0, kinds: tuple[str, ...] = ()) -> Shape:
    """One built-in barrier or well near `at`, of 0.15 to 1.8 of the packet's energy."""
    energy = k**2 / 2
    kind = str(rng.choice(kinds or BARRIERS))
    height = energy * rng.uniform(0.15, 1.8) * (1 if rng.random() < 0.8 else -1)
    width, center = rng.uniform(0.5, 2.5) / k, at + rng.uniform(-1, 1) / k
    table: Table = {"kind": kind, "height": height, "width": width, "center": center}
    reach = (center - width / 2, center + width / 2)
    if kind == "gaussian_barrier":
        table["width"] = width = width / 2
        reach = (center - 6.5 * width, center + 6.5 * width)
    elif kind == "eckart_barrier":
        table["width"] = width = width / 2
        reach = (center - 11 * width, center + 11 * width)
    elif kind == "double_barrier":
        apart = rng.uniform(0.8, 3.0) / k
        table |= {"width": width / 2, "separation": apart}
        reach = (center - width / 2 - apart / 2, center + width / 2 + apart / 2)
    elif kind == "triangular_barrier":
        reach = (center, center + width)
    elif kind == "parabolic_barrier":
        reach = (center - width, center + width)
    elif kind in ("delta_barrier", "delta_well"):
        table = {"kind": kind, "strength": k * rng.uniform(0.2, 1.5), "center": center}
        reach = (center, center)
    elif kind == "double_delta_well":
        apart = rng.uniform(0.8, 3.0) / k
        table = {"kind": kind, "strength": k * rng.uniform(0.2, 1.2), "separation": apart, "center": center}
        reach = (center - apart / 2, center + apart / 2)
    elif kind == "step":
        table = {"kind": kind, "height": energy * rng.uniform(-0.8, 0.7), "center": center}
        reach = (center, center)
    return Shape(_tidy(table), *reach)


BARRIERS = (
    "rectangular_barrier", "gaussian_barrier", "eckart_barrier", "double_barrier", "triangular_barrier",
    "parabolic_barrier", "delta_barrier", "delta_well", "double_delta_well", "step",
)  # fmt: skip
_PIECES = BARRIERS[:3] + BARRIERS[4:8]


def total(rng: np.random.Generator, k: float) -> Shape:
    """A sum of two to five pieces with edges anywhere; one in four has pieces that touch."""
    if rng.random() < 0.25:
        return _layers(rng, k)
    at, shapes = 0.0, []
    for _ in range(int(rng.integers(2, 6))):
        shapes.append(barrier(rng, k, at, _PIECES))
        at += rng.uniform(0.3, 3.0) / k
    if rng.random() < 0.2:
        shapes.append(barrier(rng, k, at, ("step",)))
    return _sum(shapes)


def _layers(rng: np.random.Generator, k: float) -> Shape:
    """Rectangles one beside the other, as layers are grown."""
    edge, shapes = 0.0, []
    for _ in range(int(rng.integers(2, 5))):
        width = rounded(rng.uniform(0.4, 2.0) / k)
        height = rounded(k**2 / 2 * rng.uniform(-0.6, 1.4))
        table = {"kind": "rectangular_barrier", "height": height, "width": width, "center": rounded(edge + width / 2)}
        shapes.append(Shape(table, edge, edge + width))
        edge = rounded(edge + width)
    return _sum(shapes)


def _sum(shapes: list[Shape]) -> Shape:
    table = {"kind": "sum", "terms": [shape.table for shape in shapes]}
    return Shape(table, min(s.left for s in shapes), max(s.right for s in shapes))


def bumps(rng: np.random.Generator, k: float) -> Shape:
    """A formula of one to three smooth bumps, one in three of them thin."""
    terms, parameters, ends, at = [], {}, [], 0.0
    for n in range(int(rng.integers(1, 4))):
        width = (rng.uniform(0.05, 0.2) if rng.random() < 1 / 3 else rng.uniform(0.4, 1.5)) / k
        height = k**2 / 2 * (rng.uniform(1.0, 6.0) if width < 0.25 / k else rng.uniform(0.2, 1.6))
        form = str(rng.choice(["E{n}*exp(-((x - L{n})/w{n})**2)", "E{n}*sech((x - L{n})/w{n})**2", "E{n}/cosh((x - L{n})/w{n})**2",
                               "E{n}*exp(-((x - L{n})/w{n})^4)"]))  # fmt: skip
        terms.append(form.format(n=n))
        parameters |= {f"E{n}": height, f"L{n}": at, f"w{n}": width}
        ends += [at - 12 * width, at + 12 * width]
        at += rng.uniform(0.5, 4.0) / k
    return _formula(" + ".join(terms), parameters, min(ends), max(ends))


def steps(rng: np.random.Generator, k: float) -> Shape:
    """A formula that settles at another value on the right, smooth or sharp, with or without a bump on it."""
    low, high = sorted(rng.uniform(-2, 2, 2) / k)
    width = rng.uniform(0.2, 1.2) / k
    parameters = {"E0": k**2 / 2 * rng.uniform(-0.9, 0.75), "L0": low, "w0": width}
    form = str(rng.choice(["E0*(1 + tanh((x - L0)/w0))/2", "E0/(1 + exp(-(x - L0)/w0))", "E0*(x > L0)"]))
    if form.endswith("L0)"):
        form = "where(x > L0, E0, 0)"
        del parameters["w0"]
    if rng.random() < 0.5:
        form += " + E1*exp(-((x - L1)/w1)**2)"
        parameters |= {"E1": k**2 / 2 * rng.uniform(0.2, 1.2), "L1": high, "w1": rng.uniform(0.4, 1.5) / k}
    return _formula(form, parameters, low - 22 / k, high + 22 / k)


def kinks(rng: np.random.Generator, k: float) -> Shape:
    """A formula with kinks and jumps: triangles, roofs, boxes, cusps."""
    energy = k**2 / 2
    parameters = {"E0": energy * rng.uniform(0.3, 1.8), "L0": rng.uniform(-1, 1) / k, "w0": rng.uniform(0.5, 2.0) / k}
    forms = [
        "E0*max(0, 1 - abs(x - L0)/w0)", "E0*exp(-abs(x - L0)/w0)", "E0*heaviside(w0 - abs(x - L0))",
        "where(abs(x - L0) < w0, E0*cos(pi*(x - L0)/(2*w0)), 0)", "E0*min(1, max(0, 2 - abs(x - L0)/w0))",
        "E0*max(0, 1 - ((x - L0)/w0)**2)", "E0*(sign(x - L0 + w0) - sign(x - L0 - w0))/2",
        "where(x > L0, E0*exp(-(x - L0)/w0), 0)",
    ]  # fmt: skip
    form = str(rng.choice(forms))
    reach = 22 if "exp" in form else 2.2
    low, high = parameters["L0"] - reach * parameters["w0"], parameters["L0"] + reach * parameters["w0"]
    if rng.random() < 0.4:
        form += " + E1*exp(-((x - L1)/w1)**2)"
        parameters |= {"E1": energy * rng.uniform(0.2, 1.0), "L1": high + 1 / k, "w1": rng.uniform(0.4, 1.5) / k}
        high += 1 / k + 6 * parameters["w1"]
    return _formula(form, parameters, low, high)


def lattice(rng: np.random.Generator, k: float) -> Shape:
    """Three to six periods of a lattice between flat ends."""
    periods, period = int(rng.integers(3, 7)), rng.uniform(0.8, 3.0) / k
    parameters = {"E0": k**2 / 2 * rng.uniform(0.15, 0.9), "L0": period}
    half = periods * period / 2
    if rng.random() < 0.5:
        terms = [
            _tidy({"kind": "rectangular_barrier", "height": parameters["E0"], "width": 0.3 * period, "center": (n + 0.5) * period - half})
            for n in range(periods)
        ]  # fmt: skip
        return Shape({"kind": "sum", "terms": terms}, -half, half)
    form = f"E0*sin(pi*x/L0)**2*where(abs(x) < {periods}*L0/2, 1, 0)"
    if rng.random() < 0.5:
        form = "E0*sin(pi*x/L0)**2*exp(-(x/L1)**6)"
        parameters["L1"] = half
        half *= 2
    return _formula(form, parameters, -half, half)


def table(rng: np.random.Generator, k: float) -> Shape:
    """A barrier from a table: fine or coarse, smooth or with steep sides."""
    points = int(rng.choice([12, 21, 41, 81, 161]))
    half = rng.uniform(2.0, 6.0) / k
    x, energy = np.linspace(-half, half, points), k**2 / 2
    width, sort = half * rng.uniform(0.2, 0.45), rng.integers(3)
    if sort == 0:
        values = energy * rng.uniform(0.3, 1.5) * np.exp(-((x / width) ** 4))
    elif sort == 1:
        values = energy * rng.uniform(0.3, 1.5) * (abs(x) < width)
    else:
        values = energy * np.cumsum(rng.normal(0, 0.3, points)) * np.exp(-((x / width) ** 8))
    values[:2], values[-2:] = 0.0, 0.0
    numbers = [rounded(float(value)) if abs(value) > 1e-12 * energy else 0.0 for value in values]
    return Shape({"kind": "sampled", "values": numbers, "left": rounded(-half), "right": rounded(half)}, -half, half)


def thick(rng: np.random.Generator, k: float) -> Shape:
    """A barrier that hardly anything passes."""
    kind = str(rng.choice(["rectangular_barrier", "eckart_barrier", "gaussian_barrier", "triangular_barrier"]))
    height, width = k**2 / 2 * rng.uniform(2.0, 5.0), rng.uniform(2.0, 5.0) / k
    scale = 1.0 if kind in ("rectangular_barrier", "triangular_barrier") else 0.5
    reach = {"rectangular_barrier": 0.5, "eckart_barrier": 11.0, "gaussian_barrier": 6.5, "triangular_barrier": 1.0}[
        kind
    ]
    half = reach * scale * width
    return Shape(_tidy({"kind": kind, "height": height, "width": scale * width, "center": 0.0}), -half, half)


def _formula(form: str, parameters: dict[str, float], left: float, right: float) -> Shape:
    tidy = {name: rounded(value) for name, value in parameters.items()}
    return Shape({"kind": "expression", "formula": form, "parameters": tidy}, left, right)


def _tidy(table: Table) -> Table:
    return {key: rounded(value) if isinstance(value, float) else value for key, value in table.items()}
