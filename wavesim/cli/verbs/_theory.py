"""``wavesim theory``: every closed-form figure of a scenario, without any propagation."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ... import theory
from ..._typing import DIMENSIONLESS, ENERGY, TIME, Dimension
from ...analysis import AbstractRecordQuestion, Transmission, TransmissionCurve, question_of
from ...analysis.bars import Predictions, ratios
from ...analysis.predictions import approximate_transmissions, transmission_theories
from ...analysis.questions import energies_of
from ...errors import WavesimError
from ...reports import dumps, predictions_text
from ...scenario import QUANTITIES
from ...states import GaussianPacket

if TYPE_CHECKING:
    from ...scenario import Scenario

_POINTS = 101


@dataclasses.dataclass(frozen=True)
class TheoryCurve:
    """Theory along time or along energy, in internal units."""

    dimension: Dimension
    along: tuple[str, Dimension]
    points: np.ndarray
    theory: dict[str, np.ndarray]


@dataclasses.dataclass(frozen=True)
class Told:
    """What theory says of one case, in internal units.

    Attributes:
        predictions: quantity -> theory's name -> value.
        mean_energy: of the packet, where it meets a barrier.
        at_mean_energy: T there by each theory, which is not the packet's average.
        leaves: the part of the packet that moves away from the barrier from the start.
        curves: theory's curves by name.
    """

    predictions: Predictions
    mean_energy: float | None
    at_mean_energy: dict[str, float]
    leaves: float
    curves: dict[str, TheoryCurve]


def told(scenario: Scenario, *, curves: bool) -> Told:
    """Ask the scenario's question of theory alone; what depends on a duration that only a plan would know is left out."""
    problem = scenario.problem
    question = scenario.find or question_of(problem)
    duration = None if problem.duration is None else float(problem.duration)
    predictions = {name: found for name, found in question.predictions(problem, duration).items() if found}
    packet, mass = problem.state, float(problem.mass)
    mean_energy, at_mean_energy, leaves, lines = None, {}, 0.0, {}
    if isinstance(question, Transmission | TransmissionCurve) and isinstance(packet, GaussianPacket):
        momentum = abs(float(packet.mean_momentum(mass)))
        mean_energy = momentum**2 / (2 * mass)
        forms = transmission_theories(problem)
        at_mean_energy = {name: float(form(np.array([mean_energy]))[0]) for name, form in forms.items()}
        leaves = 1.0 - float(theory.incoming_probability(momentum, packet.width))
        if curves:
            with contextlib.suppress(WavesimError):
                energies = energies_of(problem, None, _POINTS).kinetic
                forms |= approximate_transmissions(problem)
                lines["transmission"] = _curve(DIMENSIONLESS, ("energy", ENERGY), energies, forms)
    elif curves and isinstance(question, AbstractRecordQuestion):
        last = duration or next(iter(predictions.get("tunneling_period", {}).values()), None)
        if last is not None:
            times = np.linspace(0.0, last, _POINTS)
            for name, found in question.curve_predictions(problem, times).items():
                lines[name] = TheoryCurve(QUANTITIES[name], ("time", TIME), times, found)
    return Told(predictions, mean_energy, at_mean_energy, leaves, lines)


def _curve(
    dimension: Dimension, along: tuple[str, Dimension], points: np.ndarray, forms: dict[str, Callable[[Any], Any]]
) -> TheoryCurve:
    return TheoryCurve(dimension, along, points, {name: np.asarray(form(points)) for name, form in forms.items()})


def theory_text(scenario: Scenario) -> str:
    """A table for each case; beside a packet's average T(E) at its mean energy, which is another number."""
    cases = scenario.cases or (scenario,)
    found = [told(case, curves=False) for case in cases]
    if not any(one.predictions for one in found):
        return "theory has no prediction for this problem."
    parts = [scenario.title]
    for case, one in zip(cases, found, strict=True):
        parts += [case.label] if case.label else []
        parts.append(_case_text(case, one) if one.predictions else "theory has no prediction for this case.")
    if ratio := _ratio(found):
        parts.append(
            "ratio of the last case to the first: "
            + ", ".join(f"{value:.12g} ({kind.replace('_', ' ')})" for kind, value in ratio.items())
        )
    return "\n".join(parts)


def _case_text(scenario: Scenario, one: Told) -> str:
    units = scenario.units
    lines = [predictions_text(one.predictions, units)]
    if one.mean_energy is not None:
        energy = f"{one.mean_energy / units.scale(ENERGY):.6g}" + ("" if units.natural else f" {units.energy}")
        for kind, value in one.at_mean_energy.items():
            lines.append(f"T at the mean energy {energy} ({kind.replace('_', ' ')}): {value:.12g}")
    if one.leaves > 1e-12:
        lines.append(f"part of the packet that moves the other way from the start: {one.leaves:.3g}")
    return "\n".join(lines)


def theory_json(scenario: Scenario) -> str:
    """The same for scripts, with theory's curves: in the scenario's units, named beside each."""
    from ..._version import __version__

    head = {
        "format": 1,
        "scenario": scenario.name,
        "title": scenario.title,
        "hash": scenario.hash,
        "wavesim": __version__,
    }
    if not scenario.cases:
        return dumps({**head, **_case_json(scenario, told(scenario, curves=True))})
    found = [told(case, curves=True) for case in scenario.cases]
    ratio = _ratio(found)
    quantities = {"ratio": {"unit": "1", "theory": ratio}} if ratio else {}
    cases = [{"label": case.label, **_case_json(case, one)} for case, one in zip(scenario.cases, found, strict=True)]
    return dumps({**head, "quantities": quantities, "cases": cases})


def _case_json(scenario: Scenario, one: Told) -> dict[str, Any]:
    units = scenario.units
    content: dict[str, Any] = {
        "quantities": {
            name: {
                "unit": units.symbol(QUANTITIES[name]),
                "theory": {kind: value / units.scale(QUANTITIES[name]) for kind, value in found.items()},
            }
            for name, found in one.predictions.items()
        }
    }
    if one.mean_energy is not None:
        content["transmission_at_mean_energy"] = {
            "energy": one.mean_energy / units.scale(ENERGY),
            "unit": units.symbol(ENERGY),
            "theory": one.at_mean_energy,
        }
        content["moves_away"] = one.leaves
    content["curves"] = {name: _curve_json(curve, scenario) for name, curve in one.curves.items()}
    return content


def _curve_json(curve: TheoryCurve, scenario: Scenario) -> dict[str, Any]:
    units, (along, dimension) = scenario.units, curve.along
    return {
        "unit": units.symbol(curve.dimension),
        "along": along,
        "along_unit": units.symbol(dimension),
        "points": (curve.points / units.scale(dimension)).tolist(),
        "theory": {kind: (values / units.scale(curve.dimension)).tolist() for kind, values in curve.theory.items()},
    }


def _ratio(found: list[Told]) -> dict[str, float]:
    """The headline of the last case over that of the first, by each theory that both have."""
    if len(found) < 2 or not (found[0].predictions and found[-1].predictions):
        return {}
    return ratios(*(next(iter(one.predictions.values())) for one in (found[0], found[-1])))
