"""Random scenarios of what is asked beyond barriers and built-in wells: walls, rings, wells by formula or table, plane waves, pairs, written states,
identical particles, wells at a temperature, wells in the plane.
"""

from __future__ import annotations

import numpy as np

from . import _shapes as shapes, _wells as wells
from ._shapes import Table, rounded


def walled(rng: np.random.Generator) -> Table:
    """Levels between two walls, or above one."""
    count = int(rng.integers(1, 7))
    asked: Table = {"state": {"kind": "eigenstate"}, "find": {"kind": "levels", "count": count}}
    if rng.random() < 0.4:
        forms = {"F*x": {"F": (0.5, 4.0)}, "F*x + A*exp(-((x - c)/a)**2)": {"F": (0.5, 3.0), "A": (-2.0, 2.0), "c": (0.5, 2.0), "a": (0.4, 1.0)},
                 "A*x**2/2": {"A": (0.3, 3.0)}}  # fmt: skip
        return {"potential": _of(forms, rng), "walls": {"left": 0.0}, **asked}
    forms = {
        "A*exp(-((x - c)/a)**2)": {"A": (-6.0, 6.0), "c": (-1.0, 1.0), "a": (0.3, 1.0)},
        "F*x": {"F": (-3.0, 3.0)},
        "A*cos(2*x) + F*x": {"A": (0.5, 4.0), "F": (-1.0, 1.0)},
        "F*abs(x - c)": {"F": (0.5, 4.0), "c": (-1.0, 1.0)},
        "A*x**2/2": {"A": (0.3, 6.0)},
    }
    left, right = -rng.uniform(1.5, 4.0), rng.uniform(1.5, 4.0)
    return {"potential": _of(forms, rng), "walls": {"left": rounded(left), "right": rounded(right)}, **asked}


def boxed(rng: np.random.Generator) -> Table:
    """A packet between two walls, with or without something in its way."""
    left, right = rounded(-rng.uniform(3.0, 6.0)), rounded(rng.uniform(3.0, 6.0))
    forms = {
        "A*exp(-((x - c)/a)**2)": {"A": (0.2, 2.0), "c": (0.5, 1.5), "a": (0.4, 1.2)},
        "A*sech(x/a)**2": {"A": (0.2, 2.0), "a": (0.4, 1.2)},
        "F*x": {"F": (-0.5, 0.5)},
    }
    width = rng.uniform(0.2, min(0.4, (right - left) / 22))
    # ten widths of abs(psi)^2 from either wall: what a wall does to a tail is a matter of words
    center = rng.uniform(left + 10 * width, min(right - 10 * width, left + 10 * width + 1.5))
    state = {
        "kind": "gaussian_packet",
        "center": rounded(center),
        "width": rounded(width),
        "momentum": rounded(rng.uniform(-3, 3)),
    }
    return {
        "potential": _of(forms, rng), "walls": {"left": left, "right": right}, "state": state,
        "duration": rounded(rng.uniform(1.0, 8.0)), "find": {"kind": "motion"},
    }  # fmt: skip


def ring(rng: np.random.Generator) -> Table:
    """Levels of a rotor or a ring, half of them with a flux through it."""
    period = rounded(rng.uniform(3.0, 8.0))
    form = str(
        rng.choice(
            ["A*cos(2*pi*n*x/L)", "A*(1 - cos(2*pi*n*x/L)) + B*cos(2*pi*x/L)", "A*sin(2*pi*x/L) + B*cos(4*pi*x/L)"]
        )
    )
    numbers = {"A": rng.uniform(0.2, 6.0), "L": period, "n": float(rng.integers(1, 4)), "B": rng.uniform(-1.0, 1.0)}
    table = wells.expression(
        form, {name: value for name, value in numbers.items() if f"{name}*" in form or f"/{name}" in form}
    )
    axis: Table = {"period": period} | ({"flux": rounded(rng.uniform(-0.45, 0.45))} if rng.random() < 0.5 else {})
    return {
        "potential": table,
        "axis": axis,
        "state": {"kind": "eigenstate"},
        "find": {"kind": "levels", "count": int(rng.integers(1, 7))},
    }


def two_wells(rng: np.random.Generator, tilted: bool) -> Table:
    """A double well that is a formula or a table."""
    forms = {
        "A*(x**2 - a**2)**2": {"A": (0.4, 1.5), "a": (1.1, 1.6)},
        "A*x**6 - B*x**2": {"A": (0.1, 0.4), "B": (1.5, 3.5)},
        "A*x**2/2 + B*exp(-(x/b)**2)": {"A": (0.6, 1.5), "B": (3.0, 7.0), "b": (0.6, 1.0)},
        "A*(abs(x)/a - 1)**2": {"A": (3.0, 6.0), "a": (1.2, 1.8)},
        "A*(cosh(x) - B)**2": {"A": (0.2, 0.8), "B": (2.0, 3.5)},
    }
    if rng.random() < 0.2:
        half, points = rng.uniform(3.5, 4.5), int(rng.choice([61, 121, 201]))
        x = np.linspace(-half, half, points)
        at, width = rng.uniform(1.1, 1.5), rng.uniform(0.5, 0.7)
        deep = -rng.uniform(3.0, 6.0) * (np.exp(-(((x - at) / width) ** 2)) + np.exp(-(((x + at) / width) ** 2)))
        deep[:2], deep[-2:] = 0.0, 0.0
        return {
            "kind": "sampled",
            "values": [rounded(float(v)) for v in deep],
            "left": rounded(-half),
            "right": rounded(half),
        }
    form = str(rng.choice(list(forms)))
    numbers = {name: rng.uniform(*span) for name, span in forms[form].items()}
    if tilted and rng.random() < 0.4:
        form, numbers = form + " + f*x", numbers | {"f": rng.uniform(-0.05, 0.05)}
    return wells.expression(form, numbers)


def wells_in_plane(rng: np.random.Generator, tilted: bool) -> Table:
    """Two wells of V(x, y) that are each other's image: turned, coupled, stretched, dug into a bowl or out of nothing."""
    del tilted
    forms = {
        "A*((c*x + s*y)^2 - a^2)^2 + w^2*(c*y - s*x)^2/2": {"A": (0.4, 1.2), "a": (1.1, 1.6), "w": (0.8, 2.0)},
        "B*((x/a)^2 - 1)^2 + w^2*(y - c*x)^2/2": {"B": (1.0, 3.0), "a": (1.2, 2.0), "w": (0.8, 2.0), "c": (-0.6, 0.6)},
        "A*(x^2 - a^2)^2 + w^2*y^2/2 + c*x^2*y^2": {"A": (0.4, 1.2), "a": (1.1, 1.6), "w": (0.8, 2.0), "c": (0.0, 0.5)},
        "A*(x^2 - a^2)^2 + w^2*y^2/2 + c*x*y": {"A": (0.4, 1.2), "a": (1.1, 1.6), "w": (0.9, 2.0), "c": (-0.5, 0.5)},
        "w^2*(x^2 + y^2)/2 + B*exp(-(x^2 + q*y^2)/b^2)": {"w": (0.8, 1.3), "B": (4.0, 8.0), "q": (0.1, 0.5), "b": (0.8, 1.2)},
        "-D*exp(-((x - a)^2 + y^2)/b^2) - D*exp(-((x + a)^2 + y^2)/b^2)": {"D": (4.0, 8.0), "a": (1.0, 1.6), "b": (0.8, 1.2)},
    }  # fmt: skip
    form = str(rng.choice(list(forms)))
    numbers = {name: rng.uniform(*span) for name, span in forms[form].items()}
    if "s*y" in form:
        angle = rng.uniform(-1.2, 1.2)
        numbers |= {"c": np.cos(angle), "s": np.sin(angle)}
    return wells.expression(form, numbers)


def leaking(rng: np.random.Generator) -> Table:
    """An analytic well that leaks to both sides, or falls without end on one."""
    if rng.random() < 0.5:
        table = wells.expression("x**2/2*exp(-a*x**2)", {"a": rng.uniform(0.12, 0.2)})
    else:
        table = wells.expression("x**2/2 - B*x**3", {"B": rng.uniform(0.1, 0.16)})
    return {"potential": table, "state": {"kind": "trapped"}, "find": {"kind": "decay"}}


def plane_wave(rng: np.random.Generator) -> Table:
    """T of a plane wave, down to 1e-30 or so."""
    k = float(rng.uniform(0.7, 2.0))
    made = (shapes.barrier, shapes.total, shapes.bumps, shapes.steps, shapes.thick)[rng.integers(5)]
    shape = made(rng, k)
    state = {
        "kind": "gaussian_packet",
        "center": rounded(shape.left - 60.0),
        "width": rounded(6.0 / k),
        "momentum": rounded(k),
    }
    energy = rounded(k**2 / 2 * rng.uniform(0.5, 1.6))
    return {"potential": shape.table, "state": state, "find": {"kind": "transmission_at", "energy": energy}}


def pair(rng: np.random.Generator) -> Table:
    """Two particles that meet."""
    k = float(rng.uniform(0.8, 1.6))
    kind = str(rng.choice(["gaussian_barrier", "eckart_barrier"]))
    # the distance has the energy k^2 of half a mass with momentum k
    inner = wells.tidy({"kind": kind, "height": k**2 * rng.uniform(0.4, 1.6), "width": rng.uniform(0.5, 1.5)})
    factors = [
        wells.tidy({"kind": "gaussian_packet", "center": -sign * rng.uniform(14.0, 18.0), "width": rng.uniform(2.2, 3.5), "momentum": sign * k * rng.uniform(0.9, 1.1)})
        for sign in (1.0, -1.0)
    ]  # fmt: skip
    return {
        "potential": {"kind": "two_particles", "interaction": inner},
        "state": {"kind": "product", "factors": factors}, "find": {"kind": "pass_or_bounce"},
    }  # fmt: skip


def identical(rng: np.random.Generator) -> Table:
    """Two equal packets of bosons or fermions that run against each other."""
    k, far, width = float(rng.uniform(0.8, 1.6)), rng.uniform(14.0, 18.0), rng.uniform(2.2, 3.5)
    kind = str(rng.choice(["gaussian_barrier", "eckart_barrier"]))
    # the distance has the energy k^2
    inner = wells.tidy({"kind": kind, "height": k**2 * rng.uniform(-1.0, 1.6), "width": rng.uniform(0.5, 1.5)})
    factors = [
        wells.tidy({"kind": "gaussian_packet", "center": -sign * far, "width": width, "momentum": sign * k})
        for sign in (1.0, -1.0)
    ]
    return {
        "potential": {"kind": "two_particles", "interaction": inner},
        "state": {"kind": "product", "statistics": str(rng.choice(["bosons", "fermions"])), "factors": factors},
        "find": {"kind": "meeting_delay"},
    }


def warm(rng: np.random.Generator) -> Table:
    """Two wells at a temperature, in equilibrium or after the particle was found on one side."""
    table = two_wells(rng, True)
    while table["kind"] == "sampled":
        table = two_wells(rng, True)
    state = {
        "kind": "thermal",
        "temperature": rounded(rng.uniform(0.2, 2.0)),
        "side": str(rng.choice(["left", "right", "both"], p=[0.4, 0.4, 0.2])),
    }
    asked: Table = {"potential": table, "state": state, "find": {"kind": "populations"}}
    return asked if state["side"] == "both" else asked | {"duration": rounded(rng.uniform(2.0, 40.0))}


def written(rng: np.random.Generator) -> Table:
    """A start that is a formula: one hump or two, that move to the right."""
    k = float(rng.uniform(0.8, 1.8))
    shape = shapes.barrier(rng, k, kinds=shapes.BARRIERS[:6])
    width = rounded(rng.uniform(4.0, 7.0) / k)
    numbers = {"L1": rounded(shape.left - 8.0 * width), "w1": width}
    form = "exp(-((x - L1)/(2*w1))^2)"
    if rng.random() < 0.6:
        form += " + c*exp(-((x - L2)/(2*w1))^2)"
        numbers |= {"L2": rounded(numbers["L1"] - rng.uniform(2.0, 8.0) * width), "c": rounded(rng.uniform(-1.0, 1.0))}
    state = {"kind": "wave_function", "formula": form, "parameters": numbers, "momentum": rounded(k)}
    return {"potential": shape.table, "state": state, "find": {"kind": "transmission"}}


def _of(forms: dict[str, dict[str, tuple[float, float]]], rng: np.random.Generator) -> Table:
    form = str(rng.choice(list(forms)))
    return wells.expression(form, {name: rng.uniform(*span) for name, span in forms[form].items()})
