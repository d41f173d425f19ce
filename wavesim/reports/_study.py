"""Reports of several cases: a table for each headline and expected quantity, and one JSON with all cases."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

from .._version import __version__
from ..analysis import Quantity, Report, Study
from ..scenario import Scenario
from ..units import UnitSystem
from ._expect import Outcome, judge, judge_quantity
from ._json import as_json, expected_json, quantity_json
from ._sensitivity import shares_json
from ._words import aligned, barred, expected_text, inputs_text, shown, spoken, unit_text


@dataclasses.dataclass(frozen=True)
class StudyOutcomes:
    """Outcomes of the expectations of each case and of the whole study."""

    cases: tuple[list[Outcome], ...]
    whole: list[Outcome]

    @property
    def met(self) -> bool:
        """Whether no expectation is missed."""
        return not any(outcome.missed for group in (*self.cases, self.whole) for outcome in group)


def judge_study(study: Study, scenario: Scenario) -> StudyOutcomes:
    """The outcome of each expectation of the cases that ran, and of the study."""
    cases = tuple(judge(report, case.expect) for report, case in zip(study.reports, scenario.cases, strict=False))
    whole = []
    for expectation in scenario.expect:
        ratio = study.ratio
        if ratio is None:
            why = "the study was interrupted" if not study.complete else "the first case's number is not told from 0"
            whole.append(Outcome(expectation, False, reason=why))
        else:
            whole.append(judge_quantity(ratio, expectation))
    return StudyOutcomes(cases, whole)


def study_json(study: Study, scenario: Scenario, outcomes: StudyOutcomes) -> dict[str, Any]:
    """The content of report.json for several cases: each case's own content with its label, and their ratio."""
    cases = []
    for report, case, case_outcomes in zip(study.reports, scenario.cases, outcomes.cases, strict=False):
        cases.append({"label": case.label, **as_json(report, case, case_outcomes)})
    return {
        "format": 1,
        "scenario": scenario.name,
        "title": scenario.title,
        "hash": scenario.hash,
        "wavesim": __version__,
        "changes": [dataclasses.asdict(change) for change in scenario.changes],
        "status": "complete" if study.complete else "interrupted",
        "axis": None if study.axis is None else {"label": study.axis.label, "values": list(study.axis.values)},
        "wall_s": math.fsum(report.wall_s for report in study.reports),
        "quantities": {} if study.ratio is None else {"ratio": quantity_json(study.ratio, scenario.units)},
        "inputs": {"ratio": shares_json(study.inputs, 1.0, "")} if study.inputs else {},
        "expect": [expected_json(outcome, scenario.units) for outcome in outcomes.whole],
        "warnings": [f"{case['label']}: {text}" for case in cases for text in case["warnings"]],
        "cases": cases,
    }


def study_text(study: Study, scenario: Scenario, outcomes: StudyOutcomes) -> str:
    """A table for each headline and each expected quantity, the ratio, costs, and the expectations that are not met."""
    labels = study.labels
    names = dict.fromkeys(report.headline.name for report in study.reports)
    names |= dict.fromkeys(expectation.quantity for case in scenario.cases for expectation in case.expect)
    parts = []
    for name in names:
        reports = [(label, r) for label, r in zip(labels, study.reports, strict=False) if name in r.quantities]
        if reports:
            parts.append(_table(name, reports, scenario.units))
    if study.ratio is not None:
        parts.append(_ratio_text(study, scenario.units))
    for label, report in zip(labels, study.reports, strict=False):
        tabled = {name: shares for name, shares in report.inputs.items() if name in names}
        parts += [
            f"{label}: {line}" for line in inputs_text(dataclasses.replace(report, inputs=tabled), scenario.units)
        ]
        parts.append(f"{label}: {_cost(report)}")
    for case, case_outcomes in zip(scenario.cases, outcomes.cases, strict=False):
        parts += [f"{case.label}: {expected_text(outcome, case.units)}" for outcome in case_outcomes if not outcome.met]
    parts += [expected_text(outcome, scenario.units) for outcome in outcomes.whole]
    if expected := sum(map(len, outcomes.cases)):
        met = sum(outcome.met for group in outcomes.cases for outcome in group)
        parts.append(f"expected   {met} of {expected} expectations of the cases are met")
    return "\n".join(parts)


def _table(name: str, reports: list[tuple[str, Report]], units: UnitSystem) -> str:
    """A table of one quantity by case: value with error bar, deviation due to uncertain inputs, and each theory."""
    theories = list(dict.fromkeys(kind for _, report in reports for kind in report.quantities[name].theory))
    head = reports[0][1].quantities[name]
    uncertain = any(name in report.inputs for _, report in reports)
    heads = ["measured +- error", *(["inputs"] if uncertain else []), *map(spoken, theories), ""]
    rows = [(spoken(name) + unit_text(head.dimension, units), *heads)]
    for label, report in reports:
        q = report.quantities[name]
        scale = units.scale(q.dimension)
        verdict = report.verdict(q)
        by_inputs = f"{report.input_error(name) / scale:.1e}" if name in report.inputs else "-"
        cells = [*([by_inputs] if uncertain else []), *(_beside(q, kind, scale) for kind in theories)]
        rows.append((label, barred(q.value / scale, q.error / scale), *cells, verdict))
    return aligned(rows) + "\n"


def _beside(quantity: Quantity, kind: str, scale: float) -> str:
    """A theory's number, with its relative distance from the measured one if that exceeds the error bar."""
    if kind not in quantity.theory:
        return "-"
    value = quantity.theory[kind]
    text = shown(value / scale, quantity.error / scale)
    off = value - quantity.value
    if not math.isfinite(quantity.error) or abs(off) <= quantity.error or quantity.value == 0:
        return text
    share = value / quantity.value
    far = not 0.5 < share < 2
    return f"{value / scale:.6g} ({f'{share:.3g} times' if far else f'{100 * (share - 1):+.2g} %'})"


def _ratio_text(study: Study, units: UnitSystem) -> str:
    ratio = study.ratio
    assert ratio is not None
    beside = ", ".join(f"{spoken(kind)} {shown(value, ratio.error)}" for kind, value in ratio.theory.items())
    first, last = study.reports[0].headline.name, study.reports[-1].headline.name
    what = spoken(last) if first == last else f"{spoken(last)} over {spoken(first)}"
    together = math.hypot(*study.inputs.values())
    return (
        f"ratio      {what}, {study.labels[-1]} over {study.labels[0]}: {barred(ratio.value, ratio.error)}"
        + (f"; theory: {beside}" if beside else "")
        + (f"; by uncertain inputs {together:.1e} (one standard deviation)" if study.inputs else "")
    )


def _cost(report: Report) -> str:
    if report.record is None:
        return f"{report.wall_s:.1f} s, no propagation"
    return f"{report.runs} runs, {report.fft_pairs:,} FFT pairs, {report.wall_s:.1f} s on {report.result.device}"
