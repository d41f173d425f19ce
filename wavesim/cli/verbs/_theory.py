"""``wavesim theory``: the predictions of theory for a scenario, without propagation."""

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
class CasePredictions:
    """The predictions of theory for one case, in internal units.

    Attributes:
        quantities: theory's numbers, by quantity and name of the theory.
        mean_energy: mean energy of a packet that meets a barrier; else None.
        at_mean_energy: T at that energy by each theory, which is not the packet's average.
        leaves: probability that moves away from the barrier from the start.
        curves: theory's curves by name.
    """

    quantities: Predictions
    mean_energy: float | None
    at_mean_energy: dict[str, float]
    leaves: float
    curves: dict[str, TheoryCurve]


def predictions_of(scenario: Scenario, *, curves: bool) -> CasePredictions:
    """Predictions for the question of a scenario, without those that depend on the duration of a plan."""
    problem = scenario.problem
    question = scenario.find or question_of(problem)
    duration = None if problem.duration is None else float(problem.duration)
    predictions = {name: values for name, values in question.predictions(problem, duration).items() if values}
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
            for name, values in question.curve_predictions(problem, times).items():
                lines[name] = TheoryCurve(QUANTITIES[name], ("time", TIME), times, values)
    return CasePredictions(predictions, mean_energy, at_mean_energy, leaves, lines)


def _curve(
    dimension: Dimension, along: tuple[str, Dimension], points: np.ndarray, forms: dict[str, Callable[[Any], Any]]
) -> TheoryCurve:
    return TheoryCurve(dimension, along, points, {name: np.asarray(form(points)) for name, form in forms.items()})


def theory_text(scenario: Scenario) -> str:
    """A table for each case, with T(E) at the mean energy of a packet, which differs from its average."""
    cases = scenario.cases or (scenario,)
    cases_predictions = [predictions_of(case, curves=False) for case in cases]
    if not any(predictions.quantities for predictions in cases_predictions):
        return "theory has no prediction for this problem."
    parts = [scenario.title]
    for case, predictions in zip(cases, cases_predictions, strict=True):
        parts += [case.label] if case.label else []
        parts.append(
            _case_text(case, predictions) if predictions.quantities else "theory has no prediction for this case."
        )
    if ratio := _ratio(cases_predictions):
        parts.append(
            "ratio of the last case to the first: "
            + ", ".join(f"{value:.12g} ({kind.replace('_', ' ')})" for kind, value in ratio.items())
        )
    return "\n".join(parts)


def _case_text(scenario: Scenario, predictions: CasePredictions) -> str:
    units = scenario.units
    lines = [predictions_text(predictions.quantities, units)]
    if predictions.mean_energy is not None:
        energy = f"{predictions.mean_energy / units.scale(ENERGY):.6g}" + ("" if units.natural else f" {units.energy}")
        for kind, value in predictions.at_mean_energy.items():
            lines.append(f"T at the mean energy {energy} ({kind.replace('_', ' ')}): {value:.12g}")
    if predictions.leaves > 1e-12:
        lines.append(f"part of the packet that moves the other way from the start: {predictions.leaves:.3g}")
    return "\n".join(lines)


def theory_json(scenario: Scenario) -> str:
    """The predictions as JSON, with curves, in the units of the scenario."""
    from ..._version import __version__

    head = {
        "format": 1,
        "scenario": scenario.name,
        "title": scenario.title,
        "hash": scenario.hash,
        "wavesim": __version__,
    }
    if not scenario.cases:
        return dumps({**head, **_case_json(scenario, predictions_of(scenario, curves=True))})
    cases_predictions = [predictions_of(case, curves=True) for case in scenario.cases]
    ratio = _ratio(cases_predictions)
    quantities = {"ratio": {"unit": "1", "theory": ratio}} if ratio else {}
    cases = [
        {"label": case.label, **_case_json(case, predictions)}
        for case, predictions in zip(scenario.cases, cases_predictions, strict=True)
    ]
    return dumps({**head, "quantities": quantities, "cases": cases})


def _case_json(scenario: Scenario, predictions: CasePredictions) -> dict[str, Any]:
    units = scenario.units
    content: dict[str, Any] = {
        "quantities": {
            name: {
                "unit": units.symbol(QUANTITIES[name]),
                "theory": {kind: value / units.scale(QUANTITIES[name]) for kind, value in values.items()},
            }
            for name, values in predictions.quantities.items()
        }
    }
    if predictions.mean_energy is not None:
        content["transmission_at_mean_energy"] = {
            "energy": predictions.mean_energy / units.scale(ENERGY),
            "unit": units.symbol(ENERGY),
            "theory": predictions.at_mean_energy,
        }
        content["moves_away"] = predictions.leaves
    content["curves"] = {name: _curve_json(curve, scenario) for name, curve in predictions.curves.items()}
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


def _ratio(cases_predictions: list[CasePredictions]) -> dict[str, float]:
    """The headline of the last case over that of the first, by each theory that both have."""
    if len(cases_predictions) < 2 or not (cases_predictions[0].quantities and cases_predictions[-1].quantities):
        return {}
    return ratios(
        *(next(iter(predictions.quantities.values())) for predictions in (cases_predictions[0], cases_predictions[-1]))
    )
