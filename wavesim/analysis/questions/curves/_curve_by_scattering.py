"""T(E) by scattering states, where the record of a packet is too short for its narrow lines."""

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

# the share of the energies at which the run's bars must cover T(E) to confirm it, and the largest distance in bars at the others
_CONFIRMED, _NEAR = 0.9, 3.0
# rounding of T, a ratio of fluxes, and of numbers derived from it
_ROUNDING = 1e-13
# peaks are searched on cells of one width: their bar is at least this share of the tolerance
_LEAST = 1e-3
# theories of the packet as it is given, the most reliable first
_MOST_RELIABLE = ("projection", "scattering", "closed_form")


def by_scattering(
    problem: Problem, report: Report, measured: CurveBudgets, chosen: Energies, expected: Predictions
) -> Report:
    """The report of a run that missed the tolerance, with T(E), its average and its peaks by scattering states.

    The wave at each energy is solved on cells of V, and on cells half as wide; the difference is the error. If the bars of the run do
    not cover these curves, the report keeps the run's curves with bars that cover both, and warns that one of them is wrong.

    Args:
        problem: a packet before a static potential that is flat on both sides.
        report: of the run.
        measured: T and R of the run at the chosen energies.
        chosen: the energies.
        expected: `TransmissionCurve.predictions`, with errors.
    """
    fine, error = _curve(problem, chosen)
    distance = np.maximum(
        np.abs(measured.transmission - fine) / (measured.transmission_error + error),
        np.abs(measured.reflection - (1 - fine)) / (measured.reflection_error + error),
    )
    covered = distance <= 1
    if np.mean(covered) < _CONFIRMED or np.max(distance) > _NEAR:
        return _unconfirmed(report, fine, float(np.max(distance)))
    along = ("energy", ENERGY)
    curves = report.curves | {
        name: Curve(
            name, chosen.kinetic, values, DIMENSIONLESS, {"propagation": run} | report.curves[name].theory, error, along
        )
        for name, values, run in (
            ("transmission", fine, measured.transmission),
            ("reflection", 1 - fine, measured.reflection),
        )
    }
    note = (
        f"the record leaves bars of up to {measured.largest_error:.1e}: there are lines narrower than it resolves, or waves slower than it is long. The curves, "
        f"their average and their peaks are those of scattering states, which the run confirms within its bars at {100 * np.mean(covered):.3g} % of the energies."
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
        tolerance: as asked for.
        chosen: the energies.
        expected: `TransmissionCurve.predictions`, with errors.
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
    """T(E) on cells half as wide as those of the survey, and its error: the difference from the wider ones, and rounding."""
    potential, mass, to_right = problem.potential, float(problem.mass), moves_right(problem)
    terrain, near = terrain_of(potential, mass), float(potential.asymptotes()[0 if to_right else 1])
    scattered = scatter_terrain(terrain if to_right else terrain.mirrored, chosen.kinetic + near, mass)
    return np.asarray(scattered.transmission), np.asarray(scattered.error) + _ROUNDING


def reaching_scattering(problem: Problem, report: Report, chosen: Energies) -> Report:
    """The report of a run that met the tolerance, with bars that cover the curves of scattering states at every energy.

    The two routes share no grid: where they differ, one of them is wrong by at least half of the distance.
    """
    mass, to_right = float(problem.mass), moves_right(problem)
    exact = np.asarray(scattering_transmission(problem.potential, mass, to_right)(chosen.kinetic))
    curves = dict(report.curves)
    for name, values in (("transmission", exact), ("reflection", 1 - exact)):
        curve = curves[name]
        distance = np.abs(curve.values - values)
        if np.any(distance > curve.error):
            curves[name] = dataclasses.replace(
                curve, error=np.maximum(curve.error, distance * (1 + _ROUNDING) + _ROUNDING)
            )
    return dataclasses.replace(report, curves=curves)


def _unconfirmed(report: Report, transmission: np.ndarray, bars: float) -> Report:
    """The run's curves with bars that cover those of scattering states."""
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
    """A number of the exact curve, compared with that of the run.

    Args:
        name: of the number.
        theories: of the number, by scattering states.
        tolerance: as asked for.
        shares: theories of the packet as it is given, if the number is one of its shares.
        run: the number by the run.
    """
    candidates = shares or theories
    kind = next((one for one in _MOST_RELIABLE if one in candidates), next(iter(candidates)))
    value = candidates[kind]
    dimension = ENERGY if name.startswith("resonance") else DIMENSIONLESS
    size = 1.0 if dimension == DIMENSIONLESS else abs(value)
    least = 0.0 if shares else _LEAST * tolerance * min(size, 1.0)
    budget = {"scattering_states": max(error_of(value), least), "rounding": _ROUNDING * size}
    # an average over momenta leaves out the start of the packet, and does not compare with its shares
    others = {other: number for other, number in theories.items() if not shares or other not in _MOST_RELIABLE} | shares
    compared: dict[str, Any] = {
        other: others[other] for other in sorted(others, key=_rank) if other not in (kind, "scattering")
    }
    if run is not None and abs(run.value - value) <= run.error + sum(budget.values()):
        compared = {"propagation": Estimate(run.value, run.error)} | compared
    if next(iter(compared), None) not in ("propagation", "closed_form"):
        # an exact number is not compared with an approximation alone
        compared = {}
    return Quantity(name, float(value), sum(budget.values()), dimension, budget, compared)


def _rank(kind: str) -> int:
    """The rank of a theory: exact ones come first."""
    return _MOST_RELIABLE.index(kind) if kind in _MOST_RELIABLE else len(_MOST_RELIABLE)
