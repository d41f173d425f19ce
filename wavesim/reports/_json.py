"""report.json for scripts: values in the scenario's units, named beside each; unknown numbers are null."""

from __future__ import annotations

import dataclasses
import json
import math
from typing import Any

import numpy as np

from .._typing import ENERGY, LENGTH, TIME
from .._version import __version__
from ..analysis import Curve, Quantity, Report
from ..propagation import Numerics
from ..scenario import Scenario
from ..units import UnitSystem
from ._expect import Outcome
from ._sensitivity import inputs_json


def as_json(report: Report, scenario: Scenario, outcomes: list[Outcome]) -> dict[str, Any]:
    """The content of report.json."""
    units, result = scenario.units, report.record
    return {
        "format": 1,
        "scenario": scenario.name,
        "title": scenario.title,
        "hash": scenario.hash,
        "wavesim": __version__,
        "changes": [dataclasses.asdict(change) for change in scenario.changes],
        "status": "complete" if report.complete else "interrupted",
        "device": None if result is None else result.device,
        "precision": "double" if result is None else result.numerics.precision,
        "tolerance": report.tolerance,
        "numerics": None if result is None else _numerics(result.numerics, result.steps_done, units),
        "wall_s": report.wall_s,
        "runs": report.runs,
        "fft_pairs_of_all_runs": report.fft_pairs,
        "quantities": {
            q.name: quantity_json(q, units) | {"verdict": report.verdict(q)} for q in report.quantities.values()
        },
        "certified": report.certified,
        "headline": report.headline.name,
        "error_budget": _scaled(report.headline.budget, units.scale(report.headline.dimension)),
        "inputs": inputs_json(report, units),
        "balance": report.balance,
        "curves": {c.name: _curve(c, units) for c in report.curves.values()},
        "expect": [expected_json(outcome, units) for outcome in outcomes],
        "notes": list(report.notes),
        "warnings": list(report.warnings),
    }


def dumps(content: dict[str, Any]) -> str:
    """Strict JSON text; numbers that are not finite become null."""
    return json.dumps(_finite(content), indent=1, ensure_ascii=False, allow_nan=False)


def _numerics(numerics: Numerics, steps_done: int, units: UnitSystem) -> dict[str, Any]:
    length, time, energy = units.scale(LENGTH), units.scale(TIME), units.scale(ENERGY)
    layer = numerics.absorber
    return {
        "points": list(numerics.grid.points),
        "spacing": [float(step) / length for step in numerics.grid.spacing],
        "lower": [float(low) / length for low in numerics.grid.lower],
        "dt": float(numerics.dt) / time,
        "steps": numerics.steps,
        "steps_done": steps_done,
        "frames": numerics.frames,
        "scheme": numerics.method.name,
        "fft_pairs": numerics.fft_pairs,
        "absorber": None
        if layer is None
        else {"width": float(layer.width) / length, "energy": float(layer.energy) / energy},
        "units": {"length": units.symbol(LENGTH), "time": units.symbol(TIME), "energy": units.symbol(ENERGY)},
    }


def quantity_json(quantity: Quantity, units: UnitSystem) -> dict[str, Any]:
    scale = units.scale(quantity.dimension)
    return {
        "value": quantity.value / scale,
        "error": quantity.error / scale,
        "unit": units.symbol(quantity.dimension),
        "theory": _scaled(quantity.theory, scale),
        "difference": None if quantity.difference is None else quantity.difference / scale,
        "theory_error": quantity.theory_error / scale if quantity.theory else None,
        # null without an error bar
        "agrees": quantity.agrees if math.isfinite(quantity.error) else None,
        "budget": _scaled(quantity.budget, scale),
        **({"part_of": quantity.part_of} if quantity.part_of else {}),
    }


def _curve(curve: Curve, units: UnitSystem) -> dict[str, Any]:
    scale = units.scale(curve.dimension)
    largest = {name: float(abs(curve.values - values).max()) / scale for name, values in curve.theory.items()}
    content = {
        "unit": units.symbol(curve.dimension),
        "error": curve.largest_error / scale,
        "largest_difference": largest,
    }
    if np.ndim(curve.error) == 0:
        # the series itself is in result.nc
        return content
    name, dimension = curve.along
    covered = {kind: float(np.mean(abs(curve.values - v) <= curve.error)) for kind, v in curve.theory.items()}
    return content | {
        "covered": covered,
        "along": {"name": name, "unit": units.symbol(dimension)},
        "table": {
            name: _listed(curve.points, units.scale(dimension)),
            "value": _listed(curve.values, scale),
            "error": _listed(np.asarray(curve.error), scale),
            **{f"theory_{kind}": _listed(values, scale) for kind, values in curve.theory.items()},
        },
    }


def _listed(values: np.ndarray, scale: float) -> list[float]:
    return [float(value) for value in np.asarray(values) / scale]


def expected_json(outcome: Outcome, units: UnitSystem) -> dict[str, Any]:
    expectation = outcome.expectation
    scale = units.scale(expectation.dimension)
    kind = "theory" if expectation.theory is not None else "value" if expectation.value is not None else "below"
    target = expectation.theory if kind == "theory" else (expectation.value if kind == "value" else expectation.below)
    assert target is not None
    measure = 1.0 if expectation.factor is not None else scale
    return {
        "quantity": expectation.quantity,
        kind: target if isinstance(target, str) else target / scale,
        # None where nothing could be compared
        "met": outcome.met if outcome.compared else None,
        "distance": outcome.distance / measure,
        "allowed": outcome.allowed / measure,
        **({"as": "factor"} if expectation.factor is not None else {}),
        **({"covered": outcome.covered} if outcome.covered is not None else {}),
        **({"reason": outcome.reason} if outcome.reason else {}),
    }


def _scaled(numbers: dict[str, float], scale: float) -> dict[str, float]:
    return {name: number / scale for name, number in numbers.items()}


def _finite(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _finite(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_finite(value) for value in node]
    return None if isinstance(node, float) and not math.isfinite(node) else node
