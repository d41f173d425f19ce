"""Random potentials of bound problems, as tables of a scenario file, in natural units."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._shapes import Table, rounded


def smooth_wells(rng: np.random.Generator) -> Table:
    """A smooth well: built in or as a formula, single or double, shallow or steep."""
    forms = {
        "A*(x/a)**4": {"A": (0.2, 3.0), "a": (0.5, 2.0)},
        "-A*sech(x/a)**2": {"A": (3.0, 12.0), "a": (0.6, 2.0)},
        "A*(1 - exp(-(x - c)/a))**2": {"A": (4.0, 15.0), "a": (0.7, 2.0), "c": (-1.0, 1.0)},
        "A*cosh(x/a) - B*cosh(x/a)**0": {"A": (0.2, 2.0), "B": (0.0, 3.0), "a": (0.5, 1.5)},
        "A*x**6 - B*x**2": {"A": (0.05, 0.5), "B": (0.5, 3.0)},
        "-A/sqrt(x**2 + a**2)": {"A": (0.8, 3.0), "a": (0.5, 2.0)},
        "-A*exp(-((x - c)/a)**2) - B*exp(-((x + c)/b)**2)": {
            "A": (3.0, 9.0), "B": (3.0, 9.0), "a": (0.5, 1.2), "b": (0.5, 1.2), "c": (0.8, 1.8),
        },
    }  # fmt: skip
    built = (
        {"kind": "harmonic", "frequency": rng.uniform(0.3, 3.0), "center": rng.uniform(-2, 2)},
        {"kind": "quartic_double_well", "barrier": rng.uniform(1.0, 6.0), "half_distance": rng.uniform(1.0, 1.8),
         "tilt": float(rng.choice([0.0, rng.uniform(-0.5, 0.5)]))},
        {"kind": "gaussian_wells", "depth": rng.uniform(3.0, 9.0), "width": rng.uniform(0.5, 1.0), "separation": rng.uniform(2.2, 3.5)},
        {"kind": "gaussian_barrier", "height": -rng.uniform(2.0, 9.0), "width": rng.uniform(0.5, 1.5)},
        {"kind": "eckart_barrier", "height": -rng.uniform(3.0, 9.0), "width": rng.uniform(0.5, 1.5)},
    )  # fmt: skip
    if rng.random() < 0.4:
        return tidy(dict(built[rng.integers(len(built))]))
    form = str(rng.choice(list(forms)))
    return expression(form, {name: rng.uniform(*span) for name, span in forms[form].items()})


def sharp_wells(rng: np.random.Generator) -> Table:
    """Wells with edges: one to four pieces anywhere, deltas among them, or a box in a parabola."""
    sort = rng.random()
    if sort < 0.15:
        return tidy({"kind": "square_double_well", "depth": rng.uniform(3, 9), "well_width": rng.uniform(0.6, 1.5), "separation": rng.uniform(0.4, 1.5)})  # fmt: skip
    if sort < 0.25:
        return tidy(
            {"kind": "double_delta_well", "strength": rng.uniform(0.8, 2.5), "separation": rng.uniform(0.8, 2.5)}
        )
    at, terms = rng.uniform(-1, 0), []
    for _ in range(int(rng.integers(1, 5))):
        terms.append(_piece(rng, at))
        at += rng.uniform(0.4, 1.6)
    if sort < 0.45:
        terms.append({"kind": "harmonic", "frequency": rng.uniform(0.3, 1.5), "center": rng.uniform(-0.5, 0.5)})
    return {"kind": "sum", "terms": [tidy(term) for term in terms]} if len(terms) > 1 else tidy(terms[0])


def _piece(rng: np.random.Generator, at: float) -> Table:
    kind = str(rng.choice(["rectangular_barrier"] * 3 + ["triangular_barrier", "parabolic_barrier", "gaussian_barrier", "delta_well"]))  # fmt: skip
    if kind == "delta_well":
        return {"kind": kind, "strength": rng.uniform(0.5, 2.5), "center": at}
    width = rng.uniform(0.5, 2.0) * (0.5 if kind == "gaussian_barrier" else 1.0)
    return {"kind": kind, "height": -rng.uniform(2.0, 10.0), "width": width, "center": at}


def kinked_wells(rng: np.random.Generator) -> Table:
    """Formulas with kinks and jumps that hold a particle."""
    forms = {
        "F*abs(x - c)": {"F": (0.5, 4.0), "c": (-1.0, 1.0)},
        "A*(1 - exp(-(abs(x) - c)/a))**2": {"A": (2.0, 6.0), "c": (0.8, 1.6), "a": (0.7, 1.3)},
        "A*(abs(x)/a - 1)**2": {"A": (1.0, 5.0), "a": (0.8, 2.0)},
        "max(F*x, -B*x) + A*exp(-(x/a)**2)": {"F": (0.8, 3.0), "B": (0.8, 3.0), "A": (0.0, 2.0), "a": (0.4, 1.0)},
        "where(abs(x - c) < a, -A, 0)": {"A": (2.0, 9.0), "a": (0.6, 1.6), "c": (-1.0, 1.0)},
        "-A*heaviside(a - abs(x)) - B*exp(-((x - c)/b)**2)": {
            "A": (2.0, 6.0), "a": (0.6, 1.4), "B": (1.0, 4.0), "c": (0.5, 2.0), "b": (0.5, 1.0),
        },
        "min(A*(x - c)**2, B*(x + c)**2)/2": {"A": (1.0, 6.0), "B": (1.0, 6.0), "c": (0.8, 1.8)},
        "-A*exp(-abs(x)/a)": {"A": (2.0, 9.0), "a": (0.6, 2.0)},
    }  # fmt: skip
    form = str(rng.choice(list(forms)))
    return expression(form, {name: rng.uniform(*span) for name, span in forms[form].items()})


def tabled_wells(rng: np.random.Generator) -> Table:
    """A well from a table between flat ends."""
    points, half = int(rng.choice([15, 31, 61, 121])), rng.uniform(2.0, 5.0)
    x, width = np.linspace(-half, half, points), half * rng.uniform(0.25, 0.5)
    values = -rng.uniform(3.0, 9.0) * np.exp(-((x / width) ** int(rng.choice([2, 4, 8]))))
    values[:2], values[-2:] = 0.0, 0.0
    return {
        "kind": "sampled",
        "values": [rounded(float(v)) for v in values],
        "left": rounded(-half),
        "right": rounded(half),
    }


def double_wells(rng: np.random.Generator, tilted: bool = True) -> Table:
    """One of the built-in double wells."""
    sort = rng.integers(4)
    if sort == 0:
        tilt = rng.uniform(-0.1, 0.1) if tilted and rng.random() < 0.3 else 0.0
        return tidy({"kind": "quartic_double_well", "barrier": rng.uniform(1.5, 5.0), "half_distance": rng.uniform(1.0, 1.7), "tilt": tilt, "center": rng.uniform(-1, 1)})  # fmt: skip
    if sort == 1:
        return tidy({"kind": "square_double_well", "depth": rng.uniform(2.5, 6.0), "well_width": rng.uniform(0.8, 1.4), "separation": rng.uniform(0.5, 1.3), "center": rng.uniform(-1, 1)})  # fmt: skip
    if sort == 2:
        width = rng.uniform(0.5, 0.9)
        return tidy({"kind": "gaussian_wells", "depth": rng.uniform(2.5, 7.0), "width": width, "separation": width * rng.uniform(2.6, 4.2), "center": rng.uniform(-1, 1)})  # fmt: skip
    strength = rng.uniform(0.8, 1.5)
    return tidy({"kind": "double_delta_well", "strength": strength, "separation": rng.uniform(1.6, 3.5) / strength})


def leaking_wells(rng: np.random.Generator) -> Table:
    """One of the built-in wells that leak."""
    if rng.random() < 0.5:
        return tidy({"kind": "well_behind_barrier", "height": rng.uniform(3.0, 12.0), "width": rng.uniform(0.25, 0.9), "well_width": rng.uniform(0.9, 1.8), "center": rng.uniform(-1, 1)})  # fmt: skip
    return tidy({"kind": "leaky_square_well", "depth": rng.uniform(2.0, 5.0), "well_width": rng.uniform(0.8, 1.4), "separation": rng.uniform(0.5, 1.3), "center": rng.uniform(-1, 1)})  # fmt: skip


def expression(form: str, parameters: dict[str, float]) -> Table:
    """A formula's table."""
    return {"kind": "expression", "formula": form, "parameters": {name: rounded(v) for name, v in parameters.items()}}


def tidy(table: dict[str, Any]) -> Table:
    """Numbers as a person would write them."""
    return {
        key: rounded(float(value)) if isinstance(value, float | np.floating) else value for key, value in table.items()
    }
