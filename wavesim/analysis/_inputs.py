"""What uncertain inputs make of the numbers of a report."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from ..errors import WavesimError
from ..grid import Grid
from ..problem import Problem
from ..propagation import Numerics
from ._certify import question_of
from ._gradients import SAMPLES, RunGradients
from ._sensitivities import collected, derivatives, duration_of
from .bars import AbstractQuestion, Report

# error of a derivative by a run, of itself: nobody knows an uncertainty to more digits
_ENOUGH = 1e-3


def with_inputs(
    report: Report,
    problem: Problem,
    uncertainties: Mapping[str, float],
    *,
    find: AbstractQuestion | None = None,
    grid: Grid | None = None,
) -> Report:
    """The report with `inputs`: by quantity and path, d(quantity)/d(parameter) times the uncertainty of the parameter, with its sign.

    To first order, each input by itself. Where no route without propagation knows the numbers, a warning says that nothing was carried over.

    Args:
        report: of the problem.
        problem: the physics.
        uncertainties: one standard deviation of each uncertain number, by path, in internal units.
        find: what was asked; by default what the problem suggests.
        grid: of levels in more than one dimension.
    """
    if not uncertainties or not report.complete:
        return report
    question = find or question_of(problem)
    try:
        _, entries, missing = derivatives(problem, question, duration_of(report), uncertainties, grid, _ENOUGH)
    except WavesimError as error:
        warning = f"the uncertainties of the inputs are not part of any bar: {error}"
        return dataclasses.replace(report, warnings=(*report.warnings, warning))
    inputs = {
        name: {
            path: found[name].derivative * float(uncertainties[path])
            for path, found in entries.items()
            if name in found
        }
        for name in report.quantities
    }
    own = tuple(name for name in problem.measure if name in report.quantities and not inputs[name])
    warnings = []
    if own and report.record is not None:
        try:
            inputs |= _measured(report, report.result.numerics, problem, question, uncertainties, own)
        except WavesimError as error:
            warnings.append(
                f"the uncertainties of the inputs are not part of the bar of {', '.join(own)} of [measure]: {error}"
            )
    warnings += [f"the uncertainty of {path} is not part of any bar: {reason}" for path, reason in missing.items()]
    return dataclasses.replace(
        report,
        inputs={name: shares for name, shares in inputs.items() if shares},
        warnings=(*report.warnings, *warnings),
    )


def _measured(
    report: Report,
    numerics: Numerics,
    problem: Problem,
    question: AbstractQuestion,
    uncertainties: Mapping[str, float],
    names: tuple[str, ...],
) -> dict[str, dict[str, float]]:
    """The same of the problem's own observables, by the report's run once more, and once back for each."""
    run = RunGradients.of(problem, question, report.tolerance, SAMPLES[0], numerics, measured=names)
    entries, _ = collected(problem, question, uncertainties, run.by)
    return {
        name: {path: found[name].derivative * float(uncertainties[path]) for path, found in entries.items()}
        for name in names
    }
