"""What knows a number beside wavesim, and shares nothing with it, by name."""

from __future__ import annotations

from ._differences import Reference
from ._layers import delta, graded, square, stack, stack_poles
from ._nuclei import coulomb, fusion, gamow
from ._plane import plane, ring, slits
from ._rotated import rotated
from ._waves import average, box, delay, energy, maxima, oracle, poles, separable, thermal

REFERENCES: dict[str, Reference] = {
    "oracle": oracle,
    "average": average,
    "box": box,
    "separable": separable,
    "energy": energy,
    "maxima": maxima,
    "poles": poles,
    "delay": delay,
    "thermal": thermal,
    "graded": graded,
    "stack": stack,
    "stack_poles": stack_poles,
    "square": square,
    "delta": delta,
    "coulomb": coulomb,
    "gamow": gamow,
    "fusion": fusion,
    "ring": ring,
    "plane": plane,
    "slits": slits,
    "rotated": rotated,
}
