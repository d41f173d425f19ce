"""One or two problems for every potential of the scenario language, each with a natural question."""

from __future__ import annotations

import dataclasses
from typing import Any

from ._differences import STEPS, Table

PACKET: Table = {"kind": "gaussian_packet", "center": -40.0, "width": 4.0, "momentum": 1.0}
LEFT: Table = {"kind": "left_localized"}
TRAPPED: Table = {"kind": "trapped"}
GROUND: Table = {"kind": "eigenstate"}


@dataclasses.dataclass(frozen=True)
class Case:
    """A problem in natural units, and what knows it beside wavesim.

    Attributes:
        kind: of the potential.
        content: of the scenario's file.
        reference: its name in `REFERENCES`.
        paths: of the floats, where there are more than are worth a look; else all.
        names: of the quantities, where not all that the reference knows.
        steps: of its differences, as shares of a parameter's scale.
    """

    kind: str
    content: Table
    reference: str = "oracle"
    paths: tuple[str, ...] | None = None
    names: tuple[str, ...] | None = None
    steps: tuple[float, ...] = STEPS

    @property
    def question(self) -> str:
        """What is asked."""
        return self.content["find"]["kind"]


def _case(potential: Table, find: str | Table, state: Table | None = None, **rest: Any) -> Case:
    more = {name: rest.pop(name) for name in ("reference", "paths", "names", "steps") if name in rest}
    find = {"kind": find} if isinstance(find, str) else find
    head = {"format": 1, "title": "a number and what moves it", "units": "natural", "particle": {"mass": 1.0}}
    return Case(
        potential["kind"], {**head, "potential": potential, "state": state or PACKET, "find": find, **rest}, **more
    )


def _at(energy: float) -> Table:
    return {"kind": "transmission_at", "energy": energy}


def _levels(count: int) -> Table:
    return {"kind": "levels", "count": count}


_RECTANGLE = {"kind": "rectangular_barrier", "height": 0.8, "width": 1.3, "center": 0.2}
_GAUSSIAN = {"kind": "gaussian_barrier", "height": 0.6, "width": 0.8, "center": -0.3}
_ECKART = {"kind": "eckart_barrier", "height": 0.7, "width": 0.9, "center": 0.1}
_TABLE = {"kind": "sampled", "values": [0.0, 0.0, 0.3, 0.7, 0.4, 0.5, 0.0, 0.0], "left": -3.0, "right": 3.2}
_WELL_TABLE = {"kind": "sampled", "values": [0.0, 0.0, -1.2, -1.6, -0.7, -1.1, 0.0, 0.0], "left": -3.0, "right": 3.2}
_LAYERS = {"kind": "layers", "layers": [[1.0, 0.8], [1.5, -0.3], [0.7, 0.9]], "left": -0.4, "before": 0.0, "after": 0.1}
_STACK = {
    "kind": "heterostructure", "layers": [[1.5, 0.8, 1.3], [3.0, 0.0, 0.9], [1.5, 0.8, 1.3]], "left": 0.1, "before": 0.02, "after": 0.03,
    "bias": 0.1, "mass_after": 1.1,
}  # fmt: skip
_PLANE = {
    "kind": "sampled_plane", "lower": [-2.2, -2.0], "upper": [2.2, 2.1],
    "values": [[6.0, 5.0, 5.0, 6.0], [5.0, 0.3, 0.5, 5.0], [5.0, 0.1, 0.8, 5.0], [6.0, 5.0, 5.0, 6.0]],
}  # fmt: skip

CASES: tuple[Case, ...] = (
    _case({"kind": "free"}, "motion", duration=7.0),
    _case({"kind": "step", "height": 0.3, "center": 0.4}, "transmission", reference="average"),
    _case({"kind": "step", "height": 0.3, "center": 0.4}, _at(0.5)),
    _case(_RECTANGLE, "transmission", reference="average"),
    _case(_RECTANGLE, {"kind": "energy_for_transmission", "transmission": 0.4}, reference="energy"),
    _case(_RECTANGLE, {"kind": "tunneling_times", "energy": 0.5}, reference="delay"),
    _case(_GAUSSIAN, "transmission", {**PACKET, "center": -50.0}, reference="average"),
    _case(_GAUSSIAN, _at(0.45)),
    _case(_ECKART, "transmission", {**PACKET, "center": 60.0, "momentum": -1.0}, reference="average"),
    _case(_ECKART, {"kind": "thermal_rate", "temperature": 0.06, "attempt": 0.4, "heavier": 2.0}, reference="thermal"),
    _case({"kind": "double_barrier", "height": 1.0, "width": 0.7, "separation": 2.5, "center": 0.3}, _at(0.35)),
    _case({"kind": "double_barrier", "height": 1.0, "width": 0.7, "separation": 2.5, "center": 0.3},
          {"kind": "transmission_maxima", "low": 0.05, "high": 0.9}, reference="maxima"),
    _case({"kind": "double_barrier", "height": 1.0, "width": 0.7, "separation": 2.5, "center": 0.3},
          {"kind": "resonances", "low": 0.05, "high": 0.9}, reference="poles"),
    _case({"kind": "triangular_barrier", "height": 1.0, "width": 2.0, "center": 0.2}, "transmission", reference="average"),
    _case({"kind": "parabolic_barrier", "height": 0.9, "width": 1.2, "center": 0.2}, "transmission", reference="average"),
    _case({"kind": "delta_barrier", "strength": 0.8, "center": 0.2}, "transmission", reference="average"),
    _case({"kind": "delta_well", "strength": 1.2, "center": 0.2}, "transmission", reference="average"),
    _case({"kind": "delta_well", "strength": 1.2, "center": 0.2}, _levels(1), GROUND, reference="delta"),
    _case({"kind": "double_delta_well", "strength": 1.0, "separation": 2.5, "center": 0.2}, "splitting", LEFT),
    _case({"kind": "harmonic", "frequency": 0.7, "center": 0.3}, _levels(3), GROUND),
    _case({"kind": "harmonic", "frequency": 0.7, "center": 0.3}, "motion",
          {"kind": "gaussian_packet", "center": -2.0, "width": 0.6, "momentum": 0.5}, duration=3.0),
    _case({"kind": "infinite_square_well", "width": 4.0, "center": 0.3}, _levels(3), GROUND, reference="box"),
    _case({"kind": "quartic_double_well", "barrier": 1.5, "half_distance": 1.8, "tilt": 0.0, "center": 0.2}, "splitting", LEFT),
    _case({"kind": "quartic_double_well", "barrier": 1.5, "half_distance": 1.8, "tilt": 0.02, "center": 0.2}, "populations", LEFT),
    _case({"kind": "square_double_well", "depth": 2.0, "well_width": 1.5, "separation": 1.0, "center": 0.2}, "splitting", LEFT),
    _case({"kind": "square_double_well", "depth": 2.0, "well_width": 1.5, "separation": 1.0, "center": 0.2}, _levels(2), GROUND),
    _case({"kind": "gaussian_wells", "depth": 2.0, "width": 0.7, "separation": 3.2, "center": 0.2}, "splitting", LEFT),
    _case({"kind": "gaussian_wells", "depth": 2.0, "width": 0.7, "separation": 3.2, "center": 0.2}, "populations", LEFT, duration=20.0),
    _case({"kind": "well_behind_barrier", "height": 1.5, "width": 1.2, "well_width": 2.5, "center": 0.3}, "decay", TRAPPED, reference="square"),
    _case({"kind": "coulomb_barrier", "depth": 0.2, "radius": 1.8, "strength": 3.0, "center": 0.1}, "decay", TRAPPED, reference="coulomb"),
    _case({"kind": "coulomb_barrier", "depth": 10.0, "radius": 1.8, "strength": 3.0, "center": 0.1},
          {"kind": "half_life", "energy": 0.2}, TRAPPED, reference="gamow"),
    _case({"kind": "coulomb_barrier", "depth": 10.0, "radius": 0.05, "strength": 3.0, "center": 0.1},
          {"kind": "gamow_peak", "temperature": 0.4}, reference="fusion"),
    _case({"kind": "leaky_square_well", "depth": 1.5, "well_width": 1.0, "separation": 1.2, "center": 0.1}, "decay", TRAPPED, reference="square"),
    _case({"kind": "expression", "formula": "A*exp(-((x - c)/a)^2) + where(abs(x) < b, B, 0)",
           "parameters": {"A": 0.6, "c": 0.5, "a": 1.1, "b": 0.8, "B": 0.3}}, _at(0.5)),
    _case({"kind": "expression", "formula": "A*x^4 - B*x^2 + F*abs(x - c)", "parameters": {"A": 0.5, "B": 2.0, "F": 0.3, "c": 0.4}},
          _levels(3), GROUND),
    _case({"kind": "expression", "formula": "x^2/2*exp(-a*x^2)", "parameters": {"a": 0.16}}, "decay", TRAPPED,
          reference="rotated"),
    _case({"kind": "expression", "formula": "A*exp(-((x - c)/a)^2)", "parameters": {"A": -3.0, "c": 0.3, "a": 0.7}}, _levels(3), GROUND,
          walls={"left": -2.2, "right": 2.5}),
    _case({"kind": "expression", "formula": "F*x", "parameters": {"F": 1.3}}, _levels(3), GROUND, walls={"left": 0.1}),
    _case({"kind": "expression", "formula": "A*cos(2*pi*x/L) + B*sin(4*pi*x/L)", "parameters": {"A": 1.2, "B": 0.4, "L": 5.0}},
          _levels(3), GROUND, axis={"period": 5.0, "flux": 0.2}, reference="ring"),
    _case({"kind": "expression", "formula": "A*exp(-((x - c)/a)^2)", "parameters": {"A": 0.8, "c": 0.5, "a": 0.7}}, "motion",
          {"kind": "gaussian_packet", "center": -1.5, "width": 0.35, "momentum": 1.5}, walls={"left": -5.0, "right": 5.0}, duration=3.0),
    _case({"kind": "expression", "formula": "A*exp(-(x/a)^2)*(1 + b*exp(-((t - c)/d)^2))",
           "parameters": {"A": 0.5, "a": 1.2, "b": 0.6, "c": 19.0, "d": 4.0}}, "transmission",
          {"kind": "gaussian_packet", "center": -24.0, "width": 4.0, "momentum": 1.2},
          steps=(1e-2, 1e-3), paths=("particle.mass", "potential.parameters.A", "potential.parameters.b", "potential.parameters.c", "state.center", "state.momentum")),
    _case(_TABLE, "transmission", reference="average"),
    _case(_TABLE, _at(0.45)),
    _case(_WELL_TABLE, _levels(2), GROUND),
    _case(_LAYERS, "transmission", reference="average"),
    _case(_STACK, _at(0.4), reference="stack"),
    _case(_STACK, {"kind": "resonances", "low": 0.1, "high": 0.6}, reference="stack_poles"),
    # the mass of the particle is that of the structure where it comes from, so that neither moves without the other
    _case({"kind": "graded_structure", "potential": _GAUSSIAN, "mass": "m1 + d*exp(-((x - c)/w)^2)",
           "parameters": {"m1": 1.0, "d": 0.4, "c": 0.3, "w": 1.2}}, _at(0.45), reference="graded",
          paths=("potential.potential.height", "potential.potential.width", "potential.potential.center", "potential.parameters.d",
                 "potential.parameters.c", "potential.parameters.w")),
    _case({"kind": "driven", "potential": {"kind": "harmonic", "frequency": 0.7, "center": 0.3}, "force": 0.3, "frequency": 0.5, "phase": 0.4},
          "motion", {"kind": "gaussian_packet", "center": -2.0, "width": 0.6, "momentum": 0.5}, duration=3.0),
    _case({"kind": "driven", "potential": {"kind": "quartic_double_well", "barrier": 1.5, "half_distance": 1.8, "tilt": 0.0, "center": 0.2},
           "force": 0.05, "frequency": 0.2, "phase": 0.3}, "driven_populations", LEFT, duration=15.0),
    _case({"kind": "sum", "terms": [_RECTANGLE, {**_GAUSSIAN, "center": 3.0}, {"kind": "delta_barrier", "strength": 0.2, "center": -2.0}]},
          "transmission", reference="average"),
    _case({"kind": "sum", "terms": [{"kind": "harmonic", "frequency": 0.7, "center": 0.3}, _GAUSSIAN]}, _levels(3), GROUND),
    _case({"kind": "separable", "terms": [{"kind": "harmonic", "frequency": 0.7, "center": 0.3},
                                          {"kind": "quartic_double_well", "barrier": 1.5, "half_distance": 1.8, "tilt": 0.1, "center": 0.2}]},
          _levels(3), {"kind": "eigenstate"}, reference="separable"),
    _case(_PLANE, _levels(2), GROUND, reference="plane", grid={"lower": [-7.0, -7.0], "upper": [7.0, 7.0], "points": [120, 120]},
          paths=("particle.mass", "potential.values.1.2", "potential.lower.0", "potential.upper.1")),
    # theory is that of a packet that comes in: at -8 its tail in the wall moves d/d(center) by 1e-5
    _case({"kind": "double_slit", "height": 5.0, "thickness": 0.6, "slit_width": 0.8, "separation": 3.0, "center": 0.2}, "fringes",
          {"kind": "product", "factors": [{"kind": "gaussian_packet", "center": -12.0, "width": 1.5, "momentum": 3.0},
                                          {"kind": "gaussian_packet", "center": 0.0, "width": 2.0, "momentum": 0.0}]}, reference="slits"),
    _case({"kind": "two_particles", "interaction": {"kind": "gaussian_barrier", "height": 0.7, "width": 0.8, "center": 0.0}}, "pass_or_bounce",
          {"kind": "product", "factors": [{**PACKET, "center": -20.0}, {**PACKET, "center": 22.0, "momentum": -0.9}]}),
)  # fmt: skip
