"""What planners of space hand over."""

from __future__ import annotations

import dataclasses

from ....absorbers import Absorber
from ....grid import Grid


@dataclasses.dataclass(frozen=True)
class Space:
    """Box and points, absorber, duration, the energy and speed that set the step, and the reason for each."""

    grid: Grid
    absorber: Absorber | None
    duration: float
    energy: float
    speed: float
    reasons: dict[str, str]
