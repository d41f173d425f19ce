"""Delta potentials in a picture: arrows up to the edge of the panel, because their height is infinite."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from .._colors import INK
from ..scene import Scene

_SHAFT, _HEAD = 0.925, 0.93


def draw_spikes(axes: Axes, scene: Scene, span: tuple[float, float], width: float = 2.0) -> list[Line2D]:
    """Draw an arrow for each delta from V = 0 to the edge of the panel, up for a barrier and down for a well.

    Args:
        axes: the panel.
        scene: what is shown.
        span: bottom and top of the panel in the units of its own axis.
        width: of the shaft, in points.
    """
    bottom, height = span[0], span[1] - span[0]
    foot = bottom + height * float(scene.energy_height(0.0))
    arrows = []
    for place, sign in scene.spikes:
        shaft, head = (bottom + height * (end if sign > 0 else 1 - end) for end in (_SHAFT, _HEAD))
        arrows += axes.plot([place, place], [foot, shaft], color=INK, lw=width, solid_capstyle="butt")
        arrows += axes.plot([place], [head], "^" if sign > 0 else "v", color=INK, ms=4.5 * width, clip_on=False)
    return arrows
