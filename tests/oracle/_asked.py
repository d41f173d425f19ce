"""What a scenario file asks, of what packet and mass, and how the oracle answers."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from ._reading import line_of
from ._scattering import Gaussian
from ._units import number

Points = Callable[[np.ndarray], tuple[np.ndarray, float]]


@dataclasses.dataclass(frozen=True)
class Answers:
    """What is right.

    Attributes:
        numbers: (value, error) by standard name, in atomic or natural units.
        curves: by name, functions of the points (times, energies): values and one error.
        scale: what a relative tolerance of the first number is relative to; 1 for an absolute one.
    """

    numbers: dict[str, tuple[float, float]] = dataclasses.field(default_factory=dict)
    curves: dict[str, Points] = dataclasses.field(default_factory=dict)
    scale: float = 1.0


def question(scenario: dict[str, Any]) -> str:
    """The kind of what is asked; what the problem suggests where nothing is."""
    if "find" in scenario:
        return scenario["find"]["kind"]
    state = scenario["state"]["kind"]
    if state == "trapped":
        return "decay"
    if state in ("left_localized", "right_localized"):
        return "driven_populations" if scenario["potential"]["kind"] == "driven" else "populations"
    line = line_of(scenario["potential"], mass_of(scenario))
    return "transmission" if np.all(np.isfinite(line.ends)) and scenario["potential"]["kind"] != "free" else "motion"


def mass_of(scenario: dict[str, Any]) -> float:
    """The particle's mass."""
    return number(scenario.get("particle", {}).get("mass", 1.0))


def packet_of(state: dict[str, Any], mass: float) -> Gaussian | None:
    """The packet of a state's table, a sum of packets included."""
    if state["kind"] == "superposition":
        parts = [packet_of(term, mass) for term in state["terms"]]
        if any(part is None for part in parts):
            return None
        # each term is normalized before it is multiplied
        rows = [
            (c, *rest)
            for c, part in zip(state["coefficients"], parts, strict=True)
            for _, *rest in part.packets  # type: ignore[union-attr]
        ]
        return Gaussian(tuple((float(c), *map(float, rest)) for c, *rest in rows))  # type: ignore[misc]
    if state["kind"] == "wave_function":
        # "exp(-((x - L1)/(2*w1))^2) + c*exp(-((x - L2)/(2*w1))^2)", with a momentum for all of it
        p = {name: number(value) for name, value in state["parameters"].items()}
        momentum = number(state["momentum"])
        humps = [(1.0, p["L1"]), *([(p["c"], p["L2"])] if "c" in p else [])]
        # one wave exp(i k x) for all humps, not one that starts anew at each
        return Gaussian(tuple((c * np.exp(1j * momentum * x0), x0, p["w1"], momentum) for c, x0 in humps))
    if state["kind"] != "gaussian_packet":
        return None
    center, width = number(state["center"]), number(state["width"])
    if "momentum" in state:
        momentum = number(state["momentum"])
    else:
        sign = -1.0 if state.get("direction") == "left" else 1.0
        momentum = sign * float(np.sqrt(2 * mass * number(state["energy"])))
    return Gaussian(((1.0, center, width, momentum),))
