"""The report of a question that propagates nothing: numbers with their bars, and what must be said of them."""

from __future__ import annotations

import time

from ..bars import BoundStates, Quantity, Report, above, disagreement

# a gap of two levels is known to as many digits as they differ in
AGREEING = ": the two levels agree to more digits than numbers have"


def report_without_record(
    quantities: dict[str, Quantity],
    tolerance: float,
    shortfall: str,
    begun: float,
    *,
    scale: float | None = None,
    runs: int = 1,
    states: BoundStates | None = None,
    notes: tuple[str, ...] = (),
) -> Report:
    """Report numbers that no run gave; the first is the headline.

    Args:
        quantities: by standard name.
        tolerance: asked for.
        shortfall: why the bar may be above it, after a mark of its own: ": the two levels agree ...".
        begun: ``time.perf_counter()`` at the start [s].
        scale: what the tolerance is a fraction of; by default the headline itself.
        runs: how often a matrix was solved.
        states: for pictures.
        notes: how the numbers were found.
    """
    head = next(iter(quantities.values()))
    warnings = [disagreement(quantity) for quantity in quantities.values() if quantity.disputed]
    aim = tolerance * (abs(head.value) if scale is None else scale)
    if head.error > aim:
        warnings.insert(0, f"the error bar of {head.name} is {above(head, aim)}{shortfall}.")
    return Report(
        None, tolerance, quantities, {}, tuple(warnings), runs, 0, time.perf_counter() - begun, states, notes=notes
    )
