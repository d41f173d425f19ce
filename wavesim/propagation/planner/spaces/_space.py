"""The result of planning a box: grid, absorber and duration."""

from __future__ import annotations

import dataclasses

from ....absorbers import Absorber
from ....grid import Grid


@dataclasses.dataclass(frozen=True)
class Space:
    """Box and points, absorber, duration, the energy and speed that set the step, and the reason for each choice.

    Attributes:
        grid: box and points.
        absorber: the layer at its ends, or None.
        duration: the time to propagate [time].
        energy: the largest relevant energy above the lowest V [energy].
        speed: the largest relevant speed [length/time].
        reasons: a sentence for each choice, by name.
    """

    grid: Grid
    absorber: Absorber | None
    duration: float
    energy: float
    speed: float
    reasons: dict[str, str]
