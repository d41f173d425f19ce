"""T(E) by scattering states, where the record of a packet does not resolve it: lines narrower than the record is long."""

from __future__ import annotations

import dataclasses
import time
from typing import Any

import numpy as np

from ...._typing import DIMENSIONLESS, ENERGY
from ....problem import Problem
from ....theory import scatter_terrain
from ...bars import Curve, Estimate, Predictions, Quantity, Report, error_of
from ...predictions import (
    moves_right,
    packet_theories,
    scattering_transmission,
    terrain_of,
)
from ._energy_resolved import CurveBudgets
from ._soft_detector import Energies

# of the energies, at which the run's own bars must hold T(E) for it to be confirmed; and by how many bars it may be off at the others
_CONFIRMED, _NEAR = 0.9, 3.0
# T is a ratio of fluxes: rounding of it, and of what is read off it
_ROUNDING = 1e-13
# peaks are looked for across cells of one width: no more digits of them are claimed than anybody asked for
_UNASKED = 1e-3
# what a packet's theories say of the packet as it is written, the surest first
_SUREST = ("projection", "scattering", "closed_form")


def by_scattering(
    problem: Problem, report: Report, told: CurveBudgets, chosen: Energies, expected: Predictions
) -> Report:
    """The report of a run that missed the tolerance, with T(E), its average and its peaks by scattering states.

    The wave at each energy is solved across cells of V, and across cells half as wide, whose difference is the error. The run stays
    beside it: if its bars do not hold these curves, they stand in the report, widened so that they hold both, and it says that one is wrong.

    Args:
        problem: a packet before a static potential that is flat on both sides.
        report: of the run.
        told: T and R of the run at the chosen energies.
        chosen: the energies.
        expected: what `TransmissionCurve.predictions` says of each quantity, with errors.
    """
    fine, error = _curve(problem, chosen)
    off = np.maximum(
        np.abs(told.transmission - fine) / (told.transmission_error + error),
        np.abs(told.reflection - (1 - fine)) / (told.reflection_error + error),
    )
    held = off <= 1
    if np.mean(held) < _CONFIRMED or np.max(off) > _NEAR:
        return _unconfirmed(report, fine, float(np.max(off)))
    along = ("energy", ENERGY)
    curves = report.curves | {
        name: Curve(
            name, chosen.kinetic, values, DIMENSIONLESS, {"propagation": run} | report.curves[name].theory, error, along
        )
        for name, values, run in (("transmission", fine, told.transmission), ("reflection", 1 - fine, told.reflection))
    }
    note = (
        f"the record leaves bars of up to {told.largest_error:.1e}: there are lines narrower than it resolves, or waves slower than it is long. The curves, "
        f"their average and their peaks are those of scattering states, which the run confirms within its bars at {100 * np.mean(held):.3g} % of the energies."
    )
    shares = packet_theories(problem) if "transmitted_probability" in expected else {}
    quantities = {
        name: _quantity(name, theories, report.tolerance, shares.get(name, {}), report.quantities.get(name))
        for name, theories in expected.items()
        if name != "imbalance"
    }
    kept = {name: quantity for name, quantity in report.quantities.items() if name == "imbalance"}
    return dataclasses.replace(
        report, quantities=quantities | kept, curves=curves, warnings=(), notes=(*report.notes, note)
    )


def without_record(problem: Problem, tolerance: float, chosen: Energies, expected: Predictions) -> Report:
    """T(E), its average and its peaks by scattering states alone, where a run would take minutes.

    Args:
        problem: a packet before a static potential that is flat on both sides.
        tolerance: asked for.
        chosen: the energies.
        expected: what `TransmissionCurve.predictions` says of each quantity, with errors.
    """
    begun = time.perf_counter()
    through, error = _curve(problem, chosen)
    curves = {
        name: Curve(name, chosen.kinetic, values, DIMENSIONLESS, {}, error, ("energy", ENERGY))
        for name, values in (("transmission", through), ("reflection", 1 - through))
    }
    shares = packet_theories(problem) if "transmitted_probability" in expected else {}
    quantities = {
        name: _quantity(name, theories, tolerance, shares.get(name, {}))
        for name, theories in expected.items()
        if name != "imbalance"
    }
    note = (
        "nothing was propagated: the packet has parts so slow, or V features so narrow, that a run would take minutes, or no grid has points at all deltas; "
        "the curves are those of scattering states. To see it move, make the packet faster or wider, or leave out its slowest energies with `lower`."
    )
    return Report(None, tolerance, quantities, curves, (), 0, 0, time.perf_counter() - begun, notes=(note,))


def _curve(problem: Problem, chosen: Energies) -> tuple[np.ndarray, np.ndarray]:
    """T(E) across cells half as wide as its survey made them; how far those are from the wider ones, and what an energy moved by rounding does."""
    potential, mass, to_right = problem.potential, float(problem.mass), moves_right(problem)
    terrain, near = terrain_of(potential, mass), float(potential.asymptotes()[0 if to_right else 1])
    known = scatter_terrain(terrain if to_right else terrain.mirrored, chosen.kinetic + near, mass)
    return np.asarray(known.transmission), np.asarray(known.error) + _ROUNDING


def reaching_scattering(problem: Problem, report: Report, chosen: Energies) -> Report:
    """The report of a run that met the tolerance, its bars widened where those of scattering states lie outside of them.

    Two routes that share no grid differ there: the distance between them is the least that either may be wrong by.
    """
    mass, to_right = float(problem.mass), moves_right(problem)
    exact = np.asarray(scattering_transmission(problem.potential, mass, to_right)(chosen.kinetic))
    curves = dict(report.curves)
    for name, values in (("transmission", exact), ("reflection", 1 - exact)):
        curve = curves[name]
        apart = np.abs(curve.values - values)
        if np.any(apart > curve.error):
            curves[name] = dataclasses.replace(
                curve, error=np.maximum(curve.error, apart * (1 + _ROUNDING) + _ROUNDING)
            )
    return dataclasses.replace(report, curves=curves)


def _unconfirmed(report: Report, transmission: np.ndarray, bars: float) -> Report:
    """The run's curves with bars that reach to those of scattering states."""
    curves = dict(report.curves)
    for name, values in (("transmission", transmission), ("reflection", 1 - transmission)):
        curve = curves[name]
        curves[name] = dataclasses.replace(curve, error=curve.error + np.abs(curve.values - values))
    warning = f"the curves are not certified: those of scattering states are up to {bars:.1f} error bars away, and one of the two is wrong."
    return dataclasses.replace(report, curves=curves, warnings=(*report.warnings, warning))


def _quantity(
    name: str,
    theories: dict[str, float],
    tolerance: float,
    shares: dict[str, float],
    run: Quantity | None = None,
) -> Quantity:
    """A number of the exact curve, with the run's own beside it; `shares`: what theory says of it for the packet as it is written, where it is one of its shares."""
    told = shares or theories
    kind = next((one for one in _SUREST if one in told), next(iter(told)))
    value = told[kind]
    dimension = ENERGY if name.startswith("resonance") else DIMENSIONLESS
    size = 1.0 if dimension == DIMENSIONLESS else abs(value)
    least = 0.0 if shares else _UNASKED * tolerance * min(size, 1.0)
    budget = {"scattering_states": max(error_of(value), least), "rounding": _ROUNDING * size}
    # an average over momenta that knows nothing of how the packet starts is nothing to hold its shares against
    others = {other: number for other, number in theories.items() if not shares or other not in _SUREST} | shares
    beside: dict[str, Any] = {
        other: others[other] for other in sorted(others, key=_before) if other not in (kind, "scattering")
    }
    if run is not None and abs(run.value - value) <= run.error + sum(budget.values()):
        beside = {"propagation": Estimate(run.value, run.error)} | beside
    if next(iter(beside), None) not in ("propagation", "closed_form"):
        # an approximation alone is nothing to hold an exact number against
        beside = {}
    return Quantity(name, float(value), sum(budget.values()), dimension, budget, beside)


def _before(kind: str) -> int:
    """The place of a theory among others: exact ones come first."""
    return _SUREST.index(kind) if kind in _SUREST else len(_SUREST)
