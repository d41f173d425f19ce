"""Remark on a packet that does not come from outside: what transmitted and reflected then mean."""

from __future__ import annotations

from ....problem import Problem
from ....states import as_packet
from ._transmission import along_first_axis, moves_right

# probability left out on either side of a range: what remains is the packet's median
_MIDDLE = 0.5 - 1e-9
# share of its height at which V ends
_STRUCTURE = 1e-3


def start_in_words(problem: Problem) -> str | None:
    """Where a packet starts that does not come from outside towards the potential; else None.

    Args:
        problem: with a packet in an open potential; for any other the result is None.
    """
    line = along_first_axis(problem)
    if line.potential.dimension > 1 or not line.open:
        return None
    packet = as_packet(line.state, float(line.mass))
    left, right = line.potential.support(_STRUCTURE)
    if packet is None:
        return None
    center = sum(packet.position_range(_MIDDLE)) / 2
    far, near = ("right", "left") if moves_right(line) else ("left", "right")
    mean = abs(sum(packet.momentum_range(_MIDDLE, float(line.mass)))) / 2
    outer = max(map(abs, packet.momentum_range(1e-3, float(line.mass))))
    meaning = f"transmitted_probability is what ends on the {far} of it, reflected_probability what ends on the {near}"
    if mean <= 1e-9 * outer:
        return f"at rest on the whole, {_preposition(center, left, right)} the potential: {meaning}"
    if left < center < right:
        return f"inside the potential, moving to the {far}: {meaning}"
    if (center > right) == (far == "right"):
        return f"on the {far} of the potential and moving away from it: {meaning}"
    return None


def _preposition(center: float, left: float, right: float) -> str:
    """Preposition for a position relative to an interval."""
    if left < center < right:
        return "inside"
    return "on the left of" if center < left else "on the right of"
