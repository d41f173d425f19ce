"""What the questions for energies share: the interval, and their report."""

from __future__ import annotations

import time

import numpy as np

from ...._amounts import amount
from ...._checks import positive
from ...._typing import DIMENSIONLESS, ENERGY
from ...._unit import as_written
from ....errors import ArgumentError, WavesimError
from ...bars import Curve, Quantity, Report, above, disagreement
from ...predictions import Line

# numbers of one kind in a report
MOST_PLACES = 20


def numbered(name: str, place: int) -> str:
    """``maximum_energy``, ``maximum_energy_2``, and so on."""
    return name if place == 0 else f"{name}_{place + 1}"


def check_interval(low: float | None, high: float | None) -> None:
    """Raise unless low < high, both positive where they are given."""
    for name, value in (("low", low), ("high", high)):
        if value is not None:
            positive(name, value)
    if low is not None and high is not None and not low < high:
        raise ArgumentError(
            "low", f"must be below high, but they are {as_written(low)} and {as_written(high)}; exchange them."
        )


def refuse_too_many(count: int) -> None:
    """Raise where there are more energies than a report holds.

    Raises:
        WavesimError: if there are more than twenty.
    """
    if count > MOST_PLACES:
        raise WavesimError(
            f"the interval must hold at most {MOST_PLACES} such energies, but holds {count}; take a narrower one by low and high."
        )


def energies_report(quantities: dict[str, Quantity], lines: list[Line], tolerance: float, begun: float) -> Report:
    """The report, with T along the energies that were looked at; nothing was propagated."""
    energies = np.concatenate([line.energies for line in lines])
    logs = np.concatenate([line.waves.log_transmission for line in lines])
    errors = np.concatenate([line.waves.error for line in lines])
    values = np.exp(logs)
    curve = Curve("transmission", energies, values, DIMENSIONLESS, {}, values * errors, ("energy", ENERGY))
    warnings = [disagreement(quantity) for quantity in quantities.values() if quantity.disputed]
    warnings += [
        f"the error bar of {quantity.name} is {above(quantity, tolerance * quantity.value)}."
        for quantity in quantities.values()
        if quantity.dimension == ENERGY and quantity.error > tolerance * quantity.value
    ]
    warnings += [
        f"at {amount(energy, ENERGY, digits=12)} lies a resonance that is narrower than double precision resolves; it is left out."
        for line in lines
        for energy in line.lost
    ]
    return Report(
        None, tolerance, quantities, {"transmission": curve}, tuple(warnings), 0, 0, time.perf_counter() - begun
    )
