"""Studies that run once the sliders rest: theory beside the picture, and the certificate with its error bars."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..._typing import DIMENSIONLESS, ENERGY
from ...analysis import certify
from ...errors import StoppedError, WavesimError
from ...problem import Problem
from ._cards import (
    Message,
    decay_card,
    energy_card,
    gap_card,
    mean_energy,
    pattern_card,
    theory_curves,
    transmission_card,
)
from ._page_state import PageState
from ._view import unit_text

# tolerance of the certificate
_TOLERANCE = 1e-3
# points of the curve of the gap
_GAPS = 25
# quantities of a report that are shown
_SHOWN = (
    "transmitted_probability",
    "reflected_probability",
    "tunneling_period",
    "gap",
    "lifetime",
    "mean_position",
    "position_spread",
    "left_population",
    "right_population",
)


def at_once(state: PageState) -> Message | None:
    """T(E), which is cheap enough to follow a slider; None where it does not apply."""
    if state.kind.name != "barrier":
        return None
    try:
        return transmission_card(state.scenario.problem, state.units)
    except (WavesimError, ArithmeticError):
        return None


def marked(state: PageState) -> list[Message | None]:
    """The card of the marked energy, by default of the packet's mean energy."""
    if state.kind.name != "barrier":
        return []
    problem, units = state.scenario.problem, state.units
    mean = mean_energy(problem)

    energy = state.mark if state.mark is not None else None if mean is None else mean / units.scale(ENERGY)
    if energy is None:
        return []
    try:
        return [energy_card(problem, units, energy, state.view.window[0])]
    except (WavesimError, ArithmeticError):
        return []


def pattern(state: PageState, frame: int) -> Message | None:
    """The pattern behind a wall at a frame."""
    return pattern_card(state.run, state.units, frame)


def at_rest(state: PageState) -> list[Callable[[], Message | None]]:
    """The slower studies of theory, in order."""
    problem, units, run = state.scenario.problem, state.units, state.run
    if run.quenched:
        return []

    def curves() -> Message | None:
        predictions = theory_curves(run)
        scales = {name: units.scale(dimension) for name, (_, dimension) in run.curves().items()}
        shown = {name: values / scales[name] for name, values in predictions.items() if name in scales}
        return ({"type": "theory"}, shown) if shown else None

    def energy() -> Message | None:
        return next(iter(marked(state)), None)

    def gap() -> Message | None:
        slider = state.opening.sliders[0]

        def problem_at(value: float) -> Problem:
            return state.opening.scenario(state.values | {slider.path: value}).problem

        return gap_card(problem, units, slider.path, np.linspace(slider.low, slider.high, _GAPS), problem_at)

    return {
        "barrier": [energy],
        "wells": [gap, curves] if state.opening.sliders else [curves],
        "decay": [curves, lambda: decay_card(problem, units)],
        "motion": [curves],
        "populations": [curves],
    }.get(state.kind.name, [])


def certificate(state: PageState, stop: Callable[[], bool]) -> dict[str, Any] | None:
    """The message with the certified numbers, their error bars and theory; None if it was stopped."""
    units = state.units
    try:
        report = certify(state.scenario.problem, _TOLERANCE, find=state.kind.question, stop=stop)
    except StoppedError:
        return None
    except WavesimError as error:
        return {"type": "certified", "rows": [], "sentence": str(error)}
    rows, verdicts = [], []
    for name in _SHOWN:
        quantity = report.quantities.get(name)
        if quantity is None or not np.isfinite(quantity.error):
            continue
        scale = units.scale(quantity.dimension)
        theories = {kind: float(value) / scale for kind, value in quantity.theory.items()}
        rows.append(
            {
                "name": name,
                "value": quantity.value / scale,
                "error": quantity.error / scale,
                "unit": "" if quantity.dimension == DIMENSIONLESS else unit_text(units, quantity.dimension),
                "theory": next(iter(theories.values()), None),
                "kind": next(iter(theories), None),
            }
        )
        if theories:
            verdicts.append(bool(quantity.agrees))
    agrees = None if not verdicts else all(verdicts)
    return {"type": "certified", "rows": rows, "agrees": agrees, "sentence": ""}
