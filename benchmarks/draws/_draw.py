"""Random scenarios of the whole language: kinds in turn, everything else by seed and index alone.

A draw is thrown away, and the next one of the same seed taken, only by rules of physics, each written where it stands: wells that hold
no such level, swings or decays that take longer than a laboratory would wait. wavesim is never asked.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.oracle import Formula, answers, bound_states, line_of, top_between_wells

from . import _questions as questions, _shapes as shapes, _wells as wells
from ._shapes import Shape, Table, rounded
from ._units import in_real_units

SEED = 20261128
# a swing between two wells, and a lifetime, in units of 1/(height of the barrier)
_LONGEST_SWING, _LONGEST_LIFE = 1500.0, 400.0
# a gap is not drawn below this share of the level's depth
_SMALLEST_GAP = 1e-8
_TRIES = 60


@dataclasses.dataclass(frozen=True)
class Draw:
    """One random scenario; seed and index alone determine it.

    Attributes:
        seed, index: of the draw.
        kind: one of `KINDS` or `QUESTIONS`.
        scenario: the content of a scenario file.
    """

    seed: int
    index: int
    kind: str
    scenario: dict[str, Any]


class Unphysical(Exception):
    """The draw is thrown away by a rule of physics."""


def draw(index: int, seed: int = SEED, kind: str | None = None) -> Draw:
    """The scenario of that number; `kind` in place of the one whose turn it is."""
    kind = kind or KINDS[index % len(KINDS)]
    for attempt in range(_TRIES):
        rng = np.random.default_rng([seed, index, attempt])
        try:
            scenario = _MADE[kind](rng)
        except Unphysical:
            continue
        scenario = {"format": 1, "title": f"{kind} {index}", "units": "natural", **scenario}
        scenario["accuracy"] = {"tolerance": _tolerance(rng, kind)}
        if rng.random() < 0.3:
            scenario = in_real_units(scenario, rng)
        return Draw(seed, index, kind, scenario)
    raise RuntimeError(f"{_TRIES} draws of {kind} in a row were thrown away; the rules are too strict")


def _tolerance(rng: np.random.Generator, kind: str) -> float:
    """1e-2 to 1e-9, half of them between 1e-6 and 1e-3."""
    low, high = (-6, -3) if rng.random() < 0.5 else (-9, -2)
    return rounded(10 ** float(rng.uniform(low, high)))


def _packet(rng: np.random.Generator, shape: Shape, k: float, near: bool = False) -> Table:
    """A packet that starts far from the potential (7.5 widths: 1e-13 of it inside), or near (1.5 to 4 widths), on either side."""
    width = rng.uniform(3.5, 9.0) / k
    clear = rng.uniform(1.5, 4.0) if near else 7.5
    from_left = rng.random() < 0.5
    center = shape.left - clear * width if from_left else shape.right + clear * width
    packet: Table = {"kind": "gaussian_packet", "center": rounded(center), "width": rounded(width)}
    if rng.random() < 0.5:
        return packet | {"momentum": rounded(k if from_left else -k)}
    return packet | {"energy": rounded(k**2 / 2)} | ({} if from_left else {"direction": "left"})


def _open(made: Callable[[np.random.Generator, float], Shape], near: bool = False, **find: Any) -> Any:
    def scenario(rng: np.random.Generator) -> Table:
        k = float(rng.uniform(0.7, 2.0))
        shape = made(rng, k)
        asked = {"find": {"kind": "transmission", **find}} if find or rng.random() < 0.5 else {}
        return {"potential": shape.table, "state": _packet(rng, shape, k, near), **asked}

    return scenario


def _superposed(rng: np.random.Generator) -> Table:
    """Two packets from one side, one behind the other."""
    k = float(rng.uniform(0.8, 2.0))
    shape = shapes.barrier(rng, k, kinds=shapes.BARRIERS[:6])
    width = rng.uniform(4.0, 7.0) / k
    terms = [
        {"kind": "gaussian_packet", "center": rounded(shape.left - (7.5 + apart) * width), "width": rounded(width), "momentum": rounded(q)}
        for apart, q in ((0.0, k), (rng.uniform(0.0, 8.0), k * rng.uniform(0.9, 1.3)))
    ]  # fmt: skip
    return {
        "potential": shape.table,
        "state": {"kind": "superposition", "terms": terms, "coefficients": [1.0, rounded(rng.uniform(-1, 1))]},
        "find": {"kind": "transmission"},
    }


def _curve(rng: np.random.Generator) -> Table:
    k = float(rng.uniform(0.8, 1.6))
    made = (shapes.barrier, shapes.total, shapes.bumps, shapes.table)[rng.integers(4)]
    shape = made(rng, k)
    width = rng.uniform(3.5, 6.0) / k
    state = {
        "kind": "gaussian_packet",
        "center": rounded(shape.left - 7.5 * width),
        "width": rounded(width),
        "momentum": rounded(k),
    }
    return {"potential": shape.table, "state": state, "find": {"kind": "transmission_curve", "count": 41}}


def _levels(made: Callable[[np.random.Generator], Table]) -> Any:
    def scenario(rng: np.random.Generator) -> Table:
        table = made(rng)
        line = line_of(table)
        wanted = int(rng.integers(1, 7))
        for count in range(wanted, 0, -1):
            states = bound_states(line, 1.0, count, check=False)
            # the highest is bound by a fiftieth of the depth of the lowest at least
            if states is not None and min(line.ends) - states.energies[-1] > 0.02 * abs(states.energies[0]):
                return {"potential": table, "state": {"kind": "eigenstate"}, "find": {"kind": "levels", "count": count}}
        raise Unphysical("the well holds no level")

    return scenario


def _doublet(table: Table, scenario: Table) -> tuple[float, float]:
    """Gap and depth below the barrier of a double well; it must hold two levels below its barrier, and a gap that can be told."""
    right = answers({**scenario, "find": {"kind": "splitting"}}).numbers
    if not right:
        raise Unphysical("the wells hold no two levels")
    top = _barrier_top(table)
    gap, below = right["gap"][0], top - right["level_1"][0]
    if below <= 0 or gap < _SMALLEST_GAP * below:
        raise Unphysical("the levels lie above the barrier, or are one")
    return gap, below


def _barrier_top(table: Table) -> float:
    """V between two wells; of those in the plane at the origin, about which they are each other's image."""
    if table["kind"] == "expression" and (plane := Formula(table["formula"], table["parameters"])).of_plane:
        return float(plane.in_plane(np.zeros(1), np.zeros(1))[0])
    line = line_of(table)
    divide = top_between_wells(line) if line.divide is None else line.divide
    return float(line.v(np.array([divide]))[0])


def _populations(rng: np.random.Generator, made: Callable[..., Table] = wells.double_wells) -> Table:
    table = made(rng, tilted=True)
    scenario = {"potential": table, "state": {"kind": str(rng.choice(["left_localized", "right_localized"]))}}
    gap, below = _doublet(table, scenario)
    if below / gap > _LONGEST_SWING:
        raise Unphysical("a swing takes too long")
    return scenario | ({"find": {"kind": "populations"}} if rng.random() < 0.5 else {})


def _splitting(rng: np.random.Generator, made: Callable[..., Table] = wells.double_wells) -> Table:
    table = made(rng, tilted=False)
    scenario = {"potential": table, "state": {"kind": "left_localized"}}
    _doublet(table, scenario)
    return scenario | {"find": {"kind": "splitting"}}


def _driven(rng: np.random.Generator) -> Table:
    """A quartic double well shaken for a swing or two, by a force of up to a tenth of the barrier over its half width."""
    half, barrier = rng.uniform(1.0, 1.6), rng.uniform(1.5, 4.0)
    well = wells.tidy({"kind": "quartic_double_well", "barrier": barrier, "half_distance": half})
    start = {"kind": str(rng.choice(["left_localized", "right_localized"]))}
    gap, _ = _doublet(well, {"potential": well, "state": start})
    duration = math.pi / gap * rng.uniform(0.5, 1.5)
    if duration > 150:
        raise Unphysical("a swing takes too long")
    table = {
        "kind": "driven", "potential": well, "force": rounded(0.3 * barrier / half * rng.uniform(0.1, 1.0)),
        "frequency": rounded(rng.uniform(0.5, 3.0)), "phase": rounded(rng.uniform(0, 6.28)),
    }  # fmt: skip
    return {"potential": table, "state": start, "duration": rounded(duration), "find": {"kind": "driven_populations"}}


def _decay(rng: np.random.Generator) -> Table:
    table = wells.leaking_wells(rng)
    scenario = {"potential": table, "state": {"kind": "trapped", "level": 0}}
    right = answers({**scenario, "find": {"kind": "decay"}}).numbers
    if not right:
        raise Unphysical("the well holds no state that can leak")
    life, height = right["lifetime"][0], float(table["height"] if "height" in table else table["depth"])
    energy = right["resonance_energy"][0] if "height" in table else right["resonance_energy"][0] + table["depth"]
    if not (3.0 < life * height < _LONGEST_LIFE * 3 and 0 < energy < 0.9 * height):
        raise Unphysical("it is out at once, or never")
    return scenario


def _quadratic(rng: np.random.Generator) -> Table:
    """A packet in V(x, t) of second degree in x: free, in a field, in an oscillator still or shaken, or one that changes."""
    w = rng.uniform(0.4, 1.5)
    forms: list[Table] = [
        {"kind": "free"},
        {"kind": "harmonic", "frequency": w, "center": rng.uniform(-1, 1)},
        {"kind": "driven", "potential": wells.tidy({"kind": "harmonic", "frequency": w}), "force": rounded(rng.uniform(0.1, 0.8)),
         "frequency": rounded(rng.uniform(0.3, 2.0)), "phase": rounded(rng.uniform(0, 6.28))},
        wells.expression("A*(1 + b*t)**2*x**2/2", {"A": w, "b": rng.uniform(0.1, 0.6)}),
        wells.expression("A*(1 + b*cos(w*t))*x**2/2", {"A": w, "b": rng.uniform(0.1, 0.6), "w": rng.uniform(0.5, 3.0)}),
        wells.expression("A*(x - b*sin(w*t))**2/2", {"A": w, "b": rng.uniform(0.2, 1.0), "w": rng.uniform(0.5, 3.0)}),
    ]  # fmt: skip
    state = {
        "kind": "gaussian_packet",
        "center": rng.uniform(-1.5, 1.5),
        "width": rng.uniform(0.5, 1.2),
        "momentum": rng.uniform(-2, 2),
    }
    return {
        "potential": wells.tidy(forms[rng.integers(len(forms))]),
        "state": wells.tidy(state),
        "duration": rounded(rng.uniform(1.0, 6.0)),
        "find": {"kind": "motion"},
    }


def _held(rng: np.random.Generator) -> Table:
    """A packet or a superposition of levels in a well that is no parabola."""
    if rng.random() < 0.35:
        table = wells.double_wells(rng)
        if bound_states(line_of(table), 1.0, 2, check=False) is None:
            raise Unphysical("the wells hold no two levels")
        terms = [{"kind": "eigenstate", "level": level} for level in (0, 1)]
        state: Table = {"kind": "superposition", "terms": terms, "coefficients": [1.0, rounded(rng.uniform(-1, 1))]}
    else:
        form = str(rng.choice(["A*x**4 + B*x**2", "A*x**4 - B*x**2", "A*cosh(x)", "A*x**6"]))
        table = wells.expression(form, {name: rng.uniform(0.1, 1.0) for name in "AB" if name in form})
        if rng.random() < 0.4:
            table = wells.tidy({"kind": "quartic_double_well", "barrier": rng.uniform(1, 4), "half_distance": rng.uniform(1.0, 1.8)})  # fmt: skip
        state = wells.tidy({"kind": "gaussian_packet", "center": rng.uniform(-1.2, 1.2), "width": rng.uniform(0.4, 0.8), "momentum": rng.uniform(-1, 1)})  # fmt: skip
    return {"potential": table, "state": state, "duration": rounded(rng.uniform(1.0, 8.0)), "find": {"kind": "motion"}}


def _shaken(rng: np.random.Generator) -> Table:
    """A smooth barrier whose height or place swings while a packet is there."""
    k = float(rng.uniform(1.0, 2.0))
    forms = [
        "E0*(1 + a*cos(w*t))*exp(-((x - b)/c)**2)",
        "E0*exp(-((x - b*sin(w*t))/c)**2)",
        "E0*sech((x - b)/c)**2*(1 + a*sin(w*t))",
        "E0*exp(-((x - b)/c)**2) + a*E0*exp(-((x + 2)/c)**2)*cos(w*t)",
    ]
    form = str(rng.choice(forms))
    span = {"E0": (0.3, 1.4), "a": (0.1, 0.6), "b": (0.1, 0.8), "c": (0.5, 1.5), "w": (0.3, 1.5)}
    numbers = {
        name: rng.uniform(*ends) for name, ends in span.items() if name in form.replace("cos", "").replace("sech", "")
    }
    numbers["E0"] *= k**2 / 2
    width = rng.uniform(5.0, 7.0) / k
    state = {
        "kind": "gaussian_packet",
        "center": rounded(-12 - 6.5 * width),
        "width": rounded(width),
        "momentum": rounded(k),
    }
    return {"potential": wells.expression(form, numbers), "state": state, "find": {"kind": "transmission"}}


def _in_formula(made: Callable[..., Table]) -> Callable[[np.random.Generator], Table]:
    return functools.partial(made, made=questions.two_wells)


def _in_plane(made: Callable[..., Table]) -> Callable[[np.random.Generator], Table]:
    return functools.partial(made, made=questions.wells_in_plane)


_BARRIERS_AND_WELLS: dict[str, Callable[[np.random.Generator], Table]] = {
    "barrier": _open(shapes.barrier), "sum": _open(shapes.total), "bumps": _open(shapes.bumps), "steps": _open(shapes.steps),
    "kinks": _open(shapes.kinks), "lattice": _open(shapes.lattice), "table": _open(shapes.table),
    "near": _open(lambda rng, k: (shapes.barrier, shapes.total, shapes.bumps)[rng.integers(3)](rng, k), near=True),
    "superposed": _superposed, "relative": _open(shapes.thick, relative=True), "curve": _curve,
    "levels_smooth": _levels(wells.smooth_wells), "levels_sharp": _levels(wells.sharp_wells),
    "levels_kinked": _levels(wells.kinked_wells), "levels_table": _levels(wells.tabled_wells),
    "populations": _populations, "splitting": _splitting, "driven": _driven, "decay": _decay,
    "quadratic": _quadratic, "held": _held, "shaken": _shaken,
}  # fmt: skip
_QUESTIONS: dict[str, Callable[[np.random.Generator], Table]] = {
    "walled": questions.walled, "boxed": questions.boxed, "ring": questions.ring, "formula_splitting": _in_formula(_splitting),
    "formula_populations": _in_formula(_populations), "formula_decay": questions.leaking, "plane_wave": questions.plane_wave,
    "pair": questions.pair, "written": questions.written, "identical": questions.identical, "warm": questions.warm,
    "planar_splitting": _in_plane(_splitting), "planar_populations": _in_plane(_populations),
}  # fmt: skip
_MADE = _BARRIERS_AND_WELLS | _QUESTIONS
KINDS, QUESTIONS = tuple(_BARRIERS_AND_WELLS), tuple(_QUESTIONS)
