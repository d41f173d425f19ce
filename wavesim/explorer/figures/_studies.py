"""What is worked out once the sliders rest: theory beside the picture, and the certificate with its error bars."""

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
from ._show import Show
from ._stage import unit_text

_TOLERANCE = 1e-3
_GAPS = 25
# what of a report is shown
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


def at_once(show: Show) -> Message | None:
    """What is cheap enough to follow a slider: T(E)."""
    if show.kind.name != "barrier":
        return None
    try:
        return transmission_card(show.scenario.problem, show.units)
    except (WavesimError, ArithmeticError):
        return None


def marked(show: Show) -> list[Message | None]:
    """The cards of the energy that is marked, or of the packet's own."""
    if show.kind.name != "barrier":
        return []
    problem, units = show.scenario.problem, show.units
    mean = mean_energy(problem)

    energy = show.mark if show.mark is not None else None if mean is None else mean / units.scale(ENERGY)
    if energy is None:
        return []
    try:
        return [energy_card(problem, units, energy, show.stage.window[0])]
    except (WavesimError, ArithmeticError):
        return []


def pattern(show: Show, frame: int) -> Message | None:
    """What is behind a wall at a frame."""
    return pattern_card(show.take, show.units, frame)


def at_rest(show: Show) -> list[Callable[[], Message | None]]:
    """What theory needs longer for, in order."""
    problem, units, take = show.scenario.problem, show.units, show.take
    if take.quenched:
        return []

    def curves() -> Message | None:
        known = theory_curves(take)
        scales = {name: units.scale(dimension) for name, (_, dimension) in take.curves().items()}
        shown = {name: values / scales[name] for name, values in known.items() if name in scales}
        return ({"type": "theory"}, shown) if shown else None

    def energy() -> Message | None:
        return next(iter(marked(show)), None)

    def gap() -> Message | None:
        slider = show.opening.sliders[0]

        def made(value: float) -> Problem:
            return show.opening.scenario(show.values | {slider.path: value}).problem

        return gap_card(problem, units, slider.path, np.linspace(slider.low, slider.high, _GAPS), made)

    return {
        "barrier": [energy],
        "wells": [gap, curves] if show.opening.sliders else [curves],
        "decay": [curves, lambda: decay_card(problem, units)],
        "motion": [curves],
        "populations": [curves],
    }.get(show.kind.name, [])


def certificate(show: Show, stop: Callable[[], bool]) -> dict[str, Any] | None:
    """The numbers of the run's end with their error bars, beside theory; None if it was called off."""
    units = show.units
    try:
        report = certify(show.scenario.problem, _TOLERANCE, find=show.kind.question, stop=stop)
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
