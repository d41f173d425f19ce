"""Text of a report for people: measured +- error | theory | difference, in the scenario's units."""

from __future__ import annotations

from ..analysis import Report
from ..analysis.bars import (
    aligned as aligned,
    barred as barred,
    inputs_text as inputs_text,
    report_lines,
    shown as shown,
    spoken as spoken,
    unit_text as unit_text,
)
from ..scenario import QUANTITIES
from ..units import UnitSystem
from ._expect import Outcome


def report_text(report: Report, units: UnitSystem, outcomes: list[Outcome]) -> str:
    """The table of a run, its error budget, balance, numerics and the outcomes of its expectations."""
    return "\n".join([*report_lines(report, units), *(expected_text(outcome, units) for outcome in outcomes)])


def predictions_text(predictions: dict[str, dict[str, float]], units: UnitSystem) -> str:
    """Theory's numbers as a table."""
    rows = [("quantity", "theory", "value")]
    for name, theories in predictions.items():
        for kind, value in theories.items():
            rows.append(
                (
                    spoken(name),
                    spoken(kind),
                    f"{value / units.scale(QUANTITIES[name]):.12g}{unit_text(QUANTITIES[name], units)}",
                )
            )
    return aligned(rows)


def expected_text(outcome: Outcome, units: UnitSystem) -> str:
    expectation, dimension = outcome.expectation, outcome.expectation.dimension
    scale, unit = units.scale(dimension), unit_text(dimension, units)
    verdict = "met    " if outcome.met else "NOT MET" if outcome.compared else "not compared"
    if outcome.reason:
        return f"expected   {verdict}  {spoken(expectation.quantity)}: {outcome.reason}"
    distance, allowed = f"{outcome.distance / scale:.2e}{unit}", f"{outcome.allowed / scale:.2e}{unit}"
    if expectation.below is not None:
        return f"expected   {verdict}  {spoken(expectation.quantity)} below {allowed}: it is {distance}"
    target = (
        f"theory ({spoken(expectation.theory)})"
        if expectation.theory is not None
        else f"{(expectation.value or 0.0) / scale:.10g}{unit}"
    )
    if expectation.factor is not None:
        return f"expected   {verdict}  {spoken(expectation.quantity)} within a factor of {outcome.allowed:.3g} of {target}: the factor is {outcome.distance:.3g}"
    covered = (
        "" if outcome.covered is None else f", and its bars cover that at {100 * outcome.covered:.4g} % of the points"
    )
    return f"expected   {verdict}  {spoken(expectation.quantity)} within {allowed} of {target}: differs by {distance}{covered}"
