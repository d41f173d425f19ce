"""Errors from edges and deltas of V on a grid, for each kind of number, as functions of spacing times wave number.

All such laws of the package are here; ``python -m benchmarks spacing_laws`` measures them. They only choose the first grid of a plan: the run
itself measures the errors of its numbers.
"""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class SpacingLaw:
    """error = (spacing x wave number)^power / cost.

    Args:
        power: exponent of the spacing in the error.
        cost: (spacing x wave number)^power at which the error would be 1.
    """

    power: int
    cost: float

    def allowed(self, error: float) -> float:
        """The spacing times the wave number at which the error is `error`."""
        return float((self.cost * error) ** (1 / self.power))


# laws by the feature of V and the computed quantity
SPACING_LAWS: dict[tuple[str, str], SpacingLaw] = {
    # an edge is of fifth order (moment-matched, its kink added), but its error falls faster where it is not yet resolved
    ("edge", "probability"): SpacingLaw(6, 70.0),
    # at loose tolerances the run at the first spacing may be the last
    ("edge", "rough probability"): SpacingLaw(4, 430.0),
    # relative to a small probability, at a spacing where a run twice as coarse can still be compared
    ("edge", "small probability"): SpacingLaw(3, 15.0),
    # the spurious amplitude on a Fourier grid from one edge of a barrier to the other, at any thickness
    ("edge", "amplitude"): SpacingLaw(5, 1.2e4),
    # relative to the gap
    ("edge", "gap"): SpacingLaw(5, 100.0),
    # relative to the lifetime
    ("edge", "lifetime"): SpacingLaw(3, 8.0),
    ("delta", "probability"): SpacingLaw(3, 100.0),
    # extrapolated to spacing 0 from two coarser grids
    ("delta", "extrapolated probability"): SpacingLaw(5, 500.0),
    # relative to the gap of two deltas; the wave number is their decay constant
    ("delta", "gap"): SpacingLaw(3, 10.0),
}


def allowed_phase(feature: str, quantity: str, error: float) -> float:
    """Spacing times wave number at which `feature` ("edge" or "delta") causes this `error` of `quantity`."""
    return SPACING_LAWS[feature, quantity].allowed(error)
